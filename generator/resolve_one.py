"""One tenant resolved the plain way: its layers merged with the origin of every leaf, and every problem in words.

This is the specification of `resolve_many`, which does the same for a fleet and only says what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator import schema as schemas
from generator.agreement import agreement_problems
from generator.derive import MissingArgumentError, derived
from generator.diagnostics import Diagnostic, Span
from generator.expressions import check_problems
from generator.layers import Layer, Origins, layer_of, merge, merged, span_of
from generator.model import (
    WORKS_WITH,
    Catalogue,
    Component,
    ComponentKind,
    Origin,
    Repository,
    Schema,
    Tenant,
    TenantFile,
    value_at,
)
from generator.schema_errors import closest, schema_problems
from generator.source import Document, Path
from generator.upgrade.classes import impossible
from generator.upgrade.transaction import upgrade_of

ASKING: Mapping[ComponentKind, tuple[str, ...]] = {**dict(WORKS_WITH.values()), "state": ("state",)}
"""Components of which a tenant has one each, and where it names it: their `x-check` asks something of the whole tenant."""


def resolve_one(repository: Repository, schema: Schema, file: TenantFile) -> tuple[Tenant | None, list[Diagnostic]]:
    """The tenant, where its documents are fit to be resolved, and its problems, each at the place of the winning layer."""
    said, origins, found = _worked_out(repository, schema, file)
    place = _Placed(file.document, origins)
    found = found or schema_problems(said, schema, place.locate, f"tenant `{file.stem}`")
    if found:
        return None, found
    tenant = Tenant(
        str(said["name"]), file.environment, {**said, "features": said.get("features", {})}, origins, file.document
    )
    problems = check_problems(schema, tenant.spec, place.locate)
    for kind, path in ASKING.items():
        asking = checks_on(repository.catalogue.of(kind)[value_at(tenant.spec, path)])
        problems += check_problems(asking, tenant.spec, place.locate)
    problems += [*agreement_problems(repository, tenant), *_upgrade_problems(repository, tenant)]
    return tenant, problems


def origins_of(repository: Repository, schema: Schema, file: TenantFile) -> Origins:
    """Who gave a tenant its values, whatever there is to say of them."""
    return _worked_out(repository, schema, file)[1]


def _worked_out(
    repository: Repository, schema: Schema, file: TenantFile
) -> tuple[dict[str, Any], Origins, list[Diagnostic]]:
    """What the layers say and what follows from it, with the origins; and what cannot be worked out."""
    assert repository.fleet is not None
    said, origins = merge(layers_of(repository, schema, file))
    if problems := _unknown_references(repository, said, _Placed(file.document, origins)):
        return said, origins, problems
    scope = _scope(repository.fleet, repository.catalogue, said, file.environment)
    return said, origins, _derive_all(schema, said, origins, scope, repository)


class _Placed:
    """Finds a resolved tenant's places: where the winning layer gives the leaf, else the tenant file's nearest key."""

    def __init__(self, document: Document, origins: Origins) -> None:
        self.document = document
        self.origins = origins

    def locate(self, path: Path, key: bool) -> Span:
        if key and path not in self.origins:
            return self.document.key(path)
        return span_of(self.document, self.origins, path)


def layers_of(repository: Repository, schema: Schema, file: TenantFile) -> list[Layer]:
    """What speaks of a tenant, weakest first; its own file is the last."""
    assert repository.fleet is not None
    fleet, environment = repository.fleet, file.environment
    above = [layer_of("fleet", fleet, ("defaults",))]
    if environment in repository.defaults:
        above.append(layer_of(f"environment {environment}", repository.defaults[environment]))
    own = layer_of("tenant", file.document)
    own = replace(own, data={name: value for name, value in own.data.items() if name not in schema[schemas.LOCAL]})
    core = Layer("schema", schemas.defaults(schema), _schema_document(repository).locate)
    said = merged([core, *above, own])
    plan = _plan_in(fleet, environment, said.get("plan"))
    if isinstance(plan, str):
        above.append(layer_of(f"plan {plan}", fleet, ("plans", plan, "values")))
    said = merged([*above, own])
    features = [_feature_layer(repository, name) for name in said.get("features", {})]
    core_data = {name: value for name, value in core.data.items() if name != "features"}
    return [Layer("schema", core_data, core.locate), *(layer for layer in features if layer), *above, own]


def _plan_in(fleet: Document, environment: str, plan: Any) -> Any:
    replaced = fleet.data.get("environments", {}).get(environment, {}).get("plans", {})
    return replaced.get(plan, plan) if isinstance(plan, str) else plan


def _feature_layer(repository: Repository, name: str) -> Layer | None:
    feature = repository.catalogue.of("feature").get(name)
    if feature is None or feature.schema is None:
        return None
    inlined = schemas.inline(feature.schema.data)
    places = _SchemaPlaces(feature.schema, 2)
    return Layer(f"feature {name}", {"features": {name: schemas.defaults(inlined)}}, places.locate)


class _SchemaPlaces:
    """Where a schema says something of a path of the data: its property, or what of it is written out there."""

    def __init__(self, document: Document, skip: int = 0) -> None:
        self.document = document
        self.skip = skip

    def locate(self, path: Path) -> Span:
        inside: list[str | int] = []
        for part in path[self.skip :]:
            inside += ["properties", part]
        default = (*inside, "default")
        return self.document.value(default) if default in self.document.places else self.document.key(tuple(inside))


def _schema_document(repository: Repository) -> _SchemaPlaces:
    return _SchemaPlaces(repository.schemas["tenant.core.yaml"])


def _unknown_references(repository: Repository, said: Mapping[str, Any], place: _Placed) -> list[Diagnostic]:
    assert repository.fleet is not None
    fleet: Mapping[str, Any] = repository.fleet.data
    known = {
        "cluster": list(fleet["clusters"]),
        "ring": [ring["name"] for ring in fleet["rings"]],
        "plan": list(fleet["plans"]),
    }
    found: list[tuple[Path, Any, str, list[str]]] = [
        ((field,), said.get(field), field, names) for field, names in known.items()
    ]
    releases = sorted(repository.catalogue.releases)
    release = said.get("release", {})
    found += [(("release", field), release.get(field), "release", releases) for field in ("version", "from")]
    return [
        Diagnostic(
            f"unknown-{what}",
            f"unknown {what} `{value}`",
            place.locate(path, False),
            label=closest(str(value), names),
            help=f"use one of: {', '.join(names)}",
        )
        for path, value, what, names in found
        if value is not None and value not in names
    ]


def _scope(
    fleet: Document, catalogue: Catalogue, said: Mapping[str, Any], environment: str
) -> dict[str, Mapping[str, Any]]:
    version, releases = said.get("release", {}).get("version"), catalogue.releases
    return {
        "": said,
        "fleet": fleet.data,
        "cluster": fleet.data["clusters"].get(said.get("cluster"), {}),
        "environment": {"name": environment, **fleet.data["environments"].get(environment, {})},
        "release": releases[version].data if version in releases else {},
        "catalogue": catalogue.provided,
        "upgrade": upgrade_of(catalogue, said),
    }


def _derive_all(
    schema: Schema, said: dict[str, Any], origins: Origins, scope: Mapping[str, Any], repository: Repository
) -> list[Diagnostic]:
    """Fill every leaf that has a rule and no value, until no rule finds its arguments any more."""
    problems: list[Diagnostic] = []
    waiting = [(path, leaf) for path, leaf in schemas.leaves(schema) if "x-derive" in leaf and _wanted(said, path)]
    while waiting:
        left = []
        for path, leaf in waiting:
            try:
                value = derived(leaf["x-derive"], scope)
            except MissingArgumentError:
                left.append((path, leaf))
                continue
            except (TypeError, ValueError, LookupError, ArithmeticError) as error:
                dotted = ".".join(str(part) for part in path)
                message = f"`{dotted}` cannot be derived: {error}"
                help = "mend the arguments of its `x-derive`"
                problems.append(Diagnostic("derive-failed", message, _described(repository, path), help=help))
                continue
            _put(said, path, value)
            origins[path] = (Origin("derived", value, _described(repository, path)),)
        if len(left) == len(waiting):
            break
        waiting = left
    return problems


def _described(repository: Repository, path: Path) -> Span:
    """Where the schema describes a leaf: a feature's own, or the core."""
    feature = repository.catalogue.of("feature").get(str(path[1])) if path[0] == "features" else None
    places = _SchemaPlaces(feature.schema, 2) if feature and feature.schema else _schema_document(repository)
    return places.locate(path)


