"""Sync windows: what freezes a site for ever is refused, what is said arrives in Argo CD's AppProject, and widens nothing in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from generator.crds import read_crds
from generator.hydrate import usual
from generator.model import Progress
from generator.pipeline import read, render
from generator.source import dump
from tests.conftest import ROOT, copy_input

WINDOW = {
    "kind": "deny",
    "schedule": "0 8 12-16 1 *",
    "duration": "10h30m",
    "timeZone": "Europe/Paris",
    "manualSync": True,
    "applications": ["*"],
}


def window(schedule: str = "0 8 12-16 1 *", duration: str = "10h30m") -> dict[str, Any]:
    return {**WINDOW, "schedule": schedule, "duration": duration}


REFUSED = [
    ([window("0 8 12 1 1")], "days of the month and of the week"),
    ([window("0 8 16-12 1 *")], "a range runs backwards"),
    ([window("0 8 1,9-8 1 *")], "a range runs backwards"),
    ([window("0 8 31-30 1 *")], "a range runs backwards"),
    ([window("0 8 * 12-1 *")], "a range runs backwards"),
    ([window("0 8 * * 5-0")], "a range runs backwards"),
    ([window("0 8 30 2 *")], "no such day comes"),
    ([window("0 8 30-31 2 *")], "no such day comes"),
    ([window("0 8 31 4,6,11 *")], "no such day comes"),
    ([window("0 8 * * *", "24h")], "a window begins again before it has ended"),
    ([window("0 8 * 1-12 *", "24h")], "a window begins again before it has ended"),
    ([window("0 8 1-5 * *", "24h")], "a window begins again before it has ended"),
    ([window("0 8 * * 1-5", "72h")], "a window begins again before it has ended"),
    ([window("0 8 * * 5", "168h")], "longer than the time until it begins again"),
    ([window("0 8 1 * *", "672h")], "longer than the time until it begins again"),
    ([window("0 8 1 1 *", "745h")], "or than a month"),
    ([window(), window()], "two windows are the same"),
    ([window("0 8 * * 7")], "does not fit"),
    ([window("* 8 12 1 *")], "does not fit"),
    ([window("0 8 12 jan *")], "does not fit"),
    ([window(duration="1d")], "does not fit"),
    ([{**WINDOW, "kind": "allow"}], "`allow`"),
    ([{**WINDOW, "applications": ["other"]}], "`other`"),
    ([{name: value for name, value in WINDOW.items() if name != "applications"}], "applications"),
]
TAKEN = [
    [window(), window(duration="10h")],
    [window("0 8 29 2 *")],
    [window("0 8 30,31 1,3 *")],
    [window("0 8 31 2-3 *")],
    [window("0 8 9-10 1 *"), window("0 8 28-30 2 *"), window("0 8 19-20,21 10-11 *")],
    [window("0 8 * * *", "23h59m")],
    [window("0 18 * * 5", "62h")],
    [window("0 0 1 1 *", "744h")],
]


def fleet(folder: Path, said: Any) -> Path:
    """A fleet of one tenant that says this of its project."""
    repository = copy_input(folder / "fleet", ROOT / "tests" / "features" / "tenants")
    file = repository / "tenants" / "production" / "sample.yaml"
    file.write_bytes(dump({**yaml.safe_load(file.read_bytes()), "project": said}))
    return repository


@pytest.mark.parametrize(
    ("windows", "reason"), REFUSED, ids=[f"{case[0][0]['schedule']}-{case[1]}" for case in REFUSED]
)
def test_what_would_freeze_for_ever_is_refused(tmp_path: Path, windows: list[Any], reason: str) -> None:
    problems = read(fleet(tmp_path, {"syncWindows": windows})).problems
    assert [problem for problem in problems if reason in f"{problem.message} {problem.help}"], problems


@pytest.mark.parametrize("windows", TAKEN, ids=lambda windows: windows[0]["schedule"])
def test_what_comes_and_goes_is_taken(tmp_path: Path, windows: list[Any]) -> None:
    assert read(fleet(tmp_path, {"syncWindows": windows})).problems == []


def project(folder: Path, said: Any) -> dict[str, Any]:
    """The AppProject that kustomize makes of it."""
    fleet_of = read(fleet(folder, said))
    done = render(fleet_of, folder / "rendered", usual(), folder / "none", (), Progress())
    assert done.problems == []
    (file,) = (folder / "rendered").glob("production/argocd/*/*/sample.yaml")
    (found,) = (item for item in yaml.safe_load_all(file.read_bytes()) if item["kind"] == "AppProject")
    return found  # type: ignore[no-any-return]


def test_the_project_has_the_windows_and_nothing_else_is_changed(tmp_path: Path) -> None:
    windows = [window(), {**window("0 0 1 6 *", "744h"), "manualSync": False, "description": "June"}]
    plain, said = project(tmp_path / "plain", {}), project(tmp_path / "said", {"syncWindows": windows})
    assert said["spec"].pop("syncWindows") == windows
    assert said == plain
    assert plain["spec"]["sourceRepos"]
    assert plain["spec"]["clusterResourceWhitelist"] == [{"group": "", "kind": "Namespace"}]
    assert {"group": "argoproj.io", "kind": "AppProject"} in plain["spec"]["namespaceResourceBlacklist"]


@pytest.mark.parametrize("said", [{"sourceRepos": ["*"]}, {"description": "Other"}, {"roles": []}])
def test_a_tenant_cannot_say_what_its_application_may_do(tmp_path: Path, said: Any) -> None:
    assert [problem.code for problem in read(fleet(tmp_path, said)).problems] == ["unknown-field"]


def test_every_field_of_a_window_is_one_of_argo_cd(tmp_path: Path) -> None:
    crds = ROOT / ".build" / "crds"
    if not crds.is_dir() and not os.environ.get("CI"):
        pytest.skip("no CRDs here: `make crds` fetches them")
    custom = read_crds(crds, {("argoproj.io", "AppProject")})["argoproj.io", "v1alpha1", "AppProject"]
    body = project(tmp_path, {"syncWindows": [{**WINDOW, "description": "Exams"}]})
    jsonschema.validate(body, custom)
    known = custom["properties"]["spec"]["properties"]["syncWindows"]["items"]["properties"]
    assert set(body["spec"]["syncWindows"][0]) <= set(known)
