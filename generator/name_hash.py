"""The suffix of a generated ConfigMap's name, as kustomize computes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache

_LENGTH = 10
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
# What Go's JSON escapes beyond Python's; none of them can stand in JSON outside of a string.
_GO = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
_UNLIKE_WORDS = str.maketrans("013ae", "ghkmt")


def config_map_json(data: Mapping[str, str], binary: Mapping[str, str] | None = None) -> str:
    """What is hashed: JSON as Go writes it.

    `binary` is `binaryData` as it stands in the manifest: base64, wrapped by kustomize. Name, labels, annotations and `immutable`
    do not enter.
    """
    content: dict[str, object] = {"data": dict(data) or "", "kind": "ConfigMap", "name": ""}
    if binary:
        content["binaryData"] = dict(binary)
    return _ENCODER.encode(content).translate(_GO)


@lru_cache(maxsize=1 << 14)
def json_inside(text: str) -> str:
    """A text as it stands between the quotes of such JSON."""
    return _ENCODER.encode(text)[1:-1].translate(_GO)


def hash_of(text: str) -> str:
    """The ten characters after the last dash of the name of what has such JSON."""
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH].translate(_UNLIKE_WORDS)
