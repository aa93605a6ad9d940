"""The pull request that a run belongs to, and our one comment there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from generator import github
from generator.diagnostics import Diagnostic, Span, ToolError
from generator.github import Client
from generator.report.changes_markdown import MARKER

LONGEST = 65_535
_TRIES = 3

Written = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """An open pull request and the commit it has now."""

    number: int
    sha: str


def find(client: Client, repository: str, head: str, base: str) -> PullRequest | None:
    """The open pull request from `head` (OWNER:BRANCH) into `base`; GitHub has at most one."""
    query = {"head": head, "base": base, "state": "open"}
    for item in github.pages(client, f"/repos/{repository}/pulls", query):
        found, into = item.get("head"), item.get("base")
        # GitHub ignores a `head` that it cannot read and lists every pull request then, so each is held against it here.
        if _text(found, "label") == head and _text(into, "ref") == base:
            return PullRequest(_number(item, "number"), _text(found, "sha"))
    return None


def write(client: Client, repository: str, number: int, author: str, body: str) -> Written:
    """Create our comment, or update it where there is one. A creation whose outcome is not known is looked for, not repeated."""
    for _ in range(_TRIES):
        ours = _ours(client, repository, number, author)
        if ours and _text(ours, "body").replace("\r\n", "\n").strip() == body.strip():
            return "unchanged"
        if ours:
            path = f"/repos/{repository}/issues/comments/{_number(ours, 'id')}"
            github.send(client, "PATCH", path, {"body": body}, again=True)
            return "updated"
        try:
            github.send(client, "POST", f"/repos/{repository}/issues/{number}/comments", {"body": body}, again=False)
        except github.UnknownOutcomeError:
            client.wait(2)
        else:
            return "created"
    raise ToolError(f"the comment on #{number} could not be written", "run it again: it will be found if it is there")


def propose(
    client: Client, repository: str, branches: tuple[str, str], title: str, body: str
) -> tuple[int, Literal["opened", "updated"]]:
    """Open the pull request from a branch of the repository itself into another, or give the open one this title and body."""
    branch, base = branches
    head = f"{repository.partition('/')[0]}:{branch}"
    for _ in range(_TRIES):
        if found := find(client, repository, head, base):
            path = f"/repos/{repository}/pulls/{found.number}"
            github.send(client, "PATCH", path, {"title": title, "body": body}, again=True)
            return found.number, "updated"
        wanted = {"title": title, "body": body, "head": branch, "base": base}
        try:
            made = github.send(client, "POST", f"/repos/{repository}/pulls", wanted, again=False)
        except github.UnknownOutcomeError:
            client.wait(2)
        else:
            return _number(made if isinstance(made, dict) else {}, "number"), "opened"
    raise ToolError(
        f"the pull request from {branch} could not be opened", "run it again: it will be found if it is there"
    )


def judge(body: str, path: str) -> list[Diagnostic]:
    """What makes a text unfit to be our comment."""
    problems = []
    if not body.startswith(MARKER):
        help = f"make it with `quad diff --format markdown`, whose first line is `{MARKER}`"
        problems.append(Diagnostic("comment-refused", f"`{path}` is no review of ours", Span(path), help=help))
    if len(body) > LONGEST:
        message = f"`{path}` has {len(body):,} characters; GitHub takes {LONGEST:,}"
        help = "`quad diff --format markdown` keeps below that by itself"
        problems.append(Diagnostic("comment-refused", message, Span(path), help=help))
    return problems


def with_footer(body: str, sha: str, link: str) -> str:
    """The body, and below it which commit was reviewed by which run; without it where that does not fit."""
    words = f"Commit {sha[:12]}" + (f" · [the run, with the whole review]({link})" if link else "")
    longer = f"{body.rstrip()}\n\n<sub>{words} · made by this pull request's own code</sub>\n"
    return longer if len(longer) <= LONGEST else body


def _ours(client: Client, repository: str, number: int, author: str) -> dict[str, Any] | None:
    """Our comment: written by `author` and beginning with our marker; what others write is never taken for it."""
    for item in github.pages(client, f"/repos/{repository}/issues/{number}/comments"):
        if _text(item.get("user"), "login") == author and _text(item, "body").startswith(MARKER):
            return item
    return None


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _number(value: dict[str, Any], name: str) -> int:
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found <= 0:
        raise ToolError(f"GitHub's answer has no {name}")
    return found
