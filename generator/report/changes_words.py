"""How changes are worded in every layout: whose they are, where in an object, from which value to which.

What these functions give is raw; escaping is each layout's own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from generator.changes import ABSENT, Danger, Edit, FieldPath, Group, Item, Member, show_path
from generator.diagnostics import Span
from generator.diff.pairing import unhashed
from generator.source import plain_scalar

_CONTAINERS = {"containers": "container", "initContainers": "init container", "ephemeralContainers": "debug container"}
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
VALUE = 300
"""Longer values are cut."""
_LINES = 40
_BUNDLE = 2
_ALIGNED_LINES = 5_000


def number(count: int, noun: str) -> str:
    """`1 tenant`, `1,240 tenants`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def whose(members: Sequence[Member], environments: bool) -> str:
    """`1,240 tenants (rings early, broad)`; with the environments where there are several."""
    tenants = {(member.environment, member.tenant) for member in members if member.ring}
    roots = {(member.environment, member.tenant) for member in members if not member.ring}
    parts = [number(len(tenants), "tenant")] if tenants else []
    parts += [f"{number(len(roots), 'root')} of Argo CD"] if roots else []
    said = " and ".join(parts)
    if len(members) > len(tenants) + len(roots):
        said += f", {number(len(members), 'object')}"
    places = _places(members, environments)
    return f"{said} ({places})" if places else said


def _places(members: Iterable[Member], environments: bool) -> str:
    rings: dict[str, dict[str, None]] = defaultdict(dict)
    for member in members:
        rings[member.environment if environments else ""].setdefault(member.ring)
    parts = []
    for environment, found in sorted(rings.items()):
        names = sorted(name for name in found if name)
        listed = f"ring{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else ""
        parts.append(": ".join(part for part in (environment, listed) if part))
    return "; ".join(part for part in parts if part)


def title(group: Group, environments: bool) -> str:
    """`1 change x 1,240 tenants (rings early, broad)`."""
    return f"{number(max(1, len(group.edits)), 'change')} x {whose(group.members, environments)}"


def size(group: Group) -> int:
    """How many changes a group stands for: of each member each edit, or the object as a whole."""
    return len(group.members) * max(1, len(group.edits))


def headline(group: Group) -> str:
    """`Rollout moodle, container php: resources.limits.memory 1Gi -> 1536Mi`, or what happens to the object."""
    if group.action != "changed":
        return f"{named(group)} {group.action}"
    if len(group.edits) != 1 or is_long(group.edits[0]):
        return named(group)
    edit = group.edits[0]
    place, field = where(edit.path)
    return f"{', '.join(part for part in (named(group), place) if part)}: {field} {arrow(edit)}"


def named(group: Group) -> str:
    """`Ingress host-<host>`; the very name where the group has one member."""
    return str(unhashed(group.members[0].object) if len(group.members) == 1 else group.object)


def sign(group: Group) -> str:
    """`+`, `-` or `~`."""
    return _SIGNS[group.action]


def where(path: FieldPath) -> tuple[str, str]:
    """`container php` and the path in it; an empty text and the path where it is in no container."""
    for place in range(len(path) - 1, 0, -1):
        step, name = path[place], str(path[place - 1])
        if isinstance(step, Item) and name in _CONTAINERS and place + 1 < len(path):
            return f"{_CONTAINERS[name]} {step.value}", show_path(path[place + 1 :])
    return "", show_path(path[1:] if path[:1] == ("spec",) and len(path) > 1 else path)


def arrow(edit: Edit) -> str:
    """`1Gi -> 1536Mi`, `added 5`, `removed 5`."""
    if edit.before is ABSENT:
        return f"added {value(edit.after)}"
    if edit.after is ABSENT:
        return f"removed {value(edit.before)}"
    return f"{value(edit.before)} -> {value(edit.after)}"


def value(data: Any) -> str:
    """A value in one line: text as it is where nobody could take it for something else, the rest as JSON."""
    if data is ABSENT:
        return "none"
    text = data if isinstance(data, str) and _is_plain(data) else json.dumps(data, ensure_ascii=False)
    return text if len(text) <= VALUE else f"{text[:VALUE]}… ({len(text):,} characters)"


def _is_plain(text: str) -> bool:
    if not text or text != text.strip() or text[0] in "\"'[{" or "\n" in text:
        return False
    try:
        return plain_scalar(text) == text
    except ValueError:
        return False


def is_long(edit: Edit) -> bool:
    """Whether the edit is shown line by line."""
    return any(isinstance(side, str) and "\n" in side.rstrip("\n") for side in (edit.before, edit.after))


