"""The catalogue's page says of each folder all that its schema says."""

from __future__ import annotations

from generator.docs import catalogue_in_full, knob_rows
from generator.load import load
from generator.model import Catalogue, Component
from generator.source import parse
from tests.conftest import ROOT

SCHEMA = """\
title: Sample
description: Says it all. And more.
type: object
additionalProperties: false
x-models: [cloud]
x-requires: [backup]
x-conflicts: [oauth, scaling]
x-check: [{expression: "true", message: never, at: rules}]
properties:
  rules:
    title: Rules
    description: A list.
    type: array
    items:
      title: Rule
      description: One.
      type: object
      properties:
        port: {title: Port, description: A number., type: integer, examples: [1]}
      required: [port]
"""


def feature() -> Component:
    document, _ = parse("schema.yaml", SCHEMA.encode())
    assert document is not None
    return Component("feature", "sample", "overlays/features/sample", {}, {"schema.yaml": (document,)})


def test_what_a_feature_goes_with_is_said_and_so_are_the_knobs_of_its_lists() -> None:
    page = catalogue_in_full(Catalogue((feature(),)))
    assert "### [sample](../overlays/features/sample/README.md)\n\nSays it all. And more.\n" in page
    assert "- models: cloud\n- needs: backup\n- conflicts with: oauth, scaling\n\n" in page
    assert "x-check" not in page
    assert "| `rules` | list of object | none | A list. |\n| `rules[].port` | integer | required | A number. |" in page


def test_every_folder_and_every_knob_is_on_the_page() -> None:
    catalogue = load(ROOT)[0].catalogue
    page = catalogue_in_full(catalogue)
    for one in catalogue.components:
        if one.schema is not None:
            assert f"(../{one.folder}/README.md)" in page
            assert [row for row in knob_rows(one.schema.data) if f"| {row[0]} |" not in page] == []
