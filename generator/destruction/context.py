"""What the classes know besides the change: read off the schemas, the tenants' files and the newer trees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import yaml

from generator import schema as schemas
from generator.changes import TenantChange
from generator.destruction.loss import Context, Kind, Mark, Object
from generator.manifest_loader import ManifestLoader
from generator.model import Repository, Schema
from generator.snapshot import Snapshot
from generator.source import Path

_SAME = re.compile(r"\s*(self\s*==\s*oldSelf|oldSelf\s*==\s*self)\s*")


def context_of(
    repository: Repository, custom: Mapping[tuple[str, str, str], Schema], after: Mapping[str, Snapshot]
) -> Context:
    """The context of a comparison: the newer input, the schemas of custom resources, the newer tree of each environment."""
    fixed: dict[Kind, list[Path]] = {}
    for (group, _, kind), schema in sorted(custom.items()):
        known = fixed.setdefault((group, kind), [])
        known += [path for path in fixed_paths(schema) if path not in known]
    declared = {
        (file.environment, file.stem)
        for file in repository.tenants
        if isinstance(file.document.data, Mapping) and "state" in file.document.data
    }
    where = {file.stem: file.environment for file in repository.tenants}
    final = final_states(repository)
    composing, marks = repository.catalogue.composing, marks_of(schemas.resolved(repository))
    return Context(marks, fixed, frozenset(declared), standing_in(after), where, final, composing)


def final_states(repository: Repository) -> frozenset[str]:
    """The states whose schema says that a tenant may be removed from there (`x-final`)."""
    states = repository.catalogue.of("state").items()
    return frozenset(name for name, state in states if state.schema and (state.schema.data or {}).get("x-final"))


def marks_of(schema: Schema) -> tuple[Mark, ...]:
    """Every `x-danger` of a resolved tenant's schema."""
    marked = [(path, leaf["x-danger"]) for path, leaf in schemas.leaves(schema) if "x-danger" in leaf]
    return tuple(Mark(path, said["code"], said["when"], said["why"], said["proceed"]) for path, said in marked)


def fixed_paths(schema: Schema, path: Path = ()) -> Iterator[Path]:
    """The fields that a CustomResourceDefinition compares with themselves: `self == oldSelf`. Items of lists are left out."""
    rules = schema.get("x-kubernetes-validations", [])
    if path and any(_SAME.fullmatch(str(rule.get("rule", ""))) for rule in rules):
        yield path
        return
    for name, child in schema.get("properties", {}).items():
        if name != "status" or path:
            yield from fixed_paths(child, (*path, name))


def standing_in(after: Mapping[str, Snapshot]) -> Callable[[TenantChange], Sequence[Object] | None]:
    """All objects that a tenant has in the newer tree of its environment, read when a class asks for them."""
    known: dict[tuple[str, str], Sequence[Object] | None] = {}

    def standing(change: TenantChange) -> Sequence[Object] | None:
        key = change.environment, change.tenant
        if key not in known:
            known[key] = _objects(after.get(change.environment), f"tenants/{change.tenant}/manifests/manifests.yaml")
        return known[key]

    return standing


def _objects(tree: Snapshot | None, path: str) -> Sequence[Object] | None:
    if tree is None or path not in tree.ids:
        return None
    return [item for item in yaml.load_all(tree.read([path])[path], ManifestLoader) if isinstance(item, Mapping)]
