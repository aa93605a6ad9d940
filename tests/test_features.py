"""Every folder of the catalogue keeps its contract, and every example gives the manifests beside it.

A feature's golden holds only what the feature adds or changes in a tenant of the first model, database and cache that it works
with; that of a database or a cache in a tenant of the default model; that of a model or a state holds all.
`examples/<name>.yaml` says a feature's own knobs, and what a tenant with such a model, database, cache or state has to say
besides. `tests/effects.yaml` says what the knobs of `examples/full.yaml` do in a pod, the configuration or the network: CEL
expressions that hold of an object (`self`) with the feature, and not without it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from generator import kustomize
from generator.composing import mounts
from generator.expressions import holds
from generator.hydrate import Hydration
from generator.load import load
from generator.model import FOLDERS, Progress
from generator.pipeline import read, render
from generator.source import dump
from tests.bench.language import merged
from tests.conftest import ROOT, copy_input, matches_golden

OVERLAYS = ROOT / "overlays"
CATALOGUE = load(ROOT)[0].catalogue
FEATURES = OVERLAYS / "features"
COMPOSED = {component.folder for component in CATALOGUE.components if component.composes}
"""Parts of Compose projects alone: `test_compose.py` looks at them."""
BUILT = [name for name, feature in CATALOGUE.of("feature").items() if feature.folder not in COMPOSED]
EXAMPLES = sorted(
    path
    for name in BUILT
    for path in FEATURES.glob(f"{name}/examples/*.yaml")
    if not path.name.endswith(".golden.yaml")
)
SERVERS = ("databases", "caches")
USUAL = {("models", "kubernetes"), ("databases", "cloudnative-pg"), ("caches", "redis")}
WHOLE = [
    (folder, name)
    for folder, kind in FOLDERS.items()
    if kind != "feature"
    for name, component in CATALOGUE.of(kind).items()
    if component.folder not in COMPOSED
]
CHANGING = [
    path.parts[-4:-2] for path in sorted(OVERLAYS.glob("*/*/tests/effects.yaml")) if path.parts[-4] != "features"
]
WAYS = {"S": ("5.3.0", "5.3.9"), "B": ("4.5.13", "4.5.14"), "M": ("5.2.2", "5.2.3")}
"""By class an upgrade from one release to another; 5.3.9 exists only here."""
Objects = dict[str, dict[str, Any]]
"""By kind and name."""
ENTRIES = {"README.md", "schema.yaml", "kustomization.yaml", "examples", "tests", "compose.yaml"}


def with_component(folder: str, name: str) -> dict[str, Any]:
    """What a tenant says that chooses a component of a kind of which each tenant has one."""
    kind = FOLDERS[folder]
    if kind == "transaction":
        return upgrading(name)
    said: dict[str, Any] = {kind: {"server": name} if folder in SERVERS else name}
    example = OVERLAYS / folder / name / "examples" / "minimal.yaml"
    return merged(said, yaml.safe_load(example.read_bytes()) if example.exists() else {})


def upgrading(transaction: str) -> dict[str, Any]:
    """What a tenant says whose upgrade is done with the transaction."""
    schema = CATALOGUE.of("transaction")[transaction].schema
    assert schema is not None
    needed = schema.data.get("x-requires", ())
    features = {name: yaml.safe_load((FEATURES / name / "examples" / "minimal.yaml").read_bytes()) for name in needed}
    found: dict[str, Any] = {"features": features} if features else {}
    if "x-field" in schema.data:
        return {
            **yaml.safe_load((OVERLAYS / "transactions" / transaction / "examples/minimal.yaml").read_bytes()),
            **found,
        }
    before, after = next(WAYS[letter] for letter in schema.data["x-classes"] if letter in WAYS)
    return {"release": {"version": after, "from": before}, **found}


def ground(name: str) -> dict[str, Any]:
    """What a tenant says that can have the feature: something of each kind it works with, where the usual one is not among that."""
    schema = CATALOGUE.of("feature")[name].schema
    assert schema is not None
    said: dict[str, Any] = {}
    for folder, usual in sorted(USUAL):
        names = schema.data.get(f"x-{folder}", [usual])
        said = merged(said, with_component(folder, names[0]) if usual not in names else {})
    return said


def _add_release(folder: Path) -> None:
    """The release that differs from the newest in a static file, for no two in the catalogue do."""
    before, after = WAYS["S"]
    body = yaml.safe_load((folder / f"{before}.yaml").read_bytes())
    body |= {"version": after, "image": body["image"].replace(f":{before}@", f":{after}@")}
    (folder / f"{after}.yaml").write_bytes(dump({**body, "hashes": {**body["hashes"], "static": "1" * 40}}))


def manifests(tmp_path: Path, tenant: dict[str, Any]) -> Objects:
    """The objects of one tenant of a small fleet, by kind and name."""
    repository = copy_input(tmp_path / "fleet", ROOT / "tests" / "features" / "tenants")
    _add_release(repository / "overlays" / "releases")
    file = repository / "tenants" / "production" / "sample.yaml"
    file.write_bytes(dump(merged(yaml.safe_load(file.read_bytes()), tenant)))
    done = render(
        read(repository), tmp_path / "out", Hydration(kustomize.find()), tmp_path / "no-crds", ("sample",), Progress()
    )
    assert done.problems == []
    text = (tmp_path / "out" / "production" / "tenants" / "sample" / "manifests" / "manifests.yaml").read_bytes()
    shutil.rmtree(tmp_path / "fleet")
    shutil.rmtree(tmp_path / "out")
    return {f"{item['kind']}/{without_hash(item)}": item for item in yaml.safe_load_all(text)}


def without_hash(item: dict[str, Any]) -> str:
    """The name a generated ConfigMap had before kustomize put the hash of its content behind it."""
    name: str = item["metadata"]["name"]
    return re.sub(r"-[bcdfghkmt2-9]{10}$", "", name) if item["kind"] == "ConfigMap" else name


def needed(name: str) -> Iterator[tuple[str, Any]]:
    """The features that a feature requires, with their smallest example."""
    schema = CATALOGUE.of("feature")[name].schema
    assert schema is not None
    for other in schema.data.get("x-requires", []):
        yield from needed(other)
        yield other, yaml.safe_load((OVERLAYS / "features" / other / "examples" / "minimal.yaml").read_bytes())


@lru_cache
def _plain(said: bytes) -> Objects:
    with TemporaryDirectory() as folder:
        return manifests(Path(folder), yaml.safe_load(said))


def plain(name: str = "") -> Objects:
    """The objects of the sample tenant without the feature of the name."""
    return _plain(dump(ground(name) if name else {}))


@lru_cache
def example(path: Path) -> Objects:
    """The objects of the sample tenant with an example of a feature and what that requires."""
    name = path.parent.parent.name
    features = {**dict(needed(name)), name: yaml.safe_load(path.read_bytes()) or {}}
    with TemporaryDirectory() as folder:
        return manifests(Path(folder), merged(ground(name), {"features": features}))


def deleted_by(name: str) -> set[str]:
    """What a feature says it takes away, because it brings something in its place."""
    documents = [each.data for parts in CATALOGUE.of("feature")[name].documents.values() for each in parts]
    deleting = [data for data in documents if isinstance(data, dict) and data.get("$patch") == "delete"]
    return {f"{data['kind']}/{data['metadata']['name']}" for data in deleting}


def golden_of(path: Path) -> Path:
    return path.with_name(path.name.replace(".yaml", ".golden.yaml"))


def written(objects: Objects) -> str:
    return yaml.safe_dump_all([objects[name] for name in sorted(objects)], sort_keys=True, width=120)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_an_example_gives_its_golden(path: Path) -> None:
    name = path.parent.parent.name
    objects, before = example(path), plain(name)
    assert set(before) - set(objects) == deleted_by(name), "a feature takes nothing else away"
    changed = {key: item for key, item in objects.items() if before.get(key) != item}
    assert changed, "the feature changes nothing"
    matches_golden(golden_of(path), written(changed))


@pytest.mark.parametrize("name", BUILT)
def test_a_feature_has_its_effects(name: str) -> None:
    are_seen(effects_of("features", name), example(FEATURES / name / "examples" / "full.yaml"), plain(name))


@pytest.mark.parametrize(("folder", "name"), CHANGING, ids=str)
def test_a_model_a_database_or_a_cache_has_its_effects(folder: str, name: str, tmp_path: Path) -> None:
    are_seen(effects_of(folder, name), manifests(tmp_path, with_component(folder, name)), plain())


def test_whatever_is_not_the_usual_has_effects() -> None:
    assert {entry for entry in WHOLE if entry[0] != "states"} - USUAL == {tuple(entry) for entry in CHANGING}


def effects_of(folder: str, name: str) -> list[dict[str, str]]:
    path = OVERLAYS / folder / name / "tests" / "effects.yaml"
    effects: list[dict[str, str]] = yaml.safe_load(path.read_bytes()) if path.is_file() else []
    assert effects, f"{path.relative_to(ROOT)} is missing, or says nothing"
    return effects


def are_seen(effects: list[dict[str, str]], objects: Objects, before: Objects) -> None:
    for effect in effects:
        assert is_seen(effect, objects), f"not with it: {effect['says']}"
        assert not is_seen(effect, before), f"also without it: {effect['says']}"


def is_seen(effect: dict[str, str], objects: Objects) -> bool:
    """Whether the expression can be evaluated, and holds, of the object."""
    assert effect.keys() == {"says", "object", "expression"}
    with suppress(ValueError):
        return holds(effect["expression"], objects.get(effect["object"], {}), {})
    return False


@pytest.mark.parametrize(
    ("folder", "name"), [entry for entry in WHOLE if entry[0] == "models" or entry not in USUAL], ids=str
)
def test_models_servers_and_states_give_their_golden(folder: str, name: str, tmp_path: Path) -> None:
    objects = manifests(tmp_path, with_component(folder, name))
    if folder in SERVERS:
        objects = {key: item for key, item in objects.items() if plain().get(key) != item}
    matches_golden(OVERLAYS / folder / name / "examples" / "minimal.golden.yaml", written(objects))


def test_no_golden_is_an_orphan() -> None:
    kept = {golden_of(path) for path in EXAMPLES}
    kept |= {
        OVERLAYS / folder / name / "examples" / "minimal.golden.yaml"
        for folder, name in WHOLE
        if folder not in SERVERS or (folder, name) not in USUAL
    }
    assert set(OVERLAYS.rglob("*.golden.yaml")) - kept == set()


@pytest.mark.parametrize("component", CATALOGUE.components, ids=lambda component: f"{component.kind}-{component.name}")
def test_every_file_of_a_folder_is_used(component: Any) -> None:
    """A manifest that no kustomization lists is dead."""
    named: set[str] = set()
    for name, documents in component.documents.items():
        if name.endswith("kustomization.yaml"):
            folder = name.removesuffix("kustomization.yaml")
            named |= {f"{folder}{text}" for text in _texts([document.data for document in documents])}
    mounted = {Path(path).name for path in mounts(component)}
    for name in component.files:
        if name in mounted or name.endswith(".compose.yaml"):
            continue
        top = name.split("/")[0]
        if component.kind == "platform" and top == "manifests":  # an Application reads the folder
            assert any(f"platform/{component.name}/manifests".encode() in raw for raw in component.files.values())
            continue
        if top in ENTRIES or name.endswith("kustomization.yaml") or (top == "each" and name.count("/") == 1):
            continue
        assert name in named or any(name in text.partition("=")[2] for text in named), f"{component.folder}/{name}"


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node.partition("=")[2] or node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


@pytest.mark.parametrize("name", CATALOGUE.of("feature"))
def test_a_readme_says_what_a_user_asks(name: str) -> None:
    text = (OVERLAYS / "features" / name / "README.md").read_text()
    for heading in ("## What it gives", "## When not to use it", "## Runbook", "<!-- knobs -->"):
        assert heading in text, heading
