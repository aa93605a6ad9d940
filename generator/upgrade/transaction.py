"""What is done with a tenant now: the folder of overlays/transactions/ for an upgrade's class, or for a field that asks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from generator.model import Catalogue, Component, Spec
from generator.upgrade.classes import class_between, impossible


def upgrade_of(catalogue: Catalogue, spec: Spec) -> Mapping[str, str]:
    """What rules of the schema may ask of a tenant's transaction as `$upgrade.`; empty where none is under way, or can be.

    A field that asks for one comes before an upgrade: what is to be replaced is not upgraded any more.
    """
    state = str(spec.get("state"))
    for field, name in _asked(catalogue.components):
        if field in spec:
            return {"transaction": name} if state in _states(catalogue.of("transaction")[name]) else {}
    release, releases = spec.get("release", {}), catalogue.releases
    old, new = release.get("from"), release.get("version")
    if old not in releases or new not in releases or impossible(catalogue, old, new):
        return {}
    letter = class_between(catalogue, old, new).letter
    found = _transactions(catalogue.components).get((letter, state))
    return {"transaction": found} if found else {}


def asked_by(catalogue: Catalogue, field: str) -> str:
    """The name of the transaction that a field asks for; empty where the catalogue has none."""
    return dict(_asked(catalogue.components)).get(field, "")


def field_of(component: Component) -> str:
    """The tenant's field that asks for a transaction; empty where an upgrade's class does."""
    return str(component.schema.data.get("x-field", "")) if component.schema else ""


def _states(component: Component) -> list[str]:
    return list(component.schema.data.get("x-states", ())) if component.schema else []


@lru_cache(maxsize=64)
def _asked(components: tuple[Component, ...]) -> tuple[tuple[str, str], ...]:
    """The fields that ask for a transaction, each with its name."""
    return tuple((field, each.name) for each in components if each.kind == "transaction" and (field := field_of(each)))


@lru_cache(maxsize=64)
def _transactions(components: tuple[Component, ...]) -> Mapping[tuple[str, str], str]:
    """By class of the way and state of the tenant the transaction's name."""
    return {
        (letter, state): each.name
        for each in components
        if each.kind == "transaction" and each.schema
        for letter in each.schema.data.get("x-classes", ())
        for state in _states(each)
    }
