"""Lets every checker look at the rendered sample fleet; fails on a finding without a reason and a reason without a finding."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence

import yaml

from tests.conftest import ROOT
from tests.outside.checkers import CHECKERS, SLOW
from tests.outside.findings import (
    Excuse,
    Finding,
    excuses_of,
    grouped,
    idle,
    of_fleet,
    saw_what_was_planted,
    unexplained,
)
from tests.outside.fleet import HERE, View, make_view

WHOLE = "QUAD_OUTSIDE_WHOLE"
Found = dict[str, list[Finding]]
"""By checker; those that have not run are not in it."""


def main() -> int:
    excuses = excuses_of(yaml.safe_load((HERE / "exceptions.yaml").read_bytes()))
    view = make_view(ROOT / ".build" / "outside")
    print(f"outside: {view.tenants} tenants, {view.objects} objects", flush=True)
    found = look(view, excuses)
    problems = [*complaints(found, excuses)]
    print("\n".join(problems), flush=True)
    print(f"{len(found)} passed, 0 failed" if not problems else "0 passed, 1 failed")
    return int(bool(problems))


def look(view: View, excuses: Sequence[Excuse]) -> Found:
    """Every checker in its turn, each with a line about what it found."""
    every: Found = {}
    for name, check in CHECKERS.items():
        if name in SLOW and not os.environ.get(WHOLE):
            print(f"  {name:12} only in `make all`, or with {WHOLE}=1: its build takes minutes", flush=True)
            continue
        start = time.monotonic()
        found = check(view)
        if found is None:
            print(f"outside: THIS MACHINE LACKS WHAT {name} NEEDS; IT HAS LOOKED AT NOTHING", file=sys.stderr)
            continue
        every[name] = found
        own, seconds = of_fleet(found), time.monotonic() - start
        left = len(unexplained(own, excuses))
        print(f"  {name:12} {len(own):5} findings, {left:4} without a reason, {seconds:5.1f} s", flush=True)
    return every


def complaints(found: Found, excuses: Sequence[Excuse]) -> Iterator[str]:
    """Why the run fails, if it does."""
    for name in CHECKERS:
        if name not in found and os.environ.get("CI") == "true" and (name not in SLOW or os.environ.get(WHOLE)):
            yield f"{name} has not run"
        if name in found and not saw_what_was_planted(found[name]):
            yield f"{name} does not see what was planted for it, so that it may see nothing at all"
    every = of_fleet(one for findings in found.values() for one in findings)
    yield from grouped(unexplained(every, excuses))
    yield from (f"no checker is called {excuse.checker}" for excuse in excuses if excuse.checker not in CHECKERS)
    ran = [excuse for excuse in excuses if excuse.checker in found]
    yield from (f"this exception covers nothing any more: {excuse}" for excuse in idle(every, ran))


if __name__ == "__main__":
    sys.exit(main())
