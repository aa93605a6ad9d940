"""Runs a tenant's config.php as its pods do: the files they mount, their environment, a setup.php that tells what came out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.programs import need, path_of

Object = Mapping[str, Any]
SETUP = "<?php\necho json_encode(get_object_vars($CFG), JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);\n"
STRICT = ("-d", "display_errors=stderr", "-d", "error_reporting=-1", "-d", "zend.assertions=1")


def php() -> str:
    """PHP's command line, or the test is skipped; in CI it fails."""
    need("php")
    return str(path_of("php"))


@dataclass(frozen=True, slots=True)
class Pod:
    """A container that runs Moodle: whose it is, its mounts by path, and its environment."""

    tenant: str
    name: str
    container: str
    mounts: Mapping[str, Object]
    environment: Mapping[str, str]
    release: str

    @property
    def public(self) -> bool:
        """Whether the release keeps its web root in public/, as Moodle does from 5.1."""
        return tuple(int(part) for part in self.release.split(".")) >= (5, 1)

    def volume_at(self, path: str) -> Object:
        """The volume that holds a path, {} where that is the image itself."""
        holding = [mount for mount in self.mounts if f"{path}/".startswith(f"{mount.rstrip('/')}/")]
        return self.mounts[max(holding, key=len)] if holding else {}


def pods(tenant: str, spec: Object, objects: Sequence[Object]) -> Iterator[Pod]:
    """Every container that mounts the ConfigMap with config.php."""
    config = next((one["metadata"]["name"] for one in _maps(objects) if "config.php" in one["data"]), None)
    for item in objects:
        body = pod_spec(item)
        volumes = {volume["name"]: volume for volume in body.get("volumes") or []}
        volumes |= {claim["metadata"]["name"]: {"persistentVolumeClaim": {}} for claim in _claims(item)}
        for container in [*(body.get("initContainers") or []), *(body.get("containers") or [])]:
            mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in container.get("volumeMounts") or []}
            if config and any(config in _sources(volume) for volume in mounts.values()):
                name = f"{item['kind']}/{item['metadata']['name']}"
                environment = dict(_environment(container, objects))
                yield Pod(tenant, name, container["name"], mounts, environment, str(spec["release"]["version"]))


def _claims(item: Object) -> Sequence[Object]:
    found: Sequence[Object] = (item.get("spec") or {}).get("volumeClaimTemplates") or []
    return found


def pod_spec(item: Object) -> Object:
    """The pod that an object makes, {} where it makes none."""
    node: Any = item.get("spec") or {}
    for key in ("jobTemplate", "spec", "template", "spec"):
        node = node.get(key, node) if isinstance(node, Mapping) else {}
    return node if isinstance(node, Mapping) and "containers" in node else {}


def _maps(objects: Sequence[Object]) -> list[Object]:
    return [item for item in objects if item["kind"] == "ConfigMap"]


def _sources(volume: Object) -> Iterator[str]:
    """The names of the ConfigMaps and Secrets that a volume shows."""
    for part in [volume, *volume.get("projected", {}).get("sources", [])]:
        for kind, key in (("configMap", "name"), ("secret", "secretName"), ("secret", "name")):
            if key in part.get(kind, {}):
                yield part[kind][key]


def _environment(container: Object, objects: Sequence[Object]) -> Iterator[tuple[str, str]]:
    data = {item["metadata"]["name"]: item.get("data") or {} for item in _maps(objects)}
    for source in container.get("envFrom") or []:
        yield from data.get(source.get("configMapRef", {}).get("name"), {}).items()
    for variable in container.get("env") or []:
        yield variable["name"], str(variable.get("value", ""))


def files_at(pod: Pod, objects: Sequence[Object], path: str) -> dict[str, str]:
    """What a folder holds in the pod: the data of ConfigMaps, and of Secrets what ExternalSecrets bring, with made-up values."""
    data = {item["metadata"]["name"]: item.get("data") or {} for item in _maps(objects)}
    for item in objects:
        if item["kind"] == "ExternalSecret":
            secret = item["spec"].get("target", {}).get("name", item["metadata"]["name"])
            data[secret] = {
                entry["secretKey"]: f"{secret}/{entry['secretKey']}" for entry in item["spec"].get("data", [])
            }
    return {key: text for name in _sources(pod.mounts.get(path, {})) for key, text in data.get(name, {}).items()}


def lint(text: str) -> str:
    """What `php -l` objects to, nothing where it does not."""
    done = subprocess.run([php(), *STRICT, "-l"], input=text, capture_output=True, encoding="utf-8", check=False)
    return "" if done.returncode == 0 and not done.stderr else done.stdout + done.stderr


def lay_out(pod: Pod, objects: Sequence[Object], root: Path) -> dict[str, str]:
    """The pod's files below a folder, with a code tree; the environment that goes with it is returned."""
    for mount in pod.mounts:
        for name, text in files_at(pod, objects, mount).items():
            file = root / mount.lstrip("/") / name
            file.parent.mkdir(parents=True, exist_ok=True)
            for folder in ("/etc/moodle", "/run/secrets"):
                text = text.replace(f"{folder}/", f"{root}{folder}/")  # noqa: PLW2901
            file.write_text(text)
    code = root / "code"
    web = code / "public" if pod.public else code
    for folder in ("lib", "admin/tool/forcedcache"):
        (web / folder).mkdir(parents=True)
    (web / "lib" / "setup.php").write_text(SETUP)
    return {**pod.environment, "MOODLE_CODE_ROOT": str(code)}


def settings(root: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """$CFG as config.php makes it; a warning or a word on the way is a failure."""
    command = [php(), *STRICT, str(root / "etc" / "moodle" / "config.php")]
    done = subprocess.run(command, env=dict(environment), capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    found: dict[str, Any] = json.loads(done.stdout)
    return found
