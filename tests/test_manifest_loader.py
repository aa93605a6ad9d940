"""What kustomize prints is read as Kubernetes reads it."""

from __future__ import annotations

import pytest
import yaml

from generator.manifest_loader import ManifestLoader


@pytest.mark.parametrize("text", ["=", "2026-11-21", "2026-02-30", "2026-11-21T08:00:00Z"])
def test_what_only_yaml_takes_for_something_else_is_text(text: str) -> None:
    assert yaml.load(f"value: {text}\n", Loader=ManifestLoader) == {"value": text}
