"""What is done about an upgrade that is to go no further: back by git where no migration can have run, else by a restore."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from generator.model import Catalogue, Spec
from generator.restoring import FIELD, Edit, Wish, edit_for
from generator.upgrade.classes import Class, class_of
from generator.upgrade.passport import passport_of, version_of
from generator.upgrade.plan import RAISING


@dataclass(frozen=True, slots=True)
class Way:
    """The way back to the release before; `restores` says that only a backup from before leads there."""

    before: str
    after: str
    found: Class
    restores: bool


def way_back(catalogue: Catalogue, spec: Spec) -> Way | None:
    """The way back for a tenant; None where no upgrade of it is under way.

    Old code may come back only where the class says that the database was not touched, and the floor that it never was since.
    """
    release = spec["release"]
    before, after = release.get("from"), release["version"]
    if before is None or before == after:
        return None
    found = class_of(*(passport_of(catalogue.releases[name].data) for name in (before, after)))
    below = "floor" in release and version_of(before) < version_of(release["floor"])
    return Way(before, after, found, found.letter in (*RAISING, "N") or below)


def edit_of(way: Way, spec: Spec, wish: Wish) -> Edit:
    """What is written: the release before, and where that takes a backup of it, the restore that brings both."""
    if way.restores:
        return edit_for(spec, wish)
    return Edit(spec.get("restore"), {"version": way.before, "from": None})


def is_aborted(spec: Spec) -> bool:
    """Whether an upgrade was under way when the tenant's restore was asked for."""
    return "leavesFrom" in spec.get(FIELD, {})


def is_frozen_by(reason: str, name: str, after: str) -> bool:
    """Whether a ring is frozen because this upgrade was aborted, and for no other reason."""
    return re.fullmatch(re.escape(_because(name, after)) + r"\d{4}-\d\d-\d\d", reason) is not None


def reason_of(name: str, after: str, day: date) -> str:
    """Why the ring of a tenant is frozen whose upgrade was aborted."""
    return f"{_because(name, after)}{day}"


def _because(name: str, after: str) -> str:
    return f"the upgrade of {name} to {after} was aborted on "
