"""Stage 3: layer what the documents say, derive what follows from it, and hold the result against the whole schema.

The fleet is resolved by `resolve_many`; a tenant that it leaves alone, for whatever reason, by `resolve_one`, which has the words.
What concerns several tenants at once is in `fleet_checks`.
"""

from __future__ import annotations

from generator import schema as schemas
from generator.diagnostics import Diagnostic
from generator.fleet_checks import fleet_problems
from generator.model import Repository, Tenant
from generator.pinned import not_yet
from generator.platform import platform_problems
from generator.resolve_many import Resolver
from generator.resolve_one import resolve_one
from generator.rings import ring_of
from generator.settle import Found, settle
from generator.unread import Unread


def resolve(repository: Repository) -> tuple[list[Tenant], list[Diagnostic]]:
    """Every tenant whose own documents are fit to be resolved, and the problems of all; tenants are in the order of names."""
    if repository.fleet is None:
        return [], []
    newest = Resolver(repository, schemas.resolved(repository))
    pinned: dict[str, Resolver] = {}
    unread: dict[str, Unread] = {}
    tenants: list[Tenant] = []
    found: list[Found] = []
    for file in sorted(repository.tenants, key=lambda file: (file.environment, file.stem)):
        ring = ring_of(repository, file)
        if ring in repository.pinned and ring not in pinned:
            view = repository.seen_by(ring)
            pinned[ring] = Resolver(view, schemas.resolved(view))
            unread[ring] = Unread(repository, ring, pinned[ring].schema)
        judge = pinned.get(ring, newest)
        tenant = judge.resolved(file)
        if tenant is None:
            tenant, problems = resolve_one(judge.repository, judge.schema, file)
            if problems and ring in pinned:
                problems = not_yet(problems, resolve_one(repository, newest.schema, file)[1], repository, ring)
            found += [(file.document, problem) for problem in problems]
        if tenant is not None:
            tenants.append(tenant)
            if ring in unread:
                found += [(file.document, problem) for problem in unread[ring].problems(tenant)]
    between = fleet_problems(repository, lambda tenant: pinned.get(tenant.spec["ring"], newest).schema, tenants)
    return tenants, settle(found) + between + platform_problems(repository, tenants)
