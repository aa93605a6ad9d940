"""What tenants need of their cluster's platform, read off the objects that they are made of. Pure.

A component of the platform says which kinds and annotations it serves (`x-serves`) and which others it needs itself (`x-needs`).
A tenant's component needs whatever serves its objects, and what it names in `x-needs` where no object shows it. What is installed
is said in fleet.yaml, not derived: a tenant's file must not bring an operator with rights over the whole cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.model import Catalogue, Component, Repository, Tenant
from generator.objects import objects
from generator.schema_errors import closest
from generator.source import Document

Need = tuple[str, str]
"""What an object shows that it needs: a group and kind, or an empty text and an annotation."""


def served(catalogue: Catalogue) -> dict[Need, str]:
    """Which component of the platform serves what."""
    found: dict[Need, str] = {}
    for name, component in catalogue.of("platform").items():
        said = _said(component).get("x-serves", {})
        for text in said.get("kinds", ()):
            group, _, kind = text.split("/")
            found[group, kind] = name
        found.update({("", key): name for key in said.get("annotations", ())})
    return found


@lru_cache(maxsize=512)
def shown_by(component: Component) -> frozenset[Need]:
    """What the objects of a component show that they need."""
    needs: set[Need] = set()
    for each in objects(component):
        metadata = each.data.get("metadata") or {}
        needs |= {("", str(key)) for key in metadata.get("annotations") or ()}
        if each.group:
            needs.add((each.group, each.kind))
    return frozenset(needs)


def needs_of(component: Component, offers: Mapping[Need, str]) -> set[str]:
    """The components of the platform without which a component of a tenant does not work."""
    return {offers[need] for need in shown_by(component) & offers.keys()} | {*_said(component).get("x-needs", ())}


def needed(repository: Repository, tenants: Sequence[Tenant]) -> dict[str, set[str]]:
    """By cluster, what its tenants need, and what that needs itself."""
    found: dict[str, set[str]] = {}
    needs = _Needs(repository)
    for tenant in tenants:
        found.setdefault(tenant.spec["cluster"], set()).update(name for _, _, name in needs.of(tenant))
    return {cluster: _closed(repository.catalogue, names) for cluster, names in found.items()}


def platform_problems(repository: Repository, tenants: Sequence[Tenant]) -> list[Diagnostic]:
    """Platforms that name what is not there, and tenants that need what their cluster's platform does not have."""
    fleet = repository.fleet
    if fleet is None or not any("platform" in each for each in fleet.data["clusters"].values()):
        return []
    problems = [*_unknown(fleet, repository.catalogue), *_incomplete(fleet, repository.catalogue)]
    told: set[Need] = set()
    needs = _Needs(repository)
    for tenant in tenants:
        problems += _lacking(needs, fleet, tenant, told)
    return problems


class _Needs:
    """What tenants need; those that are made of the same components need the same."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._offers = served(repository.catalogue)
        self._known: dict[Any, list[tuple[str, str, str]]] = {}

    def of(self, tenant: Tenant) -> list[tuple[str, str, str]]:
        """Kind and name of each component of the tenant, with what it needs."""
        catalogue = self._repository.catalogue_of(tenant.spec["ring"])
        if tenant.spec["model"] in catalogue.composing:
            return []
        key = catalogue.commit, tenant.components
        if key not in self._known:
            parts = [(kind, name, catalogue.of(kind)[name]) for kind, name in tenant.components]
            self._known[key] = [(kind, own, name) for kind, own, part in parts for name in self._by(part)]
        return self._known[key]

    def _by(self, component: Component) -> list[str]:
        return sorted(needs_of(component, self._offers))


def _unknown(fleet: Document, catalogue: Catalogue) -> Iterator[Diagnostic]:
    known = list(catalogue.of("platform"))
    environments = list(fleet.data["environments"])
    for cluster, said in _platforms(fleet):
        path = ("clusters", cluster, "platform")
        if said["environment"] not in environments:
            name = said["environment"]
            help = f"use one of: {', '.join(environments)}"
            span = fleet.value((*path, "environment"))
            label = closest(name, environments)
            yield Diagnostic("unknown-environment", f"unknown environment `{name}`", span, label=label, help=help)
        for index, name in enumerate(said["components"]):
            if name not in known:
                help = f"use one of: {', '.join(known)}"
                span = fleet.value((*path, "components", index))
                message = f"unknown platform component `{name}`"
                yield Diagnostic("unknown-platform", message, span, label=closest(name, known), help=help)


def _incomplete(fleet: Document, catalogue: Catalogue) -> Iterator[Diagnostic]:
    """Components of a platform that need another one."""
    components = catalogue.of("platform")
    for cluster, said in _platforms(fleet):
        for index, name in enumerate(said["components"]):
            for other in _said(components[name]).get("x-needs", ()) if name in components else ():
                if other not in said["components"]:
                    span = fleet.value(("clusters", cluster, "platform", "components", index))
                    yield _lacks(f"the platform component `{name}` needs `{other}`", cluster, other, span)


def _lacking(needs: _Needs, fleet: Document, tenant: Tenant, told: set[Need]) -> Iterator[Diagnostic]:
    cluster = tenant.spec["cluster"]
    said = fleet.data["clusters"][cluster].get("platform")
    for kind, own, name in needs.of(tenant) if said else ():
        if name in said["components"]:
            continue
        if kind == "feature":
            span = tenant.document.key(("features", own))
        elif (cluster, name) not in told:  # every tenant of the cluster has the same to say
            told.add((cluster, name))
            span = fleet.key(("clusters", cluster, "platform", "components"))
        else:
            continue
        what = f"{kind} `{own}`" if kind != "base" else "every tenant"
        yield _lacks(f"{what} needs `{name}`", cluster, name, span)


def _lacks(what: str, cluster: str, name: str, span: Span) -> Diagnostic:
    message = f"{what}, which the platform of cluster `{cluster}` does not have"
    help = f"add `{name}` to `clusters.{cluster}.platform.components` in tenants/fleet.yaml, which installs it"
    return Diagnostic("platform-lacks", message, span, help=help)


def _closed(catalogue: Catalogue, names: set[str]) -> set[str]:
    """The names, with what those need themselves."""
    components = catalogue.of("platform")
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        found |= waiting
        more = {other for name in waiting if name in components for other in _said(components[name]).get("x-needs", ())}
        waiting = more - found
    return found


def _platforms(fleet: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for cluster, each in fleet.data["clusters"].items():
        if "platform" in each:
            yield cluster, each["platform"]


def _said(component: Component) -> Mapping[str, Any]:
    data = component.schema.data if component.schema else {}
    return data if isinstance(data, Mapping) else {}
