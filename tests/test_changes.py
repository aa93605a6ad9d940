"""The museum of changes, tests/changes/<case>/: two trees, and the exact words the reader of each format sees."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from markdown_it import MarkdownIt
from syrupy.assertion import SnapshotAssertion
from syrupy.data import SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation

from generator.changes import Danger, ObjectId, Review
from generator.diagnostics import Span
from generator.diff import compare
from generator.diff.review import review
from generator.report.changes_json import json as as_json
from generator.report.changes_markdown import markdown
from generator.report.changes_sarif import sarif
from generator.report.changes_text import text
from tests.conftest import ROOT
from tests.trees import snapshot, tenant_tree

MUSEUM = ROOT / "tests" / "changes"
CASES = sorted(path.name for path in MUSEUM.iterdir() if path.is_dir())
LAYOUTS: dict[str, Callable[[Review], str]] = {"txt": text, "md": markdown, "json": as_json, "sarif": sarif}
# A case of these names shows that there is nothing to show.
NOISE = {"nothing", "order-of-keys", "order-of-lists", "quoting"}


class Beside(SingleFileSnapshotExtension):
    """Keeps what is expected beside the case."""

    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        parameters = getattr(test_location.item, "callspec", None)  # syrupy asks for every test of the session
        return str(MUSEUM / (parameters.params.get("name", "none") if parameters else "none"))

    @classmethod
    def get_file_basename(cls, *, test_location: PyTestLocation, index: Any) -> str:  # noqa: ARG003  # syrupy's signature
        return "expected"

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        return snapshot_location.startswith(cls.dirname(test_location=test_location))

    def discover_snapshots(self, **_: Any) -> SnapshotCollections:
        """Nothing: syrupy deletes what it finds and no test used, and it would find the cases' input. A test looks for orphans."""
        return SnapshotCollections()


EXTENSIONS = {ending: type(f"Beside{ending}", (Beside,), {"file_extension": ending}) for ending in LAYOUTS}


def review_of(case: Path) -> Review:
    fleet = yaml.safe_load((case / "fleet.yaml").read_bytes()) if (case / "fleet.yaml").exists() else {}
    usual: dict[str, Any] = {"acme": {"ring": "canary"}, "birch": {"ring": "early"}, "cedar": {"ring": "broad"}}
    trees = []
    for side in ("before", "after"):
        files: dict[str, str] = {}
        manifests = (case / f"{side}.yaml").read_text(encoding="utf-8")
        for name, spec in fleet.get(side, usual).items():
            own = manifests.replace("acme", name)
            for old, new in fleet.get("replace", {}).get(name, []) if side == "after" else []:
                assert old in own
                own = own.replace(old, new)
            files |= tenant_tree(own, name, **spec)
        trees.append(snapshot(files, side))
    dangers = [danger for entry in fleet.get("dangers", []) for danger in dangers_of(entry)]
    return review([(trees[0], trees[1])], compare(trees[0], trees[1]), dangers)


def dangers_of(entry: dict[str, Any]) -> Iterator[Danger]:
    kind, name = entry["object"]
    cause = Span(entry["cause"], 12, 3) if "cause" in entry else None
    for tenant in entry["tenants"]:
        said = {key: entry[key] for key in ("code", "field", "before", "after", "why", "proceed")}
        id = ObjectId("", kind, f"moodle-{tenant}", name)
        yield Danger(
            tenant=tenant, environment="production", object=id, cause=cause, allowed=entry.get("allowed", ""), **said
        )


@pytest.mark.parametrize("ending", LAYOUTS)
@pytest.mark.parametrize("name", CASES)
def test_the_reader_sees_this(name: str, ending: str, snapshot: SnapshotAssertion) -> None:
    layout = LAYOUTS[ending]
    assert layout(review_of(MUSEUM / name)) == snapshot.use_extension(EXTENSIONS[ending])


def test_no_expectation_is_an_orphan() -> None:
    found = {path.name for case in CASES for path in (MUSEUM / case).iterdir()}
    assert found == {"before.yaml", "after.yaml", "fleet.yaml", *(f"expected.{ending}" for ending in LAYOUTS)}


@pytest.mark.parametrize("name", CASES)
def test_noise_alone_is_nothing(name: str) -> None:
    made = review_of(MUSEUM / name)
    assert (made.groups == ()) == (name in NOISE)


@pytest.mark.parametrize("name", CASES)
def test_json_fits_its_schema(name: str) -> None:
    schema = json.loads((ROOT / "schemas" / "diff.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    found = jsonschema.Draft202012Validator(schema).iter_errors(json.loads(as_json(review_of(MUSEUM / name))))
    assert [error.message for error in found] == []


def test_nothing_hostile_gets_through() -> None:
    made = review_of(MUSEUM / "hostile")
    shown = text(made)
    assert not [sign for sign in shown if ord(sign) < 32 and sign != "\n"]
    assert "\u202e" not in shown
    page = MarkdownIt("gfm-like", {"linkify": False}).render(markdown(made))
    tags = Tags()
    tags.feed(page)
    assert tags.names <= {"p", "h3", "h4", "code", "pre", "ul", "li", "details", "summary"}
    assert not re.search("[@#][a-z0-9]", "".join(tags.outside), re.IGNORECASE), (
        "nobody is mentioned, nothing referred to"
    )
    assert "https://" not in "".join(tags.outside)


class Tags(HTMLParser):
    """The tags of a page, and the text that stands outside of code."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.names: set[str] = set()
        self.outside: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        assert [name for name, _ in attrs if name != "class"] == []
        self.depth += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.outside.append(data)

    def handle_comment(self, data: str) -> None:
        self.outside.append(" ")
        assert data.strip() in ("", "quadrangle-diff")
