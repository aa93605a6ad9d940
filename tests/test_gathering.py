"""Trees that are gathered in one file, and the objects that are read back from them."""

from __future__ import annotations

import errno
import os

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.diagnostics import ToolError
from generator.gathering import Gathering
from generator.manifest_loader import ManifestLoader
from generator.rendering import object_in
from generator.snapshot import ids_of, of_bytes
from generator.source import dump

FILES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from([b"", b"one", b"two" * 9000, b"\0\xff"]))


@given(st.lists(FILES))
def test_what_was_added_last_is_there(added: list[dict[str, bytes]]) -> None:
    gathering, whole = Gathering({}), dict[str, bytes]()
    for files in added:
        gathering.add(files)
        whole |= files
    tree = gathering.snapshot("production", "here")
    assert (tree.ids, tree.read(whole)) == (ids_of(whole), whole)


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ToolError, match="No space left on device"):
        Gathering({"a": b"b"})


LEAVES = st.one_of(
    st.text(max_size=8), st.sampled_from(["=", "yes", "1e3", "0o7", "2026-01-01", "~", "a: b"]), st.integers()
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text("ab.", min_size=1), inner))
)


@given(st.dictionaries(st.sampled_from(["name", "host", "site"]), VALUES, min_size=1))
def test_an_object_is_read_as_manifests_are(spec: dict[str, object]) -> None:
    raw = dump({"kind": "Tenant", "spec": spec})
    tree = of_bytes({"tenant.yaml": raw}, "production", "here")
    assert object_in(tree, "tenant.yaml") == yaml.load(raw, Loader=ManifestLoader)["spec"]
