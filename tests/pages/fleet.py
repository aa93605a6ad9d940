"""A fleet of invented schools, and changes of its objects with as few words as a test likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.changes import Danger, Edit, FieldPath, Group, Item, Member, ObjectId
from generator.diagnostics import Span

PODS = ("spec", "template", "spec")
TOWNS = (
    "nordvik",
    "brookfield",
    "alder",
    "birch",
    "cedarhill",
    "dunmore",
    "eastgate",
    "fairview",
    "glenrock",
    "hartwell",
)
KINDS = ("college", "school", "university", "academy", "institute")


@dataclass(frozen=True, slots=True)
class Site:
    """A tenant of the fleet of these tests."""

    name: str
    environment: str
    ring: str
    cluster: str


def sites(number: int) -> list[Site]:
    """So many tenants in two environments, three rings and three clusters; the first are nordvik-college, brookfield-college ..."""
    return [
        Site(
            f"{TOWNS[index % 10]}-{KINDS[index // 10 % 5]}" + (f"-{index // 50}" if index >= 50 else ""),
            "staging" if index % 20 == 19 else "production",
            "canary" if index % 50 == 0 else "early" if index % 10 < 3 else "broad",
            ("eu-1", "eu-2", "us-1")[index % 7 % 3],
        )
        for index in range(number)
    ]


def group(
    some: Sequence[Site], kind: str, name: str, edits: Sequence[Edit] = (), cause: Span | None = None, **rest: Any
) -> Group:
    """A group of these tenants; `changed` where nothing else is said."""
    api = {"Rollout": "argoproj.io", "Deployment": "apps", "CronJob": "batch", "Ingress": "networking.k8s.io"}.get(
        kind, ""
    )
    members = tuple(
        Member(site.name, site.environment, site.ring, site.cluster, ObjectId(api, kind, f"moodle-{site.name}", name))
        for site in some
    )
    base = Group("changed", ObjectId(api, kind, "moodle-<name>", name), tuple(edits), None, None, members, (), cause)
    return replace(base, **rest)


def danger(
    site: Site, code: str, kind: str, name: str, field: str, before: Any, after: Any, why: str, **rest: Any
) -> Danger:
    """A danger with its words."""
    thing = ObjectId("", kind, f"moodle-{site.name}", name)
    proceed = f"add an entry under `allow:` in tenants/{site.environment}/{site.name}.yaml"
    base = Danger(code, site.name, site.environment, thing, field, before, after, why, proceed)
    return replace(base, **rest)


def container(name: str, *rest: str) -> FieldPath:
    """The path of a field of a container in a pod template."""
    return (*PODS, "containers", Item("name", name), *rest)
