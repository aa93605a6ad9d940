"""Stage 2: hold each document against its schema and the rules that one document alone can break.

All problems of all documents are found at once. Returned beside them is the repository without the tenants that are not fit to
be resolved, so that one broken file does not hide what is wrong with the others.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator import schema as schemas
from generator.catalogue_checks import catalogue_problems, schema_faults
from generator.diagnostics import Diagnostic
from generator.model import Repository
from generator.pinned import inherited
from generator.rings import ring_of, rings_of
from generator.schema_errors import closest
from generator.source import Document, Path
from generator.tenant_checks import allowances, fit_tenants, form_of, judged, unknown_environment
from generator.upgrade.freezes import freeze_problems
from generator.waivers import waiver_problems


def validate(repository: Repository) -> tuple[Repository, list[Diagnostic]]:
    """The repository with what may be resolved, and every problem found."""
    faults = schema_faults(repository)
    if faults:
        return _without_tenants(repository), faults
    whole = schemas.resolved(repository)
    rings = {file.document.path: ring_of(repository, file) for file in repository.tenants}
    inside, unusable = _pinned_catalogues(repository)
    problems = _fleet(repository)
    if problems:
        repository = dataclasses.replace(repository, fleet=None)
    if found := _defaults(repository, whole):
        problems += found
        repository = dataclasses.replace(repository, fleet=None)
    problems += [*catalogue_problems(repository), *inside]
    fit, found = fit_tenants(repository, whole, rings, unusable)
    return fit, problems + found


def _pinned_catalogues(repository: Repository) -> tuple[list[Diagnostic], set[str]]:
    """What is wrong with the catalogues that rings are pinned to, and the rings whose tenants none can be judged by."""
    problems: list[Diagnostic] = []
    unusable = {ring.name for ring in rings_of(repository.fleet) if ring.commit} - repository.pinned.keys()
    shared: dict[str, list[str]] = defaultdict(list)
    for ring, catalogue in repository.pinned.items():
        shared[catalogue.commit].append(ring)
    for commit, names in shared.items():
        view = repository.seen_by(names[0])
        faults = schema_faults(view)
        unusable |= set(names) if faults else set()
        problems += [inherited(problem, names, commit) for problem in faults or catalogue_problems(view)]
    return problems, unusable


def _without_tenants(repository: Repository) -> Repository:
    return dataclasses.replace(repository, fleet=None, tenants=())


def _fleet(repository: Repository) -> list[Diagnostic]:
    if repository.fleet is None:
        return []
    document = repository.fleet
    problems = judged(document, form_of(schemas.fleet(repository)), "the fleet")
    if problems:
        return problems
    shared = _not_defaults(document, ("defaults",), ("name", "host"))
    for plan in document.data["plans"]:
        shared += _not_defaults(document, ("plans", plan, "values"), ("name", "host", "plan"))
    problems = [
        *_plan_maps(document),
        *_rings_twice(document),
        *allowances(document),
        *waiver_problems(document),
        *freeze_problems(document),
    ]
    return [*shared, *problems]


def _not_defaults(document: Document, path: Path, fields: tuple[str, ...]) -> list[Diagnostic]:
    """Fields that a layer for many tenants cannot give."""
    data: Any = document.data
    for part in path:
        data = data.get(part, {}) if isinstance(data, Mapping) else {}
    given = [field for field in fields if isinstance(data, Mapping) and field in data]
    return [
        Diagnostic(
            "not-a-default",
            f"`{field}` belongs to one tenant, not to all that share this",
            document.key((*path, field)),
            help="move it to a tenant",
        )
        for field in given
    ]


def _plan_maps(fleet: Document) -> Iterator[Diagnostic]:
    plans = list(fleet.data["plans"])
    for environment, values in fleet.data["environments"].items():
        for plan, instead in values.get("plans", {}).items():
            path = ("environments", environment, "plans", plan)
            for name, span in ((plan, fleet.key(path)), (instead, fleet.value(path))):
                if name not in plans:
                    help = f"use one of: {', '.join(plans)}"
                    yield Diagnostic(
                        "unknown-plan", f"unknown plan `{name}`", span, label=closest(name, plans), help=help
                    )


def _rings_twice(fleet: Document) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for index, ring in enumerate(fleet.data["rings"]):
        if ring["name"] in seen:
            span = fleet.value(("rings", index, "name"))
            yield Diagnostic("ring-twice", f"the ring `{ring['name']}` is listed twice", span, help="keep one of them")
        seen.add(ring["name"])


def _defaults(repository: Repository, whole: Mapping[str, Any]) -> list[Diagnostic]:
    problems = []
    partial = form_of(schemas.partial(whole))
    for environment, document in repository.defaults.items():
        subject = f"the defaults of {environment}"
        problems += judged(document, partial, subject)
        problems += unknown_environment(repository, environment, document)
        problems += _not_defaults(document, (), ("name", "host"))
    return problems
