"""Docker Compose itself, reading every tenant's Compose project; and that it sees what our own tests see in it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.outside import tools
from tests.outside.findings import PLANTED, Finding
from tests.outside.fleet import HERE, View


def compose(view: View) -> list[Finding] | None:
    """`docker compose config` of every project; what it prints is what tests/compose reads by the library alone."""
    tool, reader = tools.go_tool("docker-compose"), tools.go_tool("compose-reader")
    if tool is None or reader is None:
        return None
    found = [*_of_project(tool, reader, HERE / "planted" / "compose", PLANTED)]
    for folder in view.projects:
        found += _of_project(tool, reader, folder, folder.parent.name)
    return found


def _of_project(tool: Path, reader: Path, folder: Path, place: str) -> Iterator[Finding]:
    name = f"ComposeProject/{place}"
    done = _run(folder, tool, "--profile", "*", "config", "--format", "json")
    if done.returncode:
        yield Finding("compose", "config", name, place, done.stderr.strip())
        return
    said = json.loads(_run(folder, reader, "config", str(folder), "*").stdout)
    if _plain(json.loads(done.stdout)) != _plain(said):
        yield Finding("compose", "reading", name, place, "Docker Compose sees another project than tests/compose does")


def _run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Without this machine's own environment, and so as it is read anywhere."""
    environment = {"PATH": os.defpath, "HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)


def _plain(node: Any) -> Any:
    """Without what the two only write differently: a dollar sign, and the default of `create_host_path`."""
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.items() if key != "create_host_path"}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return node.replace("$$", "$") if isinstance(node, str) else node
