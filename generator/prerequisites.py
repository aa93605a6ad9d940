"""What a cluster must have for its tenants, held against what lives there. Pure.

What is wanted is read off fleet.yaml and off the objects of the components that the cluster's tenants are made of: every version of
every kind, the classes, the issuer, the store, the ranks of pods, and the Deployments of what the platform brings (`x-runs`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.kubectl import Kind, Object
from generator.layers import span_of
from generator.model import Component, Repository, Tenant
from generator.objects import nodes, objects
from generator.platform import needed
from generator.reads import reads_of
from generator.rules.walk import at, items, mapping
from generator.source import Path

_CLASS = Kind("storage.k8s.io", "v1", "StorageClass")
_NAMED: Sequence[tuple[Path, Kind]] = (
    (("storageClasses", "shared"), _CLASS),
    (("storageClasses", "database"), _CLASS),
    (("ingress", "class"), Kind("networking.k8s.io", "v1", "IngressClass")),
    (("ingress", "issuer"), Kind("cert-manager.io", "v1", "ClusterIssuer")),
    (("ingress", "namespace"), Kind("", "v1", "Namespace")),
    (("secretStore",), Kind("external-secrets.io", "v1", "ClusterSecretStore")),
)
"""What fleet.yaml names of a cluster, and the object that must be there by that name."""
_DEPLOYMENT = Kind("apps", "v1", "Deployment")
_RANK = Kind("scheduling.k8s.io", "v1", "PriorityClass")
_RANKED = "priorityClassName"
_LISTED = 5
Thing = tuple[Kind, str, str]
"""An object by kind, namespace and name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a cluster must have, each with the place that asks for it."""

    name: str
    version: tuple[str, Span]
    kinds: Mapping[Kind, Span]
    objects: Mapping[Thing, Span]
    unneeded: Sequence[str] = ()
    """Components of its platform that no tenant needs."""
    askers: Mapping[Thing, Sequence[str]] = field(default_factory=dict)
    """The tenants that need an object, where not all do."""


@dataclass(frozen=True, slots=True)
class Live:
    """What a cluster has: its version, the kinds that it serves of those wanted, and the objects that are there."""

    version: str
    kinds: frozenset[Kind]
    objects: Mapping[Thing, Object] = field(default_factory=dict)


def wanted(repository: Repository, tenants: Sequence[Tenant], cluster: str) -> Wanted:
    """What the cluster must have for these tenants, which are the fleet's."""
    assert repository.fleet is not None
    fleet, path = repository.fleet, ("clusters", cluster)
    mine = [tenant for tenant in tenants if tenant.spec["cluster"] == cluster and not _composed(repository, tenant)]
    said: Mapping[str, Any] = fleet.data["clusters"][cluster]
    found: dict[Thing, Span] = {}
    for place, kind in _NAMED:
        found.setdefault((kind, "", str(at(said, *map(str, place)))), fleet.value((*path, *place)))
    required = needed(repository, mine).get(cluster, set())
    installed = said.get("platform", {}).get("components", ())
    for name in sorted(required | {*installed}):
        component = repository.catalogue.of("platform").get(name)
        if component is not None and component.schema is not None:
            for index, text in enumerate(component.schema.data.get("x-runs", ())):
                namespace, _, deployment = text.partition("/")
                found[_DEPLOYMENT, namespace, deployment] = component.schema.value(("x-runs", index))
    version = str(said["kubernetes"]), fleet.value((*path, "kubernetes"))
    unneeded = sorted({*installed} - required)
    askers: dict[Thing, list[str]] = {}
    for tenant in mine:
        for name, span in _ranks(repository, tenant).items():
            found.setdefault((_RANK, "", name), span)
            askers.setdefault((_RANK, "", name), []).append(tenant.name)
    return Wanted(cluster, version, _kinds(repository, mine), found, unneeded, askers)


def _ranks(repository: Repository, tenant: Tenant) -> dict[str, Span]:
    """The PriorityClasses that its pods name, and where: in the tenant's values, or in a component where none goes there."""
    found: dict[str, Span] = {}
    catalogue = repository.catalogue_of(tenant.spec["ring"])
    for component in (catalogue.of(kind)[name] for kind, name in tenant.components):
        paths, written = _ranking(component)
        found = {**written, **found}
        said = ((at(tenant.spec, *path), path) for path in paths)
        found |= {name: span_of(tenant.document, tenant.origins, path) for name, path in said if name}
    return found


