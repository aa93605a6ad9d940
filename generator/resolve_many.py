"""Many tenants resolved fast: what they share is worked out once, and a tenant costs what its own file says.

Tenants of one environment, plan and choice of features share every layer below their own. Those are merged once for the group;
a tenant's own few values are laid over copies of the objects that change, the others belong to the whole group (a spec is never
changed). Origins are worked out by the plain way, `resolve_one`, when somebody asks. A tenant with a problem, or with anything
unforeseen, is left to the plain way too: a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from generator import schema as schemas
from generator.agreement import agreement_problems
from generator.derive import MissingArgumentError, compiled
from generator.expressions import checks_of
from generator.lazy import Later
from generator.model import WORKS_WITH, Repository, Schema, Spec, Tenant, TenantFile, value_at
from generator.resolve_one import ASKING, checks_on, layers_of, origins_of
from generator.upgrade.classes import impossible
from generator.upgrade.transaction import upgrade_of
from generator.verdict import verdict_of

Spine = Mapping[str, Any]
"""The objects that derived values go into, by name, with those inside them: every tenant has its own copies."""
Scope = Mapping[str, Mapping[str, Any]]
_Rule = tuple[tuple[str, ...], str, Callable[[Scope], Any]]
"""The objects on the way to a derived leaf, its name, and what gives its value."""


@dataclass(frozen=True, slots=True)
class _Group:
    """What tenants share: the values of the layers below their own, the rules for what is derived, and what is known of both."""

    base: dict[str, Any]
    spine: Spine
    rules: tuple[_Rule, ...]
    off: frozenset[str]
    """Features that the tenants switch off; nothing is left of them below."""
    agreeing: dict[tuple[str, ...], bool]
    """By state, transaction, model, database and cache, whether the features go together with them and with one another."""


class _LeftAloneError(Exception):
    """The tenant is the plain way's; never leaves this module."""


class Resolver:
    """Resolves the tenants that one catalogue and its schema are for."""

    def __init__(self, repository: Repository, schema: Schema) -> None:
        assert repository.fleet is not None
        fleet: Mapping[str, Any] = repository.fleet.data
        self.repository = repository
        self.schema = schema
        self._verdict = verdict_of(schema)
        self._checks = checks_of(schema)
        self._rules = list(_rules(schema))
        self._asked = {
            (kind, name): checks_of(checks_on(component))
            for kind in ASKING
            for name, component in repository.catalogue.of(kind).items()
        }
        self._known = {
            "cluster": set(fleet["clusters"]),
            "ring": {ring["name"] for ring in fleet["rings"]},
            "plan": set(fleet["plans"]),
        }
        self._provided = repository.catalogue.provided
        self._environments: dict[str, Mapping[str, Any]] = {}
        self._groups: dict[Any, _Group | None] = {}

    def resolved(self, file: TenantFile) -> Tenant | None:
        """The tenant, if nothing is to be said of it; None where the plain way has to look."""
        try:
            return self._resolved(file)
        except (_LeftAloneError, TypeError, ValueError, LookupError, ArithmeticError):
            return None

    def _resolved(self, file: TenantFile) -> Tenant | None:
        local = self.schema[schemas.LOCAL]
        own = {name: value for name, value in file.document.data.items() if name not in local}
        group = self._group_of(file, own)
        if group is None:
            return None
        if group.off:
            own["features"] = {name: value for name, value in own["features"].items() if name not in group.off}
        spec = _copied(group.base, group.spine)
        _lay(spec, own, group.spine)
        if not self._refers_to_what_is(spec):
            return None
        _derive(spec, group.rules, self._scope(spec, file.environment))
        if not self._verdict(spec):
            return None
        spec.setdefault("features", {})
        origins = Later(partial(origins_of, self.repository, self.schema, file))
        tenant = Tenant(spec["name"], file.environment, spec, origins, file.document)
        release = spec["release"]
        if "from" in release and impossible(self.repository.catalogue, release["from"], release["version"]):
            return None
        return tenant if self._checks(spec) and self._agree(group, tenant) else None

    def _group_of(self, file: TenantFile, own: Mapping[str, Any]) -> _Group | None:
        plan, features = own.get("plan", ""), own.get("features", {})
        if type(plan) is not str or type(features) is not dict:
            raise _LeftAloneError
        key = (file.environment, plan, tuple((name, value is None) for name, value in features.items()))
        if key not in self._groups:
            self._groups[key] = self._group(file, features)
        return self._groups[key]

    def _group(self, file: TenantFile, features: Mapping[str, Any]) -> _Group | None:
        """The layers below a tenant's own; None where a null in them makes the order of keys a matter of all layers at once."""
        base: dict[str, Any] = {}
        for layer in layers_of(self.repository, self.schema, file)[:-1]:
            _lay(base, layer.data, {}, null_stays=True)
        off = frozenset(name for name, value in features.items() if value is None)
        below = base.get("features", {})
        for name in [name for name, value in below.items() if name in off or (value is None and name not in features)]:
            del below[name]
        if _has_null(base):
            return None
        on = {*below, *features} - off
        rules = tuple(rule for rule in self._rules if rule[0][:1] != ("features",) or rule[0][1] in on)
        return _Group(base, _spine(base, rules), rules, off, {})

    def _refers_to_what_is(self, spec: Spec) -> bool:
        release = spec.get("release", {})
        releases = self.repository.catalogue.releases
        named: list[tuple[Any, Container[str]]] = [(spec.get(field), known) for field, known in self._known.items()]
        named += [(release.get(field), releases) for field in ("version", "from")]
        return all(value is None or value in known for value, known in named)

    def _scope(self, spec: Spec, environment: str) -> Scope:
        assert self.repository.fleet is not None
        fleet: Mapping[str, Any] = self.repository.fleet.data
        if environment not in self._environments:
            self._environments[environment] = {"name": environment, **fleet["environments"].get(environment, {})}
        release = self.repository.catalogue.releases.get(spec.get("release", {}).get("version"))
        return {
            "": spec,
            "fleet": fleet,
            "cluster": fleet["clusters"].get(spec.get("cluster"), {}),
            "environment": self._environments[environment],
            "release": release.data if release else {},
            "catalogue": self._provided,
            "upgrade": upgrade_of(self.repository.catalogue, spec),
        }

    def _agree(self, group: _Group, tenant: Tenant) -> bool:
        under_way = tenant.spec["release"].get("transaction", "")
        chosen = (tenant.spec["state"], under_way, *(value_at(tenant.spec, path) for _, path in WORKS_WITH.values()))
        if chosen not in group.agreeing:
            group.agreeing[chosen] = not agreement_problems(self.repository, tenant)
        return group.agreeing[chosen] and all(
            self._asked[kind, value_at(tenant.spec, path)](tenant.spec) for kind, path in ASKING.items()
        )


