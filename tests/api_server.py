"""As much of a Kubernetes API server as `kubectl get` asks for: discovery, lists, single objects and refusals, read from data."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Object = Mapping[str, Any]
CLUSTER_SCOPED = {"ClusterIssuer", "ClusterSecretStore", "IngressClass", "Namespace", "PriorityClass", "StorageClass"}


@dataclass
class ApiServer:
    """What lives, what is refused, and what was asked: verb and path."""

    objects: Sequence[Object]
    forbidden: frozenset[str] = frozenset()
    minor: str = "34"
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, Any]:
        parts = path.strip("/").split("/")
        kinds = sorted({(str(body["apiVersion"]), str(body["kind"])) for body in self.objects})
        if path == "/version":
            return 200, {"major": "1", "minor": self.minor}
        if path == "/api":
            return 200, {"kind": "APIVersions", "versions": ["v1"]}
        if path == "/apis":
            return 200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups(kinds)}
        version = "/".join(parts[1:2] if parts[0] == "api" else parts[1:3])
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        if not rest:
            resources = [resource(kind) for known, kind in kinds if known == version]
            return 200, {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}
        namespace = rest[1] if rest[0] == "namespaces" and len(rest) > 2 else ""
        plural, *name = rest[2:] if namespace else rest
        if plural in self.forbidden:
            return refusal(403, "Forbidden", f'{plural} is forbidden: User "reader" cannot list resource "{plural}"')
        found = [body for body in self.objects if body["apiVersion"] == version and plural_of(body["kind"]) == plural]
        found = [body for body in found if body["metadata"].get("namespace", "") == namespace]
        if name:
            named = [body for body in found if body["metadata"]["name"] == name[0]]
            return (200, named[0]) if named else refusal(404, "NotFound", f'{plural} "{name[0]}" not found')
        return 200, {"kind": "List", "apiVersion": "v1", "metadata": {}, "items": found}


def refusal(code: int, reason: str, message: str) -> tuple[int, Any]:
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message}
    return code, {**body, "code": code}


def plural_of(kind: str) -> str:
    return f"{kind.lower()[:-1]}ies" if kind.endswith("y") else f"{kind.lower()}s"


def resource(kind: str) -> Object:
    return {
        "name": plural_of(kind),
        "singularName": kind.lower(),
        "namespaced": kind not in CLUSTER_SCOPED,
        "kind": kind,
        "verbs": ["get", "list"],
    }


def groups(kinds: Sequence[tuple[str, str]]) -> list[Object]:
    found: dict[str, list[Object]] = {}
    for version in sorted({version for version, _ in kinds if "/" in version}):
        group, _, short = version.partition("/")
        found.setdefault(group, []).append({"groupVersion": version, "version": short})
    return [{"name": name, "versions": versions, "preferredVersion": versions[0]} for name, versions in found.items()]


@contextmanager
def serving(server: ApiServer, folder: Path, contexts: Mapping[str, str] | None = None) -> Iterator[Path]:
    """Serve on a free port of loopback; the kubeconfig has the context `here`, and more with servers of any name."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            server.asked.append(path)
            code, body = server.answer(path)
            raw = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield kubeconfig(folder, {"here": f"http://127.0.0.1:{httpd.server_port}", **(contexts or {})})
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def kubeconfig(folder: Path, contexts: Mapping[str, str]) -> Path:
    file = folder / "kubeconfig"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server}} for name, server in contexts.items()],
        "users": [{"name": "reader", "user": {}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "reader"}} for name in contexts],
    }
    file.write_text(json.dumps(config), encoding="utf-8")
    return file
