"""A tenant's own values replaced by their names (`<host>`), so that the same change reads the same for all tenants.

Only whole words are replaced, the longest first, and texts of fewer than four characters only where they are the whole value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.changes import ABSENT, Edit, FieldPath, Item, ObjectId, TenantChange
from generator.compile import GROUP
from generator.source import Path

IDENTITY: tuple[Path, ...] = (("name",), ("namespace",), ("host",), ("displayName",), ("site", "shortName"))
"""What every tenant has of its own; a schema adds its `x-unique` paths."""
_SHORT = 4
_PRIVATE = 0xE000
_HASHED = re.compile(r"(?<=-)(?=[a-z]*[2-9])[bcdfghkmt2-9]{10}\Z")
_LABELS = {f"{GROUP}/{name}": f"<{name}>" for name in ("ring", "environment")}


@dataclass(frozen=True, slots=True)
class Names:
    """One tenant's own values, longest first, each with the name that stands for it."""

    values: tuple[tuple[str, str], ...]

    def of(self, value: Any) -> Any:
        """The value, a text or a structure, with the tenant's own values replaced."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self._text(key): _LABELS.get(key) or self.of(item) for key, item in value.items()}
        return [self.of(item) for item in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        marked = text
        for number, (value, name) in enumerate(self.values):
            if value == text:
                return name
            if len(value) >= _SHORT and value in marked:
                marked = _replace(marked, value, chr(_PRIVATE + number))
        if marked is not text:
            if any(_PRIVATE <= ord(sign) < _PRIVATE + len(self.values) for sign in text):
                return text  # it would be taken for one of our marks
            marked = marked.translate({_PRIVATE + number: name for number, (_, name) in enumerate(self.values)})
        return _HASHED.sub("<hash>", marked) if marked[-10:].isalnum() else marked

    def path(self, path: FieldPath) -> FieldPath:
        """The path with the tenant's own values replaced in keys and items."""
        return tuple(Item(step.key, self.of(step.value)) if isinstance(step, Item) else self.of(step) for step in path)

    def id(self, id: ObjectId) -> ObjectId:
        """The object as it is called in all tenants."""
        return ObjectId(id.group, id.kind, self.of(id.namespace), self.of(id.name))

    def edit(self, edit: Edit) -> Edit:
        """The edit for all tenants; where nothing would be left of the difference, as it is."""
        path, before, after = self.path(edit.path), self.of(edit.before), self.of(edit.after)
        if before == after:
            before, after = edit.before, edit.after
        elif edit.path[-1] in _LABELS:
            label = _LABELS[str(edit.path[-1])]
            before, after = (
                (label, after) if after is ABSENT else (before, label) if before is ABSENT else (before, after)
            )
        return Edit(path, before, after, edit.cause)


def names_of(change: TenantChange, own: Sequence[Path], common: frozenset[str]) -> Names:
    """The tenant's values that are the same before and after; a word that many tenants' objects share is no value of its own."""
    specs = [spec for spec in (change.after, change.before) if spec is not None]
    found: dict[str, str] = {}
    if not specs:
        found |= {change.tenant: "<name>", change.cluster: "<cluster>"}
    for path in (*IDENTITY, *own):
        sides = [_at(spec, path) for spec in specs]
        for text in sides[0] if sides else ():
            if all(text in side for side in sides):
                for form in _forms(text):
                    found.setdefault(form, f"<{'.'.join(str(part) for part in path)}>")
    kept = [(text, name) for text, name in found.items() if text and text not in common]
    return Names(tuple(sorted(kept, key=lambda item: (-len(item[0]), item[0]))))


def _at(spec: Mapping[str, Any], path: Path) -> list[str]:
    node: Any = spec
    for part in path:
        node = node.get(part) if isinstance(node, Mapping) and isinstance(part, str) else None
    return [item for item in (node if isinstance(node, list) else [node]) if isinstance(item, str)]


def _forms(text: str) -> Iterator[str]:
    """How a value is written where its own signs are not allowed: in a database's name, in an object's name."""
    yield text
    if re.fullmatch(r"[A-Za-z0-9.-]+", text):
        yield text.replace("-", "_")
        yield text.replace(".", "-")


def _replace(text: str, value: str, mark: str) -> str:
    """The text with the value replaced where it stands as a word of its own."""
    parts: list[str] = []
    start = at = 0
    while (at := text.find(value, at)) >= 0:
        end = at + len(value)
        if (at == 0 or not text[at - 1].isalnum()) and not text[end : end + 1].isalnum():
            parts += [text[start:at], mark]
            start = end
        at = end
    return "".join([*parts, text[start:]]) if parts else text


def shared_names(changes: Iterable[TenantChange]) -> frozenset[str]:
    """The names of objects that more than one tenant has: `moodle` there is the object's and not the tenant's."""
    seen: set[str] = set()
    shared: set[str] = set()
    for change in changes:
        names = {item.id.name for item in change.objects}
        shared |= seen & names
        seen |= names
    return frozenset(shared)
