"""A text for a knob by its schema alone: like an example of it, with the tenant's own names in it, and as the pattern wants it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from random import Random
from typing import Any, Protocol

from tests.bench import words

CRONS = ("{m} {h} * * *", "{m} {h} * * 1-5", "{m} */{s} * * *", "{m},{n} {h} 1 * *", "*/{s} * * * *", "{m} {h} * * 6")
NETWORKS = ("203.0.113.0/24", "198.51.100.{}/32", "192.0.2.0/{}", "2001:db8:{:x}::/48")
TRIES = 20


class Named(Protocol):
    """The part of a tenant's own words that texts are made with."""

    @property
    def name(self) -> str: ...
    @property
    def domain(self) -> str: ...
    @property
    def region(self) -> str: ...


def text(random: Random, node: Mapping[str, Any], site: Named) -> str:
    """A text that the schema accepts."""
    known = [str(each) for each in (node.get("default", ""), *node.get("examples", ())) if each]
    for _ in range(TRIES):
        made = _like(random, random.choice(known), site, "x-unique" in node)
        if _fits(made, node):
            return made
    return random.choice(known)


def _fits(made: str, node: Mapping[str, Any]) -> bool:
    short = node.get("minLength", 0) <= len(made) <= node.get("maxLength", len(made))
    return short and re.search(node.get("pattern", ""), made) is not None


def _like(random: Random, example: str, site: Named, unique: bool) -> str:
    """A variation of the example; a unique one has the tenant's name in it, or is one of very many."""
    if example.count(" ") == 4 and re.search(r"\d", example):  # a cron expression's five fields
        return _cron(random)
    if _is_network(example):
        return network(random)
    if re.fullmatch("[0-9a-f]{8,}", example):
        return f"{random.getrandbits(4 * max(16, len(example))):0{max(16, len(example))}x}"
    own = example.replace("acme.edu", site.domain).replace("acme", site.name).replace("eu-central-1", site.region)
    if unique:
        return own
    return random.choice(_WAYS)(random, own)


def _cron(random: Random) -> str:
    bounds = {"m": (0, 29), "n": (30, 59), "h": (0, 23), "s": (2, 9)}
    return random.choice(CRONS).format(**{key: random.randint(*each) for key, each in bounds.items()})


def _is_network(example: str) -> bool:
    try:
        return "/" in example and bool(ip_network(example))
    except ValueError:
        return False


def network(random: Random) -> str:
    """An address block."""
    return random.choice(NETWORKS).format(random.randint(24, 32))


def _times(random: Random, example: str) -> str:
    """A quantity a few times as large."""
    found = re.fullmatch(r"([0-9]+)([A-Za-z]*)", example)
    return f"{int(found[1]) * random.randint(1, 4)}{found[2]}" if found else ""


def _figures(random: Random, example: str) -> str:
    """Other figures; never a leading nought, and of a long number only the end, so that a year stays one."""
    if re.fullmatch(r"[0-9]+[A-Za-z]*", example):
        return _times(random, example)
    if re.search(r"\d", example) is None:
        return ""
    return re.sub(r"\d(?!.*\d)", lambda _: str(random.randint(1, 9)), example)


def _word(random: Random, example: str) -> str:
    """Another word in the place of the last."""
    return re.sub(r"[a-z]{3,}(?=[^a-z]*$)", lambda _: random.choice(words.PLACES), example)


def _ending(mark: str) -> Callable[[Random, str], str]:
    return lambda random, example: f"{example}{mark}{random.randint(2, 9)}"


_WAYS: tuple[Callable[[Random, str], str], ...] = (
    *(lambda _random, example: example, _times, _figures, _word),
    *(_ending("-"), _ending("_"), _ending(" "), _ending("")),
)
