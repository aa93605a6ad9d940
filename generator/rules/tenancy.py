"""Tenancy closure: a tenant's objects stay in its namespace, and its AppProject lets nothing out.

Source: design, section 8; Argo CD, "Projects"; Kubernetes, "Multi-tenancy". What runs next door must be out of reach even
for a mistake in the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from generator.model import Manifest
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, items, mapping, walk

_CLUSTER_SCOPED = frozenset(
    """
    APIService CSIDriver CSINode CertificateSigningRequest CiliumClusterwideNetworkPolicy ClusterRole ClusterRoleBinding
    ComponentStatus CustomResourceDefinition DeviceClass FlowSchema GatewayClass IngressClass IPAddress
    MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node PersistentVolume
    PriorityClass PriorityLevelConfiguration RuntimeClass ServiceCIDR StorageClass StorageVersionMigration
    ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment
    VolumeAttributesClass VolumeSnapshotClass VolumeSnapshotContent
    """.split()  # noqa: SIM905  # a list of words is read as words
)
_OWN_NAMESPACE = {"group": "", "kind": "Namespace"}
_CLUSTER_SOMETHING = re.compile(r"^Cluster[A-Z]")
"""Operators name their cluster-scoped kinds so: ClusterIssuer, ClusterSecretStore, ClusterAnalysisTemplate."""


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every object that reaches out of the namespace; nothing where it is not known whose objects they are."""
    manifests = [manifest for manifest in manifests if manifest.namespace]
    projects = {manifest.name for manifest in manifests if _is(manifest, "argoproj.io", "AppProject")}
    for manifest in manifests:
        match manifest.group, manifest.kind:
            case "argoproj.io", "AppProject":
                yield from _bounds(manifest)
                if not _is_platform(manifest):
                    yield from _project(manifest)
            case "argoproj.io", "Application" if _is_platform(manifest):
                yield from _operator(manifest, manifests)
            case "argoproj.io", "Application":
                yield from _application(manifest, projects)
            case _:
                yield from _placed(manifest)
                yield from _reaching(manifest)


def _is(manifest: Manifest, group: str, kind: str) -> bool:
    return (manifest.group, manifest.kind) == (group, kind)


def _is_platform(manifest: Manifest) -> bool:
    """Whether it is what a cluster needs once: made with a root, which no tenant is, and named after no root."""
    return "." in manifest.tenant and manifest.name.startswith("platform.")


def _placed(manifest: Manifest) -> Iterator[Violation]:
    if manifest.kind in _CLUSTER_SCOPED or _CLUSTER_SOMETHING.match(manifest.kind):
        message = f"a {manifest.kind} belongs to the whole cluster"
        yield Violation(
            manifest, ("kind",), message, "a tenant has namespaced objects only; the platform installs the rest"
        )
    elif at(manifest.object, "metadata", "namespace") != manifest.namespace:
        message = "the object is not in the tenant's namespace"
        yield Violation(
            manifest, ("metadata", "namespace"), message, "leave the namespace to the compiled kustomization"
        )


def _reaching(manifest: Manifest) -> Iterator[Violation]:
    match manifest.group, manifest.kind:
        case "rbac.authorization.k8s.io", "RoleBinding":
            yield from _binding(manifest)
        case "networking.k8s.io", "Ingress":
            yield from _hosts(manifest)
        case "networking.k8s.io", "NetworkPolicy":
            yield from _network(manifest)
        case "", "Service":
            yield from _service(manifest)


def _binding(manifest: Manifest) -> Iterator[Violation]:
    if at(manifest.object, "roleRef", "kind") != "Role":
        message = "the role is not one of the namespace"
        yield Violation(manifest, ("roleRef", "kind"), message, "bind a Role of the tenant")
    for index, subject in enumerate(items(manifest.object.get("subjects"))):
        inside = subject.get("kind") == "ServiceAccount" and subject.get("namespace") == manifest.namespace
        if not inside:
            message = "the subject is not a ServiceAccount of the tenant"
            yield Violation(manifest, ("subjects", index), message, "bind a ServiceAccount of the tenant's namespace")


