"""The front end's feature: nginx' answers to origins and to people, its piece of config.php, and the Job for the web service."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import programs
from tests.conftest import ROOT
from tests.php import need, php
from tests.running_servers import Server, config_of, fpm, nginx
from tests.test_feature_php import config, environment

FEATURE = ROOT / "overlays" / "features" / "spa"
HOST = {"Host": "learn.example.org"}
OFFICE, HOME = "192.0.2.9, 198.51.100.7", "198.51.100.7, 192.0.2.9"
APP = "https://app.acme.edu"
SERVICE = "/webservice/rest/server.php"


def written(folder: Path, **more: str) -> None:
    """What nginx.sh writes at the start, by the feature's own script and the full example."""
    settings = {**environment("spa", "full"), **more, "run": str(folder), "PATH": os.environ["PATH"]}
    script = config_of("spa", "full", "moodle-scripts")["nginx.d.spa.sh"]
    done = subprocess.run(["sh", "-euc", script], env=settings, check=True, capture_output=True, text=True)
    assert done.stderr == ""


@pytest.fixture(params=["administrators"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """The web pod's nginx and PHP-FPM with a page, and a web service that lets everybody in as Moodle's does."""
    programs.need("nginx", "php-fpm")
    for name in ("my", "course", "mod/scorm", "webservice/rest", "login"):
        (tmp_path / "www" / name).mkdir(parents=True)
        (tmp_path / "www" / name / "index.php").write_text("<?php echo 'a page';")
    (tmp_path / "www" / SERVICE[1:]).write_text("<?php header('Access-Control-Allow-Origin: *'); echo 'served';")
    (tmp_path / "www" / "my" / "font.php").write_text("<?php header('Access-Control-Allow-Origin: *');")
    (tmp_path / "www" / "index.php").write_text("<?php echo 1;")
    (tmp_path / "www" / "r.php").write_text("<?php echo 'routed';")
    written(tmp_path, MOODLE_SPA_PAGES=request.param)
    files = {
        **config_of("spa", "full", "moodle-nginx"),
        "site.conf": f"server_name learn.example.org;\nroot {tmp_path}/www;",
        "redirect.conf": "return 302 https://learn.example.org$request_uri;",
        "fallback.conf": "try_files $uri $uri/ /r.php$is_args$args;",
    }
    with fpm(tmp_path, {"PHP_WORKERS": "2", "PHP_UPLOAD_LIMIT": "8"}), nginx(tmp_path, files, (8080,), {}) as server:
        yield server


def ask(
    site: Server, path: str, client: str = HOME, origin: str = "", method: str = "GET"
) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", site.ports[8080], timeout=20)
    headers = {**HOST, **({"X-Forwarded-For": client} if client else {}), **({"Origin": origin} if origin else {})}
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


ALLOW = "access-control-allow-origin"


@pytest.mark.parametrize("origin", [APP, "https://next.app.acme.edu", "https://app.acme.edu:8443"])
def test_a_front_end_may_call_web_services(site: Server, origin: str) -> None:
    status, headers = ask(site, SERVICE, origin=origin)
    assert (status, headers[ALLOW], headers["vary"]) == (200, origin, "Origin")
    status, headers = ask(site, SERVICE, origin=origin, method="OPTIONS")
    assert (status, headers[ALLOW]) == (204, origin)
    assert "Authorization" in headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize("origin", ["https://evil.example", f"{APP}.evil.example", "http://app.acme.edu", "null", ""])
def test_no_other_page_may(site: Server, origin: str) -> None:
    status, headers = ask(site, SERVICE, origin=origin)
    assert status == 200
    assert ALLOW not in headers
    status, headers = ask(site, SERVICE, origin=origin, method="OPTIONS")
    assert status == 200  # Moodle's own answer
    assert ALLOW not in headers


def test_elsewhere_moodles_word_is_passed_on(site: Server) -> None:
    assert ask(site, "/my/font.php", OFFICE)[1][ALLOW] == "*"
    assert ALLOW not in ask(site, "/my/", OFFICE, origin=APP)[1]


@pytest.mark.parametrize("path", ["/", "/my/", "/my/index.php", "/course/", "/webservice/../my/", "/course/1/edit"])
def test_people_are_led_to_the_front_end_and_administrators_are_not(site: Server, path: str) -> None:
    status, headers = ask(site, path)
    assert (status, headers["location"]) == (302, f"{APP}/learn/")
    assert ask(site, path, OFFICE)[0] == 200
    assert ask(site, path, "")[0] == 200  # a pod of the namespace


@pytest.mark.parametrize("path", ["/login/", SERVICE, "/mod/scorm/", "/api/rest/v2/x", "/login/logout"])
def test_login_services_and_what_is_shown_in_a_frame_are_open(site: Server, path: str) -> None:
    assert ask(site, path)[0] == 200


@pytest.mark.parametrize(("site", "status"), [("nobody", 302), ("everybody", 200)], indirect=["site"])
def test_pages_for_nobody_and_for_everybody(site: Server, status: int) -> None:
    assert {ask(site, "/my/", client)[0] for client in (OFFICE, HOME)} == {status}
    assert ask(site, "/login/")[0] == 200


def test_a_token_goes_to_the_front_end_and_nowhere_else() -> None:
    found = config("spa")
    mobile = found["forced_plugin_settings"]["tool_mobile"]
    assert mobile == {"typeoflogin": 2, "forcedurlscheme": "https://app.acme.edu/learn/#moodle"}
    assert (found["tokenduration"], found["webserviceprotocols"]) == (86400, "rest")


# What the script uses of Moodle: the service's row, one capability, the system context.
MOODLE = r"""<?php
namespace {
    const CAP_ALLOW = 1;
    global $CFG, $DB;
    $CFG = (object) ['dirroot' => getenv('MOODLE_CODE_ROOT'), 'defaultuserroleid' => 7];
    function state(?array $new = null): array {
        $file = getenv('STATE');
        if ($new !== null) { file_put_contents($file, json_encode($new)); }
        return json_decode(file_get_contents($file), true);
    }
    function get_admin(): stdClass { return (object) ['id' => 2]; }
    function assign_capability($name, $value, $role, $context, $over) {
        $all = state(); $all['role'] = [$name, $value, $role, $context]; state($all);
    }
    $DB = new class {
        public function get_field(string $table, string $field, array $where) { return state()['role'][1] ?? false; }
    };
    class webservice {
        public function get_external_service_by_shortname(string $name) {
            return state()['service'] === null ? false : (object) state()['service'];
        }
        public function update_external_service(stdClass $row): void {
            $all = state(); $all['service'] = (array) $row; state($all);
        }
    }
}
namespace core\session { class manager { public static function set_user($user): void {} } }
namespace core\context { class system { public $id = 1; public static function instance(): self { return new self(); } } }
"""


def test_the_web_service_is_switched_on_once(tmp_path: Path) -> None:
    need()
    shutil.copy(FEATURE / "spa.php", tmp_path)
    (tmp_path / "webservice").mkdir()
    (tmp_path / "webservice" / "lib.php").write_text("<?php")
    (tmp_path / "config.php").write_text(MOODLE)
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"service": {"id": 1, "enabled": 0}}))

    def run() -> subprocess.CompletedProcess[str]:
        return php(tmp_path / "spa.php", MOODLE_CODE_ROOT=str(tmp_path), STATE=str(state))

    first = run()
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines()[:2] == ["service: switched on", "users: may call it by REST"]
    expected = {"service": {"id": 1, "enabled": 1}, "role": ["webservice/rest:use", 1, 7, 1]}
    assert json.loads(state.read_text()) == expected
    assert run().stdout == "web service: as it should be\n"
    state.write_text(json.dumps({"service": None}))
    assert run().returncode == 1
