"""One function for each checker: what it says of the fleet, as findings. Each raises where it fails instead of finding nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.outside import tools
from tests.outside.findings import PLANTED, Finding
from tests.outside.fleet import HERE, View
from tests.outside.projects import compose
from tests.outside.schemas import LOCATION
from tests.outside.twins import named
from tests.programs import path_of

Checker = Callable[[View], "list[Finding] | None"]
"""None where this machine lacks what it takes."""


def _said(command: Sequence[str | Path], codes: Sequence[int], folder: Path = ROOT, **environment: str) -> str:
    """What a checker prints; findings may have an exit code, a failure has another."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode not in codes:
        raise RuntimeError(
            f"{Path(command[0]).name} failed ({done.returncode})\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )
    return done.stdout


def kubeconform(view: View) -> list[Finding] | None:
    """Every object, Argo CD's and custom ones too, against the strict schema of its kind."""
    tool = tools.go_tool("kubeconform")
    if tool is None:
        return None
    found = []
    for folder in sorted(view.raw.iterdir()):
        where = ["-kubernetes-version", f"{folder.name}.0", "-schema-location", f"{view.schemas}/{LOCATION}"]
        said = _said([tool, "-strict", "-output", "json", *where, folder], (0, 1))
        found += [
            Finding(
                "kubeconform",
                each["status"].removeprefix("status").lower(),
                named(each["kind"], each["name"]),
                Path(each["filename"]).stem,
                each["msg"].rpartition("#' - ")[2],
            )
            for each in json.loads(said).get("resources", [])
        ]
    return found


def kube_score(view: View) -> list[Finding] | None:
    """Workloads, Services and policies as they fit together; custom workloads shown as Deployments."""
    tool = tools.go_tool("kube-score")
    if tool is None:
        return None
    more = ("container-seccomp-profile", "container-ports-check")
    options = ["-o", "json", *(word for test in more for word in ("--enable-optional-test", test))]
    found = []
    for file in sorted(view.manifests.iterdir()):
        for item in json.loads(_said([tool, "score", *options, file], (0, 1))) or []:
            name = view.named(file.stem, item["type_meta"]["kind"], item["object_meta"]["name"])
            bad = [check for check in item["checks"] if check["grade"] < _FINE and not check["skipped"]]
            for check in bad:
                words = {comment["summary"] for comment in check["comments"] or []} or {check["check"]["comment"]}
                found += [Finding("kube-score", check["check"]["id"], name, file.stem, word) for word in words]
    return found


_FINE = 7  # 1 is critical, 5 a warning, 7 almost fine, 10 fine


def checkov(view: View) -> list[Finding] | None:
    """Its policies for Kubernetes, offline; custom workloads shown as Deployments."""
    options = ["-d", ".", "--framework", "kubernetes", "--skip-download", "--compact", "--quiet", "-o", "json"]
    # Below .build it would look at nothing.
    said = _said(
        [tools.python_tool("checkov"), *options], (0, 1), view.manifests, CKV_IGNORE_HIDDEN_DIRECTORIES="false"
    )
    results = json.loads(said)["results"]
    if results.get("parsing_errors"):
        raise RuntimeError(f"checkov could not read {results['parsing_errors']}")
    return [_of_checkov(view, each) for each in results["failed_checks"]]


def _of_checkov(view: View, said: Mapping[str, Any]) -> Finding:
    place = Path(said["file_path"]).stem
    kind, _, name = said["resource"].split(".", 2)  # with the namespace between them
    return Finding("checkov", said["check_id"], view.named(place, kind, name), place, said["check_name"])


def hadolint(view: View) -> list[Finding] | None:  # noqa: ARG001  # images are not rendered
    """The Dockerfiles of images/."""
    files = [HERE / "planted" / "Dockerfile", *sorted((ROOT / "images").rglob("Dockerfile*"))]
    said = _said([tools.python_tool("hadolint"), "--format", "json", "--no-fail", *files], (0,))
    found = json.loads(said)
    return [
        Finding("hadolint", one["code"], _relative(one["file"]), _place(one["file"]), one["message"]) for one in found
    ]


def _relative(file: str) -> str:
    return Path(file).relative_to(ROOT).as_posix()


def _place(file: str) -> str:
    return PLANTED if PLANTED in Path(file).parts else _relative(file)


def promtool(view: View) -> list[Finding] | None:
    """Every rule of a PrometheusRule, with its lints."""
    tool = path_of("promtool")
    if tool is None:
        return None
    found = []
    for file in sorted(view.rules.iterdir()):
        done = subprocess.run(
            [tool, "check", "rules", "--lint-fatal", file], capture_output=True, encoding="utf-8", check=False
        )
        place, _, name = file.stem.rpartition(".")
        if done.returncode:
            found += [
                Finding("promtool", "rules", f"PrometheusRule/{name}", place, words) for words in _complaints(done)
            ]
    return found


def _complaints(done: subprocess.CompletedProcess[str]) -> Iterator[str]:
    lines = [line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines()]
    told = [re.sub(r"^\S+/", "", line) for line in lines if line and not line.startswith(("Checking", "FAILED"))]
    yield from told or [f"promtool failed with {done.returncode}"]


CHECKERS: Mapping[str, Checker] = {
    "kubeconform": kubeconform,
    "kube-score": kube_score,
    "checkov": checkov,
    "promtool": promtool,
    "hadolint": hadolint,
    "compose": compose,
}
SLOW = frozenset({"compose"})
"""Those whose build takes too long for CI with empty caches: `make all` has them."""
