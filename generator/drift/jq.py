"""The part of jq that an Application's `jqPathExpressions` use: paths, `[]`, pipes and `select` with comparisons.

`.spec.containers[] | select(.name == "web" and .image != null) | .image` is understood; a function of another name is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from generator.rules.walk import children
from generator.source import Path

Found = tuple[Path, Any]
Stage = Callable[[Found], Iterator[Found]]
Value = Callable[[Any], Any]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)|(?P<sign>==|!=|[.|\[\]()?]))"""
)


class NotUnderstoodError(ValueError):
    """The expression uses more of jq than is known here."""


def paths(expression: str, body: Any) -> list[Path]:
    """The paths in the body that the expression reaches; NotUnderstoodError where it is beyond this part of jq."""
    stages = _Parser(expression).pipeline()
    found: list[Found] = [((), body)]
    for stage in stages:
        found = [after for before in found for after in stage(before)]
    return [path for path, _ in found]


class _Parser:
    """Reads one expression from left to right."""

    def __init__(self, expression: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while expression[at:].strip():
            match = _TOKEN.match(expression, at)
            if match is None:
                raise NotUnderstoodError(expression)
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            at = match.end()
        self.at = 0

    def pipeline(self) -> list[Stage]:
        stages = self._stage()
        while self._takes("|"):
            stages += self._stage()
        if self.at != len(self.tokens):
            raise NotUnderstoodError
        return stages

    def _stage(self) -> list[Stage]:
        if self._takes("select"):
            self._expect("(")
            condition = self._condition()
            self._expect(")")
            return [lambda found: iter([found] if condition(found[1]) else [])]
        return self._path()

    def _condition(self) -> Value:
        """Comparisons joined by `and` and `or`; `and` binds closer."""
        either = [self._both()]
        while self._takes("or"):
            either.append(self._both())
        return lambda value: any(each(value) for each in either)

    def _both(self) -> Value:
        all_of = [self._comparison()]
        while self._takes("and"):
            all_of.append(self._comparison())
        return lambda value: all(each(value) for each in all_of)

    def _comparison(self) -> Value:
        left = self._operand()
        if self._takes("=="):
            right = self._operand()
            return lambda value: left(value) == right(value)
        if self._takes("!="):
            right = self._operand()
            return lambda value: left(value) != right(value)
        return lambda value: left(value) not in (None, False)

    def _operand(self) -> Value:
        sort, word = self._peek()
        if sort in ("text", "number") or word in ("true", "false", "null"):
            self.at += 1
            literal = json.loads(word)
            return lambda _: literal
        stages = self._path()

        def first(value: Any) -> Any:
            found: list[Found] = [((), value)]
            for stage in stages:
                found = [after for before in found for after in stage(before)]
            return found[0][1] if found else None

        return first

    def _path(self) -> list[Stage]:
        if self._peek()[1] != ".":
            raise NotUnderstoodError
        stages: list[Stage] = []
        while self._peek()[1] in (".", "["):
            if self._takes("."):
                sort, word = self._peek()
                if sort in ("word", "text"):
                    self.at += 1
                    stages.append(_step(json.loads(word) if sort == "text" else word))
                elif word == ".":
                    raise NotUnderstoodError
            else:
                stages.append(self._brackets())
            self._takes("?")
        return stages

    def _brackets(self) -> Stage:
        self._expect("[")
        if self._takes("]"):
            return lambda found: (((*found[0], key), child) for key, child in children(found[1]))
        sort, word = self._peek()
        if sort not in ("text", "number"):
            raise NotUnderstoodError
        self.at += 1
        self._expect("]")
        return _step(json.loads(word))

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _takes(self, token: str) -> bool:
        kind, found = self._peek()
        if kind in ("sign", "word") and found == token:
            self.at += 1
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._takes(token):
            raise NotUnderstoodError


def _step(key: Any) -> Stage:
    """To the child of that key, where there is one."""
    return lambda found: (((*found[0], name), child) for name, child in children(found[1]) if name == key)
