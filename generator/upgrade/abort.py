"""What is done about an upgrade that is to go no further: back by git where no migration can have run, else by a restore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from generator.model import Catalogue, Spec
from generator.splicing import Value
from generator.upgrade.classes import Class, class_of
from generator.upgrade.passport import passport_of, version_of
from generator.upgrade.plan import RAISING


@dataclass(frozen=True, slots=True)
class Abort:
    """The way back to the release before. `fields` are written into `release`; `freezes` says that the ring is frozen too."""

    before: str
    after: str
    found: Class
    freezes: bool
    fields: Mapping[str, Value | None]


def abort(catalogue: Catalogue, spec: Spec, today: date) -> Abort | None:
    """The way back for a tenant; None where no upgrade of it is under way.

    Old code may come back only where the class says that the database was not touched, and the floor that it never was since.
    """
    release = spec["release"]
    before, after = release.get("from"), release["version"]
    if before is None or before == after:
        return None
    found = class_of(*(passport_of(catalogue.releases[name].data) for name in (before, after)))
    below = "floor" in release and version_of(before) < version_of(release["floor"])
    if found.letter not in (*RAISING, "N") and not below:
        return Abort(before, after, found, False, {"version": before, "from": None})
    floor = max(release.get("floor", after), after, key=version_of)
    restore: Value = {"to": before, "requested": today.isoformat()}
    return Abort(before, after, found, True, {"floor": floor, "restore": restore})
