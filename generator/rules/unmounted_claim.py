"""A claim that no pod mounts must not hold back Argo CD's sync waves.

Source: Kubernetes, "Volume Binding Mode": with WaitForFirstConsumer a claim stays Pending until a pod mounts it; Argo CD,
"Sync Phases and Waves": a wave begins when all before it is healthy, and a pending claim never is. Seen with a suspended site
on a real control plane (tests/e2e).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.kubernetes_schema import is_builtin_group
from generator.rules.pods import Template, templates
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, everything, mapping, walk

_IGNORED = "argocd.argoproj.io/ignore-healthcheck"
_ON_DEMAND = {("argoproj.io", "AnalysisTemplate"), ("", "PodTemplate")}


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every claim that nothing running mounts and whose health Argo CD waits for."""
    claims = [manifest for manifest in manifests if (manifest.group, manifest.kind) == ("", "PersistentVolumeClaim")]
    if not claims:
        return
    mounted = _mounted(manifests) | _named(manifests)
    for claim in claims:
        annotations = mapping(at(claim.object, "metadata", "annotations"))
        if claim.name not in mounted and annotations.get(_IGNORED) != "true":
            message = "no pod mounts the claim, and Argo CD waits for ever until it is bound"
            help = f'annotate it `{_IGNORED}: "true"`, or remove it'
            yield Violation(claim, ("metadata", "annotations"), message, help)


def _mounted(manifests: Sequence[Manifest]) -> set[str]:
    return {
        str(name)
        for template in templates(manifests)
        if _runs(template)
        for _, name in walk(template.spec, ("volumes", "*", "persistentVolumeClaim", "claimName"))
    }


def _runs(template: Template) -> bool:
    manifest = template.manifest
    if (manifest.group, manifest.kind) in _ON_DEMAND:
        return False
    return at(manifest.object, "spec", "replicas") != 0 and at(manifest.object, "spec", "suspend") is not True


def _named(manifests: Sequence[Manifest]) -> set[str]:
    """Every text in a custom resource that has no pod template: its operator may start a pod that mounts the claim it names."""
    with_pods = {id(template.manifest) for template in templates(manifests)}
    return {
        value
        for manifest in manifests
        if not is_builtin_group(manifest.kubernetes, manifest.group) and id(manifest) not in with_pods
        for _, value in everything(manifest.object.get("spec"))
        if isinstance(value, str)
    }
