"""The script that puts plugins beside Moodle's code, run against a web server of its own: what it takes and what it refuses."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import threading
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.php import need, php

SCRIPT = ROOT / "overlays" / "features" / "plugins" / "plugins.php"
CORE = "<?php\n$version  = 2026100500.00; // YYYYMMDD\n$release = '5.3 (Build: 20261005)';\n$branch = '503';\n"
NAME, VERSION = "mod_attendance", "2026091500"


def version_php(component: str = NAME, version: str = VERSION, more: str = "") -> str:
    return (
        f"<?php\n/* $plugin->component = 'mod_comment'; */\n// $plugin->component = 'mod_comment';\n"
        f"$plugin->component = '{component}'; // Full name\n$plugin->version = {version};\n{more}\n"
    )


def zipped(files: Mapping[str, str], links: Mapping[str, str] | None = None) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
    return raw.getvalue()


def plugin_zip(folder: str = "attendance/", **more: Any) -> bytes:
    return zipped({f"{folder}version.php": version_php(**more), f"{folder}lib.php": "<?php // lib"})


@dataclass
class Site:
    """A pod's folders, and a web server with ZIPs; `asked` are the paths that were asked of it."""

    root: Path
    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def lock(self, component: str, raw: bytes, version: str = VERSION, **more: str) -> dict[str, dict[str, str]]:
        self.files[f"/{component}.zip"] = raw
        said = {"version": version, "url": f"{self.url}/{component}.zip", "sha256": hashlib.sha256(raw).hexdigest()}
        return {component: {**said, **more}}

    def sync(self, lock: Mapping[str, Any], **environment: str) -> CompletedProcess[str]:
        (self.root / "lock.json").write_text(json.dumps(lock))
        settings = {
            "MOODLE_IMAGE_ROOT": str(self.root / "image"),
            "MOODLE_CODE_ROOT": str(self.root / "pod" / "code"),
            "PLUGINS_LOCK": str(self.root / "lock.json"),
            "PLUGINS_CACHE": str(self.root / "moodledata" / "plugins"),
            "PLUGINS_PLAIN_HTTP": "yes",
            "PLUGINS_TRIES": "1",
        }
        return php(SCRIPT, **{**settings, **environment})

    @property
    def code(self) -> Path:
        return self.root / "pod" / "code"

    def refuses(self, lock: Mapping[str, Any], *words: str, **environment: str) -> None:
        """The script fails with these words, and leaves no code that a pod could start with."""
        done = self.sync(lock, **environment)
        assert done.returncode == 1, done.stdout
        assert done.stderr == ""
        for word in words:
            assert word in done.stdout
        assert not self.code.exists()
        assert sorted(path.name for path in self.root.iterdir()) == ["image", "lock.json", "moodledata", "pod"]


