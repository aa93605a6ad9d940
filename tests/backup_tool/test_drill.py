"""A drill: what it shows, what it measures, what it finds wrong, and that it leaves nothing."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.backup_tool.moodle import Done, Moodle, tree
from tests.backup_tool.store import Proxy
from tests.programs import eventually, need


def drill(site: Moodle, *arguments: str, **changed: str) -> Done:
    files = ["--scratch", str(site.folder / "scratch"), "--evidence", str(site.folder / "evidence.json")]
    return site.run("drill", *files, "--metrics", str(site.folder / "drill.prom"), *arguments, **changed)


def evidence(site: Moodle) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site.folder / "evidence.json").read_text())
    return found


def metrics(file: Path) -> dict[str, float]:
    """What Prometheus' own program accepts without a word."""
    need("promtool")
    text = file.read_text()
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, ""), text
    samples = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {
        name.replace('tenant="acme"', "").replace('command="', "").replace('",', ""): float(number)
        for name, number in samples
    }


def left(site: Moodle) -> tuple[list[str], str]:
    """What lies about: but for the lock's file, nothing should."""
    names = [path.name for path in (site.folder / "scratch").iterdir() if path.suffix != ".lock"]
    names += [path.name for path in site.folder.glob(".*.new")]
    return names, site.sql("SELECT datname FROM pg_database WHERE datname LIKE 'moodle_backup_drill%'")


def test_a_good_drill_and_its_evidence(site: Moodle) -> None:
    site.ok("backup")
    before = (tree(site.data), site.rows(), tree(site.repository))
    done = drill(site, "--rto", "30m", "--sample", "all")
    assert done.code == 0, done.err
    found = evidence(site)
    assert found == json.loads(done.out)
    assert (found["good"], found["problem"], found["promised_seconds"], found["tenant"]) == (True, None, 1800, "acme")
    (point,) = site.points()
    assert found["point"] == point["time"]
    assert found["snapshots"] == {half: point[half]["id"] for half in ("database", "files")}
    assert (found["site"]["moodle_version"], found["site"]["rows"]["mdl_files"]) == ("2026100500.00", 300)
    shown = found["evidence"]
    assert (shown["rows"], shown["read"], shown["missing"], shown["corrupt"]) == (300, 300, [], [])
    seconds = found["seconds"]
    assert sorted(seconds) == ["check", "clear", "database", "files", "open", "total"]
    parts = sum(seconds[part] for part in ("open", "database", "files", "check"))
    assert round(parts, 3) <= seconds["total"]  # milliseconds, whose sum in binary can be a bit more
    given = metrics(site.folder / "drill.prom")
    assert given["moodle_backup_success{drill}"] == 1
    assert given["moodle_backup_last_success_timestamp_seconds{drill}"] == pytest.approx(time.time(), abs=60)
    assert given["moodle_backup_promised_seconds{drill}"] == 1800
    assert (tree(site.data), site.rows(), tree(site.repository)) == before
    assert left(site) == ([], "")


def test_a_promise_that_is_missed(site: Moodle) -> None:
    site.ok("backup")
    assert drill(site).code == 0
    last = metrics(site.folder / "drill.prom")["moodle_backup_last_success_timestamp_seconds{drill}"]
    time.sleep(1.1)
    done = drill(site, "--rto", "10ms")
    assert (done.code, "the promise is missed: the restore took" in done.err) == (1, True), done.err
    assert (evidence(site)["good"], evidence(site)["evidence"]["missing"]) == (False, [])
    given = metrics(site.folder / "drill.prom")
    assert given["moodle_backup_success{drill}"] == 0
    assert given["moodle_backup_last_success_timestamp_seconds{drill}"] == last
    assert given["moodle_backup_last_run_timestamp_seconds{drill}"] > last
    assert left(site) == ([], "")


def test_what_lacks_is_named(site: Moodle) -> None:
    lost, changed = site.file(7), site.file(9)
    lost.unlink()
    changed.write_bytes(bytes(changed.stat().st_size))
    site.ok("backup")
    done = drill(site, "--sample", "all")
    assert (done.code, f"1 missing: {lost.relative_to(site.data)} (row 7" in done.err) == (1, True), done.err
    assert f"{changed.relative_to(site.data)} (row 9, mod_resource/content): its sha1 is another" in done.err
    assert len(evidence(site)["evidence"]["missing"]) == 1
    assert metrics(site.folder / "drill.prom")["moodle_backup_missing_contents{drill}"] == 1
    assert left(site) == ([], "")


