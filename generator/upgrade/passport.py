"""What is inside a release's image, as `overlays/releases/<version>.yaml` says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.model import Catalogue

Version = tuple[int, ...]


def version_of(text: str) -> Version:
    """A version's numbers, so that an older one is less; trailing zeros say nothing."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def dotted(version: Version) -> str:
    """The version as people write it."""
    return ".".join(str(number) for number in version)


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plugin of an image: `version` and `requires` are Moodle's numbers, `supported` the first and last branch, if it says."""

    component: str
    version: int
    requires: int = 0
    supported: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Passport:
    """An image. `floors` are the lowest versions of databases by engine; `databases` the hash of each component's db folder."""

    name: str
    branch: int
    build: Version
    image: str
    code_root: str
    php: Version
    php_range: tuple[Version, Version]
    floors: Mapping[str, Version]
    upgrade_from: Version
    static: str
    databases: Mapping[str, str]
    plugins: Mapping[str, Plugin]
    long_term: bool
    security_until: str

    @property
    def version(self) -> Version:
        """Of Moodle."""
        return version_of(self.name)


def passports_of(catalogue: Catalogue) -> dict[str, Passport]:
    """All releases that there are, by name."""
    return {name: passport_of(document.data) for name, document in catalogue.releases.items()}


def passport_of(data: Mapping[str, Any]) -> Passport:
    """The passport of a valid document."""
    floors, support = data["floors"], data["support"]
    plugins = (_plugin(each) for each in data.get("plugins", ()))
    return Passport(
        name=data["version"],
        branch=int(data["branch"]),
        build=version_of(data["build"]),
        image=data["image"],
        code_root=data["codeRoot"],
        php=version_of(data["php"]),
        php_range=(version_of(floors["php"]), version_of(data["ceilings"]["php"])),
        floors={engine: version_of(str(floor)) for engine, floor in floors.items() if engine != "php"},
        upgrade_from=version_of(data["upgradeFrom"]),
        static=data["hashes"]["static"],
        databases=data["hashes"]["database"],
        plugins={plugin.component: plugin for plugin in plugins},
        long_term=support["longTerm"],
        security_until=support["security"],
    )


def _plugin(data: Mapping[str, Any]) -> Plugin:
    first_last = data.get("supported")
    supported = (int(first_last[0]), int(first_last[-1])) if first_last else None
    return Plugin(data["component"], int(data["version"]), int(data.get("requires", 0)), supported)
