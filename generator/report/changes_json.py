"""What changes, for programs: the fields of `Review`, as schemas/diff.schema.json describes them."""

from __future__ import annotations

import json as encoder
from collections.abc import Mapping
from typing import Any

from generator.changes import ABSENT, Danger, Edit, Group, Item, Member, ObjectId, Review, Step, show_path
from generator.diagnostics import Span
from generator.diff.outliers import outliers

VERSION = 1


def json(review: Review) -> str:
    """One object; a side of an edit or of an object that is not there is left out, `null` is a value."""
    mains, others = outliers(review.groups)
    places = {id(group): place for place, group in enumerate(review.groups)}
    homes = {id(item.group): places[id(mains[item.main])] for item in others}
    data = {
        "version": VERSION,
        "before": review.before,
        "after": review.after,
        "tenants": review.tenants,
        "files": review.files,
        "dangers": [_danger(danger) for danger in review.dangers],
        "groups": [_group(group, homes.get(id(group))) for group in review.groups],
    }
    return encoder.dumps(data, indent=2, ensure_ascii=True) + "\n"


def _group(group: Group, outlier_of: int | None) -> dict[str, Any]:
    return {
        "action": group.action,
        "object": _object(group.object),
        "edits": [_edit(edit) for edit in group.edits],
        **_sides(group.before, group.after, None),
        "members": [_member(member) for member in group.members],
        "dangers": [danger.code for danger in group.dangers],
        "causes": [_span(cause) for cause in group.causes],
        "rolls": [_object(id) for id in group.rolls],
        "outlierOf": outlier_of,
    }


def _sides(before: Any, after: Any, none: object) -> dict[str, Any]:
    sides = {"before": before, "after": after}
    return {name: side for name, side in sides.items() if side is not none}


def _edit(edit: Edit) -> dict[str, Any]:
    steps = [_step(step) for step in edit.path]
    return {"path": show_path(edit.path), "steps": steps, **_sides(edit.before, edit.after, ABSENT)}


def _step(step: Step) -> str | int | Mapping[str, Any]:
    return {"key": step.key, "value": step.value} if isinstance(step, Item) else step


def _object(id: ObjectId) -> dict[str, str]:
    return {"group": id.group, "kind": id.kind, "namespace": id.namespace, "name": id.name}


def _member(member: Member) -> dict[str, Any]:
    return {
        "tenant": member.tenant,
        "environment": member.environment,
        "ring": member.ring,
        "cluster": member.cluster,
        "object": _object(member.object),
    }


def _danger(danger: Danger) -> dict[str, Any]:
    return {
        "code": danger.code,
        "tenant": danger.tenant,
        "environment": danger.environment,
        "object": _object(danger.object),
        "field": danger.field,
        **_sides(danger.before, danger.after, ABSENT),
        "why": danger.why,
        "proceed": danger.proceed,
        "cause": _span(danger.cause) if danger.cause else None,
        "allowed": danger.allowed,
    }


def _span(span: Span) -> dict[str, Any]:
    return {"path": span.path, "line": span.line, "column": span.column, "length": span.length}
