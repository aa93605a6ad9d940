"""One scalar of an overlay's own files, as `source.dump` writes it wherever it stands."""

from __future__ import annotations

import re

from generator.source import dump, is_plain

_AS_IT_IS = re.compile(r"[ -~\xa1-\xac\xae-\u1fff\u2010-\u2027\u2030-\ud7ff]*")
"""What double quotes hold unescaped, but for quotes and backslashes."""


def own_scalar(text: str) -> str:
    """The text in block style."""
    ends = text.startswith("...")  # the document, if it were plain: libyaml quotes it, its own way
    if is_plain(text) and not ends:
        return text
    if not is_plain(text) and _AS_IT_IS.fullmatch(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return dump([text]).decode("utf-8").removeprefix("- ").removesuffix("\n")
