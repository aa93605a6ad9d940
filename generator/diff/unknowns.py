"""Values that nobody knows yet: what is said of data that holds them is true whatever they are, or is not said.

A profile's objects have an unknown for each scalar that depends on a tenant's values. It is equal to itself; whoever would have to
know more of it gets an AskedError. So a function that comes to an end with such data gives for every tenant what it gave here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal, NoReturn

from generator.compile import slug_of
from generator.name_hash import hash_of, json_inside
from generator.profiles.shape import Value

Kind = Literal["text", "number", "tree"]
"""What an unknown is: a text, a whole number, or a list or map that is moved whole."""

KINDS: Mapping[str, Kind] = {"number": "number", "text": "text"}
"""By the kind of a hole, or the style of a slot; others are trees."""

Made = tuple[str, Any]
Atom = str | Made
"""A literal text, or what stands between: ("value", which), ("slug", of which value), ("hash", atoms)."""


class AskedError(Exception):
    """Something depends on a value."""


def _asked(*_: Any) -> NoReturn:
    raise AskedError


class Unknown:
    """One scalar made of literal texts and values, whose type is known, so that `isinstance` is answered; or a list or a map."""

    __slots__ = ("atoms", "kind")
    atoms: tuple[Atom, ...]
    kind: Kind

    def __init__(self, atoms: tuple[Atom, ...], kind: Kind = "text") -> None:
        object.__setattr__(self, "atoms", atoms)
        object.__setattr__(self, "kind", kind)

    def __getattribute__(self, name: str) -> Any:
        if name in ("atoms", "kind"):
            return object.__getattribute__(self, name)
        if name == "__class__" and self.kind != "tree":
            return int if self.kind == "number" else str
        raise AskedError

    def __eq__(self, other: object) -> bool:
        if type(other) is Unknown and (self.kind, self.atoms) == (other.kind, other.atoms):
            return True
        return False if _is_surely_not(self, other) else _asked()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return True if self.kind == "text" and _is_long(_signs(self.atoms)) else _asked()

    def __hash__(self) -> int:
        return _asked()

    __str__ = __repr__ = __format__ = __len__ = __iter__ = __contains__ = __getitem__ = _asked
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = _asked
    __int__ = __float__ = __index__ = __setattr__ = __delattr__ = __dir__ = __reduce_ex__ = __reduce__ = _asked
    __rmod__ = __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __neg__ = __abs__ = __call__ = _asked


def _is_surely_not(one: Unknown, other: object) -> bool:
    if type(other) is Unknown:
        return one.kind != other.kind or (one.kind == "text" and surely_differ(one.atoms, other.atoms))
    if one.kind == "text":
        return not isinstance(other, str) or surely_differ(one.atoms, (other,))
    return not isinstance(other, int | float if one.kind == "number" else list | dict)


def surely_differ(one: tuple[Atom, ...], other: tuple[Atom, ...]) -> bool:
    """Whether the two texts are different whatever the values are. False says nothing."""
    first, second = _signs(one), _signs(other)
    for _ in range(2):  # from the front, and from the end
        same = _common(first, second)
        first, second = first[same:][::-1], second[same:][::-1]
        if not first or not second:
            return _is_long(first or second)
        if type(first[-1]) is str and type(second[-1]) is str:
            return True
    if len(first) == len(second) == 1 and first[0][0] == second[0][0] == "hash":
        return surely_differ(first[0][1], second[0][1])
    return _lengths_differ(first, second)


def _is_long(signs: list[Any]) -> bool:
    """Whether the text is not empty; a value may be."""
    return any(type(sign) is str or sign[0] == "hash" for sign in signs)


def _signs(atoms: tuple[Atom, ...]) -> list[Any]:
    """The single characters of literals, and the atoms between them."""
    return [sign for atom in atoms for sign in (atom if type(atom) is str else (atom,))]


def _common(first: list[Any], second: list[Any]) -> int:
    """How many signs at the beginning are the same."""
    pairs = zip(first, second, strict=False)
    return next((place for place, (old, new) in enumerate(pairs) if old != new), min(len(first), len(second)))


def _lengths_differ(first: list[Any], second: list[Any]) -> bool:
    """Whether both hold the same values, and one holds more characters beside them."""
    holes = [sorted(repr(sign) for sign in signs if type(sign) is not str) for signs in (first, second)]
    return holes[0] == holes[1] and len(first) != len(second)


@dataclass(frozen=True, slots=True)
class Fill:
    """Puts in the values of one tenant, which `find` gives."""

    find: Callable[[Any], Value]
    known: dict[Made, str] = field(default_factory=dict)

    def text(self, atoms: tuple[Atom, ...]) -> str:
        """The text that atoms make with the values."""
        return "".join([self._put(atom) for atom in atoms])

    def value(self, unknown: Unknown) -> Any:
        """What stands there."""
        if unknown.kind == "tree":
            return self.find(unknown.atoms[0][1])  # it has one value and nothing else
        return int(self.text(unknown.atoms)) if unknown.kind == "number" else self.text(unknown.atoms)

    def _put(self, atom: Atom) -> str:
        if isinstance(atom, str):
            return atom
        if atom not in self.known:
            self.known[atom] = self._made(*atom)
        return self.known[atom]

    def _made(self, kind: str, what: Any) -> str:
        if kind == "hash":
            return hash_of("".join(part if isinstance(part, str) else json_inside(self._put(part)) for part in what))
        return str(self.find(what)) if kind == "value" else slug_of(self.find(what))


Places = Any
"""Where unknowns are: None for nowhere, True for the value itself, a map by key or index for what holds some."""


def places(value: Any) -> Places:
    """Where the data has unknowns."""
    kind = type(value)
    if kind is dict:
        return {key: found for key, item in value.items() if (found := places(item)) is not None} or None
    if kind is list:
        return {place: found for place, item in enumerate(value) if (found := places(item)) is not None} or None
    return True if kind is Unknown else None


def filled(value: Any, where: Places, fill: Fill) -> Any:
    """The data with a tenant's values in it; what holds none is the same object as before."""
    if where is None:
        return value
    if where is True:
        return fill.value(value)
    copy = value.copy()
    for place, inner in where.items():
        copy[place] = filled(value[place], inner, fill)
    return copy


