"""Stage 4 for a model that is no Kubernetes: a tenant's Compose project, out of the catalogue's compose.yaml files and its values.

The catalogue's files say `${TENANT_SITE_URL}` where a value of the tenant goes, and Compose puts it in; here they are only named,
and the values that they read are written into `.env`.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.model import COMPOSE, Catalogue, Component, Spec, components_of
from generator.source import Path
from generator.units import Unit

CATALOGUE = "TENANT_CATALOGUE"
"""The digest of all that the project mounts: a container with it is made anew when a file has changed."""

_MOUNTED = re.compile(r"(\.\.?/[^:]+):/")
_READ = re.compile(r"\$\{?(TENANT_[A-Z0-9_]+)")


def project(unit: Unit, up: str) -> dict[str, Any]:
    """The tenant's compose.yaml: the catalogue's files, of which each is laid over those before it."""
    files = [f"{up}/{component.place}/{COMPOSE}" for component in _composed(unit.spec, unit.catalogue)]
    return {"name": unit.spec["namespace"], "include": [{"path": files}]}


def environment(unit: Unit) -> bytes:
    """The tenant's .env: every value that the catalogue's files read, and the digest of these files."""
    components = _composed(unit.spec, unit.catalogue)
    wanted = {name for component in components for name in variables(component)}
    values = {name: text for path, text in _texts(unit.spec) if (name := variable(path)) in wanted}
    values[CATALOGUE] = _digest(unit.catalogue, components)
    return written(values)


def variables(component: Component) -> Iterator[str]:
    """What a component's compose.yaml reads of a tenant, and what that extends (`*.compose.yaml`)."""
    for name, documents in component.documents.items():
        if _is_composed(name):
            for document in documents:
                yield from _READ.findall(repr(document.data))


def variable(path: Path) -> str:
    """What a value of the tenant is called in .env: `site.shortName` is TENANT_SITE_SHORT_NAME."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", "_".join(str(part) for part in path))
    return f"TENANT_{words.replace('-', '_').upper()}"


def written(values: Mapping[str, str]) -> bytes:
    """Values as Compose reads them back from a .env file, whatever is in them."""
    return "".join(f"{name}={_quoted(values[name])}\n" for name in sorted(values)).encode()


def _quoted(text: str) -> str:
    """In single quotes nothing is expanded, but a backslash before a quote cannot be said; in double quotes all can."""
    if "\\" not in text:
        return "'" + text.replace("'", "\\'") + "'"
    return '"' + re.sub(r'([\\"$])', r"\\\1", text) + '"'


def _composed(spec: Spec, catalogue: Catalogue) -> list[Component]:
    """The components of the tenant with a compose.yaml, the model first: Compose takes paths from where that lies."""
    found = [catalogue.of(kind)[name] for kind, name in components_of(spec, catalogue.last)]
    found.sort(key=lambda component: component.kind != "model")
    return [component for component in found if COMPOSE in component.files]


def _digest(catalogue: Catalogue, components: list[Component]) -> str:
    """Of the compose files, and of every file of the catalogue that they mount, by folders or one by one."""
    mounted = {path for component in components for path in mounts(component)}
    found = hashlib.sha256()
    for component in catalogue.components:
        for name, raw in sorted(component.inputs.items()):
            path = f"{component.place}/{name}"
            wanted = {path, *(path[:at] for at, sign in enumerate(path) if sign == "/")}
            if mounted & wanted or (component in components and _is_composed(name)):
                found.update(f"{path}\0{len(raw)}\0".encode() + raw)
    return found.hexdigest()[:12]


def mounts(component: Component) -> Iterator[str]:
    """What a component's compose files mount of the catalogue, below it: paths begin where models lie."""
    for name, documents in component.documents.items():
        if _is_composed(name):
            for text in (text for document in documents for _, text in _texts(_plain(document.data))):
                if match := _MOUNTED.match(text):
                    yield posixpath.normpath(f"models/model/{match[1]}")


def _is_composed(name: str) -> bool:
    return name == COMPOSE or name.endswith(f".{COMPOSE}")


def _plain(data: Any) -> Any:
    """Lists as maps by index, so that every text is reached."""
    if isinstance(data, list):
        data = {str(index): item for index, item in enumerate(data)}
    return {name: _plain(child) for name, child in data.items()} if isinstance(data, Mapping) else data


def _texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every single value with its path, as text; lists are no environment."""
    if isinstance(value, Mapping):
        for name, child in value.items():
            yield from _texts(child, (*path, name))
    elif isinstance(value, bool):
        yield path, "true" if value else "false"
    elif isinstance(value, str | int):
        yield path, str(value)
