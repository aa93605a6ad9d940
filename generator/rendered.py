"""A rendered tree read back: whose objects each file holds, and where they stand in it.

A tree of ours says it by its paths. In any other folder every YAML file is read but overlays and Argo CD's own folders; its
subject is the folder below `tenants/`, or else the namespace of the object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from generator.diagnostics import Diagnostic, Span, ToolError
from generator.diff.documents import load, split
from generator.model import Manifest
from generator.rules.walk import at, items
from generator.source import MAX_SPAN_TEXT, Document, Path, parse_all

NO_NAMESPACE = "(cluster)"
_NOT_MANIFESTS = frozenset({"argocd", "catalogue", "overlay", "roots"})
_SURE = re.compile(r"argocd/.*/root\.yaml|tenants/[^/]+/overlay/tenant\.yaml")
_BUILD_INPUTS = ("kustomize.config.k8s.io/", "quadrangle.dev/")


_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose file it is: the tenant or root, its cluster (empty where that is not known) and its namespace (as `Manifest`)."""

    name: str
    cluster: str = ""
    namespace: str = ""


@dataclass(slots=True)
class Found:
    """What a tree holds: its objects, how many documents are none, and what cannot be read."""

    manifests: list[Manifest] = field(default_factory=list)
    others: int = 0
    problems: list[Diagnostic] = field(default_factory=list)


def is_ours(paths: Collection[str]) -> bool:
    """Whether the tree is laid out as `quad render` does it."""
    return any(_SURE.fullmatch(path) for path in paths)


def files_of(paths: Collection[str], only: Collection[str]) -> list[str]:
    """The files with manifests, in their order; `only` limits them to some tenants."""
    yaml = sorted(path for path in paths if path.endswith((".yaml", ".yml")))
    if is_ours(paths):
        chosen = [path for path in yaml if path.startswith("argocd/") or path.endswith("/manifests/manifests.yaml")]
        return [path for path in chosen if not only or _tenant(path) in only]
    kept = [path for path in yaml if _NOT_MANIFESTS.isdisjoint(path.split("/")[:-1])]
    return [path for path in kept if not only or _folder(path) in only]


def tenants_of(paths: Collection[str]) -> set[str]:
    """The names of the folders below `tenants/`."""
    return {name for path in paths if (name := _folder(path))}


def manifests_of(files: Mapping[str, bytes], prefix: str, versions: Mapping[str, str], otherwise: str) -> Found:
    """The objects of the files, for the Kubernetes version of their cluster; `prefix` goes before the paths when they are shown."""
    ours = is_ours(files) or any(
        path.endswith("/manifests/manifests.yaml") and path.startswith("tenants/") for path in files
    )
    found = Found()
    parsed = {path: list(_objects(raw, f"{prefix}{path}", found)) for path, raw in files.items()}
    subjects = _subjects(parsed) if ours else {}
    for path, bodies in parsed.items():
        for body in bodies:
            subject = subjects.get(path) or Subject(_folder(path) or str(_namespace(body) or NO_NAMESPACE))
            version = versions.get(subject.cluster, otherwise)
            found.manifests.append(Manifest(subject.name, version, subject.namespace, body, f"{prefix}{path}"))
    return found


def _tenant(path: str) -> str:
    """Whose file of our layout it is: `tenants/<tenant>/...` or `argocd/<cluster>/<shard>/<tenant>.yaml`."""
    return _folder(path) or path.rpartition("/")[2].removesuffix(".yaml")


def _folder(path: str) -> str:
    parts = path.split("/")[:-1]
    return parts[parts.index("tenants") + 1] if "tenants" in parts[:-1] else ""


def _name(body: Mapping[str, Any]) -> str:
    return str(at(body, "metadata", "name"))


def _namespace(body: Mapping[str, Any]) -> Any:
    return at(body, "metadata", "namespace")


def _subjects(parsed: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Subject]:
    """By path; a tenant's cluster is the folder of its Application, and its namespace the destination there."""
    subjects: dict[str, Subject] = {}
    for path, bodies in parsed.items():
        if not path.startswith("argocd/"):
            continue
        cluster, name = path.split("/")[1], _tenant(path)
        is_root = path.count("/") == 2  # noqa: PLR2004  # argocd/<cluster>/root.yaml, which has the platform's Applications too
        applications = [body for body in bodies if body["kind"] == "Application"]
        application = next((body for body in applications if not is_root or _name(body).startswith("root.")), {})
        namespace = at(application, "spec", "destination", "namespace") or next(map(_namespace, bodies), None)
        if is_root:
            name = str(at(application, "spec", "project") or f"root.{cluster}")
        subjects[path] = Subject(name, cluster, str(namespace or ""))
        subjects[f"tenants/{name}/manifests/manifests.yaml"] = subjects[path]
    return subjects


def _objects(raw: bytes, where: str, found: Found) -> Iterator[Mapping[str, Any]]:
    for part in split(raw):
        try:
            body = load(part, where)
        except ToolError as error:
            message = f"not read: {str(error).rpartition(': ')[2]}"
            help = "render it again; a manifest is one YAML object without tags and aliases"
            found.problems.append(Diagnostic("unreadable-manifest", message, Span(where), help=help))
            continue
        for each in items(body["items"]) if body and body.get("kind") == "List" else [body]:
            if each and each.get("kind") and each.get("apiVersion"):
                if not str(each["apiVersion"]).startswith(_BUILD_INPUTS):
                    yield each
            else:
                found.others += each is not None


def in_files(read: Callable[[str], bytes]) -> Callable[[Manifest, Path], Span]:
    """Places in the manifests' own files, which are parsed again, with positions, where there is something to show."""

    @cache
    def documents(file: str) -> tuple[dict[_Key, Document], dict[_Key, Span]]:
        raw = read(file)
        return {_key(document.data): document for document in parse_all(file, raw)[0]}, _first_lines(file, raw)

    def locate(manifest: Manifest, path: Path) -> Span:
        exact, first = documents(manifest.file)
        key = _key(manifest.object)
        return exact[key].value(path) if key in exact else first.get(key, Span(manifest.file))

    return locate


def _first_lines(file: str, raw: bytes) -> dict[_Key, Span]:
    """Where each document begins: all that is known of a file which our strict reader refuses, by a plain `n` or an anchor say."""
    places: dict[_Key, Span] = {}
    at_byte = 0
    for part in split(raw):
        start = raw.index(part, at_byte)
        at_byte = start + len(part)
        start += len(part) - len(part.lstrip(b"\n"))
        with suppress(ToolError):
            line = raw[start:].partition(b"\n")[0].decode(errors="replace")[:MAX_SPAN_TEXT]
            places[_key(load(part, file))] = Span(file, raw.count(b"\n", 0, start) + 1, 1, max(1, len(line)), line)
    return places


def _key(body: Any) -> _Key:
    """Kind, namespace and name."""
    return (str(at(body, "kind")), str(at(body, "metadata", "namespace")), str(at(body, "metadata", "name")))