def _rules(schema: Schema) -> Iterator[_Rule]:
    for path, leaf in schemas.leaves(schema):
        if "x-derive" in leaf:
            *parents, name = (str(part) for part in path)
            yield tuple(parents), name, compiled(leaf["x-derive"])


def _lay(below: dict[str, Any], above: Mapping[str, Any], own: Spine, null_stays: bool = False) -> None:
    """Lay values over others, as `layers.merge` does it; but for those in the spine, objects below are copied first."""
    for name, value in above.items():
        if type(value) is dict:
            under = below.get(name)
            inside = own.get(name)
            if type(under) is not dict or not under:
                under = below[name] = {}
            elif inside is None and value:
                under = below[name] = dict(under)
            _lay(under, value, inside or {}, null_stays)
        elif value is None and not null_stays:
            raise _LeftAloneError
        else:
            below[name] = value


def _has_null(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and any(_has_null(child) for child in value.values()))


def _spine(base: Mapping[str, Any], rules: tuple[_Rule, ...]) -> Spine:
    spine: dict[str, Any] = {}
    for parents, _, _ in rules:
        node: Any = base
        inside = spine
        for part in parents:
            node = node.get(part)
            if type(node) is not dict:
                break
            inside = inside.setdefault(part, {})
    return spine


def _copied(base: Mapping[str, Any], spine: Spine) -> dict[str, Any]:
    """The base, to be written into along the spine."""
    copy = dict(base)
    for name, inside in spine.items():
        copy[name] = _copied(copy[name], inside)
    return copy


def _derive(spec: dict[str, Any], rules: tuple[_Rule, ...], scope: Scope) -> None:
    """Fill every leaf that has no value, until no rule finds its arguments any more; what is written to belongs to the tenant."""
    waiting = [rule for rule in rules if not _has(spec, rule)]
    left: list[_Rule] = []
    while len(left) != len(waiting):
        left, waiting = waiting, []
        for rule in left:
            parents, name, value_of = rule
            try:
                value = value_of(scope)
            except MissingArgumentError:
                waiting.append(rule)
                continue
            node = spec
            for part in parents:
                node = node.setdefault(part, {})
            node[name] = value


def _has(spec: Mapping[str, Any], rule: _Rule) -> bool:
    node: Any = spec
    for part in rule[0]:
        node = node.get(part)
        if type(node) is not dict:
            if node is None:
                return False
            raise _LeftAloneError
    return rule[1] in node
