"""One generated tenant: most knobs left to the defaults, as people do, the rest from the whole schema, and valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from generator.source import Path
from tests.bench import words
from tests.bench.fitting import fitted
from tests.bench.language import Data, Language, must_be_said
from tests.bench.makers import MAKERS, Site, value

ALWAYS = frozenset({"name", "displayName", "host", "cluster"})
OFTEN: Mapping[str, float] = {
    "plan": 0.6,
    "ring": 0.3,
    "state": 0.1,
    "site": 0.9,
    "site.language": 0.7,
    "site.timezone": 0.7,
    "release": 0.3,
    "release.version": 0.9,
    "features": 1.0,
    "project": 0.05,
    "project.syncWindows": 1.0,
    "network": 0.08,
    "network.egress": 1.0,
    "allow": 0.03,
    "allow[].code": 0.5,
    "allow[].field": 0.7,
}
"""How often a knob is said that is not always or rarely; of the groups and features, how often there are any."""
GROUP, INNER, KNOB = 0.22, 0.7, 0.4
FEATURES = 1.6
"""How many features a tenant says on average, however many there are: else no two tenants of a large catalogue would be alike."""
LENGTHS = (1, 1, 2, 3)
OWN = 1 / 50
"""How often a tenant of a fleet with offerings makes all choices by itself."""


def offering(random: Random, offerings: int) -> int | None:
    """The number of the offering that a tenant has, the second half as often as the first, and so on; nothing if it has its own."""
    if not offerings or random.random() < OWN:
        return None
    numbers = range(offerings)
    return random.choices(numbers, [1 / (number + 1) for number in numbers])[0]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who makes up a tenant: the chance, the language, and what the tenant is already.

    `choices` decides what is said and how much of it, and is the same for all tenants of an offering; `random` says values.
    """

    random: Random
    choices: Random
    language: Language
    site: Site


def tenant(random: Random, language: Language, at: int, choices: Random | None = None) -> tuple[str, Data]:
    """The environment and the document of the tenant of this number, with the choices of its offering if it has one."""
    choices = choices or random
    site = _site(random, language, at, choices)
    speaker = Speaker(random, choices, language, site)
    schema = language.schema
    said = _object(speaker, "", {**schema, "properties": {**schema["properties"], **language.local}})
    if said["cluster"] == "eu-1" and site.environment == "staging" and random.random() < 1 / 2:
        del said["cluster"]  # the environment's default

    def make(path: Path, node: Mapping[str, Any]) -> Any:
        return _value(speaker, ".".join(map(str, path)), node)

    return site.environment, fitted(random, said, language, site.environment, make)


def _site(random: Random, language: Language, at: int, choices: Random) -> Site:
    spoken, timezone, pattern = words.tongue(random)
    name, cluster = words.name(random, at), random.choice(sorted(language.fleet["clusters"]))
    return Site(
        name,
        "staging" if random.random() < 1 / 10 else "production",
        cluster,
        language.fleet["clusters"][cluster]["region"],
        f"{name}.example.{random.choice(('edu', 'org', 'net'))}",
        spoken,
        timezone,
        pattern,
        language.names,
        choices,
    )


def _object(speaker: Speaker, path: str, node: Mapping[str, Any]) -> Data:
    """The properties that are said, groups without a word left out."""
    said: Data = {}
    inside = "[]" in path or "{}" in path
    for name, child in node["properties"].items():
        inner = f"{path}.{name}" if path else name
        if child.get("x-own"):  # asked for once, of one site: no fleet is measured in the middle of a restore
            continue
        needed = inner in ALWAYS or must_be_said(name, child, node, whole=inside)
        if child.get("readOnly") or not (needed or speaker.choices.random() < _often(inner, child, speaker.language)):
            continue
        made = _value(speaker, inner, child)
        if made != {} or path == "features" or needed:
            said[name] = made
    return said


def _often(path: str, node: Mapping[str, Any], language: Language) -> float:
    if path in OFTEN:
        return OFTEN[path]
    if path.startswith("features."):
        return min(0.4, FEATURES / len(language.features)) if path.count(".") == 1 else KNOB
    if "." not in path:
        return GROUP
    return INNER if node.get("properties") else KNOB


def _value(speaker: Speaker, path: str, node: Mapping[str, Any]) -> Any:
    if path in MAKERS:
        return MAKERS[path](speaker.random, speaker.site)
    if "properties" in node:
        return _object(speaker, path, node)
    if node["type"] == "object":
        return _map(speaker, path, node)
    if node["type"] == "array":
        return _list(speaker, path, node)
    return value(speaker.random, node, speaker.site)


def _list(speaker: Speaker, path: str, node: Mapping[str, Any]) -> list[Any]:
    """Some items, no two the same or of one name."""
    number = min(max(speaker.choices.choice(LENGTHS), node.get("minItems", 1)), node.get("maxItems", 3))
    items = [_value(speaker, f"{path}[]", node["items"]) for _ in range(number)]
    return [
        item for at, item in enumerate(items) if at < node.get("minItems", 1) or not _said_already(item, items[:at])
    ]


def _said_already(item: Any, others: Sequence[Any]) -> bool:
    named = isinstance(item, dict) and "name" in item
    return item in others or (named and any(item["name"] == other["name"] for other in others))


def _map(speaker: Speaker, path: str, node: Mapping[str, Any]) -> Data:
    """A value under each of some keys; what the map's default or example says of a key is an example of its value."""
    known: Data = {}
    for example in (*node.get("examples", ()), node.get("default", {})):
        known |= example
    made: Data = {}
    for key in dict.fromkeys(_keys(speaker, node, list(known))):
        examples = {"examples": [known[key]]} if isinstance(known.get(key), str) else {}
        item = _value(speaker, f"{path}{{}}", {**node["additionalProperties"], **examples})
        if not (isinstance(item, dict) and _said_already(item, list(made.values()))):
            made[key] = item
    return made


def _keys(speaker: Speaker, node: Mapping[str, Any], known: list[str]) -> list[str]:
    """What is required, some of what is known, and where any name will do some others."""
    random, names, required = speaker.choices, node.get("propertyNames", {}), node.get("required", [])
    others = [key for key in names.get("enum", known) if key not in required]
    fewest = min(max(node.get("minProperties", 0) - len(required), 0), len(others))
    keys = [*required, *random.sample(others, random.randint(fewest, len(others)))]
    if "enum" not in names:
        form = {"type": "string", "examples": known, **names}
        keys += [value(random, form, speaker.site) for _ in range(random.choice((0, 0, 1, 2)))]
    return keys