def image(root: Path, web: str) -> None:
    """What of Moodle's code the script looks at; `web` is `public/` from 5.1."""
    types = {"mod": "mod", "qtype": "question/type", "tool": "admin/tool", "theme": "theme"}
    files = {
        "config.php": "<?php require '/etc/moodle/config.php';",
        f"{web}version.php": CORE,
        f"{web}lib/components.json": json.dumps({"plugintypes": types, "subsystems": {}}),
        f"{web}mod/assign/version.php": version_php("mod_assign", "2026100500"),
        f"{web}mod/assign/db/subplugins.json": json.dumps(
            {"plugintypes": {"assignsubmission": "mod/assign/submission"}}
        ),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    need("curl", "zip")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            raw = found.files.get(self.path)
            self.send_response(200 if raw is not None else 404)
            self.end_headers()
            self.wfile.write(raw or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(tmp_path, f"http://127.0.0.1:{server.server_port}")
    image(tmp_path / "image", "public/")
    (tmp_path / "pod").mkdir()
    (tmp_path / "moodledata").mkdir()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("folder", ["attendance/", "moodle-mod_attendance-4f3a/", "", "a/b/whatever/", "public/mod/x/"])
def test_a_plugin_lies_where_its_component_says_whatever_its_folder_is_called(site: Site, folder: str) -> None:
    done = site.sync(site.lock(NAME, plugin_zip(folder)))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert (site.code / "public/mod/attendance/lib.php").read_text() == "<?php // lib"
    assert (site.code / "public/mod/assign/version.php").exists()
    assert (site.code / "config.php").exists()
    assert not (site.root / "image/public/mod/attendance").exists()


def test_before_5_1_the_code_has_no_public_folder(site: Site) -> None:
    image(site.root / "old", "")
    done = site.sync(site.lock(NAME, plugin_zip()), MOODLE_IMAGE_ROOT=str(site.root / "old"))
    assert done.returncode == 0, done.stdout
    assert (site.code / "mod/attendance/version.php").exists()


def test_a_file_that_is_not_the_reviewed_one_is_refused(site: Site) -> None:
    lock = site.lock(NAME, plugin_zip())
    site.files[f"/{NAME}.zip"] = plugin_zip(more="evil();")
    site.refuses(lock, "FAIL  mod_attendance", "it is not the file that was reviewed", lock[NAME]["sha256"])
    assert not (site.root / "moodledata" / "plugins").exists()


def test_a_file_that_is_not_there_is_refused_and_named(site: Site) -> None:
    lock = site.lock(NAME, plugin_zip())
    del site.files[f"/{NAME}.zip"]
    site.refuses(lock, f"{site.url}/{NAME}.zip", "404")


def test_all_that_is_wrong_is_said_at_once(site: Site) -> None:
    lock = {**site.lock("mod_one", b"no zip"), **site.lock("mod_two", plugin_zip()), **site.lock("odd_three", b"x")}
    site.refuses(
        lock,
        "FAIL  mod_one: the file is no ZIP",
        "FAIL  mod_two: the ZIP has no mod_two, but mod_attendance",
        "FAIL  odd_three: neither Moodle nor a plugin of the lock has plugins of the type odd",
    )


@pytest.mark.parametrize(
    "name", ["../../../../evil.php", "/evil.php", "attendance/../../evil.php", "a\\..\\evil.php", "C:/evil.php", ".."]
)
def test_no_file_of_a_zip_lies_outside_its_folder(site: Site, name: str) -> None:
    raw = zipped({"attendance/version.php": version_php(), name: "<?php evil();"})
    site.refuses(site.lock(NAME, raw), "would lie outside its folder")


def test_no_link_comes_out_of_a_zip(site: Site) -> None:
    raw = zipped({"attendance/version.php": version_php()}, {"attendance/data": "/run/secrets"})
    site.refuses(site.lock(NAME, raw), "a link or a device", "attendance")


def test_a_plugin_that_is_there_twice_is_refused(site: Site) -> None:
    raw = zipped({"a/version.php": version_php(), "b/version.php": version_php()})
    site.refuses(site.lock(NAME, raw), "more than once")


def test_the_nearest_to_the_top_is_meant(site: Site) -> None:
    raw = zipped({"a/version.php": version_php(), "a/tests/fixtures/version.php": version_php(version="1")})
    assert site.sync(site.lock(NAME, raw)).returncode == 0
    assert (site.code / "public/mod/attendance/tests/fixtures/version.php").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"version": "2026091400"}, "has version 2026091400, the lock wants 2026091500"),
        ({"more": "$plugin->requires = 2027041900;"}, "requires Moodle 2027041900, this is 2026100500.00"),
        ({"more": "$plugin->incompatible = 502;"}, "does not work from branch 502 on, this is 503"),
    ],
)
def test_a_plugin_that_this_moodle_cannot_have_is_refused(site: Site, more: dict[str, str], words: str) -> None:
    site.refuses(site.lock(NAME, plugin_zip(**more)), words)


def test_a_plugin_for_other_branches_is_taken_with_a_warning(site: Site) -> None:
    done = site.sync(site.lock(NAME, plugin_zip(more="$plugin->supported = [401, 405];")))
    assert done.returncode == 0
    assert "warn  mod_attendance: tested by its authors on branches 401 to 405, this is 503" in done.stdout


