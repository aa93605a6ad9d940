"""Every byte of every scalar, against the real kustomize. QUAD_FUZZ says how many random texts."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
import yaml

from generator import kustomize
from generator.scalars import INTEGER_LIMIT, RefusedError, indent_below, scalar
from tests.nasty import ODD, SPACED, WORDS, texts

COUNT = int(os.environ.get("QUAD_FUZZ", "20000"))
SEED = int(os.environ.get("QUAD_FUZZ_SEED", "6"))
BATCH = 5000
HEAD = "apiVersion: example.com/v1\nkind: {kind}\nmetadata:\n  name: it\nspec:\n"
RESOURCES = "resources: [in.yaml]\n"


def build(folder: Path, kustomization: str, **files: str) -> str:
    """What kustomize prints, or raises AssertionError where it complains."""
    folder.mkdir(exist_ok=True)
    (folder / "kustomization.yaml").write_text(kustomization, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    output, complaint = kustomize.find().build(folder)
    assert not complaint, complaint[-500:]
    return output.decode()


def is_refused(text: str) -> bool:
    try:
        scalar(text, 4, 4)
    except RefusedError:
        return True
    return False


def block(node: object, indent: int) -> str:
    """A block collection as kustomize lays it out, its scalars written by us: keys sorted, lists compact."""
    if isinstance(node, dict):
        return "".join(_entry(" " * indent + key, node[key], indent) for key in sorted(node))
    assert isinstance(node, list)
    return "".join(_item(item, indent) for item in node)


def _entry(key: str, value: object, indent: int) -> str:
    if isinstance(value, str):
        return f"{key}: {scalar(value, len(key) + 2, indent_below(indent))}\n"
    return f"{key}:\n" + block(value, indent + 2 * isinstance(value, dict))


def _item(value: object, indent: int) -> str:
    dash = " " * indent + "- "
    if isinstance(value, str):
        return f"{dash}{scalar(value, indent + 2, indent_below(indent))}\n"
    return dash + block(value, indent + 2)[indent + 2 :]


def nested(r: random.Random, leaves: list[str]) -> object:
    """The texts in maps and lists, 1 to 6 deep and now and then far beyond the best width, with keys of many lengths."""
    parts: list[object] = []
    source = iter(leaves)
    while some := list(islice(source, r.randint(1, 8))):
        width = r.choice((1, 1, 4, 20, 70, 90))
        part: object = {f"k{number:0{width}}": text for number, text in enumerate(some)} if r.random() < 0.5 else some
        for _ in range(r.choice((0, 1, 2, 3, 4, 5, r.choice((5, 45))))):
            part = {"k": part} if r.random() < 0.5 else [part]
        parts.append(part)
    return {f"part{number:06}": part for number, part in enumerate(parts)}


def differences(folder: Path, leaves: list[str], seed: int) -> list[str]:
    spec = nested(random.Random(seed), leaves)
    head = HEAD.format(kind="Text")
    real = build(folder, RESOURCES, **{"in": f"{head}  {json.dumps(spec, ensure_ascii=False)}\n"})
    ours = head + block(spec, 2)
    pairs = zip(real.split("\n"), ours.split("\n"), strict=False)
    return [] if real == ours else [f"{a!a} is not {b!a}" for a, b in pairs if a != b][:5] or ["one is longer"]


def test_random_scalars_equal_kustomize(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Not one byte of the whole file may differ."""
    everything = list(texts(SEED, COUNT))
    proven = [text for text in everything if not is_refused(text)]
    record_property("refused", COUNT - len(proven))
    assert len(everything) == COUNT
    assert 0 < COUNT - len(proven) < 0.15 * COUNT
    for number in range(0, len(proven), BATCH):
        assert differences(tmp_path / "build", proven[number : number + BATCH], SEED + number) == []


