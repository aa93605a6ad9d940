"""One generated tenant: most knobs left to the defaults, as people do, the rest from the whole schema, and valid."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from generator.derive import max_children, quantity
from tests.bench import words
from tests.bench.makers import MAKERS, Site, value

Data = dict[str, Any]
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
    "network": 0.08,
    "network.egress": 1.0,
    "allow": 0.03,
    "allow[].code": 0.5,
    "allow[].field": 0.7,
}
"""How often a knob is said that is not always or rarely; of the groups and features, how often there are any."""
GROUP, FEATURE, INNER, KNOB = 0.22, 0.4, 0.7, 0.4


@dataclass(frozen=True, slots=True)
class Language:
    """What a tenant may say and refer to, read once for a fleet."""

    schema: Mapping[str, Any]
    """schemas/tenant.schema.json."""
    needed: Mapping[str, frozenset[str]]
    """The knobs that each feature must be told, having neither default nor derivation."""
    fleet: Mapping[str, Any]
    releases: tuple[str, ...]
    """Oldest first."""


def tenant(random: Random, language: Language, at: int) -> tuple[str, Data]:
    """The environment and the document of the tenant of this number."""
    site = _site(random, language, at)
    said = _object(random, language, "", language.schema, site)
    if said["cluster"] == "eu-1" and site.environment == "staging" and random.random() < 1 / 2:
        del said["cluster"]  # the environment's default
    return site.environment, settled(said, language, site.environment)


def _site(random: Random, language: Language, at: int) -> Site:
    spoken, timezone, pattern = words.tongue(random)
    name, cluster = words.name(random, at), random.choice(sorted(language.fleet["clusters"]))
    choices = {
        "rings": tuple(ring["name"] for ring in language.fleet["rings"]),
        "plans": tuple(language.fleet["plans"]),
        "releases": language.releases,
    }
    return Site(
        name,
        "staging" if random.random() < 1 / 10 else "production",
        cluster,
        language.fleet["clusters"][cluster]["region"],
        f"{name}.example.{random.choice(('edu', 'org', 'net'))}",
        spoken,
        timezone,
        pattern,
        choices,
    )


def _object(random: Random, language: Language, path: str, node: Mapping[str, Any], site: Site) -> Data:
    """The properties that are said, groups and features without a word left out unless a feature needs none."""
    said: Data = {}
    feature = path.removeprefix("features.")
    needed = language.needed.get(feature, frozenset()) | frozenset(node.get("required", ()))
    for name, child in node["properties"].items():
        inner = f"{path}.{name}" if path else name
        if name in needed or inner in ALWAYS or random.random() < _often(inner, child):
            made = _value(random, language, inner, child, site)
            if made != {} or path == "features":
                said[name] = made
    return said


def _often(path: str, node: Mapping[str, Any]) -> float:
    if path in OFTEN:
        return OFTEN[path]
    if path.startswith("features."):
        return FEATURE if path.count(".") == 1 else KNOB
    if "." not in path:
        return GROUP
    return INNER if node.get("properties") else KNOB


def _value(random: Random, language: Language, path: str, node: Mapping[str, Any], site: Site) -> Any:
    if node.get("properties") and path not in MAKERS:
        return _object(random, language, path, node, site)
    if node["type"] != "array":
        return value(random, path, node, site)
    items = [_value(random, language, f"{path}[]", node["items"], site) for _ in range(random.choice((1, 1, 2, 3)))]
    return [item for at, item in enumerate(items) if item not in items[:at]]


def settled(said: Data, language: Language, environment: str) -> Data:
    """The same tenant within the checks of the schema (x-check): what together asks for too much is said larger."""
    whole = _merged(_merged(_defaults(language.schema), _plan_values(language, said, environment)), said)
    for part in ("web", "cron", "adhoc", "database"):
        _raise_limit(said, whole, part)
    web, php = whole["web"], whole["php"]
    if web["replicas"]["min"] > web["replicas"]["max"]:
        _put(said, whole, ("web", "replicas", "max"), web["replicas"]["min"])
    most = max_children(web["resources"]["limits"]["memory"], php["workerMemory"])
    if php.get("workers", 0) > most:
        _put(said, whole, ("php", "workers"), most)
    connections = min(php.get("workers", most), most) * web["replicas"]["max"]
    if connections > whole["database"]["maxConnections"]:
        _put(said, whole, ("database", "maxConnections"), connections)
    if quantity(whole["cache"]["storage"]) < quantity(whole["cache"]["memory"]):
        _put(said, whole, ("cache", "storage"), whole["cache"]["memory"])
    return said


def _raise_limit(said: Data, whole: Data, part: str) -> None:
    """People set request and limit of memory together, to the same."""
    resources = whole[part]["resources"]
    if quantity(resources["limits"]["memory"]) < quantity(resources["requests"]["memory"]):
        _put(said, whole, (part, "resources", "limits", "memory"), resources["requests"]["memory"])


def _put(said: Data, whole: Data, path: tuple[str, ...], made: Any) -> None:
    for data in (said, whole):
        node = data
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = made


def _plan_values(language: Language, said: Data, environment: str) -> Data:
    plan = said.get("plan", language.fleet["defaults"]["plan"])
    mapped = language.fleet["environments"][environment].get("plans", {}).get(plan, plan)
    return dict(language.fleet["plans"][mapped]["values"])


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> Data:
    result = deepcopy(dict(below))
    for key, made in above.items():
        both = isinstance(made, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = _merged(result[key], made) if both else deepcopy(made)
    return result


def _defaults(node: Mapping[str, Any]) -> Data:
    made: Data = {}
    for name, child in node.get("properties", {}).items():
        if "default" in child:
            made[name] = child["default"]
        elif child.get("properties"):
            made[name] = _defaults(child)
    return made
