"""Publishes prepared trees in forks of itself, to be killed at chosen moments: `python -m tests.publisher`, a job a line.

A job is JSON: repository, remote (or nothing), folder of the tree, and `kill`, the number of the moment at which it kills itself
(0 never). A moment is the start or the end of a git process, or a piece of the tree on its way to one.
Answers are pid, then status.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import git, identity, provenance
from generator.ledger import Record, catalogues_of, check_of
from generator.publish import Draft, Outcome, Place, Planned, carry_out, differing, entries_of, places
from generator.snapshot import of_folder

BRANCHES = {"production": "rendered/production", "staging": "rendered/staging"}


@dataclass
class Killer:
    """Counts the moments, and ends the process at one of them."""

    left: int

    def moment(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        attempt, feed = git.attempt, git.feed

        def killed_attempt(*arguments: Any) -> tuple[int, bytes, bytes]:
            self.moment()
            answer = attempt(*arguments)
            self.moment()
            return answer

        def killed_feed(root: Path, arguments: Sequence[str], chunks: Iterable[bytes]) -> bytes:
            def counted() -> Iterator[bytes]:
                for number, chunk in enumerate(chunks):
                    if number % 40 == 0:
                        self.moment()
                    yield chunk

            answer = feed(root, arguments, counted())
            self.moment()
            return answer

        setattr(git, "attempt", killed_attempt)  # noqa: B010  # mypy would not have it otherwise
        setattr(git, "feed", killed_feed)  # noqa: B010  # as above


def publish(root: Path, remote: str, folder: Path) -> list[Outcome]:
    """Both environments get the tree of the folder."""
    source = provenance.head(root)

    def plan(found: Sequence[Place]) -> list[Planned]:
        return [planned(place) for place in found]

    def planned(place: Place) -> Planned:
        tree = of_folder(folder, place.environment, "prepared")
        if not differing(place.tip, tree):
            return Outcome(place.environment, place.branch, "unchanged", place.tip.id)
        entries = entries_of(tree)
        record = Record(
            source.id, source.commit.tree, identity.generator(), check_of(entries), catalogues_of(entries), {}
        )
        return Draft(place, tree, "Prepared", (), record, source.commit.committer.date)

    return carry_out(root, lambda: places(root, BRANCHES, remote), plan, remote, dry_run=False)


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            Killer(job["kill"]).install()
            publish(Path(job["root"]), job["remote"], Path(job["folder"]))
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
