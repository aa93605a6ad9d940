"""A Job that runs once is a plain Job that nothing starts again, and no hook stands before an upgrade as its gate.

Source: design, section 7. Argo CD deletes and makes a hook anew at each sync and leaves hooks out of a selective one; Kubernetes
removes a Job with `ttlSecondsAfterFinished`, whereupon Argo CD makes it anew; a pod that is tried again upgrades again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.violation import Context, Violation
from generator.rules.walk import at

RUNS = "quadrangle.dev/runs"
_ANNOTATIONS = ("metadata", "annotations")
HOOK, OPTIONS = "argocd.argoproj.io/hook", "argocd.argoproj.io/sync-options"


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every Job that is to run once and might run twice, and every Job that is a PreSync hook."""
    for job in manifests:
        if (job.group, job.kind) != ("batch", "Job"):
            continue
        if is_once(job):
            yield from _again(job)
        elif "PreSync" in str(at(job.object, *_ANNOTATIONS, HOOK)).split(","):
            message = "a PreSync hook runs at every sync, and a selective sync leaves it out: it is no gate"
            yield Violation(job, (*_ANNOTATIONS, HOOK), message, "make it a plain Job in a sync wave before the others")


def is_once(manifest: Manifest) -> bool:
    """Whether the object says that it runs once."""
    return bool(at(manifest.object, *_ANNOTATIONS, RUNS) == "once")


def _again(job: Manifest) -> Iterator[Violation]:
    options = str(at(job.object, *_ANNOTATIONS, OPTIONS))
    if at(job.object, *_ANNOTATIONS, HOOK) is not None:
        message, help = "a hook is made anew at every sync", "make it a plain Job in a sync wave"
        yield Violation(job, (*_ANNOTATIONS, HOOK), message, help)
    if "Force=true" in options or "Replace=true" in options:
        message, help = (
            "with these options Argo CD ends a Job that runs and makes it anew",
            "take Force and Replace out",
        )
        yield Violation(job, (*_ANNOTATIONS, OPTIONS), message, help)
    if at(job.object, "spec", "ttlSecondsAfterFinished") is not None:
        message, help = "once it is removed, Argo CD makes it anew", "take it out: the Job stays as the record"
        yield Violation(job, ("spec", "ttlSecondsAfterFinished"), message, help)
    if at(job.object, "spec", "backoffLimit") != 0:
        yield Violation(job, ("spec", "backoffLimit"), "a pod that fails is tried again", "say `backoffLimit: 0`")
    if at(job.object, "spec", "template", "spec", "restartPolicy") != "Never":
        path = ("spec", "template", "spec", "restartPolicy")
        yield Violation(job, path, "a container that fails is started again", "say `restartPolicy: Never`")
    if at(job.object, "spec", "activeDeadlineSeconds") is not None:
        message, help = (
            "an upgrade is killed half-way when the seconds are over",
            "take it out; an alert tells who waits",
        )
        yield Violation(job, ("spec", "activeDeadlineSeconds"), message, help)
