"""Mappings whose values are made when they are first asked for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Lazy(Mapping[str, _Value]):
    """The names are known; each value is made once, if at all."""

    __slots__ = ("_made", "_make", "_names")

    def __init__(self, names: Iterable[str], make: Callable[[str], _Value]) -> None:
        self._names = dict.fromkeys(names)
        self._make = make
        self._made: dict[str, _Value] = {}

    def __getitem__(self, name: str) -> _Value:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Later(Mapping[_Key, _Value]):
    """A mapping that is made as a whole when somebody first looks into it."""

    __slots__ = ("_found", "_make")

    def __init__(self, make: Callable[[], Mapping[_Key, _Value]]) -> None:
        self._make = make
        self._found: Mapping[_Key, _Value] | None = None

    def _all(self) -> Mapping[_Key, _Value]:
        if self._found is None:
            self._found = self._make()
        return self._found

    def __getitem__(self, key: _Key) -> _Value:
        return self._all()[key]

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())
