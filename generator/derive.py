"""The named pure functions behind `x-derive`: a value made from other values of the tenant.

An argument that begins with `$.` is a path in the tenant; `$cluster.`, `$environment.`, `$release.` and `$fleet.` are paths in
what the tenant refers to, `$upgrade.` in what follows from an upgrade under way, `$catalogue.` in what the folders of overlays/
say for themselves (`x-provides`); anything else stands for itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from generator.cron import widest_gap

_UNITS = {"": 1, "m": 0.001, "k": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
_UNITS |= {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4, "Pi": 1024**5}
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)")

_PERIODS = {"quarter-hour": 15, "hourly": 60, "daily": 1440}

FPM_RESERVE = 150 * 1024**2
"""Bytes of a PHP-FPM container that are no worker's: master, opcache, sockets (moodle facts, section 6)."""


class MissingArgumentError(Exception):
    """An argument has no value yet."""


def quantity(text: str) -> float:
    """A Kubernetes quantity as a number: bytes, or cores."""
    return _quantity(str(text))


@lru_cache(maxsize=1024)
def _quantity(text: str) -> float:
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2] not in _UNITS:
        raise ValueError(f"`{text}` is not a quantity")
    return float(match[1]) * _UNITS[match[2]]


def copy(value: Any) -> Any:
    """The value itself."""
    return value


def join(*parts: Any) -> str:
    """The parts one after the other."""
    return "".join(str(part) for part in parts)


def identifier(*parts: Any) -> str:
    """The parts joined, with an underscore for every character that SQL and Redis keys would have quoted."""
    return re.sub(r"[^a-z0-9_]", "_", join(*parts).lower())


def as_json(value: Any) -> str:
    """A list or map as one text, the way from a tenant's data to a file that a program in a pod reads."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def max_children(limit: str, worker: str) -> int:
    """How many PHP-FPM workers fit the memory limit; at least one."""
    return max(1, int((quantity(limit) - FPM_RESERVE) // quantity(worker)))


def digest(*parts: Any) -> str:
    """Ten digits that are others where any part is another one."""
    return hashlib.sha256(as_json(parts).encode()).hexdigest()[:10]


def pick(values: Any, *keys: Any) -> Any:
    """What stands in a map of maps under these keys; where nothing does, the value is for somebody else to say."""
    for key in keys:
        if not isinstance(values, Mapping) or key not in values:
            raise MissingArgumentError(key)
        values = values[key]
    return values


def pick_or(values: Any, otherwise: Any, *keys: Any) -> Any:
    """As `pick`, with a value for where nothing stands there; of a value that is derived itself it may be asked too early."""
    try:
        return pick(values, *keys)
    except MissingArgumentError:
        return otherwise


def share(total: str, percent: int) -> str:
    """So many percent of a quantity of bytes, as a whole number of bytes."""
    return str(int(quantity(total) * percent // 100))


def spread_cron(name: str, period: str | int, salt: str = "", offset: int = 0) -> str:
    """A cron schedule of the period at a time of its own, the same for the same name and salt: ten thousand do not start at once.

    `daily` and `weekly` fall between 20:00 and 05:59, all others on a minute of their own. A number is of minutes:
    as seldom as still keeps them. An offset sets what has the same salt so many minutes later, where both run every hour.
    """
    number = int.from_bytes(hashlib.sha256(f"{salt}\0{name}".encode()).digest()[:8], "big")
    minute, hour, day = (number + offset) % 60, (20 + number // 60 % 10) % 24, number // 600 % 7
    if period == "weekly":
        return f"{minute} {hour} * * {day}"
    every = _PERIODS[period] if isinstance(period, str) else max(1, period)
    if every >= _PERIODS["daily"]:
        return f"{minute} {hour} * * *"
    minutes = max(step for step in range(1, 61) if 60 % step == 0 and step <= every)
    hours = max(step for step in range(1, 25) if 24 % step == 0 and step <= max(1, every // 60))
    past = ",".join(str(each) for each in range(minute % minutes, 60, minutes))
    return f"{past} {'*' if hours == 1 else ','.join(str(each) for each in range(hour % hours, 24, hours))} * * *"


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "copy": copy,
    "cron-gap": widest_gap,
    "digest": digest,
    "identifier": identifier,
    "join": join,
    "json": as_json,
    "max-children": max_children,
    "pick": pick,
    "pick-or": pick_or,
    "share": share,
    "spread-cron": spread_cron,
}


def derived(rule: Mapping[str, Any], scope: Mapping[str, Any]) -> Any:
    """The value of an `x-derive` rule; `scope` maps "" to the tenant and `cluster`, ... to what it refers to.

    Raises MissingArgumentError where an argument has no value, KeyError where the function is unknown.
    """
    return FUNCTIONS[rule["function"]](*(_argument(argument, scope) for argument in rule["arguments"]))


def compiled(rule: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Any]:
    """The rule as a function of the scope, for many tenants; it raises as `derived` does."""
    function = FUNCTIONS.get(rule["function"])
    if function is None:
        return lambda scope: derived(rule, scope)
    arguments = [_getter(argument) for argument in rule["arguments"]]
    return lambda scope: function(*[argument(scope) for argument in arguments])


def _getter(argument: Any) -> Callable[[Mapping[str, Any]], Any]:
    if not isinstance(argument, str) or not argument.startswith("$"):
        return lambda _: argument
    root, *path = argument[1:].split(".")

    def value_in(scope: Mapping[str, Any]) -> Any:
        value: Any = scope.get(root)
        for part in path:
            if type(value) is not dict or part not in value:
                raise MissingArgumentError(argument)
            value = value[part]
        return value

    return value_in


def _argument(argument: Any, scope: Mapping[str, Any]) -> Any:
    if not isinstance(argument, str) or not argument.startswith("$"):
        return argument
    root, *path = argument[1:].split(".")
    value: Any = scope.get(root)
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            raise MissingArgumentError(argument)
        value = value[part]
    return value


def dependencies(rule: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The tenant's own paths that a rule reads."""
    return [tuple(text[2:].split(".")) for text in rule["arguments"] if isinstance(text, str) and text.startswith("$.")]
