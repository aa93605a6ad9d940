"""What an upgrade under way adds to a tenant, by the class of its way, and that nothing of it stays."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import schema as schemas
from generator.load import load
from generator.upgrade.classes import MEANINGS
from generator.upgrade.transaction import upgrade_of
from tests.caching import trees
from tests.conftest import ROOT, copy_input
from tests.running import quad
from tests.test_diagnostics import MUSEUM, lay_over
from tests.test_features import CATALOGUE, WAYS, manifests

BACKUP = {"backup": {"bucket": "sample-backup", "endpoint": "https://s3.example.org"}}
CODE: dict[str, Any] = {
    "php-extensions": {},
    "region-pinning": yaml.safe_load((ROOT / "overlays/features/region-pinning/examples/minimal.yaml").read_bytes()),
}
CHOSEN = {"R": "switch", "S": "switch", "B": "bump", "M": "maintenance", "X": "maintenance"}


def under_way(letter: str, **features: Any) -> dict[str, Any]:
    """What a tenant says in the middle of an upgrade of the class."""
    before, after = WAYS[letter]
    return {"release": {"version": after, "from": before}, "features": {**BACKUP, **features}}


def test_every_class_but_the_refused_one_has_its_transaction() -> None:
    said = {
        letter: sorted(
            name
            for name, one in CATALOGUE.of("transaction").items()
            if one.schema and letter in one.schema.data.get("x-classes", ())
        )
        for letter in MEANINGS
    }
    assert said == {letter: [CHOSEN[letter]] if letter in CHOSEN else [] for letter in MEANINGS}


def test_of_what_falls_nothing_is_rendered(fleet_repository: Path) -> None:
    """Class N: a plugin of the newer image is an older one."""
    lay_over(fleet_repository, MUSEUM / "upgrade-impossible.falls")
    done = quad(["render"], fleet_repository)
    assert (done.code, "error[upgrade-impossible]: tool_objectfs falls" in done.stderr) == (1, True), done.stderr
    assert not list(fleet_repository.glob("rendered/*/tenants"))


def test_only_a_running_site_is_upgraded() -> None:
    found = {}
    for (letter, (before, after)), state in product(WAYS.items(), CATALOGUE.of("state")):
        if after in CATALOGUE.releases:
            release = {"version": after, "from": before}
            found[letter, state] = upgrade_of(CATALOGUE, {"release": release, "state": state}).get("transaction")
    assert {state for (_, state), name in found.items() if name} == {"active"}
    failed = {"release": {"version": "5.2.3", "from": "5.2.2"}, "state": "active", "restore": {}}
    assert upgrade_of(CATALOGUE, failed) == {"transaction": "recovery"}, "nothing migrates that is to be restored"
    assert upgrade_of(CATALOGUE, {"release": {"version": "5.3.0", "from": "5.3.0"}, "state": "active"}) == {}
    assert upgrade_of(CATALOGUE, {"release": {"version": "5.2.2", "from": "5.3.0"}, "state": "active"}) == {}


def test_models_whose_sites_no_job_reaches_are_refused() -> None:
    schemas = [one.schema.data for one in CATALOGUE.of("transaction").values() if one.schema]
    refused = [CATALOGUE.of("model").keys() - {*schema["x-models"]} for schema in schemas]
    assert refused == [{"container", "serverless"}] * len(CATALOGUE.of("transaction"))


@pytest.mark.parametrize("letter", WAYS)
def test_when_it_is_over_its_jobs_go_and_no_pod_changes(letter: str, tmp_path: Path) -> None:
    said = under_way(letter)
    during = manifests(tmp_path / "during", said)
    after = manifests(tmp_path / "after", {**said, "release": {"version": said["release"]["version"]}})
    gone = {name for name in during if name not in after}
    jobs = {name for name, body in during.items() if body["metadata"].get("annotations", {}).get("quadrangle.dev/runs")}
    assert gone - jobs <= {"NetworkPolicy/moodle-upgrade"}
    assert jobs <= gone
    assert jobs
    assert after.keys() <= during.keys()
    for name, body in after.items():
        if name == "Rollout/moodle":
            del body["spec"]["strategy"], during[name]["spec"]["strategy"]
        assert during[name] == body, name


def test_its_pods_are_the_installations_with_all_that_features_gave_it(tmp_path: Path) -> None:
    objects = manifests(tmp_path, under_way("M", **CODE))
    (upgrade,) = (body for name, body in objects.items() if name.startswith("Job/moodle-upgrade-"))
    install = objects["Job/moodle-install"]["spec"]["template"]["spec"]
    pod = upgrade["spec"]["template"]["spec"]
    assert {key: pod[key] for key in install if key not in ("containers", "initContainers", "volumes")} == {
        key: value for key, value in install.items() if key not in ("containers", "initContainers", "volumes")
    }
    assert pod["volumes"][: len(install["volumes"])] == install["volumes"]
    (main,), (own,) = pod["containers"], install["containers"]
    assert {**main, "command": own["command"]} == own
    *features, ready, enter, backup = pod["initContainers"]
    assert features == install["initContainers"]
    assert {**ready, "command": backup["command"], "name": backup["name"]} == backup
    assert {**enter, "command": own["command"], "name": own["name"]} == own
    mounted = {mount["name"] for one in (main, ready, enter, backup) for mount in one["volumeMounts"]}
    assert mounted <= {volume["name"] for volume in pod["volumes"]}


def test_the_names_of_its_jobs_are_its_own(tmp_path: Path) -> None:
    """Another tenant, another way: another name. The same: the same."""
    names = [jobs(manifests(tmp_path / str(at), said)) for at, said in enumerate([under_way("B"), under_way("M")])]
    again = jobs(manifests(tmp_path / "again", under_way("B", **CODE)))
    assert names[0] == again
    assert names[0] & names[1] == set()


def jobs(objects: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, body in objects.items() if "quadrangle.dev/runs" in body["metadata"].get("annotations", {})}


@pytest.mark.parametrize("what", ["upgrade", "restore", "drill"])
def test_a_ring_under_way_is_stamped(what: str, tmp_path: Path) -> None:
    """Tenants in the middle of the same upgrade are of one shape: two are built by kustomize, and the bytes are kustomize's."""
    root = copy_input(tmp_path / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    for number in range(4):
        said: dict[str, Any] = {"name": f"t{number}", "displayName": "T", "host": f"t{number}.example.org"}
        asked = {"id": f"20261122t23150{number}", "at": f"2026-11-22T03:00:0{number}Z"}
        said |= under_way("M") if what == "upgrade" else {what: asked if what == "restore" else {"id": asked["id"]}}
        said["features"] = {"backup": {**BACKUP["backup"], "bucket": f"t{number}-backup"}, "backup-drill": {}}
        (root / "tenants" / "production" / f"t{number}.yaml").write_text(json.dumps(said))
    done = quad(["render", "--no-cache"], root)
    assert done.code == 0, done.stderr
    assert "rendered by kustomize" not in done.stderr
    assert quad(["render", "--plain", "--output", "plain"], root).code == 0
    assert trees(root / "rendered") == trees(root / "plain")


def test_old_and_new_web_pods_are_told_apart_by_their_image_alone(tmp_path: Path) -> None:
    """A setting changed together with a release would be a second reason for a failure."""
    before, _ = WAYS["B"]
    old = manifests(tmp_path / "old", {"release": {"version": before}, "features": BACKUP})
    new = manifests(tmp_path / "new", under_way("B"))
    pods = [json.dumps(each["Rollout/moodle"]["spec"]["template"]) for each in (old, new)]
    images = [each["Rollout/moodle"]["spec"]["template"]["spec"]["containers"][0]["image"] for each in (old, new)]
    assert images[0] != images[1]
    settings = [each["ConfigMap/moodle-env"] for each in (old, new)]
    names = [each["metadata"]["name"] for each in settings]
    assert pods[0].replace(images[0], images[1]).replace(names[0], names[1]) == pods[1]
    changed = {key for key, value in settings[1]["data"].items() if value != settings[0]["data"][key]}
    assert changed == {"MOODLE_RELEASE"}


ALIKE = ["close", "finish", "id", "open", "stays", "workers"]


@pytest.mark.parametrize(
    "file",
    [
        "jobs/close.yaml",
        "jobs/finish.yaml",
        "jobs/upgrade.yaml",
        *(f"{name}.patch.yaml" for name in ALIKE),
    ],
)
def test_what_transactions_have_alike_is_the_same(file: str) -> None:
    """A folder of the catalogue reads itself alone, so each has its own."""
    copies = [path.read_bytes() for path in (ROOT / "overlays" / "transactions").glob(f"*/{file}")]
    assert len(copies) > 1
    assert len(set(copies)) == 1


def test_what_a_clone_takes_over_is_there_to_be_said() -> None:
    """The paths of `x-copies` and `x-same` are ones that a resolved tenant has, and the field has all that is copied."""
    schema = schemas.resolved(load(ROOT)[0])
    (rules,) = (
        one.schema.data for one in CATALOGUE.of("transaction").values() if one.schema and "x-copies" in one.schema.data
    )
    for path in [*rules["x-copies"].values(), *rules["x-same"]]:
        assert schemas.at(schema, tuple(path.split("."))) is not None, path
    assert {*rules["x-copies"], "id", "at", "from"} == {*schema["properties"][rules["x-field"]]["required"]}
