"""The Job that sets up AI providers, run against stand-ins for Moodle's classes, and the exceptions from blocked addresses."""

from __future__ import annotations

import ipaddress
import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.php import need, php

FEATURE = ROOT / "overlays" / "features" / "ai"
# What the script uses of Moodle 5.0 to 5.3, and no more.
MOODLE = r"""<?php
namespace {
    function state(?array $new = null): array {
        $file = getenv('STATE');
        if ($new !== null) { file_put_contents($file, json_encode($new)); }
        return is_file($file) ? json_decode(file_get_contents($file), true) : ['config' => [], 'rows' => []];
    }
    function get_admin(): stdClass { return (object) ['id' => 2]; }
    function get_config(string $plugin, string $name) { return state()['config']["$plugin/$name"] ?? false; }
    function set_config(string $name, $value, string $plugin): void {
        $all = state(); $all['config']["$plugin/$name"] = $value; state($all);
    }
}
namespace core\session { class manager { public static function set_user($user): void {} } }
namespace core { class di { public static function get(string $class) { return new $class(); } } }
namespace aiprovider_openai {
    class provider {
        public function __construct(
            public int $id, public string $name, public bool $enabled, public array $config, public array $actionconfig
        ) {}
        public static function initialise_action_settings(): array {
            $all = [];
            foreach (['generate_text', 'generate_image', 'summarise_text', 'explain_text'] as $name) {
                $settings = ['model' => 'gpt', 'endpoint' => 'https://vendor', 'systeminstruction' => "do $name"];
                $all["core_ai\\aiactions\\$name"] = ['enabled' => true, 'settings' => $settings];
            }
            return $all;
        }
        public function with(...$new): self { return new self(...array_merge(get_object_vars($this), $new)); }
    }
}
namespace core_ai {
    use aiprovider_openai\provider;
    class manager {
        private function save(provider $one): provider {
            $all = \state(); $all['rows'][$one->id] = get_object_vars($one); \state($all); return $one;
        }
        public function get_provider_instances(?array $filter = null): array {
            $rows = array_map(fn($row) => new provider(...$row), \state()['rows']);
            return array_filter($rows, fn($one) => !$filter || $one->id === $filter['id']);
        }
        public function create_provider_instance($class, $name, $enabled, $config, $actions): provider {
            return $this->save(new $class(count(\state()['rows']) + 3, $name, $enabled, $config, $actions));
        }
        public function update_provider_instance($one, $config, $actions): provider {
            return $this->save($one->with(config: $config, actionconfig: $actions));
        }
        public function enable_provider_instance($one): provider { return $this->save($one->with(enabled: true)); }
        public function disable_provider_instance($one): provider { return $this->save($one->with(enabled: false)); }
    }
}
"""
SCHOOL = {"name": "School", "endpoint": "http://moodle-ai/openai/v1", "model": "assistant", "actions": ["explain_text"]}
VENDOR = {
    "name": "Vendor",
    "endpoint": "https://api.vendor.example/v1",
    "model": "large",
    "secretProperty": "vendor-key",
    "actions": ["generate_image"],
    "userHourly": 5,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    need()
    shutil.copy(FEATURE / "ai.php", tmp_path)
    (tmp_path / "config.php").write_text(MOODLE)
    (tmp_path / "secrets" / "moodle").mkdir(parents=True)
    (tmp_path / "secrets" / "moodle" / "vendor-key").write_text("hunter2\n")
    return tmp_path


def run(folder: Path, others: str = "disable", local: str = "false", **providers: Any) -> CompletedProcess[str]:
    (folder / "providers.json").write_text(json.dumps(providers))
    settings = {"MOODLE_CODE_ROOT": folder, "MOODLE_SECRETS": folder / "secrets", "STATE": folder / "state.json"}
    said = {name: str(value) for name, value in settings.items()}
    return php(folder / "ai.php", **said, MOODLE_AI_OTHERS=others, MOODLE_AI_LOCAL_ONLY=local)


def rows(folder: Path) -> dict[str, Any]:
    return {row["name"]: row for row in json.loads((folder / "state.json").read_text())["rows"].values()}


def test_each_provider_does_what_it_is_allowed_and_no_more(folder: Path) -> None:
    done = run(folder, school=SCHOOL, vendor=VENDOR)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "school: made\nvendor: made\n")
    school, vendor = rows(folder)["School"], rows(folder)["Vendor"]
    explain = school["actionconfig"][r"core_ai\aiactions\explain_text"]
    assert explain["settings"] == {
        "model": "assistant",
        "endpoint": "http://moodle-ai/openai/v1/chat/completions",
        "systeminstruction": "do explain_text",
    }
    assert [name.split("\\")[-1] for name, each in vendor["actionconfig"].items() if each["enabled"]] == [
        "generate_image"
    ]
    image = vendor["actionconfig"][r"core_ai\aiactions\generate_image"]["settings"]
    assert image["endpoint"] == "https://api.vendor.example/v1/images/generations"
    assert (vendor["config"]["apikey"], vendor["config"]["userratelimit"]) == ("hunter2", 5)
    assert (school["config"]["apikey"], school["config"]["globalratelimit"]) == ("none", 1000)
    assert "hunter2" not in done.stdout


