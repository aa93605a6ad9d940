"""The operators that do not run here, played by one thread: what each would write, and no more."""

from __future__ import annotations

import base64
import secrets
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.e2e.kube import Kube, KubeError, Object, conditions

CLASSES = ("cephfs", "efs", "fast-ssd", "gp3", "local-path", "longhorn")
INGRESSES = ("nginx", "traefik")
READY = {
    ("cert-manager.io/v1", "Certificate"): ("Ready",),
    ("gateway.networking.k8s.io/v1", "Gateway"): ("Accepted", "Programmed"),
    ("keda.sh/v1alpha1", "ScaledObject"): ("Ready",),
    ("serving.knative.dev/v1", "Service"): ("ConfigurationsReady", "RoutesReady", "Ready"),
    ("serving.knative.dev/v1beta1", "DomainMapping"): ("Ready",),
    ("serving.kserve.io/v1beta1", "InferenceService"): ("PredictorReady", "Ready"),
}
"""By kind the conditions that its operator sets when all is well; Argo CD reads the health of most from them."""
PROVISIONER = "stand-in.quadrangle.dev"
NODE = "volume.kubernetes.io/selected-node"
# An object that went or changed meanwhile, and an API server that has just learnt a kind.
PASSING = (404, 409, 429)


@dataclass
class StandIn:
    """
    CloudNativePG (a Cluster becomes healthy), External Secrets (a Secret is made and its ExternalSecret is Ready), a CSI
    provisioner (a claim whose pod has a node gets a volume; all classes wait for their first consumer, the harder case), an
    ingress controller (an Ingress gets an address), and those in READY: cert-manager, KEDA, Knative, KServe and a Gateway's
    controller say that all is well. Every status is good and comes within a second.

    It cannot show: that a database, a secret store, a volume, a scaler, a model or a gateway really works, what these operators do
    when their input is refused, which keys a secret of `dataFrom` has, certificates of cert-manager, snapshots, failover or
    deletion of volumes.
    """

    kube: Kube
    errors: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Make the storage classes and the ingress class, and begin to play."""
        for name in CLASSES:
            body = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name}}
            rest = {
                "provisioner": PROVISIONER,
                "volumeBindingMode": "WaitForFirstConsumer",
                "allowVolumeExpansion": True,
            }
            self.kube.create({**body, **rest})
        # No attaching: a node of KWOK's could not.
        body = {"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": PROVISIONER}}
        self.kube.create({**body, "spec": {"attachRequired": False}})
        for name in INGRESSES:
            body = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": name}}
            self.kube.create({**body, "spec": {"controller": "e2e.quadrangle.dev/stand-in"}})
        self.thread = threading.Thread(target=self._run, name="stand-in operators", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Stop playing."""
        self.stopped.set()
        if self.thread:
            self.thread.join(30)

    def _run(self) -> None:
        plays: list[tuple[str, str, Callable[[Object], None]]] = [
            ("external-secrets.io/v1", "ExternalSecret", self.secret),
            ("postgresql.cnpg.io/v1", "Cluster", self.database),
            ("v1", "PersistentVolumeClaim", self.volume),
            ("networking.k8s.io/v1", "Ingress", self.address),
            ("gateway.networking.k8s.io/v1", "HTTPRoute", self.route),
            *((version, kind, self.ready) for version, kind in READY),
            ("serving.kserve.io/v1beta1", "InferenceService", self.mount),
        ]
        while not self.stopped.wait(0.5):
            for version, kind, play in plays:
                try:
                    for body in self.kube.all(version, kind):
                        play({"apiVersion": version, "kind": kind, **body})
                except KubeError as error:
                    if error.code not in PASSING:
                        self.errors.append(str(error))
                        time.sleep(1)
                except Exception:  # noqa: BLE001  a thread that dies in silence would look like a hanging cluster
                    self.errors.append(traceback.format_exc())
                    time.sleep(1)
        self.kube.close()

    def secret(self, body: Object) -> None:
        """External Secrets: the Secret with its keys, random values, and Ready."""
        if conditions(body).get("Ready") or body["metadata"].get("deletionTimestamp"):
            return
        meta, target = body["metadata"], body["spec"]["target"]
        keys = [each["secretKey"] for each in body["spec"].get("data", [])] or ["value"]
        owner = {"apiVersion": body["apiVersion"], "kind": body["kind"], "name": meta["name"], "uid": meta["uid"]}
        made = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": target["name"], "namespace": meta["namespace"], "ownerReferences": [owner]},
            "type": target.get("template", {}).get("type", "Opaque"),
            "data": {key: base64.b64encode(secrets.token_hex(12).encode()).decode() for key in keys},
        }
        if not self.kube.find("v1", "Secret", meta["namespace"], target["name"]):
            self.kube.create(made)
        ready = {**condition("Ready", "SecretSynced"), "message": "secret synced"}
        status = {"conditions": [ready], "refreshTime": now(), "syncedResourceVersion": f"{meta['generation']}-e2e"}
        self.kube.patch(body, {"status": status}, "/status")

    def database(self, body: Object) -> None:
        """CloudNativePG: a healthy cluster of as many instances as asked for."""
        wanted = body["spec"]["instances"]
        healthy = "Cluster in healthy state"
        if body.get("status", {}).get("phase") == healthy and body["status"].get("readyInstances") == wanted:
            return
        status = {"phase": healthy, "instances": wanted, "readyInstances": wanted}
        self.kube.patch(body, {"status": {**status, "conditions": [condition("Ready", "ClusterIsReady")]}}, "/status")

    def volume(self, body: Object) -> None:
        """A CSI provisioner: a volume for a claim whose first pod has been given a node; Kubernetes itself binds the two."""
        meta, spec = body["metadata"], body["spec"]
        if body["status"].get("phase") != "Pending" or NODE not in meta.get("annotations", {}):
            return
        name = f"pvc-{meta['uid']}"
        if self.kube.find("v1", "PersistentVolume", None, name):
            return
        claim = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": meta["namespace"],
            "name": meta["name"],
        }
        annotations = {"pv.kubernetes.io/provisioned-by": PROVISIONER}
        volume = {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "storageClassName": spec["storageClassName"],
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {**claim, "uid": meta["uid"]},
            "csi": {"driver": PROVISIONER, "volumeHandle": name},
        }
        meta = {"name": name, "annotations": annotations}
        self.kube.create({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": meta, "spec": volume})

    def address(self, body: Object) -> None:
        """An ingress controller: an address out of the block for documentation."""
        if not body["status"].get("loadBalancer", {}).get("ingress"):
            self.kube.patch(body, {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}, "/status")

    def ready(self, body: Object) -> None:
        """An operator of which Argo CD wants to know no more than its conditions."""
        wanted = READY[body["apiVersion"], body["kind"]]
        if any(conditions(body).get(kind, {}).get("status") != "True" for kind in wanted):
            self.kube.patch(body, {"status": {"conditions": [condition(kind, "Played") for kind in wanted]}}, "/status")

    def mount(self, body: Object) -> None:
        """KServe's pods, of which there are none: what they would mount gets a volume."""
        for volume in body["spec"]["predictor"].get("volumes", []):
            name = volume.get("persistentVolumeClaim", {}).get("claimName")
            claim = name and self.kube.find("v1", "PersistentVolumeClaim", body["metadata"]["namespace"], name)
            if claim and NODE not in claim["metadata"].get("annotations", {}):
                self.kube.patch(
                    {"apiVersion": "v1", "kind": "PersistentVolumeClaim", **claim},
                    {"metadata": {"annotations": {NODE: "node-a"}}},
                )

    def route(self, body: Object) -> None:
        """A Gateway's controller: each parent has taken the route."""
        if not body.get("status", {}).get("parents"):
            held = [condition("Accepted", "Accepted"), condition("ResolvedRefs", "ResolvedRefs")]
            parents = [
                {"parentRef": parent, "controllerName": "e2e.quadrangle.dev/stand-in", "conditions": held}
                for parent in body["spec"]["parentRefs"]
            ]
            self.kube.patch(body, {"status": {"parents": parents}}, "/status")


def now() -> str:
    """The time as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def condition(kind: str, reason: str) -> Object:
    """A condition that holds."""
    return {"type": kind, "status": "True", "reason": reason, "message": reason, "lastTransitionTime": now()}
