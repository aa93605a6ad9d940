"""The render alone, as its peers do it: profiles are compiled and values are ready; each tenant's manifests become a file.

A program: its first argument is a folder of profiles, standard input has a line of JSON for each tenant: profile, output, values.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

from generator.profiles.stamping import Stamp, stamper
from generator.profiles.store import from_bytes


def main() -> None:
    folder = Path(sys.argv[1])

    @cache
    def stamp_of(name: str) -> Stamp:
        return stamper(from_bytes((folder / name).read_bytes()))

    for line in sys.stdin.buffer:
        name, output, values = json.loads(line)
        manifests, _application = stamp_of(name)(values).values()
        with open(output, "wb", buffering=0) as file:  # noqa: PTH123  # a Path for each file costs more than the file
            file.write(manifests)


if __name__ == "__main__":
    main()