def _wanted(said: Mapping[str, Any], path: Path) -> bool:
    """Whether the leaf has no value yet; a feature's leaves only where the feature is on."""
    if path[0] == "features" and path[1] not in said.get("features", {}):
        return False
    node: Any = said
    for part in path:
        if not isinstance(node, Mapping) or part not in node:
            return True
        node = node[part]
    return False


def _put(said: dict[str, Any], path: Path, value: Any) -> None:
    node: Any = said
    for part in path[:-1]:
        node = node.setdefault(part, {})
    node[path[-1]] = value


def _upgrade_problems(repository: Repository, tenant: Tenant) -> Iterator[Diagnostic]:
    """The upgrade that is under way, where no image can do it."""
    release = tenant.spec["release"]
    if reason := impossible(repository.catalogue, release.get("from"), release["version"]):
        span = span_of(tenant.document, tenant.origins, ("release", "version"))
        help = (
            f"set it back to {release['from']} and take `from` out; then `quad upgrade --plan` says which way there is"
        )
        yield Diagnostic("upgrade-impossible", reason, span, help=help)


def checks_on(component: Component) -> Schema:
    """What a model, a server or a state asks of the whole tenant, as a schema of it: there, `self` is the tenant."""
    data: Mapping[str, Any] = component.schema.data if component.schema else {}
    return {"x-check": data["x-check"]} if "x-check" in data else {}