def test_a_second_run_changes_nothing_and_a_change_makes_no_second_row(folder: Path) -> None:
    run(folder, school=SCHOOL)
    before = rows(folder)
    assert run(folder, school=SCHOOL).stdout == "school: as it should be\n"
    assert rows(folder) == before
    done = run(folder, school={**SCHOOL, "name": "Ours", "actions": ["summarise_text"]})
    assert done.stdout == "school: changed: name, actions\n"
    assert list(rows(folder)) == ["Ours"]


def test_what_git_has_not_is_switched_off_unless_it_may_stay(folder: Path) -> None:
    run(folder, school=SCHOOL, vendor=VENDOR)
    state = json.loads((folder / "state.json").read_text())
    state["rows"]["90"] = {**state["rows"]["3"], "id": 90, "name": "By hand"}
    (folder / "state.json").write_text(json.dumps(state))
    assert run(folder, "keep", school=SCHOOL).stdout == "school: as it should be\nVendor: switched off\n"
    assert rows(folder)["By hand"]["enabled"] is True
    assert "By hand: switched off" in run(folder, "keep", "true", school=SCHOOL).stdout
    assert "vendor: changed: enabled" in run(folder, school=SCHOOL, vendor=VENDOR).stdout


def test_a_missing_key_stops_one_provider_and_not_the_others(folder: Path) -> None:
    done = run(folder, school=SCHOOL, vendor={**VENDOR, "secretProperty": "nowhere"})
    assert (done.returncode, done.stdout) == (1, "school: made\n")
    assert "the Secret moodle has no nowhere" in done.stderr


def blocked(*services: str, before: str = "") -> list[str]:
    """Moodle's list after the exceptions, written as PHP has it."""
    need()
    start = f"$CFG->curlsecurityblockedhosts = {json.dumps(before)};" if before else ""
    calls = "".join(f"(require $argv[1])($CFG, {json.dumps(each)});" for each in services)
    code = f"$CFG = new stdClass(); {start} {calls} echo $CFG->curlsecurityblockedhosts;"
    return php("-r", code, "--", FEATURE / "inside.php").stdout.split("\n")


@pytest.mark.parametrize("address", ["10.96.13.7", "10.0.0.0", "10.255.255.255", "192.168.1.1", "172.31.255.254"])
def test_one_address_and_no_other_may_be_called(address: str) -> None:
    whole, left = ([ipaddress.ip_network(n) for n in blocked(a) if "/" in n] for a in ("nowhere.invalid", address))
    one = ipaddress.ip_address(address)
    assert any(one in network for network in whole)
    assert not any(one in network for network in left)
    total = [sum(network.num_addresses for network in each if network.version == 4) for each in (whole, left)]
    assert total[0] - total[1] == 1
    assert [network for network in left if network.version == 6] == [n for n in whole if n.version == 6]


def test_two_services_are_two_exceptions_and_a_name_without_an_address_is_none() -> None:
    left = [ipaddress.ip_network(each) for each in blocked("10.1.2.3", "10.1.2.4") if "/" in each]
    for address, is_blocked in (("10.1.2.3", False), ("10.1.2.4", False), ("10.1.2.5", True), ("10.200.0.1", True)):
        assert any(ipaddress.ip_address(address) in network for network in left) is is_blocked
    assert blocked("nowhere.invalid", before="10.0.0.0/8\nlocalhost") == ["10.0.0.0/8", "localhost"]