def same(one: Any, other: Any) -> bool:
    """Whether two data are the same whatever the values are, types included."""
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is Unknown:
        return bool(one.kind == other.kind and one.atoms == other.atoms)
    if kind is dict:
        return one.keys() == other.keys() and all(same(item, other[key]) for key, item in one.items())
    if kind is list:
        return len(one) == len(other) and all(same(old, new) for old, new in zip(one, other, strict=True))
    return bool(one == other)


def apart(one: Any, other: Any) -> bool:
    """Whether two data are different whatever the values are. False says nothing."""
    kinds = type(one), type(other)
    if kinds == (dict, dict):
        return one.keys() != other.keys() or any(apart(item, other[key]) for key, item in one.items())
    if kinds == (list, list):
        return len(one) != len(other) or any(apart(old, new) for old, new in zip(one, other, strict=True))
    if Unknown not in kinds:
        return kinds[0] is not kinds[1] or bool(one != other)
    try:
        return bool(one != other)
    except AskedError:
        return False


def shown(value: Any) -> str:
    """For `json`: an unknown as a text that no other has."""
    if type(value) is not Unknown:
        raise TypeError
    return f"\0{value.kind}{value.atoms!r}"


def refuse_open(items: Sequence[tuple[str, Any]]) -> None:
    """AskedError if the values decide whether two of the data are the same; those with the same text are."""
    for (text, one), (other_text, other) in combinations(items, 2):
        if text != other_text and not apart(one, other):
            raise AskedError