@pytest.mark.parametrize("placeholder", ["x", "'x'", '"x"', "|\n    x", "|-\n    x"])
def test_a_replaced_placeholder_changes_nothing(tmp_path: Path, placeholder: str) -> None:
    """A value comes by `replacements`, and a JSON patch then takes the object through JSON: the bytes are the same."""
    leaves = [text for text in (*WORDS, *SPACED, *islice(texts(SEED, 700), 400, None)) if not is_refused(text)]
    keys = [f"k{number:04}" for number in range(len(leaves))]
    source = dict(zip(keys, leaves, strict=True))
    head = HEAD.format(kind="Text")
    tenant = {
        "apiVersion": "example.com/v1",
        "kind": "Tenant",
        "metadata": {"name": "t", "annotations": {"config.kubernetes.io/local-config": "true"}},
        "spec": source,
    }
    replacements = [
        {
            "source": {"kind": "Tenant", "fieldPath": f"spec.{key}"},
            "targets": [{"select": {"kind": "Text"}, "fieldPaths": [f"spec.{key}"]}],
        }
        for key in keys
    ]
    patch = {"target": {"kind": "Text"}, "patch": json.dumps([{"op": "remove", "path": "/gone"}])}
    kustomization = {"resources": ["in.yaml", "tenant.yaml"], "replacements": replacements, "patches": [patch]}
    placeholders = "".join(f"  {key}: {placeholder}\n" for key in keys)
    files = {"in": f"{head}{placeholders}gone: 1\n", "tenant": json.dumps(tenant, ensure_ascii=False)}
    assert build(tmp_path, json.dumps(kustomization), **files) == head + block(source, 2)


@pytest.mark.parametrize("text", [f"a{odd}b" for odd in ODD])
def test_what_is_refused_is_odd(tmp_path: Path, text: str) -> None:
    """kustomize fails, or loses the character, or writes one that other readers take for a line break."""
    assert is_refused(text)
    try:
        real = build(tmp_path, RESOURCES, **{"in": f"{HEAD.format(kind='Text')}  {json.dumps({'k': text})}\n"})
    except AssertionError as error:
        assert "control characters are not allowed" in str(error)  # noqa: PT017  # some fail, some do not
    else:
        assert text not in real.splitlines()[-1]


@pytest.mark.parametrize("text", ["\ta\nb", "\t\n"])
def test_a_tab_at_the_start_is_refused(tmp_path: Path, text: str) -> None:
    assert is_refused(text)
    kustomization = f"configMapGenerator:\n- name: c\n  literals:\n  - {json.dumps('k=' + text)}\n"
    with pytest.raises(AssertionError, match="found a tab character"):
        build(tmp_path, kustomization)


def test_half_a_surrogate_pair_is_refused() -> None:
    assert is_refused("a\ud83db")


