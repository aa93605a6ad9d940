"""What pods refer to: ConfigMaps, Secrets and their keys, claims, ServiceAccounts, and volumes by their mounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.pods import Template
from generator.rules.references.inventory import Inventory
from generator.rules.references.names import missing
from generator.rules.violation import Violation
from generator.rules.walk import at, items, mapping, walk
from generator.source import Path

_ENV = [
    (f"{containers}.*.{path}", kind)
    for containers in ("initContainers", "containers", "ephemeralContainers")
    for path, kind in (
        ("env.*.valueFrom.configMapKeyRef.name", "ConfigMap"),
        ("env.*.valueFrom.secretKeyRef.name", "Secret"),
        ("envFrom.*.configMapRef.name", "ConfigMap"),
        ("envFrom.*.secretRef.name", "Secret"),
    )
]
_NAMES = (
    *_ENV,
    ("volumes.*.configMap.name", "ConfigMap"),
    ("volumes.*.secret.secretName", "Secret"),
    ("volumes.*.persistentVolumeClaim.claimName", "PersistentVolumeClaim"),
    ("volumes.*.projected.sources.*.configMap.name", "ConfigMap"),
    ("volumes.*.projected.sources.*.secret.name", "Secret"),
    ("volumes.*.csi.nodePublishSecretRef.name", "Secret"),
    ("imagePullSecrets.*.name", "Secret"),
    ("serviceAccountName", "ServiceAccount"),
)
"""Where a pod spec names an object, and of which kind."""


def find(known: Inventory) -> Iterator[Violation]:
    """Every reference of a pod that meets nothing."""
    for template in known.templates:
        yield from _names(known, template)
        yield from _mounts(template)


def _names(known: Inventory, template: Template) -> Iterator[Violation]:
    for pattern, kind in _NAMES:
        for path, name in walk(template.spec, pattern.split(".")):
            parent = mapping(at(template.spec, *path[:-1]))
            if parent.get("optional") is True and kind in ("ConfigMap", "Secret"):
                continue
            if not known.has(template.manifest, kind, str(name)):
                yield missing(template.manifest, (*template.path, "spec", *path), kind, str(name))
            elif kind in ("ConfigMap", "Secret"):
                yield from _keys(known, template, path[:-1], parent, kind, str(name))


def _keys(
    known: Inventory, template: Template, path: Path, parent: Mapping[str, Any], kind: str, name: str
) -> Iterator[Violation]:
    """The keys that a reference picks out."""
    keys = known.known.get((kind, name))
    if keys is None:
        return
    picked = [((*path, "key"), parent["key"])] if "key" in parent else []
    picked += [
        ((*path, "items", index, "key"), item.get("key")) for index, item in enumerate(items(parent.get("items")))
    ]
    for place, key in picked:
        if key not in keys:
            yield template.violation(place, f"the {kind} `{name}` has no key `{key}`", "correct the key or add it")


def _mounts(template: Template) -> Iterator[Violation]:
    claims = [
        name for _, name in walk(template.manifest.object, ("spec", "volumeClaimTemplates", "*", "metadata", "name"))
    ]
    volumes = {volume.get("name") for volume in items(template.spec.get("volumes"))} | set(claims)
    for container in template.containers:
        for field in ("volumeMounts", "volumeDevices"):
            for index, mount in enumerate(items(container.body.get(field))):
                if mount.get("name") not in volumes:
                    message = f"the pod has no volume `{mount.get('name')}`"
                    yield Violation(
                        template.manifest, (*container.path, field, index, "name"), message, "add the volume"
                    )