def _hosts(manifest: Manifest) -> Iterator[Violation]:
    for index, rule in enumerate(items(at(manifest.object, "spec", "rules"))):
        if not rule.get("host") or "*" in str(rule["host"]):
            message = "the rule takes requests for any host"
            yield Violation(manifest, ("spec", "rules", index, "host"), message, "name one host")
    for path, host in walk(manifest.object, ("spec", "tls", "*", "hosts", "*")):
        if "*" in str(host):
            yield Violation(manifest, path, "the certificate is for any host", "name one host")
    if at(manifest.object, "spec", "defaultBackend") is not None:
        yield Violation(
            manifest, ("spec", "defaultBackend"), "a default backend takes requests for any host", "use rules"
        )


def _network(manifest: Manifest) -> Iterator[Violation]:
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for path, peer in walk(manifest.object, ("spec", direction, "*", peers, "*")):
            selector = mapping(peer).get("namespaceSelector", "none")
            if selector is None or (isinstance(selector, Mapping) and not any(selector.values())):
                where = (*path, "namespaceSelector")
                yield Violation(
                    manifest, where, "an empty selector means every namespace", "select one by its name's label"
                )
    for index, rule in enumerate(items(at(manifest.object, "spec", "ingress"))):
        if not rule.get("from"):
            where = ("spec", "ingress", index, "from")
            yield Violation(manifest, where, "the rule admits every namespace and address", "say who may connect")


def _service(manifest: Manifest) -> Iterator[Violation]:
    if at(manifest.object, "spec", "externalIPs"):
        message = "external addresses can take traffic that is meant for others"
        yield Violation(manifest, ("spec", "externalIPs"), message, "remove them")


def _project(manifest: Manifest) -> Iterator[Violation]:
    spec = mapping(manifest.object.get("spec"))
    destinations = items(spec.get("destinations"))
    namespaces = [destination.get("namespace") for destination in destinations]
    if namespaces != [manifest.namespace]:
        message = "the destinations are not exactly the tenant's namespace"
        yield Violation(manifest, ("spec", "destinations"), message, "list that one namespace on one cluster")
    if any(allowed != _OWN_NAMESPACE for allowed in items(spec.get("clusterResourceWhitelist"))):
        message = "the tenant may have objects of the whole cluster"
        help = "allow the kind Namespace alone, which CreateNamespace=true asks for"
        yield Violation(manifest, ("spec", "clusterResourceWhitelist"), message, help)


def _bounds(manifest: Manifest) -> Iterator[Violation]:
    """What holds of every project: clusters and repositories by name."""
    spec = mapping(manifest.object.get("spec"))
    for index, destination in enumerate(items(spec.get("destinations"))):
        for field in ("server", "name"):
            if "*" in str(destination.get(field, "")):
                where = ("spec", "destinations", index, field)
                yield Violation(manifest, where, "the destination is any cluster", "name one cluster")
    if not spec.get("sourceRepos"):
        yield Violation(manifest, ("spec", "sourceRepos"), "no repository is named", "name the fleet's repository")
    for index, repository in enumerate(spec.get("sourceRepos") or []):
        if "*" in str(repository):
            yield Violation(
                manifest, ("spec", "sourceRepos", index), "any repository may be deployed", "name one repository"
            )


def _operator(manifest: Manifest, manifests: Sequence[Manifest]) -> Iterator[Violation]:
    """An Application of the platform: within its own project, which names its source and its namespace."""
    name = at(manifest.object, "spec", "project")
    found = [each for each in manifests if _is(each, "argoproj.io", "AppProject") and each.name == name]
    if not found or not _is_platform(found[0]):
        message = "the project is not the platform's AppProject"
        yield Violation(manifest, ("spec", "project"), message, "name that AppProject")
        return
    spec = mapping(found[0].object.get("spec"))
    if mapping(at(manifest.object, "spec", "destination")) not in items(spec.get("destinations")):
        message = "the destination is none of its project's"
        yield Violation(manifest, ("spec", "destination"), message, "add it to the project's destinations")
    if at(manifest.object, "spec", "source", "repoURL") not in (spec.get("sourceRepos") or ()):
        message = "the source is none of its project's"
        yield Violation(manifest, ("spec", "source", "repoURL"), message, "add it to the project's sourceRepos")


def _application(manifest: Manifest, projects: set[str]) -> Iterator[Violation]:
    if at(manifest.object, "spec", "destination", "namespace") != manifest.namespace:
        where = ("spec", "destination", "namespace")
        yield Violation(manifest, where, "the destination is not the tenant's namespace", "read it from the tenant")
    if at(manifest.object, "spec", "project") not in projects:
        yield Violation(
            manifest, ("spec", "project"), "the project is not the tenant's AppProject", "name that AppProject"
        )
