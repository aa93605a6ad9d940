"""Features whose every knob goes to a place that some rule looks at, and tenants that say all that a rule may tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from generator.source import dump
from generator.staging import write

DATA = Path(__file__).parent / "verdicts"
ITEMS = (
    ("alpha", "side"),
    ("side", "zeta"),
    ("alpha", "zebra"),
    ("gamma", "zeta"),
    ("gamma",),
    ("a.b", "alpha", "zeta"),
)
POD = "spec.template.spec"
MAIN = f"{POD}.containers.0"
LONG = "p-a-name-that-is-so-long-that-nobody-would-ever-write-it-but-somebody-does-in-the-end-since-it-is-allowed-to-be"
RANDOM = "A1b2C3d4E5f6G7h8J9k0L1m2N3o4P5q6R7s8T9u0"


@dataclass(frozen=True, slots=True)
class Knob:
    """The values that tenants give it, the code of the rule that tells them apart, and where it goes: kind, name, fields."""

    code: str
    values: tuple[str | int, ...]
    kind: str
    name: str
    fields: tuple[str, ...]
    part: tuple[str, int] | None = None
    """The delimiter and the index where it is one part of a text."""


# The first value is what tenants have who say nothing; with those alone no rule finds anything.
KNOBS: Mapping[str, Knob] = {
    "variable": Knob("secret-material", ("NAME", "MY_TOKEN", "OTHER"), "Deployment", "p-web", (f"{MAIN}.env.0.name",)),
    "profile": Knob(
        "pod-security",
        ("RuntimeDefault", "Unconfined", "Localhost"),
        "Deployment",
        "p-web",
        (f"{POD}.securityContext.seccompProfile.type",),
    ),
    "sysctl": Knob(
        "pod-security",
        ("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "kernel.msgmax"),
        "Deployment",
        "p-web",
        (f"{POD}.securityContext.sysctls.0.name",),
    ),
    "capability": Knob(
        "pod-security",
        ("NET_BIND_SERVICE", "SYS_ADMIN"),
        "Deployment",
        "p-web",
        (f"{MAIN}.securityContext.capabilities.add.0",),
    ),
    "apparmor": Knob(
        "pod-security",
        ("localhost/own", "localhost", "unconfined", "runtime/default"),
        "Deployment",
        "p-web",
        ("spec.template.metadata.annotations.[container.apparmor.security.beta.kubernetes.io/main]",),
    ),
    "user": Knob("pod-security", (33, 0, 34), "Deployment", "p-web", (f"{POD}.securityContext.runAsUser",)),
    "image": Knob(
        "image-digest",
        (f"a.b/x@sha256:{'1' * 64}", "registry.example.edu/x:latest", "x:latest", "x"),
        "Deployment",
        "p-web",
        (f"{MAIN}.image",),
    ),
    "request": Knob(
        "resources", ("128Mi", "1Gi", "2Gi", "1024Mi"), "Deployment", "p-web", (f"{MAIN}.resources.requests.memory",)
    ),
    "alive": Knob("probes", ("1", "2", "5m", "word"), "Deployment", "p-web", (f"{MAIN}.livenessProbe.exec.command.1",)),
    "ready": Knob(
        "probes", ("2", "1", "5m", "word"), "Deployment", "p-web", (f"{MAIN}.readinessProbe.exec.command.1",)
    ),
    "key": Knob(
        "reference", ("one", "two", "three"), "Deployment", "p-web", (f"{MAIN}.env.1.valueFrom.configMapKeyRef.key",)
    ),
    "secret": Knob(
        "reference",
        ("moodle", "p-secret", "p-cluster-zeta-app", "p-cluster-gamma-app", "p-cluster-alpha-app"),
        "Deployment",
        "p-web",
        (f"{MAIN}.env.2.valueFrom.secretKeyRef.name",),
    ),
    "account": Knob(
        "reference", ("moodle", "default", "nobody"), "Deployment", "p-web", (f"{POD}.serviceAccountName",)
    ),
    "mount": Knob("reference", ("tmp", "named", "nothing"), "Deployment", "p-web", (f"{MAIN}.volumeMounts.0.name",)),
    "map": Knob(
        "reference",
        ("p-data", "kube-root-ca.crt", "p-missing"),
        "Deployment",
        "p-web",
        (f"{POD}.volumes.1.configMap.name",),
    ),
    "long": Knob("reference", (LONG, f"{LONG}x"), "Deployment", "p-web", (f"{POD}.volumes.2.configMap.name",)),
    "digits": Knob(
        "reference", ("p-secret", "5m", "7m"), "Deployment", "p-web", (f"{POD}.volumes.3.secret.secretName",)
    ),
    "port": Knob("kubernetes-schema", (8081, 8080, 9), "Deployment", "p-web", (f"{MAIN}.ports.1.containerPort",)),
    "label": Knob("reference", ("p-web", "other"), "Deployment", "p-web", ("spec.template.metadata.labels.app",)),
    "named": Knob("reference", ("p-secret", "5m", "7m"), "ExternalSecret", "p-secret", ("spec.target.name",)),
    "value": Knob("secret-material", ("name", RANDOM, "Abc d", "/run/x"), "ConfigMap", "p-data", ("data.THE_TOKEN",)),
    "middle": Knob("secret-material", ("a/b", "pass", "p w"), "ConfigMap", "p-data", ("data.url",), ("|", 1)),
    "tail": Knob("secret-material", ("short", RANDOM, "word"), "ConfigMap", "p-data", ("data.joined",), ("_", 1)),
    "protocol": Knob("reference", ("TCP", "UDP"), "Service", "p-web", ("spec.ports.0.protocol",)),
    "target": Knob("reference", (8080, 8081, 9, 80), "Service", "p-web", ("spec.ports.0.targetPort",)),
    "selector": Knob("reference", ("p-web", "other", "third"), "Service", "p-web", ("spec.selector.app",)),
    "host": Knob("tenancy", ("a.example.org", "*.example.org"), "Ingress", "p-web", ("spec.rules.0.host",)),
    "backend": Knob(
        "reference", (80, 443), "Ingress", "p-web", ("spec.rules.0.http.paths.0.backend.service.port.number",)
    ),
    "store": Knob(
        "reference",
        ("ClusterSecretStore", "SecretStore", "ClusterOther"),
        "ExternalSecret",
        "p-secret",
        ("spec.secretStoreRef.kind",),
    ),
    "policy": Knob(
        "custom-resource", ("Periodic", "Sometimes", "OnChange"), "ExternalSecret", "p-secret", ("spec.refreshPolicy",)
    ),
    "subject": Knob(
        "tenancy",
        ("", "elsewhere", "moodle-a0", "6m", "12m", "13m"),
        "RoleBinding",
        "p-role",
        ("subjects.0.namespace",),
    ),
    "subjectKind": Knob("tenancy", ("ServiceAccount", "User", "Group"), "RoleBinding", "p-role", ("subjects.0.kind",)),
    "health": Knob(
        "unmounted-claim",
        ("true", "false", "yes"),
        "PersistentVolumeClaim",
        "p-claim",
        ("metadata.annotations.[argocd.argoproj.io/ignore-healthcheck]",),
    ),
    "class": Knob(
        "unmounted-claim", ("p-found", "any", "p-claim"), "Cluster", "p-cluster", ("spec.storage.storageClass",)
    ),
    "instances": Knob("custom-resource", (1, 0, 3), "Cluster", "p-cluster", ("spec.instances",)),
    "finalizer": Knob(
        "custom-resource",
        ("example.org/a", "example.org/b", "example.org/c", "5m"),
        "Cluster",
        "p-cluster",
        ("metadata.finalizers.0",),
    ),
    "finalizerToo": Knob(
        "custom-resource",
        ("example.org/c", "example.org/a", "5m"),
        "Cluster",
        "p-cluster",
        ("metadata.finalizers.1",),
    ),
    "operator": Knob(
        "reference",
        ("In", "Other", "NotIn"),
        "NetworkPolicy",
        "p-selector",
        ("spec.podSelector.matchExpressions.0.operator",),
    ),
    "wanted": Knob(
        "reference",
        ("p-web", "no-app"),
        "NetworkPolicy",
        "p-selector",
        ("spec.podSelector.matchExpressions.0.values.0",),
    ),
    "delay": Knob(
        "blue-green", (300, 400, 60, 61), "Rollout", "p-rollout", ("spec.strategy.blueGreen.scaleDownDelaySeconds",)
    ),
    "options": Knob(
        "run-once",
        ("Prune=false", "Force=true", "Validate=false,Replace=true"),
        "Job",
        "p-job",
        ("metadata.annotations.[argocd.argoproj.io/sync-options]",),
    ),
}

DECLARING: Mapping[str, Knob] = {
    "declared": Knob(
        "reference",
        ("Secret/p-declared", "Secret/other Secret/p-declared", "Secret/other"),
        "Ingress",
        "p-tls",
        ("metadata.annotations.[quadrangle.dev/external]",),
    ),
    "tls": Knob("reference", ("p-declared", "other", "p-secret"), "Ingress", "p-tls", ("spec.tls.0.secretName",)),
}
"""In a feature of its own: where a value says what others make, every value counts, and tenants share no verdict."""

DERIVED = {"subject": {"function": "copy", "arguments": ["$.namespace"]}}
IN_ITEMS = "Cluster"
ITEM_KNOB = {
    "title": "Items",
    "description": "Names.",
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "title": "Item", "description": "A name.", "minLength": 1, "examples": ["side"]},
    "default": ["alpha", "zeta"],
    "examples": [["side"]],
}
NAMESPACES = {"6m": "6m", "12m": "14m"}
"""The namespace of a tenant whose `subject` this is: the same, or another that looks alike."""


def plant(root: Path) -> None:
    """Write the features into a repository's catalogue."""
    inside = {name: knob for name, knob in KNOBS.items() if knob.kind == IN_ITEMS}
    outside = {name: knob for name, knob in KNOBS.items() if knob.kind != IN_ITEMS}
    each = {
        "each/items/kustomization.yaml": dump(_component("planted", "Item", "spec.tenant", inside)),
        "each/items/objects.yaml": (DATA / "items.yaml").read_bytes(),
    }
    _feature(root, "planted", outside, inside, {"items": ITEM_KNOB}, each)
    _feature(root, "declaring", DECLARING, {}, {}, {})


