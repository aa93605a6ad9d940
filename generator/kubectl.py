"""A cluster as `kubectl get` shows it: kubeconfig, contexts and plugins for signing in are kubectl's own business.

One of the three files that start a program. It reads and never writes, and asks for no Secret.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.diagnostics import ToolError

Object = Mapping[str, Any]

IN_CLUSTER = "https://kubernetes.default.svc"
"""How Argo CD, and every pod, calls the cluster it runs in."""
TIMEOUT_SECONDS = 120
_UNSERVED = re.compile(r"""the server doesn't have a resource type "([^"]+)" in group "([^"]*)\"""")
_UNREACHABLE = re.compile(
    r"connection to the server|unable to connect|dial tcp|timed out|timeout|no such host", re.IGNORECASE
)
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind as the API server is asked for it, in one version."""

    group: str
    version: str
    kind: str

    @property
    def argument(self) -> str:
        """`Deployment.v1.apps`; the core group is the empty name after the last dot."""
        return f"{self.kind}.{self.version}.{self.group}"


def kind_of(body: Object) -> Kind:
    """The kind and version of an object."""
    group, _, version = str(body["apiVersion"]).rpartition("/")
    return Kind(group, version, str(body["kind"]))


def by_server(contexts: Mapping[str, str]) -> dict[str, str]:
    """The first context of each server; contexts are as `Kubectl.contexts` has them."""
    found: dict[str, str] = {}
    for name, server in contexts.items():
        found.setdefault(server.rstrip("/"), name)
    return found


def no_context(server: str, help: str) -> ToolError:
    """No context leads to the server, and a guess would ask the wrong cluster."""
    return ToolError(f"no context of the kubeconfig is for the server {server}", help)


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl with the kubeconfig it is to use; None is the user's own."""

    program: Path
    kubeconfig: Path | None = None

    def contexts(self) -> dict[str, str]:
        """The server of each context of the kubeconfig; credentials are not read."""
        config = json.loads(self._run(["config", "view", "-o", "json"]))
        servers = {each["name"]: each["cluster"].get("server", "") for each in config.get("clusters") or []}
        return {each["name"]: servers.get(each["context"].get("cluster"), "") for each in config.get("contexts") or []}

    def listed(self, context: str, namespace: str, kinds: Sequence[Kind]) -> list[Object]:
        """All objects of the kinds in the namespace; a kind that the server does not know has none."""
        left = sorted(kinds, key=lambda kind: kind.argument)
        while left:
            arguments = ["get", "--namespace", namespace, ",".join(kind.argument for kind in left), "-o", "json"]
            code, out, complaint = self._attempt(arguments, context)
            if code == 0:
                return _items(out)
            unserved = {f"{name}.{group}" for name, group in _UNSERVED.findall(complaint)}
            known = [kind for kind in left if kind.argument not in unserved]
            if len(known) == len(left):
                raise _failed(complaint)
            left = known
        return []

    def named(self, context: str, namespace: str, names: Sequence[tuple[Kind, str]]) -> list[Object]:
        """Those of the objects that are there; cluster-scoped ones may be among them."""
        wanted = [f"{kind.argument}/{name}" for kind, name in names]
        return _items(
            self._run(["get", "--namespace", namespace, "--ignore-not-found", "-o", "json", *wanted], context)
        )

    def raw(self, context: str, path: str) -> Any:
        """What the server answers at a path; None where it has none."""
        code, out, complaint = self._attempt(["get", "--raw", path], context)
        if code and "(NotFound)" in complaint:
            return None
        if code:
            raise _failed(complaint)
        return json.loads(out)

    def _run(self, arguments: Sequence[str], context: str = "") -> bytes:
        code, out, complaint = self._attempt(arguments, context)
        if code:
            raise _failed(complaint)
        return out

    def _attempt(self, arguments: Sequence[str], context: str) -> tuple[int, bytes, str]:
        chosen = [f"--kubeconfig={self.kubeconfig}"] if self.kubeconfig else []
        chosen += [f"--context={context}"] if context else []
        command = [str(self.program), *chosen, "--request-timeout=60s", *arguments]
        environment = {**os.environ, "LC_ALL": "C", "KUBERC": "off"}
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                env=environment,
                stdin=subprocess.DEVNULL,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except OSError as error:
            raise ToolError(f"cannot start {self.program.name}: {error.strerror}", "run `make setup` again") from error
        except subprocess.TimeoutExpired as error:
            where = f" with context `{context}`" if context else ""
            raise ToolError(f"kubectl{where} did not end within {TIMEOUT_SECONDS} seconds") from error
        return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace").strip()


def _items(out: bytes) -> list[Object]:
    """The objects of a List, or the one object that kubectl prints alone; nothing for nothing."""
    body: dict[str, Any] = json.loads(out) if out.strip() else {"items": []}
    found: list[Object] = body.get("items", [body])
    return found


def _failed(complaint: str) -> ToolError:
    """What kubectl said last, without the log lines before them, and what may help."""
    lines = [line for line in complaint.splitlines() if line.strip() and not re.match(r"[IWE]\d{4} ", line)]
    text = "; ".join(line.removeprefix("error: ").removeprefix("Error from server ") for line in lines[-_MOST_LINES:])
    help = ""
    if "(Forbidden)" in complaint:
        help = "`get` and `list` of the kinds in the tree and `get` of namespaces are needed; of Secrets, nothing"
    elif "(Unauthorized)" in complaint or "must be logged in" in complaint:
        help = "sign in to the cluster again"
    elif _UNREACHABLE.search(complaint):
        help = "is the cluster reachable from here? `kubectl get namespaces` with the same context shows it"
    return ToolError(f"kubectl: {text or 'it failed without a word'}", help)
