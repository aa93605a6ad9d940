"""What is known of a rehearsal from outside the input: whose clone a tenant was, by git; how its upgrade went, by the clusters."""

from __future__ import annotations

from pathlib import Path

from generator import git
from generator.kubectl import IN_CLUSTER, Kind, Kubectl, Object, by_server, no_context
from generator.model import Fleet, Tenant
from generator.restoring import CLONE
from generator.soaking import at_commit, health, revisions

JOB = Kind("batch", "v1", "Job")


def origin_of(root: Path, clone: Tenant) -> str:
    """The tenant that this one was last made a clone of, by the commits of its file; empty where none shows it."""
    path = clone.document.path
    if not git.is_repository(root) or git.resolve(root, "HEAD") is None:
        return ""
    for commit, _ in revisions(root, path):
        document = at_commit(root, commit, path)
        if document and isinstance(document.data, dict) and isinstance(block := document.data.get(CLONE), dict):
            return str(block.get("from", ""))
    return ""


def health_of(reader: Kubectl, argocd: str, fleet: Fleet, clone: Tenant) -> str:
    """What Argo CD says of the clone."""
    return health(reader, argocd, fleet, [clone.name]).get(clone.name, "Unknown")


def jobs_of(reader: Kubectl, argocd: str, fleet: Fleet, clone: Tenant) -> list[Object]:
    """The Jobs in the clone's namespace; Argo CD's own name for its cluster is in no kubeconfig."""
    assert fleet.repository.fleet is not None
    server = str(fleet.repository.fleet.data["clusters"][clone.spec["cluster"]]["server"])
    known = reader.contexts()
    contexts = {IN_CLUSTER: argocd, **by_server(known)}
    if argocd in known:
        contexts[known[argocd].rstrip("/")] = argocd
    if server.rstrip("/") not in contexts:
        raise no_context(
            server, "its Jobs are read there: give the kubeconfig a context for it, which may be read-only"
        )
    return reader.listed(contexts[server.rstrip("/")], clone.spec["namespace"], [JOB])
