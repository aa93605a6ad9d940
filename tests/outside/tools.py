"""The checkers themselves: built or installed once for their pins, in a cache folder; None where a machine cannot have one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quadrangle" / "outside"
GO = {
    "kubeconform": (HERE, "github.com/yannh/kubeconform/cmd/kubeconform"),
    "kube-score": (HERE, "github.com/zegl/kube-score/cmd/kube-score"),
    "docker-compose": (HERE / "compose", "github.com/docker/compose/v2/cmd"),
    "compose-reader": (ROOT / "tests" / "compose", "."),
}
"""By name the folder of the module that pins it, and the package."""


def _stamped(*pins: Path) -> Path:
    """The cache folder of what these files pin."""
    return CACHE / hashlib.sha256(b"".join(path.read_bytes() for path in pins)).hexdigest()[:16]


def go_tool(name: str) -> Path | None:
    """A checker built from its Go module, locked in go.sum."""
    folder, package = GO[name]
    built = _stamped(*sorted(path for path in folder.iterdir() if path.suffix in (".go", ".mod", ".sum"))) / name
    if not built.is_file():
        if not shutil.which("go"):
            return None
        print(f"outside: building {name}", flush=True)
        environment = {**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off", "CGO_ENABLED": "0"}
        half = built.with_suffix(".part")
        subprocess.run(["go", "build", "-trimpath", "-o", str(half), package], cwd=folder, env=environment, check=True)
        half.rename(built)
    return built


def python_tool(name: str) -> Path:
    """A checker from PyPI, by hash, in an environment of its own: their dependencies and ours do not agree."""
    lock = ROOT / "requirements" / "outside.txt"
    folder = _stamped(lock)
    if not (folder / "ready").is_file():
        print(f"outside: installing {lock.relative_to(ROOT)}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        quiet = ("install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r")
        subprocess.run([str(folder / "bin" / "pip"), *quiet, str(lock)], check=True)
        (folder / "ready").touch()
    return folder / "bin" / name
