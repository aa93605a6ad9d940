"""Values that fit the schema of a tenant and are hard on whoever writes or cuts YAML: for every leaf that a tenant has."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from generator.compile import slug_of
from generator.model import WORKS_WITH, Catalogue
from generator.rules.walk import everything
from generator.schema import at
from generator.source import Path
from generator.units import Unit
from generator.verdict import Verdict, verdict_of
from tests.nasty import SPACED, WORDS, texts

Leaf = tuple[Path, Mapping[str, Any]]

SENTINELS = (
    *("aq0010.qa", "aq0012-qa", "aq0012.qa", "zq9989.qz.longer", "zq9989-qz-longer", "aq9998.qa", "7300101", "7300121"),
    *("899989773", "899988773", "aq0011.qa.aq0012.qa", "x7300131m", "aq0010.qaaq0011.qa"),
)
"""What the witnesses of profiles are made of (`generator/profiles/witness.py`)."""
SPECIAL = (
    *(
        "1.e3",
        "0x1.e3",
        "12.e1",
        "1.2.e3",
        "0o7.no",
        "null.no",
        "y",
        "n",
        "no",
        "on",
        "off",
        "yes",
        "null",
        "true",
        "e",
    ),
    *(
        "123",
        "0x1",
        "1e3",
        "0o17",
        "0b1",
        "1-2",
        "2026-11-21",
        "00",
        "0.0",
        "1.0",
        "0x1f",
        "1e3-x",
        "0",
        "-",
        "default",
    ),
    *("1:30/0", "::/0", ":/0", "0:0:0/8", "f::/128", "0.0.0.0/0", "1.1.1.1/1", "2001:db8::/48", "12:30:45::/10"),
    *("* * * * *", "*/5 * * * *", "0 0 1 1 0", "0-5/2,*/9 1-3 * 1,2 0-7", "59 23 31 12 7", "1 2 3 4 5"),
    *("a@b", "+@-", "no@no", "1@1", "-@.", "_@_", "null@null", ".@.", "a+b@c.d"),
    *("https://a", "https://0", "https://a.b/c", "https://-./~", "https://a.b/null", "https://1e3", "https://a--b.c"),
    *("1Mi", "999999Gi", "1Gi", "1Ti", "1", "9999", "1m", "999999m", "999999Ti", "1" * 60, "10", "40", "8080", "443"),
    *("A", "No", "True", "NULL", "Null", "N", "Y", "UTC", "Etc/GMT", "No/No", "A+b/C-d/E_f", "GMT+", "True/False"),
    *("openid", "y n", "null null", "no", "true false", "_", "a _ b", "x y z", "0.a", "1/2", "1/2.3", "a/", "A/_.-"),
    *("a:b", "a:", "~", "a~", ":", "::", "/", "-", "--", "a/b:c", "1:2", "1:30", "~/x", ":x", "a.", "0/x", "x--y"),
    *(
        "https://0.a",
        "https://1.e3",
        "https://null.no",
        "https://a.b",
        "a/b:c@sha256:" + "0" * 64,
        "1/2:3@sha256:" + "1e" * 32,
    ),
    *(
        "a.b:80/c/d:1.0@sha256:" + "9" * 64,
        "/",
        "/a",
        "/~",
        "/null/0",
        "/.",
        "/-/.../_",
        "a/b",
        "0/0",
        "1.e3/1e3",
        "null/no",
    ),
    *("TCP", "UDP", "5.3.0", "0.0.0", "1.0.0", "99.99.99", "Cluster", "ClusterSecretStore", "Service", "*", "User"),
    *("a_", "null_", "y_", "_1", "1_000", "1__0", "0_0", "__", "e3", "inf", "nan", "infinity", "aa_bb_cc", "no_no"),
    *(
        "'",
        '"',
        "\\",
        "#",
        "# x",
        "x #",
        "x #y",
        "x: y",
        "x:",
        ": x",
        "- x",
        "? x",
        "| x",
        "> x",
        "%",
        "@",
        "`",
        "&a",
        "!",
    ),
    *(
        "<b>&amp;</b>",
        "a<b>c&d",
        "$(X)",
        "${X}",
        "{{x}}",
        "{x}",
        "[x]",
        "a, b",
        "a  b",
        "a   b",
        "x\u00e9",
        "é",
        "日本語",
        "😀",
    ),
    *(
        "e\u0301",
        "\u0301x",
        "x\u00a1",
        "\u2018q\u2019",
        "\u3000x\u3000y",
        "\U00010000",
        "\U0010fffd",
        "\ufffd",
        "\ue000",
        "x\u2030",
    ),
    *("\u0600x", "א", "\u180e", "\u061c", "\u034f", "\u115f", "\ufe0f", "👩\u200d", "x\ufffe", "\ufdd0", "\U0001fffe"),
)
LONG = (
    *("word " * 23 + "end", "a" * 60, "a" * 63, "x" * 120, "x" * 79 + " y", "x" * 40 + " " + "y" * 50, "é " * 40 + "é"),
    *("ab " * 19 + "z", "'q' " * 20 + "z", '"q" ' * 20 + "z", "a: b " * 12 + "z", "😀 " * 30 + "x", "\\ " * 30 + "\\"),
    *("a " * 100 + "z", "openid " * 60 + "z", "x_y " * 70 + "z", "a." * 120 + "bc", "1." * 100 + "e3", "a-" * 30 + "b"),
    *("a/" * 99 + "b", "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31 * * * *"),
    *("9" * 300, "https://" + "a." * 60 + "b", "https://a/" + "b/" * 90 + "c", "a" * 39 + "b", "-".join(["ab"] * 13)),
    *(
        "1,2,3,4,5,6,7,8,9,10,11,12 1,2,3,4,5,6,7,8,9,10,11,12 1,2,3,4,5,6,7,8 1,2,3,4,5,6 1,2,3",
        "0" * 63,
        "a" + "0" * 38,
    ),
    *(
        "a." * 30 + "bb",
        ("a" * 63 + ".") * 3 + "a" * 61,
        "moodle/" + "x" * 190,
        "a" * 30 + " " + "b" * 30 + " " + "c" * 30,
    ),
)


NAME = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
REFERRED: Mapping[str, Mapping[str, Any]] = {
    **dict.fromkeys(("ring", "cluster", "plan", "environment"), NAME),
    "site.url": {"type": "string", "pattern": r"^https://[a-z0-9.-]+\.[a-z]+$"},
    "release.image": {
        "type": "string",
        "pattern": "^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}$",
    },
    "release.codeRoot": {"type": "string", "pattern": "^(/[A-Za-z0-9._-]+)+$"},
    "features.backup.location": {"type": "string", "pattern": "^[a-z0-9.-]+/[a-z0-9-]+(/[a-z0-9-]+)*$"},
}
"""What the tenant's schema leaves to others: names of fleet.yaml, a release's passport, values that follow from others."""


CHOICES = {("state",), *(path for _, path in WORKS_WITH.values())}
"""The folders of the catalogue that a tenant is built from; another one needs other knobs."""


def leaves_of(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Leaf]:
    """Every text and every number of a resolved tenant that is a value and no structure, with its schema."""
    found = []
    for path, value in everything(spec):
        node = REFERRED.get(".".join(map(str, path)), at(schema, path))
        if type(value) in (str, int) and value != "" and node is not None and path not in CHOICES:
            found.append((path, node))
    return found


def words_of(catalogue: Catalogue) -> list[str]:
    """Every short text that stands in the catalogue's YAML, and its keys."""
    found: dict[str, None] = {}
    for component in catalogue.components:
        for name, documents in sorted(component.documents.items()):
            if name != "schema.yaml" and not name.startswith("examples/"):
                for document in documents:
                    for path, value in everything(document.data):
                        found |= dict.fromkeys([str(path[-1])] if path and isinstance(path[-1], str) else [])
                        found |= dict.fromkeys([value] if isinstance(value, str) and len(value) < 64 else [])
    return list(found)


