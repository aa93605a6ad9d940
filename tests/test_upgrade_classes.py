"""The class of the way between two images, and which steps lead from one release to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.load import load
from generator.upgrade.classes import Letter, class_of
from generator.upgrade.hops import Engine, NoWayError, Step, way
from generator.upgrade.passport import Passport, Plugin, passport_of, version_of
from tests.conftest import ROOT

PASSPORTS = {name: passport_of(document.data) for name, document in load(ROOT)[0].catalogue.releases.items()}
BASE = PASSPORTS["5.2.3"]
QUIZ = {**BASE.databases, "mod_quiz": "0" * 40}
OLDER, NEWER, OTHER = (Plugin("tool_x", version) for version in (2026010100, 2026010200, 2026010300))


def with_plugin(plugin: Plugin, **more: object) -> Passport:
    return replace(BASE, plugins={"tool_x": plugin}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "letter", "reason"),
    [
        (BASE, BASE, "", ""),
        (BASE, replace(BASE, image="other"), "R", "the image is another"),
        (BASE, replace(BASE, php=(8, 4), image="other"), "R", "PHP 8.3 becomes 8.4"),
        (BASE, replace(BASE, static="0" * 40), "S", "themes, scripts"),
        (BASE, replace(BASE, build=(2026042003, 1), static="0" * 40), "B", "Moodle rises"),
        (with_plugin(OLDER), with_plugin(NEWER), "B", "tool_x rises from 2026010100 to 2026010200"),
        (BASE, with_plugin(NEWER), "B", "tool_x is new"),
        (BASE, replace(BASE, build=(2026042004,), databases=QUIZ), "M", "db/ of mod_quiz differs"),
        (BASE, replace(BASE, databases={**BASE.databases, "mod_new": "1" * 40}), "M", "db/ of mod_new is new"),
        (BASE, replace(BASE, code_root="/srv/moodle"), "M", "the code moves"),
        (BASE, replace(BASE, branch=503, build=(2026100500,), databases=QUIZ), "X", "branch 502 becomes 503"),
        (BASE, replace(BASE, branch=503, build=(2026042002,)), "N", "Moodle falls"),
        (with_plugin(NEWER), with_plugin(OLDER, branch=503, build=(2026100500,)), "N", "tool_x falls"),
        (PASSPORTS["4.5.13"], PASSPORTS["4.5.14"], "B", "Moodle rises"),
        (PASSPORTS["5.2.2"], PASSPORTS["5.2.3"], "M", "db/ of mod_quiz differs"),
    ],
)
def test_classes(old: Passport, new: Passport, letter: Letter, reason: str) -> None:
    found = class_of(old, new)
    assert found.letter == letter
    assert any(reason in words for words in found.reasons) or not reason
    assert found.outage == (letter in ("M", "X"))


VERSIONS = st.tuples(st.integers(4, 6), st.integers(0, 6), st.integers(0, 3))
PHP = st.sampled_from([(8, 1), (8, 2), (8, 3), (8, 4)])


@st.composite
def passports(draw: st.DrawFn) -> Passport:
    """A release of any version, whose floors know nothing of other releases'."""
    major, minor, point = draw(VERSIONS)
    lowest, highest = sorted(draw(st.tuples(PHP, PHP)))
    return replace(
        BASE,
        name=f"{major}.{minor}.{point}",
        branch=major * 100 + minor,
        build=(2000000000 + major * 10000 + minor * 100 + point,),
        php=draw(st.sampled_from([lowest, highest])),
        php_range=(lowest, highest),
        floors={"postgresql": (draw(st.integers(12, 18)),)},
        upgrade_from=draw(VERSIONS),
        long_term=draw(st.booleans()),
        plugins={},
    )


FLEETS = st.lists(passports(), min_size=2, max_size=7, unique_by=lambda passport: passport.name)


@given(FLEETS, st.integers(12, 18))
def test_a_way_skips_no_floor_and_never_goes_down(known: Sequence[Passport], postgresql: int) -> None:
    start, goal = known[0], known[1]
    try:
        steps = way(start, goal, known, Engine("postgresql", (postgresql,)))
    except NoWayError:
        return
    at, database, php = start, (postgresql,), start.php
    by_name = {passport.name: passport for passport in known}
    for step in steps:
        if step.what == "database":
            assert version_of(step.after) > database
            database = version_of(step.after)  # type: ignore[assignment]
        elif step.what == "php":
            assert at.php_range[0] <= version_of(step.after) <= at.php_range[1]
            php = version_of(step.after)
        else:
            after = by_name[step.after]
            assert step.before == at.name
            assert at.version >= after.upgrade_from
            assert after.version > at.version
            assert after.build > at.build
            assert database >= after.floors["postgresql"]
            assert php == after.php
            at = after
    assert at == goal


@given(FLEETS)
def test_there_is_a_way_wherever_one_hop_is_one(known: Sequence[Passport]) -> None:
    start, goal = known[0], known[1]
    direct = start.version >= goal.upgrade_from and goal.version > start.version and start.php == goal.php
    if direct:
        assert way(start, goal, known, Engine("postgresql", (18,))) == [Step("release", start.name, goal.name)]


def test_the_way_of_the_facts() -> None:
    """4.1.2 to 4.3 go by 4.5, a long-term release, although 5.1 takes them too; the database is raised between."""
    old = replace(PASSPORTS["4.5.14"], name="4.3.1", branch=403, build=(2023100901,), databases={"core": "0" * 40})
    steps = way(old, PASSPORTS["5.3.0"], PASSPORTS.values(), Engine("postgresql", (13,)))
    assert steps == [
        Step("release", "4.3.1", "4.5.14"),
        Step("database", "13", "17"),
        Step("release", "4.5.14", "5.3.0"),
    ]


@pytest.mark.parametrize(
    ("start", "goal", "engine", "words"),
    [
        ("5.3.0", "5.2.3", Engine("postgresql", (17,)), "Moodle never goes back"),
        ("4.5.14", "5.3.0", Engine("oracle", (19,)), "does not run on oracle"),
    ],
)
def test_no_way(start: str, goal: str, engine: Engine, words: str) -> None:
    with pytest.raises(NoWayError, match=words):
        way(PASSPORTS[start], PASSPORTS[goal], PASSPORTS.values(), engine)


def test_a_php_that_the_older_release_does_not_run_on_is_refused() -> None:
    new = replace(PASSPORTS["5.3.0"], php=(8, 4))
    with pytest.raises(NoWayError, match=r"5.3.0 runs on PHP 8.4, which 4.5.14 does not"):
        way(PASSPORTS["4.5.14"], new, [], Engine("postgresql", (17,)))
