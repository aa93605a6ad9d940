<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @component@;

use PHPUnit\Framework\TestCase;

/** What Moodle looks for by name is there. */
final class plugin_test extends TestCase {
    private const FOLDER = __DIR__ . '/..';

    protected function setUp(): void {
        defined('MOODLE_INTERNAL') || define('MOODLE_INTERNAL', true);
        foreach (['MATURITY_ALPHA' => 50, 'RISK_PERSONAL' => 8, 'CONTEXT_COURSE' => 50, 'CAP_ALLOW' => 1] as $name => $value) {
            defined($name) || define($name, $value);
        }
    }

    public function test_every_string_that_is_used_exists(): void {
        $string = [];
        require self::FOLDER . '/lang/en/@component@.php';
        $used = ['pluginname', 'privacy:metadata'];
        foreach (['index.php', 'lib.php'] as $file) {
            preg_match_all("/get_string\('([^']+)', '@component@'\)/", file_get_contents(self::FOLDER . "/$file"), $found);
            $used = [...$used, ...$found[1]];
        }
        $used = [...$used, ...array_keys(visits::counted([], [], 0))];
        $this->assertSame([], array_values(array_diff($used, array_keys($string))));
    }

    public function test_every_capability_has_a_name(): void {
        $string = $capabilities = [];
        require self::FOLDER . '/db/access.php';
        require self::FOLDER . '/lang/en/@component@.php';
        foreach (array_keys($capabilities) as $capability) {
            $this->assertArrayHasKey(substr($capability, strlen('@type@/')), $string);
        }
    }

    public function test_the_version_stands_in_the_changelog(): void {
        $plugin = new \stdClass();
        require self::FOLDER . '/version.php';
        $this->assertSame('@component@', $plugin->component);
        $this->assertStringContainsString("\n## $plugin->release\n", file_get_contents(self::FOLDER . '/CHANGELOG.md'));
    }
}
