"""Is what a peer wrote the same as quad's? Objects are compared as parsed, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.bench.peers.templates import Filled, Objects, read


@dataclass(frozen=True, slots=True)
class Compared:
    """How many tenants were compared, how many are equal, and what differs in the first that is not."""

    tenants: int
    equal: int
    first: str = ""


def compared(tenants: Sequence[Filled], folder: Path) -> Compared:
    """Hold the files of the folder, found by the tenants' names, against the tenants' objects."""
    differing = [said for tenant in tenants if (said := _difference(tenant, folder))]
    return Compared(len(tenants), len(tenants) - len(differing), differing[0] if differing else "")


def _difference(tenant: Filled, folder: Path) -> str:
    found = sorted(path for path in folder.rglob("*.yaml") if path.stem == tenant.name or tenant.name in path.parts)
    if not found:
        return "no output"
    try:
        objects = [one for path in found for one in read(path)]
    except yaml.YAMLError:
        return "not YAML"
    ours, theirs = _by_name(tenant.objects), _by_name(objects)
    if ours.keys() != theirs.keys():
        return f"other objects: {', '.join(sorted(ours.keys() ^ theirs.keys())[:3])}"
    return next((f"{key}: {said}" for key in ours if (said := _first(ours[key], theirs[key]))), "")


def _by_name(objects: Objects) -> dict[str, Any]:
    return {f"{each.get('kind')} {each.get('metadata', {}).get('name')}": each for each in objects}


def _first(ours: Any, theirs: Any, path: str = "") -> str:
    """Where two values differ first, and how."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        return next((said for key in ours if (said := _first(ours[key], theirs[key], f"{path}.{key}"))), "")
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return next((said for at, (one, other) in pairs if (said := _first(one, other, f"{path}[{at}]"))), "")
    if type(ours) is type(theirs) and ours == theirs:
        return ""
    return f"{path.removeprefix('.')} is {_short(theirs)}, not {_short(ours)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
