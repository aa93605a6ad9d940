"""What a rehearsal has shown: how the Jobs of a clone's upgrade went, as it is recorded with the tenant cloned. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.layers import span_of
from generator.model import Tenant
from generator.source import Path
from generator.upgrade.gates import HEALTHY

LONGEST_MINUTES = 2880
_VERSION: Path = ("release", "version")
_MOST_ERRORS = 200
_CLOCKS = timedelta(minutes=5)
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One Job of the clone's upgrade; `error` is why it failed, empty where it did not."""

    name: str
    began: datetime
    ended: datetime
    error: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """An upgrade of a clone that is over, its Jobs in the order in which they began."""

    before: str
    after: str
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> int:
        """From the first Job's start to the last one's end: a site is closed at most so long. Begun minutes count."""
        seconds = (max(step.ended for step in self.steps) - self.steps[0].began).total_seconds()
        return -int(-seconds // 60)

    @property
    def errors(self) -> str:
        """The Jobs that failed, each with its reason; empty where none did."""
        return "; ".join(f"{step.name}: {step.error}" for step in self.steps if step.error)

    @property
    def record(self) -> dict[str, str | int]:
        """What is written into `release.rehearsed` of the source's file."""
        day = max(step.ended for step in self.steps).date().isoformat()
        errors = {"errors": self.errors[:_MOST_ERRORS].strip()} if self.errors else {}
        return {"from": self.before, "to": self.after, "minutes": self.minutes, "date": day, **errors}


def missing(release: Mapping[str, Any], goal: str) -> str:
    """Why what is recorded of a tenant's release is no rehearsal of its way to the goal; empty where it is one."""
    record = release.get("rehearsed", {})
    before = record.get("from", release["version"])
    if record.get("to") != goal:
        return "was not rehearsed"
    if before != release["version"]:
        return f"was rehearsed from {before} and not from {release['version']}"
    if "errors" in record:
        return f"failed in the rehearsal of {record['date']} ({record['errors']})"
    return ""


def minutes_of(release: Mapping[str, Any], goal: str) -> int | None:
    """How long the rehearsal of the way to the goal took; None where there was none."""
    return None if missing(release, goal) else int(release["rehearsed"]["minutes"])


def misfits(source: Tenant, clone: Tenant, origin: str, goal: str) -> Iterator[Diagnostic]:
    """Why an upgrade of the one is no rehearsal for the other; `origin` is whose clone it is by git, empty where nobody's."""
    if origin != source.name:
        known = f"a clone of `{origin}`" if origin else "no clone by the history of its file"
        message = f"`{clone.name}` is {known}, and nothing of it is a rehearsal for `{source.name}`"
        help = f"`quad restore {source.name} --at TIME --into {clone.name}` makes it one; a shallow clone of git knows less"
        yield Diagnostic("not-a-clone", message, clone.document.key(("name",)), help=help)
        return
    release, before = clone.spec["release"], source.spec["release"]["version"]
    if release["version"] != goal:
        message = f"`{clone.name}` is on {release['version']}, and the rehearsal is to be of {goal}"
        help = f"`quad upgrade --to {goal} --tenant {clone.name} --despite not-rehearsed` upgrades it"
        yield _about(clone, message, help)
    elif "from" not in release:
        message = (
            f"no upgrade of `{clone.name}` is under way: with `from` the Jobs went that could say how long it took"
        )
        yield _about(clone, message, "`--rehearsed MINUTES` records what somebody has written down")
    elif release["from"] != before:
        message = f"`{clone.name}` went from {release['from']} to {goal}, and `{source.name}` has {before}"
        yield _about(clone, message, f"make it a clone again, of {before}")


def _about(clone: Tenant, message: str, help: str) -> Diagnostic:
    return Diagnostic("rehearsal-differs", message, _place(clone), help=help)


def _place(clone: Tenant) -> Span:
    return span_of(clone.document, clone.origins, _VERSION)


def shown(
    clone: Tenant, health: str, jobs: Sequence[Mapping[str, Any]], asked: datetime | None
) -> Rehearsal | Diagnostic:
    """What the clone's cluster shows of its upgrade, asked for at that time; why that is no rehearsal yet where it is none.

    A Job that failed ends it: that is recorded, and the next plan says so. Else the site has to be Healthy in Argo CD.
    """
    release = clone.spec["release"]
    ours: dict[str, Step | None] = {}
    for job in jobs:
        name = str(job["metadata"]["name"])
        if not re.fullmatch(f"[a-z][a-z-]*-{re.escape(release['run'])}", name):
            continue
        try:
            step = _step(job)
        except (AttributeError, KeyError, TypeError, ValueError):
            return _about(clone, f"the Job `{name}` says no times that a Job can have", "see `kubectl get job -o yaml`")
        if step is None or asked is None or step.began >= asked - _CLOCKS:  # else of another upgrade of this name
            ours[name] = step
    steps = sorted((step for step in ours.values() if step), key=lambda step: (step.began, step.name))
    found = Rehearsal(release["from"], release["version"], tuple(steps))
    if not found.errors and (reason := _unfinished(health, ours)):
        message = f"the upgrade of `{clone.name}` from {found.before} to {found.after} shows nothing yet: {reason}"
        help = "ask again when the clone is Healthy and all Jobs of its upgrade are complete"
        return Diagnostic("rehearsal-pending", message, _place(clone), help=help)
    if found.minutes > LONGEST_MINUTES:
        message = f"the upgrade of `{clone.name}` took {found.minutes} minutes, and {LONGEST_MINUTES} is the most that is planned"
        return _about(clone, message, "see what it waited for, and rehearse again; or `--rehearsed MINUTES`")
    return found


def _unfinished(health: str, jobs: Mapping[str, Step | None]) -> str:
    reasons = [f"{name} is not over" for name, step in sorted(jobs.items()) if step is None]
    reasons += [] if health == HEALTHY else [f"Argo CD says {health}"]
    reasons += [] if jobs else ["its Jobs are not in the cluster"]
    return "; ".join(reasons)


def _step(job: Mapping[str, Any]) -> Step | None:
    """How a Job ended; None where it has not."""
    status = job.get("status") or {}
    ends = {each["type"]: each for each in status.get("conditions") or () if each.get("status") == "True"}
    end = ends.get("Complete") or ends.get("Failed")
    if end is None:
        return None
    reason = re.sub(r"[^A-Za-z]", "", str(end.get("reason", ""))) or "Failed"
    ended = status.get("completionTime") or end["lastTransitionTime"]
    began, over = (datetime.fromisoformat(text) for text in (status.get("startTime") or ended, ended))
    if over < began or began < _EARLIEST:
        raise ValueError
    return Step(job["metadata"]["name"], began, over, "" if end["type"] == "Complete" else reason)
