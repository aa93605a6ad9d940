"""Pods without a cluster: a container's own command line, environment, user and mounts, taken from manifests and run as they are.

What stands in for the cluster: a root of the test's own with folders mounted where the manifest says; the programs of this machine
for those of the image; and other addresses for what only a cluster's DNS can answer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.backup_tool.moodle import Done
from tests.programs import path_of

Pod = Mapping[str, Any]
Container = Mapping[str, Any]
MACHINE = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/dev", "/proc", "/etc/passwd", "/etc/hosts", "/etc/ssl")
MOUNT = """
set -eu
root=$1
shift
while [ "$1" != -- ]; do
    mount --rbind "$2" "$root$3"
    [ "$1" = rw ] || mount -o remount,bind,ro "$root$3"
    shift 3
done
shift
exec /usr/sbin/chroot "$root" "$@"
"""


@dataclass(frozen=True)
class Cluster:
    """What pods are run with."""

    folder: Path
    objects: Mapping[str, Mapping[str, Any]]
    """The manifests, by kind and the very name."""
    secrets: Mapping[str, Mapping[str, str]]
    """By name and key: what the operators would have made."""
    claims: Mapping[str, Path]
    addresses: Mapping[str, str]
    """Variables whose value only a cluster's network makes true."""

    def pod(self, cron_job: str) -> Pod:
        """What a CronJob's next Job would start."""
        found: Pod = self.objects[f"CronJob/{cron_job}"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        return found

    def job(self, name: str) -> Pod:
        """The pod of a Job."""
        found: Pod = self.objects[f"Job/{name}"]["spec"]["template"]["spec"]
        return found

    def run(self, pod: Pod, container: Container | None = None, volumes: Mapping[str, Path] | None = None) -> Done:
        """How a container ended, the first of a new pod by default; what it says holds none of the secrets."""
        running = self.start(pod, container or pod["containers"][0], volumes or self.volumes(pod))
        out, err = running.communicate(timeout=120)
        assert not self.said(out + err)
        return Done(running.returncode, out, err)

    def start(self, pod: Pod, container: Container, volumes: Mapping[str, Path]) -> subprocess.Popen[str]:
        """A container, running."""
        command = [*container.get("command", []), *container.get("args", [])]
        assert not self.said(" ".join(command))
        root, mounts = self._root(container, volumes)
        user = pod["securityContext"]["runAsUser"]
        changed = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", *command]
        words = [word for mount in mounts for word in mount]
        line = ["unshare", "--mount", "sh", "-c", MOUNT, "sh", str(root), *words, "--", *changed]
        pipe = subprocess.PIPE
        return subprocess.Popen(line, env=self.environment(container), stdout=pipe, stderr=pipe, text=True)

    def said(self, text: str) -> list[str]:
        """Secrets that are in a text; a user's name is none."""
        pairs = (pair for keys in self.secrets.values() for pair in keys.items())
        return [key for key, secret in pairs if key != "username" and secret in text]

    def environment(self, container: Container) -> dict[str, str]:
        """The manifest's, and the image's PATH."""
        given: dict[str, str] = {"PATH": f"/programs:{Path(path_of('initdb') or '').parent}:/usr/bin:/bin"}
        for source in container.get("envFrom", []):
            given |= self.objects[f"ConfigMap/{source['configMapRef']['name']}"]["data"]
        given |= {each["name"]: each["value"] for each in container.get("env", [])}
        return {name: self.addresses.get(name, value) for name, value in given.items()}

    def volumes(self, pod: Pod) -> dict[str, Path]:
        """A folder for each volume, with what is in it."""
        user = pod["securityContext"]["runAsUser"]
        base = self.folder / f"pod-{len(list(self.folder.glob('pod-*')))}"
        made: dict[str, Path] = {}
        for volume in pod["volumes"]:
            if claim := volume.get("persistentVolumeClaim"):
                made[volume["name"]] = self.claims[claim["claimName"]]
                continue
            place = made[volume["name"]] = base / volume["name"]
            place.mkdir(parents=True)
            for file, text in self._files(volume).items():
                (place / file).write_text(text)
            for path in (place, *place.iterdir()):
                shutil.chown(path, user, user)
        return made

    def _files(self, volume: Mapping[str, Any]) -> dict[str, str]:
        if secret := volume.get("secret"):
            return dict(self.secrets[secret["secretName"]])
        if config := volume.get("configMap"):
            data = self.objects[f"ConfigMap/{config['name']}"]["data"]
            items = config.get("items") or [{"key": key, "path": key} for key in data]
            return {item["path"]: data[item["key"]] for item in items}
        assert "emptyDir" in volume or "ephemeral" in volume, volume
        return {}

    def _root(self, container: Container, volumes: Mapping[str, Path]) -> tuple[Path, list[tuple[str, str, str]]]:
        """A root, and what is mounted in it: how, what and where."""
        root = self.folder / f"root-{len(list(self.folder.glob('root-*')))}"
        programs = Path(os.environ["MOODLE_BACKUP"]).parent
        mounts = [("rw", name, name) for name in MACHINE if Path(name).exists() and not Path(name).is_symlink()]
        mounts.append(("rw", str(programs), "/programs"))
        for mount in container["volumeMounts"]:
            source = volumes[mount["name"]] / mount.get("subPath", "")
            mounts.append(("ro" if mount.get("readOnly") else "rw", str(source), mount["mountPath"]))
        root.mkdir(parents=True)
        for name in MACHINE:
            if Path(name).is_symlink():
                (root / name[1:]).symlink_to(Path(name).readlink())
        for _, source, target in mounts:
            place = root / target[1:]
            (place if Path(source).is_dir() else place.parent).mkdir(parents=True, exist_ok=True)
            if not Path(source).is_dir():
                place.touch()
        return root, mounts
