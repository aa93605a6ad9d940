"""Values that nobody knows yet: what is said of data that holds them is true whatever they are, or is not said.

A profile's objects have an unknown for each scalar that depends on a tenant's values. It is equal to itself; whoever would have to
know more of it gets an AskedError. So a function that comes to an end with such data gives for every tenant what it gave here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, NoReturn

from generator.compile import slug_of
from generator.name_hash import hash_of, json_inside
from generator.profiles.shape import Value

Made = tuple[str, Any]
Atom = str | Made
"""A literal text, or what stands between: ("value", number), ("slug", number), ("hash", atoms)."""


class AskedError(Exception):
    """Something depends on a value."""


def _asked(*_: Any) -> NoReturn:
    raise AskedError


class Unknown:
    """One scalar, a text or a whole number, made of literal texts and values.

    Its type is known, so `isinstance` is answered.
    """

    __slots__ = ("atoms", "number")
    atoms: tuple[Atom, ...]
    number: bool

    def __init__(self, atoms: tuple[Atom, ...], number: bool = False) -> None:
        object.__setattr__(self, "atoms", atoms)
        object.__setattr__(self, "number", number)

    def __getattribute__(self, name: str) -> Any:
        if name in ("atoms", "number"):
            return object.__getattribute__(self, name)
        if name == "__class__":
            return int if self.number else str
        raise AskedError

    def __eq__(self, other: object) -> bool:
        if type(other) is Unknown:
            if self.number == other.number and self.atoms == other.atoms:
                return True
            if self.number != other.number or surely_differ(self.atoms, other.atoms):
                return False
            raise AskedError
        if self.number:
            return _asked() if isinstance(other, int | float) else False
        return _asked() if isinstance(other, str) and not surely_differ(self.atoms, (other,)) else False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        """A text is never empty: where one is, it is part of the shape."""
        return _asked() if self.number else True

    def __hash__(self) -> int:
        return _asked()

    __str__ = __repr__ = __format__ = __len__ = __iter__ = __contains__ = __getitem__ = _asked
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = _asked
    __int__ = __float__ = __index__ = __setattr__ = __delattr__ = __dir__ = __reduce_ex__ = __reduce__ = _asked
    __rmod__ = __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __neg__ = __abs__ = __call__ = _asked


def surely_differ(one: tuple[Atom, ...], other: tuple[Atom, ...]) -> bool:
    """Whether the two texts are different whatever the values are. False says nothing."""
    first, second = _signs(one), _signs(other)
    for _ in range(2):  # from the front, and from the end
        same = _common(first, second)
        first, second = first[same:][::-1], second[same:][::-1]
        if not first or not second:
            return bool(first or second)
        if type(first[-1]) is str and type(second[-1]) is str:
            return True
    if len(first) == len(second) == 1 and first[0][0] == second[0][0] == "hash":
        return surely_differ(first[0][1], second[0][1])
    return _lengths_differ(first, second)


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


Fill = Callable[[tuple[Atom, ...]], str]
"""The text that atoms make with the values of one tenant."""


def filler(values: Sequence[Value]) -> Fill:
    """What puts in a tenant's values."""
    known: dict[Made, str] = {}

    def put(atom: Atom) -> str:
        if isinstance(atom, str):
            return atom
        if atom not in known:
            known[atom] = made(*atom)
        return known[atom]

    def made(kind: str, what: Any) -> str:
        if kind == "hash":
            return hash_of("".join(part if isinstance(part, str) else json_inside(put(part)) for part in what))
        return str(values[what]) if kind == "value" else slug_of(values[what])

    return lambda atoms: "".join([put(atom) for atom in atoms])


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
        return int(fill(value.atoms)) if value.number else fill(value.atoms)
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
        return bool(one.number == other.number and one.atoms == other.atoms)
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
    return f"\0{value.number}{value.atoms!r}"


def refuse_open(items: Sequence[tuple[str, Any]]) -> None:
    """AskedError if the values decide whether two of the data are the same; those with the same text are."""
    for (text, one), (other_text, other) in combinations(items, 2):
        if text != other_text and not apart(one, other):
            raise AskedError
