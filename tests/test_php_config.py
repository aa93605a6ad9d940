"""config.php of every tenant, of the sample fleet and of the combinations: PHP takes it, and what Moodle would see keeps the rules.

A session or cache in two tenants' hands, a flag without its rewrite rule, a local cache on the shared volume: none of these shows
in a manifest.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.combinations import write_combinations
from tests.conftest import ROOT
from tests.moodle_pods import Pod, files_at, lay_out, lint, php, pod_spec, pods, settings
from tests.running import quad

Config = Mapping[str, Any]

DATABASES = {
    "postgresql": ("pgsql", "postgres_lock_factory", None),  # libpq's TLS is in the environment
    "mysql": ("mysqli", "mysql_lock_factory", "verify-full"),
    "mariadb": ("mariadb", "mysql_lock_factory", "verify-full"),
    "auroramysql": ("auroramysql", "mysql_lock_factory", "verify-full"),
}
"""Moodle's driver, its locks and its TLS, by what the server speaks; files on a network file system are no locks."""


@dataclass(frozen=True, slots=True)
class Site:
    """A tenant: its resolved values and its objects."""

    name: str
    spec: Mapping[str, Any]
    objects: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What Moodle would see in one of a site's pods."""

    site: Site
    pod: Pod
    config: Config


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> list[Site]:
    folder = tmp_path_factory.mktemp("php")
    combined = write_combinations(folder / "combinations").root
    return [*rendered(ROOT, folder / "sample"), *rendered(combined, folder / "combined")]


def rendered(repository: Path, output: Path) -> Iterator[Site]:
    done = quad(["render", "--output", str(output)], repository)
    assert done.code == 0, done.stderr
    for file in sorted(output.glob("*/tenants/*/manifests/manifests.yaml")):
        tenant = yaml.safe_load((file.parent.parent / "overlay" / "tenant.yaml").read_bytes())
        objects = [item for item in yaml.safe_load_all(file.read_bytes()) if item]
        yield Site(f"{output.name}/{tenant['spec']['name']}", tenant["spec"], objects)


