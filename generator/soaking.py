"""What is known of tenants from outside the input: since when each has its release, by git, and how it is, by Argo CD."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from generator import git
from generator.kubectl import Kind, Kubectl
from generator.model import Fleet, Tenant
from generator.source import Document, parse
from generator.source import Path as Inside
from generator.upgrade.gates import HEALTHY

APPLICATION = Kind("argoproj.io", "v1alpha1", "Application")
_VERSION = ("release", "version")
_AT_ONCE = 100


def since(root: Path, tenants: Collection[Tenant]) -> dict[str, datetime]:
    """Since when the checked-out branch gives each tenant its release; one that is not committed yet is left out.

    That is the date of the first-parent commit, in a pull request the merge, that gave the value where it is said now.
    """
    if not git.is_repository(root) or git.resolve(root, "HEAD") is None:
        return {}
    known = {tenant.name: _of(root, tenant) for tenant in tenants}
    return {name: moment for name, moment in known.items() if moment is not None}


def _of(root: Path, tenant: Tenant) -> datetime | None:
    spoken = tenant.origins.get(_VERSION)
    if not spoken:
        return None
    layer, _, name = spoken[0].layer.partition(" ")
    inside: dict[str, Inside] = {"fleet": ("defaults",), "plan": ("plans", name, "values")}
    return _first(root, spoken[0].span.path, (*inside.get(layer, ()), *_VERSION), str(spoken[0].value))


@lru_cache(maxsize=4096)
def _first(root: Path, path: str, inside: Inside, value: str) -> datetime | None:
    """The date of the oldest commit since which the file has had the value there without a break."""
    found = None
    for commit, moment in revisions(root, path):
        if _value(root, commit, path, inside) != value:
            break
        found = moment
    return found


def revisions(root: Path, path: str) -> Iterator[tuple[str, datetime]]:
    """The first-parent commits that changed the file, the newest first."""
    arguments = ["log", "--first-parent", "--no-show-signature", "--format=%H %ct", "HEAD", "--", f":(literal){path}"]
    for line in git.run(root, arguments).decode().splitlines():
        commit, seconds = line.split(" ")
        yield commit, datetime.fromtimestamp(int(seconds), UTC)


def at_commit(root: Path, commit: str, path: str) -> Document | None:
    """A file as it was at a commit; None where it was not there, or cannot be read."""
    code, raw, _ = git.attempt(root, ["show", f"{commit}:./{path}"])
    return parse(path, raw)[0] if code == 0 else None


def _value(root: Path, commit: str, path: str, inside: Inside) -> Any:
    document = at_commit(root, commit, path)
    found: Any = document.data if document else None
    for part in inside:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def health(reader: Kubectl, context: str, fleet: Fleet, names: Collection[str]) -> dict[str, str]:
    """What Argo CD says of each tenant's Application: Healthy only where it is synced, and has looked at the tenant's release."""
    assert fleet.repository.fleet is not None
    namespace = fleet.repository.fleet.data["argocd"]["namespace"]
    releases = {tenant.name: str(tenant.spec["release"]["version"]) for tenant in fleet.tenants}
    found = {}
    for some in _batches(sorted(names)):
        for body in reader.named(context, namespace, [(APPLICATION, name) for name in some]):
            name = body["metadata"]["name"]
            found[name] = _health(body.get("status") or {}, releases.get(name, ""))
    return found


def _health(status: Mapping[str, Any], release: str) -> str:
    """SyncFailed where the last sync did: Argo CD may leave it at that, and then somebody has to sync.

    What was merged a moment ago Argo CD has not seen: it is Healthy and Synced at the release before, the name of its source.
    """
    word = str((status.get("health") or {}).get("status", "Unknown"))
    sync = status.get("sync") or {}
    synced = str(sync.get("status", "Unknown"))
    seen = ((sync.get("comparedTo") or {}).get("source") or {}).get("name") or release
    if word != HEALTHY:
        return word
    if synced == "Synced":
        return word if seen == release else f"still at {seen}"
    return "SyncFailed" if (status.get("operationState") or {}).get("phase") in ("Failed", "Error") else synced


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]
