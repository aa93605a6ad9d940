"""Whether data fits a schema, yes or no, fast: a schema becomes a function once, and is then asked ten thousand times.

`schema_errors.py` says in words what does not fit, by the jsonschema library, and is the specification: a yes here is a yes
there, and a test holds the two together. A no may also mean that a keyword is not known here; then that one is to be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from generator.model import Schema

Verdict = Callable[[Any], bool]

_SAYS_NOTHING = {"$schema", "$defs", "title", "description", "default", "examples", "readOnly"}
_LIST_KEYWORDS = {"x-kubernetes-list-map-keys", "x-kubernetes-list-type"}
_TYPES: Mapping[Any, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}
_SCALARS = ("string", "integer", "boolean")
_MOST_KNOWN = 1000  # values of a leaf that are remembered as fitting


def verdict_of(schema: Schema) -> Verdict:
    """A function that says yes only of what fits the schema."""
    return _Compiler(schema.get("$defs", {})).judge(schema)


def pattern_of(text: str) -> re.Pattern[str]:
    """JSON Schema's `$` is the end of the text; Python's would also let a newline stand before it."""
    return re.compile(re.sub(r"\$$", r"\\Z", text))


class _Compiler:
    """Turns the nodes of one schema into functions; a definition once, for it may name itself."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = definitions
        self.named: dict[str, Verdict] = {}

    def judge(self, schema: Any) -> Verdict:
        if not isinstance(schema, Mapping):
            return lambda _: schema is True
        judges = []
        for keyword, wanted in schema.items():
            if keyword in _SAYS_NOTHING or (keyword.startswith("x-") and keyword not in _LIST_KEYWORDS):
                continue
            if keyword not in _KEYWORDS:
                return lambda _: False
            judges.append(_KEYWORDS[keyword](self, wanted, schema))
        kind = schema.get("type")
        return _remembered(_TYPES[kind][0], _all(judges)) if kind in _SCALARS else _all(judges)

    def reference(self, wanted: str) -> Verdict:
        """What asks for the definition's function when it is itself asked: it may be in the making."""
        name = wanted.removeprefix("#/$defs/")
        if name not in self.named:
            self.named[name] = lambda _: False
            self.named[name] = self.judge(self.definitions.get(name, False))
        named = self.named
        return lambda value: named[name](value)  # noqa: PLW0108  # looked up when it is asked


def _all(judges: list[Verdict]) -> Verdict:
    if len(judges) == 1:
        return judges[0]

    def judged(value: Any) -> bool:
        for judge in judges:  # noqa: SIM110  # all() of a generator takes three times as long
            if not judge(value):
                return False
        return True

    return judged


def _remembered(kind: type, judge: Verdict) -> Verdict:
    """For leaves of one type: a fleet repeats most of its values."""
    known: set[Any] = set()

    def judged(value: Any) -> bool:
        if type(value) is not kind:
            return False
        if value in known:
            return True
        fits = judge(value)
        if fits and len(known) < _MOST_KNOWN:
            known.add(value)
        return fits

    return judged


def _type(_: _Compiler, wanted: Any, __: Schema) -> Verdict:
    names = _names_of(wanted)
    if not all(name in _TYPES for name in names):
        return lambda _: False
    kinds = {kind for name in names for kind in _TYPES[name]}
    return lambda value: type(value) in kinds


def _names_of(types: Any) -> list[Any]:
    return types if isinstance(types, list) else [types]


def _choice(_: _Compiler, wanted: Any, __: Schema) -> Verdict:
    """Texts, and false and true by themselves: what else is equal (1, 1.0) is the library's to say."""
    texts = frozenset(each for each in wanted if isinstance(each, str))
    truths = [each for each in wanted if isinstance(each, bool)]
    return lambda value: (type(value) is str and value in texts) or any(value is truth for truth in truths)


def _pattern(_: _Compiler, wanted: str, __: Schema) -> Verdict:
    search: list[Callable[[str], object]] = []

    def judged(value: Any) -> bool:
        if type(value) is not str:
            return True
        if not search:
            search.append(_search(wanted))
        return search[0](value) is not None

    return judged


def _search(text: str) -> Callable[[str], object]:
    """Made when a text first asks: a schema has more patterns than a tenant has texts."""
    try:
        return pattern_of(text).search
    except re.error:
        return lambda _: None


def _least(kinds: tuple[type, ...], measure: Callable[[Any], Any]) -> Callable[[_Compiler, Any, Schema], Verdict]:
    return lambda _, wanted, __: lambda value: type(value) not in kinds or measure(value) >= wanted


