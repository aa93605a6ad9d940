"""What of kustomize profiles are proven for: a catalogue that chooses by a value is left to kustomize.

Two witnesses show where values go, but not that a value which neither of them has would choose another object, item or part of a
text. So what could choose by a value is refused by name: fields of a kustomization that are not listed here, selectors by labels,
delimiters in what tenants say, merges by key, tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from generator.model import Component
from generator.objects import fits, kustomizations
from generator.profiles.cut import UncuttableError
from generator.profiles.manners import changes_the_tenant
from generator.profiles.shape import PLAIN
from generator.reads import Fields, unbracketed
from generator.replacements import Replacement, Target, replacements_of, split
from generator.source import Document, Path, parse_all

_FIELDS = frozenset(
    """
    apiVersion kind metadata resources components generatorOptions configMapGenerator configurations patches replacements
    """.split()  # noqa: SIM905  # a list of words is read as words
)
_SELECTORS = frozenset({"group", "version", "kind", "name"})
_OPERATIONS = frozenset({"add", "remove", "replace", "copy", "move"})
_NAME = ("metadata", "name")


@dataclass(frozen=True, slots=True)
class Choice:
    """That items of a list are chosen: in objects of a kind (empty: of any), the list's path, and the key of an item."""

    kind: str
    path: tuple[str, ...]
    key: str

    def is_by(self, kind: str, path: Path) -> bool:
        """Whether it is by the value at the path of an object of the kind."""
        rest = path[len(self.path) + 1 :]
        if len(path) <= len(self.path) or rest != ((self.key,) if self.key else ()) or self.kind not in ("", kind):
            return False
        return all(
            str(part) == wanted or (isinstance(part, int) and _any_item(wanted))
            for part, wanted in zip(path, self.path, strict=False)
        )


def check_language(*builds: Sequence[Component]) -> tuple[frozenset[Choice], frozenset[Fields]]:
    """How the components of each build choose items of lists, and the values that go into texts which are then taken apart.

    UncuttableError where they choose by more than literal keys, or where any value could divide such a text.
    """
    choices: set[Choice] = set()
    plain: set[Fields] = set()
    for build in builds:
        for component in build:
            for objection in _objections(component):
                raise UncuttableError(f"{component.folder} {objection}")
            choices |= {
                choice for each in replacements_of(component) for target in each.targets for choice in _choices(target)
            }
        plain.update(_check_targets(build))
    return frozenset(choices), frozenset(plain)


def _choices(target: Target) -> Iterator[Choice]:
    for at, part in enumerate(target.fields):
        if "=" in part:
            yield Choice(str(target.select.get("kind", "")), target.fields[:at], part.strip("[]").partition("=")[0])


@lru_cache(maxsize=512)
def _objections(component: Component) -> tuple[str, ...]:
    """What the component asks for beyond the language, in words that follow its name."""
    return tuple(_beyond(component))


def _beyond(component: Component) -> Iterator[str]:
    for name in (path.rpartition("/")[2] for path in component.files):
        if name in ("kustomization.yml", "Kustomization"):
            yield f"has a {name}"
    for folder, document in kustomizations(component):
        yield from _of_kustomization(component, folder, document)
    for replacement in replacements_of(component):
        yield from _of_replacement(replacement)
    if changes_the_tenant(component):
        yield "may change the tenant that others read"


def _of_kustomization(component: Component, folder: str, document: Document) -> Iterator[str]:
    yield from (f"uses `{field}`" for field in sorted(document.data.keys() - _FIELDS))
    for name in document.data.get("configurations", ()):
        for configuration in component.documents.get(f"{folder}{name}", ()):
            yield from (
                f"configures `{field}`" for field in sorted((configuration.data or {}).keys() - {"nameReference"})
            )
    for entry in document.data.get("patches", ()):
        yield from (f"has a patch with `{key}`" for key in sorted(entry.keys() - {"path", "patch", "target"}))
        yield from _of_selector(entry.get("target") or {})
        yield from _of_patch(_contents(component, folder, document, entry))
    for entry in _replacement_entries(component, folder, document):
        yield from _of_source(entry.get("source", {}))
        for target in entry.get("targets", ()):
            yield from _of_selector(target.get("select", {}))
            yield from ("rejects targets" for _ in target.get("reject", ())[:1])


def _contents(component: Component, folder: str, document: Document, entry: Mapping[str, Any]) -> list[Any]:
    if "path" in entry:
        return [each.data for each in component.documents.get(f"{folder}{entry['path']}", ())]
    return [each.data for each in parse_all(document.path, str(entry.get("patch", "")).encode())[0]]


def _replacement_entries(component: Component, folder: str, document: Document) -> Iterator[Mapping[str, Any]]:
    for entry in document.data.get("replacements", ()):
        if "path" not in entry:
            yield entry
        else:
            for file in component.documents.get(f"{folder}{entry['path']}", ()):
                yield from file.data if isinstance(file.data, list) else [file.data]


def _of_selector(select: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"selects by `{key}`" for key in sorted(select.keys() - _SELECTORS))


def _of_source(source: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"takes a value apart by `{key}`" for key in sorted(source.get("options") or {}))
    yield from (f"reads the item `{part}`" for part in split(str(source.get("fieldPath", ""))) if "=" in part)


