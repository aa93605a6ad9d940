"""A claim must not hold back Argo CD's sync waves: a pod of its own wave, or of an earlier one, mounts it, or no wave follows.

Source: Kubernetes, "Volume Binding Mode": with WaitForFirstConsumer a claim stays Pending until a pod mounts it; Argo CD,
"Sync Phases and Waves": a wave begins when all before it is healthy, and a pending claim never is. `ignore-healthcheck` speaks of
the Application's health alone (argo-cd 3.2, controller/health.go), a sync waits nevertheless. Seen on a real control plane
(tests/e2e) with a suspended site, and with a cache that was made in the wave of the volumes for a Deployment of a later one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.kubernetes_schema import is_builtin_group
from generator.rules.pods import Template, templates
from generator.rules.run_once import HOOK
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, everything, mapping, walk

_IGNORED = "argocd.argoproj.io/ignore-healthcheck"
_WAVE = "argocd.argoproj.io/sync-wave"
_ANNOTATIONS = ("metadata", "annotations")
_ON_DEMAND = {("argoproj.io", "AnalysisTemplate"), ("", "PodTemplate")}
_NEVER = math.inf


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every claim that is bound too late, or never, for what waits for it."""
    claims = [manifest for manifest in manifests if (manifest.group, manifest.kind) == ("", "PersistentVolumeClaim")]
    if not claims:
        return
    last = max(_wave(manifest) for manifest in manifests)
    bound = _bound(manifests)
    later = {name for template in templates(manifests) if _runs(template) for name in _claims(template)}
    for claim in claims:
        own, when = _wave(claim), bound.get(claim.name, _NEVER)
        if when > own and own < last:
            what = _waited_for(when, claim.name in later)
            message = f"{what}, and Argo CD waits for it before it applies what comes after wave {own}"
            help = f"give it the last wave, {last}" if when == _NEVER else f"give it the wave {when}"
            yield Violation(claim, _ANNOTATIONS, message, help)
        elif when == _NEVER and claim.name not in later and at(claim.object, *_ANNOTATIONS, _IGNORED) != "true":
            message = "no pod mounts the claim, and the Application is never healthy"
            yield Violation(claim, _ANNOTATIONS, message, f'annotate it `{_IGNORED}: "true"`, or remove it')


def _waited_for(when: float, is_later: bool) -> str:
    if when != _NEVER:
        return f"no pod before wave {when} mounts the claim"
    return "no pod but a CronJob's mounts the claim" if is_later else "no pod mounts the claim"


def _bound(manifests: Sequence[Manifest]) -> dict[str, int]:
    """By claim the first wave of which a pod mounts it as soon as it is applied."""
    found: dict[str, int] = {}
    pairs = [
        *(
            (name, template.manifest)
            for template in templates(manifests)
            if _starts(template)
            for name in _claims(template)
        ),
        *_named(manifests),
    ]
    for name, manifest in pairs:
        found[name] = min(found.get(name, _wave(manifest)), _wave(manifest))
    return found


def _wave(manifest: Manifest) -> int:
    said = str(mapping(at(manifest.object, *_ANNOTATIONS)).get(_WAVE, "0"))
    return int(said) if said.lstrip("-").isdecimal() else 0


def _claims(template: Template) -> Iterator[str]:
    for _, name in walk(template.spec, ("volumes", "*", "persistentVolumeClaim", "claimName")):
        yield str(name)


def _starts(template: Template) -> bool:
    return _runs(template) and template.manifest.kind != "CronJob"


def _runs(template: Template) -> bool:
    manifest = template.manifest
    hook = str(at(manifest.object, *_ANNOTATIONS, HOOK) or "Sync")
    if (manifest.group, manifest.kind) in _ON_DEMAND or "Sync" not in map(str.strip, hook.split(",")):
        return False
    return at(manifest.object, "spec", "replicas") != 0 and at(manifest.object, "spec", "suspend") is not True


def _named(manifests: Sequence[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Every text in a custom resource that has no pod template: its operator may start a pod that mounts the claim it names."""
    with_pods = {id(template.manifest) for template in templates(manifests)}
    for manifest in manifests:
        if not is_builtin_group(manifest.kubernetes, manifest.group) and id(manifest) not in with_pods:
            for _, value in everything(manifest.object.get("spec")):
                if isinstance(value, str):
                    yield value, manifest
