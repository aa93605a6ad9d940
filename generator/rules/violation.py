"""What a rule sees and says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.model import Manifest
from generator.source import Path


@dataclass(frozen=True, slots=True)
class Context:
    """What rules know besides the manifests: schemas of custom resources by (group, version, kind)."""

    custom: Mapping[tuple[str, str, str], Any]


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding: the object, the path in it, what is wrong (without the tenant's own values) and how to mend it."""

    manifest: Manifest
    path: Path
    message: str
    help: str
