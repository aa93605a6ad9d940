"""Every class of destruction against its cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from generator import schema as schemas
from generator.destruction import CLASSES, judge
from generator.destruction.allowances import BY_NAME
from generator.destruction.context import marks_of
from generator.diagnostics import Span
from generator.report import FORMATS
from generator.schema_errors import schema_problems
from tests.conftest import ROOT, matches_golden
from tests.destruction.museum import CASES, HERE, TODAY, found_in, project

MARKS = marks_of(schemas.resolved(project()))
CODES = sorted({*CLASSES, *BY_NAME, *(mark.code for mark in MARKS)} - {"marked-value"})
ENTRIES = ("allow-distant", "allow-expired", "allow-unused")


def code_of(case: Path) -> str:
    return case.name.partition(".")[0]


def is_good(case: Path) -> bool:
    return case.name.partition(".")[2].startswith("good")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_user_sees_these_words(case: Path) -> None:
    judged, problems = judge(*found_in(case), TODAY)
    allowed = "".join(f"allowed: {each.object} {each.field}: {each.allowed}\n" for each in judged if each.allowed)
    matches_golden(case / "expected.txt", allowed + FORMATS["text"](problems))
    codes = {each.code for each in judged} | {each.code for each in problems}
    assert (code_of(case) in codes) is not is_good(case)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_good_and_bad_cases(code: str) -> None:
    kinds = {is_good(case) for case in CASES if code_of(case) == code}
    assert kinds == {True, False}


def test_every_case_is_about_a_code_that_exists() -> None:
    assert {code_of(case) for case in CASES} - {*CODES, *ENTRIES} == set()
    folders = {path for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders == set(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_danger_says_all_that_is_needed(case: Path) -> None:
    for danger in found_in(case)[0]:
        assert danger.why
        assert danger.proceed
        assert danger.tenant == "acme"
        assert danger.object.name
        assert (danger.before, danger.after) != (None, None)


def danger_marks(schema: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(schema, Mapping):
        if "x-danger" in schema:
            yield schema["x-danger"]
        for child in schema.values():
            yield from danger_marks(child)


def test_marks_of_the_core_are_as_those_of_features() -> None:
    """The features' schemas are held against feature.meta.yaml; the core is written by hand, and only a leaf is looked at."""
    meta = project().schemas["feature.meta.yaml"].data
    mark = schemas.inline({**meta["$defs"]["property"]["properties"]["x-danger"], "$defs": meta["$defs"]})
    said = list(danger_marks(schemas.resolved(project())))
    assert len(said) == len(MARKS) > 8
    for each in said:
        assert schema_problems(each, mark, lambda _path, _key: Span("core"), "the mark") == []


def test_the_page_for_users_names_every_code() -> None:
    text = (ROOT / "docs" / "destruction.md").read_text("utf-8")
    assert [code for code in (*CODES, *ENTRIES) if f"`{code}`" not in text] == []
