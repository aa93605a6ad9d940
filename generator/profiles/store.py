"""Profiles as bytes for the cache, and back."""

from __future__ import annotations

import json
from typing import Any

from generator.cache import digest
from generator.profiles.template import Body, Parts, Profile, Slot, Template


def to_bytes(profile: Profile) -> bytes:
    """The profile as JSON."""
    return json.dumps(
        {
            "templates": [[one.path, one.literals, one.slots] for one in profile.templates],
            "slots": [[one.parts, one.style, one.column, one.indent] for one in profile.slots],
            "slugs": profile.slugs,
            "hashes": profile.hashes,
            "objects": [
                [one.digest, one.api_version, one.kind, one.values, sorted(one.words), sorted(one.ports)]
                for one in profile.objects
            ],
        }
    ).encode()


def from_bytes(raw: bytes) -> Profile:
    """The profile that `to_bytes` wrote."""
    found: dict[str, Any] = json.loads(raw)
    key = digest(raw)
    return Profile(
        tuple(Template(_parts(path), tuple(texts), tuple(slots)) for path, texts, slots in found["templates"]),
        tuple(Slot(_parts(parts), style, column, indent) for parts, style, column, indent in found["slots"]),
        tuple(found["slugs"]),
        tuple(_parts(parts) for parts in found["hashes"]),
        tuple(
            Body(
                name,
                version,
                kind,
                tuple((tuple(path), _parts(parts), is_text) for path, parts, is_text in values),
                frozenset(words),
                frozenset(ports),
            )
            for name, version, kind, values, words, ports in found["objects"]
        ),
        key,
    )


def _parts(found: list[str | int]) -> Parts:
    return tuple(found)
