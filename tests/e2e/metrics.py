"""A metrics server that says every container uses a share of what it asks for, so that the real autoscaler can read."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.e2e.kube import Kube, Object
from tests.e2e.stand_in import now

VERSION = "metrics.k8s.io/v1beta1"
BUSY: set[str] = set()  # namespaces whose containers use all that they ask for
DISCOVERY = {
    "kind": "APIResourceList",
    "apiVersion": "v1",
    "groupVersion": VERSION,
    "resources": [
        {"name": "pods", "singularName": "", "namespaced": True, "kind": "PodMetrics", "verbs": ["get", "list"]}
    ],
}


@dataclass
class Metrics:
    """The server, and its registration with the API server."""

    kube: Kube
    port: int
    folder: Path
    server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Serve on loopback; the API server finds us by a Service that is only a name."""
        new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
        files = ["-keyout", "metrics.key", "-out", "metrics.crt"]
        subprocess.run(["openssl", *new, *files], cwd=self.folder, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "metrics.crt", self.folder / "metrics.key")
        kube = self.kube

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(answer(kube, self.path)).encode()
                kube.close()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing to say."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, name="metrics", daemon=True).start()
        meta = {"name": "metrics-server", "namespace": "kube-system"}
        spec: Object = {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": self.port}]}
        self.kube.create({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec})
        spec = {"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100}
        spec |= {"insecureSkipTLSVerify": True, "service": {**meta, "port": self.port}}
        meta = {"name": "v1beta1.metrics.k8s.io"}
        self.kube.create(
            {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": meta, "spec": spec}
        )

    def stop(self) -> None:
        """Stop serving."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()


def answer(kube: Kube, path: str) -> Object:
    """Discovery, or the use of the pods that a selector finds."""
    parts = urlsplit(path)
    if "/namespaces/" not in parts.path:
        return DISCOVERY
    namespace = parts.path.split("/namespaces/")[1].split("/")[0]
    selector = parse_qs(parts.query).get("labelSelector", [""])[0]
    pods = kube.all("v1", "Pod", namespace, labelSelector=selector)
    return {"kind": "PodMetricsList", "apiVersion": VERSION, "metadata": {}, "items": [usage(each) for each in pods]}


def usage(pod: Object) -> Object:
    """What each container uses."""
    containers = [
        {
            "name": each["name"],
            "usage": {name: share(value, pod["metadata"]["namespace"]) for name, value in requests(each).items()},
        }
        for each in pod["spec"]["containers"]
    ]
    meta = {key: pod["metadata"][key] for key in ("name", "namespace", "labels")}
    return {"metadata": meta, "timestamp": now(), "window": "15s", "containers": containers}


def requests(container: Object) -> dict[str, str]:
    """What a container asks for."""
    wanted: dict[str, str] = container.get("resources", {}).get("requests", {})
    return {name: value for name, value in wanted.items() if name in {"cpu", "memory"}}


def share(quantity: str, namespace: str) -> str:
    """Half a quantity, or all of it, in thousandths of what it counts in, or in bytes."""
    part = 1.0 if namespace in BUSY else 0.5
    for suffix, factor in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10), ("m", 0)):
        if quantity.endswith(suffix):
            number = float(quantity.removesuffix(suffix))
            return str(int(number * factor * part)) if factor else f"{int(number * part)}m"
    return f"{int(float(quantity) * 1000 * part)}m"
