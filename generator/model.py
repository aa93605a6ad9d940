"""The words every stage speaks: plain frozen data, functions live in the stages."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from generator.diagnostics import Diagnostic, Span

if TYPE_CHECKING:
    from generator.source import Document, Path

Schema = Mapping[str, Any]
Spec = Mapping[str, Any]
ComponentKind = Literal["base", "database", "cache", "feature", "model", "state", "transaction", "platform", "argocd"]

FOLDERS: Mapping[str, ComponentKind] = {
    "databases": "database",
    "caches": "cache",
    "features": "feature",
    "models": "model",
    "states": "state",
    "transactions": "transaction",
}
"""The folders of overlays/ that hold one folder for each component of a kind of which tenants have some."""

WORKS_WITH: Mapping[str, tuple[ComponentKind, tuple[str, ...]]] = {
    "x-models": ("model", ("model",)),
    "x-databases": ("database", ("database", "server")),
    "x-caches": ("cache", ("cache", "server")),
}
"""By the keyword with which a feature says what it works with: the kind, and where a tenant names its one component of that."""

UNDER_WAY = ("release", "transaction")
"""Where a resolved tenant names its transaction, while an upgrade is under way."""

COMPOSE = "compose.yaml"
"""The file of a folder of the catalogue that is a part of a Compose project."""

_NOT_BUILT = re.compile(r"(^|/)(README\.md|schema\.yaml)$|^examples/|^tests/")

SHORT = 7
"""How many digits of a commit are shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """One folder of the catalogue: `files` are its bytes and `documents` its YAML, by path relative to `folder`.

    It equals itself alone, so that what is found out about it can be remembered.
    """

    kind: ComponentKind
    name: str
    folder: str
    files: Mapping[str, bytes]
    documents: Mapping[str, tuple[Document, ...]]

    @property
    def schema(self) -> Document | None:
        """The folder's schema.yaml, where it has one."""
        found = self.documents.get("schema.yaml", ())
        return found[0] if found else None

    @property
    def each(self) -> tuple[str, ...]:
        """The lists of the tenant for whose items the folder has a component of its own (`each/<list>/`)."""
        found = {name.split("/")[1] for name in self.files if name.startswith("each/") and name.count("/") > 1}
        return tuple(sorted(found))

    @property
    def place(self) -> str:
        """Its folder below the catalogue's."""
        return self.folder.removeprefix("overlays/")

    @property
    def inputs(self) -> dict[str, bytes]:
        """The files that something is built from."""
        return {name: raw for name, raw in self.files.items() if not _NOT_BUILT.search(name)}

    @property
    def composes(self) -> bool:
        """Whether it is no part of a kustomization, but of a Compose project alone."""
        return COMPOSE in self.files and "kustomization.yaml" not in self.files


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything under overlays/, by name, in the order of the names; `commit` is empty where it is the working tree's.

    `classes` remembers what `upgrade/classes.py` has found out of the ways between releases.
    """

    components: tuple[Component, ...] = ()
    releases: Mapping[str, Document] = field(default_factory=dict)
    commit: str = ""
    classes: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)

    def of(self, kind: ComponentKind) -> dict[str, Component]:
        """The components of one kind."""
        return {component.name: component for component in self.components if component.kind == kind}

    @property
    def provided(self) -> Mapping[str, Mapping[str, Any]]:
        """What the components say for themselves (`x-provides`), by folder of overlays/ and by name."""
        return {
            folder: {
                name: component.schema.data.get("x-provides", {})
                for name, component in self.of(kind).items()
                if component.schema is not None and isinstance(component.schema.data, Mapping)
            }
            for folder, kind in FOLDERS.items()
        }

    @property
    def last(self) -> frozenset[str]:
        """The features whose schema says `x-last`: they come after the others, whose objects they reach."""
        return _last_of(self.components)

    @property
    def composing(self) -> frozenset[str]:
        """The models whose tenants are Compose projects; no cluster runs them."""
        return _composing(self.components)


@lru_cache(maxsize=64)
def _composing(components: tuple[Component, ...]) -> frozenset[str]:
    return frozenset(each.name for each in components if each.kind == "model" and each.composes)


@lru_cache(maxsize=64)
def _last_of(components: tuple[Component, ...]) -> frozenset[str]:
    schemas = ((each.name, each.schema.data) for each in components if each.kind == "feature" and each.schema)
    return frozenset(name for name, data in schemas if isinstance(data, Mapping) and data.get("x-last"))


@dataclass(frozen=True, slots=True)
class TenantFile:
    """One file of tenants/<environment>/."""

    environment: str
    stem: str
    document: Document


@dataclass(frozen=True, slots=True)
class Repository:
    """All input, read and not yet judged. `schemas` are the hand-written ones by file name.

    `catalogue` is the working tree's; `pinned` are those of the rings that fleet.yaml pins to a commit, by ring.
    """

    fleet: Document | None
    defaults: Mapping[str, Document]
    tenants: tuple[TenantFile, ...]
    catalogue: Catalogue
    schemas: Mapping[str, Document]
    pinned: Mapping[str, Catalogue] = field(default_factory=dict)

    def catalogue_of(self, ring: str) -> Catalogue:
        """The catalogue that a ring's tenants are compiled with."""
        return self.pinned.get(ring, self.catalogue)

    @property
    def pins(self) -> list[str]:
        """The commits that rings are pinned to."""
        return sorted({catalogue.commit for catalogue in self.pinned.values()})

    def seen_by(self, ring: str) -> Repository:
        """The repository as a ring's tenants see it: with their catalogue in the place of the working tree's."""
        return replace(self, catalogue=self.pinned[ring]) if ring in self.pinned else self


