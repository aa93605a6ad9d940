"""One scalar of an overlay's own files, as `source.dump` writes it wherever it stands."""

from __future__ import annotations

import re

from generator.source import dump, is_plain

_AS_IT_IS = re.compile(r"[ -~\xa1-\xac\xae-\u1fff\u2010-\u2027\u2030-\ud7ff]*")
"""What double quotes hold unescaped, but for quotes and backslashes."""


def own_scalar(text: str) -> str:
    """The text in block style."""
    if text.startswith("..."):  # it could end the document, and libyaml quotes it in a way of its own
        return _dumped(text)
    if is_plain(text):
        return text
    if _AS_IT_IS.fullmatch(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _dumped(text)


def _dumped(text: str) -> str:
    return dump([text]).decode("utf-8").removeprefix("- ").removesuffix("\n")
