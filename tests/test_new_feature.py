"""A feature is a folder: copied into a catalogue by hand it is offered, validated, rendered and explained, with no Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.running import quad

FOLDER = {
    "README.md": "# motto\n\n## What it gives\nA motto.\n\n<!-- knobs -->\n<!-- /knobs -->\n",
    "schema.yaml": """\
title: Motto
description: Tells the pods a motto. It is shown nowhere.
type: object
additionalProperties: false
properties:
  text:
    title: Text
    description: The motto.
    type: string
    maxLength: 80
    default: sapere aude
""",
    "kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
configMapGenerator:
- name: moodle-env
  behavior: merge
  literals: [MOODLE_MOTTO=placeholder]
replacements:
- source: {kind: Tenant, fieldPath: spec.features.motto.text}
  targets:
  - select: {kind: ConfigMap, name: moodle-env}
    fieldPaths: [data.MOODLE_MOTTO]
""",
    "examples/minimal.yaml": "{}\n",
}


@pytest.fixture
def with_motto(fleet_repository: Path) -> Path:
    for name, text in FOLDER.items():
        path = fleet_repository / "overlays" / "features" / "motto" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return fleet_repository


def test_the_folder_is_all_it_takes(with_motto: Path) -> None:
    tenant = with_motto / "tenants" / "production" / "demo.yaml"
    tenant.write_text(tenant.read_text() + 'features:\n  motto: {text: "yes"}\n')
    assert quad(["schema"], with_motto).code == 0
    schema = json.loads((with_motto / "schemas" / "tenant.schema.json").read_text())
    assert schema["properties"]["features"]["properties"]["motto"]["properties"]["text"]["default"] == "sapere aude"
    done = quad(["render"], with_motto)
    assert done.code == 0, done.stderr
    path = with_motto / "rendered" / "production" / "tenants" / "demo" / "manifests" / "manifests.yaml"
    environment = [
        item
        for item in yaml.safe_load_all(path.read_bytes())
        if item["kind"] == "ConfigMap" and item["metadata"]["name"].startswith("moodle-env-")
    ]
    assert [item["data"]["MOODLE_MOTTO"] for item in environment] == ["yes"]
    why = quad(["why", "demo", "features.motto.text"], with_motto).stdout
    assert "tenants/production/demo.yaml" in why
    assert "overlays/features/motto/schema.yaml" in why
    assert "ConfigMap/moodle-env data.MOODLE_MOTTO" in why
    assert "motto" in quad(["catalogue"], with_motto).stdout


def test_what_the_folder_lacks_is_named(with_motto: Path) -> None:
    (with_motto / "overlays" / "features" / "motto" / "README.md").unlink()
    done = quad(["validate"], with_motto)
    assert done.code == 1
    assert "feature `motto` lacks README.md" in done.stderr