ORDINARY = (
    *(
        "Acme University",
        "Université de Genève",
        "Technische Universität München",
        "Šiauliai",
        "Đà Nẵng",
        "Ísafjörður",
        "Özyeğin",
    ),
    *(
        "Московский университет",
        "Πανεπιστήμιο Αθηνών",
        "جامعة القاهرة",
        "האוניברסיטה העברית",
        "دانشگاه تهران",
        "دِلّی",
        "ഉദാഹരണം",
    ),
    *(
        "東京大学",
        "서울대학교",
        "北京大学",
        "จุฬาลงกรณ์",
        "தமிழ்",
        "हिन्दी",
        "ქართული",
        "Հայերեն",
        "ᏣᎳᎩ",
        "አማርኛ",
        "O'Brien & Sons",
        "C# 101: intro",
    ),
    *(
        "50 % off!",
        "School 🎓",
        "👩‍🏫 Teachers",
        "non\xa0breaking",
        "soft\xadhyphen",
        "first\nsecond\n",
        "tab\there",
        "https://a.example/?b=c#d",
    ),
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_never_refused(text: str) -> None:
    assert yaml.safe_load(f"k: {scalar(text, 3, 2)}\n") == {"k": text}


def test_integers_equal_kustomize(tmp_path: Path) -> None:
    """Below the limit as Python writes them, by a replacement into a number, after a JSON patch and in it; quoted in a string."""
    numbers = [sign * number for number in (0, 1, 5432, 10**6, 10**15, INTEGER_LIMIT - 1) for sign in (1, -1)]
    keys = [f"n{position:02}" for position in range(len(numbers))]
    source = dict(zip(keys, numbers, strict=True))
    tenant = {"apiVersion": "example.com/v1", "kind": "Tenant", "metadata": {"name": "t"}, "spec": source}
    tenant["metadata"] = {"name": "t", "annotations": {"config.kubernetes.io/local-config": "true"}}
    targets = ("replaced", "text")
    replacements = [
        {
            "source": {"kind": "Tenant", "fieldPath": f"spec.{key}"},
            "targets": [{"select": {"kind": "Text"}, "fieldPaths": [f"spec.{target}.{key}" for target in targets]}],
        }
        for key in keys
    ]
    patch = {"target": {"kind": "Text"}, "patch": json.dumps([{"op": "add", "path": "/spec/patched", "value": source}])}
    spec = {"plain": source, "replaced": dict.fromkeys(keys, 0), "text": dict.fromkeys(keys, "x")}
    head = HEAD.format(kind="Text")
    kustomization = {"resources": ["in.yaml", "tenant.yaml"], "replacements": replacements, "patches": [patch]}
    files = {"in": f"{head}  {json.dumps(spec)}\n", "tenant": json.dumps(tenant)}
    written = "".join(f"    {key}: {number}\n" for key, number in source.items())
    texts_of = block({key: str(number) for key, number in source.items()}, 4)
    expected = f"{head}  patched:\n{written}  plain:\n{written}  replaced:\n{written}  text:\n{texts_of}"
    assert build(tmp_path, json.dumps(kustomization), **files) == expected


def test_beyond_the_limit_an_integer_changes(tmp_path: Path) -> None:
    """So the limit is the right one."""
    patch = {
        "target": {"kind": "Text"},
        "patch": json.dumps([{"op": "add", "path": "/big", "value": INTEGER_LIMIT + 1}]),
    }
    files = {"in": HEAD.format(kind="Text") + "  a: b\n"}
    real = build(tmp_path, json.dumps({"resources": ["in.yaml"], "patches": [patch]}), **files)
    assert f"big: {INTEGER_LIMIT}\n" in real


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("moodle.acme.example", "moodle.acme.example"),
        ("10Gi", "10Gi"),
        ("0 3 * * *", "0 3 * * *"),
        ("*/5 * * * *", "'*/5 * * * *'"),
        ("5432", '"5432"'),
        ("1_000", '"1_000"'),
        ("1:30", '"1:30"'),
        ("no", '"no"'),
        ("nO", "nO"),
        ("", '""'),
        ("2024-02-29", '"2024-02-29"'),
        ("2023-02-29", "2023-02-29"),
        ("it's", "it's"),
        ("'tis", "'''tis'"),
        ("a: b", "'a: b'"),
        (" a", "' a'"),
        ("😀\t", '"\\U0001F600\\t"'),
        ("one\ntwo", "|-\n  one\n  two"),
        ("one\ntwo\n", "|\n  one\n  two"),
        ("one\n\n", "|+\n  one\n"),
        ("\n", "|2+\n"),
        ("  one\ntwo", "|2-\n    one\n  two"),
        ("one \ntwo", '"one \\ntwo"'),
        ("x" * 77 + " y z", "x" * 77 + " y\n  z"),
        ("'" + "x" * 74 + " y z", "'''" + "x" * 74 + " y\n  z'"),
        ("\t".join("ab") + "x" * 72 + " y  z", '"a\\tb' + "x" * 72 + ' y\n  \\ z"'),
    ],
)
def test_table(text: str, written: str) -> None:
    """After `k: `, at the top of a document."""
    assert scalar(text, 3, indent_below(0)) == written
