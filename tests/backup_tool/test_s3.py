"""The repository in a bucket: the same as in a folder, by ours and by restic."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.backup_tool.moodle import DISTANT, Moodle, kept, tree, whole
from tests.backup_tool.store import KEYS, Proxy


def test_restic_reads_what_we_write_in_a_bucket(distant: Moodle) -> None:
    distant.ok("backup")
    distant.add(b"of later")
    distant.delete(3)
    distant.ok("backup")
    assert "no errors were found" in distant.restic("check", "--read-data")
    found = json.loads(distant.ok("verify", "--sample", "all", "--read-data", "all").out)
    assert (found["damaged"], found["evidence"]["missing"], found["evidence"]["read"]) == ([], [], DISTANT)
    by_restic = distant.folder / "by-restic"
    distant.restic("restore", distant.snapshots("files")[-1]["id"], "--target", str(by_restic))
    assert tree(by_restic / distant.data.relative_to("/")) == kept(distant)
    target, into = distant.folder / "by-us", distant.empty_database("by_us")
    distant.ok("restore", "--to-folder", str(target), "--to-database", DB_NAME=into)
    assert (tree(target), distant.rows(into)) == (kept(distant), distant.rows())

    last = ["--keep-within", "0", "--keep-daily", "1", "--keep-weekly", "0", "--keep-monthly", "0"]
    distant.ok("forget", *last)
    assert [len(distant.snapshots(tag)) for tag in ("database", "files", "manifest")] == [1, 1, 1]
    assert "no errors were found" in distant.restic("check", "--read-data")
    distant.ok("verify", "--sample", "all")


def test_we_read_what_restic_writes_in_a_bucket(distant: Moodle, proxy: Proxy) -> None:
    there = {"RESTIC_REPOSITORY": proxy.repository(f"{distant.folder.name}/of-restic")}
    distant.restic("init", **there)
    dump = "PGPASSWORD=$(cat $DB_PASSWORD_FILE) pg_dump -Fc -Z0 -h $DB_HOST -p $DB_PORT -U moodle $DB_NAME"
    store = "restic --no-cache backup -q --host acme --tag database --stdin --stdin-filename database.dump"
    script = f"set -o pipefail; {dump} | {store}"
    subprocess.run(["bash", "-ec", script], env=distant.environment(**there), check=True, capture_output=True)
    distant.restic("backup", "-q", "--host", "acme", "--tag", "files", str(distant.data), **there)

    found = json.loads(distant.ok("verify", "--sample", "all", "--read-data", "all", **there).out)
    assert (found["damaged"], found["evidence"]["read"]) == ([], DISTANT)
    target, into = distant.folder / "by-us", distant.empty_database("by_us")
    distant.ok("restore", "--to-folder", str(target), "--to-database", DB_NAME=into, **there)
    assert (tree(target), whole(distant, target, into)) == (tree(distant.data), [])
    distant.ok("backup", **there)
    assert "no errors were found" in distant.restic("check", "--read-data", **there)


def test_a_large_file_comes_back(distant: Moodle) -> None:
    """Packs of many megabytes are sent as one and read in ranges."""
    distant.add(os.urandom(40_000_000))
    distant.ok("backup")
    distant.ok("verify", "--sample", "all", "--read-data", "all")
    target = distant.folder / "target"
    distant.ok("restore", "--to-folder", str(target))
    assert tree(target) == kept(distant)


def test_what_is_in_the_cache_is_not_asked_for_again(distant: Moodle, proxy: Proxy) -> None:
    """It is of use, may be lost or damaged, and holds nothing that a wrong password reads."""
    cache = distant.folder / "cache"
    given = ["--cache-dir", str(cache)]
    distant.ok("backup", *given)

    def asked(*arguments: str) -> int:
        start = len(proxy.asked)
        distant.ok("verify", "--sample", "0", *arguments)
        return len(proxy.asked) - start

    without, warm = asked(), asked(*given)
    assert warm < without / 2, (warm, without)
    assert (
        distant.run("list", *given, RESTIC_PASSWORD="no", RESTIC_PASSWORD_FILE=str(distant.folder / "password")).code
        == 3
    )
    for file in (file for file in cache.rglob("*") if file.is_file()):
        file.write_bytes(b"")
    distant.ok("verify", "--sample", "0", *given)
    shutil.rmtree(cache)
    distant.ok("backup", *given)
    distant.ok("verify", "--sample", "all", *given)
    assert "no errors were found" in distant.restic("check", "--read-data")


def test_what_the_store_refuses_is_told_apart(distant: Moodle) -> None:
    asked = [
        ({"AWS_SECRET_ACCESS_KEY": "another"}, "SignatureDoesNotMatch"),
        ({"AWS_ACCESS_KEY_ID": "somebody-else"}, "see the access key's id"),
        ({"RESTIC_REPOSITORY": distant.where["RESTIC_REPOSITORY"].replace("backups", "none")}, "make the bucket first"),
        ({"RESTIC_REPOSITORY": distant.where["RESTIC_REPOSITORY"] + "-none"}, "there is no repository in s3:http"),
    ]
    for changed, words in asked:
        done = distant.run("list", **changed)
        assert (done.code, words in done.err) == (3, True), done.err
    asked = [
        ({"AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY_FILE"),
        ({"RESTIC_REPOSITORY": "s3:http://store.example.org/backups"}, "--insecure-http"),
        ({"RESTIC_REPOSITORY": "s3:https://store.example.org"}, "s3:https://HOST/BUCKET/PREFIX"),
        ({"SSL_CERT_FILE": str(distant.folder / "password")}, "no certificate"),
    ]
    for changed, words in asked:
        done = distant.run("backup", **changed)
        assert (done.code, words in done.err) == (2, True), done.err


def test_keys_may_lie_in_files(distant: Moodle) -> None:
    given: dict[str, str] = {}
    for name, secret in KEYS.items():
        file = distant.folder / name
        file.write_text(secret + "\n")
        given |= {f"{name}_FILE": str(file), name: "not this one"}
    distant.ok("backup", **given)


def test_restics_lock_is_waited_for(distant: Moodle) -> None:
    distant.ok("backup")
    command = ["bash", "-c", "sleep 60 | restic --no-cache backup -q --stdin"]
    running = subprocess.Popen(command, env=distant.environment(), start_new_session=True)
    try:
        deadline = time.monotonic() + 30
        while (done := distant.run("forget", "--dry-run")).code == 0 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert (done.code, "another program works on the repository" in done.err) == (3, True), done.err
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def test_a_store_with_its_own_authority(distant: Moodle, bucket: str, tmp_path: Path) -> None:
    authority, theirs, key, certificate = (tmp_path / name for name in ("ca.pem", "ca.key", "key.pem", "store.pem"))
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    own = ["-subj", "/CN=authority", "-keyout", str(theirs), "-out", str(authority)]
    signed = ["-CA", str(authority), "-CAkey", str(theirs), "-keyout", str(key), "-out", str(certificate)]
    leaf = ["-subj", "/CN=store", "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"]
    for arguments in (own, [*leaf, *signed]):
        subprocess.run([*new, *arguments], check=True, capture_output=True)
    both = tmp_path / "both.pem"
    both.write_text(key.read_text() + certificate.read_text())
    with Proxy(bucket, secure=both).serve() as secure:
        there = {"RESTIC_REPOSITORY": secure.repository(f"{tmp_path.name}/secure")}
        done = distant.run("list", **there)
        assert (done.code, "--ca-file" in done.err) == (3, True), done.err
        distant.ok("init", "--ca-file", str(authority), **there)
        distant.ok("backup", "--ca-file", str(authority), **there)
        distant.ok("verify", SSL_CERT_FILE=str(authority), **there)
        assert "no errors" in distant.restic("check", "--cacert", str(authority), **there)
        with pytest.raises(AssertionError, match="x509"):
            distant.restic("check", **there)
