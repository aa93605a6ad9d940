"""What one document of tenants can get wrong by itself, and all that a tenant's own file can. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from generator import schema as schemas
from generator.diagnostics import Diagnostic, Span
from generator.model import Repository, Schema, TenantFile
from generator.pinned import not_yet
from generator.schema_errors import closest, explained, located_in
from generator.secrets import secret_problems, without_secrets
from generator.source import Document
from generator.verdict import Verdict, verdict_of

_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Form:
    """What documents of one kind may say, and the fast answer to whether one does."""

    schema: Schema
    fits: Verdict


def form_of(schema: Schema) -> Form:
    """What a schema lets documents say."""
    return Form(schema, verdict_of(schema))


def fit_tenants(
    repository: Repository, whole: Schema, rings: Mapping[str, str], unusable: Collection[str] = ()
) -> tuple[Repository, list[Diagnostic]]:
    """The repository with the tenants that may be resolved, and the problems of the others; `whole` is a resolved one's schema.

    `rings` says by the paths of their files which they are in. Those of rings whose catalogue is `unusable` are left out: by
    another one they would be judged wrongly.
    """
    usable = repository.pinned.keys() - set(unusable)
    forms = {ring: form_of(schemas.tenant_file(schemas.resolved(repository.seen_by(ring)))) for ring in usable}
    newest = form_of(schemas.tenant_file(whole))
    problems: list[Diagnostic] = []
    fit = []
    for file in repository.tenants:
        ring = rings[file.document.path]
        if ring in unusable:
            continue
        found = _tenant(repository, forms.get(ring, newest), file)
        if found and ring in forms:
            found = not_yet(found, _tenant(repository, newest, file), repository, ring)
        problems += found
        if not found:
            fit.append(file)
    return dataclasses.replace(repository, tenants=tuple(fit)), problems


def _tenant(repository: Repository, form: Form, file: TenantFile) -> list[Diagnostic]:
    document = file.document
    problems = judged(document, form, "the tenant")
    problems += unknown_environment(repository, file.environment, document)
    problems += allowances(document)
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


def judged(document: Document, form: Form, subject: str) -> list[Diagnostic]:
    """What is wrong with a document by itself."""
    secrets = secret_problems(document)
    if form.fits(document.data):
        return secrets
    problems = explained(document.data, form.schema, located_in(document), subject)
    return [*secrets, *without_secrets(problems, secrets)]


def allowances(document: Document) -> list[Diagnostic]:
    """What is wrong with the document's entries under `allow:` that its schema does not say."""
    if not isinstance(document.data, Mapping) or "allow" not in document.data:
        return []
    from generator.destruction.allowances import allowance_problems  # noqa: PLC0415  # brings every class of destruction

    return list(allowance_problems(document))


def unknown_environment(repository: Repository, environment: str, document: Document) -> list[Diagnostic]:
    """The fleet must have the environment that a document lies in."""
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
