"""Values that look like secrets: nothing of the kind may stand in tenants/, which everyone who reviews can read."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from generator.diagnostics import Diagnostic, Span
from generator.source import Document, Path

SHAPES = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}\b"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}\b"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."),
    "an age key": re.compile(r"\bAGE-SECRET-KEY-1[0-9A-Z]{50,}\b"),
    "a URL with a password": re.compile(r'\b[a-z][a-z0-9+.-]{0,20}://[^/\s:@"<>]{1,200}:[^/\s:@"<>]{1,200}@'),
}
_MAYBE = re.compile("-----BEGIN|A(?:KIA|SIA|GE-)|gh[pousr]_|github_pat_|glpat-|xox|eyJ|://")
"""What each of them has in it, to be looked for at once."""
SECRET_KEY = re.compile(r"(password|passwd|passphrase|secret|token|apikey|privatekey|accesskey)$", re.IGNORECASE)
_LONG = 20
REFERENCE = re.compile(r"[a-z0-9]([-a-z0-9./_]*[a-z0-9])?")


def shape_of(text: str) -> str:
    """Which of the shapes the text has; nothing where it has none."""
    if not _MAYBE.search(text):
        return ""
    return next((name for name, shape in SHAPES.items() if shape.search(text)), "")


def secret_problems(document: Document) -> list[Diagnostic]:
    """One diagnostic for every scalar that looks like a secret; the value itself is never repeated."""
    if not _occur_in(document.data, ""):
        return []
    problems = []
    for path, value in _texts(document):
        key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
        if found := _looks_like(key, value):
            problems.append(
                Diagnostic(
                    "secret-value",
                    f"`{'.'.join(str(part) for part in path)}` looks like {found}",
                    _hidden(document, path),
                    help="put it into the secret store and name its property here; then change it, git has already seen it",
                )
            )
    return problems


def _occur_in(value: object, key: str) -> bool:
    """Whether there is any, without asking where; `key` is the nearest above."""
    if isinstance(value, dict):
        return any([_occur_in(child, name) for name, child in value.items()])  # noqa: C419  # a generator takes twice as long
    if isinstance(value, list):
        return any([_occur_in(child, key) for child in value])  # noqa: C419  # as above
    return isinstance(value, str) and bool(_looks_like(key, value))


@lru_cache(maxsize=8192)
def _looks_like(key: str, value: str) -> str:
    """What a value under a key looks like; nothing where it looks harmless. A fleet repeats most of its values."""
    found = shape_of(value)
    if not found and SECRET_KEY.search(key) and (not REFERENCE.fullmatch(value) or looks_random(value)):
        return "a secret"
    return found


def looks_random(value: str) -> bool:
    """Long, without a separator, letters and digits mixed: no one names a property like that."""
    return len(value) >= _LONG and not re.search(r"[-/._]", value) and any(c.isdigit() for c in value)


def _hidden(document: Document, path: Path) -> Span:
    """The span of the key, with the line cut after it, so that a log does not repeat the secret."""
    span = document.key(path)
    if isinstance(path[-1], int):
        return replace(span, length=1, text=span.text[: span.column - 1] + "…")
    end = span.column - 1 + span.length
    return replace(span, text=span.text[:end] + ": …")


def without_secrets(problems: list[Diagnostic], secrets: list[Diagnostic]) -> list[Diagnostic]:
    """The problems but for those that would quote a line with a secret in it."""
    lines = {secret.span.line for secret in secrets}
    return [problem for problem in problems if problem.span.line not in lines]


def _texts(document: Document) -> list[tuple[Path, str]]:
    found = []
    stack: list[tuple[Path, object]] = [((), document.data)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack += [((*path, key), child) for key, child in value.items()]
        elif isinstance(value, list):
            stack += [((*path, index), child) for index, child in enumerate(value)]
        elif isinstance(value, str):
            found.append((path, value))
    return found
