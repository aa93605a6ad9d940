"""nginx around the image proxy: what originals it lets through, and that an address reaches the proxy letter by letter."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.programs import needs
from tests.running_servers import Server, config_of, nginx
from tests.test_feature_php import environment

pytestmark = needs("nginx")
SITE = {"Host": "learn.sample.example.org", "Cookie": "MoodleSession=x", "Authorization": "Bearer x"}


class Echo(BaseHTTPRequestHandler):
    """Moodle and imgproxy at once: answers with what it was asked."""

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        self.send_response(200)
        self.send_header("Cache-Control", "private")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Server]:
    """The web pod's nginx with the feature's full example."""
    script = config_of("imgproxy", "full", "moodle-scripts")["nginx.d.imgproxy.sh"]
    settings = {**environment("imgproxy", "full"), "run": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run(["sh", "-euc", script], env=settings, check=True)
    written = {name: (tmp_path / name).read_text() for name in ("imgproxy.host", "site.d.imgproxy.conf")}
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as behind:
        thread = threading.Thread(target=behind.serve_forever, daemon=True)
        thread.start()
        address = f"127.0.0.1:{behind.server_port}"
        files = {
            **config_of("imgproxy", "full", "moodle-nginx"),
            **written,
            "site.conf": f"server_name learn.sample.example.org;\nroot {tmp_path};",
            "redirect.conf": "return 302 https://learn.sample.example.org$request_uri;",
            "fallback.conf": "try_files $uri =404;",
        }
        moved = {"127.0.0.1:8080": address, "imgproxy:8080": address}
        with nginx(tmp_path, files, (8080, 8082), moved) as server:
            yield server
        behind.shutdown()


@pytest.mark.parametrize(
    "path",
    [
        "/theme/image.php/boost/core/1/logo",
        "/pluginfile.php/42/course/overviewfiles/picture.jpg",
        "/pluginfile.php/1/core_admin/logo/0x200/7/logo.png",
        "/pluginfile.php/1/theme_boost/backgroundimage/7/hall.jpg",
    ],
)
def test_public_images_are_asked_for_as_a_visitor_without_a_login(site: Server, path: str) -> None:
    status, _, body = site.get(path, SITE, port=8082)
    asked = json.loads(body)
    assert (status, asked["path"], asked["host"]) == (200, path, "learn.sample.example.org")
    assert asked.keys() & {"cookie", "authorization", "x-forwarded-for"} == set()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/pluginfile.php/42/mod_assign/submission_files/1/essay.jpg",
        "/pluginfile.php/42/course/summary/picture.jpg",
        "/pluginfile.php/42/user/private/picture.jpg",
        "/pluginfile.php/1/core_admin/logo/../../../42/user/private/x.jpg",
        "/webservice/rest/server.php",
        "/login/index.php",
    ],
)
def test_nothing_else_gets_through(site: Server, path: str) -> None:
    assert site.get(path, SITE, port=8082)[0] == 404


def test_an_address_is_not_changed_on_its_way_and_its_image_is_kept(site: Server) -> None:
    path = "/imgproxy/c2ln/rs:fill:300:200/exp:1900000000/plain/http:%2F%2Fmoodle-images:8082%2Fx@webp"
    status, headers, body = site.get(path, SITE)
    asked = json.loads(body)
    assert (status, asked["path"], headers["cache-control"]) == (200, path, "public, max-age=604800")
    assert asked.keys() & {"cookie", "authorization"} == set()
    assert headers["x-content-type-options"] == "nosniff"
    assert site.get(path, {**SITE, "X-Second": "yes"})[2] == body  # from the cache: it was not asked again
