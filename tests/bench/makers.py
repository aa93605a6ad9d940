"""A value for one knob of a generated tenant: by its path where it must fit the rest of the tenant, else by its schema alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.bench import words
from tests.bench.texts import network, text

PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
PORTS = (25, 389, 443, 465, 587, 636, 1935, 5432, 8443)


@dataclass(frozen=True, slots=True)
class Site:
    """What a tenant is before it says anything: the values that others have to fit."""

    name: str
    environment: str
    cluster: str
    region: str
    domain: str
    language: str
    timezone: str
    pattern: str
    names: Callable[[str], Sequence[str]]
    """The names that a tenant may say, by what they refer to."""
    choices: Random
    """What decides between switches and between names: the same for all tenants of an offering."""


Maker = Callable[[Random, Site], Any]


def _text(*choices: str) -> Maker:
    """One of the texts; `{n}` is the tenant's name, `{d}` its domain, `{r}` its region, `{i}` a small number."""

    def make(random: Random, site: Site) -> str:
        number = random.randint(2, 9)
        return random.choice(choices).format(n=site.name, d=site.domain, r=site.region, i=number, e=site.environment)

    return make


def _reference(kind: str, start: int, end: int | None) -> Maker:
    return lambda random, site: random.choice(site.names(kind)[start:end])


def _memory(random: Random, _site: Site) -> dict[str, Any]:
    """People set request and limit of memory to the same."""
    memory = random.choice(("2Gi", "3Gi", "4Gi"))
    return {"requests": {"cpu": f"{random.randint(1, 9)}00m", "memory": memory}, "limits": {"memory": memory}}


def _network(random: Random, site: Site) -> str:
    return "0.0.0.0/0" if site.choices.random() < 1 / 5 else network(random)


def _block(random: Random, site: Site) -> dict[str, Any]:
    """What is excepted from a network lies in it."""
    if site.choices.random() < 1 / 2:
        return {"cidr": _network(random, site)}
    return {"cidr": "0.0.0.0/0", "except": random.sample(PRIVATE, site.choices.randint(1, 3))}


def _peer(random: Random, site: Site) -> dict[str, Any]:
    """A network, or a namespace, or pods of a namespace."""
    choices = site.choices
    if choices.random() < 1 / 2:
        at = random.randint(1, 250)
        excepted = {"except": [f"10.{at}.{random.randint(1, 250)}.0/24"]} if choices.random() < 1 / 2 else {}
        return {"ipBlock": {"cidr": f"10.{at}.0.0/16", **excepted}}
    pods = {"podSelector": {"matchLabels": {"app": random.choice(words.PLACES)}}} if choices.random() < 1 / 2 else {}
    return {"namespaceSelector": _namespace(random, site), **pods}


def _namespace(random: Random, _site: Site) -> dict[str, Any]:
    return {"matchLabels": {"kubernetes.io/metadata.name": random.choice(words.PLACES)}}


def _pods(_random: Random, site: Site) -> dict[str, str]:
    """Pods that every tenant has."""
    parts: tuple[dict[str, str], ...] = (
        {},
        {"app.kubernetes.io/component": "cron"},
        {"app.kubernetes.io/component": "adhoc"},
    )
    return {"app.kubernetes.io/name": "moodle", **site.choices.choice(parts)}


def _proxy(random: Random, site: Site) -> dict[str, Any]:
    if site.choices.random() < 1 / 2:
        return {"namespaceSelector": _namespace(random, site)}
    return {"ipBlock": {"cidr": network(random)}}