@lru_cache(maxsize=512)
def _ranking(component: Component) -> tuple[Sequence[Path], Mapping[str, Span]]:
    """The paths of a tenant from which a component takes PriorityClasses; those that its own files name, where it takes none."""
    paths = [read.path for read in reads_of(component) if any(_RANKED in target.fields for target in read.targets)]
    return paths, {} if paths else dict(_written(component))


def _written(component: Component) -> Iterator[tuple[str, Span]]:
    for file, documents in component.documents.items():
        if file == "schema.yaml" or file.startswith(("examples/", "tests/")):
            continue
        for document in documents:
            for path, node in nodes(document.data):
                if path[-1:] == (_RANKED,):
                    yield str(node), document.value(path)
                elif isinstance(node, Mapping) and "value" in node and str(node.get("path")).endswith(f"/{_RANKED}"):
                    yield str(node["value"]), document.value((*path, "value"))


def _composed(repository: Repository, tenant: Tenant) -> bool:
    return tenant.spec["model"] in repository.catalogue_of(tenant.spec["ring"]).composing


def _kinds(repository: Repository, tenants: Sequence[Tenant]) -> dict[Kind, Span]:
    """Every version of every kind that the tenants' components bring, and where the first one is."""
    found: dict[Kind, Span] = {}
    seen = {(tenant.spec["ring"], part) for tenant in tenants for part in tenant.components}
    for ring, (kind, name) in sorted(seen):
        for each in objects(repository.catalogue_of(ring).of(kind)[name]):
            group, _, version = str(each.data["apiVersion"]).rpartition("/")
            place = each.document.value(each.path or ("apiVersion",))
            found.setdefault(Kind(group, version, each.kind), place)
    return found


def lacks(want: Wanted, live: Live) -> list[Diagnostic]:
    """Everything that is wanted and not there, or there and not ready."""
    return [*_version(want, live), *_unserved(want, live), *_missing(want, live)]


def _version(want: Wanted, live: Live) -> Iterator[Diagnostic]:
    said, span = want.version
    if live.version != said:
        message = f"cluster `{want.name}` runs Kubernetes {live.version}, but its manifests are checked for {said}"
        help = f'write kubernetes: "{live.version}", and look at what `quad check` then says'
        yield Diagnostic("cluster-version", message, span, help=help)


def _unserved(want: Wanted, live: Live) -> Iterator[Diagnostic]:
    for kind, span in want.kinds.items():
        if kind in live.kinds:
            continue
        others = sorted(one.version for one in live.kinds if (one.group, one.kind) == (kind.group, kind.kind))
        version = f"{kind.group}/{kind.version}".strip("/")
        message = f"cluster `{want.name}` does not serve {kind.kind} of {version}"
        notes = (f"it serves {', '.join(others)}",) if others else ()
        help = "install what brings it (overlays/platform/), in a version that serves this one"
        yield Diagnostic("cluster-lacks-kind", message, span, notes=notes, help=help)


def _missing(want: Wanted, live: Live) -> Iterator[Diagnostic]:
    for (kind, namespace, name), span in want.objects.items():
        where = f" in namespace `{namespace}`" if namespace else ""
        what = f"{kind.kind} `{name}`{where}"
        notes = _for(want.askers.get((kind, namespace, name), ()))
        body = live.objects.get((kind, namespace, name))
        if body is None:
            message = f"cluster `{want.name}` has no {what}"
            help = "install it, or correct the name"
            yield Diagnostic("cluster-lacks-object", message, span, notes=notes, help=help)
        elif reason := _not_ready(body):
            message = f"{what} of cluster `{want.name}` is not ready: {reason}"
            help = f"`kubectl describe {kind.kind.lower()} {name}` says more"
            yield Diagnostic("cluster-not-ready", message, span, notes=notes, help=help)


def _for(tenants: Sequence[str]) -> tuple[str, ...]:
    """The tenants that need something, in a note; of many the first few."""
    more = " …" if len(tenants) > _LISTED else ""
    noun = "tenant" if len(tenants) == 1 else "tenants"
    return (f"for {len(tenants)} {noun}: {', '.join(sorted(tenants)[:_LISTED])}{more}",) if tenants else ()


def _not_ready(body: Object) -> str:
    """Why it is not ready, by its conditions; nothing of an object that has none of the kind."""
    for condition in items(at(body, "status", "conditions")):
        if condition.get("type") in ("Ready", "Available") and condition.get("status") != "True":
            return str(condition.get("message") or condition.get("reason") or "it does not say why")
    deployment = body.get("kind") == _DEPLOYMENT.kind
    if deployment and not mapping(body.get("status")).get("availableReplicas"):
        return "no pod is available"
    return ""
