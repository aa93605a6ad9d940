"""Makes a profile of what kustomize printed for two witnesses: the places of the values must be the same in both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import yaml

from generator.manifest_loader import ManifestLoader
from generator.name_hash import config_map_json, hash_of
from generator.profiles.body import body_of
from generator.profiles.cut import Sentinels, UncuttableError, cut
from generator.profiles.language import Choice
from generator.profiles.template import Body, Parts, Profile, Slot, Template
from generator.profiles.witness import APPLICATION, Witness
from generator.units import Unit

_HASHED = re.compile(r"(.+)-([a-z0-9]{10})")


@dataclass(frozen=True, slots=True)
class Made:
    """A witness, and what kustomize printed for it, by path."""

    witness: Witness
    outputs: Mapping[str, bytes]


def assemble(
    first: Made, second: Made, slugs: tuple[int, ...], fixed: AbstractSet[str], choices: AbstractSet[Choice]
) -> Profile:
    """The profile; UncuttableError where the two differ in more than their values.

    `fixed` are the names known to be changed, `choices` how components choose items of lists.
    """
    table: dict[Slot, int] = {}
    one, other = _Taken.of(first, table), _Taken.of(second, table)
    if one != other:
        raise UncuttableError(_difference(one, other))
    if not one.renamed <= fixed:
        raise UncuttableError(f"kustomize renames {', '.join(sorted(one.renamed - fixed))}")
    for kind, path in ((body.kind, path) for body in one.objects for path, _, _ in body.values):
        if any(choice.is_by(kind, path) for choice in choices):
            raise UncuttableError(f"items of lists are chosen by `{path[-1]}`, which is a value")
    return Profile(one.templates, tuple(table), slugs, one.hashes, one.objects)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one witness shows."""

    templates: tuple[Template, ...]
    hashes: tuple[Parts, ...]
    renamed: frozenset[str]
    objects: tuple[Body, ...]

    @classmethod
    def of(cls, made: Made, table: dict[Slot, int]) -> _Taken:
        objects = [item for raw in made.outputs.values() for item in yaml.load_all(raw, Loader=ManifestLoader) if item]
        plain = made.witness.sentinels
        hashed = dict(_hashes(objects, plain))
        sentinels = _with_hashes(plain, tuple(hashed), len(made.witness.values))
        _refuse_open_order(objects, sentinels)
        values = (*made.witness.values, *hashed)
        templates = []
        for path, raw in made.outputs.items():
            found = cut(raw.decode(), sentinels, values)
            slots = tuple(table.setdefault(slot, len(table)) for slot in found.slots)
            templates.append(Template(sentinels.parts(path), found.literals, slots))
        return cls(
            tuple(templates),
            tuple(hashed.values()),
            frozenset(_renamed(objects, sentinels)),
            tuple(body_of(item, sentinels) for item in objects),
        )


def _hashes(objects: list[Any], sentinels: Sentinels) -> Iterator[tuple[str, Parts]]:
    """The hashes in the names of generated ConfigMaps that hold values, and the JSON that each is made from."""
    for item in objects:
        match = _HASHED.fullmatch(str(item["metadata"].get("name", "")))
        if item["kind"] != "ConfigMap" or not match or "binaryData" in item:
            continue
        text = config_map_json(item.get("data") or {})
        if hash_of(text) == match[2] and sentinels.occur(text):
            parts = sentinels.parts(text)
            if not sentinels.trees.isdisjoint(parts):
                raise UncuttableError("a list or a map is in the content of a ConfigMap")
            yield match[2], parts


def _with_hashes(sentinels: Sentinels, hashes: tuple[str, ...], first: int) -> Sentinels:
    numbers = {**sentinels.numbers, **{text: first + index for index, text in enumerate(hashes)}}
    return Sentinels(numbers, re.compile("|".join([sentinels.pattern.pattern, *hashes])), sentinels.trees)


def _refuse_open_order(objects: list[Any], sentinels: Sentinels) -> None:
    """Kustomize sorts objects of one kind by name: where values stand in names, what is before them must decide."""
    kinds: dict[tuple[str, str], list[Parts]] = {}
    for item in objects:
        parts = sentinels.parts(str(item["metadata"].get("name", "")))
        kinds.setdefault((item["apiVersion"], item["kind"]), []).append(parts)
    for (_, kind), names in kinds.items():
        for one, other in combinations(names, 2):
            if not _decided(one, other):
                raise UncuttableError(f"the order of the {kind}s {_shown(one)} and {_shown(other)} depends on a value")


def _shown(parts: Parts) -> str:
    return "".join(part if isinstance(part, str) else "*" for part in parts)


def _decided(one: Parts, other: Parts) -> bool:
    if all(isinstance(part, str) for part in (*one, *other)):
        return True
    if one[:-1] == other[:-1] and one[-1] != other[-1] and isinstance(one[-1], int):
        return True  # names of items of one list, whose order is part of the shape
    first, second = (parts[0] if isinstance(parts[0], str) else "" for parts in (one, other))
    return not first.startswith(second) and not second.startswith(first)


def _renamed(objects: list[Any], sentinels: Sentinels) -> Iterator[str]:
    """The names that objects had before kustomize added a suffix to them."""
    for item in objects:
        name = str(item["metadata"].get("name", ""))
        match = _HASHED.fullmatch(name)
        parts = sentinels.parts(name)
        if item["kind"] == "ConfigMap" and match:
            yield match[1]
        elif len(parts) > 1 and isinstance(parts[0], str):
            yield parts[0].removesuffix("-")


def _difference(one: _Taken, other: _Taken) -> str:
    for left, right in zip(one.templates, other.templates, strict=False):
        if left != right:
            where = "/".join(str(part) for part in left.path)
            return f"{where} depends on the length or the order of a value"
    return "the names or the number of files depend on values"


def files_of(unit: Unit, outputs: Mapping[str, bytes]) -> dict[str, bytes]:
    """A profile's files as a tenant's: with the Application where it belongs."""
    return {unit.application if path == APPLICATION else path: raw for path, raw in outputs.items()}
