"""What only the fleet as a whole can show: values claimed twice, data outside its region, more claimed than a cluster has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from generator import schema as schemas
from generator.derive import quantity
from generator.diagnostics import Diagnostic, Related, Span
from generator.layers import span_of
from generator.model import Repository, Schema, Spec, Tenant
from generator.settle import Found, settle
from generator.source import Document, Path

SchemaOf = Callable[[Tenant], Schema]
"""The schema a tenant was resolved by: that of its ring's catalogue."""

Quota = tuple[float, float]
"""CPU in cores, memory in bytes."""

_Claim = tuple[Tenant, Path, Span]
"""Who has a value, as which of its own, and where that is to be seen."""
_RESOURCES = ("cpu", "memory")


def fleet_problems(repository: Repository, schema_of: SchemaOf, tenants: Sequence[Tenant]) -> list[Diagnostic]:
    """Every problem between tenants, in no particular order."""
    fleet = repository.fleet
    assert fleet is not None
    claimed = [*_claimed_twice(schema_of, tenants), *_reserved_namespaces(fleet, tenants)]
    return [*claimed, *_outside_region(fleet, schema_of, tenants), *_over_capacity(repository, fleet, tenants)]


def _place(tenant: Tenant, path: Path) -> Span:
    return span_of(tenant.document, tenant.origins, path)


def _claimed_twice(schema_of: SchemaOf, tenants: Sequence[Tenant]) -> list[Diagnostic]:
    tenants = _sharing(schema_of, tenants)
    first: dict[tuple[str, Any], _Claim] = {}
    names: dict[str, Tenant] = {}
    pairs: set[tuple[str, str, str]] = set()
    problems = []
    for tenant in tenants:
        if names.setdefault(tenant.name, tenant) is not tenant:
            problems.append(_same_name(names[tenant.name], tenant))
            continue
        for path, node, value in schemas.walk(schema_of(tenant), tenant.spec):
            space = node.get("x-unique")
            if not space or isinstance(value, (list, dict)):
                continue
            claim = (tenant, path, _in_tenant_file(tenant, path))
            held = first.setdefault((space, value), claim)
            pair = (space, held[0].name, tenant.name)
            if held is claim or (pair in pairs and held[0] is not tenant):
                continue
            pairs.add(pair)  # what is derived from a value claimed twice is claimed twice as well
            problems.append(_taken(space, value, held, claim))
    return problems


def _sharing(schema_of: SchemaOf, tenants: Sequence[Tenant]) -> list[Tenant]:
    """The tenants that claim something twice or that another claims; the rest need not be looked at closely."""
    claims_of = claims(schema_of)
    once: set[tuple[str, Any]] = set()
    twice: set[tuple[str, Any]] = set()
    for tenant in tenants:
        for claim in claims_of(tenant):
            (twice if claim in once else once).add(claim)
    return [tenant for tenant in tenants if twice and not twice.isdisjoint(claims_of(tenant))]


def claims(schema_of: SchemaOf) -> Callable[[Tenant], Iterator[tuple[str, Any]]]:
    """What lists all that a tenant has and no other may have, after the space that it is one in; its name is in one of its own."""
    find = _finders("x-unique", schema_of)

    def claims_of(tenant: Tenant) -> Iterator[tuple[str, Any]]:
        yield "", tenant.name
        for node, value in find(tenant)(tenant.spec):
            if node["x-unique"] and not isinstance(value, (list, dict)):
                yield node["x-unique"], value

    return claims_of


def _finders(keyword: str, schema_of: SchemaOf) -> Callable[[Tenant], schemas.Finder]:
    """What finds the leaves that have a keyword in a tenant, made once for each schema."""
    made: dict[int, schemas.Finder] = {}

    def finder_of(tenant: Tenant) -> schemas.Finder:
        schema = schema_of(tenant)
        if id(schema) not in made:
            made[id(schema)] = schemas.finder(schema, keyword)
        return made[id(schema)]

    return finder_of


def _same_name(owner: Tenant, tenant: Tenant) -> Diagnostic:
    path: Path = ("name",)
    first, second = ((one, path, one.document.value(path)) for one in (owner, tenant))
    return _taken("tenant names", tenant.name, first, second)


def _in_tenant_file(tenant: Tenant, path: Path) -> Span:
    """Where a derived value is claimed twice, the tenant's name is what to look at."""
    span = _place(tenant, path)
    return span if span.path == tenant.document.path else tenant.document.value(("name",))