def _feature(
    root: Path,
    feature: str,
    knobs: Mapping[str, Knob],
    others: Mapping[str, Knob],
    more: Mapping[str, Any],
    each: Mapping[str, bytes],
) -> None:
    names = {name: _told(name, knob) for name, knob in {**knobs, **others}.items()} | dict(more)
    schema = {
        "title": feature.title(),
        "description": "Faults that depend on values.",
        "type": "object",
        "additionalProperties": False,
        "required": list(names),
        "properties": names,
    }
    readme = f"# {feature}\n\n## What it gives\nFaults.\n\n<!-- knobs -->\n<!-- /knobs -->\n"
    files = {
        "schema.yaml": dump(schema),
        "kustomization.yaml": dump(_component(feature, "Tenant", "spec", knobs)),
        "objects.yaml": (DATA / f"{feature}.yaml").read_bytes(),
        "README.md": readme.encode(),
        "examples/minimal.yaml": b"{}\n",
        **each,
    }
    write(root / "overlays" / "features" / feature, files)


def _told(name: str, knob: Knob) -> dict[str, Any]:
    kind = "integer" if isinstance(knob.values[0], int) else "string"
    limits = {"minimum": 0} if kind == "integer" else {"minLength": 1}
    given = {"x-derive": DERIVED[name]} if name in DERIVED else {"default": knob.values[0]}
    told = {"title": name.title(), "description": "A value.", "type": kind, **limits, **given}
    return {**told, "examples": [knob.values[0]]}


