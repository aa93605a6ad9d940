<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use PHPUnit\Framework\TestCase;

/** The files of the build, as the browser is told of them. */
final class pack_test extends TestCase {
    private string $folder;

    protected function setUp(): void {
        $this->folder = sys_get_temp_dir() . '/pack' . bin2hex(random_bytes(6));
        mkdir($this->folder);
    }

    protected function tearDown(): void {
        unlink("$this->folder/pack.json");
        rmdir($this->folder);
    }

    private function pack(string $integrity): pack {
        file_put_contents("$this->folder/pack.json", json_encode(['widgets.wasm' => ['integrity' => $integrity]]));
        return new pack($this->folder);
    }

    public function test_the_browser_gets_an_address_and_a_hash(): void {
        [$id, $address, $integrity] = $this->pack('sha384-one')->arguments('timer');
        $this->assertSame(['local-wasmwidgets-timer', 'sha384-one'], [$id, $integrity]);
        $this->assertMatchesRegularExpression('#^/local/wasmwidgets/pack/widgets\.wasm\?v=[0-9a-f]{12}$#', $address);
    }

    public function test_a_plugin_without_a_build_has_none(): void {
        $this->assertTrue($this->pack('sha384-one')->is_built());
        $this->assertFalse((new pack("$this->folder/elsewhere"))->is_built());
    }

    public function test_another_content_has_another_address(): void {
        $one = $this->pack('sha384-one')->url('widgets.wasm');
        $this->assertNotSame($one, $this->pack('sha384-two')->url('widgets.wasm'));
    }
}
