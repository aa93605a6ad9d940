"""The fleet of combinations: one tenant for each row of `tests/pairing.py`, made of the examples in the catalogue's folders.

Every pair occurs with the minimal examples (`m00`...); every feature once with its full one (`f00`...). What must be unique in
the fleet is varied from tenant to tenant. Whatever lies in overlays/ takes part.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from generator import schema as schemas
from generator.load import load
from generator.model import COMPOSE, FOLDERS, Catalogue, Component, Repository, Schema
from generator.source import dump
from tests.bench.language import merged
from tests.conftest import ROOT, copy_input
from tests.pairing import MANY, Part, Row, full_rows, pairs_of, possible, rows

TENANTS = ROOT / "tests" / "features" / "tenants"


@dataclass(frozen=True, slots=True)
class Combinations:
    """A fleet's repository, the row of each of its tenants, and what they cover."""

    root: Path
    rows: Mapping[str, Row]
    parts: tuple[Part, ...]

    def said(self, objects: int) -> str:
        """One line for people."""
        kinds = Counter(part.kind for part in self.parts)
        pairs = len(possible(self.parts))
        seen = len(set().union(*(pairs_of(row, self.parts) for row in self.rows.values())))
        choices = ", ".join(f"{count} {kind}{'s' * (count > 1)}" for kind, count in sorted(kinds.items()))
        return (
            f"combinations: {choices}; {seen} of {pairs} possible pairs in {len(self.rows)} tenants, {objects} objects"
        )


def parts_of(catalogue: Catalogue) -> tuple[Part, ...]:
    """What the schemas of all that a tenant chooses say of one another."""
    kinds_chosen = set(FOLDERS.values()) - {"transaction"}  # that follows from an upgrade
    chosen = [one for one in catalogue.components if one.kind in kinds_chosen]
    kinds = sorted({one.kind for one in chosen} - {MANY})
    return tuple(_part(one, kinds, _builders(catalogue, one)) for one in chosen)


def _builders(catalogue: Catalogue, component: Component) -> frozenset[str]:
    """The models that can be built with the folder: by kustomize, or as a Compose project."""
    return frozenset(
        name
        for name, model in catalogue.of("model").items()
        if (COMPOSE if model.composes else "kustomization.yaml") in component.files
    )


def _part(component: Component, kinds: Sequence[str], builders: frozenset[str]) -> Part:
    data = component.schema.data if component.schema else {}
    said = {kind: frozenset(data[f"x-{kind}s"]) for kind in kinds if f"x-{kind}s" in data}
    if component.kind != "model":
        said["model"] = said.get("model", builders) & builders
    works = tuple(sorted(said.items()))
    needed, excluded = (frozenset(data.get(key, ())) for key in ("x-requires", "x-conflicts"))
    return Part(component.kind, component.name, needed, excluded, works)


def write_combinations(root: Path) -> Combinations:
    """The fleet in a repository of its own, with the project's catalogue."""
    repository = load(ROOT)[0]
    parts = parts_of(repository.catalogue)
    minimal = {f"m{number:02d}": row for number, row in enumerate(rows(parts))}
    full = {f"f{number:02d}": row for number, row in enumerate(full_rows(parts))}
    copy_input(root, TENANTS)
    sample = next(root.glob("tenants/*/sample.yaml"))
    base = yaml.safe_load(sample.read_bytes())
    sample.unlink()
    once: set[str] = set()
    for name, row in {**minimal, **full}.items():
        sizes = {feature: _size(name, feature, once) for feature in sorted(row.features)}
        own = {"name": name, "host": f"{name}.example.org"}
        tenant = merged({**base, **own}, _values(repository, row, sizes, name))
        sample.with_name(f"{name}.yaml").write_bytes(dump(tenant))
    return Combinations(root, {**minimal, **full}, parts)


def _size(tenant: str, feature: str, once: set[str]) -> str:
    """Which example; the full one once, for it may name what can be had only once."""
    if tenant.startswith("m") or feature in once:
        return "minimal"
    once.add(feature)
    return "full"


def _values(repository: Repository, row: Row, sizes: Mapping[str, str], tenant: str) -> dict[str, Any]:
    """What the row chooses, what the chosen folders ask of a tenant, and the features' examples."""
    schema = schemas.resolved(repository)
    said: dict[str, Any] = {}
    for kind, name in row.chosen:
        component = repository.catalogue.of(kind)[name]  # type: ignore[arg-type]
        said = merged(said, _example(component, "minimal"), _choice(schema, component))
    features = {name: _example(repository.catalogue.of("feature")[name], size) for name, size in sizes.items()}
    found: dict[str, Any] = varied(schema, {**said, "features": features}, tenant)
    return found


def _choice(schema: Schema, component: Component) -> dict[str, Any]:
    """Where a tenant names its one component of the kind: what refers to the kind's folder."""
    folder = component.folder.split("/")[1]
    path = next(path for path, leaf in schemas.leaves(schema) if leaf.get("x-reference") == folder)
    return functools.reduce(lambda inner, key: {str(key): inner}, reversed(path), component.name)  # type: ignore[arg-type]


def _example(component: Component, size: str) -> dict[str, Any]:
    raw = component.files.get(f"examples/{size}.yaml", b"")
    found: dict[str, Any] = yaml.safe_load(raw) or {}
    return found


def varied(schema: Schema, data: Any, word: str) -> Any:
    """The data with the word in every text that no two tenants may share, where the schema's pattern lets it be."""
    if isinstance(data, Mapping):
        properties = schema.get("properties", {})
        return {key: varied(properties.get(key, {}), value, word) for key, value in data.items()}
    if isinstance(data, list):
        return [varied(schema.get("items", {}), item, word) for item in data]
    if "x-unique" not in schema or not isinstance(data, str):
        return data
    return next(text for text in _variants(data, word) if re.search(schema.get("pattern", ""), text))


def _variants(text: str, word: str) -> Iterator[str]:
    yield from (f"{word}-{text}", f"{text}-{word}", f"{word}{text}", f"{text}{word}", f"{text}/{word}")
    yield text + word.encode().hex()
