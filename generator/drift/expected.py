"""What a rendered tree expects of the clusters: each tenant's objects, and where its Application puts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.diagnostics import ToolError
from generator.diff.documents import load, split

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """One tenant as the tree has it: its objects, and the Argo CD objects that bring them to `server` and `namespace`."""

    tenant: str
    environment: str
    server: str
    namespace: str
    application: Object
    objects: tuple[Object, ...]
    argocd: tuple[Object, ...]


def files_of(paths: Iterable[str], only: Iterable[str]) -> dict[str, tuple[str, str]]:
    """By tenant, the file of its Argo CD objects and the one of its manifests; `only` limits it to some tenants."""
    chosen, known = set(only), set(paths)
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(known):
        parts = path.split("/")
        name = parts[-1].removesuffix(".yaml")
        manifests = f"tenants/{name}/manifests/manifests.yaml"
        if parts[0] == "argocd" and len(parts) == 4 and manifests in known and (not chosen or name in chosen):  # noqa: PLR2004
            found[name] = (path, manifests)
    return found


def expected(tenant: str, environment: str, argocd: bytes, manifests: bytes) -> Expected:
    """The tenant, read from its two files; ToolError where they are not as `quad render` writes them."""
    try:
        control = tuple(_documents(argocd, f"the Application of `{tenant}`"))
        application = next(body for body in control if body["kind"] == "Application")
        destination = application["spec"]["destination"]
        server, namespace = str(destination["server"]), str(destination["namespace"])
        objects = (*_documents(manifests, f"the tree of `{tenant}`"), *_namespace(application, namespace))
    except (KeyError, TypeError, StopIteration) as error:
        raise ToolError(f"the tree of `{tenant}` is not as `quad render` writes it", "render it again") from error
    return Expected(tenant, environment, server, namespace, application, objects, control)


def _documents(raw: bytes, where: str) -> list[Object]:
    """The objects but Secrets: those are never asked for, so that looking for drift needs no right to read them.

    KeyError or TypeError where one has no apiVersion, kind or name.
    """
    found = [body for part in split(raw) if (body := load(part, where))]
    ids = [(body["apiVersion"], body["kind"], body["metadata"]["name"]) for body in found]
    return [body for body, (version, kind, _) in zip(found, ids, strict=True) if (version, kind) != ("v1", "Secret")]


def _namespace(application: Object, name: str) -> Iterator[Object]:
    """The namespace that Argo CD makes, with the labels that hold the pods to a standard."""
    policy = application["spec"].get("syncPolicy", {})
    if "CreateNamespace=true" in policy.get("syncOptions", []):
        metadata = policy.get("managedNamespaceMetadata", {})
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **metadata}}
