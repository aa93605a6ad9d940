"""`make bench`: makes fleets, measures quad and its peers in turn, and prints the goals with what was reached.

`--tenants 100,1000` measures several fleets, `--write` the last of them into docs/; without it the page is in .build/bench/.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import cases, measure, plot, report
from tests.bench.fleet import ROOT, fleet
from tests.bench.goals import PeerResult, Results
from tests.bench.measure import Command
from tests.bench.peers import templates
from tests.bench.peers.honest import compared
from tests.bench.peers.install import BUILD, install
from tests.bench.peers.peers import PEERS, Bench, Peer, command, outputs
from tests.bench.peers.versions import versions
from tests.bench.tenants import OWN

OFFERINGS = 24
"""What a hoster sells: so many bundles of features, sizes and models."""


def main() -> None:
    asked = _asked()
    for number in asked.tenants:
        with tempfile.TemporaryDirectory(prefix="quad-bench-") as folder:
            peers = not asked.no_peers
            results = bench(Path(folder), number, asked.rounds, asked.sample, asked.offerings, with_peers=peers)
        say(report.text(results))
        target = ROOT / "docs" if asked.write else BUILD
        target.mkdir(parents=True, exist_ok=True)
        (target / "benchmarks.md").write_text(report.markdown(results), encoding="utf-8")
        (target / "benchmarks.svg").write_text(plot.svg(results), encoding="utf-8")
        say(f"\nwritten to {target.relative_to(ROOT)}/benchmarks.md and .svg")


def bench(folder: Path, number: int, rounds: int, sample: int, offerings: int, *, with_peers: bool) -> Results:
    """Measure one fleet: the cases of quad, the peers on a sample of it, and a fleet a tenth as large."""
    started, load = time.monotonic(), measure.load()
    fewer = max(1, number // 10)
    site = cases.Site(fleet(folder / "fleet", number, offerings=offerings), number)
    tenth = cases.Site(fleet(folder / "tenth", fewer, offerings=offerings), fewer)
    peers, missing, at = _peers(site, folder / "peers", sample) if with_peers else ({}, {}, None)
    smaller = [replace(each, name=f"{each.name}, a tenth") for each in cases.rendering(tenth)]
    ours = [each for group in cases.all_cases(site) for each in group]
    measured, failed = measure.rounds([*peers.values(), *ours, *smaller], rounds, _progress)
    found = {each.command.name: each for each in measured}
    facts = {
        "tenants": f"{number:,}, {_chosen(offerings)}",
        "rounds": f"{rounds}, interleaved",
        "day": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "load": f"{load:.1f} before, {measure.load():.1f} after (other work on the machine; CPU time is the figure to trust)",
        "took": f"{(time.monotonic() - started) / 60:.0f} minutes",
        "versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
        "sampled": f"peers render the fleet's first tenants, {sample:,} at most, fewer where the table says so; "
        "plain Jinja2 the same ones over and over; none is extrapolated",
    }
    return Results(
        number,
        {each.name: found[each.name] for each in ours if each.name in found},
        found.get("render, warm, a tenth"),
        [_checked(peer, at, found[peer.name]) for peer in PEERS if at and peer.name in found],
        {**missing, **failed},
        site.bytes_added,
        facts,
    )


def _peers(site: cases.Site, folder: Path, sample: int) -> tuple[dict[str, Command], dict[str, str], Bench | None]:
    """The peers' commands over what quad renders of the first tenants, and why some peers are missing."""
    installed = install(_progress)
    folder.mkdir()
    names = sorted((path.stem for path in site.folder.glob("tenants/*/[!_]*.yaml")), key=_number)[:sample]
    _progress(f"rendering {len(names)} tenants for the peers' templates")
    reference = folder / "reference"
    measure.run(cases.quad(site, "reference", f"render --output {reference} {' '.join(names)}"))
    shutil.rmtree(site.cache, ignore_errors=True)
    places = {name: next(reference.glob(f"*/tenants/{name}")) for name in names}
    objects = {name: templates.read(place / "manifests" / "manifests.yaml") for name, place in places.items()}
    programs = {**installed.programs, "kubectl": Path(sys.executable).with_name("kubectl")}
    at = Bench(templates.cut(objects), lambda name: places[name] / "overlay", programs, folder)
    missing = {peer.name: installed.missing[peer.program] for peer in PEERS if peer.program in installed.missing}
    return {peer.name: command(peer, at)[0] for peer in PEERS if peer.name not in missing}, missing, at


def _chosen(offerings: int) -> str:
    """How the fleet's tenants came to what they have."""
    if not offerings:
        return "each with choices of its own"
    return f"of {offerings} offerings, some sold more than others; one in {1 / OWN:.0f} with choices of its own"


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def _checked(peer: Peer, at: Bench, measured: measure.Measured) -> PeerResult:
    tenants = list(at.templates.tenants)[: peer.sample]
    return PeerResult(measured, compared(tenants, outputs(peer, at)), peer.note)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument(
        "--tenants", type=_numbers, default=[20], help="sizes of the fleets, for instance 100,1000,10000"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each command is run, in turn with the others")
    parser.add_argument("--sample", type=int, default=100, help="how many tenants the peers render at most")
    parser.add_argument(
        "--offerings", type=int, default=OFFERINGS, help="of how many offerings tenants are; 0: each chooses by itself"
    )
    parser.add_argument("--no-peers", action="store_true", help="quad alone")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and .svg")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _progress(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def say(text: str) -> None:
    print(text)


if __name__ == "__main__":
    main()
