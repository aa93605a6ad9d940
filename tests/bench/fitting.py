"""Makes a generated tenant valid: what it is built from agrees, all that nobody else can say is said, and every check holds.

A check that does not hold is mended as people do it, by trying: leave a knob to its default, say another value, switch, or raise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Any

from generator import schema as schemas
from generator.expressions import holds, reads
from generator.model import WORKS_WITH, Schema, value_at
from generator.resolve_one import ASKING
from generator.source import Path
from generator.upgrade.classes import impossible
from generator.upgrade.transaction import upgrade_of
from tests.bench.language import UNKNOWN, Data, Language, Maker, at, lacking, must_be_said, put, spec_of

ROUNDS = 60
ANEW = 8
AS_IT_WAS = 0.3
"""How often a knob whose check does not hold is left to its default before anything else is tried."""
FACTORS = (2, 4, 8, 1 / 2, 1 / 4)


@dataclass(frozen=True, slots=True)
class Broken:
    """A check that does not hold."""

    check: Mapping[str, str]
    path: Path
    """Of the node that has the check."""
    paths: tuple[Path, ...]
    """All that the expression reads, the knob it names first."""


def fitted(random: Random, said: Data, language: Language, environment: str, make: Maker) -> Data:
    """The tenant with as little said otherwise as it takes."""
    for _ in range(ROUNDS):
        said = _agreeing(said, language, environment, make)
        spec = spec_of(language, said, environment)
        missing = next(lacking(language.schema, spec), None)
        if missing:
            put(said, missing, make(missing, _node(language, missing)))
            continue
        broken = next(_broken(language, spec), None)
        if broken is None:
            return said
        said = _mended(random, said, broken, language, environment, make)
    raise AssertionError(f"no way to make this tenant valid was found: {said}")


def _agreeing(said: Data, language: Language, environment: str, make: Maker) -> Data:
    """What components require is there, or they are not, nor what does not fit; of two that conflict the first by name stays."""
    spec = spec_of(language, said, environment)
    features = said.setdefault("features", {})
    kept: list[str] = []
    for name in sorted(features):
        others = _required(language, name)
        unfit = any(not _fits(language, other, spec) for other in (name, *others))
        if unfit or any(_conflict(language, name, other) for other in kept):
            del features[name]
            continue
        kept.append(name)
        for other in others:
            if other not in features:
                features[other] = make(("features", other), language.features[other])
    for name in language.rules_of("state", spec["state"]).get("x-requires", ()):
        if name not in features:
            features[name] = make(("features", name), language.features[name])
    release = spec["release"]
    if impossible(language.catalogue, release.get("from"), release["version"]):
        del said["release"]["from"]
    transaction = upgrade_of(language.catalogue, spec_of(language, said, environment)).get("transaction", "")
    rules = language.rules_of("transaction", transaction) if transaction else {}
    if spec["model"] not in rules.get("x-models", [spec["model"]]):
        del said["release"]["from"]
        return said
    for name in rules.get("x-requires", ()):
        if name not in features:
            features[name] = make(("features", name), language.features[name])
    return said


def _required(language: Language, name: str) -> list[str]:
    direct = language.features[name].get("x-requires", ())
    return list(dict.fromkeys(each for other in direct for each in (other, *_required(language, other))))


def _conflict(language: Language, one: str, other: str) -> bool:
    first, second = (language.features[name].get("x-conflicts", ()) for name in (one, other))
    return other in first or one in second


def _fits(language: Language, name: str, spec: Data) -> bool:
    """Whether a feature works with the model, the database and the cache, and they with the feature."""
    for kind, path in WORKS_WITH.values():
        if name in language.rules_of(kind, value_at(spec, path)).get("x-conflicts", ()):
            return False
    rules = language.features[name]
    return all(value_at(spec, path) in rules.get(key, [value_at(spec, path)]) for key, (_, path) in WORKS_WITH.items())


def _broken(language: Language, spec: Data) -> Iterator[Broken]:
    for path, node, value in schemas.walk(language.schema, spec):
        for check in node.get("x-check", ()):
            if not _holds(check["expression"], value, spec):
                yield Broken(check, path, _paths(check, path))
    for kind, place in ASKING.items():
        for check in language.rules_of(kind, at(spec, place)).get("x-check", ()):
            if not _holds(check["expression"], spec, spec):
                yield Broken(check, place, (place, *_paths(check, ())))


def _paths(check: Mapping[str, str], path: Path) -> tuple[Path, ...]:
    read = [(*path, *inside) if root == "self" else inside for root, inside in reads(check["expression"])]
    return tuple(dict.fromkeys([(*path, *check["at"].split(".")), *read]))


def _holds(expression: str, this: Any, spec: Data) -> bool:
    """As the generator has it, with no more of the data than it reads: the library is slow with whole tenants."""
    parts: dict[str, Data] = {"self": {}, "tenant": {}}
    for root, path in reads(expression):
        whole = this if root == "self" else spec
        if not path:
            parts[root] = whole
        elif (found := at(whole, path)) is not UNKNOWN:
            put(parts[root], path, found)
        else:
            _put_above(parts[root], whole, path)
    try:
        return holds(expression, parts["self"], parts["tenant"])
    except ValueError:
        return False


def _put_above(part: Data, whole: Any, path: Path) -> None:
    """The objects on the way to what is not there."""
    for length in range(1, len(path)):
        if isinstance(at(whole, path[:length]), dict) and at(part, path[:length]) is UNKNOWN:
            put(part, path[:length], {})


Edit = Callable[[Data], Any]


def _mended(random: Random, said: Data, broken: Broken, language: Language, environment: str, make: Maker) -> Data:
    """The tenant after the first edit that makes the check hold, or without what the check is about."""
    spec = spec_of(language, said, environment)
    numbers = [_anew(broken, language, make), _scaling(spec, broken, language)]
    random.shuffle(numbers)
    groups = [*numbers, _switching(spec, broken, language)]
    groups.insert(0 if random.random() < AS_IT_WAS else len(groups), _dropping(said, broken, language))
    for edit in chain.from_iterable(groups):
        trial = deepcopy(said)
        edit(trial)
        if not _still(broken, spec_of(language, trial, environment), language):
            return trial
    return _without(said, broken)


def _still(broken: Broken, spec: Data, language: Language) -> bool:
    return any(each.check == broken.check and each.path == broken.path for each in _broken(language, spec))


def _without(said: Data, broken: Broken) -> Data:
    """The feature goes, or the choice that asks for too much."""
    said = deepcopy(said)
    path = broken.path[:2] if broken.path[0] == "features" else broken.path[:1]
    parent = at(said, path[:-1])
    if parent is not UNKNOWN:
        parent.pop(path[-1], None)
    return said


def _dropping(said: Data, broken: Broken, language: Language) -> Iterator[Edit]:
    for path in sorted(broken.paths, key=len, reverse=True):
        if at(said, path) is not UNKNOWN and not _needed(language, path):
            yield _popping(path)


def _switching(spec: Data, broken: Broken, language: Language) -> Iterator[Edit]:
    for path in broken.paths:
        if _node(language, path).get("type") == "boolean" and not _node(language, path).get("readOnly"):
            yield _putting(path, not at(spec, path))


def _anew(broken: Broken, language: Language, make: Maker) -> Iterator[Edit]:
    for path in reversed(broken.paths):  # the others suit the knob that the check is about, if they can
        node = _node(language, path)
        if node and not node.get("readOnly") and not node.get("properties"):
            for _ in range(ANEW):
                yield _putting(path, make(path, node))


def _scaling(spec: Data, broken: Broken, language: Language) -> Iterator[Edit]:
    for factor in FACTORS:
        for path in broken.paths:
            node = _node(language, path)
            made = _scaled(at(spec, path), factor, node)
            if made is not None and not node.get("readOnly"):
                yield _putting(path, made)


def _scaled(value: Any, factor: float, node: Schema) -> Any:
    """The number or the quantity so many times as large, within its bounds."""
    if node.get("type") == "integer":
        return min(max(int(value * factor), node["minimum"]), node["maximum"])
    found = re.fullmatch(r"([0-9]+)([A-Za-z]*)", value) if isinstance(value, str) else None
    made = f"{int(int(found[1]) * factor)}{found[2]}" if found else ""
    return made if found and re.search(node.get("pattern", ""), made) else None


def _popping(path: Path) -> Edit:
    return lambda data: at(data, path[:-1]).pop(path[-1])


def _putting(path: Path, made: Any) -> Edit:
    return lambda data: put(data, path, made)


def _node(language: Language, path: Path) -> Schema:
    return schemas.at(language.schema, path) or {}


def _needed(language: Language, path: Path) -> bool:
    """Whether the tenant has to say it."""
    return must_be_said(str(path[-1]), _node(language, path), _node(language, path[:-1])) or path == ("cluster",)
