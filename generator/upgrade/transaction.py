"""What an upgrade under way is done with: the folder of overlays/transactions/ for its class. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from generator.model import Catalogue, Component, Spec
from generator.upgrade.classes import class_between, impossible


def upgrade_of(catalogue: Catalogue, spec: Spec) -> Mapping[str, str]:
    """What rules of the schema may ask of a tenant's upgrade as `$upgrade.`; empty where none is under way, or none that can be."""
    release, releases = spec.get("release", {}), catalogue.releases
    old, new = release.get("from"), release.get("version")
    if old not in releases or new not in releases:
        return {}
    if "restore" in release or impossible(catalogue, old, new):  # what failed does not begin again
        return {}
    letter = class_between(catalogue, old, new).letter
    found = _transactions(catalogue.components).get((letter, str(spec.get("state"))))
    return {"transaction": found} if found else {}


@lru_cache(maxsize=64)
def _transactions(components: tuple[Component, ...]) -> Mapping[tuple[str, str], str]:
    """By class of the way and state of the tenant the transaction's name."""
    said = {each.name: each.schema.data for each in components if each.kind == "transaction" and each.schema}
    return {
        (letter, state): name
        for name, data in said.items()
        for letter in data.get("x-classes", ())
        for state in data.get("x-states", ())
    }
