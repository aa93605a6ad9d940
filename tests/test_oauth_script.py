"""The Job that sets up OpenID Connect providers, run against stand-ins for Moodle's classes that keep their rows in a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.php import need, php

SCRIPT = ROOT / "overlays" / "features" / "oauth" / "oauth.php"
# What the script uses of Moodle 4.5 to 5.3, and no more: core\oauth2\api and issuer, config of plugins, who is logged in.
MOODLE = r"""<?php
namespace {
    class moodle_exception extends \Exception {}
    function state(?array $new = null): array {
        $file = getenv('STATE');
        if ($new !== null) { file_put_contents($file, json_encode($new)); }
        return is_file($file) ? json_decode(file_get_contents($file), true) : ['config' => [], 'issuers' => [], 'calls' => []];
    }
    function called(string $name): void { $all = state(); $all['calls'][] = $name; state($all); }
    function get_admin(): stdClass { return (object) ['id' => 2]; }
    function get_config(string $plugin, string $name) { return state()['config']["$plugin/$name"] ?? false; }
    function set_config(string $name, $value, string $plugin): void {
        $all = state(); $all['config']["$plugin/$name"] = $value; state($all);
    }
}
namespace core\session {
    class manager { public static function set_user($user): void { \called('set_user'); } }
}
namespace core\plugininfo {
    class auth { public static function enable_plugin(string $name, int $on): void { \called("enable $name"); } }
}
namespace core\oauth2 {
    class issuer {
        const LOGINONLY = 2; const SERVICEONLY = 0;
        public function __construct(private int $id) {}
        public static function get_record(array $filter) {
            return isset(\state()['issuers'][$filter['id']]) ? new self($filter['id']) : false;
        }
        public function get(string $name) { return $name === 'id' ? $this->id : \state()['issuers'][$this->id][$name]; }
    }
    class api {
        private static function save(int $id, array $row): issuer {
            if (str_contains($row['baseurl'], 'unreachable')) { throw new \moodle_exception('no discovery document'); }
            $all = \state(); $all['issuers'][$id] = $row; \state($all);
            return new issuer($id);
        }
        public static function create_issuer(\stdClass $data): issuer {
            \called('create'); return self::save(count(\state()['issuers']) + 7, (array) $data);
        }
        public static function update_issuer(\stdClass $data): issuer {
            \called('update'); $row = (array) $data; unset($row['id']); return self::save($data->id, $row);
        }
        public static function disable_issuer(int $id): bool {
            \called('disable'); $all = \state(); $all['issuers'][$id]['enabled'] = 0; \state($all); return true;
        }
    }
}
"""


@dataclass(frozen=True, slots=True)
class Moodle:
    """A folder with the script, its providers, secrets, and what Moodle's database would hold."""

    root: Path

    def run(self, providers: Mapping[str, Mapping[str, Any]]) -> CompletedProcess[str]:
        (self.root / "providers.json").write_text(json.dumps(providers))
        state = self.root / "state.json"
        if state.exists():
            state.write_text(json.dumps({**self.state, "calls": []}))
        return php(
            self.root / "oauth.php",
            MOODLE_CODE_ROOT=str(self.root / "code"),
            MOODLE_SECRETS=str(self.root / "secrets"),
            STATE=str(state),
        )

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / "state.json").read_text())
        return found

    @property
    def issuers(self) -> dict[str, Any]:
        return {row["name"]: row for row in self.state["issuers"].values()}


@pytest.fixture
def moodle(tmp_path: Path) -> Moodle:
    need()
    shutil.copy(SCRIPT, tmp_path)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "config.php").write_text(MOODLE)
    (tmp_path / "secrets" / "moodle").mkdir(parents=True)
    for name in ("one", "two"):
        (tmp_path / "secrets" / "moodle" / f"{name}-secret").write_text(f"{name}-value\n")
    return Moodle(tmp_path)


def provider(key: str, **more: Any) -> dict[str, Any]:
    said = {"name": key.title(), "issuer": f"https://{key}.example.org", "clientId": "moodle"}
    return {**said, "secretProperty": f"{key}-secret", **more}


BOTH = {"one": provider("one", loginPage=False), "two": provider("two", scopes="openid groups")}


def test_every_provider_gets_a_row_and_a_secret_of_its_own(moodle: Moodle) -> None:
    done = moodle.run(BOTH)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "one: made\ntwo: made\n")
    one, two = moodle.issuers["One"], moodle.issuers["Two"]
    assert (one["clientsecret"], two["clientsecret"]) == ("one-value", "two-value")
    assert (one["showonloginpage"], two["showonloginpage"]) == (0, 2)
    assert (one["loginscopes"], two["loginscopes"]) == ("openid profile email", "openid groups")
    assert moodle.state["calls"][-1] == "enable oauth2"
    assert "one-value" not in done.stdout


def test_a_second_run_changes_nothing(moodle: Moodle) -> None:
    moodle.run(BOTH)
    before = moodle.state["issuers"]
    done = moodle.run(BOTH)
    assert done.stdout == "one: as it should be\ntwo: as it should be\n"
    assert (moodle.state["issuers"], moodle.state["calls"]) == (before, ["set_user", "enable oauth2"])


def test_a_new_name_and_address_change_the_row_and_make_none(moodle: Moodle) -> None:
    moodle.run(BOTH)
    done = moodle.run({**BOTH, "one": provider("one", name="Uno", issuer="https://uno.example.org", loginPage=False)})
    assert "one: changed: name, baseurl, loginpagename" in done.stdout
    assert sorted(moodle.issuers) == ["Two", "Uno"]


def test_a_provider_that_git_no_longer_has_lets_nobody_in_and_comes_back_as_it_was(moodle: Moodle) -> None:
    moodle.run(BOTH)
    done = moodle.run({"one": BOTH["one"]})
    assert done.stdout == "one: as it should be\ntwo: switched off\n"
    assert moodle.issuers["Two"]["enabled"] == 0
    assert moodle.run({"one": BOTH["one"]}).stdout == "one: as it should be\n"
    assert "two: changed: enabled" in moodle.run(BOTH).stdout
    assert len(moodle.state["issuers"]) == 2


def test_one_that_fails_does_not_keep_the_others_out(moodle: Moodle) -> None:
    bad = {
        "gone": provider("gone"),
        "far": provider("one", issuer="https://unreachable.example.org"),
        "two": BOTH["two"],
    }
    done = moodle.run(bad)
    assert done.returncode == 1
    assert "gone: the Secret moodle has no gone-secret" in done.stderr
    assert "far: Moodle refuses the issuer: no discovery document" in done.stderr
    assert sorted(moodle.issuers) == ["Two"]
    again = moodle.run({**bad, "far": provider("one")})
    assert "far: made" in again.stdout
