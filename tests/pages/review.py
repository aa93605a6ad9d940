"""Reviews made by hand for the tests of the page: `python -m tests.pages.review FOLDER` writes each as a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from generator.changes import ABSENT, Edit, Group, Item, Member, ObjectId, Review
from generator.diagnostics import Span
from generator.report.changes_html import html
from tests.pages.fleet import Site, container, danger, group, sites

HOSTILE = (
    '<img src=x onerror="document.title=1">&amp;\'"`\u202egpj.exe\u202c\x1b[31mred\x00 '
    "</script><script>alert(1)</script>\u2028end"
)
IMAGES = (f"registry.example.org/moodle@sha256:{'4' * 64}", f"registry.example.org/moodle@sha256:{'7' * 64}")


def demo(number: int = 1_200) -> Review:
    """What a platform team sees on an ordinary day: one wide change, some smaller, two dangers that are not allowed."""
    fleet = sites(number)
    production = [site for site in fleet if site.environment == "production"]
    plans = Span("tenants/fleet.yaml", 41, 9, 20, "    large: {memory: 1536Mi}")
    image = Span("overlays/releases/5.3.1.yaml", 3, 8, 71, "image: registry.example.org/moodle@sha256:" + "7" * 64)
    shrink = [
        danger(
            site,
            "pvc-shrink",
            "PersistentVolumeClaim",
            "moodledata",
            "spec.resources.requests.storage",
            before,
            "50Gi",
            "a volume cannot shrink: the claim is refused, or made anew without its files",
            cause=Span(f"tenants/production/{site.name}.yaml", 14, 3, 13, "  storage: 50Gi"),
        )
        for site, before in zip(production[1:4], ("200Gi", "200Gi", "100Gi"), strict=True)
    ]
    gone = danger(
        production[7],
        "tenant-removed",
        "Namespace",
        f"moodle-{production[7].name}",
        "",
        "present",
        ABSENT,
        "the site, its database and all its files are deleted",
    )
    moved = danger(
        production[9],
        "host-changed",
        "Ingress",
        "moodle",
        "spec.rules[0].host",
        "learn.hartwell.example.edu",
        "moodle.hartwell.example.edu",
        "links in courses point to the old host",
        allowed="renamed by the school, redirects are in place (until 2026-12-31)",
    )
    config_before = (
        "<?php\n"
        + "".join(f"$CFG->setting{index} = {index};\n" for index in range(40))
        + "require_once('setup.php');\n"
    )
    config_after = config_before.replace("setting20 = 20", "setting20 = 21").replace("$CFG->setting35 = 35;\n", "")
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "moodledata"},
        "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "50Gi"}}},
    }
    groups = (
        group(
            production[1:4],
            "PersistentVolumeClaim",
            "moodledata",
            [Edit(("spec", "resources", "requests", "storage"), "200Gi", "50Gi")],
            dangers=tuple(shrink),
        ),
        group(
            production[7:8],
            "Namespace",
            "moodle-<name>",
            action="removed",
            before={"apiVersion": "v1", "kind": "Namespace"},
            dangers=(gone,),
        ),
        group(
            production[9:10],
            "Ingress",
            "moodle",
            [Edit(("spec", "rules", 0, "host"), "learn.hartwell.example.edu", "moodle.hartwell.example.edu")],
            dangers=(moved,),
        ),
        group(
            fleet,
            "Rollout",
            "moodle",
            [
                Edit(container("php", "image"), *IMAGES, image),
                Edit(container("nginx", "image"), *IMAGES, image),
            ],
            image,
        ),
        group(fleet, "Deployment", "moodle-cron", [Edit(container("cron", "image"), "5.3.0", "5.3.1", image)], image),
        group(
            production,
            "Rollout",
            "moodle",
            [Edit(container("php", "resources", "limits", "memory"), "1Gi", "1536Mi", plans)],
            plans,
        ),
        group(
            production,
            "ConfigMap",
            "moodle-config-<hash>",
            [Edit(("data", "config.php"), config_before, config_after)],
            Span("overlays/base/config.php", 61, 1, 30, "$CFG->setting20 = 21;"),
        ),
        group(
            fleet[:40],
            "CronJob",
            "backup-database",
            [
                Edit(("spec", "schedule"), "0 3 * * *", "30 2 * * *"),
                Edit(("spec", "startingDeadlineSeconds"), ABSENT, 600),
                Edit(("metadata", "annotations", "example.org/owner"), "platform", ABSENT),
            ],
        ),
        group(fleet[40:43], "PersistentVolumeClaim", "moodledata", action="added", after=claim),
        group(fleet[44:45], "NetworkPolicy", "allow-smtp", [Edit(("spec", "egress"), [{"ports": [{"port": 25}]}], [])]),
        root_group(),
    )
    return Review(
        "rendered/production at 1a2b3c4, rendered/staging at 9f8e7d6",
        "the working tree",
        groups,
        (*shrink, gone, moved),
        number,
        9 * number,
    )


def root_group() -> Group:
    """What changes in a root of Argo CD, which is no tenant and in no ring."""
    thing = ObjectId("argoproj.io", "Application", "argocd", "production-eu-1-07")
    edit = Edit(("spec", "source", "path"), ABSENT, "argocd/eu-1/07")
    return Group("changed", thing, (edit,), None, None, (Member("production-eu-1", "production", "", "eu-1", thing),))


def small() -> Review:
    """Small enough to be a golden: one of each kind."""
    whole = demo(60)
    return replace(whole, groups=tuple(replace(one, members=one.members[:3]) for one in whole.groups))


def hostile(text: str = HOSTILE) -> Review:
    """The text wherever somebody else writes one."""
    site = Site(text, text, text, text)
    loss = danger(
        site, text, text, text, text, text, {text: [text]}, text, proceed=text, cause=Span(text, 1, 1, 1, text)
    )
    thing = ObjectId(text, text, text, text)
    edits = (
        Edit((text, 3, Item(text, text)), text, f"{text}\nsecond {text}", Span(text, 2, 1, 1, text)),
        Edit((text,), {text: text}, [text, None]),
    )
    one = Group("changed", thing, edits, None, None, group([site], text, text).members, (loss,), Span(text))
    two = Group("added", thing, (), None, {text: text}, group([replace(site, ring="")], text, f"other {text}").members)
    return Review(text, text, (one, two), (loss, replace(loss, allowed=text)), 1, 1)


def large(number: int = 10_000, groups: int = 50) -> Review:
    """As large as a fleet gets: every second group has all tenants, the others leave one out each."""
    fleet = sites(number)
    every = [
        group(
            fleet if index % 2 else [site for at, site in enumerate(fleet) if at % groups != index],
            ("Rollout", "Deployment", "CronJob", "ConfigMap", "Service")[index % 5],
            f"object-{index}",
            [Edit(container("php", f"field{index}"), f"{index}Mi", f"{index + 1}Mi")],
            Span("overlays/base/rollout.yaml", index + 1, 1, 1),
        )
        for index in range(groups)
    ]
    shrinks = tuple(
        danger(
            site,
            "pvc-shrink",
            "PersistentVolumeClaim",
            "moodledata",
            "spec.resources.requests.storage",
            "20Gi",
            "10Gi",
            "a volume cannot shrink",
        )
        for site in fleet[::100]
    )
    return Review("rendered/production at 1a2b3c4", "the working tree", tuple(every), shrinks, number, number * groups)


def outliers(number: int = 5_000) -> Review:
    """The other end: as many groups as tenants, one tenant each."""
    every = tuple(
        group(
            [site],
            "Ingress",
            "moodle",
            [Edit(("spec", "rules", 0, "host"), f"old{at}.example.org", f"new{at}.example.org")],
        )
        for at, site in enumerate(sites(number))
    )
    return Review("rendered/production at 1a2b3c4", "the working tree", every, (), number, number)


def nothing() -> Review:
    """No change at all."""
    return Review("rendered/production at 1a2b3c4", "the working tree", (), (), 1_200, 0)


PAGES: Mapping[str, Callable[[], Review]] = {
    "demo": demo,
    "small": small,
    "hostile": hostile,
    "large": large,
    "outliers": outliers,
    "nothing": nothing,
}


def written(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Write the pages and name their files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = folder / f"{name}.html"
        path.write_text(html(PAGES[name]()), encoding="utf-8")
        yield path


if __name__ == "__main__":
    for page in written(Path(sys.argv[1]), sys.argv[2:] or list(PAGES)):
        print(f"{page.stat().st_size:>10,} bytes  {page}")  # noqa: T201
