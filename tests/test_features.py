"""Every folder of the catalogue keeps its contract, and every example gives the manifests beside it.

A feature's golden holds only what the feature adds or changes in a tenant of the default model; a model's and a state's holds
all. `examples/<name>.yaml` says the feature's own knobs. `tests/effects.yaml` says what the knobs of `examples/full.yaml` do in
a pod, the configuration or the network: CEL expressions that hold of an object (`self`) with the feature, and not without it.
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
from generator.expressions import holds
from generator.hydrate import Hydration
from generator.load import load
from generator.model import Progress
from generator.pipeline import read, render
from generator.source import dump
from tests.conftest import ROOT, copy_input, matches_golden

OVERLAYS = ROOT / "overlays"
CATALOGUE = load(ROOT)[0].catalogue
FEATURES = OVERLAYS / "features"
EXAMPLES = sorted(path for path in FEATURES.glob("*/examples/*.yaml") if not path.name.endswith(".golden.yaml"))
WHOLE = [("models", name) for name in CATALOGUE.of("model")] + [("states", name) for name in CATALOGUE.of("state")]
Objects = dict[str, dict[str, Any]]
"""By kind and name."""
ENTRIES = {"README.md", "schema.yaml", "kustomization.yaml", "examples", "tests", "compose.yaml"}


def manifests(tmp_path: Path, tenant: dict[str, Any]) -> Objects:
    """The objects of one tenant of a small fleet, by kind and name."""
    repository = copy_input(tmp_path / "fleet", ROOT / "tests" / "features" / "tenants")
    file = repository / "tenants" / "production" / "sample.yaml"
    file.write_bytes(dump({**yaml.safe_load(file.read_bytes()), **tenant}))
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


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    return manifests(tmp_path_factory.mktemp("plain"), {})


@lru_cache
def example(path: Path) -> Objects:
    """The objects of the sample tenant with an example of a feature and what that requires."""
    name = path.parent.parent.name
    features = {**dict(needed(name)), name: yaml.safe_load(path.read_bytes()) or {}}
    with TemporaryDirectory() as folder:
        return manifests(Path(folder), {"features": features})


def golden_of(path: Path) -> Path:
    return path.with_name(path.name.replace(".yaml", ".golden.yaml"))


def written(objects: Objects) -> str:
    return yaml.safe_dump_all([objects[name] for name in sorted(objects)], sort_keys=True, width=120)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_an_example_gives_its_golden(path: Path, plain: Objects) -> None:
    objects = example(path)
    assert set(plain) - set(objects) == set(), "a feature takes nothing away"
    changed = {key: item for key, item in objects.items() if plain.get(key) != item}
    assert changed, "the feature changes nothing"
    matches_golden(golden_of(path), written(changed))


@pytest.mark.parametrize("name", CATALOGUE.of("feature"))
def test_a_feature_has_its_effects(name: str, plain: Objects) -> None:
    path, objects = FEATURES / name / "tests" / "effects.yaml", example(FEATURES / name / "examples" / "full.yaml")
    effects = yaml.safe_load(path.read_bytes()) if path.is_file() else None
    assert effects, f"{path.relative_to(ROOT)} is missing, or says nothing"
    for effect in effects:
        assert is_seen(effect, objects), f"not with the feature: {effect['says']}"
        assert not is_seen(effect, plain), f"also without the feature: {effect['says']}"


def is_seen(effect: dict[str, str], objects: Objects) -> bool:
    """Whether the expression can be evaluated, and holds, of the object."""
    assert effect.keys() == {"says", "object", "expression"}
    with suppress(ValueError):
        return holds(effect["expression"], objects.get(effect["object"], {}), {})
    return False


@pytest.mark.parametrize(("folder", "name"), WHOLE, ids=str)
def test_models_and_states_give_their_golden(folder: str, name: str, tmp_path: Path) -> None:
    objects = manifests(tmp_path, {folder.removesuffix("s"): name})
    matches_golden(OVERLAYS / folder / name / "examples" / "minimal.golden.yaml", written(objects))


def test_no_golden_is_an_orphan() -> None:
    kept = {golden_of(path) for path in EXAMPLES}
    kept |= {OVERLAYS / folder / name / "examples" / "minimal.golden.yaml" for folder, name in WHOLE}
    assert set(OVERLAYS.rglob("*.golden.yaml")) - kept == set()


@pytest.mark.parametrize("component", CATALOGUE.components, ids=lambda component: f"{component.kind}-{component.name}")
def test_every_file_of_a_folder_is_used(component: Any) -> None:
    """A manifest that no kustomization lists is dead."""
    named: set[str] = set()
    for name, documents in component.documents.items():
        if name.endswith("kustomization.yaml"):
            folder = name.removesuffix("kustomization.yaml")
            named |= {f"{folder}{text}" for text in _texts([document.data for document in documents])}
    for name in component.files:
        top = name.split("/")[0]
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
