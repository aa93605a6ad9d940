"""A fleet repository of the tests' own, published as a user's is: a bare repository with one branch per environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.e2e.kube import Object
from tests.e2e.stages import HERE_ALONE, NEVER_READY, NO_LOGIN, SLOW, UNFIT
from tests.running import quad_alone

SERVER = "https://kubernetes.default.svc"
NEXT = "5.3.1"  # a release that exists only here
BROKEN = "5.3.2"  # another, whose image never becomes ready
UNSERVED, STATIC, BUMP, SCHEMA, FAILING = (f"5.3.{number}" for number in range(3, 8))  # for tests/e2e/test_upgrades.py
RINGED, MENDED = "5.3.8", "5.3.9"  # for tests/e2e/test_upgrade_rings.py


@dataclass
class Fleet:
    """The source, its rendered tree and the bare repository."""

    folder: Path
    heads: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        """Where tenants are edited."""
        return self.folder / "source"

    @property
    def rendered(self) -> Path:
        """What `quad render` wrote."""
        return self.folder / "rendered"

    @property
    def repository(self) -> Path:
        """What Argo CD reads."""
        return self.folder / "fleet.git"

    @property
    def url(self) -> str:
        """How Argo CD names it."""
        return f"file://{self.repository}"

    def tenants(self) -> dict[str, str]:
        """Every tenant of a cluster and its environment, as rendered; a Compose project is none."""
        found = sorted(each.parent for each in self.rendered.glob("*/tenants/*/manifests"))
        return {each.name: each.parent.parent.name for each in found}

    def manifests(self, tenant: str) -> list[Object]:
        """A tenant's objects."""
        file = next(self.rendered.glob(f"*/tenants/{tenant}/manifests/manifests.yaml"))
        return [body for body in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader) if body]

    def application(self, tenant: str) -> Object:
        """A tenant's Application."""
        file = next(self.rendered.glob(f"*/argocd/*/*/{tenant}.yaml"))
        bodies: list[Object] = list(yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader))
        return next(body for body in bodies if body["kind"] == "Application")

    def roots(self) -> list[Object]:
        """What a person applies once, by hand."""
        files = sorted(self.rendered.glob("*/argocd/*/root.yaml"))
        return [body for file in files for body in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader)]

    def tenant_file(self, tenant: str) -> Path:
        """Where a tenant is described."""
        return next(self.source.glob(f"tenants/*/{tenant}.yaml"))

    def read(self, tenant: str) -> Object:
        """A tenant's file."""
        body: Object = yaml.safe_load(self.tenant_file(tenant).read_text(encoding="utf-8"))
        return body

    def edit(self, tenant: str, **changes: Any) -> None:
        """Set top-level keys of a tenant; None takes one away."""
        file, body = self.tenant_file(tenant), self.read(tenant)
        for key, value in changes.items():
            if value is None:
                body.pop(key, None)
            else:
                body[key] = value
        file.write_text(yaml.safe_dump(body, sort_keys=False), encoding="utf-8")

    def render(self) -> None:
        """`quad render`, as a person types it."""
        done = quad_alone(["render", "--output", str(self.rendered)], self.source)
        assert done.code == 0, done.stderr

    def publish(self, message: str = "e2e") -> None:
        """Commit the source and publish it with `quad publish`, as CI does after a merge."""
        self.render()
        git("add", "--all", folder=self.source)
        git("commit", "--quiet", "--allow-empty", "--message", message, folder=self.source)
        done = quad_alone(["publish", "--push", "origin"], self.source)
        assert done.code == 0, done.stderr
        where = {"GIT_DIR": str(self.repository)}
        for line in git("for-each-ref", "--format=%(refname:short) %(objectname)", where=where).splitlines():
            branch, commit = line.split(" ")
            self.heads[branch] = commit

    def allow(self, **entry: str) -> None:
        """Permit a destruction in fleet.yaml, as the error that refuses it offers."""
        file = self.source / "tenants" / "fleet.yaml"
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        settings.setdefault("allow", []).append({"reason": "a scenario", "until": "2099-12-31", **entry})
        file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")

    def refused(self, message: str) -> str:
        """What `quad publish` says where it must publish nothing; the commit is taken back."""
        git("add", "--all", folder=self.source)
        git("commit", "--quiet", "--message", message, folder=self.source)
        done = quad_alone(["publish", "--push", "origin"], self.source)
        assert done.code == 1, done.stderr
        git("reset", "--quiet", "--soft", "HEAD^", folder=self.source)
        return done.stderr

    def commit(self, tree: Path, branch: str, message: str) -> str:
        """Make a folder the next commit of a branch by hand, with no checkout."""
        where = {
            "GIT_DIR": str(self.repository),
            "GIT_INDEX_FILE": str(self.folder / "index"),
            "GIT_WORK_TREE": str(tree),
        }
        Path(where["GIT_INDEX_FILE"]).unlink(missing_ok=True)
        git("add", "--all", "--force", ".", where=where, folder=tree)
        return self._commit(git("write-tree", where=where), branch, message)

    def revert(self, branch: str, commit: str, message: str) -> str:
        """Give a branch the tree of an earlier commit again, as `git revert` does."""
        where = {"GIT_DIR": str(self.repository)}
        return self._commit(git("rev-parse", f"{commit}^{{tree}}", where=where), branch, message)

    def _commit(self, name: str, branch: str, message: str) -> str:
        where = {"GIT_DIR": str(self.repository)}
        parent = self.heads.get(branch)
        if parent and git("rev-parse", f"{parent}^{{tree}}", where=where) == name:
            return parent
        parents = ["-p", parent] if parent else []
        made = git("commit-tree", name, *parents, "-m", message, where=where)
        git("update-ref", f"refs/heads/{branch}", made, where=where)
        self.heads[branch] = made
        return made


