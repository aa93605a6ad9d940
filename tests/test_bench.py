"""The benchmark's own honesty: templates give back what they were cut from, and a peer that writes another object is found out."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.bench import plot, report
from tests.bench.cases import STAMP
from tests.bench.goals import PeerResult, Results, Row, rows
from tests.bench.measure import Command, CommandError, Measured, Run, ratio, rounds, run
from tests.bench.peers.honest import Compared, compared
from tests.bench.peers.templates import Objects, Templates, as_json, as_yaml, braces, cut


def site(name: str, replicas: int, *hosts: str) -> Objects:
    config = {"title": f"{name}: a site", "script": "echo ${#x} {{ y }}\n"}
    return [
        {"kind": "ConfigMap", "metadata": {"name": "env-2b7tghdh7c"}, "data": config},
        {"kind": "Rollout", "metadata": {"name": "web"}, "spec": {"replicas": replicas, "paused": False}},
        *({"kind": "Ingress", "metadata": {"name": f"{name}-{host}"}, "spec": {"host": host}} for host in hosts),
    ]


SITES = {
    "oak": site("oak", 2),
    "elm": site("elm", 3),
    "fir": site("fir", 3, "a.example"),
    "yew": site("yew", 1, "b.example"),
}


def test_values_in_their_holes_give_the_objects_again() -> None:
    templates = cut(SITES)
    assert len(templates.marked) == 2
    for tenant in templates.tenants:
        text = as_json(templates.marked[tenant.template], lambda name, at=tenant: json.dumps(at.values[name]))  # type: ignore[misc]
        assert json.loads(text) == tenant.objects == SITES[tenant.name]


def test_what_differs_or_names_the_tenant_is_a_hole_and_nothing_else_is() -> None:
    values = {tenant.name: list(tenant.values.values()) for tenant in cut(SITES).tenants}
    assert values["oak"] == ["oak: a site", 2]
    assert values["fir"] == ["fir: a site", 3, "fir-a.example", "a.example"]


def test_braces_of_scripts_are_no_template() -> None:
    text = as_yaml(cut(SITES).marked[0], lambda name, is_string: f"<{name}{'s' if is_string else ''}>", braces)
    assert "title: <v0s>" in text
    assert "replicas: <v1>" in text
    assert """echo ${{ "{#" }}x} {{ "{{" }} y }}""" in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"replicas": "2", "paused": False}, "Rollout web: spec.replicas is '2', not 2"),
        ({"replicas": 2, "paused": 0}, "Rollout web: spec.paused is 0, not False"),
        ({"replicas": 2}, "Rollout web: spec is {'replicas': 2}, not {'replicas': 2, 'paused': False}"),
    ],
)
def test_a_peer_that_writes_another_value_is_found_out(wrong: dict[str, Any], said: str, tmp_path: Path) -> None:
    templates = cut({"oak": SITES["oak"], "elm": SITES["elm"]})
    theirs = [SITES["oak"][0], {**SITES["oak"][1], "spec": wrong}]
    (tmp_path / "oak.yaml").write_text(json.dumps(theirs))
    (tmp_path / "elm.yaml").write_text(json.dumps(SITES["elm"][::-1]))
    assert compared(templates.tenants, tmp_path) == Compared(2, 1, said)


def test_a_peer_that_writes_nothing_or_no_yaml_is_found_out(tmp_path: Path) -> None:
    templates = cut({"oak": SITES["oak"]})
    assert compared(templates.tenants, tmp_path).first == "no output"
    (tmp_path / "oak.yaml").write_text("a: *b")
    assert compared(templates.tenants, tmp_path).first == "not YAML"
    (tmp_path / "oak.yaml").write_text(json.dumps(SITES["oak"][:1]))
    assert compared(templates.tenants, tmp_path).first == "other objects: Rollout web"


def test_a_ratio_is_of_the_medians_and_its_spread_of_the_rounds() -> None:
    found = ratio([10.0, 30.0, 20.0], [1.0, 2.0, 4.0])
    assert (found.of_medians, found.least, found.most) == (10.0, 5.0, 15.0)


def test_a_command_that_fails_is_named_and_not_run_again(tmp_path: Path) -> None:
    bad = Command("bad", [sys.executable, "-c", "import sys; sys.exit('no such thing')"], tmp_path)
    good = Command(
        "good", [sys.executable, "-c", "print(open(0).read(), end='')"], tmp_path, tmp_path / "in", tmp_path / "out"
    )
    (tmp_path / "in").write_text("hello")
    with pytest.raises(CommandError, match="no such thing"):
        run(bad)
    said: list[str] = []
    measured, failed = rounds([bad, good], 2, said.append)
    assert [(each.command.name, len(each.runs)) for each in measured] == [("good", 2)]
    assert failed == {"bad": "bad ended with 1: no such thing"}
    assert [text for text in said if "bad" in text] == ["round 1 of 2: bad"]
    assert (tmp_path / "out").read_text() == "hello"


def measured(name: str, cpu: float, tenants: int = 10) -> Measured:
    return Measured(Command(name, [], Path(), tenants=tenants), (Run(cpu, cpu, 1024**2),) * 3)


def results() -> Results:
    cases = {name: measured(name, 0.1) for name in (STAMP, "publish, cold", "quad --version", "python -I -c pass")}
    peer = PeerResult(
        measured("kustomize", 100), Compared(10, 9, "Service a|b: x is 1, not '1'"), "one process a tenant"
    )
    return Results(10, cases, None, [peer], {"helm template": "no Go"}, {"again": 20_000}, {"tenants": "10"})


def test_goals_say_what_is_reached_missed_and_not_measured() -> None:
    found = {row.what: row for row in rows(results())}
    assert found["clean render against kustomize, a process a tenant"].verdict == "least"
    assert found["cold, whole loop, against kustomize alone"].verdict == "aim"
    assert found["quad --version"].verdict == "aim"
    assert found["warm, whole loop, against kustomize alone"].verdict == "not measured"
    assert found["bytes added to git for a tenant rendered again"].figure == 2.0


def test_a_goal_that_is_not_reached_is_missed() -> None:
    row = Row("what", "ran", "x", 3, 2, more_is_better=False, figure=3.5)
    assert [replace(row, figure=figure).verdict for figure in (3.5, 3.0, 2.0)] == ["missed", "least", "aim"]


def test_the_page_names_what_is_missing_and_what_is_not_equal() -> None:
    page = report.markdown(results())
    assert "NOT MEASURED: helm template: no Go" in page
    assert "9 of 10 (Service a\\|b: x is 1, not '1')" in page
    assert "NOT MEASURED: helm template: no Go" in report.text(results())


def test_the_plot_has_a_bar_and_text_for_each_way() -> None:
    picture = plot.svg(results())
    assert picture.count("<rect") == 3
    assert ">kustomize</text>" in picture
    assert ">quad publish, cold</text>" in picture


def test_templates_are_kept_apart_where_a_literal_differs() -> None:
    """A value that only one tenant has at its place is no hole, so it must not be filled into another's."""
    one, other = site("oak", 2, "a.example"), site("elm", 2, "b.example")
    one[2]["metadata"]["name"], other[2]["metadata"]["name"] = "first", "second"
    found: Templates = cut({"oak": one, "elm": other})
    assert len(found.marked) == 2
