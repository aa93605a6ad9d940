"""The words every stage speaks: plain frozen data, functions live in the stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from generator.diagnostics import Diagnostic, Span

if TYPE_CHECKING:
    from generator.source import Document, Path

Schema = Mapping[str, Any]
Spec = Mapping[str, Any]
ComponentKind = Literal["base", "model", "feature", "state", "argocd"]

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


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything under overlays/, by name, in the order of the names; `commit` is empty where it is the working tree's."""

    components: tuple[Component, ...] = ()
    releases: Mapping[str, Document] = field(default_factory=dict)
    commit: str = ""

    def of(self, kind: ComponentKind) -> dict[str, Component]:
        """The components of one kind."""
        return {component.name: component for component in self.components if component.kind == kind}


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
        """What it is built from, in kustomize's order."""
        return components_of(self.spec)


def components_of(spec: Spec) -> tuple[tuple[ComponentKind, str], ...]:
    """What a tenant is built from, in kustomize's order: base, features by name, model, state."""
    features: tuple[tuple[ComponentKind, str], ...] = tuple(("feature", name) for name in sorted(spec["features"]))
    return (("base", "base"), *features, ("model", spec["model"]), ("state", spec["state"]))


@dataclass(frozen=True, slots=True)
class Build:
    """One kustomize build: the overlay's folder and the file its output becomes, both relative to the environment's tree.

    `commit` is that of its catalogue, empty where it is the working tree's.
    """

    subject: str
    overlay: str
    output: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """One tenant as compile takes it: all that its files follow from.

    `spec` is the resolved tenant and `argocd` what Argo CD's objects need beside it; `application` is where they go, `token` is
    the tenant's.
    """

    name: str
    spec: Spec
    argocd: Mapping[str, str]
    catalogue: Catalogue
    application: str
    token: str = ""

    @property
    def outputs(self) -> tuple[str, str]:
        """What its builds become: the file of its objects, and that of Argo CD's."""
        return f"tenants/{self.name}/manifests/manifests.yaml", self.application

    @property
    def builds(self) -> tuple[Build, Build]:
        """The builds of the tenant's objects and of Argo CD's."""
        folder, commit = f"tenants/{self.name}", self.catalogue.commit
        own, argocd = self.outputs
        return (
            Build(self.name, f"{folder}/overlay", own, commit),
            Build(self.name, f"{folder}/argocd", argocd, commit),
        )


@dataclass(frozen=True, slots=True)
class Tree:
    """What one environment's branch holds: shared files by path, the builds that add more, and the tenants."""

    environment: str
    files: Mapping[str, bytes]
    builds: tuple[Build, ...]
    units: tuple[Unit, ...] = ()

    @property
    def count(self) -> int:
        """How many builds it takes, or as many stamps."""
        return len(self.builds) + sum(len(unit.builds) for unit in self.units)


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
