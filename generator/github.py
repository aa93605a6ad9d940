"""GitHub's REST API, as far as a review needs it. The only file that speaks HTTP; the token goes to the API's own host alone.

Answers are bounded in size, requests in time and in number. What may be asked twice without harm is asked again after a
failure; where that is not so, the caller is told that the outcome is not known (`UnknownOutcomeError`) and looks for itself.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator import __version__
from generator.diagnostics import ToolError

_TRIES = 4
_SECONDS = 30.0
_LONGEST_WAIT = 60.0
_PAGE = 100
_MOST_PAGES = 100
_MOST_BYTES = 16 * 1024 * 1024
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_REDIRECTS = (301, 302, 303, 307, 308)
_HELP = {
    401: "set GITHUB_TOKEN to a token that GitHub takes",
    403: "the token lacks a permission; in a workflow: pull-requests: write and actions: read",
    404: "there is no such thing, or the token may not see it; is the repository named as OWNER/NAME?",
}


@dataclass(frozen=True, slots=True)
class Client:
    """Whom to ask, and as whom. `wait` sleeps between two tries."""

    address: str
    token: str = field(repr=False)
    wait: Callable[[float], None] = time.sleep


class UnknownOutcomeError(ToolError):
    """The request may have been carried out, or not."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def message(self) -> str:
        """GitHub's own words, or none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return ""
        return str(found.get("message", ""))[:300] if isinstance(found, dict) else ""


def connect(environment: Mapping[str, str]) -> Client:
    """The API that GITHUB_API_URL names (github.com's by default), with GITHUB_TOKEN."""
    token = environment.get("GITHUB_TOKEN", "")
    if not token:
        raise ToolError("GITHUB_TOKEN is not set", "set it; in a workflow: `GITHUB_TOKEN: ${{ github.token }}`")
    address = environment.get("GITHUB_API_URL") or "https://api.github.com"
    return Client(_safe(address).rstrip("/"), token)


def get(client: Client, path: str, query: Mapping[str, str] | None = None) -> Any:
    """What the API says about the path, read from JSON."""
    return _json(_ask(client, "GET", _address(client, path, query), None, again=True))


def pages(client: Client, path: str, query: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
    """All items of a list, however many pages it has."""
    for number in range(1, _MOST_PAGES + 1):
        found = get(client, path, {**(query or {}), "per_page": str(_PAGE), "page": str(number)})
        if not isinstance(found, list):
            raise ToolError(f"GitHub's answer to {path} is no list")
        yield from (item for item in found if isinstance(item, dict))
        if len(found) < _PAGE:
            return
    raise ToolError(f"GitHub's list of {path} is longer than {_PAGE * _MOST_PAGES:,} items")


def send(client: Client, method: str, path: str, body: Mapping[str, Any], *, again: bool) -> Any:
    """Change something; `again` says that doing it twice does no harm."""
    raw = json.dumps(body).encode()
    return _json(_ask(client, method, _address(client, path, None), raw, again=again))


def download(client: Client, path: str, most: int) -> bytes:
    """The bytes behind a path that GitHub answers with an address elsewhere; the token does not go there."""
    answer = _ask(client, "GET", _address(client, path, None), None, again=True, most=most)
    if answer.status in _REDIRECTS:
        place = _safe(answer.headers.get("location", ""))
        answer = _ask(Client(place, "", client.wait), "GET", place, None, again=True, most=most)
        if answer.status in _REDIRECTS:
            raise ToolError(f"what GitHub answers to {path} is moved twice")
    return answer.body


def _ask(client: Client, method: str, address: str, body: bytes | None, *, again: bool, most: int = 0) -> _Answer:
    """The answer, after some tries; what is no success and no redirection is a ToolError."""
    what = f"{method} {urllib.parse.urlsplit(address).path}"
    answer = _Answer(0)
    for attempt in range(_TRIES):
        answer = _exchange(client, method, address, body, most or _MOST_BYTES)
        pause = _pause(answer, attempt)
        if pause is None:
            break
        if not again and not _limited(answer):
            raise UnknownOutcomeError(
                f"{what} failed, and whether GitHub did it is not known: {_words(client, answer)}"
            )
        if pause > _LONGEST_WAIT:
            raise ToolError(f"GitHub's rate limit is used up for {pause:.0f} s", "run it again then")
        if attempt + 1 < _TRIES:
            client.wait(pause)
    if 200 <= answer.status < 300 or (most and answer.status in _REDIRECTS):  # noqa: PLR2004  # a success
        return answer
    if answer.status in _REDIRECTS:
        raise ToolError(f"{what} failed: it has moved", "is the repository renamed? give its new name")
    raise ToolError(f"{what} failed: {_words(client, answer)}", _HELP.get(answer.status, ""))


def _exchange(client: Client, method: str, address: str, body: bytes | None, most: int) -> _Answer:
    """One request and its answer; status 0 where none came."""
    headers = {"User-Agent": f"quadrangle/{__version__}"}
    if client.token:
        headers |= {"Authorization": f"Bearer {client.token}", "Accept": "application/vnd.github+json"}
        headers |= {"X-GitHub-Api-Version": "2022-11-28"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310  # `_safe` has judged its scheme
    try:
        with _opener().open(request, timeout=_SECONDS) as reply:
            raw = reply.read(most + 1)
            if len(raw) > most:
                raise ToolError(f"GitHub's answer is longer than {most:,} bytes")
            return _Answer(reply.status, {name.lower(): value for name, value in reply.headers.items()}, raw)
    except (OSError, http.client.HTTPException) as error:
        return _Answer(0, {}, json.dumps({"message": str(getattr(error, "reason", error))}).encode())


def _opener() -> urllib.request.OpenerDirector:
    """HTTP and HTTPS alone: no file, no FTP; no redirection is followed by itself, and no status is an exception."""
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
        opener.add_handler(handler())
    return opener


def _pause(answer: _Answer, attempt: int) -> float | None:
    """The seconds to wait before another try; None where this answer is the last."""
    if _limited(answer):
        if (after := answer.headers.get("retry-after", "")).isdigit():
            return float(after)
        if answer.headers.get("x-ratelimit-remaining") == "0":
            reset = answer.headers.get("x-ratelimit-reset", "")
            return max(1.0, float(reset) - time.time()) if reset.isdigit() else float(2**attempt)
    elif answer.status and answer.status < 500:  # noqa: PLR2004  # the server's own faults begin here
        return None
    return float(2**attempt)


def _limited(answer: _Answer) -> bool:
    """Whether GitHub asks us to be slower; then it has not done what we asked for."""
    if answer.status not in (403, 429):
        return False
    told = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    return told or answer.status == 429 or "rate limit" in answer.message  # noqa: PLR2004  # too many requests


def _words(client: Client, answer: _Answer) -> str:
    words = answer.message.replace(client.token, "***") if client.token else answer.message
    status = f"GitHub answered {answer.status}" if answer.status else "no answer"
    return f"{status}: {words}" if words else status


def _address(client: Client, path: str, query: Mapping[str, str] | None) -> str:
    return f"{client.address}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")


def _safe(address: str) -> str:
    """The address, if what we send there cannot be read on the way: HTTPS, or this very machine."""
    try:
        parts = urllib.parse.urlsplit(address)
        host = parts.hostname
    except ValueError:
        host, parts = None, urllib.parse.urlsplit("")
    if host and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        return address
    raise ToolError(f"`{address[:100]}` is no address to send a token to", "GITHUB_API_URL begins with https://")


def _json(answer: _Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise ToolError("GitHub's answer is no JSON") from error
