"""The objects of a profile as data, with unknowns where a tenant's values go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.diff import documents
from generator.diff.unknowns import KINDS, AskedError, Atom, Kind, Unknown
from generator.profiles.shape import holes
from generator.profiles.template import Parts, Profile, Stamped
from generator.source import Path

_MARK = "unknown-scalar-"
_BETWEEN = "\n---\n"

Hole = tuple[Path, str]
"""A value of the shape: its path, and its kind."""

Mark = tuple[tuple[Atom, ...], Kind, int, int]
"""What is written: the texts and values, as what, at which column and indentation."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of profiles, with marks for scalars that hold values: of all profiles the same for the same."""

    marks: dict[Mark, str] = field(default_factory=dict)
    unknowns: dict[str, Unknown] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)

    def differing(self, before: Stamped, after: Stamped) -> tuple[list[Any], list[Any]]:
        """The objects of each one's profile that the other's does not have byte for byte."""
        old, new = (list(self._texts(side.profile, holes(side.shape[0]))) for side in (before, after))
        return [self._read(text) for text in _left(old, new)], [self._read(text) for text in _left(new, old)]

    def _texts(self, profile: Profile, values: Sequence[Hole]) -> Iterator[str]:
        for template in profile.templates:
            if any(_MARK in literal for literal in template.literals):
                raise AskedError
            marks = [self._mark(profile, slot, values) for slot in template.slots]
            yield from _woven(template.literals, marks).split(_BETWEEN)

    def _mark(self, profile: Profile, at: int, values: Sequence[Hole]) -> str:
        slot = profile.slots[at]
        what = _atoms(slot.parts, profile, values), KINDS.get(slot.style, "tree"), slot.column, slot.indent
        if what not in self.marks:
            mark = self.marks[what] = f"{_MARK}{len(self.marks)}"
            self.unknowns[mark] = Unknown(*what[:2])
        return self.marks[what]

    def _read(self, text: str) -> Any:
        """The same data for the same text, which is that of many profiles: nobody changes it."""
        if text not in self.known:
            self.known[text] = self._known(documents.load(text.encode(), "a profile"))
        return self.known[text]

    def _known(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._known(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._known(item) for item in value]
        return self.unknowns.get(value, value) if isinstance(value, str) else value


def _woven(literals: Sequence[str], marks: Sequence[str]) -> str:
    pieces = [""] * (len(literals) + len(marks))
    pieces[0::2], pieces[1::2] = literals, marks
    return "".join(pieces)


def _atoms(parts: Parts, profile: Profile, values: Sequence[Hole]) -> tuple[Atom, ...]:
    """The parts with each number said as what it stands for, which the same number may not do in another profile."""

    def atom(part: str | int) -> Atom:
        if isinstance(part, str):
            return part
        if part < len(values):
            return ("value", values[part])
        if part < len(values) + len(profile.slugs):
            return ("slug", values[profile.slugs[part - len(values)]])
        return ("hash", _atoms(profile.hashes[part - len(values) - len(profile.slugs)], profile, values))

    return tuple(atom(part) for part in parts)


def _left(these: Iterable[str], those: Iterable[str]) -> list[str]:
    """The texts that the other side does not have, as often as it has them less."""
    left = Counter(these)
    left.subtract(Counter(those))
    return [text for text, times in left.items() for _ in range(times)]
