"""The small client of GitHub's API, and the comment, against a stand-in on this machine (github_stand_in.py)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator import github, pull_request
from generator.commands.comment import HEAD, like
from generator.diagnostics import ToolError
from generator.github import Client
from generator.pull_request import PullRequest
from generator.report.changes_markdown import MARKER
from tests.github_stand_in import BOT, TOKEN, GitHub, reply, serving
from tests.running import Done, quad_alone

SHA = "0123456789abcdef0123456789abcdef01234567"
REVIEW = f"{MARKER}\n## 1 change\n"


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with serving() as stand_in:
        yield stand_in


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def client(hub: GitHub, waited: list[float]) -> Client:
    return Client(hub.address, TOKEN, waited.append)


def comment(hub: GitHub, folder: Path, body: str, *arguments: str, head: str = "ann:resize", sha: str = SHA) -> Done:
    (folder / "review.md").write_text(body, encoding="utf-8")
    environment = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": hub.address, "NO_PROXY": "127.0.0.1"}
    command = ["comment", "--repository", "acme/fleet", "--head", head, "--sha", sha, *arguments, "review.md"]
    return quad_alone(command, folder, environment)


def test_a_comment_is_created_then_updated_then_left_alone(hub: GitHub, tmp_path: Path) -> None:
    hub.open_pull(7, "ann:resize", SHA)
    hub.add_comment(7, "Looks good to me", "bob")
    done = comment(hub, tmp_path, REVIEW)
    assert (done.code, done.stdout, done.stderr) == (0, "number=7\n", "created the comment on #7\n")
    assert comment(hub, tmp_path, REVIEW.replace("1 change", "2 changes")).stderr == "updated the comment on #7\n"
    hub.asked.clear()
    assert comment(hub, tmp_path, REVIEW.replace("1 change", "2 changes")).stderr == "unchanged the comment on #7\n"
    assert [line for line in hub.asked if not line.startswith("GET ")] == []
    assert [item["user"]["login"] for item in hub.comments[7]] == ["bob", BOT]
    assert "## 2 changes" in hub.comments[7][1]["body"]


def test_the_comment_says_which_commit_and_which_run(hub: GitHub, tmp_path: Path) -> None:
    hub.open_pull(7, "ann:resize", SHA)
    comment(hub, tmp_path, REVIEW, "--link", "https://github.example/acme/fleet/actions/runs/12")
    last = hub.comments[7][0]["body"].splitlines()[-1]
    assert SHA[:12] in last
    assert "(https://github.example/acme/fleet/actions/runs/12)" in last
    assert "this pull request's own code" in last


def test_our_comment_is_found_behind_many_others(hub: GitHub, tmp_path: Path) -> None:
    hub.open_pull(7, "ann:resize", SHA)
    for number in range(250):
        hub.add_comment(7, f"comment {number}", "bob")
    hub.add_comment(7, REVIEW)
    assert comment(hub, tmp_path, REVIEW + "newer").stderr == "updated the comment on #7\n"


@pytest.mark.parametrize(("body", "author"), [(REVIEW, "mallory"), (f"I quote {REVIEW}", BOT)])
def test_what_others_wrote_is_not_taken_for_ours(body: str, author: str, hub: GitHub, tmp_path: Path) -> None:
    hub.open_pull(7, "ann:resize", SHA)
    hub.add_comment(7, body, author)
    assert comment(hub, tmp_path, REVIEW + "newer").stderr == "created the comment on #7\n"
    assert hub.comments[7][0]["body"] == body


def test_a_stale_run_does_nothing_and_says_so(hub: GitHub, tmp_path: Path) -> None:
    hub.open_pull(7, "ann:resize", "f" * 40)
    done = comment(hub, tmp_path, REVIEW)
    assert (done.code, done.stdout) == (0, "")
    assert done.stderr == f"#7 has a newer commit than {SHA[:12]}; nothing was sent\n"
    assert hub.comments == {}


@pytest.mark.parametrize(("head", "base"), [("mallory:resize", "main"), ("ann:other", "main"), ("ann:resize", "next")])
def test_the_pull_request_is_that_of_this_head_and_base_alone(
    head: str, base: str, hub: GitHub, tmp_path: Path
) -> None:
    hub.open_pull(7, head, SHA, base)
    done = comment(hub, tmp_path, REVIEW)
    assert (done.code, done.stderr) == (0, "no open pull request from ann:resize into main; nothing was sent\n")
    assert hub.comments == {}


@pytest.mark.parametrize("branch", ["a&b=c", "ümlaut", "a%2fb", "deep/er/name", "#1", "a+b", "$(id)", "`id`", "x;y"])
def test_any_branch_that_git_allows_is_found(branch: str, hub: GitHub, client: Client) -> None:
    hub.open_pull(6, "ann:a", SHA)
    hub.open_pull(7, f"ann:{branch}", SHA)
    assert like(HEAD, "OWNER:BRANCH")(None, None, f"ann:{branch}")  # type: ignore[arg-type]  # click's, and not used
    assert pull_request.find(client, "acme/fleet", f"ann:{branch}", "main") == PullRequest(7, SHA)


def test_the_longest_comment_fits_and_one_more_character_is_refused(hub: GitHub, tmp_path: Path) -> None:
    hub.open_pull(7, "ann:resize", SHA)
    fits = REVIEW.ljust(pull_request.LONGEST, "ü")
    assert comment(hub, tmp_path, fits).code == 0
    assert hub.comments[7][0]["body"] == fits
    done = comment(hub, tmp_path, fits + "ü")
    assert done.code == 1
    assert "`review.md` has 65,536 characters; GitHub takes 65,535" in done.stderr
    assert len(hub.comments[7]) == 1


def test_a_huge_file_is_refused_and_not_read_whole(hub: GitHub, tmp_path: Path) -> None:
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(10**12)
    command = ["comment", "--repository", "acme/fleet", "--head", "a:b", "--sha", SHA, "big.md"]
    done = quad_alone(command, tmp_path, {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": hub.address})
    assert done.code == 1
    assert hub.asked == []


def test_what_is_no_text_is_refused(hub: GitHub, tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes(MARKER.encode() + b"\xff")
    command = ["comment", "--repository", "acme/fleet", "--head", "a:b", "--sha", SHA, "bad.md"]
    done = quad_alone(command, tmp_path, {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": hub.address})
    assert (done.code, "is no UTF-8 text" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "changed",
    [
        ("--repository", "acme/fleet/../../user"),
        ("--repository", "acme"),
        ("--head", "resize"),
        ("--sha", "HEAD"),
        ("--link", "https://x.example/) [click](javascript:alert"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_sends_nothing(changed: tuple[str, str], hub: GitHub, tmp_path: Path) -> None:
    assert comment(hub, tmp_path, REVIEW, *changed).code == 2
    assert hub.asked == []


def test_without_a_token_it_says_what_to_set(hub: GitHub, tmp_path: Path) -> None:
    (tmp_path / "review.md").write_text(REVIEW)
    command = ["comment", "--repository", "acme/fleet", "--head", "a:b", "--sha", SHA, "review.md"]
    done = quad_alone(command, tmp_path, {"GITHUB_TOKEN": "", "GITHUB_API_URL": hub.address})
    assert done.code == 3
    assert "GITHUB_TOKEN: ${{ github.token }}" in done.stderr


@pytest.mark.parametrize(
    "address", ["http://api.example.org", "file:///etc/passwd", "ftp://x", "https://", "//x", "http://["]
)
def test_the_token_goes_nowhere_it_could_be_read(address: str) -> None:
    with pytest.raises(ToolError, match="no address to send a token to"):
        github.connect({"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": address})


def test_the_token_is_never_shown(hub: GitHub, tmp_path: Path, client: Client) -> None:
    hub.fail = [reply(401, {"message": f"bad token {TOKEN}"})]
    done = comment(hub, tmp_path, REVIEW)
    assert done.code == 3
    assert "GitHub answered 401: bad token ***" in done.stderr
    assert TOKEN not in repr(client)


def test_faults_of_the_server_are_asked_again_and_no_longer_each_time(
    hub: GitHub, client: Client, waited: list[float]
) -> None:
    hub.fail = [reply(502, {}), reply(500, {})]
    assert list(github.pages(client, "/repos/acme/fleet/pulls")) == []
    assert waited == [1, 2]


def test_it_gives_up_after_four(hub: GitHub, client: Client, waited: list[float]) -> None:
    hub.fail = [reply(503, {"message": "we are down"}) for _ in range(9)]
    with pytest.raises(ToolError, match="GitHub answered 503: we are down"):
        github.get(client, "/repos/acme/fleet/pulls")
    assert (len(hub.asked), waited) == (4, [1, 2, 4])


LIMITED = reply(403, {"message": "You have exceeded a secondary rate limit"}, Retry_After="7")


def test_a_secondary_rate_limit_is_waited_for(hub: GitHub, client: Client, waited: list[float]) -> None:
    hub.fail = [LIMITED, reply(429, {}), reply(403, {"message": "You have exceeded a secondary rate limit."})]
    assert github.get(client, "/repos/acme/fleet/pulls") == []
    assert waited == [7, 2, 4]


@pytest.mark.parametrize(
    "headers", [{"Retry_After": "3600"}, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "99999999999"}]
)
def test_an_hour_is_not_waited_for(headers: dict[str, str], hub: GitHub, client: Client, waited: list[float]) -> None:
    hub.fail = [reply(403, {"message": "API rate limit exceeded"}, **headers)]
    with pytest.raises(ToolError, match="rate limit is used up"):
        github.get(client, "/repos/acme/fleet/pulls")
    assert waited == []


def test_a_missing_permission_is_not_asked_again(hub: GitHub, client: Client, waited: list[float]) -> None:
    hub.fail = [reply(403, {"message": "Resource not accessible by integration"})]
    with pytest.raises(ToolError, match="not accessible") as caught:
        github.get(client, "/repos/acme/fleet/pulls")
    assert "pull-requests: write" in caught.value.help
    assert waited == []


def test_a_comment_whose_creation_got_no_answer_is_not_made_twice(hub: GitHub, client: Client) -> None:
    hub.fail = [
        reply(200, []),
        lambda: None,
    ]  # the list is empty; the creation is done, and the line is cut before the answer
    assert pull_request.write(client, "acme/fleet", 7, BOT, REVIEW) == "unchanged"
    assert len(hub.comments[7]) == 1


def test_a_creation_that_was_limited_is_made_again(hub: GitHub, client: Client, waited: list[float]) -> None:
    hub.fail = [reply(200, []), LIMITED]
    assert pull_request.write(client, "acme/fleet", 7, BOT, REVIEW) == "created"
    assert waited == [7]


def test_a_creation_that_always_fails_is_given_up(hub: GitHub, client: Client) -> None:
    hub.fail = [reply(200, []), reply(500, {})] * 9
    with pytest.raises(ToolError, match="the comment on #7 could not be written"):
        pull_request.write(client, "acme/fleet", 7, BOT, REVIEW)
    assert hub.comments == {}


def test_nobody_listening_is_a_tool_that_failed(waited: list[float]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = Client(f"http://127.0.0.1:{unused.getsockname()[1]}", TOKEN, waited.append)
        with pytest.raises(ToolError, match="no answer"):
            github.get(client, "/repos/acme/fleet/pulls")
    assert len(waited) == 3


@pytest.mark.parametrize("raw", [b"<html>", b"[" * 100_000, b""])
def test_an_answer_that_is_no_json_is_a_tool_that_failed(raw: bytes, hub: GitHub, client: Client) -> None:
    hub.fail = [(200, {}, raw)]
    with pytest.raises(ToolError, match="no JSON"):
        github.get(client, "/repos/acme/fleet/pulls")


def test_an_answer_is_not_read_without_end(hub: GitHub, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github, "_MOST_BYTES", 1000)
    hub.fail = [reply(200, ["x" * 2000])]
    with pytest.raises(ToolError, match="longer than 1,000 bytes"):
        github.get(client, "/repos/acme/fleet/pulls")


def test_a_redirection_is_not_followed_with_the_token(hub: GitHub, client: Client) -> None:
    hub.fail = [(301, {"Location": f"{hub.address}/repos/acme/fleet/pulls"}, b"")]
    with pytest.raises(ToolError, match="it has moved"):
        github.get(client, "/repos/acme/fleet/pulls")
    assert len(hub.asked) == 1


def test_a_list_without_end_is_given_up(hub: GitHub, client: Client) -> None:
    hub.fail = [reply(200, [{}] * 100) for _ in range(200)]
    with pytest.raises(ToolError, match="longer than 10,000 items"):
        list(github.pages(client, "/repos/acme/fleet/pulls"))
