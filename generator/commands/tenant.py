"""`quad tenant`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import rich_click as click

from generator import schema as schemas
from generator.diagnostics import Span
from generator.edit import new_tenant, write_new
from generator.model import Repository, Schema, TenantFile
from generator.resolve_one import resolve_one
from generator.schema_errors import schema_problems
from generator.source import Document
from generator.terminal import repository, unknown, usable
from generator.validate import validate

_OFFERED = 6


@click.group("tenant")
def command() -> None:
    """Make tenant files."""


@command.command("new")
@click.argument("name")
@click.option("-e", "--environment", help="The folder below tenants/.  [default: the fleet's first environment]")
@click.option("--host", help="The public host name.  [default: NAME.example.org]")
@click.option("--display-name", help="The site's name.  [default: made from NAME]")
@click.option("--plan", help="Its size.  [default: what the environment's defaults say, or the fleet's first plan]")
@click.pass_context
def new(
    context: click.Context,
    name: str,
    environment: str | None,
    host: str | None,
    display_name: str | None,
    plan: str | None,
) -> int:
    """Write a commented tenant file and say what to do next. Nothing that exists is touched.

    \b
    Examples:
      quad tenant new birch
      quad tenant new birch --environment production --host learn.birch.edu --plan large
    """
    root = repository(context)
    loaded = usable(root)
    checked, _ = validate(loaded)
    if checked.fleet is None:
        raise click.UsageError("tenants/fleet.yaml or a _defaults.yaml has problems; `quad validate` says which")
    schema = schemas.resolved(loaded)
    fleet: dict[str, Any] = checked.fleet.data
    place = _known("environment", environment or next(iter(fleet["environments"])), list(fleet["environments"]))
    values: dict[str, Any] = {
        "name": name,
        "displayName": display_name or name.replace("-", " ").title(),
        "host": host or f"{name}.example.org",
        "cluster": next(iter(fleet["clusters"])),
        "ring": fleet["rings"][-1]["name"],
        "plan": _known("plan", plan, list(fleet["plans"])) if plan else next(iter(fleet["plans"])),
    }
    _fit(schema, values)
    _unclaimed(root, loaded, values)
    path = root / "tenants" / place / f"{name}.yaml"
    view = loaded.seen_by(values["ring"])
    draft = TenantFile(place, name, Document(path.relative_to(root).as_posix(), values, {}))
    write_new(path, new_tenant(schema, values, _offered(view, schemas.resolved(view), draft)))
    click.echo(
        f"wrote {path.relative_to(root)}\nnext: edit it, then `quad validate` and `quad render {name}`", err=True
    )
    return 0


def _known(what: str, value: str, known: list[str]) -> str:
    if value not in known:
        raise click.UsageError(unknown(what, value, known))
    return value


def _fit(schema: Schema, values: dict[str, Any]) -> None:
    """Refuse on the command line what validate would refuse in the file."""
    own = {**schemas.partial(schema), "required": []}
    for problem in schema_problems(values, own, lambda _path, _key: Span("the command line"), "the tenant"):
        raise click.UsageError(f"{problem.message}; {problem.help}")


def _unclaimed(root: Path, loaded: Repository, values: dict[str, Any]) -> None:
    for path in (root / "tenants").glob(f"*/{values['name']}.yaml"):
        raise click.UsageError(f"the name `{values['name']}` is taken by {path.relative_to(root)}")
    for file in loaded.tenants:
        data = file.document.data if isinstance(file.document.data, dict) else {}
        for field in ("name", "host"):
            if data.get(field) == values[field]:
                raise click.UsageError(f"the {field} `{values[field]}` is taken by {file.document.path}")


def _offered(loaded: Repository, schema: Schema, draft: TenantFile) -> dict[str, Any]:
    """What else a tenant often says, as commented examples: of the features those that most tenants have, and that go together."""
    features: dict[str, Any] = {}
    for name, example in _examples(loaded):
        data = {**draft.document.data, "features": {**features, name: example}}
        tried = replace(draft, document=replace(draft.document, data=data))
        if len(features) < _OFFERED and not resolve_one(loaded, schema, tried)[1]:
            features[name] = example
    releases = sorted(loaded.catalogue.releases, key=lambda version: [int(part) for part in version.split(".")])
    return {
        **({"release": {"version": releases[-1]}} if releases else {}),
        "site": {"language": "de", "timezone": "Europe/Berlin"},
        "features": features,
    }


def _examples(loaded: Repository) -> list[tuple[str, Any]]:
    """The smallest example of each feature, those first that most tenants have."""
    used = Counter(name for file in loaded.tenants for name in _features(file.document.data))
    found = {
        name: feature.documents.get("examples/minimal.yaml", ())
        for name, feature in loaded.catalogue.of("feature").items()
    }
    examples = [(name, documents[0].data) for name, documents in found.items() if documents and documents[0].data]
    return sorted(examples, key=lambda each: (-used[each[0]], each[0]))


def _features(data: Any) -> Collection[str]:
    features = data.get("features") if isinstance(data, dict) else None
    return features if isinstance(features, dict) else ()
