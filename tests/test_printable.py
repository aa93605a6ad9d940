"""What is printed is what there is: nothing hidden, nothing that commands, nothing without end."""

from __future__ import annotations

import pytest

from generator.diagnostics import Diagnostic, Span
from generator.report import FORMATS
from generator.report.printable import printable


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u200b", "\xad", "\u061c", "\u3164", "\u2800", "\ufe0f", "\U000e0041", "\U000e0100", "\x9b"]
)
def test_what_nobody_sees_is_shown_as_its_code(hidden: str) -> None:
    assert printable(f"a{hidden}é") == f"a\\u{{{ord(hidden):x}}}é"


def test_letters_stay_as_they_are() -> None:
    words = "Nordvik vidéregående skole, 日本語, e\u0301, 😀, #1, [#]"
    assert printable(words) == words


def test_no_command_of_the_runner_gets_through() -> None:
    assert "##[" not in printable("x ##[stop-commands]y ###[error]")


@pytest.mark.parametrize("layout", FORMATS)
def test_words_come_to_an_end(layout: str) -> None:
    value = "9" * 900_000
    problem = Diagnostic("code", f"`{value}`", Span("a.yaml"), label=value, help=value, notes=(value,))
    shown = FORMATS[layout]([problem])
    assert len(shown) < 20_000
    assert "(900,002 characters)" in shown or "(900,002 characters)" in shown.encode().decode("unicode_escape")