def test_an_older_plugin_of_the_image_is_replaced_whole_and_a_newer_one_never(site: Site) -> None:
    old = site.root / "image/public/mod/attendance"
    old.mkdir()
    (old / "version.php").write_text(version_php(version="2025010100"))
    (old / "gone.php").write_text("<?php")
    assert site.sync(site.lock(NAME, plugin_zip())).returncode == 0
    assert sorted(path.name for path in (site.code / "public/mod/attendance").iterdir()) == ["lib.php", "version.php"]
    (site.root / "pod" / "code").rename(site.root / "moodledata" / "code")
    (old / "version.php").write_text(version_php(version="2027010100"))
    site.refuses(site.lock(NAME, plugin_zip()), "the image has 2027010100, which is newer")


@pytest.mark.parametrize("key", ["plugintypes", "subplugintypes"])
def test_subplugins_go_where_their_plugin_says_even_if_the_plugin_is_in_the_lock(site: Site, key: str) -> None:
    folder = "mod/attendance/rule" if key == "plugintypes" else "rule"
    said = json.dumps({key: {"attendancerule": folder}})
    raw = zipped({"x/version.php": version_php(), "x/db/subplugins.json": said})
    rule = zipped({"y/version.php": version_php("attendancerule_late")})
    onlinepdf = zipped({"z/version.php": version_php("assignsubmission_pdf")})
    lock = {
        **site.lock("assignsubmission_pdf", onlinepdf),
        **site.lock("attendancerule_late", rule),
        **site.lock(NAME, raw),
    }
    done = site.sync(lock)
    assert done.returncode == 0, done.stdout
    assert (site.code / "public/mod/attendance/rule/late/version.php").exists()
    assert (site.code / "public/mod/assign/submission/pdf/version.php").exists()


def test_an_image_that_has_every_plugin_is_used_as_it_is(site: Site) -> None:
    baked = site.root / "image/public/mod/attendance"
    baked.mkdir()
    (baked / "version.php").write_text(version_php())
    done = site.sync(site.lock(NAME, b"never asked for"))
    assert (done.returncode, site.asked) == (0, [])
    assert site.code.readlink() == site.root / "image"


def test_a_pod_that_comes_later_needs_no_network_and_believes_no_cache(site: Site) -> None:
    lock = site.lock(NAME, plugin_zip())
    assert site.sync(lock).returncode == 0
    assert site.sync(lock).stdout == "the code is there already\n"
    site.asked.clear()
    for name, asked in (("second", []), ("third", [f"/{NAME}.zip"])):
        assert site.sync(lock, MOODLE_CODE_ROOT=str(site.root / name / "code")).returncode == 0
        assert site.asked == asked
        (kept,) = (site.root / "moodledata" / "plugins").iterdir()
        kept.write_bytes(plugin_zip(more="evil();"))


def test_the_mirror_is_asked_first_and_need_not_be_trusted(site: Site) -> None:
    lock = site.lock(NAME, plugin_zip())
    mirrored = f"/own/{NAME}/{VERSION}.zip"
    site.files[mirrored] = site.files[f"/{NAME}.zip"]
    mirror = {"MOODLE_PLUGINS_MIRROR": f"{site.url}/own", "PLUGINS_CACHE": "/dev/null/none"}
    assert site.sync(lock, **mirror).returncode == 0
    assert site.asked == [mirrored]
    site.files[mirrored] = b"something else"
    assert site.sync(lock, MOODLE_CODE_ROOT=str(site.root / "second" / "code"), **mirror).returncode == 0
    assert site.asked == [mirrored, mirrored, f"/{NAME}.zip"]


def test_plain_http_is_not_spoken(site: Site) -> None:
    site.refuses(site.lock(NAME, plugin_zip()), "http", PLUGINS_PLAIN_HTTP="no")
    assert site.asked == []


def test_what_a_killed_container_left_is_no_code(site: Site) -> None:
    (site.root / "pod/work/code/public").mkdir(parents=True)
    (site.root / "pod/work/code/half.php").write_text("<?php")
    assert site.sync(site.lock(NAME, plugin_zip())).returncode == 0
    assert not (site.code / "half.php").exists()
    assert [path.name for path in (site.root / "pod").iterdir()] == ["code"]