def _taken(space: str, value: Any, first: _Claim, second: _Claim) -> Diagnostic:
    (owner, before, where), (tenant, path, span) = first, second
    singular = space.removesuffix("es") if space.endswith("xes") else space.removesuffix("s")
    who = (
        f"twice by one tenant, as `{_dotted(before)}` and as `{_dotted(path)}`"
        if owner is tenant
        else f"by `{owner.environment}/{owner.name}` and by `{tenant.environment}/{tenant.name}`"
    )
    return Diagnostic(
        f"{singular.replace(' ', '-')}-taken",
        f"the {singular} `{value}` is claimed {who}",
        span,
        label="claimed again here",
        help=f"every {singular} may be used once in the fleet; change one of them",
        related=(Related(where, "first claimed here"),),
    )


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)


def _reserved_namespaces(fleet: Document, tenants: Sequence[Tenant]) -> list[Diagnostic]:
    """Namespaces of the cluster itself: a tenant's quota, policies and labels would be laid on them."""
    reserved = {"default", fleet.data["argocd"]["namespace"]}
    reserved |= {cluster["ingress"]["namespace"] for cluster in fleet.data["clusters"].values()}
    problems = []
    for tenant in tenants:
        namespace = tenant.spec["namespace"]
        if namespace in reserved or namespace.startswith("kube-"):
            message = f"the namespace `{namespace}` is the cluster's own"
            help = "leave `namespace` out, or choose one of the tenant's own"
            problems.append(Diagnostic("namespace-reserved", message, _place(tenant, ("namespace",)), help=help))
    return problems


def _outside_region(fleet: Document, schema_of: SchemaOf, tenants: Sequence[Tenant]) -> list[Diagnostic]:
    found: list[Found] = []
    find = _finders("x-region", schema_of)
    for tenant in tenants:
        region = tenant.spec["region"]
        cluster = fleet.data["clusters"][tenant.spec["cluster"]]["region"]
        regions = [cluster, *(value for node, value in find(tenant)(tenant.spec) if node["x-region"])]
        if all(value == region for value in regions):
            continue  # so the regions that somebody said are right as well
        for path, value in [*_pinned(schema_of(tenant), tenant), (("cluster",), cluster)]:
            if value != region:
                message = f"`{_dotted(path)}` lies in `{value}`, but tenant `{tenant.name}` is pinned to `{region}`"
                help = f"keep the data of a tenant in one region: choose one in `{region}`, or change `region`"
                problem = Diagnostic("region-mismatch", message, _place(tenant, path), help=help)
                found.append((tenant.document, problem))
    return settle(found)


def _pinned(schema: Schema, tenant: Tenant) -> list[tuple[Path, Any]]:
    """The regions somebody said; those derived follow the cluster's or the tenant's."""
    regions = [(path, value) for path, node, value in schemas.walk(schema, tenant.spec) if node.get("x-region")]
    return [(path, value) for path, value in regions if not _is_derived(tenant, path)]


def _is_derived(tenant: Tenant, path: Path) -> bool:
    """Whether nobody said it; who said a list said all that is in it."""
    said = (tenant.origins[path[:length]] for length in range(len(path), 0, -1) if path[:length] in tenant.origins)
    return next(said)[0].layer == "derived"


def _over_capacity(repository: Repository, fleet: Document, tenants: Sequence[Tenant]) -> list[Diagnostic]:
    problems = []
    taken = ((tenant.spec["cluster"], quota_of(repository, tenant.spec)) for tenant in tenants)
    for name, resource, claimed, most in exceeded(fleet.data, taken):
        path = ("clusters", name, "capacity", resource)
        amount = _amount(claimed, resource)
        message = f"the quotas of the tenants on cluster `{name}` add up to {amount} {resource}, more than its {most}"
        help = "move tenants to another cluster, give them smaller plans, or raise the capacity"
        problems.append(Diagnostic("capacity-exceeded", message, fleet.value(path), help=help))
    return problems


def quota_of(repository: Repository, spec: Spec) -> Quota:
    """What a tenant may take of its cluster; nothing where it is a Compose project."""
    if spec["model"] in repository.catalogue_of(spec["ring"]).composing:
        return 0, 0
    cpu, memory = (quantity(spec["quota"][resource]) for resource in _RESOURCES)
    return cpu, memory


def exceeded(fleet: Mapping[str, Any], taken: Iterable[tuple[str, Quota]]) -> Iterator[tuple[str, str, float, str]]:
    """The capacities that are not enough for what tenants take, each by cluster: cluster, resource, all that is taken, capacity."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for cluster, quota in taken:
        for resource, amount in zip(_RESOURCES, quota, strict=True):
            sums[cluster, resource] += amount
    for name, cluster in fleet["clusters"].items():
        for resource, most in cluster.get("capacity", {}).items():
            if sums[name, resource] > quantity(most):
                yield name, resource, sums[name, resource], most


def _amount(value: float, resource: str) -> str:
    return f"{value:g}" if resource == "cpu" else f"{value / 1024**3:g}Gi"
