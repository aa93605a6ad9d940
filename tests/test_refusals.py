"""What features refuse: values that fit the schema and cannot be meant, each with the reason that the user reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.pipeline import read
from generator.source import dump
from tests.conftest import ROOT, copy_input

FEATURES = ROOT / "overlays" / "features"
EVENT = {"type": "cron", "name": "exams"}
TIMES = {"timezone": "Europe/Paris", "start": "0 8 12 1 *", "end": "0 9 12 1 *", "desiredReplicas": "2"}
PORTS = [{"port": 443, "protocol": "TCP"}]
PODS = {"app.kubernetes.io/name": "moodle"}
BLOCK = {"ipBlock": {"cidr": "10.20.0.0/16"}}
ELSEWHERE = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "elsewhere"}}}


def event(**times: str) -> dict[str, Any]:
    return {"events": [{**EVENT, "metadata": {**TIMES, **times}}]}


def way(direction: str, *peers: dict[str, Any]) -> dict[str, Any]:
    return {"rules": [{"name": "way", "pods": PODS, direction: list(peers), "ports": PORTS}]}


def processor(**said: Any) -> dict[str, Any]:
    values = yaml.safe_load((FEATURES / "region-pinning" / "examples" / "minimal.yaml").read_text())
    return {**values, "processors": [{**values["processors"][0], **said}]}


def twice(values: dict[str, Any], field: str) -> dict[str, Any]:
    return {**values, field: values[field] * 2}


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("exam-calendar", event(desiredReplicas="3"), "an event wants more web pods than `web.replicas.max`"),
    ("exam-calendar", event(desiredReplicas="1"), "an event wants no more web pods than there always are"),
    ("exam-calendar", event(start="0 8 12 1 1-5"), "days of the month and of the week"),
    ("exam-calendar", event(end="0 8 12 1 1"), "days of the month and of the week"),
    ("exam-calendar", event(start="0 8 * 1 7"), "`0 8 * 1 7` does not fit"),
    ("exam-calendar", twice(event(), "events"), "two events have the same name"),
    ("noisy-neighbour", {"container": {"memory": "512Mi"}}, "a higher memory limit than the most of all"),
    ("noisy-neighbour", {"container": {"cpu": "100m"}}, "requests more CPU than the most of all"),
    ("noisy-neighbour", {"volume": "15Gi"}, "a volume of the tenant is larger than the most of all"),
    ("noisy-neighbour", {"cacheHeadroom": 26}, "Redis may fill more of its memory with keys"),
    ("network-egress", way("to", {**BLOCK, **ELSEWHERE}), "a peer is either an address block, or a namespace"),
    ("network-egress", way("to", {"podSelector": {"matchLabels": {"app": "x"}}}), "a peer is either an address block"),
    ("network-egress", way("to", {"ipBlock": {"cidr": "169.254.169.254/32"}}), "give away their credentials"),
    ("network-egress", twice(way("to", BLOCK), "rules"), "two rules have the same name"),
    ("network-ingress", way("from", {"ipBlock": {"cidr": "0.0.0.0/0"}}), "a rule lets in everybody"),
    ("network-ingress", way("from", {"ipBlock": {"cidr": "::/0"}}), "a rule lets in everybody"),
    ("network-ingress", twice(way("from", BLOCK), "rules"), "two rules have the same name"),
    ("region-pinning", {**processor(), "internet": False}, "`network.egress` opens the whole internet"),
    ("region-pinning", processor(region="us-east-1"), "but tenant `sample` is pinned to `eu-central-1`"),
    ("region-pinning", {**processor(), "region": "us-east-1"}, "but tenant `sample` is pinned to `eu-central-1`"),
    ("region-pinning", processor(cidr="0.0.0.0/0"), "cidr"),
    ("region-pinning", twice(processor(), "processors"), "two processors have the same name"),
    ("maintenance-page", {"message": "<b>soon</b>"}, "message"),
    ("logging", {"stores": "standard"}, "stores"),
]
NEAR = [
    ("exam-calendar", event(start="0 8 * 1 1-5", end="0 9 * 1 1-5")),
    ("noisy-neighbour", {"cacheHeadroom": 25, "volume": "20Gi", "container": {"memory": "1Gi", "cpu": "250m"}}),
    ("network-egress", way("to", BLOCK, ELSEWHERE, {**ELSEWHERE, "podSelector": {"matchLabels": {"app": "x"}}})),
    ("network-ingress", way("from", BLOCK, ELSEWHERE)),
    ("region-pinning", processor(cidr="10.0.0.0/8")),
]


def messages(folder: Path, feature: str, said: dict[str, Any]) -> list[str]:
    """What is said of a small tenant with the feature, its smallest example and these values."""
    repository = copy_input(folder / "fleet", ROOT / "tests" / "features" / "tenants")
    file = repository / "tenants" / "production" / "sample.yaml"
    least = yaml.safe_load((FEATURES / feature / "examples" / "minimal.yaml").read_text())
    file.write_bytes(dump({**yaml.safe_load(file.read_bytes()), "features": {feature: {**least, **said}}}))
    return [problem.message for problem in read(repository).problems]


@pytest.mark.parametrize(("feature", "said", "reason"), CASES, ids=[f"{case[0]}-{case[2][:40]}" for case in CASES])
def test_it_is_refused_with_its_reason(tmp_path: Path, feature: str, said: dict[str, Any], reason: str) -> None:
    (found,) = messages(tmp_path, feature, said)
    assert reason in found


@pytest.mark.parametrize(("feature", "said"), NEAR, ids=[case[0] for case in NEAR])
def test_what_is_nearly_so_is_not(tmp_path: Path, feature: str, said: dict[str, Any]) -> None:
    assert messages(tmp_path, feature, said) == []


def test_two_autoscalers_are_refused(tmp_path: Path) -> None:
    repository = copy_input(tmp_path / "fleet", ROOT / "tests" / "features" / "tenants")
    file = repository / "tenants" / "production" / "sample.yaml"
    both = {"scaling": {}, "exam-calendar": event()}
    file.write_bytes(dump({**yaml.safe_load(file.read_bytes()), "features": both}))
    (problem,) = read(repository).problems
    assert "exam-calendar" in problem.message
    assert "scaling" in problem.message
