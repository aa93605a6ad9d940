<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

/** The files that the build has put into the plugin, and the hashes by which a browser knows them again. */
final class pack {
    private array $files;

    /** @param string $folder where pack.json is */
    public function __construct(string $folder) {
        $file = "$folder/pack.json";
        $this->files = is_file($file) ? json_decode(file_get_contents($file), true, 8, JSON_THROW_ON_ERROR) : [];
    }

    /** Whether there is a build; without one the widgets are the server's HTML. */
    public function is_built(): bool {
        return $this->files !== [];
    }

    /** Arguments of the AMD module's `start`: an element's id, where the WebAssembly is, and its hash. */
    public function arguments(string $widget): array {
        return [widget::id($widget), $this->url('widgets.wasm'), $this->files['widgets.wasm']['integrity']];
    }

    /** Address and hash by name, of those of the files that there are. */
    public function files(array $names): array {
        $names = array_intersect($names, array_keys($this->files));
        $one = fn(string $name): array => [$this->url($name), $this->files[$name]['integrity']];
        return array_combine($names, array_map($one, $names));
    }

    /** The address changes with the content, so that a browser may keep it for ever. */
    public function url(string $name): string {
        $revision = substr(hash('sha256', $this->files[$name]['integrity']), 0, 12);
        return (new \moodle_url("/local/wasmwidgets/pack/$name", ['v' => $revision]))->out(false);
    }
}
