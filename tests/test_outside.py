"""What `make outside` makes of the checkers' words: reasons cover what they name, and a checker that looks at nothing fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.outside.checkers import CHECKERS
from tests.outside.findings import Excuse, Finding, excuses_of, grouped, idle, unexplained
from tests.outside.fleet import HERE, View
from tests.outside.run import complaints
from tests.outside.schemas import built_in, strict
from tests.outside.twins import full_kind, named, shown

PLANTED = Finding("checkov", "CKV_1", "Deployment/planted", "planted", "root")
WEB = Finding("checkov", "CKV_1", "Deployment/moodle", "production.acme", "root")
CRON = Finding("checkov", "CKV_1", "Deployment/moodle-cron", "production.acme", "root")
REASON = "somebody wrote down why this stays"
TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"image": "a"}]}}
ROLLOUT = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Rollout",
    "metadata": {"name": "moodle"},
    "spec": {
        "replicas": 2,
        "strategy": {"blueGreen": {}},
        "selector": {"matchLabels": {"app": "web"}},
        "template": TEMPLATE,
    },
}


def test_a_finding_is_explained_by_the_reason_that_names_checker_check_and_object() -> None:
    assert unexplained([WEB, CRON], [Excuse("checkov", "CKV_1", "Deployment/moodle", REASON)]) == [CRON]
    assert unexplained([WEB, CRON], [Excuse("checkov", "CKV_1", "Deployment/*", REASON)]) == []
    assert unexplained([WEB, CRON], [Excuse("checkov", "CKV_1", "Job/a|Deployment/moodle-cron", REASON)]) == [WEB]
    assert unexplained([WEB], [Excuse("checkov", "CKV_1: root", "*", REASON)]) == []
    for other in (("kube-score", "CKV_1"), ("checkov", "CKV_2"), ("checkov", "CKV_1: privileged")):
        assert unexplained([WEB], [Excuse(*other, "*", REASON)]) == [WEB]


def test_a_reason_for_nothing_fails_unless_its_checker_has_not_run() -> None:
    stale = Excuse("checkov", "CKV_9", "*", REASON)
    assert idle([WEB], [stale, Excuse("checkov", "CKV_1", "*", REASON)]) == [stale]
    found = {name: [PLANTED] for name in CHECKERS}
    assert [*complaints(found, [stale])] == ["this exception covers nothing any more: checkov CKV_9 *"]
    del found["checkov"]
    assert "covers nothing" not in " ".join(complaints(found, [stale]))


def test_a_checker_that_has_not_run_or_sees_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    found = {name: [PLANTED] for name in CHECKERS}
    assert [*complaints(found, [])] == []
    found["checkov"] = []
    assert [*complaints(found, [])] == [
        "checkov does not see what was planted for it, so that it may see nothing at all"
    ]
    del found["checkov"]
    assert [*complaints(found, [])] == ["checkov has not run"]


def test_an_unknown_checker_and_an_unexplained_finding_fail() -> None:
    found = {name: [PLANTED] for name in CHECKERS}
    assert [*complaints(found, [Excuse("chekov", "a", "*", REASON)])] == ["no checker is called chekov"]
    found["checkov"].append(WEB)
    assert [*complaints(found, [])] == ["checkov CKV_1: root", "    Deployment/moodle  in production.acme"]


def test_findings_are_grouped_by_check_with_their_places() -> None:
    other = Finding("checkov", "CKV_1", "Deployment/moodle", "staging.acme", "root")
    assert [*grouped([WEB, other, CRON])] == [
        "checkov CKV_1: root",
        "    Deployment/moodle  in production.acme and 1 more",
        "    Deployment/moodle-cron  in production.acme",
    ]


@pytest.mark.parametrize(
    "wrong", [{"reason": "because"}, {"checker": None}, {"more": "words than there are keys for this"}]
)
def test_an_exception_says_all_and_why(wrong: dict[str, Any]) -> None:
    entry = {"checker": "checkov", "check": "CKV_1", "object": "*", "reason": REASON}
    assert excuses_of([entry])
    changed = {key: value for key, value in {**entry, **wrong}.items() if value is not None}
    with pytest.raises(ValueError, match="whole sentence"):
        excuses_of([changed])


def test_our_exceptions_are_well_formed() -> None:
    found = excuses_of(yaml.safe_load((HERE / "exceptions.yaml").read_bytes()))
    assert len(found) == len(set(map(str, found)))


def test_a_rollout_is_shown_as_a_deployment_and_scaling_led_there() -> None:
    target = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "moodle"}
    scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "moodle"}}
    other = {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"name": "db"},
        "spec": {"instances": 1},
    }
    twin, led, same = shown([ROLLOUT, {**scaler, "spec": {"scaleTargetRef": target, "maxReplicas": 2}}, other])
    assert (twin["apiVersion"], twin["kind"], twin["metadata"]) == ("apps/v1", "Deployment", {"name": "moodle"})
    assert twin["spec"]["template"]["spec"]["containers"] == [{"name": "container-0", "image": "a"}]
    assert twin["spec"].keys() == {"replicas", "selector", "template"}
    assert led["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "moodle"}
    assert same is other


def test_a_workload_without_a_selector_gets_that_of_its_labels() -> None:
    knative = {**ROLLOUT, "apiVersion": "serving.knative.dev/v1", "kind": "Service", "spec": {"template": TEMPLATE}}
    (twin,) = shown([knative])
    assert twin["spec"]["selector"] == {"matchLabels": {"app": "web"}}
    builtin = {**ROLLOUT, "apiVersion": "apps/v1", "kind": "Deployment"}
    assert [*shown([builtin])] == [builtin]


def test_a_twin_is_named_by_what_it_stands_for(tmp_path: Path) -> None:
    view = View(tmp_path, 1, 2, {("production.acme", "moodle"): full_kind(ROLLOUT)})
    assert view.named("production.acme", "Deployment", "moodle") == "Rollout.argoproj.io/moodle"
    assert view.named("production.other", "Deployment", "moodle") == "Deployment/moodle"
    assert view.named("production.acme", "Service", "moodle") == "Service/moodle"


def test_objects_are_named_without_the_hash_of_their_content() -> None:
    assert named("ConfigMap", "moodle-env-b2c4d6f8gh") == "ConfigMap/moodle-env"
    assert named("Service", "moodle-env-b2c4d6f8gh") == "Service/moodle-env-b2c4d6f8gh"


def test_schemas_of_custom_resources_refuse_what_they_do_not_know() -> None:
    node = {"type": "object", "properties": {"port": {"x-kubernetes-int-or-string": True, "anyOf": []}}}
    schema = {
        "type": "object",
        "properties": {
            "spec": {**node, "nullable": True},
            "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {}},
            "map": {"type": "object", "additionalProperties": node},
        },
    }
    made = strict(schema)
    assert made["additionalProperties"] is False
    assert {"apiVersion", "kind", "metadata"} <= made["properties"].keys()
    spec = made["properties"]["spec"]
    assert spec["type"] == ["object", "null"]
    assert spec["additionalProperties"] is False
    assert spec["properties"]["port"] == {"type": ["integer", "string"]}
    assert "additionalProperties" not in made["properties"]["open"]
    assert made["properties"]["map"]["additionalProperties"]["additionalProperties"] is False


def test_schemas_of_built_in_kinds_carry_all_that_they_refer_to() -> None:
    schema = built_in("1.34", "apps/v1", "Deployment")
    assert schema is not None
    text = str(schema)
    assert "_definitions.json" not in text
    assert "io.k8s.api.core.v1.PodSpec" in schema["$defs"]
    assert built_in("1.34", "argoproj.io/v1alpha1", "Rollout") is None
