"""The Kubernetes API over plain HTTPS: a dozen verbs on dictionaries, and no client library."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

Object = dict[str, Any]
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
NOT_FOUND = 404


class KubeError(AssertionError):
    """The API server said no."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message


@dataclass
class Kube:
    """One cluster, as its administrator."""

    port: int
    token: str = field(repr=False)
    kinds: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict, repr=False)
    local: threading.local = field(default_factory=threading.local, repr=False)

    def call(self, verb: str, path: str, body: object = None, kind: str = "application/json") -> tuple[Any, list[str]]:
        """One request: the answer, and the warnings that came with it."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "Content-Type": kind}
        try:
            answer, text = self._exchange(verb, path, data, headers)
        except (OSError, http.client.HTTPException):  # the server closed a connection that had been idle
            self.close()
            answer, text = self._exchange(verb, path, data, headers)
        said = [value for name, value in answer.getheaders() if name.lower() == "warning"]
        warnings = [value.partition('"')[2].rstrip('"').replace('\\"', '"') for value in said]
        if answer.status >= http.client.BAD_REQUEST:
            try:
                status = json.loads(text)
            except ValueError:
                status = {"message": text.decode(errors="replace")}
            raise KubeError(answer.status, str(status.get("reason", "")), str(status.get("message", "")))
        return (json.loads(text) if text[:1] in {b"{", b"["} else text.decode()), warnings

    def _exchange(
        self, verb: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = self._connection()
        connection.request(verb, path, body=data, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read()

    def _connection(self) -> http.client.HTTPSConnection:
        if getattr(self.local, "connection", None) is None:
            # The API server makes its own certificate at each start, and both ends are on this machine's loopback.
            context = ssl._create_unverified_context()
            self.local.connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)
        connection: http.client.HTTPSConnection = self.local.connection
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self.local, "connection", None) is not None:
            self.local.connection.close()
            self.local.connection = None

    def path(self, version: str, kind: str, namespace: str | None = None, name: str | None = None) -> str:
        """Where objects of a kind are, as discovery says."""
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if (version, kind) not in self.kinds:
            found, _ = self.call("GET", root)
            for each in found["resources"]:
                if "/" not in each["name"]:
                    self.kinds[version, each["kind"]] = (each["name"], each["namespaced"])
        if (version, kind) not in self.kinds:  # its group is served, and the kind not yet
            raise KubeError(404, "NotFound", f"{version} has no {kind}")
        plural, namespaced = self.kinds[version, kind]
        middle = f"/namespaces/{namespace}" if namespaced and namespace else ""
        return f"{root}{middle}/{plural}" + (f"/{quote(name)}" if name else "")

    def get(self, version: str, kind: str, namespace: str | None, name: str) -> Object:
        """One object, which must be there."""
        found: Object = self.call("GET", self.path(version, kind, namespace, name))[0]
        return found

    def find(self, version: str, kind: str, namespace: str | None, name: str) -> Object | None:
        """One object, or None."""
        try:
            return self.get(version, kind, namespace, name)
        except KubeError as error:
            if error.code == NOT_FOUND:
                return None
            raise

    def all(self, version: str, kind: str, namespace: str | None = None, **query: str) -> list[Object]:
        """All objects of a kind, of one namespace or of all."""
        suffix = f"?{urlencode(query)}" if query else ""
        found: list[Object] = self.call("GET", self.path(version, kind, namespace) + suffix)[0]["items"]
        return found

    def create(self, body: Object) -> Object:
        """A new object."""
        meta = body["metadata"]
        made: Object = self.call("POST", self.path(body["apiVersion"], body["kind"], meta.get("namespace")), body)[0]
        return made

    def apply(self, body: Object, manager: str = "e2e", **query: str) -> list[str]:
        """Server-side apply; the warnings."""
        meta = body["metadata"]
        path = self.path(body["apiVersion"], body["kind"], meta.get("namespace"), meta["name"])
        options = urlencode({"fieldManager": manager, "force": "true", **query})
        return self.call("PATCH", f"{path}?{options}", body, APPLY)[1]

    def patch(self, body: Object, change: object, subresource: str = "", kind: str = MERGE) -> Object:
        """Change part of an object, or of its status."""
        meta = body["metadata"]
        path = self.path(body["apiVersion"], body["kind"], meta.get("namespace"), meta["name"])
        changed: Object = self.call("PATCH", f"{path}{subresource}", change, kind)[0]
        return changed

    def delete(self, version: str, kind: str, namespace: str | None, name: str) -> None:
        """Delete an object; one that is gone is well."""
        try:
            self.call("DELETE", self.path(version, kind, namespace, name))
        except KubeError as error:
            if error.code != NOT_FOUND:
                raise


def conditions(body: Object) -> dict[str, Object]:
    """The conditions of a status, by type."""
    return {each["type"]: each for each in body.get("status", {}).get("conditions") or []}