def git(*arguments: str, where: dict[str, str] | None = None, folder: Path | None = None) -> str:
    """Run git with a name of its own and no settings of the machine's."""
    person = {f"GIT_{who}_{what}": "e2e" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **person, **(where or {})}
    done = subprocess.run(
        ["git", *arguments], env=environment, cwd=folder, capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout.strip()


def made_up(newest: Object) -> Iterator[Object]:
    """Releases that exist only here: of every class of way from the newest, and with images that do not work."""
    static = {**newest["hashes"], "static": "1" * 40}
    schema = {**static, "database": {**static["database"], "mod_quiz": "2" * 40}}
    higher = "2026100501.00"
    for version, image, hashes, build in (
        (NEXT, "1", newest["hashes"], newest["build"]),
        (BROKEN, NEVER_READY, newest["hashes"], newest["build"]),
        (UNSERVED, NO_LOGIN, static, newest["build"]),
        (STATIC, "4", static, newest["build"]),
        (BUMP, "5", static, higher),
        (SCHEMA, SLOW, schema, higher),
        (FAILING, UNFIT, schema, higher),
        (RINGED, HERE_ALONE, static, newest["build"]),
        (MENDED, "6", static, newest["build"]),
    ):
        named = image if "@" in image else f"registry.example.edu/moodle:{version}@sha256:{image * 64}"
        yield {**newest, "version": version, "image": named, "hashes": hashes, "build": build}


def make(folder: Path) -> Fleet:
    """A copy of the sample fleet, with our repository and our cluster in place of the sample's, and more releases."""
    fleet = Fleet(folder)
    for name in ("overlays", "schemas", "tenants"):
        shutil.copytree(ROOT / name, fleet.source / name)
    file = fleet.source / "tenants" / "fleet.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["git"]["repository"] = fleet.url
    for cluster in settings["clusters"].values():
        cluster["server"] = SERVER
        cluster.pop("platform")  # its charts are on the internet; the operators are played
        cluster["capacity"] = {"cpu": "100000", "memory": "1000Ti"}
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    releases = fleet.source / "overlays" / "releases"
    newest = yaml.safe_load((releases / "5.3.0.yaml").read_text(encoding="utf-8"))
    for body in made_up(newest):
        (releases / f"{body['version']}.yaml").write_text(yaml.safe_dump(body, sort_keys=False), encoding="utf-8")
    git("init", "--quiet", "--bare", str(fleet.repository))
    git("init", "--quiet", "--initial-branch", "main", str(fleet.source))
    for name, value in (("user.name", "e2e"), ("user.email", "e2e@example.org"), ("remote.origin.url", fleet.url)):
        git("config", name, value, folder=fleet.source)
    return fleet
