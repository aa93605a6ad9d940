"""Programs that some tests run for real: Go, and from Debian's packages in `.ci/packages`.

Where one is missing, the test is skipped and says what is missing; in CI, which has them, it fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

_SERVERS = [*Path("/usr/lib/postgresql").glob("*/bin")]
PATH = ":".join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", *map(str, sorted(_SERVERS))])
_FPM = ("php-fpm", *(f"php-fpm8.{minor}" for minor in range(5, 1, -1)))


def path_of(name: str) -> str | None:
    """Where a program lies; Debian's PHP-FPM has the version in its name."""
    names = _FPM if name == "php-fpm" else (name,)
    return next((found for each in names if (found := shutil.which(each, path=PATH))), None)


def need(*programs: str, php: tuple[str, ...] = ()) -> None:
    """Skip the test where a program or an extension of PHP is missing; in CI, fail."""
    if missing := _missing(programs, php):
        _in_ci(missing)
        pytest.skip(missing)


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips whole test files where one of the programs is missing; in CI they fail when they start it."""
    missing = _missing(programs, ())
    return pytest.mark.skipif(bool(missing) and not os.environ.get("CI"), reason=missing)


def _missing(programs: tuple[str, ...], php: tuple[str, ...]) -> str:
    missing = [name for name in programs if not path_of(name)]
    missing += [f"PHP's {name}" for name in php if name not in _extensions()]
    return f"not installed: {', '.join(missing)}" if missing else ""


def _in_ci(missing: str) -> None:
    assert not os.environ.get("CI"), f"{missing}; CI has Go, and installs what .ci/packages names"


@lru_cache
def _extensions() -> frozenset[str]:
    found = path_of("php")
    if found is None:
        return frozenset()
    return frozenset(subprocess.run([found, "-m"], capture_output=True, text=True, check=True).stdout.split())


def eventually(what: str, holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it holds; how long that takes is no part of a test, only that it comes."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)
