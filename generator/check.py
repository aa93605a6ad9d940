"""Stage 6: hold every manifest against the rules, and say each finding once, however many tenants it concerns."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from generator.diagnostics import Diagnostic, Severity, Span, Waived
from generator.model import SHORT, Catalogue, Manifest
from generator.rules import RULES, VERSIONED, Context, Violation
from generator.rules.deprecations import numbers
from generator.rules.kubernetes_schema import carried
from generator.source import Document, Path
from generator.waivers import Waiver, out_of_place

_NAMED = 5

Locate = Callable[[Manifest, Path], Span]
"""Where a path of an object is shown."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What findings are judged by beside the rules.

    `waivers` accept some of them, expired by the day `today` (None: none has expired); `tenants` are
    all of the fleet, so that an entry for one that was not looked at is no unused one. `versions` of Kubernetes take the place
    of the clusters' own, and then nothing ahead of them is looked for. `pins` has the commit of the catalogue that a tenant of a
    pinned ring is made from.
    """

    waivers: Sequence[Waiver] = ()
    today: date | None = None
    tenants: frozenset[str] = frozenset()
    versions: tuple[str, ...] = ()
    pins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules found, and what of it is accepted."""

    problems: list[Diagnostic] = field(default_factory=list)
    waived: list[Waived] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """What a finding is about, without the tenant."""

    code: str
    kind: str
    name: str
    path: Path
    message: str
    help: str
    severity: Severity
    commit: str


@dataclass(slots=True)
class _Finding:
    """For whom and for which versions of Kubernetes something was found, with one object to show it at."""

    example: Manifest
    tenants: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Twin:
    """A tenant that looks the same to the rules, and a way to its objects."""

    tenant: str
    manifests: Callable[[], Sequence[Manifest]]


@dataclass(frozen=True, slots=True)
class Case:
    """A way to objects of one tenant, and the rules to hold them against: what waits to be judged takes no memory.

    What is found is found for the `twins` too; they are judged by themselves only where the words of a finding hold one of the
    tenant's own `values`. `key` is what the case is remembered by.
    """

    tenant: str
    manifests: Callable[[], Sequence[Manifest]]
    codes: Sequence[str] = tuple(RULES)
    values: Callable[[], Sequence[str]] = tuple
    key: tuple[Any, ...] = ()
    twins: Callable[[], Iterable[Twin]] = tuple


