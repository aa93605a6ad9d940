"""The table of deprecations against the schemas of every Kubernetes that kubernetes-validate carries."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from generator.rules.deprecations import DEPRECATIONS, numbers
from generator.rules.kubernetes_schema import _carried, _kinds, _known_version, carried

VERSIONS = [f"{major}.{minor}" for major, minor in _carried()]
NO_OBJECTS = re.compile(r"List$|^DeleteOptions$|^WatchEvent$|^Status$")


def served(kubernetes: str) -> set[tuple[str, str]]:
    """API version and kind of everything that the version has."""
    found = _kinds(_known_version(kubernetes))
    return {
        (f"{group}/{version}".removeprefix("/"), kind) for group, version, kind in found if not NO_OBJECTS.search(kind)
    }


@pytest.mark.parametrize("kubernetes", VERSIONS)
def test_what_is_gone_is_gone(kubernetes: str) -> None:
    there = served(kubernetes)
    gone = {key for key, row in DEPRECATIONS.items() if row.removed and row.removed <= numbers(kubernetes)}
    assert gone & there == set()


@pytest.mark.parametrize("kubernetes", VERSIONS)
def test_what_is_deprecated_is_still_there(kubernetes: str) -> None:
    """From the version that deprecates it to the one that drops it."""
    there = served(kubernetes)
    wanted = {
        key
        for key, row in DEPRECATIONS.items()
        if row.deprecated <= numbers(kubernetes) and (row.removed is None or numbers(kubernetes) < row.removed)
    }
    assert wanted - there == set()


@pytest.mark.parametrize(("older", "newer"), list(pairwise(VERSIONS)))
def test_every_stable_or_beta_version_that_vanishes_is_in_the_table(older: str, newer: str) -> None:
    vanished = {key for key in served(older) - served(newer) if "alpha" not in key[0]}
    rows = {key for key in vanished if key in DEPRECATIONS and DEPRECATIONS[key].removed == numbers(newer)}
    assert vanished - rows == set()


@pytest.mark.parametrize(("key", "row"), list(DEPRECATIONS.items()), ids=str)
def test_a_replacement_that_is_a_version_is_served(key: tuple[str, str], row: object) -> None:
    """In the newest version, for the same kind."""
    found = re.fullmatch(r"`(\S+)`", getattr(row, "replacement", ""))
    if found:
        assert (found[1], key[1]) in served(carried()[1]), f"{key} -> {found[1]}"
