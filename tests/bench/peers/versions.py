"""Which versions are measured, read off the locks."""

from __future__ import annotations

import json
import platform
import re
import subprocess
from pathlib import Path

from tests.bench.peers.install import HERE

MODULES = {"kustomize": ("kustomize", "kustomize/v5"), "kustomize library": ("kustomize", "kustomize/api")}
MODULES |= {"Helm": ("helm", "helm.sh/helm/v3"), "go-jsonnet": ("jsonnet", "github.com/google/go-jsonnet")}


def versions() -> dict[str, str]:
    """By name, the yardsticks first."""
    git = subprocess.run(["git", "--version"], check=True, capture_output=True, encoding="utf-8").stdout.split()[2]
    found = {"Python": platform.python_version(), "git": git}
    found |= {name: _module(HERE / folder / "go.mod", module) for name, (folder, module) in MODULES.items()}
    found |= {name: _package(name) for name in ("jinja2", "kapitan")}
    lock = json.loads((HERE / "cdk8s" / "package.json").read_text())
    return {**found, "cdk8s": lock["dependencies"]["cdk8s"]}


def _module(path: Path, module: str) -> str:
    return _first(rf"{re.escape(module)} (v\S+)", path)


def _package(name: str) -> str:
    return _first(rf"(?m)^{name}==(\S+)", HERE / "python" / "requirements.txt")


def _first(pattern: str, path: Path) -> str:
    match = re.search(pattern, path.read_text())
    return match[1] if match else "?"
