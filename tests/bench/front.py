"""CPU milliseconds a tenant for load, validate and resolve, and the peak of memory, for a fleet of N tenants.

`python tests/bench/front.py [N] [CHECKOUT...]`: the tenants are the sample fleet's with names, hosts and knobs of their own.
Each further checkout's generator reads the very same files, so that two states of the code are measured in one run. The cost
of a run as such (interpreter, catalogue, schemas) is that of a fleet of one, shown in a line of its own.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KNOBS = (
    "adhoc: {workers: 3}",
    "database: {storage: 60Gi}",
    "files: {size: 500Gi}",
    'quota: {cpu: "24", memory: 96Gi}  # agreed for the winter term',
    "cache:\n  memory: 1Gi",
    "web:\n  replicas: {min: 4, max: 8}\n  cpuPercent: 65",
    "cron:\n  resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {memory: 1Gi}}",
    "network:\n  egress:\n  - to:\n    - ipBlock: {cidr: 203.0.113.0/24}\n    ports:\n    - {port: 443, protocol: TCP}",
)
PLANS = ("small", "medium", "large")
_MEASURE = """
import resource, sys, time
from pathlib import Path
clock = time.process_time
from generator.load import load
from generator.resolve import resolve
from generator.validate import validate
start = clock()
loaded, problems = load(Path(sys.argv[1]))
read = clock()
valid, found = validate(loaded)
judged = clock()
tenants, more = resolve(valid)
done = clock()
for problem in [*problems, *found, *more][:5]:
    print(problem, file=sys.stderr)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
print(len(tenants), start, read - start, judged - read, done - judged, peak)
"""


def make(folder: Path, number: int) -> None:
    """A repository with the project's catalogue and so many tenants, the same for the same number."""
    for name in ("overlays", "schemas", "tenants"):
        shutil.copytree(ROOT / name, folder / name)
    fleet = folder / "tenants" / "fleet.yaml"
    fleet.write_text(re.sub(r"\n    capacity: .*", "", fleet.read_text()))
    samples = [path for path in sorted((folder / "tenants").glob("*/*.yaml")) if path.stem != "_defaults"]
    texts = {path: path.read_text() for path in samples}
    for path in samples:
        path.unlink()
    chance = random.Random(number)
    for at in range(number):
        path = samples[at % len(samples)]
        own = f"{path.stem[:30]}-{at:05d}" if at >= len(samples) else path.stem
        path.with_name(f"{own}.yaml").write_text("".join(_varied(texts[path], path.stem, own, at, chance)))


def _varied(text: str, name: str, own: str, at: int, chance: random.Random) -> Iterator[str]:
    """The sample's lines under another name, and up to two knobs more that it does not turn itself."""
    text = re.sub(rf"^name: {name}$", f"name: {own}", text, flags=re.MULTILINE)
    if own != name:
        text = re.sub(r"^(displayName: .*)$", rf"\1 {at}", text, flags=re.MULTILINE)
        text = re.sub(r"^(host: |    - )([a-z][a-z0-9.-]+\.example\.)", rf"\1s{at}.\2", text, flags=re.MULTILINE)
        text = re.sub(r"^plan: .*$", lambda _: f"plan: {chance.choice(PLANS)}", text, flags=re.MULTILINE)
        for knob in chance.sample(KNOBS, chance.randrange(3)):
            if not re.search(rf"^{knob.partition(':')[0]}:", text, re.MULTILINE):
                text += knob + "\n"
    yield text


def measured(checkout: Path, fleet: Path) -> list[float]:
    """Tenants, CPU seconds before and in each stage, and the peak in MiB; of a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", _MEASURE, str(fleet)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=checkout)
    return [float(word) for word in done.stdout.split()]


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    checkouts = [ROOT, *(Path(name).resolve() for name in sys.argv[2:])]
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder) / "one", Path(folder) / "many"
        make(one, 1)
        make(many, number)
        print(f"{'':24} {'import':>8} {'load':>8} {'validate':>8} {'resolve':>8} {'sum':>8} {'peak':>9}")
        for index, checkout in enumerate(checkouts):
            _, *once, least = measured(checkout, one)
            tenants, *spent, peak = measured(checkout, many)
            if tenants != number:
                sys.exit(f"error: only {tenants:.0f} of {number} tenants were resolved")
            label = "here" if index == 0 else checkout.name
            _print(f"{label}, a run of one", once, 1, least)
            each = [after - before for after, before in zip(spent, once, strict=True)]
            _print(f"{label}, each of {number:,}", [0.0, *each[1:]], number - 1, peak)


def _print(label: str, seconds: list[float], number: int, peak: float) -> None:
    milliseconds = [1000 * each / max(number, 1) for each in seconds]
    shown = " ".join(f"{each:8.3f}" for each in [*milliseconds, sum(milliseconds[1:])])
    print(f"{label:24} {shown} {peak:5.0f} MiB  (ms CPU)")


if __name__ == "__main__":
    main()
