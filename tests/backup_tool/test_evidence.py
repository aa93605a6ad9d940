"""What `verify` finds, and that it says where."""

from __future__ import annotations

import json

from tests.backup_tool.moodle import Moodle


def test_a_whole_point_is_shown_to_be_whole(site: Moodle) -> None:
    site.sql("INSERT INTO mdl_files SELECT 9000, 'da39a3ee5e6b4b0d3255bfef95601890afd80709', '', 'core', '.', '.', 0")
    site.ok("backup")
    found = json.loads(site.ok("verify", "--sample", "20").out)
    assert found["damaged"] == []
    assert {**found["evidence"], "bytes": 0} == {
        "rows": 301,
        "contents": 300,
        "read": 20,
        "bytes": 0,
        "in_trash": 0,
        "missing": [],
        "corrupt": [],
    }


def test_a_missing_file_is_named_though_it_is_not_in_the_sample(site: Moodle) -> None:
    lost = site.file(7)
    lost.unlink()
    site.ok("backup")
    done = site.run("verify", "--sample", "0")
    assert done.code == 1
    assert f"1 missing: {lost.relative_to(site.data)} (row 7, mod_resource/content)" in done.err


def test_a_file_in_the_trash_is_not_missing(site: Moodle) -> None:
    """A row can be saved, and its file go into the trash before the files are: Moodle takes it back from there."""
    site.ok("backup", "--only", "database")
    site.delete(7)
    site.ok("backup", "--only", "files")
    assert json.loads(site.ok("verify", "--sample", "all").out)["evidence"]["in_trash"] == 1


def test_a_file_with_another_content_is_named(site: Moodle) -> None:
    changed = site.file(5)
    content = bytearray(changed.read_bytes())
    content[0] ^= 1
    changed.write_bytes(content)
    cut = site.file(6)
    cut.write_bytes(cut.read_bytes()[:-1])
    site.ok("backup")
    done = site.run("verify", "--sample", "all")
    assert done.code == 1
    assert f"{changed.relative_to(site.data)} (row 5, mod_resource/content): its sha1 is another" in done.err
    assert f"{cut.relative_to(site.data)} (row 6" in done.err


def test_a_corrupted_pack_is_named(site: Moodle) -> None:
    site.ok("backup")
    pack = max((site.repository / "data").glob("*/*"), key=lambda path: path.stat().st_size)
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 0xFF
    pack.chmod(0o600)
    pack.write_bytes(content)
    done = site.run("verify", "--read-data", "all", "--sample", "0")
    assert (done.code, f"pack {pack.name[:8]}" in done.err) == (1, True)
    by_reading = site.run("verify", "--sample", "all")
    assert by_reading.code == 1, "a content lies there, or the dump"


def test_a_pack_that_is_gone_is_named(site: Moodle) -> None:
    site.ok("backup")
    pack = max((site.repository / "data").glob("*/*"), key=lambda path: path.stat().st_size)
    pack.unlink()
    done = site.run("verify", "--sample", "0")
    assert (done.code, f"pack {pack.name[:8]}" in done.err) == (1, True)
