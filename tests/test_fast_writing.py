"""What is written fast is what the dumper writes, byte for byte. QUAD_FUZZ_WRITING says how many documents."""

from __future__ import annotations

import os
from random import Random
from typing import Any

import pytest

from generator.fast_writing import own_scalar, write, written
from generator.source import dump
from tests.hostile import LONG, SENTINELS, SPECIAL
from tests.nasty import SPACED, WORDS, texts

COUNT = int(os.environ.get("QUAD_FUZZ_WRITING", "600"))
SEED = 6
CHARACTERS = (
    range(0x20, 0x3100),
    range(0xD700, 0xD800),
    range(0xE000, 0xE010),
    range(0xF8F0, 0x10010),
    range(0x1F600, 0x1F610),
)
"""All kinds of them, and those at the ends of ranges that emitters tell apart."""
KEYS = ("a1", "name", "app.kubernetes.io/part-of", "y", "no", "0", "a b", "é", "", "x" * 101, "x" * 200, "-", "a_")
PLAIN_KEYS = ("a1", "name", "app.kubernetes.io/part-of", "quadrangle.dev/tenant", "Zz", "x" * 100)
LEAVES: tuple[Any, ...] = (0, 1, -5, 2**60, True, False, None, {}, [], *SPACED, *WORDS, *SPECIAL, *LONG)


def test_scalars() -> None:
    """Wherever they stand: the dumper writes a text the same in every place."""
    some = [text for text in (*SPECIAL, *LONG, *SENTINELS, *texts(SEED, 20_000)) if text]
    every = [chr(code) for part in CHARACTERS for code in part]
    many = [*some, *every, *(f"a{character}b" for character in every)]
    said = [own_scalar(text) for text in many]
    long = "k" * 100
    assert dump(many).decode().splitlines() == [f"- {text}" for text in said]
    assert dump([{"key": text} for text in many]).decode().splitlines() == [f"- key: {text}" for text in said]
    deep = dump({"top": [[{long: text} for text in some]]}).decode().splitlines()[1:]
    assert [line.lstrip(" -") for line in deep] == [f"{long}: {text}" for text in said[: len(some)]]


def anything(random: Random, keys: tuple[str, ...], depth: int) -> Any:
    sort = random.random()
    if depth == 0 or sort < 0.3:
        return random.choice(LEAVES)
    if sort < 0.6:
        return [anything(random, keys, depth - 1) for _ in range(random.randrange(4))]
    return {key: anything(random, keys, depth - 1) for key in random.sample(keys, random.randrange(5))}


@pytest.mark.parametrize("keys", [KEYS, PLAIN_KEYS])
def test_documents(keys: tuple[str, ...]) -> None:
    random = Random(SEED)
    for _ in range(COUNT // 2):
        data = {"first": 1, "then": anything(random, keys, 4), "a": anything(random, keys, 3)}
        assert write(data) == dump(data)
        assert write({"spec": written(data)}) == dump({"spec": in_order(data)})


def in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def test_what_is_not_known_is_left_to_the_dumper() -> None:
    for data in ({"a1": 1.5}, {"a1": {"y": 1}}, {"a1": ["x", {"b1": 1e300}]}):
        assert write(data) == dump(data)
        assert write({"spec": written(data)}) == dump({"spec": data})
