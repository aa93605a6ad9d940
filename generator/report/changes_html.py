"""A review as one HTML file that needs nothing else: it opens from a disk, loads nothing and runs no script but its own.

What it shows was written by others. Every value is escaped by Jinja2, its control and bidirectional characters are shown as
codes, and the page's own policy (Content-Security-Policy) permits the two inlined texts by their hashes and nothing more.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from generator.changes import Review
from generator.report.changes_view import page
from generator.report.members_view import Segment
from generator.report.printable import printable


def html(review: Review) -> str:
    """The whole page."""
    environment = templates()
    style, script = source_of(environment, "review.css"), source_of(environment, "review.js")
    template = environment.get_template("review.html.jinja")
    return template.render(page=page(review), style=Markup(style), script=Markup(script), policy=_policy(style, script))  # noqa: S704  # our own files


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {hash_of(style)}",
            f"script-src {hash_of(script)}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def hash_of(text: str) -> str:
    """A text as a page's policy permits it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def templates() -> Environment:
    """What fills the templates: everything is escaped, nothing may be missing."""
    environment = Environment(
        loader=PackageLoader("generator.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": _count, "names": _names, "prose": _prose}
    return environment


def source_of(environment: Environment, name: str) -> str:
    """The text of a file beside the templates."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _shown(value: Any) -> Any:
    """What a variable of the template becomes before it is escaped."""
    if isinstance(value, Markup):
        return value
    return f"{value:,}" if isinstance(value, int) else printable(str(value))


def _count(number: int, noun: str) -> str:
    """`1 tenant`, `1,240 tenants`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _prose(text: str) -> Markup:
    """A sentence whose `code` stands between backticks."""
    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )


def _names(segment: Segment) -> Markup:
    """A name a line; this is most of the page, so it is text and not a list of elements."""
    return Markup("\n").join(printable(name) for name in segment.names)
