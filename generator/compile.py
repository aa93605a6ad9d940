"""Stage 4: the kustomizations of every tenant and of Argo CD's roots, as files in memory.

What an overlay says is data: a kustomization.yaml that lists components, and the resolved tenant as an object that the
components read with `replacements`. No Kubernetes shape is made here, and no text is put together by hand. A tenant whose model is
no Kubernetes has a Compose project instead (`composing.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from generator.applications import application_of
from generator.blocks import Written
from generator.composing import environment, project
from generator.fast_writing import write, written
from generator.model import COMPOSE, Catalogue, Component, Repository, Spec, Tenant, components_of
from generator.reads import reads_of
from generator.units import Build, Tree, Unit

GROUP = "quadrangle.dev"
_LOCAL = {"config.kubernetes.io/local-config": "true"}

Files = dict[str, bytes]


def compile_fleet(repository: Repository, tenants: Sequence[Tenant]) -> list[Tree]:
    """One tree for each environment that has tenants, in the order of names; what a tenant's files hold is in `unit_files`."""
    groups: dict[str, list[Tenant]] = defaultdict(list)
    for tenant in tenants:
        groups[tenant.environment].append(tenant)
    return [_environment(repository, name, members) for name, members in sorted(groups.items())]


def compile_roots(repository: Repository, environment: str, claims: Collection[tuple[str, str]]) -> Tree:
    """Argo CD's roots alone, for an environment with Applications in these shards of these clusters."""
    assert repository.fleet is not None
    fleet = repository.fleet.data
    first = fleet["rings"][0]["name"]
    catalogue = repository.catalogue_of(first)
    files = catalogue_files(catalogue, first)
    builds = [
        _roots(fleet, catalogue, environment, cluster, {shard for where, shard in claims if where == cluster}, files)
        for cluster in sorted({cluster for cluster, _ in claims} | set(platforms_in(fleet, environment)))
    ]
    return Tree(environment, dict(sorted(files.items())), tuple(builds))


def _environment(repository: Repository, name: str, tenants: Sequence[Tenant]) -> Tree:
    assert repository.fleet is not None
    fleet: Mapping[str, Any] = repository.fleet.data
    first = fleet["rings"][0]["name"]
    units = tuple(_unit(fleet, repository.catalogue_of(tenant.spec["ring"]), tenant) for tenant in tenants)
    files: Files = {}
    builds: list[Build] = []
    claims: dict[str, set[str]] = defaultdict(set)
    for unit in (unit for unit in units if unit.application):
        _, cluster, shard, _ = unit.application.split("/")
        claims[cluster].add(shard)
    for cluster in platforms_in(fleet, name):
        claims[cluster] |= set()
    for cluster, shards in sorted(claims.items()):
        builds.append(_roots(fleet, repository.catalogue_of(first), name, cluster, shards, files))
    for ring in sorted({tenant.spec["ring"] for tenant in tenants} | {first}):
        files.update(catalogue_files(repository.catalogue_of(ring), ring))
    return Tree(name, dict(sorted(files.items())), tuple(builds), units)


def _unit(fleet: Mapping[str, Any], catalogue: Catalogue, tenant: Tenant) -> Unit:
    spec, place = _in_order(tenant.spec, catalogue), application_of(fleet, tenant, catalogue)
    return Unit(tenant.name, spec, _argocd(fleet, tenant) if place else {}, catalogue, place, tenant.token)


def _in_order(spec: Spec, catalogue: Catalogue) -> Spec:
    """The lists that nothing but `each/` reads sorted: kustomize sorts what is made of them, so an order says nothing."""
    features: dict[str, Any] = {}
    for component, name in lists_of(spec, catalogue):
        said = spec["features"][component.name]
        items = sorted(said.get(name, ()), key=slug_of)
        if items != said.get(name, []) and not _is_read(("features", component.name, name), catalogue):
            features[component.name] = {**features.get(component.name, said), name: items}
    return {**spec, "features": {**spec["features"], **features}} if features else spec


def _is_read(path: tuple[str, ...], catalogue: Catalogue) -> bool:
    """Whether a component reads it by itself."""
    return any(read.touches(path) for component in catalogue.components for read in reads_of(component))


