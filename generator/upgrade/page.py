"""overlays/releases/README.md: the releases, and the class of the way between each two of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model import Catalogue
from generator.upgrade.classes import MEANINGS, class_of
from generator.upgrade.passport import Passport, dotted, passport_of


def releases_page(catalogue: Catalogue) -> str:
    """The page, in Markdown."""
    passports = sorted((passport_of(each.data) for each in catalogue.releases.values()), key=lambda each: each.version)
    lines = ["# Releases", "", "Made by `quad schema` from the passports beside it.", ""]
    lines += _table(passports)
    lines += ["", "## From one to another", "", *_classes(passports), ""]
    lines += [f"- **{letter}**: {meaning}." for letter, meaning in MEANINGS.items() if letter]
    return "\n".join(lines) + "\n"


def _table(passports: Sequence[Passport]) -> Iterator[str]:
    databases = ("PostgreSQL", "MySQL", "MariaDB", "Aurora MySQL")
    heads = ("version", "branch", "PHP", "runs on PHP", *(f"{name} from" for name in databases), "upgrades from")
    yield f"| {' | '.join(heads)} | secure until |"
    yield f"|{'---|' * (len(heads) + 1)}"
    for passport in passports:
        floors = (
            dotted(passport.floors[name]) if name in passport.floors else "-"
            for name in ("postgresql", "mysql", "mariadb", "auroramysql")
        )
        first, last = passport.php_range
        until = f"{passport.security_until}{' (long-term)' if passport.long_term else ''}"
        php = f"{dotted(first)} to {dotted(last)}"
        cells = (
            passport.name,
            passport.branch,
            dotted(passport.php),
            php,
            *floors,
            dotted(passport.upgrade_from),
            until,
        )
        yield f"| {' | '.join(str(cell) for cell in cells)} |"


def _classes(passports: Sequence[Passport]) -> Iterator[str]:
    yield f"| from \\ to | {' | '.join(passport.name for passport in passports)} |"
    yield f"|---|{'---|' * len(passports)}"
    for old in passports:
        yield f"| **{old.name}** | {' | '.join(_cell(old, new) for new in passports)} |"
    yield ""
    yield "Why, where it is not refused:"
    yield ""
    for old in passports:
        for new in passports:
            found = class_of(old, new)
            if found.letter not in ("", "N"):
                yield f"- {old.name} to {new.name}: **{found.letter}**: {', '.join(found.reasons[:3])}{_hop(old, new)}."


def _cell(old: Passport, new: Passport) -> str:
    letter = class_of(old, new).letter
    return f"{letter} by hops" if letter not in ("", "N") and _hop(old, new) else letter or "-"


def _hop(old: Passport, new: Passport) -> str:
    if old.version >= new.upgrade_from:
        return ""
    return f"; not at once: {new.name} upgrades from {dotted(new.upgrade_from)} on"
