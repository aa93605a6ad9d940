"""What is looked for at once is in everything that looks like a secret."""

from __future__ import annotations

import pytest

from generator.secrets import SHAPES, shape_of

# Put together, so that no scanner takes this file for a leak.
SAMPLES = {
    "a private key": ["-----BEGIN " + "PRIVATE KEY", "-----BEGIN RSA " + "PRIVATE KEY"],
    "an AWS access key": ["AKIA" + "A1" * 8, "x ASIA" + "B2" * 8],
    "a GitHub token": [*(f"gh{kind}_" + "a1" * 18 for kind in "pousr"), "github_pat_" + "a1" * 20],
    "a GitLab token": ["glpat-" + "a1" * 10],
    "a Slack token": [f"xox{kind}-" + "a1" * 5 for kind in "abprs"],
    "a JSON web token": ["eyJ" + "a1" * 5 + ".eyJ" + "a1" * 5 + ".c"],
    "an age key": ["AGE-SECRET-" + "KEY-1" + "A1" * 25],
    "a URL with a password": ["https://user:" + "word@host", "x postgres+a.b-c://user:" + "word@host"],
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_found(name: str) -> None:
    for text in SAMPLES[name]:
        assert SHAPES[name].search(text)
        assert shape_of(text) == name
        assert shape_of(f"a {text}") == name


def test_what_has_none_of_them() -> None:
    assert [shape_of(text) for text in ("", "acme", "https://a.example.org/x:y", "eyJ", "xoxo")] == [""] * 5
