"""The suffix of a ConfigMap's name, against the real kustomize."""

from __future__ import annotations

import base64
import random
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from generator import kustomize
from generator.name_hash import config_map_json, hash_of
from tests.nasty import texts

MAPS = 300


def test_suffixes_equal_kustomize(tmp_path: Path) -> None:
    r = random.Random(6)
    source = [text for text in texts(6, 2000) if "\r" not in text and not text.startswith("\t") and _is_kept(text)]
    source += ["<script>&amp;</script>", '"\\/\b\f\n\0\x1f', "é日本😀"]
    maps = [{f"k{k}": r.choice(source) for k in range(r.randint(0, 4))} for _ in range(MAPS)]
    maps += [{"k": text} for text in source[-3:]]
    generators = []
    for number, data in enumerate(maps):
        for key, text in data.items():
            (tmp_path / f"{number}-{key}").write_bytes(text.encode())
        options = {"immutable": True, "labels": {"a": "b"}} if number % 2 else {}
        files = [f"{key}={number}-{key}" for key in data]
        generators.append({"name": f"c{number}", "options": options, **({"files": files} if files else {})})
    assert _names(tmp_path, generators) == {f"c{n}-{hash_of(config_map_json(data))}" for n, data in enumerate(maps)}


def test_binary_data_enters(tmp_path: Path) -> None:
    content = bytes(range(256))
    (tmp_path / "text").write_bytes(b"a")
    (tmp_path / "binary").write_bytes(content)
    binary = {"binary": "".join(line + "\n" for line in textwrap.wrap(base64.b64encode(content).decode(), 70))}
    generators = [{"name": "both", "files": ["text", "binary"]}, {"name": "one", "files": ["binary"]}]
    both, one = hash_of(config_map_json({"text": "a"}, binary)), hash_of(config_map_json({}, binary))
    assert _names(tmp_path, generators) == {f"both-{both}", f"one-{one}"}


def _is_kept(text: str) -> bool:
    return not any(character in text for character in "\x7f\x80\x85\x9f\u2028\u2029\ufeff\ufffe\uffff")


def _names(folder: Path, generators: Sequence[Mapping[str, object]]) -> set[str]:
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({"configMapGenerator": generators}), encoding="utf-8")
    output, complaint = kustomize.find().build(folder)
    assert not complaint, complaint[-500:]
    return {document["metadata"]["name"] for document in yaml.load_all(output, yaml.CBaseLoader)}
