"""`hydrator.metadata`: what Argo CD's source hydrator writes at the root of a hydrated branch, and gitops-promoter reads.

The fields, their order and the reading of `Argocd-reference-commit-*` trailers follow `HydratorCommitMetadata` and
`GetReferences` of Argo CD 3.2. Pure.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

from generator.ledger import Person, Source

_REFERENCE = "Argocd-reference-commit-"
_ADDRESS = re.compile(r"[^<>]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+")


def metadata(repository: str, source: Source) -> bytes:
    """The file for a source commit; empty fields are left out, as Argo CD does."""
    commit = source.commit
    reference, body = _references(commit.body)
    fields = {
        "repoURL": repository,
        "drySha": source.id,
        "author": commit.author.who,
        "date": moment(commit.author),
        "subject": commit.subject,
        "body": body,
        "references": [{"commit": reference}] if reference else None,
    }
    return (json.dumps({key: value for key, value in fields.items() if value}, indent=2) + "\n").encode()


def moment(person: Person) -> str:
    """The time as RFC 3339 has it, in the person's own time zone."""
    sign = -1 if person.zone.startswith("-") else 1
    hours, minutes = int(person.zone[1:3]), int(person.zone[3:5])
    zone = timezone(sign * timedelta(hours=min(hours, 23), minutes=min(minutes, 59)))
    try:
        return datetime.fromtimestamp(person.seconds, zone).isoformat()
    except (OverflowError, ValueError, OSError):
        return ""  # git takes dates that no calendar has


def _references(body: str) -> tuple[dict[str, str], str]:
    """The commit that the trailers refer to, and the body without the trailers that were understood."""
    found: dict[str, str] = {}
    left = []
    for line in body.split("\n") if body else []:
        key, _, value = line.removeprefix(_REFERENCE).partition(": ")
        understood = _value(key, value) if line.startswith(_REFERENCE) else None
        if understood is None:
            left.append(f"{line}\n")
        else:
            found.update([understood])
    order = ("author", "date", "subject", "body", "sha", "repoUrl")
    return {key: found[key] for key in order if key in found}, "".join(left)


def _value(key: str, value: str) -> tuple[str, str] | None:
    if key == "sha":
        return (key, value) if re.fullmatch(r"[0-9a-f]{5,40}", value) else None
    if key == "author":
        return (key, value) if _ADDRESS.fullmatch(value) else None
    if key == "body":
        return _text(value)
    if key == "date":
        return (key, value) if _is_date(value) else None
    return {"subject": ("subject", value), "repourl": ("repoUrl", value)}.get(key) if value else None


def _text(value: str) -> tuple[str, str] | None:
    try:
        text: Any = json.loads(value)
    except ValueError:
        return None
    return ("body", text) if isinstance(text, str) else None


def _is_date(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None and "T" in value
    except ValueError:
        return False
