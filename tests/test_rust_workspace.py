"""rust/: no crate is `unsafe`, and rust/licences.py sees what it is there for."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import ROOT

RUST = ROOT / "rust"
# A crate that cannot do without `unsafe` comes here with its reason, and gets a run of Miri or of a sanitizer in rust/test.
UNSAFE: dict[str, str] = {}
MEMBERS = sorted(
    path
    for pattern in tomllib.loads((RUST / "Cargo.toml").read_text())["workspace"]["members"]
    for path in RUST.glob(pattern)
    if (path / "Cargo.toml").is_file()
)


def code(path: Path) -> str:
    """The file without what stands behind `//`."""
    return re.sub(r"//.*", "", path.read_text())


@pytest.mark.parametrize("crate", MEMBERS, ids=lambda path: path.name)
def test_no_crate_is_unsafe_and_the_compiler_holds_it_to_that(crate: Path) -> None:
    if crate.name in UNSAFE:
        return
    roots = [path for place in ("src/lib.rs", "src/main.rs", "src/bin/*.rs") for path in crate.glob(place)]
    assert roots
    assert [path.name for path in roots if "\n#![forbid(unsafe_code)]\n" not in path.read_text()] == []
    assert [path.name for path in crate.rglob("*.rs") if re.search(r"\bunsafe\b", code(path))] == []


def test_the_exceptions_are_crates() -> None:
    assert UNSAFE.keys() <= {path.name for path in MEMBERS}


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", RUST / "licences.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "expression",
    [
        "MIT",
        "MIT OR SSPL-1.0",
        "SSPL-1.0/MIT",
        "Apache-2.0 / MIT",
        "Apache-2.0 AND ISC",
        "(MIT OR SSPL-1.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR SSPL-1.0",
        "SSPL-1.0 AND AGPL-3.0-only OR MIT",
    ],
)
def test_a_licence_that_can_be_met(expression: str, licences: ModuleType) -> None:
    assert licences.allows(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "SSPL-1.0",
        "AGPL-3.0-only",
        "MIT AND SSPL-1.0",
        "(MIT OR ISC) AND SSPL-1.0",
        "MIT WITH some-exception",
        "MIT SSPL-1.0",
        "MIT OR",
        "(MIT",
        "MIT)",
        "MIT, and more",
    ],
)
def test_a_licence_that_cannot(expression: str, licences: ModuleType) -> None:
    assert not licences.allows(expression)


def package(name: str, version: str = "1.0.0", **more: str) -> dict[str, Any]:
    source = "registry+https://github.com/rust-lang/crates.io-index"
    return {"id": f"{name}@{version}", "name": name, "version": version, "license": "MIT", "source": source, **more}


def metadata(packages: list[dict[str, Any]], kind: str | None = None) -> dict[str, Any]:
    """A workspace of one crate of ours that depends on all the packages."""
    ours = {**package("ours"), "source": None}
    deps = [{"pkg": each["id"], "dep_kinds": [{"kind": kind}]} for each in packages]
    nodes = [{"id": ours["id"], "deps": deps}, *({"id": each["id"], "deps": []} for each in packages)]
    return {"packages": [ours, *packages], "workspace_members": [ours["id"]], "resolve": {"nodes": nodes}}


def test_all_is_well(licences: ModuleType) -> None:
    assert licences.problems(metadata([package("sha2"), package("syn"), package("syn", "2.0.0")]), {}) == []


@pytest.mark.parametrize(
    ("packages", "words"),
    [
        ([package("x", license="SSPL-1.0")], ["x 1.0.0: licence SSPL-1.0 is not allowed here"]),
        ([{**package("x"), "license": None}], ["x 1.0.0: licence none is not allowed here"]),
        ([package("x", source="git+https://example.org/x")], ["x 1.0.0: it comes from git+https://example.org/x"]),
        (
            [package("sha2"), package("sha2", "2.0.0")],
            ["sha2: in several versions, 1.0.0, 2.0.0; `cargo tree -i sha2@VERSION` says whose"],
        ),
    ],
)
def test_what_is_not_as_it_is_to_be(packages: list[dict[str, Any]], words: list[str], licences: ModuleType) -> None:
    assert licences.problems(metadata(packages), {}) == words


def test_what_only_tests_need_may_be_there_twice(licences: ModuleType) -> None:
    assert licences.problems(metadata([package("rand"), package("rand", "2.0.0")], "dev"), {}) == []


def test_an_exception_is_for_what_is_there(licences: ModuleType) -> None:
    twice = metadata([package("rand"), package("rand", "2.0.0")])
    assert licences.problems(twice, {"rand": "why"}) == []
    assert licences.problems(metadata([package("rand")]), {"rand": "why"}) == [
        "rand: is accepted in several versions and has one; remove it from TWICE"
    ]
