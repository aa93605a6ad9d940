"""What holds for the workflows whatever they run: pins, permissions, no script from outside, and that you can run each step."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator import __version__
from generator.commands.init import _COPIED
from tests.conftest import ROOT
from tests.programs import need
from tests.running import quad
from tests.workflow_runner import WORKFLOWS, workflow

FILES = sorted(WORKFLOWS.glob("*.yml"))
LINT = ROOT / "tests" / "actionlint"
# What each job may do, and nothing else; a change here is a change of trust.
PERMISSIONS = {
    "ci.yml/ci": {"contents": "read"},
    "kit-release.yml/build": {"contents": "read"},
    "kit-release.yml/publish": {"contents": "write", "id-token": "write", "attestations": "write"},
    "new-release.yml/propose": {"contents": "write", "pull-requests": "write"},
    "publish.yml/publish": {"contents": "write"},
    "pull-request.yml/review": {"contents": "read"},
    "pull-request-comment.yml/comment": {
        "actions": "read",
        "contents": "read",
        "pull-requests": "write",
        "security-events": "write",
    },
    "release.yml/build": {"contents": "read"},
    "release.yml/publish": {"id-token": "write", "attestations": "write"},
    "verify.yml/verify": {"contents": "read"},
}
KIT_RELEASE = 'gh release create "$TAG" dist/* --repo "$GITHUB_REPOSITORY" --verify-tag --title "$TAG" --notes "$NOTES"'
ACTIONS = {
    "actions/attest-build-provenance",
    "actions/cache",
    "actions/cache/restore",
    "actions/checkout",
    "actions/download-artifact",
    "actions/setup-go",
    "actions/setup-python",
    "actions/upload-artifact",
    "github/codeql-action/upload-sarif",
    "pypa/gh-action-pypi-publish",
}


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in FILES:
        for name, job in workflow(path)["jobs"].items():
            yield f"{path.name}/{name}", job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in jobs():
        for step in job["steps"]:
            yield name, step


def commands() -> Iterator[tuple[str, str]]:
    for name, step in steps():
        if "run" in step:
            yield name, step["run"]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `quad init` makes."""
    folder = tmp_path_factory.mktemp("init") / "fleet"
    assert quad(["init", str(folder)], ROOT).code == 0
    return folder


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    need("go")
    built = tmp_path / "actionlint"
    make = ["go", "build", "-o", str(built), "github.com/rhysd/actionlint/cmd/actionlint"]
    quiet = {**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
    subprocess.run(make, cwd=LINT, env=quiet, check=True)
    done = subprocess.run([built, "-no-color"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_each_job_may_do_what_it_must_and_no_more() -> None:
    assert {path.name: workflow(path)["permissions"] for path in FILES} == {path.name: {} for path in FILES}
    assert {name: job["permissions"] for name, job in jobs()} == PERMISSIONS


def test_each_action_is_known_and_pinned_to_a_commit() -> None:
    for path in FILES:
        used = re.findall(r"uses: (.*)", path.read_text())
        assert len(used) == sum("uses" in step for name, step in steps() if name.startswith(f"{path.name}/"))
        for line in used:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line), f"{path.name}: {line}"
    pins = {step["uses"] for _, step in steps() if "uses" in step}
    assert {pin.partition("@")[0] for pin in pins} == ACTIONS
    assert len(pins) == len(ACTIONS), "one action, two versions"


def test_only_what_is_merged_saves_a_cache() -> None:
    saving = {name for name, step in steps() if re.match("actions/cache(/save)?@", step.get("uses", ""))}
    assert {name.partition("/")[0] for name in saving} == {"publish.yml"}


def test_each_job_ends() -> None:
    assert {name for name, job in jobs() if not 0 < int(job.get("timeout-minutes", 0)) <= 90} == set()


def test_no_script_is_made_of_what_others_say() -> None:
    assert [(name, command) for name, command in commands() if "${{" in command] == []


def test_no_secret_is_read_and_no_foreign_code_is_run_with_rights() -> None:
    for path in FILES:
        assert "secrets." not in path.read_text(), path.name
        assert "pull_request_target" not in path.read_text(), path.name
    for name, step in steps():
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false", name
            assert step["with"].get("ref") in (None, "${{ github.event.repository.default_branch }}"), name
    # workflow_run is the one event whose default commit could be another's: it names the default branch by itself.
    privileged = workflow(WORKFLOWS / "pull-request-comment.yml")["jobs"]["comment"]["steps"]
    assert privileged[0]["with"]["ref"] == "${{ github.event.repository.default_branch }}"


def test_only_the_comments_workflow_has_rights_where_a_fork_can_start_it() -> None:
    for path in FILES:
        if workflow(path)["on"].keys() & {"pull_request", "issue_comment", "issues"}:
            own = {name: given for name, given in PERMISSIONS.items() if name.startswith(f"{path.name}/")}
            assert {right for given in own.values() for right in given.values()} == {"read"}, path.name


def test_the_token_is_given_to_single_steps() -> None:
    assert [name for name, job in jobs() if "env" in job] == []
    assert [path.name for path in FILES if "env" in workflow(path)] == []
    holders = {step["run"].split()[1] for _, step in steps() if "GITHUB_TOKEN" in step.get("env", {})}
    assert holders == {"artifact", "comment", "propose", "publish", "verify-branch"}
    assert "token" not in (WORKFLOWS / "pull-request.yml").read_text().partition("\non:")[2]


def test_you_can_run_each_step_yourself() -> None:
    pattern = re.compile(r"make [a-z]+( ARGS=\"[^\"]*\")?|\.venv/bin/quad [^;&|`]*( >>\"\$GITHUB_OUTPUT\")?")
    odd = [(name, command) for name, command in commands() if not pattern.fullmatch(command.replace("\n", " "))]
    assert odd == [
        ("ci.yml/ci", "bash .ci/run"),
        ("kit-release.yml/build", ".ci/install"),
        ("kit-release.yml/build", '.ci/dist-kit "$TAG"'),
        ("kit-release.yml/publish", KIT_RELEASE),
    ]


def targets(makefile: Path) -> dict[str, str]:
    """The targets of one line: name to all that follows."""
    return dict(re.findall(r"^([a-z]+): (setup ; .*)$", makefile.read_text(), re.MULTILINE))


def test_a_fleet_gets_the_same_workflows_byte_for_byte(fleet: Path) -> None:
    copied = {path.name: path.read_bytes() for path in (fleet / ".github" / "workflows").iterdir()}
    assert copied == {name: (WORKFLOWS / name).read_bytes() for name in _COPIED[".github/workflows"]}
    assert (fleet / "requirements" / "run.txt").read_bytes() == (ROOT / "requirements" / "run.txt").read_bytes()


def test_what_the_workflows_call_is_in_both_makefiles_and_the_same(fleet: Path) -> None:
    ours, theirs = targets(ROOT / "Makefile"), targets(fleet / "Makefile")
    assert theirs == {name: recipe for name, recipe in ours.items() if name in theirs}
    called = {
        command.split()[1]
        for name, command in commands()
        if name.partition("/")[0] in _COPIED[".github/workflows"] and command.startswith("make ")
    }
    assert called - {"setup"} <= theirs.keys()


def test_the_wheel_carries_what_init_copies() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    for place, files in _COPIED.items():
        for name in files:
            assert f'"{place}/{name}" = "generator/data/{place.removeprefix(".github/")}/{name}"' in text


@pytest.mark.parametrize(
    ("name", "command"), [("publish", "make publish"), ("verify", ".venv/bin/quad verify-branch --remote origin")]
)
def test_git_gets_the_token_for_githubs_host_alone(name: str, command: str, tmp_path: Path) -> None:
    found = workflow(WORKFLOWS / f"{name}.yml")["jobs"][name]["steps"]
    step = next(step for step in found if step.get("run") == command)
    given = {
        key: value.replace("${{ github.server_url }}", "https://github.example") for key, value in step["env"].items()
    }
    given["GITHUB_TOKEN"] = "ghs_x'\"$(id)"

    def asked(host: str) -> str:
        done = subprocess.run(
            ["git", "credential", "fill"],
            input=f"protocol=https\nhost={host}\n\n",
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_TERMINAL_PROMPT": "0", **given},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done.stdout

    assert "username=x-access-token\npassword=ghs_x'\"$(id)\n" in asked("github.example")
    assert "ghs_x" not in asked("elsewhere.example")


def dist(folder: Path, tag: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TAG": tag, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", ".ci/dist"], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """As much of the project as a release looks at; building is left out, `make dist` shows that."""
    for name in ("pyproject.toml", "generator/__init__.py", ".ci/dist"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "CHANGELOG.md").write_text(f"## [Unreleased]\n\n## [{__version__}] - 2026-12-01\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("#!/bin/sh\nmkdir dist && echo built >dist/wheel\n")
    (tmp_path / "bin" / "python").chmod(0o755)
    for command in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a", "--allow-empty"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_a_release_says_one_version_everywhere(release: Path) -> None:
    done = dist(release, f"v{__version__}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("  wheel\n")
    assert dist(release, "").returncode == 0


@pytest.mark.parametrize(
    ("tag", "file", "text", "words"),
    [
        ("v99.0.0", "", "", f"the tag is v99.0.0, pyproject.toml says version {__version__}"),
        (f"v{__version__}", "CHANGELOG.md", "## [Unreleased]\n", "CHANGELOG.md has no heading"),
        (f"v{__version__}", "generator/__init__.py", '__version__ = "0.0.0"\n', f"does not say version {__version__}"),
        (__version__, "", "", f"the tag is {__version__}, "),
    ],
)
def test_a_release_that_contradicts_itself_is_refused(
    tag: str, file: str, text: str, words: str, release: Path
) -> None:
    if file:
        (release / file).write_text(text)
    done = dist(release, tag)
    assert done.returncode == 1
    assert words in done.stderr
    assert not (release / "dist").exists()
