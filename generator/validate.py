"""Stage 2: hold each document against its schema and the rules that one document alone can break.

All problems of all documents are found at once. Returned beside them is the repository without the tenants that are not fit to
be resolved, so that one broken file does not hide what is wrong with the others.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator import schema as schemas
from generator.catalogue_checks import catalogue_problems, schema_faults
from generator.diagnostics import Diagnostic, Span
from generator.model import Repository, Schema, TenantFile
from generator.pinned import inherited, not_yet
from generator.rings import ring_of, rings_of
from generator.schema_errors import closest, explained, located_in
from generator.secrets import secret_problems, without_secrets
from generator.source import Document, Path
from generator.verdict import Verdict, verdict_of
from generator.waivers import waiver_problems

_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class _Form:
    """What documents of one kind may say, and the fast answer to whether one does."""

    schema: Schema
    fits: Verdict


def _form(schema: Schema) -> _Form:
    return _Form(schema, verdict_of(schema))


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
    usable = repository.pinned.keys() - unusable
    forms = {ring: _form(schemas.tenant_file(schemas.resolved(repository.seen_by(ring)))) for ring in usable}
    newest = _form(schemas.tenant_file(whole))
    fit = []
    for file in repository.tenants:
        ring = rings[file.document.path]
        if ring in unusable:
            continue  # its catalogue is missing, which is said; by another one it would be judged wrongly
        found = _tenant(repository, forms.get(ring, newest), file)
        if found and ring in forms:
            found = not_yet(found, _tenant(repository, newest, file), repository, ring)
        problems += found
        if not found:
            fit.append(file)
    return dataclasses.replace(repository, tenants=tuple(fit)), problems


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
    problems = _judged(document, _form(schemas.fleet(repository)), "the fleet")
    if problems:
        return problems
    shared = _not_defaults(document, ("defaults",), ("name", "host"))
    for plan in document.data["plans"]:
        shared += _not_defaults(document, ("plans", plan, "values"), ("name", "host", "plan"))
    problems = [
        *_plan_maps(document),
        *_rings_twice(document),
        *_allowances(document),
        *waiver_problems(document),
    ]
    return [*shared, *problems]


def _allowances(document: Document) -> list[Diagnostic]:
    if not isinstance(document.data, Mapping) or "allow" not in document.data:
        return []
    from generator.destruction.allowances import allowance_problems  # noqa: PLC0415  # brings every class of destruction

    return list(allowance_problems(document))


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


def _judged(document: Document, form: _Form, subject: str) -> list[Diagnostic]:
    secrets = secret_problems(document)
    if form.fits(document.data):
        return secrets
    problems = explained(document.data, form.schema, located_in(document), subject)
    return [*secrets, *without_secrets(problems, secrets)]


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
    partial = _form(schemas.partial(whole))
    for environment, document in repository.defaults.items():
        subject = f"the defaults of {environment}"
        problems += _judged(document, partial, subject)
        problems += _unknown_environment(repository, environment, document)
        problems += _not_defaults(document, (), ("name", "host"))
    return problems


def _tenant(repository: Repository, form: _Form, file: TenantFile) -> list[Diagnostic]:
    document = file.document
    problems = _judged(document, form, "the tenant")
    problems += _unknown_environment(repository, file.environment, document)
    problems += _allowances(document)
    if not _LABEL.fullmatch(file.stem) or len(file.stem) > _LONGEST_NAME:
        message = f"the file name `{file.stem}` is no DNS-1123 label of at most 40 characters"
        help = "use lower-case letters, digits and hyphens, beginning with a letter"
        problems.append(Diagnostic("file-name", message, Span(document.path), help=help))
    name = document.data.get("name") if isinstance(document.data, Mapping) else None
    if isinstance(name, str) and name != file.stem:
        message = f"the tenant is named `{name}`, but its file `{file.stem}.yaml`"
        help = f"rename the file to {name}.yaml, or the tenant to {file.stem}"
        problems.append(Diagnostic("file-name", message, document.value(("name",)), help=help))
    return problems


def _unknown_environment(repository: Repository, environment: str, document: Document) -> list[Diagnostic]:
    if repository.fleet is None:
        return []
    known = list(repository.fleet.data["environments"])
    if environment in known:
        return []
    message = f"the folder `{environment}` is no environment of fleet.yaml"
    help = f"use one of: {', '.join(known)}; or add it to `environments`"
    return [
        Diagnostic("unknown-environment", message, Span(document.path), label=closest(environment, known), help=help)
    ]