def _of_patch(contents: Sequence[Any]) -> Iterator[str]:
    for content in contents:
        if isinstance(content, list):
            yield from (f"patches with `{each.get('op')}`" for each in content if each.get("op") not in _OPERATIONS)
        elif isinstance(content, Mapping) and content.get("$patch") != "delete" and _has_list(content):
            yield "merges a list by its items"


def _has_list(value: Any) -> bool:
    return isinstance(value, list) or (isinstance(value, Mapping) and any(_has_list(child) for child in value.values()))


def _of_replacement(replacement: Replacement) -> Iterator[str]:
    for target in replacement.targets:
        if target.fields[:1] in (("kind",), ("apiVersion",)):
            yield f"writes a value into `{target.fields[0]}`"


def _check_targets(build: Sequence[Component]) -> Iterator[Fields]:
    """Nothing is selected by a name that is a value by then, nor a text with a value in it taken apart, unless that is plain.

    Which values have to be plain, is returned. Each two components are held against each other once for all builds.
    """
    for number, component in enumerate(build):
        for earlier in build[:number]:
            yield from _between(earlier, component)
        yield from _within(component)


@lru_cache(maxsize=16384)
def _between(earlier: Component, component: Component) -> frozenset[Fields]:
    """What an earlier component asks of this one."""
    before, own = _written(earlier), _written(component)
    patches = [each for _, document in kustomizations(component) for each in document.data.get("patches", ())]
    for select in [*(entry.get("target") or {} for entry in patches), *(one.target.select for one in own)]:
        _check_name(component, select, before)
    return frozenset(read for first in before for second in own for read in _plain_for(first, second, component))


@lru_cache(maxsize=512)
def _within(component: Component) -> frozenset[Fields]:
    """What its own replacements ask of one another."""
    plain: set[Fields] = set()
    before: list[_Written] = []
    for replacement in replacements_of(component):
        written = [_Written(replacement, target) for target in replacement.targets]
        for number, own in enumerate(written):
            _check_name(component, own.target.select, before)
            for one in before:
                plain |= _plain_for(one, own, component)
            # one value in several places, most of them in items of one list
            if any(_takes_apart(own, one) and _stays_whole(one, own) for one in written[:number]):
                plain.add(_read(replacement))
        before += written
    return frozenset(plain)


@dataclass(frozen=True, slots=True)
class _Written:
    """A target, and what is written there."""

    source: Replacement
    target: Target


@lru_cache(maxsize=512)
def _written(component: Component) -> tuple[_Written, ...]:
    return tuple(_Written(each, target) for each in replacements_of(component) for target in each.targets)


def _plain_for(one: _Written, own: _Written, component: Component) -> set[Fields]:
    """The values that have to be plain for both to be done; who is first is certain in one file only."""
    pairs = [(one, own)] if one.source.document is own.source.document else [(one, own), (own, one)]
    met = [(first, second) for first, second in pairs if _takes_apart(second, first)]
    if not all(_stays_whole(first, second) for first, second in met):
        raise UncuttableError(f"{component.folder} takes `{'.'.join(own.target.fields)}` apart, where a value is")
    return {_read(first.source) for first, _ in met}


def _takes_apart(second: _Written, first: _Written) -> bool:
    return "delimiter" in second.target.options and _overlap(first.target, second.target)


def _stays_whole(first: _Written, second: _Written) -> bool:
    """Whether the second may take the text apart with the value of the first in it, if that is plain: nothing in it divides."""
    delimiter, source = str(second.target.options["delimiter"]), first.source
    divides = bool(delimiter) and re.search(PLAIN, delimiter) is None
    ours = source.source_kind == "Tenant" and source.source[:1] == ("spec",) and not any(map(_any_item, _read(source)))
    return divides and ours and len(first.target.fields) == len(second.target.fields)


def _read(source: Replacement) -> Fields:
    """What it reads of a resolved tenant."""
    return unbracketed(source.source)[1:]


def _check_name(component: Component, select: Mapping[str, Any], before: Sequence[_Written]) -> None:
    targets = [one.target for one in before if one.target.fields == _NAME]
    if "name" in select and any(_alike(one.select, select, {"kind", "group"}) for one in targets):
        raise UncuttableError(f"{component.folder} selects `{select['name']}`, where a name may be a value")


def _overlap(one: Target, other: Target) -> bool:
    """Whether both may write into the same text, or one into what the other one is in."""
    pairs = zip_longest(unbracketed(one.fields), unbracketed(other.fields))
    same = all(None in pair or pair[0] == pair[1] or _any_item(pair[0]) or _any_item(pair[1]) for pair in pairs)
    return same and _alike(one.select, other.select, _SELECTORS)


def _any_item(part: str) -> bool:
    return part == "*" or part.isdigit() or "=" in part


def _alike(one: Mapping[str, Any], other: Mapping[str, Any], keys: AbstractSet[str]) -> bool:
    """Whether an object may be meant by both."""
    return all(_may_equal(str(one[key]), str(other[key])) for key in keys & one.keys() & other.keys())


def _may_equal(one: str, other: str) -> bool:
    """Whether some text fits both: names in selectors are patterns, and two patterns are not taken apart."""
    patterns = [text for text in (one, other) if re.escape(text).replace("\\-", "-") != text]
    return len(patterns) == 2 or fits(one, other) or fits(other, one)  # noqa: PLR2004