def catalogue_files(catalogue: Catalogue, ring: str) -> Files:
    """The build inputs of the catalogue, where the overlays of a ring look for them."""
    return {
        f"catalogue/{ring}/{component.place}/{name}": raw
        for component in catalogue.components
        for name, raw in component.inputs.items()
    }


def unit_files(unit: Unit) -> Files:
    """The files that a tenant's two builds read, beside the catalogue."""
    files: Files = {}
    folder = f"tenants/{unit.name}"
    up = f"../../../catalogue/{unit.spec['ring']}"
    spec = written(unit.spec)
    files[f"{folder}/overlay/tenant.yaml"] = write(_object("Tenant", unit.name, spec))
    if not unit.application:
        files[f"{folder}/compose/{COMPOSE}"] = write(project(unit, up))
        files[f"{folder}/compose/.env"] = environment(unit)
        return files
    resources = ["tenant.yaml"]
    for component, name in lists_of(unit.spec, unit.catalogue):
        items = {name: unit.spec["features"][component.name].get(name, [])}
        resources += _instances(component, items, spec, f"{folder}/overlay", up, files)
    components = [f"{up}/{_path(kind, name)}" for kind, name in components_of(unit.spec, unit.catalogue.last)]
    files[f"{folder}/overlay/kustomization.yaml"] = write(_overlay(unit, resources, components))
    files[f"{folder}/argocd/tenant.yaml"] = write(_object("Tenant", unit.name, written(_for_argocd(unit))))
    files[f"{folder}/argocd/kustomization.yaml"] = write(_kustomization(["tenant.yaml"], [f"{up}/argocd"]))
    return files


def _for_argocd(unit: Unit) -> Mapping[str, Any]:
    """What the component `argocd` reads of a tenant: its Application asks for no more, and so most tenants' are alike."""
    paths = [("name",), ("argocd",), *(read.map_path for read in reads_of(unit.catalogue.of("argocd")["argocd"]))]
    found: Mapping[str, Any] = _part({**unit.spec, "argocd": unit.argocd}, paths)
    return found


def _part(value: Any, paths: Collection[tuple[str, ...]]) -> Any:
    """What of a map stands on the paths; a list is not divided."""
    if () in paths or not isinstance(value, Mapping):
        return value
    heads = {path[0] for path in paths if path[0] in value}
    return {head: _part(value[head], {path[1:] for path in paths if path[0] == head}) for head in heads}


def lists_of(spec: Spec, catalogue: Catalogue) -> Iterator[tuple[Component, str]]:
    """The lists of a tenant's features for whose items there is a component each, with the feature."""
    features = catalogue.of("feature")
    for feature in sorted(spec["features"]):
        for name in features[feature].each:
            yield features[feature], name


def _path(kind: str, name: str) -> str:
    return "base" if kind == "base" else f"{kind}s/{name}"


def _overlay(unit: Unit, resources: list[str], components: list[str]) -> dict[str, Any]:
    identity = {"app.kubernetes.io/part-of": "moodle", f"{GROUP}/tenant": unit.name}
    place = {
        "app.kubernetes.io/managed-by": "quadrangle",
        f"{GROUP}/environment": unit.spec["environment"],
        f"{GROUP}/ring": unit.spec["ring"],
    }
    # A Rollout's pod template is unknown to kustomize, so the label's place in it is named; selectors stay as they are.
    template = {"group": "argoproj.io", "kind": "Rollout", "path": "spec/template/metadata/labels", "create": True}
    labels = [
        {"includeSelectors": False, "includeTemplates": True, "pairs": identity, "fields": [template]},
        {"includeSelectors": False, "pairs": place},
    ]
    body = _kustomization(resources, components)
    return {**body, "namespace": unit.spec["namespace"], "labels": labels}


def _kustomization(resources: list[str], components: list[str], **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
        "components": components,
        "sortOptions": {"order": "legacy"},
        **more,
    }


def _object(kind: str, name: str, spec: Mapping[str, Any] | Written) -> dict[str, Any]:
    """A value as a KRM object that components can read and kustomize leaves out of its output."""
    metadata = {"name": name, "annotations": _LOCAL}
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": metadata, "spec": spec}


