"""A value for one knob of a generated tenant: by its path where it must fit the rest of the tenant, else by its schema alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.bench import words

SCOPES = ("openid", "openid email", "openid profile email groups")
CRONS = ("{m} {h} * * *", "{m} {h} * * 1-5", "{m} */{s} * * *", "{m},{n} {h} 1 * *", "*/{s} * * * *")
NETWORKS = ("0.0.0.0/0", "203.0.113.0/24", "198.51.100.{}/32", "192.0.2.0/{}", "2001:db8:{:x}::/48")
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
    choices: Mapping[str, tuple[str, ...]]
    """The names a tenant may refer to: rings, plans, releases (oldest first)."""


Maker = Callable[[Random, Site], Any]


def _text(*choices: str) -> Maker:
    """One of the texts; `{n}` is the tenant's name, `{d}` its domain, `{r}` its region, `{i}` a small number."""

    def make(random: Random, site: Site) -> str:
        number = random.randint(2, 9)
        return random.choice(choices).format(n=site.name, d=site.domain, r=site.region, i=number, e=site.environment)

    return make


def _reference(kind: str, start: int, end: int | None) -> Maker:
    return lambda random, site: random.choice(site.choices[kind][start:end])


def _cidr(random: Random, _site: Site) -> str:
    return random.choice(NETWORKS).format(random.randint(24, 32))


def _block(random: Random, site: Site) -> dict[str, Any]:
    """What is excepted from a network lies in it."""
    if random.random() < 1 / 2:
        return {"cidr": _cidr(random, site)}
    return {"cidr": "0.0.0.0/0", "except": random.sample(PRIVATE, random.randint(1, 3))}


MAKERS: Mapping[str, Maker] = {
    "name": lambda _random, site: site.name,
    "displayName": lambda random, site: words.title(random, site.pattern),
    "host": _text("learn.{d}", "moodle.{d}", "campus.{d}", "{n}.lms.example.com", "elearning.teach.{d}"),
    "cluster": lambda _random, site: site.cluster,
    "ring": _reference("rings", 0, None),
    "plan": _reference("plans", 0, None),
    "namespace": _text("lms-{n}", "{n}", "site-{n}"),
    "region": _text("{r}"),
    "site.shortName": lambda random, _site: words.title(random, "{}", awkward=0.15)[:60].strip(),
    "site.language": lambda _random, site: site.language,
    "site.timezone": lambda _random, site: site.timezone,
    "site.adminEmail": _text("admin@{d}", "moodle.admin@{d}", "it+moodle@{d}", "root_{i}@mail.{d}"),
    "site.supportEmail": _text("help@{d}", "support-{i}@{d}", "Helpdesk.{i}@{d}"),
    "release.version": _reference("releases", 2, None),
    "release.from": _reference("releases", 0, 2),  # older than every version that is chosen
    "database.host": _text("{n}-db-rw", "pg-{i}", "moodle-db-rw-{i}"),
    "database.name": lambda _random, site: f"lms_{site.name.replace('-', '_')}",
    "database.region": _text("{r}"),
    "cache.host": _text("{n}-redis", "redis-{i}", "valkey"),
    "cache.prefix": lambda _random, site: f"c_{site.name.replace('-', '_')}_",
    "secrets.path": _text("kv/{e}/{n}", "sites/{n}", "moodle.{i}/{n}"),
    "secrets.databasePath": _text("pg/{e}/{n}", "databases/{n}_{i}"),
    "features.backup.bucket": _text("moodle-backup-{r}", "{n}-backup", "backups.{d}"),
    "features.backup.prefix": _text("{e}/sites/{n}", "{n}", "tier-{i}/{n}"),
    "features.backup.region": _text("{r}"),
    "features.backup.endpoint": _text(
        "https://s3.{r}.example.org", "https://minio.{d}", "https://storage-{i}.example.net"
    ),
    "features.backup.secretPath": _text("backup/{n}", "kv/{e}/{n}.backup-{i}"),
    "features.backup.egress": _cidr,
    "features.oauth.name": lambda random, _site: words.title(random, "{} login", awkward=0.3)[:80].strip(),
    "features.oauth.issuer": _text(
        "https://login.{d}/realms/campus", "https://sso.{d}", "https://id.{d}/oauth2/v{i}.0/~x"
    ),
    "features.oauth.clientId": _text("moodle", "moodle-{n}", "urn:sp:{d}", "https://learn.{d}/lms"),
    "features.oauth.secretProperty": _text("oidc-{i}", "oauth.{n}"),
    "features.oauth.scopes": lambda random, _site: random.choice(SCOPES),
    "features.white-label.hosts[]": lambda random, site: (
        f"{random.choice(words.PLACES)}{random.randint(1, 99)}.{site.domain}"
    ),
    "network.egress[].to[].ipBlock": _block,
    "network.egress[].ports[].port": lambda random, _site: random.choice(PORTS),
    "allow[].object": _text("Service moodle-preview", "ConfigMap notes-{i}", "PersistentVolumeClaim old-{n}"),
    "allow[].field": _text("spec", "data.key{i}", "spec.resources.requests.storage"),
    "allow[].code": _text("data-removed", "storage-shrink", "host-changes"),
    "allow[].reason": _text("ticket {i}411", "moved away; agreed with {n}"),
    "allow[].until": lambda random, _site: f"2026-12-{random.randint(10, 28)}",
}


def value(random: Random, path: str, node: Mapping[str, Any], site: Site) -> Any:
    """A value of the knob at the dotted path ("[]" stands for any item of a list) that its schema accepts."""
    if path in MAKERS:
        return MAKERS[path](random, site)
    if "enum" in node:
        return random.choice(node["enum"])
    if node["type"] == "boolean":
        return random.random() < 1 / 2
    example = node.get("default", node.get("examples", [None])[0])
    if node["type"] == "integer":
        low, high = max(node["minimum"], example // 2), min(node["maximum"], example * 2 + 2)
        return random.randint(low, high)
    return _of_pattern(random, str(example), node.get("pattern", ""))


def _of_pattern(random: Random, example: str, pattern: str) -> str:
    """A text like the example: a cron expression, a number with another figure, or a name with a number after it."""
    if example.count(" ") == 4:
        figures = {
            key: random.randint(*bounds)
            for key, bounds in {"m": (0, 29), "n": (30, 59), "h": (0, 23), "s": (2, 9)}.items()
        }
        return random.choice(CRONS).format(**figures)
    quantity = re.fullmatch(r"([0-9]+)([A-Za-z]*)", example)
    if quantity:
        return f"{int(quantity[1]) * random.randint(1, 4)}{quantity[2]}"
    varied = f"{example}-{random.randint(2, 9)}"
    return varied if re.search(pattern, varied) else example