def pool_of(random: Random, leaf: Leaf, own: Sequence[str], catalogue: Sequence[str], some: int) -> list[Any]:
    """Values that the leaf's schema accepts: those named here first, then some of everything else, no two the same."""
    _, node = leaf
    fits: Verdict = verdict_of(node)
    if node["type"] == "integer":
        low, high = node["minimum"], node["maximum"]
        return [low, high, *(number for number in (0, 1, 8080, 5432, (low + high) // 2) if low <= number <= high)]
    named = [*SPECIAL, *LONG, *SENTINELS]
    others = [*own, *(f"{text}-x" for text in own), *(f"x{text}" for text in own), *(f"{text}.{text}" for text in own)]
    others += [*catalogue, *WORDS, *SPACED, *texts(random.randrange(10**6), len(WORDS) + len(SPACED) + 300)]
    random.shuffle(named)
    random.shuffle(others)
    fitting = [list(dict.fromkeys(text for text in texts if fits(text))) for texts in (named, others)]
    return list(dict.fromkeys([*fitting[0], *fitting[1][:some]]))


def varied(unit: Unit, schema: Mapping[str, Any], number: int, seed: int, some: int) -> Iterator[Unit]:
    """As many tenants of the unit's shape, every leaf of each with a hostile value; what follows from others need not."""
    random = Random(seed)
    leaves = leaves_of(unit.spec, schema)
    own = list(
        dict.fromkeys(str(value) for _, value in everything(unit.spec) if type(value) in (str, int) and value != "")
    )
    known = words_of(unit.catalogue)
    pools = [pool_of(random, leaf, own, known, some) or [_value(unit.spec, leaf[0])] for leaf in leaves]
    for at_pool in pools:
        random.shuffle(at_pool)
    names: set[str] = {unit.name}
    for turn in range(number):
        spec: Any = copy.deepcopy(dict(unit.spec))
        for (path, _), pool in zip(leaves, pools, strict=True):
            _put(spec, path, pool[turn] if turn < len(pool) else random.choice(pool))
        _in_order(spec, unit.spec)
        spec["name"] = spec["name"] if spec["name"] not in names else f"n{turn}"
        names.add(spec["name"])
        application = f"argocd/cluster/00/{spec['name']}.yaml"
        yield replace(unit, name=spec["name"], spec=spec, application=application, argocd=_argocd(unit, spec, random))


def _argocd(unit: Unit, spec: Mapping[str, Any], random: Random) -> dict[str, str]:
    choices = {"namespace": ("argocd", "null", "1e3", spec["namespace"]), "server": ("https://k", "https://a: b#c"[:9])}
    own = {key: random.choice(choices.get(key, (value,))) for key, value in unit.argocd.items()}
    return {**own, "project": spec["name"], "path": f"tenants/{spec['name']}/manifests"}


def _in_order(spec: Any, like: Mapping[str, Any]) -> None:
    """Lists of texts sort as those of the other tenant do: names made of items have an order, which is part of the shape."""
    for path, value in everything(spec):
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            value[:] = _different(value)
            ranks = sorted(range(len(value)), key=lambda index: slug_of(_value(like, path)[index]))
            for rank, item in zip(ranks, sorted(value, key=slug_of), strict=True):
                value[rank] = item


def _different(values: list[str]) -> list[str]:
    return [
        value if value not in values[:index] else f"{'abc'[index % 3]}{value}" for index, value in enumerate(values)
    ]


def _value(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _put(data: Any, path: Path, value: Any) -> None:
    _value(data, path[:-1])[path[-1]] = value