@dataclass(frozen=True, slots=True)
class Origin:
    """One layer's word on a leaf: which layer, the value it gives and where it says so."""

    layer: str
    value: Any
    span: Span


@dataclass(frozen=True, slots=True)
class Tenant:
    """A resolved tenant: every leaf of `spec` has a value, and `origins` says who gave it, the winner first.

    `token` stands for all bytes that were read for it, where somebody knows; two tenants of one token are one tenant.
    """

    name: str
    environment: str
    spec: Spec
    origins: Mapping[Path, tuple[Origin, ...]]
    document: Document
    token: str = ""

    @property
    def components(self) -> tuple[tuple[ComponentKind, str], ...]:
        """What it is built from, features in the order of their names."""
        return components_of(self.spec)


def components_of(spec: Spec, last: Collection[str] = ()) -> tuple[tuple[ComponentKind, str], ...]:
    """What a tenant is built from, in kustomize's order: base, servers, features (`last` at the end), model, state, transaction."""
    servers: tuple[tuple[ComponentKind, str], ...] = (
        ("database", spec["database"]["server"]),
        ("cache", spec["cache"]["server"]),
    )
    names = sorted(spec["features"], key=lambda name: (name in last, name))
    features: tuple[tuple[ComponentKind, str], ...] = tuple(("feature", name) for name in names)
    under_way: tuple[tuple[ComponentKind, str], ...] = ()
    if transaction := spec["release"].get("transaction"):
        under_way = (("transaction", transaction),)
    return (("base", "base"), *servers, *features, ("model", spec["model"]), ("state", spec["state"]), *under_way)


def value_at(spec: Spec, path: tuple[str, ...]) -> Any:
    """The value at a path of a resolved tenant that every tenant has."""
    for part in path:
        spec = spec[part]
    return spec


@dataclass(frozen=True, slots=True)
class Manifest:
    """One Kubernetes object of a tenant, or of a root of Argo CD, as kustomize printed it.

    `namespace` is that of the tenant, empty where it is not known whose the object is; `file` is where it was read.
    """

    tenant: str
    kubernetes: str
    namespace: str
    object: Mapping[str, Any]
    file: str = ""

    @property
    def kind(self) -> str:
        """The object's kind."""
        return str(self.object.get("kind", ""))

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.object.get("metadata", {}).get("name", ""))

    @property
    def group(self) -> str:
        """The object's API group, empty for the core group."""
        version = str(self.object.get("apiVersion", ""))
        return version.rpartition("/")[0]


class Entry(NamedTuple):
    """One file of a commit's tree: its mode as git prints it (`100644`, `120000` a symbolic link) and its object's id.

    A tree has tens of thousands, and a tuple is made in a third of the time.
    """

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """The input, read and judged: what can be rendered, and every problem. `others` names tenants not read this time."""

    repository: Repository
    tenants: list[Tenant]
    problems: list[Diagnostic]
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Progress:
    """Called with the number of builds before the first, and once for each that is done."""

    start: Callable[[int], None] = lambda _total: None
    advance: Callable[[], None] = lambda: None
