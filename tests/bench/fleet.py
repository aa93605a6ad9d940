"""Makes a fleet repository of any number of tenants from this repository's own catalogue, the same for the same seed.

The tenant of a number is the same in a fleet of any size, so that fleets of two sizes can be compared. Also a program:
`python -m tests.bench.fleet FOLDER NUMBER [SEED [OFFERINGS]]`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

from generator.load import load
from generator.schema import resolved
from generator.source import dump
from tests.bench.language import Data, Language, language_of
from tests.bench.tenants import offering, tenant

ROOT = Path(__file__).resolve().parents[2]
CLUSTERS = (  # name, region, ingress class, issuer, shared and database storage, secret store, Kubernetes
    ("ap-1", "ap-south-1", "traefik", "zerossl", "efs", "gp3", "aws-secrets", "1.33"),
    ("eu-2", "eu-north-1", "haproxy", "letsencrypt", "cephfs", "ceph-nvme", "openbao", "1.34"),
    ("sa-1", "sa-east-1", "nginx", "letsencrypt-dns", "nfs", "ssd", "vault", "1.34"),
)
TENANTS_OF_A_SHARD = 300
WHEN = "2026-11-21T08:00:00+00:00"
GIT = ("-c", "user.name=Bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false", "-c", "gc.auto=0")


def fleet(folder: Path, number: int, seed: int = 0, offerings: int = 0) -> Path:
    """Write the repository into a new folder and commit it; the folder itself is returned.

    Of so many offerings, as hosters sell them, all but a few tenants have one; without any, each tenant chooses by itself.
    """
    for name in ("overlays", "schemas"):
        shutil.copytree(ROOT / name, folder / name)
    settings = fleet_settings(number)
    files = {"fleet.yaml": settings, **_defaults(), **dict(tenants(number, seed, language(settings), offerings))}
    for path, data in files.items():
        file = folder / "tenants" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(dump(data))
    (folder / ".gitignore").write_text("/rendered/\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, f"A fleet of {number} tenants")
    return folder


def tenants(number: int, seed: int, spoken: Language, offerings: int = 0) -> Iterator[tuple[str, Data]]:
    """Each tenant's path below tenants/ and its document."""
    for at in range(number):
        random = Random(f"{seed}/{at}")
        chosen = offering(random, offerings)
        choices = None if chosen is None else Random(f"{seed}/offering/{chosen}")
        environment, data = tenant(random, spoken, at, choices)
        yield f"{environment}/{data['name']}.yaml", data


def language(settings: Data) -> Language:
    """What this repository's tenants may say, and refer to under these settings."""
    repository = load(ROOT, wanted=lambda path: path.endswith("/_defaults.yaml"))[0]
    environments = {name: document.data for name, document in repository.defaults.items()}
    return language_of(repository.catalogue, resolved(repository), settings, environments)


def fleet_settings(number: int) -> dict[str, Any]:
    """This repository's fleet.yaml with more clusters, room for everybody on each, and as many shards as that needs."""
    settings: dict[str, Any] = _read(ROOT / "tenants" / "fleet.yaml")
    for name, region, ingress, issuer, shared, database, store, version in CLUSTERS:
        settings["clusters"][name] = {
            "server": f"https://{name}.k8s.example.edu:6443",
            "kubernetes": version,
            "region": region,
            "ingress": {"class": ingress, "issuer": issuer, "namespace": f"ingress-{ingress}"},
            "storageClasses": {"shared": shared, "database": database},
            "secretStore": store,
        }
    for cluster in settings["clusters"].values():
        cluster.pop("capacity", None)
        if "platform" in cluster:
            cluster["platform"]["components"] = sorted(each.name for each in (ROOT / "overlays" / "platform").iterdir())
    models = {name: plan["values"].get("model") for name, plan in settings["plans"].items()}
    for name in [name for name, model in models.items() if model and _composes("models", model)]:
        del settings["plans"][name]
    per_cluster = number // len(settings["clusters"])
    settings["argocd"]["shards"] = min(256, max(2, -(-per_cluster // TENANTS_OF_A_SHARD)))
    return settings


def _composes(folder: str, name: str) -> bool:
    """Whether it is a part of Compose projects alone; no random tenant is one."""
    return not (ROOT / "overlays" / folder / name / "kustomization.yaml").exists()


def _defaults() -> dict[str, Any]:
    return {f"{path.parent.name}/_defaults.yaml": _read(path) for path in (ROOT / "tenants").glob("*/_defaults.yaml")}


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_bytes())


def commit(folder: Path, message: str) -> str:
    """Commit all that changed, always at the same moment, and return the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def git(folder: Path, *arguments: str) -> str:
    """What git prints; its own settings alone count, and the same commit has the same id everywhere."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    dates = {"GIT_AUTHOR_DATE": WHEN, "GIT_COMMITTER_DATE": WHEN}
    environment = {**os.environ, **settings, **dates}
    done = subprocess.run(
        ["git", *GIT, *arguments], cwd=folder, env=environment, check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout.strip()


if __name__ == "__main__":
    fleet(Path(sys.argv[1]), *map(int, sys.argv[2:]))
