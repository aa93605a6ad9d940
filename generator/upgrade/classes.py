"""The class of the way from one image to another: what Moodle does with the database when the second meets the first's.

Source: Moodle's `core_component::get_all_component_hash` and `upgrade.php` (facts, section 2): a difference in any `db/` folder, or
in where the code lies, asks for maintenance; a version alone does not; nothing ever goes down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from generator.model import Catalogue
from generator.upgrade.passport import Passport, dotted, passport_of, version_of

Letter = Literal["", "R", "S", "B", "M", "X", "N"]

MEANINGS: dict[Letter, str] = {
    "": "nothing changes",
    "R": "the runtime alone: blue-green, no outage, back at any moment",
    "S": "static files too: blue-green, no outage, caches purged after the promotion",
    "B": "versions rise and no schema changes: one Job without maintenance, no outage",
    "M": "the schema changes: maintenance, a fresh backup, one Job",
    "X": "another branch: as M, after a rehearsal on a clone",
    "N": "something falls: refused, only a restore goes back",
}


@dataclass(frozen=True, slots=True)
class Class:
    """A letter of MEANINGS, and why it is no lesser one."""

    letter: Letter
    reasons: tuple[str, ...] = ()

    @property
    def outage(self) -> bool:
        """Whether users see the maintenance page."""
        return self.letter in ("M", "X")


def class_of(old: Passport, new: Passport) -> Class:
    """The class of the way from the old image to the new one."""
    findings: tuple[tuple[Letter, Iterator[str]], ...] = (
        ("N", _falls(old, new)),
        ("X", _branch(old, new)),
        ("M", _schema(old, new)),
        ("B", _rises(old, new)),
        ("S", _static(old, new)),
        ("R", _runtime(old, new)),
    )
    for letter, found in findings:
        if reasons := tuple(found):
            return Class(letter, reasons)
    return Class("")


def class_between(catalogue: Catalogue, old: str, new: str) -> Class:
    """The class of the way between two releases of the catalogue, found out once for all tenants."""
    if (old, new) not in catalogue.classes:
        catalogue.classes[old, new] = class_of(*(passport_of(catalogue.releases[name].data) for name in (old, new)))
    found: Class = catalogue.classes[old, new]
    return found


def impossible(catalogue: Catalogue, old: str | None, new: str) -> str:
    """Why no image leads from one release up to another at once, or nothing; both are in the catalogue, or the first is none."""
    if old is None or version_of(new) <= version_of(old):
        return ""  # of a lower one the schema's own check speaks
    found = class_between(catalogue, old, new)
    if found.letter == "N":
        return f"{found.reasons[0]}: Moodle never goes back, only a restore does"
    return _too_far(*(passport_of(catalogue.releases[name].data) for name in (old, new)))


def _too_far(old: Passport, new: Passport) -> str:
    if old.version < new.upgrade_from:
        return f"{new.name} upgrades from {dotted(new.upgrade_from)} on, and this is {old.name}"
    return ""


def _falls(old: Passport, new: Passport) -> Iterator[str]:
    if new.build < old.build or new.branch < old.branch:
        yield f"Moodle falls from {old.name} ({dotted(old.build)}) to {new.name} ({dotted(new.build)})"
    for name, plugin in sorted(old.plugins.items()):
        after = new.plugins.get(name)
        if after and after.version < plugin.version:
            yield f"{name} falls from {plugin.version} to {after.version}"


def _branch(old: Passport, new: Passport) -> Iterator[str]:
    if new.branch > old.branch:
        yield f"branch {old.branch} becomes {new.branch}"


def _schema(old: Passport, new: Passport) -> Iterator[str]:
    for name in sorted(old.databases.keys() | new.databases.keys()):
        before, after = old.databases.get(name), new.databases.get(name)
        if before != after:
            yield f"db/ of {name} {'is new' if before is None else 'is gone' if after is None else 'differs'}"
    if old.code_root != new.code_root:
        yield f"the code moves from {old.code_root} to {new.code_root}, and Moodle's hash knows paths"


def _rises(old: Passport, new: Passport) -> Iterator[str]:
    if new.build > old.build:
        yield f"Moodle rises from {dotted(old.build)} to {dotted(new.build)}"
    for name in sorted(old.plugins.keys() | new.plugins.keys()):
        before, after = old.plugins.get(name), new.plugins.get(name)
        if before and after and before.version < after.version:
            yield f"{name} rises from {before.version} to {after.version}"
        elif before is None or after is None:
            yield f"{name} is {'new' if before is None else 'gone'}"


def _static(old: Passport, new: Passport) -> Iterator[str]:
    if old.static != new.static:
        yield "themes, scripts, templates or words differ"


def _runtime(old: Passport, new: Passport) -> Iterator[str]:
    if old.php != new.php:
        yield f"PHP {dotted(old.php)} becomes {dotted(new.php)}"
    if old.image != new.image:
        yield "the image is another"
