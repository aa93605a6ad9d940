"""What generated tenants may say and refer to, and what a tenant means together with the layers below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from generator import schema as schemas
from generator.derive import MissingArgumentError, derived
from generator.model import Catalogue, Schema
from generator.source import Path
from generator.upgrade.transaction import upgrade_of

Data = dict[str, Any]
UNKNOWN: Data = {}


@dataclass(frozen=True, slots=True)
class Language:
    """What a tenant may say and refer to, read once for a fleet."""

    schema: Schema
    """Of a resolved tenant, with all keywords, without the features that no random tenant has."""
    local: Schema
    """The properties that are a tenant file's alone."""
    defaults: Data
    """The schema's own, without the features'."""
    feature_defaults: Mapping[str, Data]
    rules: tuple[tuple[Path, Schema], ...]
    """The leaves with a derivation."""
    catalogue: Catalogue
    fleet: Data
    environments: Mapping[str, Data]
    """What each environment's defaults say."""

    @property
    def features(self) -> Mapping[str, Schema]:
        """The schemas of the features that a random tenant may have."""
        features: Mapping[str, Schema] = self.schema["properties"]["features"]["properties"]
        return features

    def rules_of(self, kind: Any, name: str) -> Schema:
        """The schema of a component of the catalogue."""
        component = self.catalogue.of(kind)[name]
        return component.schema.data if component.schema else {}

    def names(self, reference: str) -> tuple[str, ...]:
        """The names that a knob with this `x-reference` may say; releases oldest first, no part of a Compose project."""
        if reference == "rings":
            return tuple(ring["name"] for ring in self.fleet["rings"])
        if reference == "releases":
            return tuple(sorted(self.catalogue.releases, key=lambda name: [int(part) for part in name.split(".")]))
        if reference in self.fleet:
            return tuple(self.fleet[reference])
        components = self.catalogue.of({"databases": "database", "caches": "cache"}.get(reference, reference[:-1]))  # type: ignore[arg-type]
        return tuple(name for name, component in components.items() if not component.composes)


def language_of(catalogue: Catalogue, schema: Schema, fleet: Data, environments: Mapping[str, Data]) -> Language:
    """The language, with all that is read off the schema made once."""
    composed = {name for name, feature in catalogue.of("feature").items() if feature.composes}
    slots = schema["properties"]["features"]
    slots = {**slots, "properties": {name: each for name, each in slots["properties"].items() if name not in composed}}
    schema = {**schema, "properties": {**schema["properties"], "features": slots}}
    core = {name: value for name, value in schemas.defaults(schema).items() if name != "features"}
    features = {name: schemas.defaults(each) for name, each in slots["properties"].items()}
    rules = tuple((path, leaf) for path, leaf in schemas.leaves(schema) if "x-derive" in leaf)
    return Language(schema, schema[schemas.LOCAL], core, features, rules, catalogue, fleet, environments)


def must_be_said(name: str, child: Schema, parent: Schema, whole: bool = False) -> bool:
    """Whether nobody else gives it, by default or derivation; a list or a map is given `whole`, with all that is required in it."""
    if name not in parent.get("required", ()):
        return False
    if whole:
        return True
    if "properties" in child:
        return any(must_be_said(inner, each, child) for inner, each in child["properties"].items())
    return not child.keys() & {"default", "x-derive"}


def spec_of(language: Language, said: Data, environment: str) -> Data:
    """What the tenant is with the layers below it and all that can be derived."""
    layers = [language.fleet["defaults"], language.environments.get(environment, {})]
    plan = _first("plan", [said, *reversed(layers)])
    plan = language.fleet["environments"][environment].get("plans", {}).get(plan, plan)
    above = merged(*layers, language.fleet["plans"][plan]["values"], said)
    features = {name: language.feature_defaults[name] for name in above.get("features", {})}
    spec = merged(language.defaults, {"features": features}, above)
    cluster = language.fleet["clusters"][spec["cluster"]]
    scope = {
        "": spec,
        "fleet": language.fleet,
        "cluster": cluster,
        "environment": {"name": environment, **language.fleet["environments"][environment]},
        "release": language.catalogue.releases[spec["release"]["version"]].data,
        "upgrade": upgrade_of(language.catalogue, spec),
        "catalogue": language.catalogue.provided,
    }
    _derive(spec, language.rules, scope)
    return spec


def _first(key: str, layers: list[Data]) -> Any:
    return next(layer[key] for layer in layers if key in layer)


def _derive(spec: Data, rules: tuple[tuple[Path, Schema], ...], scope: Mapping[str, Any]) -> None:
    waiting = [(path, leaf) for path, leaf in rules if _lacks(spec, path)]
    while waiting:
        left = []
        for path, leaf in waiting:
            try:
                put(spec, path, derived(leaf["x-derive"], scope))
            except MissingArgumentError:
                left.append((path, leaf))
        if len(left) == len(waiting):
            return
        waiting = left


def _lacks(spec: Data, path: Path) -> bool:
    if path[0] == "features" and path[1] not in spec["features"]:
        return False
    return at(spec, path) is UNKNOWN


def lacking(schema: Schema, spec: Any, path: Path = ()) -> Iterator[Path]:
    """Every leaf that is required and that no layer or derivation has given."""
    for name, child in schema.get("properties", {}).items():
        here = (*path, name)
        if child.get("properties"):
            if name in spec or name in schema.get("required", ()):
                yield from lacking(child, spec.get(name, {}), here)
        elif name in schema.get("required", ()) and name not in spec:
            yield here


def at(data: Any, path: Path) -> Any:
    """What is at the path, or UNKNOWN."""
    for part in path:
        if not isinstance(data, dict) or part not in data:
            return UNKNOWN
        data = data[part]
    return data


def put(data: Data, path: Path, made: Any) -> None:
    """Set what is at the path, making the objects that lead to it."""
    for part in path[:-1]:
        data = data.setdefault(str(part), {})
    data[str(path[-1])] = made


def merged(*layers: Mapping[str, Any]) -> Data:
    """The layers one above the other, nothing shared with them."""
    result: Data = {}
    for layer in layers:
        for key, made in layer.items():
            both = isinstance(made, Mapping) and isinstance(result.get(key), Mapping)
            result[key] = merged(result[key], made) if both else deepcopy(made)
    return result


Maker = Callable[[Path, Schema], Any]
"""Makes a value for the knob at a path."""
