"""Whose problem a problem is, and how a tree is put together from new tenants and from some that are held as they were. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from generator import schema as schemas
from generator.census import Owner
from generator.diagnostics import Diagnostic, Span
from generator.model import Schema, Spec
from generator.snapshot import Snapshot

_TENANT_FILE = re.compile(r"tenants/([^/]+)/([^/]+)\.yaml")
_APPLICATION = re.compile(r"argocd/([^/]+)/([^/]+)/([^/]+)\.yaml")
_SHARD = re.compile(r"roots/([^/]+)/each/[^/]+/shards/([^/]+)/")

Unique = tuple[str, str]
"""A value that only one tenant of the fleet may have, after the space it is one in: `hosts`, `namespaces`."""

Claims = Callable[[Spec], Iterator[Unique]]

Claim = tuple[str, str]
"""A place for Applications, by cluster and shard: it has a tenant, so the cluster's root must list it."""


@dataclass(frozen=True, slots=True)
class Blame:
    """Errors by the tenant whose own they are, and those that concern everybody."""

    own: Mapping[Owner, list[Diagnostic]]
    general: list[Diagnostic]


def blame(problems: Iterable[Diagnostic], environments: Mapping[str, str]) -> Blame:
    """Sort the errors by owner; `environments` says where each rendered tenant belongs.

    What lies in a tenant's file, or explains itself there, is that tenant's; what a rule found in manifests is that of the
    tenants it names; anything else (fleet.yaml, defaults, catalogue, schemas) is everybody's.
    """
    own: dict[Owner, list[Diagnostic]] = defaultdict(list)
    general = []
    for problem in problems:
        if problem.severity != "error":
            continue
        if owners := _owners(problem, environments):
            for owner in owners:
                own[owner].append(problem)
        else:
            general.append(problem)
    return Blame(own, general)


def _owners(problem: Diagnostic, environments: Mapping[str, str]) -> set[Owner]:
    if problem.tenants:
        known = all(name in environments for name in problem.tenants)
        return {(environments[name], name) for name in problem.tenants} if known else set()
    if not _file_of(problem.span):
        return set()
    # Who claims a host is one of two, and nobody can tell which of them is wrong: neither may go on.
    spans = [problem.span, *(related.span for related in problem.related)]
    return {owner for span in spans if (owner := _file_of(span))}


def _file_of(span: Span) -> Owner | None:
    found = _TENANT_FILE.fullmatch(span.path)
    return (found[1], found[2]) if found and found[2] != "_defaults" else None


def tenants_in(paths: Iterable[str]) -> set[str]:
    """The tenants that a rendered tree holds."""
    return {path.split("/", 2)[1] for path in paths if path.startswith("tenants/")}


def tenant_of(path: str) -> str:
    """The tenant that a file of a rendered tree belongs to; empty where it is shared."""
    if path.startswith("tenants/"):
        return path.split("/", 2)[1]
    found = _APPLICATION.fullmatch(path)
    return found[3] if found else ""


def spec_path(tenant: str) -> str:
    """Where a rendered tree has the resolved tenant."""
    return f"tenants/{tenant}/overlay/tenant.yaml"


def argocd_path(tenant: str) -> str:
    """Where it has the tenant as Argo CD's objects are made from."""
    return f"tenants/{tenant}/argocd/tenant.yaml"


def project_path(tenant: str) -> str:
    """Where it has the Compose project of a tenant that is one."""
    return f"tenants/{tenant}/compose/compose.yaml"


def claims(paths: Iterable[str]) -> set[Claim]:
    """Where Applications lie."""
    found = (_APPLICATION.fullmatch(path) for path in paths)
    return {(match[1], match[2]) for match in found if match}


def listed_claims(paths: Iterable[str]) -> set[Claim]:
    """What the roots list."""
    found = (_SHARD.match(path) for path in paths)
    return {(match[1], match[2]) for match in found if match}


def hold(new: Snapshot, held: Mapping[str, Snapshot], left_out: Iterable[str], specs: Mapping[str, Spec]) -> Snapshot:
    """The new tree without the tenants left out, and with the files of the tenants held taken from their trees.

    A ring that only held tenants are in keeps its catalogue. `specs` are the resolved tenants that are held.
    """
    gone = {*held, *left_out}
    picks = {path: new for path in new.ids if tenant_of(path) not in gone}
    rings = {path.split("/")[1] for path in picks if path.startswith("catalogue/")}
    for name, tree in held.items():
        ring = f"catalogue/{specs[name]['ring']}/"
        missing = specs[name]["ring"] not in rings
        for path in tree.ids:
            if tenant_of(path) == name or (missing and path.startswith(ring)):
                picks[path] = tree
    stamped = {name: known for name, known in new.stamped.items() if name not in gone}
    return replace(picked(new.environment, new.where, picks), stamped=stamped)


def picked(environment: str, where: str, picks: Mapping[str, Snapshot]) -> Snapshot:
    """A tree whose every file is that of one of other trees."""

    def read(paths: Iterable[str]) -> dict[str, bytes]:
        wanted: dict[int, tuple[Snapshot, list[str]]] = {}
        for path in paths:
            wanted.setdefault(id(picks[path]), (picks[path], []))[1].append(path)
        return {path: raw for tree, names in wanted.values() for path, raw in tree.read(names).items()}

    return Snapshot(environment, where, {path: picks[path].ids[path] for path in sorted(picks)}, read)


def clashes(schema: Schema, held: Mapping[str, Spec], others: Mapping[str, Spec]) -> dict[str, str]:
    """Who of the others has a value, unique in the fleet, that a tenant still has as it is held; and words about it."""
    claims_of = unique(schema)
    taken = {}
    for name, spec in held.items():
        taken.update(dict.fromkeys(claims_of(spec), name))
    found = {}
    for name, spec in others.items():
        for space, value in claims_of(spec):
            if (space, value) in taken:
                holder = taken[space, value]
                found[name] = f"`{value}` ({space}) belongs to `{holder}`, which is held as it was"
    return found


def unique(schema: Schema) -> Claims:
    """What lists all that a tenant has and no other tenant of the fleet may have."""
    find = schemas.finder(schema, "x-unique")

    def claims_of(spec: Spec) -> Iterator[Unique]:
        for node, value in find(spec):
            if node["x-unique"] and not isinstance(value, (list, dict)):
                yield node["x-unique"], str(value)

    return claims_of


def builds_itself(tenant: Spec) -> bool:
    """Whether Argo CD builds the tenant's overlay, and does not take the manifests: as its object beside the overlay says."""
    return str(tenant.get("argocd", {}).get("path", "")).endswith("/overlay")


def catalogue_differs(new: Snapshot, tree: Snapshot, tenant: Spec) -> bool:
    """Whether the catalogue of the tenant's ring is another in the new tree; where that has none, it comes along."""
    folder = f"catalogue/{tenant['ring']}/"
    there, then = ({path: id for path, id in one.ids.items() if path.startswith(folder)} for one in (new, tree))
    return bool(there) and there != then
