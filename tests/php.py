"""PHP for the tests of the catalogue's scripts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests import programs


def need(*extensions: str) -> None:
    """Skip the test where PHP or one of the extensions is missing; in CI, fail."""
    programs.need("php", php=extensions)


def php(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run PHP with nothing of this process's environment but the path."""
    environment = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(
        ["php", *map(str, arguments)], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
