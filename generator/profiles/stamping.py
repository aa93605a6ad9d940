"""Stamps tenants from a profile: its only inner loop. What can be known before there is a tenant is found out once.

Most scalars are words that stand as they are wherever they go; which texts made of literals and values are, is told by their parts.
All others are written by the slots themselves (`template.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from generator.profiles.shape import Value
from generator.profiles.template import Parts, Profile, Slot, Template, joined, with_computed
from generator.scalars import INTEGER_LIMIT, RefusedError, scalar

Stamp = Callable[[Sequence[Value]], dict[str, bytes]]
"""What kustomize prints for the tenant with these values, by path; RefusedError where only kustomize knows what it makes of one."""

_SHORTEST = 6
"""Characters: no word that means something else is as long (`resolution.WORDS`)."""
_CERTAIN = re.compile(r"[A-Za-z/][A-Za-z0-9./_-]{4,}[A-Za-z0-9]")
"""What is written as it is at any place."""
_INSIDE = re.compile(r"[A-Za-z0-9./_-]+")
"""What is written as it is behind a letter."""
_SIGNS = r"[A-Za-z0-9./_@+=,;*?&!|<>()%$~'\"\[\]{}-]"
_LITERAL = re.compile(rf"(?:{_SIGNS}|:(?={_SIGNS}))*")
_FIRST = re.compile("[A-Za-z/_]")
_ANYWHERE = 2


@dataclass(frozen=True, slots=True)
class _Word:
    """A slot that holds a text: how to get its values and where they go.

    It stands as it is where the value `first` is certain and those `inside` may stand inside of a text; -1 means that there is no
    first one, and where nothing `stands` it is never known.
    """

    form: str
    values: Callable[[Any], Any]
    stands: bool
    first: int
    inside: tuple[int, ...]
    column: int
    indent: int


def stamper(profile: Profile) -> Stamp:
    """What stamps tenants from the profile."""
    words = [_word(slot) for slot in profile.slots]
    templates = [(template, _chosen(template)) for template in profile.templates]

    def stamped(values: Sequence[Value]) -> dict[str, bytes]:
        every = with_computed(profile, values)
        texts = _texts(words, every)
        return {joined(template.path, every): _filled(template, chosen(texts)) for template, chosen in templates}

    return stamped


def stamp(profile: Profile, values: Sequence[Value]) -> dict[str, bytes]:
    """One tenant's files."""
    return stamper(profile)(values)


def _word(slot: Slot) -> _Word | Slot:
    parts = slot.parts
    holes = tuple(part for part in parts if isinstance(part, int))
    if slot.style != "text" or not holes:
        return slot
    first = parts[0] if isinstance(parts[0], int) else -1
    form = "".join("%s" if isinstance(part, int) else part.replace("%", "%%") for part in parts)
    inside = holes if first < 0 else holes[1:]
    return _Word(form, itemgetter(*holes), _stands(parts, first), first, inside, slot.column, slot.indent)


def _stands(parts: Parts, first: int) -> bool:
    """Whether what is between the values allows it: nothing in it has a meaning, and it cannot be one of YAML's own words."""
    texts = [part for part in parts if isinstance(part, str)]
    known = all(_LITERAL.fullmatch(text) for text in texts)
    return known and (first >= 0 or (bool(_FIRST.match(texts[0])) and sum(map(len, texts)) >= _SHORTEST))


def _texts(words: Sequence[_Word | Slot], values: Sequence[Value]) -> list[str]:
    grades = [_grade(value) if type(value) is str else _limited(value) for value in values]
    found = []
    for word in words:
        if isinstance(word, Slot):
            found.append(word.write(values))
            continue
        text = word.form % word.values(values)
        if not word.stands or (word.first >= 0 and grades[word.first] != _ANYWHERE):
            text = _scalar(text, word.column, word.indent)
        else:
            for at in word.inside:
                if not grades[at]:
                    text = _scalar(text, word.column, word.indent)
                    break
        found.append(text)
    return found


_scalar = lru_cache(maxsize=1 << 15)(scalar)
"""Most values are those of many tenants."""


@lru_cache(maxsize=1 << 15)
def _grade(value: str) -> int:
    """`_ANYWHERE` where a text stands as it is at any place, 1 where it does so behind a letter, else 0."""
    return _ANYWHERE if _CERTAIN.fullmatch(value) else 1 if _INSIDE.fullmatch(value) else 0


def _limited(value: Value) -> int:
    """Numbers stand behind a letter as they are."""
    if type(value) is not int:
        return 0
    if not -INTEGER_LIMIT < value < INTEGER_LIMIT:
        raise RefusedError(f"{value} has more digits than are proven")
    return 1


def _chosen(template: Template) -> Callable[[Sequence[str]], Sequence[str]]:
    """The texts of a template's slots, of those of all slots."""
    if len(template.slots) > 1:
        return itemgetter(*template.slots)
    return lambda texts: [texts[slot] for slot in template.slots]


def _filled(template: Template, texts: Sequence[str]) -> bytes:
    pieces: list[str] = [""] * (2 * len(texts) + 1)
    pieces[0::2] = template.literals
    pieces[1::2] = texts
    return "".join(pieces).encode()