@pytest.fixture(scope="module")
def seen(sites: list[Site], tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    """Every pod's configuration; pods that differ in nothing that PHP reads are run once."""
    known: dict[str, Config] = {}
    found = []
    for site in sites:
        for pod in pods(site.name, site.spec, site.objects):
            texts = {mount: files_at(pod, site.objects, mount) for mount in pod.mounts}
            key = json.dumps([texts, dict(pod.environment), pod.public], sort_keys=True)
            if key not in known:
                root = tmp_path_factory.mktemp("pod")
                known[key] = settings(root, lay_out(pod, site.objects, root))
            found.append(Seen(site, pod, known[key]))
    return found


def test_php_takes_every_file(sites: list[Site]) -> None:
    texts = {
        (item["metadata"]["name"], key): text
        for site in sites
        for item in site.objects
        if item["kind"] == "ConfigMap"
        for key, text in (item.get("data") or {}).items()
        if key.endswith(".php")
    }
    faults = {text: lint(text) for text in set(texts.values())}  # most are alike
    assert {name: faults[text] for name, text in texts.items() if faults[text]} == {}
    assert {key for _, key in texts} >= {"config.php", "ready.php"}


def test_every_pod_of_moodle_has_a_configuration_that_keeps_the_rules(seen: list[Seen], sites: list[Site]) -> None:
    problems = {f"{one.pod.tenant} {one.pod.name}": objections(one.config, one.pod) for one in seen}
    assert {name: found for name, found in problems.items() if found} == {}
    running = {site.name for site in sites if runs(site)}
    assert {one.site.name for one in seen} >= running, "pods of Moodle's image that have no config.php"
    assert {one.pod.environment["MOODLE_DB_KIND"] for one in seen} == DATABASES.keys()
    assert {one.pod.public for one in seen} == {True, False}, "tenants with Moodle before and from 5.1"


def runs(site: Site) -> bool:
    """Whether the site has pods of Moodle's image."""
    containers = [container for item in site.objects for container in pod_spec(item).get("containers", [])]
    return any(container["image"] == site.spec["release"]["image"] for container in containers)


def speaks(config: Config) -> tuple[str, str, str | None]:
    """How Moodle would speak to its database."""
    return config["dbtype"], config["lock_factory"].removeprefix("\\core\\lock\\"), config["dboptions"].get("ssl")


def objections(config: Config, pod: Pod) -> list[str]:
    """What is wrong with a pod's configuration."""
    rules = {
        "wwwroot is not the tenant's https address": config["wwwroot"] == pod.environment["MOODLE_URL"]
        and config["wwwroot"].startswith("https://")
        and not config["wwwroot"].endswith(("/", "/public")),
        "TLS ends at the ingress, which keeps the host": config["sslproxy"] is True and not config.get("reverseproxy"),
        "cookies may go in the clear": config["cookiesecure"] is True,
        "routerconfigured does not fit the release": config.get("routerconfigured", False) is pod.public,
        "localcachedir is not the pod's own": is_own(pod, config["localcachedir"]),
        "localrequestdir is not the pod's own": is_own(pod, config["localrequestdir"]),
        "dataroot is the pod's own": not is_own(pod, config["dataroot"]),
        "cachedir or tempdir is the pod's own": not any(
            name in config and is_own(pod, config[name]) for name in ("cachedir", "tempdir", "backuptempdir")
        ),
        "driver, locks or TLS are not the database's": speaks(config) == DATABASES[pod.environment["MOODLE_DB_KIND"]],
        "the database's password is not mounted": bool(config["dbuser"] and config["dbpass"]),
        "sessions have no prefix": bool(config.get("session_redis_prefix", "-")),
        "paths of programs may be set in the browser": config["preventexecpath"] is True,
    }
    return [words for words, holds in rules.items() if not holds]


def is_own(pod: Pod, path: str) -> bool:
    return "emptyDir" in pod.volume_at(path)


def test_no_two_tenants_share_a_prefix_in_redis(seen: list[Seen]) -> None:
    for fleet in ("sample", "combined"):
        prefixes: dict[str, set[str]] = {}
        for one in seen:
            if one.site.name.startswith(f"{fleet}/"):
                prefixes.setdefault(one.site.name, set()).update(prefixes_of(one.config))
        every = sorted((prefix, name) for name, own in prefixes.items() for prefix in own)
        near = [(a, b) for a, b in itertools.pairwise(every) if b[0].startswith(a[0])]
        assert every
        assert near == [], "one prefix begins another"


def prefixes_of(config: Config) -> Iterator[str]:
    """Of sessions and of caches."""
    if "session_redis_prefix" in config:
        yield config["session_redis_prefix"]
    for store in config.get("tool_forcedcache_config_array", {}).get("stores", {}).values():
        if "prefix" in store.get("config", {}):
            yield store["config"]["prefix"]


def test_all_pods_of_a_tenant_agree(seen: list[Seen]) -> None:
    shared = (
        "wwwroot",
        "dataroot",
        "dbtype",
        "dbname",
        "prefix",
        "lock_factory",
        "session_handler_class",
        "session_redis_prefix",
    )
    said: dict[str, set[str]] = {}
    for one in seen:
        said.setdefault(one.site.name, set()).add(json.dumps([one.config.get(name) for name in shared]))
    assert {name: values for name, values in said.items() if len(values) > 1} == {}


def test_the_router_flag_and_the_rewrite_rule_go_together(seen: list[Seen], tmp_path: Path) -> None:
    """nginx.sh writes the rule, in the same code tree that config.php looks at."""
    stub = tmp_path / "bin" / "nginx"
    stub.parent.mkdir()
    stub.write_text("#!/bin/sh\n")
    stub.chmod(0o755)
    looked = set()
    for number, one in enumerate(seen):
        script = files_at(one.pod, one.site.objects, "/etc/moodle-scripts").get("nginx.sh")
        if script is None or one.site.name in looked:
            continue
        looked.add(one.site.name)
        root = tmp_path / str(number)
        root.mkdir()
        environment = lay_out(one.pod, one.site.objects, root)
        path = {"PATH": f"{stub.parent}:{os.environ['PATH']}", "MOODLE_RUN": str(root)}
        subprocess.run(
            ["sh", "-s", "--", "--test"], input=script, env={**environment, **path}, encoding="utf-8", check=True
        )
        rule = (root / "fallback.conf").read_text()
        assert ("/r.php" in rule) is one.config["routerconfigured"], one.pod.tenant
    assert {one.config["routerconfigured"] for one in seen if one.site.name in looked} == {True, False}


def test_a_configuration_that_breaks_a_rule_is_objected_to(seen: list[Seen]) -> None:
    one = next(one for one in seen if one.pod.public)
    assert objections(one.config, one.pod) == []
    breaks = {
        "reverseproxy": True,
        "sslproxy": False,
        "routerconfigured": False,
        "localcachedir": "/var/moodledata/localcache",
        "localrequestdir": "/var/moodledata/request",
        "dataroot": "/var/cache/moodle",
        "tempdir": "/tmp/shared",
        "lock_factory": "\\core\\lock\\file_lock_factory",
        "wwwroot": f"{one.config['wwwroot']}/public",
        "dbpass": "",
        "session_redis_prefix": "",
        "cookiesecure": False,
        "preventexecpath": False,
    }
    for name, value in breaks.items():
        assert len(objections({**one.config, name: value}, one.pod)) == 1, name


def test_a_warning_and_a_syntax_error_are_noticed(tmp_path: Path) -> None:
    assert "Parse error" in lint("<?php $CFG->a = ;")
    config = tmp_path / "etc" / "moodle" / "config.php"
    config.parent.mkdir(parents=True)
    config.write_text("<?php $CFG = new stdClass(); $CFG->a = $missing; echo json_encode($CFG);")
    assert php()
    with pytest.raises(AssertionError):
        settings(tmp_path, {})
