"""`quad why`."""

from __future__ import annotations

import json

import rich_click as click

from generator import schema as schemas
from generator.pipeline import read
from generator.schema_errors import closest
from generator.terminal import find_tenant, repository
from generator.why import Reason, explain, known_paths, parse_path


@click.command("why")
@click.argument("tenant")
@click.argument("path")
@click.pass_context
def command(context: click.Context, tenant: str, path: str) -> int:
    """Say why a value of a tenant has its value: who set it, who was overruled, and which manifests it reaches.

    \b
    Examples:
      quad why acme web.replicas.max
      quad why acme features.backup
    """
    fleet = read(repository(context))
    found = find_tenant(fleet, tenant)
    view = fleet.repository.seen_by(found.spec["ring"])
    reasons = explain(view.catalogue, schemas.resolved(view), found, parse_path(path))
    if not reasons:
        raise click.UsageError(f"`{tenant}` has no `{path}`. {closest(path, known_paths(found))}".strip())
    for reason in reasons:
        click.echo("\n".join(_lines(reason)))
    return 0


def _lines(reason: Reason) -> list[str]:
    winner, *overruled = reason.origins
    lines = [f"{reason.path} = {_shown(reason.value)}", f"  set by {winner.layer}  ({winner.span})"]
    if reason.rule:
        lines.append(f"  rule: {reason.rule}" if winner.layer == "derived" else f"  overrules the rule {reason.rule}")
    lines += [f"  overrules {other.layer}: {_shown(other.value)}  ({other.span})" for other in overruled]
    if reason.default is not None and winner.layer != "schema" and not any(o.layer == "schema" for o in overruled):
        lines.append(f"  the schema's default: {_shown(reason.default)}")
    for reach in reason.reaches:
        through = f", by way of {reach.through}" if reach.through else ""
        lines.append(f"  reaches {reach.object} {reach.field}{through}  ({reach.place})")
    return lines if reason.reaches else [*lines, "  reaches no manifest directly"]


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