def test_a_damaged_repository(site: Moodle) -> None:
    site.ok("backup")
    for pack in (site.repository / "data").glob("*/*"):
        pack.chmod(0o600)
        content = bytearray(pack.read_bytes())
        content[len(content) // 2] ^= 0xFF
        content[10] ^= 0xFF
        pack.write_bytes(content)
    done = drill(site)
    assert (done.code, evidence(site)["good"]) == (1, False), done.err
    assert evidence(site)["problem"] in done.err
    assert metrics(site.folder / "drill.prom")["moodle_backup_success{drill}"] == 0
    assert left(site) == ([], "")


def test_a_drill_that_was_killed_and_a_good_one(site: Moodle) -> None:
    site.ok("backup")
    arguments = ("drill", "--scratch", str(site.folder / "scratch"))
    real = site.environment()["PATH"].split(":", 1)[1]
    site.program("pg_restore", f'PATH="{real}"; pg_restore "$@"; touch {site.folder}/there; sleep 30')
    running = site.start(*arguments)
    eventually("half of the database is there", (site.folder / "there").exists)
    other = drill(site)
    assert (other.code, "another drill of `acme` is at work" in other.err) == (3, True), other.err
    running.kill()
    running.communicate(timeout=20)
    assert left(site)[1].startswith("moodle_backup_drill_acme_")
    (site.folder / "bin" / "pg_restore").unlink()
    scratch = site.folder / "scratch" / left(site)[1] / "filedir"
    scratch.mkdir(parents=True)
    (scratch / "of the killed one").write_text("half")
    (site.folder / ".evidence.json.new").write_text("half")
    done = drill(site, "--sample", "all")
    assert (done.code, evidence(site)["evidence"]["read"]) == (0, 300), done.err
    assert left(site) == ([], "")


def test_what_a_drill_is_refused(site: Moodle) -> None:
    site.ok("backup")
    none = site.folder / "none"
    for arguments, words in (
        (["--rto", "soon"], "as 30m"),
        (["--evidence", str(none / "x")], "cannot be written"),
        (["--metrics", str(none / "x")], "cannot be written"),
        (["--scratch", str(site.folder / "password")], "cannot be written"),
    ):
        given = ["--scratch", str(site.folder / "scratch")] if "--scratch" not in arguments else []
        done = site.run("drill", *given, *arguments)
        assert (done.code, words in done.err) == (2, True), done.err
    assert not (site.folder / "scratch" / "filedir").exists()
    done = drill(site, DB_PORT="1")
    assert (done.code, evidence(site)["good"], evidence(site)["point"]) == (3, False, None), done.err
    site.sql("DROP ROLE IF EXISTS weak; CREATE ROLE weak LOGIN PASSWORD 'weak'")
    for name in ("username", "password"):
        (site.folder / f"weak-{name}").write_text("weak\n")
    weak = {
        f"DB_{name}_FILE": str(site.folder / f"weak-{file}")
        for name, file in (("USER", "username"), ("PASSWORD", "password"))
    }
    done = drill(site, **weak)
    assert (done.code, "CREATEDB" in done.err, evidence(site)["good"]) == (3, True, False), done.err


def test_backup_and_verify_give_metrics_too(site: Moodle) -> None:
    file = site.folder / "site.prom"
    site.ok("backup", "--metrics", str(file))
    saved = metrics(file)
    assert saved["moodle_backup_success{backup}"] == 1
    assert {f'moodle_backup_duration_seconds{{backup,part="{part}"}}' for part in ("database", "files")} <= set(saved)
    site.file(7).unlink()
    (site.data / "filedir").rename(site.data / "elsewhere")
    assert site.run("verify", "--metrics", str(file)).code == 0, "what was saved is whole"
    found = metrics(file)
    assert (found["moodle_backup_file_rows{verify}"], found["moodle_backup_missing_contents{verify}"]) == (300, 0)
    pack = max((site.repository / "data").glob("*/*"), key=lambda path: path.stat().st_size)
    pack.unlink()
    assert site.run("verify", "--metrics", str(file)).code == 1
    given = metrics(file)
    assert given["moodle_backup_success{verify}"] == 0
    last = "moodle_backup_last_success_timestamp_seconds{verify}"
    assert given[last] == found[last]
    assert site.run("backup", "--metrics", str(file), DB_PORT="1").code == 3
    assert metrics(file)["moodle_backup_success{backup}"] == 0


def test_a_drill_from_a_bucket_that_goes_away(distant: Moodle, proxy: Proxy) -> None:
    distant.ok("backup")
    assert drill(distant, "--sample", "all").code == 0
    proxy.fault = lambda method, key: "500" if method == "GET" and "/data/" in key else ""
    done = drill(distant, BACKUP_STORE_TRIES="2")
    assert (done.code, "500 InternalError (2 tries)" in evidence(distant)["problem"]) == (3, True), done.err
    assert left(distant) == ([], "")
