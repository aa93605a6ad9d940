"""What a tenant of a pinned ring is said to have, and the commit's catalogue does not read: it would change nothing.

The core schema and the tenants are the working tree's, the components the commit's. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from generator import schema as schemas
from generator.derive import dependencies
from generator.diagnostics import Diagnostic
from generator.layers import span_of
from generator.model import Component, Repository, Schema, Tenant
from generator.pinned import pinned_to
from generator.reads import Fields, reads_of

_CHOSEN_APART = "features"
"""Their schemas are the commit's own, which refuse what it does not know."""


class Unread:
    """Finds it for the tenants of one ring, by the schema that they are resolved with."""

    def __init__(self, repository: Repository, ring: str, schema: Schema) -> None:
        self._repository = repository
        self._ring = ring
        self._older = repository.catalogue_of(ring)
        self._leaves = [(path, leaf) for path, leaf in schemas.leaves(schema) if path[0] != _CHOSEN_APART]
        self._lost: dict[Any, list[Fields]] = {}

    def problems(self, tenant: Tenant) -> Iterator[Diagnostic]:
        """Every value that some layer gives the tenant, that the working tree's catalogue reads, and that the commit's does not."""
        for path in self._lost_to(tenant):
            if any(_says(layer, path) for layer in self._layers(tenant)):
                dotted = ".".join(path)
                message = f"`{dotted}` would change nothing: the catalogue of the ring `{self._ring}` does not read it"
                note = f"{pinned_to([self._ring], self._older.commit)}; the working tree's would read it"
                mend = (
                    f"`quad ring pin {self._ring} COMMIT` with a commit that reads it, `quad ring unpin {self._ring}`"
                )
                yield Diagnostic(
                    "unread-value",
                    message,
                    span_of(tenant.document, tenant.origins, path),
                    notes=(note,),
                    help=f"{mend}, or take it out",
                )

    def _lost_to(self, tenant: Tenant) -> list[Fields]:
        if tenant.spec["model"] in self._repository.catalogue.composing:  # it is told all, and Argo CD nothing of it
            return []
        chosen = frozenset(tenant.components)
        if chosen not in self._lost:
            newer = _read(self._repository.catalogue.components, chosen)
            older = _read(self._older.components, chosen)
            self._lost[chosen] = self._without_effect(newer, older) if newer - older else []
        return self._lost[chosen]

    def _without_effect(self, newer: frozenset[Fields], older: frozenset[Fields]) -> list[Fields]:
        """The leaves that the one reads and the other does not, nor anything that is made from them."""
        reached, before = set(older), -1
        while len(reached) != before:
            before = len(reached)
            for path, leaf in self._leaves:
                if "x-derive" in leaf and _touched(path, reached):
                    reached.update(dependencies(leaf["x-derive"]))
        texts = [tuple(map(str, path)) for path, _ in self._leaves]
        return [path for path in texts if _touched(path, newer) and not _touched(path, reached)]

    def _layers(self, tenant: Tenant) -> Iterator[Any]:
        """What people have written of the tenant, as they wrote it."""
        repository = self._repository
        fleet: Mapping[str, Any] = repository.fleet.data if repository.fleet else {}
        plan = tenant.spec["plan"]
        plan = fleet["environments"].get(tenant.environment, {}).get("plans", {}).get(plan, plan)
        yield tenant.document.data
        yield fleet.get("defaults")
        yield fleet["plans"].get(plan, {}).get("values")
        if tenant.environment in repository.defaults:
            yield repository.defaults[tenant.environment].data


@lru_cache(maxsize=256)
def _read(components: tuple[Component, ...], chosen: frozenset[tuple[str, str]]) -> frozenset[Fields]:
    """What the tenant's components and its Argo CD objects read; an item's own values are their feature's."""
    used = (each for each in components if each.kind == "argocd" or (each.kind, each.name) in chosen)
    return frozenset(read.map_path for each in used for read in reads_of(each) if read.path)


def _touched(path: tuple[Any, ...], reads: set[Fields] | frozenset[Fields]) -> bool:
    """Whether one of them is the value, in it or around it."""
    return any(read[: len(path)] == path[: len(read)] for read in reads)


def _says(layer: Any, path: Fields) -> bool:
    for part in path:
        if not isinstance(layer, Mapping) or part not in layer:
            return False
        layer = layer[part]
    return True