def cases_of(manifests: Iterable[Manifest]) -> list[Case]:
    """All objects of each tenant against all rules."""
    tenants: dict[str, list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        tenants[manifest.tenant].append(manifest)
    return [Case(tenant, partial(tuple, own)) for tenant, own in tenants.items()]


def check(
    manifests: Iterable[Manifest],
    custom: Mapping[tuple[str, str, str], Any] | None,
    locate: Locate,
    policy: Policy = Policy(),  # frozen
) -> Checked:
    """Every finding of every rule; `custom` holds the schemas of custom resources, None where none were fetched."""
    cases = cases_of(manifests)
    return judge(cases, {case.tenant for case in cases}, custom, locate, policy)


def judge(
    cases: Iterable[Case],
    checked: AbstractSet[str],
    custom: Mapping[tuple[str, str, str], Any] | None,
    locate: Locate,
    policy: Policy,
    passed: Callable[[Case], None] = lambda _: None,
) -> Checked:
    """The same for cases that stand for all `checked` tenants; `passed` is told each that nothing is wrong with."""
    found = _found(cases, Context(custom, 0) if policy.versions else Context(custom), policy, passed)
    waived: list[Waived] = []
    problems: list[Diagnostic] = []
    used: dict[Waiver, set[str]] = defaultdict(set)
    for place, finding in found.items():
        for waiver in policy.waivers:
            own = {name for name in finding.tenants if name in (waiver.tenants or finding.tenants)}
            if not own or not waiver.covers(place.code, place.kind, place.name):
                continue
            used[waiver] |= own
            if policy.today is None or waiver.until >= policy.today:
                accepted = _diagnostic(place, replace(finding, tenants=own), locate, policy)
                waived.append(Waived(accepted, waiver.reason, waiver.until))
                finding.tenants -= own
        if finding.tenants:
            problems.append(_diagnostic(place, finding, locate, policy))
    problems += out_of_place(policy.waivers, used, checked, policy.tenants, tuple(RULES), policy.today)
    return Checked(problems, waived)


def _found(
    cases: Iterable[Case], context: Context, policy: Policy, passed: Callable[[Case], None]
) -> dict[_Place, _Finding]:
    found: dict[_Place, _Finding] = {}
    for case in cases:
        violations = _violations(case, context, policy)
        if not violations:
            passed(case)
        values = case.values() if violations else ()
        own = [place for place, _ in violations if _names_a_value(place, values)]
        twins = list(case.twins()) if violations else []
        for place, violation in violations:
            _note(found, place, violation, [case.tenant] if own else [case.tenant, *(twin.tenant for twin in twins)])
        for twin in twins if own else ():
            for place, violation in _violations(Case(twin.tenant, twin.manifests, case.codes), context, policy):
                _note(found, place, violation, [twin.tenant])
    return found


def _violations(case: Case, context: Context, policy: Policy) -> list[tuple[_Place, Violation]]:
    found = []
    manifests = case.manifests()
    for number, version in enumerate(policy.versions or ("",)):
        members = [replace(manifest, kubernetes=version) for manifest in manifests] if version else manifests
        for code in (code for code in case.codes if not number or code in VERSIONED):
            commit = policy.pins.get(case.tenant, "")
            found += [(_place(code, violation, commit), violation) for violation in RULES[code](members, context)]
    return found


def _names_a_value(place: _Place, values: Sequence[str]) -> bool:
    words = f"{place.name} {place.message} {place.help} {' '.join(str(part) for part in place.path)}"
    return any(re.search(rf"(?<![\w.]){re.escape(value)}(?![\w.])", words) for value in values if value in words)


def _note(found: dict[_Place, _Finding], place: _Place, violation: Violation, tenants: Sequence[str]) -> None:
    finding = found.setdefault(place, _Finding(violation.manifest))
    finding.tenants.update(tenants)
    finding.versions.add(violation.manifest.kubernetes)


def _place(code: str, violation: Violation, commit: str) -> _Place:
    manifest = violation.manifest
    return _Place(
        code,
        manifest.kind,
        manifest.name,
        violation.path,
        violation.message,
        violation.help,
        violation.severity,
        commit,
    )


def in_catalogue(catalogue: Catalogue) -> Locate:
    """Places in the catalogue's own documents by kind and name: where to send people for an object."""
    index: dict[tuple[str, str], Document] = {}
    for component in catalogue.components:
        for documents in component.documents.values():
            for document in documents:
                if isinstance(document.data, Mapping):
                    name = (document.data.get("metadata") or {}).get("name", "")
                    index.setdefault((str(document.data.get("kind", "")), str(name)), document)

    def locate(manifest: Manifest, path: Path) -> Span:
        document = index.get((manifest.kind, manifest.name))
        if document is None and manifest.name:
            document = next(
                (
                    found
                    for (kind, name), found in index.items()
                    if kind == manifest.kind and name and manifest.name.startswith(name)
                ),
                None,
            )
        return document.value(path) if document else Span(f"{manifest.kind}/{manifest.name}")

    return locate


def in_catalogues(catalogue: Catalogue, catalogues: Mapping[str, Catalogue]) -> Locate:
    """Places in each tenant's own of `catalogues`; what belongs to no tenant is made from `catalogue`."""
    distinct = {one.commit: one for one in (catalogue, *catalogues.values())}
    places = {commit: in_catalogue(one) for commit, one in distinct.items()}
    return lambda manifest, path: places[catalogues.get(manifest.tenant, catalogue).commit](manifest, path)


def _diagnostic(place: _Place, finding: _Finding, locate: Locate, policy: Policy) -> Diagnostic:
    where = ".".join(str(part) for part in place.path)
    tenants = sorted(name for name in finding.tenants if "." not in name)  # a dot is in the names of Argo CD's roots
    notes = [f"at {where}"] if where else []
    notes += _concerned(finding, tenants)
    if place.commit:
        notes.append(f"their ring is pinned to the catalogue at {place.commit[:SHORT]}, and no commit changes")
    if place.code in VERSIONED and len(policy.versions) > 1:
        notes.append(f"on Kubernetes {', '.join(sorted(finding.versions, key=numbers))}")
    return Diagnostic(
        place.code,
        f"{place.kind} `{place.name}`: {place.message}",
        locate(finding.example, place.path),
        help=place.help,
        notes=tuple(notes),
        tenants=tuple(tenants) if set(tenants) == finding.tenants else (),  # what is wrong with a root is everybody's
        severity=place.severity,
    )


def _concerned(finding: _Finding, tenants: Sequence[str]) -> list[str]:
    if not finding.example.namespace:  # a tree of somebody else's, whose folders or namespaces stand for tenants
        return [f"in {', '.join(tenants[:_NAMED])}" + (" …" if len(tenants) > _NAMED else "")]
    roots = sorted(finding.tenants - set(tenants))
    found = (("tenant", tenants), ("root", roots))
    return [
        f"rendered for {len(names)} {noun}{'' if len(names) == 1 else 's'}: {', '.join(names[:_NAMED])}"
        + (" …" if len(names) > _NAMED else "")
        for noun, names in found
        if names
    ]


def version_problems(versions: Mapping[str, Span]) -> list[Diagnostic]:
    """A warning for each version of Kubernetes that is older or newer than all whose schemas are at hand."""
    oldest, newest = carried()
    problems = []
    for version, span in versions.items():
        used = newest if numbers(version) > numbers(newest) else oldest if numbers(version) < numbers(oldest) else ""
        if used:
            message = f"there are no schemas of Kubernetes {version}; its objects are judged by those of {used}"
            help = f"the package kubernetes-validate carries {oldest} to {newest}; a newer one may know more"
            problems.append(Diagnostic("kubernetes-version-unknown", message, span, help=help, severity="warning"))
    return problems
