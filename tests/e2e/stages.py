"""What pods do on the played nodes: KWOK's own fast stages, but for a few images that do not work, or take their time."""

from __future__ import annotations

import copy
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

Stage = dict[str, Any]

NEVER_READY = "registry.example.edu/moodle:never-ready@sha256:" + "f" * 64
NO_LOGIN = "registry.example.edu/moodle:no-login@sha256:" + "e" * 64
"""Its web pods are ready, but the smoke analysis finds nothing to log in with."""
SLOW = "registry.example.edu/moodle:slow@sha256:" + "d" * 64
"""Its upgrade of the database takes `SECONDS`."""
UNFIT = "registry.example.edu/moodle:unfit@sha256:" + "c" * 64
"""Its upgrade of the database breaks off; its web pods and its last Job wait for it, as their own steps do."""
HERE_ALONE = "registry.example.edu/moodle:here-alone@sha256:" + "b" * 64
"""It works, but for the sites whose namespace ends with `ILL`: there the smoke analysis finds nothing to log in with."""
ILL = "-ill"
SECONDS = 12

FILES = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)
_WEB = 'select(.metadata.labels["app.kubernetes.io/component"] == "web") | .spec.containers.[].image'
_RUNS = (
    f'(.metadata.namespace | endswith("{ILL}") | tostring) as $ill | '
    '.spec.containers.[] | $ill + " " + .image + " " + ((.command // []) | join(" "))'
)
_SMOKE = "php /etc/moodle-scripts/smoke.php http://moodle-preview"
_UPGRADE = "php /etc/moodle-scripts/upgrade.php closed"


def _anywhere(*runs: str) -> list[str]:
    return [f"{ill} {run}" for ill in ("true", "false") for run in runs]


_FAILS = [*_anywhere(f"{NO_LOGIN} {_SMOKE}", f"{UNFIT} {_UPGRADE}"), f"true {HERE_ALONE} {_SMOKE}"]
_LONG = _anywhere(f"{SLOW} {_UPGRADE}")
_WAITS = _anywhere(f"{UNFIT} php /etc/moodle-scripts/finish.php")


def stages(module: Path) -> list[Stage]:
    """The stages of the KWOK that the Go module in the folder pins, and ours."""
    where = ["go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"]
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    found = subprocess.run(where, cwd=module, env=environment, capture_output=True, encoding="utf-8", check=True)
    folder = Path(found.stdout.strip()) / "kustomize" / "stage"
    own = [yaml.safe_load((folder / file).read_text(encoding="utf-8")) for file in FILES]
    named = {body["metadata"]["name"]: body for body in own}
    complete = named["pod-complete"]
    fail, slow = (_named(complete, name) for name in ("pod-fail", "pod-complete-late"))
    _asks(named["pod-ready"], _WEB, "NotIn", [NEVER_READY, UNFIT])
    _asks(complete, _RUNS, "NotIn", [*_FAILS, *_LONG, *_WAITS])
    _asks(fail, _RUNS, "In", _FAILS)
    _asks(slow, _RUNS, "In", _LONG)
    status = fail["spec"]["next"]["statusTemplate"]
    told = status.replace("exitCode: 0", "exitCode: 1").replace("phase: Succeeded", "phase: Failed")
    fail["spec"]["next"]["statusTemplate"] = told.replace("reason: Completed", "reason: Error")
    slow["spec"]["delay"] = {"durationMilliseconds": SECONDS * 1000}
    return [*own, fail, slow]


def _named(stage: Stage, name: str) -> Stage:
    body = copy.deepcopy(stage)
    body["metadata"]["name"] = name
    return body


def _asks(stage: Stage, key: str, operator: str, values: Sequence[str]) -> None:
    expressions = stage["spec"]["selector"]["matchExpressions"]
    expressions.append({"key": key, "operator": operator, "values": list(values)})