def _most(kinds: tuple[type, ...], measure: Callable[[Any], Any]) -> Callable[[_Compiler, Any, Schema], Verdict]:
    return lambda _, wanted, __: lambda value: type(value) not in kinds or measure(value) <= wanted


def _itself(value: Any) -> Any:
    return value


def _unique(_: _Compiler, wanted: Any, __: Schema) -> Verdict:
    """Of texts alone; of anything else the library has to say what is equal."""

    def judged(value: Any) -> bool:
        if wanted is False or type(value) is not list:
            return True
        return all(type(item) is str for item in value) and len(set(value)) == len(value)

    return judged


def _items(compiler: _Compiler, wanted: Any, _: Schema) -> Verdict:
    judge = compiler.judge(wanted)
    return lambda value: type(value) is not list or all(judge(item) for item in value)


def _names(compiler: _Compiler, wanted: Any, _: Schema) -> Verdict:
    judge = compiler.judge(wanted)
    return lambda value: type(value) is not dict or all(judge(name) for name in value)


def _any(compiler: _Compiler, wanted: Any, _: Schema) -> Verdict:
    judges = [compiler.judge(each) for each in wanted]
    return lambda value: any(judge(value) for judge in judges)


def _one(_: _Compiler, wanted: Any, __: Schema) -> Verdict:
    """Only of branches that say a type and nothing else: fit the types that stand in one of them."""
    named = [name for each in wanted for name in _names_of(each.get("type"))]
    if not all(each.keys() == {"type"} for each in wanted) or not all(name in _TYPES for name in named):
        return lambda _: False
    if {"integer", "number"} <= {*named}:  # an integer is both
        return lambda _: False
    kinds = {kind for name in named if named.count(name) == 1 for kind in _TYPES[name]}
    return lambda value: type(value) in kinds


def _every(compiler: _Compiler, wanted: Any, _: Schema) -> Verdict:
    return _all([compiler.judge(each) for each in wanted])


def _map_keys(_: _Compiler, keys: list[str], schema: Schema) -> Verdict:
    """Items of a list that is a map by some keys differ in them, each said or having the same default."""
    defaults = [schema.get("items", {}).get("properties", {}).get(key, {}).get("default") for key in keys]

    def judged(value: Any) -> bool:
        if type(value) is not list:
            return True
        if not all(type(item) is dict for item in value):
            return False
        return len({repr([item.get(*pair) for pair in zip(keys, defaults, strict=True)]) for item in value}) == len(
            value
        )

    return judged


def _list_type(_: _Compiler, kind: str, __: Schema) -> Verdict:
    return lambda value: kind != "set" or type(value) is not list or len({repr(item) for item in value}) == len(value)


def _required(_: _Compiler, wanted: list[str], __: Schema) -> Verdict:
    names = frozenset(wanted)
    return lambda value: type(value) is not dict or names <= value.keys()


def _properties(compiler: _Compiler, wanted: Mapping[str, Any], schema: Schema) -> Verdict:
    """The properties, each made a function when data first has it, and what is said of all others."""
    known: dict[str, Verdict] = {}
    rest = compiler.judge(schema.get("additionalProperties", True))

    def made(name: str) -> Verdict:
        if name not in wanted:
            return rest
        known[name] = compiler.judge(wanted[name])
        return known[name]

    def judged(value: Any) -> bool:
        if type(value) is not dict:
            return True
        for name, child in value.items():
            judge = known.get(name) or made(name)
            if not judge(child):
                return False
        return True

    return judged


def _additional(compiler: _Compiler, wanted: Any, schema: Schema) -> Verdict:
    """Said by `_properties` where there are any."""
    return (lambda _: True) if "properties" in schema else _properties(compiler, {}, {"additionalProperties": wanted})


_KEYWORDS: Mapping[str, Callable[[_Compiler, Any, Schema], Verdict]] = {
    "$ref": lambda compiler, wanted, _: compiler.reference(wanted),
    "type": _type,
    "enum": _choice,
    "const": lambda compiler, wanted, schema: _choice(compiler, [wanted], schema),
    "pattern": _pattern,
    "minLength": _least((str,), len),
    "maxLength": _most((str,), len),
    "minimum": _least((int, float), _itself),
    "maximum": _most((int, float), _itself),
    "minItems": _least((list,), len),
    "maxItems": _most((list,), len),
    "minProperties": _least((dict,), len),
    "maxProperties": _most((dict,), len),
    "uniqueItems": _unique,
    "items": _items,
    "propertyNames": _names,
    "anyOf": _any,
    "oneOf": _one,
    "allOf": _every,
    "x-kubernetes-list-map-keys": _map_keys,
    "x-kubernetes-list-type": _list_type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
}
