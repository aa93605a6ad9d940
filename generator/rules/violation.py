"""What a rule sees and says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.diagnostics import Severity
from generator.model import Manifest
from generator.source import Path


@dataclass(frozen=True, slots=True)
class Context:
    """What rules know besides the manifests.

    `custom` are the schemas of custom resources by (group, version, kind), None where none were fetched; `ahead` is how many
    minor versions of Kubernetes a deprecation is looked for.
    """

    custom: Mapping[tuple[str, str, str], Any] | None
    ahead: int = 2


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding: the object, the path in it, what is wrong (without the tenant's own values) and how to mend it."""

    manifest: Manifest
    path: Path
    message: str
    help: str
    severity: Severity = "error"
