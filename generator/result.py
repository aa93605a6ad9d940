"""What a run of `render` did, and the same as bytes, for the next run to say it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from generator.diagnostics import Diagnostic, Related, Span, Waived


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a run of `render` did; nothing was written where a problem is an error.

    `trees` are the digests of what it wrote, by environment; `day` is by which waivers were judged, where there are any, and
    `pins` are the commits whose catalogues it took.
    """

    tenants: int = 0
    objects: int = 0
    custom_checked: bool = False
    vanished: list[str] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    waived: list[Waived] = field(default_factory=list)
    by_kustomize: Mapping[str, Sequence[str]] = field(default_factory=dict)
    trees: Mapping[str, str] = field(default_factory=dict)
    day: date | None = None
    pins: Sequence[str] = ()


def to_bytes(result: Rendered) -> bytes:
    """The result as JSON, but for what vanished: that happens once."""
    return json.dumps(asdict(result) | {"vanished": []}, default=date.isoformat).encode()


def from_bytes(raw: bytes) -> Rendered:
    """The result that `to_bytes` wrote."""
    found: dict[str, Any] = json.loads(raw)
    found["problems"] = [_diagnostic(problem) for problem in found["problems"]]
    found["waived"] = [
        Waived(_diagnostic(each["finding"]), each["reason"], date.fromisoformat(each["until"]))
        for each in found["waived"]
    ]
    found["day"] = date.fromisoformat(found["day"]) if found["day"] else None
    return Rendered(**found)


def _diagnostic(found: dict[str, Any]) -> Diagnostic:
    related = tuple(Related(Span(**each["span"]), each["label"]) for each in found["related"])
    lists = {"notes": tuple(found["notes"]), "tenants": tuple(found["tenants"]), "related": related}
    return Diagnostic(**{**found, **lists, "span": Span(**found["span"])})
