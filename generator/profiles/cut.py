"""Cuts the text that was made for a witness into literals and slots, at the scalars that hold its sentinels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import yaml

from generator.profiles.shape import Value
from generator.profiles.template import Parts, Slot
from generator.scalars import indent_below

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


ONLY_KEY = "x"
"""The key of the map that stands for a map."""


class UncuttableError(Exception):
    """The structure of the text depends on a value; its message says where."""


class RefusedWitnessError(UncuttableError):
    """Kustomize did not build a witness; the next time it may."""


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Texts that stand for values: `numbers` gives the value's number for each, `pattern` finds candidates.

    `trees` are the numbers of lists and maps that are moved whole, in which their text is all there is.
    """

    numbers: Mapping[str, int]
    pattern: re.Pattern[str]
    trees: AbstractSet[int] = frozenset()

    def parts(self, text: str) -> Parts:
        """The text with the numbers of values in the place of sentinels."""
        found: list[str | int] = []
        end = 0
        for match in self.pattern.finditer(text):
            if match.group() in self.numbers:
                found += [text[end : match.start()], self.numbers[match.group()]]
                end = match.end()
        return tuple(part for part in (*found, text[end:]) if part != "")

    def tree(self, value: Any) -> int | None:
        """The number of the list or map that this one stands for."""
        only = value if isinstance(value, list) else list(value.values()) if {*value} == {ONLY_KEY} else []
        number = self.numbers.get(only[0]) if len(only) == 1 and isinstance(only[0], str) else None
        return number if number in self.trees else None

    def occur(self, text: str) -> bool:
        """Whether the text holds one of them."""
        return any(match.group() in self.numbers for match in self.pattern.finditer(text))


@dataclass(frozen=True, slots=True)
class Cut:
    """The literals of a text and the slots between them; there is one literal more than slots."""

    literals: tuple[str, ...]
    slots: tuple[Slot, ...]


def cut(text: str, sentinels: Sentinels, values: Sequence[Value]) -> Cut:
    """Cut the text; each slot, filled with the witness's own values, must give what stands there."""
    literals: list[str] = []
    slots: list[Slot] = []
    end = 0
    for event, parent, around in _scalars(text) if sentinels.occur(text) else ():
        parts = sentinels.parts(event.value)
        if all(isinstance(part, str) for part in parts):
            continue
        start, stop = (mark.index for mark in _marks(event))
        if sentinels.trees.isdisjoint(parts):
            slot = _slot(event, parent, parts)
        else:
            slot, start = Slot(parts, "tree", around.column), around.index
        if event.style == "|":
            stop -= 1  # PyYAML takes the newline that ends its last line for a part of it
        if slot.write(values) != text[start:stop]:
            raise UncuttableError(f"`{text[start:stop][:60]}` is not written as expected")
        literals.append(text[end:start])
        slots.append(slot)
        end = stop
    literals.append(text[end:])
    if any(sentinels.occur(literal) for literal in literals):
        raise UncuttableError("a value stands outside of the scalars")
    return Cut(tuple(literals), tuple(slots))


def _slot(event: yaml.ScalarEvent, parent: int, parts: Parts) -> Slot:
    column = _marks(event)[0].column
    if parent < 0:
        raise UncuttableError(f"the key `{event.value[:60]}` is made of a value")
    if event.style == ">":
        raise UncuttableError(f"a folded text holds a value: `{event.value[:60]}`")
    if not event.style and event.value.isdigit() and len(parts) == 1:
        return Slot(parts, "number")
    return Slot(parts, "text", column, indent_below(parent))


def _scalars(text: str) -> Iterator[tuple[yaml.ScalarEvent, int, Any]]:
    """Every scalar with the column of its key or dash, -1 for a key, and where the list or map that it is in begins."""
    stack: list[list[Any]] = []  # [is a mapping, the next scalar is a key, where it begins]
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            _passed(stack)
            stack.append([isinstance(event, yaml.MappingStartEvent), True, _marks(event)[0]])
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
        elif isinstance(event, yaml.ScalarEvent):
            is_key = bool(stack) and stack[-1][0] and stack[-1][1]
            begin = stack[-1][2] if stack else _marks(event)[0]
            yield event, -1 if is_key else begin.column, begin
            _passed(stack)


def _marks(event: yaml.Event) -> tuple[Any, Any]:
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark, event.end_mark


def _passed(stack: list[list[Any]]) -> None:
    """A node was seen: in a mapping, a value follows a key and a key a value."""
    if stack and stack[-1][0]:
        stack[-1][1] = not stack[-1][1]
