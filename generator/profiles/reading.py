"""What the components of a tenant read of it, and in which manner: all that a shape has to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from generator.model import UNDER_WAY, WORKS_WITH, Component, components_of
from generator.profiles.cut import UncuttableError
from generator.profiles.language import Choice, check_language
from generator.profiles.manners import Manners
from generator.profiles.shape import Fields, Manner
from generator.reads import Fields as Keys
from generator.reads import reads_of
from generator.replacements import replacements_of
from generator.units import Unit

_OWN: Mapping[str, Manner] = {
    "environment": "value",
    "name": "value",
    "namespace": "value",
    "ring": "value",
    "state": "structure",
}
"""What an overlay says besides: `compile.py` writes it into every kustomization."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What tenants of the same components are taken apart by.

    `fixed` are the names that kustomize adds a suffix to: a value equal to one could be taken for a reference to it, so it is no
    hole. `choices` says how components choose items of lists, `shared` which values the Application's build reads, which is alike
    for most shapes. With an `objection` none of these tenants can be stamped.
    """

    fields: Fields
    fixed: AbstractSet[str] = frozenset()
    choices: AbstractSet[Choice] = frozenset()
    shared: tuple[Keys, ...] = ()
    objection: str = ""


def reading_of(unit: Unit) -> Reading:
    """The reading of the unit's components; the same object for the same components."""
    own = [unit.catalogue.of(kind)[name] for kind, name in components_of(unit.spec, unit.catalogue.last)]
    return _reading((*own, unit.catalogue.of("argocd")["argocd"]))


@lru_cache(maxsize=1024)
def _reading(components: tuple[Component, ...]) -> Reading:
    try:
        choices, plain = check_language(components[:-1], components[-1:])
    except UncuttableError as error:
        return Reading({}, objection=str(error))
    shared = {("name",), *(read.map_path for read in reads_of(components[-1]))}
    return Reading(_fields(components, plain), frozenset(_renamed(components)), choices, tuple(sorted(shared)))


def _fields(components: Sequence[Component], plain: AbstractSet[Keys]) -> Fields:
    manners = Manners(components)
    paths: dict[Keys, Manner] = {(name,): manner for name, manner in _OWN.items()}
    paths |= {path: "structure" for _, path in WORKS_WITH.values()}
    if any(component.kind == "transaction" for component in components):
        paths[UNDER_WAY] = "structure"
    features = [component for component in components if component.kind == "feature"]
    paths |= {("features", feature.name, name): "value" for feature in features for name in feature.each}
    read_paths = dict.fromkeys(read.map_path for component in components for read in reads_of(component))
    paths |= {path: manners.of(path) for path in read_paths if path not in paths}
    paths |= {path: "plain" for path, manner in paths.items() if manner == "value" and _leads_to(path, plain)}
    found: dict[str, Any] = {"features": {feature.name: {} for feature in features}}
    for path, manner in sorted(paths.items(), key=lambda item: len(item[0])):
        _put(found, path, manner)
    return _sorted(found)


def _leads_to(path: Keys, plain: AbstractSet[Keys]) -> bool:
    return any(each[: len(path)] == path for each in plain)


def _put(fields: dict[str, Any], path: Keys, manner: Manner) -> None:
    """Shorter paths come first: what is read whole is read in all its parts."""
    for part in path[:-1]:
        inner = fields.setdefault(part, {})
        if isinstance(inner, str):
            return
        fields = inner
    if path and not isinstance(fields.get(path[-1]), str):
        fields[path[-1]] = manner


def _sorted(fields: Fields) -> Fields:
    return {key: _sorted(child) if isinstance(child, Mapping) else child for key, child in sorted(fields.items())}


def _renamed(components: Sequence[Component]) -> Iterator[str]:
    for component in components:
        for file in component.documents:
            if not file.endswith("kustomization.yaml") and not file.startswith("each/"):
                continue
            for body in (document.data for document in component.documents[file] if isinstance(document.data, Mapping)):
                if file.endswith("kustomization.yaml"):
                    generated = [*body.get("configMapGenerator", ()), *body.get("secretGenerator", ())]
                    yield from (str(one.get("name")) for one in generated)
                else:
                    yield str((body.get("metadata") or {}).get("name"))
        for target in (target for replacement in replacements_of(component) for target in replacement.targets):
            if target.fields == ("metadata", "name") and "delimiter" in target.options:
                yield from _around_a_value(str(target.select.get("name", "")), target.options)


def _around_a_value(name: str, options: Mapping[str, Any]) -> Iterator[str]:
    """A name of which a value becomes one part: as it was, and what stands before that part."""
    yield name
    yield str(options["delimiter"]).join(name.split(str(options["delimiter"]))[: int(options.get("index", 0))])