def lines(edit: Edit) -> list[str]:
    """The lines of a long text that differ, each behind its sign, and some around them; what is too much is counted."""
    old, new = (side.splitlines() if isinstance(side, str) else [] for side in (edit.before, edit.after))
    if max(len(old), len(new)) > _ALIGNED_LINES:
        return [f"@@ {len(old):,} lines -> {len(new):,} lines @@"]
    found = [line for line in unified_diff(old, new, n=2, lineterm="") if not line.startswith(("--- ", "+++ "))]
    shown = [line if len(line) <= VALUE else f"{line[:VALUE]}…" for line in found[:_LINES]]
    return [*shown, f"@@ {len(found) - _LINES:,} more lines @@"] if len(found) > _LINES else shown


def outline(data: Mapping[str, Any]) -> list[str]:
    """The fields of a whole object as `path: value`, two levels deep; of its metadata only what nothing else says."""
    body = {key: item for key, item in data.items() if key not in ("apiVersion", "kind", "metadata")}
    return list(_outline(body, 2)) or list(_outline({"metadata": data.get("metadata", {})}, 2))


def _outline(data: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, item in data.items():
        if isinstance(item, dict) and item and depth > 1:
            yield from (f"{key}.{line}" for line in _outline(item, depth - 1))
        elif isinstance(item, str) and "\n" in item.strip():
            yield f"{key}: {number(len(item.splitlines()), 'line')}"
        else:
            yield f"{key}: {value(item)}"


def bundles(groups: Sequence[Group]) -> list[tuple[Group, ...]]:
    """The groups, with the objects together that the same tenants gain or lose (a tenant, a feature) or change in the same way.

    What destroys something stays alone.
    """
    alike: dict[Any, list[Group]] = defaultdict(list)
    for place, item in enumerate(groups):
        whose = tuple({(member.environment, member.tenant): None for member in item.members})
        said = repr([(edit.path, edit.before, edit.after) for edit in item.edits])
        alike[place if item.dangers else (item.action, whose, said)].append(item)
    return [part for found in alike.values() for part in _bundle(found)]


def _bundle(groups: Sequence[Group]) -> list[tuple[Group, ...]]:
    return [tuple(groups)] if len(groups) > _BUNDLE else [(item,) for item in groups]


def bundle_title(groups: Sequence[Group]) -> str:
    """`3 objects added`, `1 change in 6 objects`."""
    objects = number(len(groups), "object")
    first = groups[0]
    return f"{number(len(first.edits), 'change')} in {objects}" if first.edits else f"{objects} {first.action}"


def by_kind(groups: Iterable[Group]) -> list[tuple[str, list[str]]]:
    """The names of the groups' objects by kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in groups:
        found[item.object.kind].append(named(item).partition(" ")[2])
    return [(kind, sorted(names)) for kind, names in sorted(found.items())]


def tenants(members: Iterable[Member]) -> list[str]:
    """The names, each once."""
    return sorted({member.tenant for member in members})


def listed(names: Sequence[str], most: int) -> tuple[list[str], str]:
    """The first names, and in words how many more there are."""
    more = len(names) - most
    return list(names[:most]), f"… and {more:,} more" if more > 0 else ""


@dataclass(frozen=True, slots=True)
class Peril:
    """The same danger of some tenants; `first` is one of them."""

    first: Danger
    tenants: tuple[str, ...]
    environments: tuple[str, ...]
    causes: tuple[Span, ...]


def perils(dangers: Iterable[Danger]) -> list[Peril]:
    """Dangers that read the same, said once; those that nobody has allowed come first, then the widest."""
    alike: dict[Any, list[Danger]] = defaultdict(list)
    for danger in dangers:
        place = (danger.object.group, danger.object.kind, danger.object.name, danger.field)
        says = (value(danger.before), value(danger.after), danger.why, danger.proceed, danger.allowed)
        alike[danger.code, *place, *says].append(danger)
    found = [
        Peril(
            items[0],
            tuple(sorted({item.tenant for item in items})),
            tuple(sorted({item.environment for item in items})),
            tuple(sorted({item.cause for item in items if item.cause is not None})),
        )
        for items in alike.values()
    ]
    return sorted(found, key=lambda item: (bool(item.first.allowed), -len(item.tenants), item.first.code, item.tenants))


def counts(groups: Sequence[Group], dangers: Sequence[Danger]) -> str:
    """The last line: `43 changes in 2 groups, 300 tenants; 1 danger is not allowed`."""
    if not groups and not dangers:
        return "nothing changes"
    members = [member for group in groups for member in group.members]
    touched = len({(member.environment, member.tenant) for member in members if member.ring})
    all_of_them = sum(size(group) for group in groups)
    said = f"{number(all_of_them, 'change')} in {number(len(groups), 'group')}, {number(touched, 'tenant')}"
    unallowed = sum(not danger.allowed for danger in dangers)
    if unallowed:
        said += f"; {number(unallowed, 'danger')} not allowed"
    elif dangers:
        said += f"; {number(len(dangers), 'danger')}, all allowed"
    return said
