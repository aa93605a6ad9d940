"""What kustomize prints is read as Kubernetes reads it."""

from __future__ import annotations

import pytest
import yaml

from generator.manifest_loader import ManifestLoader


@pytest.mark.parametrize("text", ["=", "2026-11-21", "2026-02-30", "2026-11-21T08:00:00Z"])
def test_what_only_yaml_takes_for_something_else_is_text(text: str) -> None:
    assert yaml.load(f"value: {text}\n", Loader=ManifestLoader) == {"value": text}


@pytest.mark.parametrize("digits", ["1" * 5000, "-" + "1" * 400, "0x10000000000000000"])
def test_digits_that_are_no_number_of_kubernetes_are_text(digits: str) -> None:
    assert yaml.load(f"a: {digits}", Loader=ManifestLoader) == {"a": digits}


@pytest.mark.parametrize("digits", ["18446744073709551616", "-9223372036854775808", "0xffffffffffffffff", "017"])
def test_other_digits_are_a_number(digits: str) -> None:
    (value,) = yaml.load(f"a: {digits}", Loader=ManifestLoader).values()
    assert isinstance(value, int)
