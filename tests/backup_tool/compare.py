"""`python -m tests.backup_tool.compare`: moodle-backup beside Debian's restic on one site, in turn. A report, never a test.

Each has a repository of its own in a folder, and is given the same work: a dump of PostgreSQL and moodledata. `MOODLE_BACKUP` names
the program, as `rust/test` builds it; `--write` puts the page into docs/.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.backup_tool.moodle import Moodle
from tests.bench.__main__ import say
from tests.bench.measure import Command, Measured, load, ratio, rounds
from tests.conftest import ROOT
from tests.postgres import postgres

SEED = 9
COMPRESSIBLE = 0.2
"""The share of files that are text; the others are as images and archives are."""
LEFT_OUT = ("cache", "localcache", "temp", "sessions", "lock", "climaintenance.html")
WORDS = b"the course of a student and a teacher with an answer to each question is graded by points ".split()
OURS, THEIRS = "moodle-backup", "restic"


@dataclass(frozen=True, slots=True)
class Pair:
    """One site for both, who each have a repository, and an order in which files are made."""

    site: Moodle
    average: int
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def repository(self, who: str) -> Path:
        return self.site.folder / f"repository-{who}"

    def command(self, who: str, name: str, script: str, prepare: Callable[[], object] = lambda: None) -> Command:
        """A step of one of them, as a shell runs it."""
        environment = self.site.environment(RESTIC_REPOSITORY=str(self.repository(who)))
        command = ["bash", "-o", "pipefail", "-ec", script]
        return Command(f"{name}: {who}", command, self.site.folder, environment=environment, prepare=prepare)

    def grow(self, files: int) -> None:
        """New files with their rows, of sizes as they are met: many small ones, few large."""
        for start in range(0, files, 500):
            sizes = [int(self.chance.expovariate(1 / self.average)) + 1 for _ in range(min(500, files - start))]
            self.site.add(*(self._content(size) for size in sizes))

    def _content(self, size: int) -> bytes:
        if self.chance.random() >= COMPRESSIBLE:
            return self.chance.randbytes(size)
        return b" ".join(self.chance.choices(WORDS, k=size // 5 + 1))[:size]

    def begin(self, who: str) -> None:
        """An empty repository, made by its own program."""
        shutil.rmtree(self.repository(who), ignore_errors=True)
        program = os.environ["MOODLE_BACKUP"] if who == OURS else THEIRS
        environment = self.site.environment(RESTIC_REPOSITORY=str(self.repository(who)))
        subprocess.run([program, "init"], env=environment, check=True, capture_output=True)


def steps(pair: Pair, files: int) -> list[Command]:
    """What is measured, one after the other and both in turn."""
    program, data = shlex.quote(os.environ["MOODLE_BACKUP"]), shlex.quote(str(pair.site.data))
    excluded = " ".join(f"--exclude {data}/{name}" for name in LEFT_OUT)
    dump = "PGPASSWORD=$(cat $DB_PASSWORD_FILE) pg_dump --format=custom --compress=0 -h $DB_HOST -p $DB_PORT -U moodle $DB_NAME"
    kept = "restic --no-cache backup --quiet --host acme --tag"
    save = {
        OURS: f"{program} backup",
        THEIRS: f"{dump} | {kept} database --stdin --stdin-filename database.dump; {kept} files {excluded} {data}",
    }
    check = {OURS: f"{program} verify --sample 200 --read-data 100%", THEIRS: "restic --no-cache check --read-data"}
    restore = {
        OURS: f"{program} restore --to-folder restored-ours",
        THEIRS: "restic --no-cache restore latest --tag files --verify --target restored-theirs",
    }

    def away() -> None:
        for name in ("restored-ours", "restored-theirs"):
            shutil.rmtree(pair.site.folder / name, ignore_errors=True)

    found = [pair.command(who, "first backup", save[who], partial(pair.begin, who)) for who in save]
    found += [pair.command(who, "nothing has changed", save[who]) for who in save]
    found.append(pair.command(OURS, "one file in a hundred is new", save[OURS], lambda: pair.grow(files // 100)))
    found.append(pair.command(THEIRS, "one file in a hundred is new", save[THEIRS]))
    found += [pair.command(who, "check, all data read", check[who]) for who in save]
    return found + [pair.command(who, "restore of the files, read back", restore[who], away) for who in save]


def table(measured: Sequence[Measured]) -> list[str]:
    """A row for each step: medians of ours and theirs, and how many times ours theirs is, round by round."""
    lines = [
        "| step | CPU | restic's | restic's to ours | wall | restic's | memory | restic's |",
        "| --- |" + " --- |" * 7,
    ]
    for ours, theirs in zip(measured[::2], measured[1::2], strict=True):
        times = ratio(theirs.cpu, ours.cpu)
        cells = [ours.command.name.rpartition(": ")[0]]
        cells += [f"{statistics.median(each.cpu):.1f} s" for each in (ours, theirs)]
        cells.append(f"{times.of_medians:.2f} ({times.least:.2f} to {times.most:.2f})")
        cells += [f"{statistics.median(each.wall):.1f} s" for each in (ours, theirs)]
        cells += [f"{each.memory >> 20} MiB" for each in (ours, theirs)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def page(
    asked: argparse.Namespace, sizes: dict[str, int], before: float, measured: Sequence[Measured], drill: Sequence[str]
) -> str:
    """The report, with what it holds for."""
    restic = subprocess.run(["restic", "version"], capture_output=True, text=True, check=True).stdout.split()[1]
    ours = subprocess.run([os.environ["MOODLE_BACKUP"], "--version"], capture_output=True, text=True, check=True)
    return "\n".join(
        [
            "# moodle-backup beside restic",
            "",
            f"`python -m tests.backup_tool.compare` measured this page on {datetime.now(UTC):%Y-%m-%d}.",
            "",
            f"- {ours.stdout.strip()} and Debian's restic {restic}, each with a folder for a repository, {asked.rounds} rounds",
            f"- a site of {asked.files:,} files and {sizes['moodledata'] / 1e9:.2f} GB; a fifth of the files is text",
            f"- 2 cores, load {before:.1f} before and {load():.1f} after; CPU is user and system time of the program and `pg_dump`",
            "- memory is that of the largest process",
            "",
            *table(measured),
            "",
            f"Repositories at the end: {sizes[OURS] / 1e9:.2f} GB ours, {sizes[THEIRS] / 1e9:.2f} GB restic's.",
            "",
            "Not quite the same work: our backup also writes the manifest; our check also looks for the file of every row,",
            "and computes the sha1 of 200.",
            "",
            *drill,
        ]
    )


def drilled(pair: Pair) -> list[str]:
    """A drill of what the last backup has kept, against the hour that the platform promises for a whole site."""
    evidence = pair.site.folder / "evidence.json"
    arguments = ["--scratch", str(pair.site.folder / "scratch"), "--sample", "1000", "--rto", "60m"]
    command = [os.environ["MOODLE_BACKUP"], "drill", *arguments, "--evidence", str(evidence)]
    environment = pair.site.environment(RESTIC_REPOSITORY=str(pair.repository(OURS)))
    subprocess.run(command, env=environment, check=True, capture_output=True)
    found = json.loads(evidence.read_text())
    assert found["good"], found
    parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in found["seconds"].items())
    return [
        f"**A drill** of it, with a scratch database on the same server and the sha1 of 1,000 files: {parts}; promised is an hour.",
        "",
    ]


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000, help="how many files the site has (default: %(default)s)")
    parser.add_argument(
        "--average", type=int, default=50_000, help="bytes of a file, on average (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each step is run (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write docs/backup-benchmarks.md")
    asked = parser.parse_args()
    before = load()
    with tempfile.TemporaryDirectory(prefix="quad-compare-") as folder, postgres() as server:
        site = Moodle(Path(folder), server, "compared")
        site.install(0)
        pair = Pair(site, asked.average)
        pair.grow(asked.files)
        measured, failed = rounds(steps(pair, asked.files), asked.rounds, say)
        if failed:
            raise SystemExit("\n".join(failed.values()))
        drill = drilled(pair)
        sizes = {
            "moodledata": size(site.data),
            OURS: size(pair.repository(OURS)),
            THEIRS: size(pair.repository(THEIRS)),
        }
    text = page(asked, sizes, before, measured, drill)
    say(text)
    if asked.write:
        (ROOT / "docs" / "backup-benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