def _component(feature: str, kind: str, prefix: str, knobs: Mapping[str, Knob]) -> dict[str, Any]:
    replacements = []
    for name, knob in knobs.items():
        target: dict[str, Any] = {"select": {"kind": knob.kind, "name": knob.name}, "fieldPaths": list(knob.fields)}
        if knob.part:
            target["options"] = {"delimiter": knob.part[0], "index": knob.part[1]}
        source = {"kind": kind, "fieldPath": f"{prefix}.features.{feature}.{name}"}
        replacements.append({"source": source, "targets": [target]})
    return {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "resources": ["objects.yaml"],
        "replacements": replacements,
    }


def single() -> list[tuple[str, Any]]:
    """Each value of each knob that is not the first."""
    values = [(name, value) for name, knob in {**KNOBS, **DECLARING}.items() for value in knob.values[1:]]
    return [*values, *(("items", list(items)) for items in ITEMS)]


def every() -> int:
    """How many tenants there must be for each value of each knob to occur."""
    return 1 + len(single())


def tenants(root: Path, number: int, seed: int) -> None:
    """Write tenants that are alike but for the knobs: the first as by default, then each value of each knob once, then any."""
    random = Random(seed)
    ones = single()
    for at in range(number):
        said = dict([ones[at - 1]] if 0 < at <= len(ones) else []) if at <= len(ones) else _many(random)
        namespace = NAMESPACES.get(said.get("subject", ""), "") if at <= len(ones) else ""
        data = {
            "name": f"a{at}",
            "displayName": f"A{at}",
            "host": f"a{at}.example.org",
            "namespace": namespace or f"moodle-a{at}",
            "features": {**_features(said), "white-label": {"hosts": [f"{name}{at}.example.net" for name in "ab"]}},
        }
        (root / "tenants" / "production" / f"a{at}.yaml").write_bytes(dump(data))


def _features(said: Mapping[str, Any]) -> dict[str, Any]:
    declaring = {name: value for name, value in said.items() if name in DECLARING}
    found = {"planted": {name: value for name, value in said.items() if name not in DECLARING}}
    return {**found, "declaring": declaring} if declaring else found


def _many(random: Random) -> dict[str, Any]:
    """A third of the knobs."""
    said: dict[str, Any] = {"items": list(random.choice(ITEMS))}
    for name, knob in {**KNOBS, **(DECLARING if random.random() < 1 / 4 else {})}.items():
        if random.random() < 1 / 3:
            said[name] = random.choice(knob.values[name in DERIVED :])
    return said
