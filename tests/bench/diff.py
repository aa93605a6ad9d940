"""CPU seconds of a diff of N tenants with one change of the base, made up from one rendered tenant.

`python tests/bench/diff.py [N]`; the cases are one field of one object, one script of all tenants, one label of every object.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from generator import comparison, kustomize, snapshot
from generator.diff import compare
from generator.diff.review import review
from generator.hydrate import Hydration
from generator.pipeline import read
from generator.report.changes_markdown import markdown
from generator.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[2]
RINGS = (b"canary", b"early", b"broad")
CASES = {
    "one field": (b"minReadySeconds: 5", b"minReadySeconds: 6"),
    "one script": (b"<?php", b"<?php // changed"),
    "every object": (b"managed-by: quadrangle", b"managed-by: quadrant"),
}


def one_tenant(folder: Path) -> tuple[str, str, dict[str, bytes]]:
    """The files of the sample fleet's first tenant, its name and its host."""
    fleet = read(ROOT)
    tenant = fleet.tenants[0]
    [tree] = comparison.compiled(fleet.repository, [tenant], [tenant.environment])
    found, problems = comparison.rendered([tree], [tenant], folder, Hydration(kustomize.find()), "", lambda: None)
    if problems:
        sys.exit(f"error: {problems[0].message}")
    snapshot = found[tenant.environment]
    mine = [path for path in snapshot.ids if f"/{tenant.name}/" in path or path.endswith(f"/{tenant.name}.yaml")]
    return tenant.name, tenant.spec["host"], snapshot.read(mine)


def fleet_of(number: int, name: str, host: str, files: dict[str, bytes], old: bytes, new: bytes) -> Snapshot:
    """The tenant's files N times, each with a name, a host and a ring of its own."""
    made: dict[str, bytes] = {}
    for at in range(number):
        own = f"site{at:05d}"
        for path, raw in files.items():
            text = raw.replace(host.encode(), f"learn.{own}.example.edu".encode()).replace(name.encode(), own.encode())
            text = text.replace(name.replace("-", "_").encode(), own.encode())
            for ring in RINGS:
                text = text.replace(b"ring: " + ring, b"ring: " + RINGS[at % 3])
            made[path.replace(name, own)] = text.replace(old, new) if path.endswith("manifests.yaml") else text
    return snapshot.of_bytes(made, "production", "a fleet")


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        name, host, files = one_tenant(Path(folder))
    for case, (old, new) in CASES.items():
        before, after = (fleet_of(number, name, host, files, old, text) for text in (old, new))
        started = time.process_time()
        changes = compare(before, after)
        compared = time.process_time()
        shown = markdown(review([(before, after)], changes, []))
        ended = time.process_time()
        objects = sum(len(change.objects) for change in changes)
        times = f"compare {compared - started:6.2f} s, group and show {ended - compared:6.2f} s"
        print(f"{case:13} {number:6,} tenants, {objects:8,} objects: {times}, comment {len(shown):,} characters")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB at most, both fleets in memory included")


if __name__ == "__main__":
    main()
