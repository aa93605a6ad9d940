"""The rendered sample fleet as the checkers are shown it: files in a folder, beside what each must object to."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.outside.findings import PLANTED
from tests.outside.schemas import write_schemas
from tests.outside.twins import full_kind, is_workload, named, shown
from tests.running import quad_alone

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class View:
    """Folders of files by place: `<environment>.<tenant>.yaml`, or `planted.*`.

    `manifests` shows custom workloads as Deployments; `raw` has all objects as they are, Argo CD's too, below the version of
    their cluster's Kubernetes; `schemas` are for these; `rules` and `dashboards` what ConfigMaps and PrometheusRules hold.
    `twins` says by place and name what a Deployment stands for.
    """

    root: Path
    tenants: int
    objects: int
    twins: Mapping[tuple[str, str], str]

    def named(self, place: str, kind: str, name: str) -> str:
        """An object that a checker speaks of: `Kind/name`, of a custom workload `Kind.group/name`."""
        stood_for = self.twins.get((place, name)) if kind == "Deployment" else None
        return named(stood_for or kind, name)

    @property
    def manifests(self) -> Path:
        return self.root / "manifests"

    @property
    def raw(self) -> Path:
        return self.root / "raw"

    @property
    def schemas(self) -> Path:
        return self.root / "schemas"

    @property
    def rules(self) -> Path:
        return self.root / "rules"

    @property
    def projects(self) -> list[Path]:
        return sorted((self.root / "rendered").glob("*/tenants/*/compose"))

    @property
    def dashboards(self) -> Path:
        return self.root / "dashboards"


def make_view(root: Path) -> View:
    """Render the sample fleet and lay it out."""
    shutil.rmtree(root, ignore_errors=True)
    done = quad_alone(["render", "--output", str(root / "rendered")], ROOT)
    if done.code:
        raise RuntimeError(done.stderr)
    tenants = objects = 0
    twins: dict[tuple[str, str], str] = {}
    kinds: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for place, version, items in _places(root / "rendered"):
        tenants += "tenants" in place
        objects += len(items)
        kinds[version] |= {(item["apiVersion"], item["kind"]) for item in items}
        place = place.replace("tenants.", "")  # noqa: PLW2901
        twins |= {(place, item["metadata"]["name"]): full_kind(item) for item in items if is_workload(item)}
        _lay_out(root, place, version, items)
    planted = list(yaml.safe_load_all((HERE / "planted" / "manifests.yaml").read_bytes()))
    newest = max(kinds, key=lambda version: tuple(map(int, version.split("."))))
    kinds[newest] |= {(item["apiVersion"], item["kind"]) for item in planted}
    _lay_out(root, PLANTED, newest, planted)
    for version, used in kinds.items():
        write_schemas(root / "schemas", version, used, ROOT / ".build" / "crds")
    return View(root, tenants, objects, twins)


def _places(rendered: Path) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Of each tenant and each file of Argo CD: the place, its cluster's Kubernetes, the objects."""
    clusters = yaml.safe_load((ROOT / "tenants" / "fleet.yaml").read_bytes())["clusters"]
    for overlay in sorted(path.parent for path in rendered.glob("*/tenants/*/overlay/kustomization.yaml")):
        environment, name = overlay.parts[-4], overlay.parts[-2]
        spec = yaml.safe_load((overlay / "tenant.yaml").read_bytes())["spec"]
        files = sorted((overlay.parent / "manifests").glob("*.yaml"))
        items = [item for path in files for item in yaml.safe_load_all(path.read_bytes()) if item]
        yield f"tenants.{environment}.{name}", clusters[spec["cluster"]]["kubernetes"], items
    for path in sorted(rendered.glob("*/argocd/**/*.yaml")):
        cluster = path.relative_to(rendered).parts[2]
        place = ".".join(path.relative_to(rendered).with_suffix("").parts)
        yield place, clusters[cluster]["kubernetes"], list(yaml.safe_load_all(path.read_bytes()))


def _lay_out(root: Path, place: str, version: str, items: list[dict[str, Any]]) -> None:
    _write(root / "raw" / version / f"{place}.yaml", items)
    _write(root / "manifests" / f"{place}.yaml", [*shown(items)])
    for item in items:
        name = item["metadata"]["name"]
        if item["kind"] == "PrometheusRule":
            _write(root / "rules" / f"{place}.{name}.yaml", [{"groups": item["spec"]["groups"]}])
        for key, text in _dashboards(item):
            path = root / "dashboards" / f"{place}.{name}.{key}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def _dashboards(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What Grafana's sidecar takes for dashboards."""
    if item["kind"] == "ConfigMap" and "grafana_dashboard" in item["metadata"].get("labels", {}):
        yield from ((key, text) for key, text in item.get("data", {}).items() if key.endswith(".json"))


def _write(path: Path, items: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump_all(items, sort_keys=False))