def _instances(
    component: Component, items: Mapping[str, Any], owner: Written, folder: str, up: str, files: Files
) -> list[str]:
    """Write one kustomization for each item of each list that the component multiplies; their folders are returned."""
    made = []
    for name, values in items.items():
        for value in values:
            slug = slug_of(value)
            path = f"each/{component.name}/{name}/{slug}"
            inner = f"../../../../{up}/{component.place}/each/{name}"
            item = Written(f"{written({'item': value})}\n{written({'tenant': owner})}")
            files[f"{folder}/{path}/item.yaml"] = write(_object("Item", "item", item))
            files[f"{folder}/{path}/kustomization.yaml"] = write(
                _kustomization(["item.yaml"], [inner], nameSuffix=f"-{slug}")
            )
            made.append(path)
    return made


def slug_of(item: Any) -> str:
    """The name an item of a list gives to what is made of it: its own text or `name`, never its index.

    Texts that differ only in what a name cannot hold are told apart by six characters of their hash.
    """
    text = str(item["name"]) if isinstance(item, Mapping) else str(item)
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    if slug.replace("-", ".") == text.lower() or slug == text:
        return slug
    return f"{slug}-{hashlib.sha256(text.encode()).hexdigest()[:6]}".strip("-")


def _target(fleet: Mapping[str, Any], environment: str) -> dict[str, str]:
    branch = f"refs/heads/{fleet['git']['branchPrefix']}{environment}"
    return {
        "namespace": fleet["argocd"]["namespace"],
        "repository": fleet["git"]["repository"],
        "targetRevision": branch,
    }


def _argocd(fleet: Mapping[str, Any], tenant: Tenant) -> dict[str, str]:
    folder = {"manifests": "manifests", "overlay": "overlay"}[fleet["argocd"]["source"]]
    return {
        **_target(fleet, tenant.environment),
        "project": tenant.name,
        "path": f"tenants/{tenant.name}/{folder}",
        "server": fleet["clusters"][tenant.spec["cluster"]]["server"],
    }


def platforms_in(fleet: Mapping[str, Any], environment: str) -> list[str]:
    """The clusters whose platform's Applications are in this environment's tree."""
    clusters = fleet["clusters"].items()
    return sorted(name for name, each in clusters if each.get("platform", {}).get("environment") == environment)


def _platform(cluster: Mapping[str, Any], ring: str) -> tuple[dict[str, str], list[str]]:
    """What the platform's components read of a cluster, and which are chosen."""
    said, ingress = cluster["platform"], cluster["ingress"]
    spec = {
        "server": cluster["server"],
        "ring": ring,
        "contact": said["contact"],
        "issuer": ingress["issuer"],
        "ingressClass": ingress["class"],
    }
    return spec, sorted(said["components"])


def _roots(
    fleet: Mapping[str, Any],
    catalogue: Catalogue,
    environment: str,
    cluster: str,
    names: Collection[str],
    files: Files,
) -> Build:
    """Argo CD's app of apps for one cluster: a root Application, and one Application for each shard that has tenants."""
    name = f"root.{environment}.{cluster}"  # no tenant's name has a dot
    folder = f"roots/{cluster}"
    ring = fleet["rings"][0]["name"]
    shards = [{"name": shard, "path": f"argocd/{cluster}/{shard}"} for shard in sorted(names)]
    argocd = {**_target(fleet, environment), "server": "https://kubernetes.default.svc", "path": f"argocd/{cluster}"}
    spec: dict[str, Any] = {
        "name": name,
        "shardName": f"{name}.shard",
        "cluster": cluster,
        "argocd": argocd,
        "shards": shards,
    }
    components = ["argocd-root"]
    if cluster in platforms_in(fleet, environment):
        spec["platform"], chosen = _platform(fleet["clusters"][cluster], ring)
        components += ["argocd-platform", *(f"platform/{each}" for each in chosen), "argocd-platform/place"]
    owner = written(spec)
    files[f"{folder}/cluster.yaml"] = write(_object("Cluster", name, owner))
    component = catalogue.of("argocd")["argocd-root"]
    up = f"../../catalogue/{ring}"
    resources = ["cluster.yaml"]
    resources += _instances(component, {"shards": shards}, owner, folder, up, files)
    files[f"{folder}/kustomization.yaml"] = write(_kustomization(resources, [f"{up}/{each}" for each in components]))
    return Build(name, folder, f"argocd/{cluster}/root.yaml", catalogue.commit)