MAKERS: Mapping[str, Maker] = {
    "name": lambda _random, site: site.name,
    "displayName": lambda random, site: words.title(random, site.pattern),
    "host": _text("learn.{d}", "moodle.{d}", "campus.{d}", "{n}.lms.example.com", "elearning.teach.{d}"),
    "cluster": lambda _random, site: site.cluster,
    "namespace": _text("lms-{n}", "{n}", "site-{n}"),
    "site.shortName": lambda random, _site: words.title(random, "{}", awkward=0.15)[:60].strip(),
    "site.language": lambda _random, site: site.language,
    "site.timezone": lambda _random, site: site.timezone,
    "site.adminEmail": _text("admin@{d}", "moodle.admin@{d}", "it+moodle@{d}", "root_{i}@mail.{d}"),
    "site.supportEmail": _text("help@{d}", "support-{i}@{d}", "Helpdesk.{i}@{d}"),
    "ring": _reference("rings", 0, None),
    "release.version": _reference("releases", 2, None),
    "release.from": _reference("releases", 0, 3),  # older than most versions that are chosen
    "release.floor": _reference("releases", 0, 3),
    "release.rehearsed.to": _reference("releases", 2, None),
    "database.version": _text("17.{i}", "18.{i}"),
    "database.network": _network,
    "database.host": _text("{n}-db-rw", "pg-{i}", "moodle-db-rw-{i}"),
    "database.name": lambda _random, site: f"lms_{site.name.replace('-', '_')}",
    "cache.network": _network,
    "cache.host": _text("{n}-redis", "redis-{i}", "valkey"),
    "cache.prefix": lambda _random, site: f"c_{site.name.replace('-', '_')}_",
    "secrets.path": _text("kv/{e}/{n}", "sites/{n}", "moodle.{i}/{n}"),
    "secrets.databasePath": _text("pg/{e}/{n}", "databases/{n}_{i}"),
    "features.antivirus.resources": _memory,
    "features.backup.bucket": _text("moodle-backup-{r}", "{n}-backup", "backups.{d}"),
    "features.backup.prefix": _text("{e}/sites/{n}", "{n}", "tier-{i}/{n}"),
    "features.exam-calendar.events[].metadata.start": _text("30 7 1{i} 1 *", "0 8 * 6 *", "{i} 6 {i} * *"),
    "features.exam-calendar.events[].metadata.end": _text("0 18 1{i} 1 *", "30 17 * 6 *", "{i} 20 {i} * *"),
    "features.exam-calendar.events[].metadata.desiredReplicas": _text("{i}", "1{i}"),
    "features.gateway.proxies[]": _proxy,
    "features.gke-identity.serviceAccount": lambda random, site: (
        f"{site.name[:24].strip('-')}-{random.randint(10, 99)}@lms-{site.environment}.iam.gserviceaccount.com"
    ),
    "features.network-egress.rules[].pods": _pods,
    "features.network-egress.rules[].to[]": _peer,
    "features.network-ingress.rules[].pods": _pods,
    "features.network-ingress.rules[].from[]": _peer,
    "features.oauth.providers{}.name": lambda random, _site: (
        words.title(random, "{} login", awkward=0.3)[:70].strip() + f" {random.randint(1, 999)}"
    ),
    "features.oauth.providers{}.issuer": _text(
        "https://login.{d}/realms/campus", "https://sso.{d}", "https://id.{d}/oauth2/v{i}.0/~x"
    ),
    "features.oauth.providers{}.clientId": _text("moodle", "moodle-{n}", "urn:sp:{d}", "https://learn.{d}/lms"),
    "features.objectfs.bucket": _text("moodle-files-{r}", "{n}-files", "files.{d}"),
    "features.objectfs.prefix": _text("{e}/files/{n}", "files/{n}", "tier-{i}/files/{n}"),
    "features.white-label.hosts[]": lambda random, site: (
        f"{random.choice(words.PLACES)}{random.randint(1, 99)}.{site.domain}"
    ),
    "cache.maxMemory": _text("{i}0000000", "20132659{i}"),
    "project.syncWindows[].schedule": _text("0 8 1{i} 1 *", "30 7 1{i}-2{i} 6 *", "{i} 6 * {i} *"),
    "project.syncWindows[].duration": _text("1{i}h", "{i}h30m"),
    "network.egress[].to[].ipBlock": _block,
    "network.egress[].ports[].port": lambda random, _site: random.choice(PORTS),
    "allow[].object": _text("Service moodle-preview", "ConfigMap notes-{i}", "PersistentVolumeClaim old-{n}"),
    "allow[].field": _text("spec", "data.key{i}", "spec.resources.requests.storage"),
    "allow[].code": _text("data-removed", "storage-shrink", "host-changes"),
    "allow[].reason": _text("ticket {i}411", "moved away; agreed with {n}"),
    "allow[].until": lambda random, _site: f"2026-12-{random.randint(10, 28)}",
}
"""By path, with "[]" for any item of a list and "{}" for any key of a map: what has to fit others, or to look real."""


def value(random: Random, node: Mapping[str, Any], site: Site) -> Any:
    """A value that the schema accepts, by the first of its keywords that says what it may be."""
    if "x-reference" in node:
        return site.choices.choice(site.names(node["x-reference"]))
    if "x-region" in node:
        return site.region
    if "enum" in node:
        return site.choices.choice(node["enum"])
    if node["type"] == "boolean":
        return site.choices.random() < 1 / 2
    if node["type"] == "integer":
        example = node.get("default", node.get("examples", [None])[0])
        return random.randint(max(node["minimum"], example // 2), min(node["maximum"], example * 2 + 2))
    return text(random, node, site)
