"""Live objects against rendered ones, by the fields that the rendered ones set: what the API server adds is no drift.

The same quantity written otherwise is the same, and so is an empty value that the API server leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from generator.changes import ABSENT, Edit, FieldPath, Item, ObjectId
from generator.diff.keys import key_of
from generator.drift.expected import Expected
from generator.drift.ignored import not_understood, without
from generator.rules.walk import mapping

Object = Mapping[str, Any]

TRACKING = "argocd.argoproj.io/tracking-id"
_HOOK = "argocd.argoproj.io/hook"
_LEFT = "IgnoreExtraneous"

# What the API server does not write down: absence means the same. An empty map is kept where it says something (`emptyDir`).
_EMPTY: tuple[Any, ...] = (None, "", [])
_EMPTY_MAPS = frozenset(
    {"annotations", "data", "labels", "limits", "matchLabels", "metadata", "nodeSelector", "requests"}
)
_UNSAID = frozenset(
    {
        *("hostIPC", "hostNetwork", "hostPID", "initialDelaySeconds", "minReadySeconds", "paused"),
        *("publishNotReadyAddresses", "readOnly", "stdin", "stdinOnce", "tty"),
    }
)
_QUANTITIES = frozenset(
    {"averageValue", "capacity", "defaultRequest", "divisor", "hard", "limits", "requests", "sizeLimit"}
)
_WHOLE = {("", "ConfigMap"): ("data", "binaryData")}
"""Maps that nobody but us fills, so that a key which is not ours was put there by hand."""
_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_QUANTITY = re.compile(
    r"(?P<number>[+-]?[0-9]{1,30}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,3})?)(?P<suffix>[KMGTPE]i|[numkMGTPE]?)"
)


@dataclass(frozen=True, slots=True)
class Drifted:
    """One object that is not as rendered; `before` of an edit is what git has, `after` what lives."""

    id: ObjectId
    state: Literal["changed", "missing", "extra"]
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found of one tenant, and what could not be honoured."""

    expected: Expected
    drifted: tuple[Drifted, ...]
    notes: tuple[str, ...]


def compare(tenant: Expected, live: Iterable[Object]) -> Comparison:
    """The tenant's objects, and those of Argo CD where they were fetched, against the live ones."""
    found = {identity(body): body for body in live}
    wanted = {identity(body): body for body in (*tenant.objects, *tenant.argocd)}
    drifted = [one for id, body in wanted.items() for one in _of_one(tenant.application, id, body, found.get(id))]
    drifted += [Drifted(id, "extra") for id, body in found.items() if id not in wanted and _is_extra(tenant, id, body)]
    return Comparison(tenant, tuple(sorted(drifted, key=lambda one: one.id)), tuple(not_understood(tenant.application)))


def identity(body: Object) -> ObjectId:
    """Group, kind, namespace and name."""
    metadata = body["metadata"]
    group = str(body["apiVersion"]).rpartition("/")[0]
    return ObjectId(group, str(body["kind"]), str(metadata.get("namespace", "")), str(metadata["name"]))


def _of_one(application: Object, id: ObjectId, rendered: Object, live: Object | None) -> Iterator[Drifted]:
    if live is None:
        if _HOOK not in mapping(rendered["metadata"].get("annotations")):  # a hook may delete itself when it is done
            yield Drifted(id, "missing")
        return
    ours, theirs = without(application, rendered, live)
    edits = tuple(_differences(ours, theirs, (), _WHOLE.get((id.group, id.kind), ())))
    if edits:
        yield Drifted(id, "changed", edits)


def _is_extra(tenant: Expected, id: ObjectId, live: Object) -> bool:
    """Whether Argo CD made the object for this tenant, and was not told to leave it when it goes from git."""
    annotations = mapping(live["metadata"].get("annotations"))
    name = tenant.application["metadata"]["name"]
    made = annotations.get(TRACKING) == f"{name}:{id.group}/{id.kind}:{id.namespace}/{id.name}"
    return made and _LEFT not in str(annotations.get("argocd.argoproj.io/compare-options", ""))


def _differences(ours: Any, theirs: Any, path: FieldPath, whole: Sequence[str] = ()) -> Iterator[Edit]:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        yield from _of_maps(ours, theirs, path, whole)
    elif isinstance(ours, list) and isinstance(theirs, list):
        yield from _of_lists(ours, theirs, path)
    elif not _same(ours, theirs, path):
        yield Edit(path, ours, theirs)


def _of_maps(ours: Object, theirs: Object, path: FieldPath, whole: Sequence[str]) -> Iterator[Edit]:
    for key, value in ours.items():
        if key in theirs:
            yield from _differences(value, theirs[key], (*path, key))
        elif not _says_nothing(key, value):
            yield Edit((*path, key), value, ABSENT)
    if not path:
        for field in whole:
            added = mapping(theirs.get(field)).keys() - mapping(ours.get(field)).keys()
            yield from (Edit((field, key), ABSENT, theirs[field][key]) for key in sorted(added))


def _says_nothing(key: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        return key in _EMPTY_MAPS and all(_says_nothing(name, child) for name, child in value.items())
    return value in _EMPTY or (not value and key in _UNSAID)


def _of_lists(ours: list[Any], theirs: list[Any], path: FieldPath) -> Iterator[Edit]:
    if path == ("metadata", "finalizers"):  # controllers add their own
        yield from (Edit((*path, index), name, ABSENT) for index, name in enumerate(ours) if name not in theirs)
        return
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    key = key_of(field, ours, theirs)
    if key is not None:
        mine, others = ({item[key]: item for item in items} for items in (ours, theirs))
        for value in dict.fromkeys((*mine, *others)):
            yield from _differences(mine.get(value, ABSENT), others.get(value, ABSENT), (*path, Item(key, value)))
    elif len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(one, other, (*path, index))
    else:
        yield Edit(path, ours, theirs)


def _same(ours: Any, theirs: Any, path: FieldPath) -> bool:
    if ours is None or (type(ours) is type(theirs) and ours == theirs):
        return True
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (ours, theirs))
    if numbers or _QUANTITIES.isdisjoint(path):
        return bool(numbers and ours == theirs)
    one, other = quantity(ours), quantity(theirs)
    return one is not None and one == other


def quantity(value: Any) -> Decimal | None:
    """A Kubernetes quantity as a number: `500m`, `1Gi`, `1e3`, 2; None for anything else."""
    match = _QUANTITY.fullmatch(str(value))
    if match is None:
        return None
    number, suffix = Decimal(match["number"]), match["suffix"]
    return number * 1024 ** _BINARY[suffix] if suffix in _BINARY else number.scaleb(_SUFFIXES[suffix])
