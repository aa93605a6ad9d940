"""Installs the peers below .build/bench/: Go programs, a Python environment, a Node.js package; all locked by their hashes.

What cannot be installed is named with the reason; nothing is left out in silence.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[2] / ".build" / "bench"
GO = {  # program -> folder here, package
    "kustomize": ("kustomize", "sigs.k8s.io/kustomize/kustomize/v5"),
    "krusty": ("kustomize", "."),
    "helm": ("helm", "helm.sh/helm/v3/cmd/helm"),
    "jsonnet": ("jsonnet", "github.com/google/go-jsonnet/cmd/jsonnet"),
    "gojsonnet": ("jsonnet", "."),
}


@dataclass(frozen=True, slots=True)
class Installed:
    """Where the programs are, and why some are not."""

    programs: Mapping[str, Path]
    missing: Mapping[str, str]


def install(say: Callable[[str], None]) -> Installed:
    """Install what is not there yet, or is of another lock."""
    programs: dict[str, Path] = {}
    missing: dict[str, str] = {}
    for name, make in {**dict.fromkeys(GO, _go), "python": _python, "cdk8s": _node}.items():
        try:
            programs[name] = make(name, say)
        except (OSError, subprocess.CalledProcessError) as error:
            said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
            missing[name] = said[-1][:200] if said else type(error).__name__
    return Installed(programs, missing)


def _go(name: str, say: Callable[[str], None]) -> Path:
    folder, package = GO[name]
    program = BUILD / "bin" / name
    if _current(program, HERE / folder):
        return program
    say(f"building {name}")
    settings = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-buildvcs=false -mod=readonly"}
    command = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", str(program), package]
    _run(command, HERE / folder, settings)
    return _stamped(program, HERE / folder)


def _python(_name: str, say: Callable[[str], None]) -> Path:
    """The interpreter of an environment with Jinja2 and Kapitan."""
    folder = BUILD / "python"
    if not _current(folder, HERE / "python"):
        say("installing Jinja2 and Kapitan")
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)], HERE)
        lock = str(HERE / "python" / "requirements.txt")
        _run([str(folder / "bin" / "pip"), "install", "--quiet", "--require-hashes", "-r", lock], HERE)
        _stamped(folder, HERE / "python")
    return folder / "bin" / "python"


def _node(_name: str, say: Callable[[str], None]) -> Path:
    """The folder of cdk8s with its packages."""
    folder = BUILD / "cdk8s"
    if not _current(folder, HERE / "cdk8s"):
        say("installing cdk8s")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(HERE / "cdk8s", folder)
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
        _stamped(folder, HERE / "cdk8s")
    return folder


def _run(command: Sequence[str], folder: Path, settings: Mapping[str, str] | None = None) -> None:
    environment = {**os.environ, **(settings or {})}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, encoding="utf-8")


def _current(made: Path, source: Path) -> bool:
    stamp = made.with_name(f"{made.name}.stamp")
    return made.exists() and stamp.is_file() and stamp.read_text() == _digest(source)


def _stamped(made: Path, source: Path) -> Path:
    made.with_name(f"{made.name}.stamp").write_text(_digest(source))
    return made


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return hashlib.sha256(b"".join(path.name.encode() + b"\0" + path.read_bytes() for path in files)).hexdigest()
