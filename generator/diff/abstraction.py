"""A tenant's own values replaced by their names (`<host>`), so that the same change reads the same for all tenants.

Only whole words are replaced, the longest first, and texts of fewer than four characters only where they are the whole value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from generator.changes import ABSENT, Edit, FieldPath, Item, ObjectId, Step, TenantChange
from generator.compile import GROUP
from generator.source import Path

IDENTITY: tuple[Path, ...] = (("name",), ("namespace",), ("host",), ("displayName",), ("site", "shortName"))
"""What every tenant has of its own; a schema adds its `x-unique` paths."""
_SHORT = 4
_PRIVATE = 0xE000
_HASHED = re.compile(r"(?<=-)(?=[a-z]*[2-9])[bcdfghkmt2-9]{10}\Z")
_NAME = re.compile(r"[A-Za-z0-9.-]+")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_LABELS = {f"{GROUP}/{name}": f"<{name}>" for name in ("ring", "environment")}


@dataclass(frozen=True, slots=True)
class Names:
    """One tenant's own values, longest first, each with the name that stands for it; what is `common` is nobody's own."""

    values: tuple[tuple[str, str], ...]
    common: frozenset[str] = frozenset()

    def are_in(self, texts: str) -> bool:
        """Whether any of the values is."""
        return any(value in texts for value, _ in self.values)

    def of(self, value: Any) -> Any:
        """The value, a text or a structure, with the tenant's own values replaced."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self._key(key): _LABELS.get(key) or self.of(item) for key, item in value.items()}
        return [self.of(item) for item in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        if text in self.common:
            return text
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

    def _key(self, key: str) -> str:
        """The name of a field is the field's, though a tenant may be called the same."""
        return key if _FIELD.fullmatch(key) else self._text(key)

    def path(self, path: FieldPath) -> FieldPath:
        """The path with the tenant's own values replaced in keys and items."""
        return tuple(self._step(step) for step in path)

    def _step(self, step: Step) -> Step:
        if isinstance(step, Item):
            return Item(step.key, self._key(step.value)) if isinstance(step.value, str) else step
        return self._key(step) if isinstance(step, str) else step

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


@dataclass(frozen=True, slots=True)
class Plain:
    """An edit as it is for tenants none of whose own values are in it."""

    edit: Edit
    texts: str


def plain(edit: Edit, common: frozenset[str]) -> Plain:
    """The edit without anybody's values, and all texts in which there might be some."""
    return Plain(Names((), common).edit(edit), "\n".join(_texts([*edit.path, edit.before, edit.after])))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Item):
        yield str(value.value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def names_of(change: TenantChange, own: Sequence[Path], common: frozenset[str]) -> Names:
    """The tenant's values that are the same before and after; a word that many tenants' objects share is no value of its own."""
    both = (change.after,) if change.after is change.before else (change.after, change.before)
    specs = [spec for spec in both if spec is not None]
    found: dict[str, str] = {}
    if not specs:
        found |= {change.tenant: "<name>", change.cluster: "<cluster>"}
    for path, name in _stand_ins(tuple(own)) if specs else ():
        texts = _at(specs[0], path)
        for text in texts if len(specs) == 1 else [text for text in texts if text in _at(specs[1], path)]:
            found.setdefault(text, name)
    for text, name in tuple(found.items()):
        if _NAME.fullmatch(
            text
        ):  # how it is written where its own signs are not allowed: as a database's name, an object's
            found.setdefault(text.replace("-", "_"), name)
            found.setdefault(text.replace(".", "-"), name)
    kept = [(text, name) for text, name in found.items() if text and text not in common]
    return Names(tuple(sorted(kept, key=lambda item: (-len(item[0]), item[0]))), common)


@lru_cache(maxsize=8)
def _stand_ins(own: tuple[Path, ...]) -> tuple[tuple[Path, str], ...]:
    """The paths of a tenant's own values, each with the name that stands for what is there."""
    return tuple((path, f"<{'.'.join(str(part) for part in path)}>") for path in dict.fromkeys((*IDENTITY, *own)))


def _at(spec: Mapping[str, Any], path: Path) -> list[str]:
    node: Any = spec
    for part in path:
        if type(node) is not dict and not isinstance(node, Mapping):
            return []
        node = node.get(part)
    if isinstance(node, str):
        return [node]
    return [item for item in node if isinstance(item, str)] if isinstance(node, list) else []


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
