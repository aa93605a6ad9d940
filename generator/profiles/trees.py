"""A list or a map that kustomize only moves, as it prints it."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache, partial
from itertools import combinations

from generator.blocks import Block, Style, block
from generator.scalars import scalar

KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]{0,62}")
"""Keys of which it is known how they are written, and what comes before what."""
_MOST_KEYS = 64
_RANKS = str.maketrans("-./_", "\x01\x02\x03\x04")
"""Signs come first, then digits, then letters."""


def tree(value: Block, column: int) -> str:
    """The list or map, not empty, from its first character to its last one."""
    return block(value, column, _STYLE)


def has_order(keys: Collection[str]) -> bool:
    """Whether kustomize always prints these keys, all of them `KEY`, in one order.

    It compares numbers in them as numbers, but not against all that may stand there instead: of `a1b`, `a9` and `a10` each comes
    before the next one, and the first after the last.
    """
    return len(keys) <= _MOST_KEYS and not any(_by_length(one, other) for one, other in combinations(keys, 2))


def _by_length(one: str, other: str) -> bool:
    """Whether they first differ in numbers of which one has more digits."""
    at = next((index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), -1)
    lengths = [len(text) - at - len(text[at:].lstrip("0123456789")) for text in (one, other)]
    return at >= 0 and 0 not in lengths and lengths[0] != lengths[1]


def _rank(key: str) -> str:
    return key.translate(_RANKS)


@lru_cache(maxsize=4096)
def _key(text: str) -> str:
    return scalar(text, 0, 0)


_STYLE = Style(scalar, _key, partial(sorted, key=_rank))
