"""The catalogue's nginx configurations in a real nginx: what it logs, what it answers, and to whom.

The configuration is the one of a golden; only addresses, paths and ports are the test's own. Skipped without nginx.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.programs import needs
from tests.running_servers import FEATURES, config_of, free_port, nginx
from tests.test_feature_php import environment

pytestmark = needs("nginx")


def moodle(feature: str, example: str, folder: Path) -> dict[str, str]:
    """nginx' files in a web pod of the sample tenant with the feature, and what nginx.sh writes at the start."""
    (folder / "www").mkdir()
    (folder / "www" / "page.html").write_text("a page")
    return {
        **config_of(feature, example, "moodle-nginx"),
        "site.conf": f"server_name learn.example.org;\nroot {folder}/www;",
        "redirect.conf": "return 302 https://learn.example.org$request_uri;",
        "fallback.conf": "try_files $uri =404;",
    }


SITE = {"Host": "learn.example.org"}
CLIENTS: list[tuple[dict[str, str], str, str]] = [
    ({"X-Forwarded-For": "198.51.100.77"}, "198.51.100.0", "198.51.100.77"),
    ({"X-Forwarded-For": "192.0.2.1, 198.51.100.77"}, "198.51.100.0", "198.51.100.77"),
    ({"X-Forwarded-For": "2001:db8:12:34:56:78:9a:bc"}, "2001:db8:12::", "2001:db8:12:34:56:78:9a:bc"),
    ({"X-Forwarded-For": "2001:db8::1"}, "2001:db8::", "2001:db8::1"),
    ({"X-Forwarded-For": "::1"}, "-", "::1"),
    ({"X-Forwarded-For": "::ffff:198.51.100.77"}, "198.51.100.0", "::ffff:198.51.100.77"),
    ({"X-Forwarded-For": 'x"\\'}, "127.0.0.0", "127.0.0.1"),
    ({}, "127.0.0.0", "127.0.0.1"),
]


@pytest.mark.parametrize(("example", "address"), [("minimal", "network"), ("full", "none"), ("full", "full")])
def test_requests_are_logged_with_no_more_of_the_client_than_allowed(
    tmp_path: Path, example: str, address: str
) -> None:
    files = moodle("logging", example, tmp_path)
    files["log-format.conf"] = f"access_log /dev/stdout {address} ;"
    with nginx(tmp_path, files, (8080,), {}) as server:
        for headers, _, _ in CLIENTS:
            server.get("/page.html?sesskey=hunter2", {**SITE, "Referer": "https://x/?wstoken=1", **headers})
        lines = server.logged(len(CLIENTS))
    for line, (_, network, full) in zip(lines, CLIENTS, strict=True):
        assert line.get("client") == {"network": network, "full": full, "none": None}[address]
        assert (line["path"], line["method"], line["status"], line["bytes"]) == ("/page.html", "GET", 200, 6)
    assert "hunter2" not in json.dumps(lines)
    assert "wstoken" not in json.dumps(lines)


def test_a_request_keeps_the_number_that_the_ingress_gave_it(tmp_path: Path) -> None:
    with nginx(tmp_path, moodle("logging", "minimal", tmp_path), (8080,), {}) as server:
        given = "4bf92f3577b34da6a3ce929d0e0e4736"
        for number in (given, 'x"y', "short"):
            server.get("/page.html", {**SITE, "X-Request-ID": number})
        seen = [line["request"] for line in server.logged(3)]
    assert seen[0] == given
    assert all(len(number) == 32 and number.isalnum() for number in seen[1:])


def test_what_the_examples_choose_is_a_format() -> None:
    for example, wanted in (("minimal", "network"), ("full", "none")):
        data = config_of("logging", example, "moodle-nginx")
        assert data["log-format.conf"] == f"access_log /dev/stdout {wanted} ;"
        assert f"log_format {wanted} escape=json" in data["log.conf"]


@pytest.mark.parametrize(
    "path", ["/", "/course/view.php?id=7", "/page.html", "/title", "/nginx.conf", "/../etc/passwd"]
)
@pytest.mark.parametrize("example", ["minimal", "full"])
def test_whatever_is_asked_the_maintenance_page_is_the_answer(tmp_path: Path, example: str, path: str) -> None:
    data = config_of("maintenance-page", example, "maintenance")
    with nginx(tmp_path, data, (8080, 8081), {"/etc/maintenance": str(tmp_path)}) as server:
        status, headers, body = server.get(path, {"Host": "learn.example.org"})
        assert server.get("/ready", {}, 8081)[0] == 200
    assert (status, headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert headers["retry-after"] == {"minimal": "300", "full": "7200"}[example]
    assert headers["cache-control"] == "no-store"
    assert f"<h1>{data['title']}</h1>\n<p>{data['message']}</p>\n<p>{data['contact']}</p>" in body
    assert f'<html lang="{data["language"]}">' in body
    assert "<!--#" not in body


@pytest.mark.parametrize("example", ["minimal", "full"])
def test_developers_are_told_the_number_of_a_request(tmp_path: Path, example: str) -> None:
    with nginx(tmp_path, moodle("tracing", example, tmp_path), (8080,), {}) as server:
        given = server.get("/page.html", {**SITE, "X-Request-ID": "4bf92f3577b34da6"})[1].get("x-request-id")
        own = server.get("/nothing", {**SITE, "X-Request-ID": 'x"y'})[1].get("x-request-id")
    assert given == {"minimal": None, "full": "4bf92f3577b34da6"}[example]
    assert (own is None) == (example == "minimal")
    assert own is None or len(own) == 32


def brought(feature: str, name: str) -> dict[str, str]:
    """The ConfigMap's data in the golden of the feature's full example; most features leave it alone."""
    try:
        return config_of(feature, "full", name)
    except AssertionError:
        return {}


def started(scripts: list[str], feature: str, folder: Path) -> dict[str, str]:
    """What the scripts write that nginx.sh reads before it starts nginx."""
    run = folder / f"run-{feature}"
    run.mkdir()
    for script in scripts:
        settings = {**environment(feature, "full"), "run": str(run), "PATH": os.environ["PATH"]}
        subprocess.run(["sh", "-euc", script], env=settings, check=True)
    return {file.name: file.read_text() for file in run.iterdir()}


def test_what_features_bring_to_nginx_goes_together(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    features = {golden.parent.parent.name for golden in FEATURES.glob("*/examples/full.golden.yaml")}
    for feature in sorted(features, key=lambda each: (each == "logging", each)):  # the others have the plain log.conf
        files |= brought(feature, "moodle-nginx")
        scripts = brought(feature, "moodle-scripts")
        files |= started([text for name, text in scripts.items() if name.startswith("nginx.d.")], feature, tmp_path)
    parts = [name for name in files if ".d." in name]
    (tmp_path / "one").mkdir()
    files |= {name: text for name, text in moodle("logging", "full", tmp_path / "one").items() if name not in files}
    nobody = {name: f"127.0.0.1:{free_port()}" for name in ("imgproxy:8080", "transcoder:80")}
    with nginx(tmp_path, files, (8080, 8082, 9180), nobody) as server:
        assert server.get("/page.html", SITE)[0] == 200
        assert server.logged(1)[0]["path"] == "/page.html"
    assert len(parts) > 1
