"""What compile makes of tenants: units, the builds they take, and the trees they are in. Plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.model import Catalogue, Spec


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

    `spec` is the resolved tenant and `argocd` what Argo CD's objects need beside it; `application` is where they go, empty for a
    tenant that is a Compose project; `token` is the tenant's.
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
    def builds(self) -> tuple[Build, ...]:
        """The builds of the tenant's objects and of Argo CD's; a Compose project is built by nobody."""
        if not self.application:
            return ()
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
