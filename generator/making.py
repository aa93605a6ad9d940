"""Makes trees: they are hydrated and held against the rules, tenant by tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from generator.cache import digest
from generator.check import Case, Checked, Policy, cases_of, in_catalogues, judge, version_problems
from generator.clean import Clean
from generator.crds import CustomSchemas, schemas_missing
from generator.diagnostics import Diagnostic, Span, Waived
from generator.ground import Ground
from generator.hydrate import Hydrated, Hydration, hydrate
from generator.identity import crds_digest, workshop
from generator.lookalikes import Sight
from generator.manifest_loader import ManifestLoader
from generator.model import Fleet, Manifest, Progress
from generator.profiles.assemble import files_of
from generator.profiles.filling import refilled
from generator.profiles.shape import Value
from generator.profiles.stamping import stamp
from generator.profiles.template import Stamped, with_computed
from generator.readme import readme
from generator.rules import Context
from generator.rules.custom_resource import custom_schema
from generator.rules.kubernetes_schema import builtin_schema, is_builtin_group
from generator.rules.scope import Constraint, constraint
from generator.source import Path as Place
from generator.units import Build, Tree, Unit
from generator.verdicts import Seen, Verdicts
from generator.waivers import waivers_of

_BETWEEN = b"\n---\n"


Keep = Callable[[str, Mapping[str, bytes]], None]
"""Takes files of an environment's tree."""


@dataclass(frozen=True, slots=True)
class Made:
    """What `make` found: every problem of the trees; a problem that only some tenants have names them.

    `by_kustomize` names the tenants that could not be stamped like others of their shape, by the reason; `stamped` says by
    environment and tenant from which profile.
    """

    objects: int
    custom_checked: bool
    problems: list[Diagnostic]
    waived: list[Waived] = field(default_factory=list)
    by_kustomize: Mapping[str, Sequence[str]] = field(default_factory=dict)
    stamped: Mapping[str, Mapping[str, Stamped]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Open:
    """The tenant whose objects were asked for last: several cases in a row are about one tenant."""

    stamped: Stamped
    values: Sequence[Value]
    own: int
    """How many of its objects are in the first file; Argo CD's are in the other."""
    manifests: dict[int, Manifest] = field(default_factory=dict)
    texts: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class _Making:
    """What a run gathers on its way."""

    fleet: Fleet
    custom: CustomSchemas
    clean: Clean
    verdicts: Verdicts = field(init=False)
    plain: list[Case] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    by_kustomize: dict[str, list[str]] = field(default_factory=dict)
    stamped: dict[str, dict[str, Stamped]] = field(default_factory=dict)
    versions: set[str] = field(default_factory=set)
    objects: int = 0
    open: _Open | None = None
    models: dict[str, Any] = field(default_factory=dict)
    """An object of each kind of body, by its digest: others are made from it."""

    def __post_init__(self) -> None:
        self.verdicts = Verdicts(Sight(self._asked), self.clean)

    def take(self, tree: Tree, made: Hydrated) -> None:
        """Count it, and remember what has to be judged."""
        self.problems += made.problems
        unit = made.unit
        if unit and made.reason:
            self.by_kustomize.setdefault(made.reason, []).append(unit.name)
        if unit and made.stamped:
            self.stamped.setdefault(tree.environment, {})[unit.name] = made.stamped
            self._seen(unit, made.stamped)
            return
        builds = [build for build in (unit.builds if unit else tree.builds) if build.output in made.files]
        outputs = [made.files[build.output] for build in builds]
        wheres = {_where(self.fleet, build, unit) for build in builds}
        self.versions |= {kubernetes for kubernetes, _ in wheres}
        self.objects += sum(raw.count(_BETWEEN) + 1 for raw in outputs)
        key = ("plain", unit.catalogue.commit, unit.name, *sorted(wheres), digest(*outputs)) if unit else ()
        if unit and self.verdicts.is_clean(key):
            self.verdicts.tenants.add(unit.name)
            return
        for case in cases_of(manifests_of(self.fleet, builds, made.files, unit)):
            self.plain.append(replace(case, key=key))

    def _seen(self, unit: Unit, stamped: Stamped) -> None:
        def manifests(wanted: Sequence[int]) -> Sequence[Manifest]:
            if self.open is None or self.open.stamped is not stamped:
                own = 1 + sum(text.count(_BETWEEN.decode()) for text in stamped.profile.templates[0].literals)
                self.open = _Open(stamped, with_computed(stamped.profile, stamped.values), own)
            known = self.open.manifests
            for number in wanted:
                if number not in known:
                    known[number] = self._manifest(self.open, number)
            return [known[number] for number in wanted]

        assert self.fleet.repository.fleet is not None
        version = self.fleet.repository.fleet.data["clusters"][unit.spec["cluster"]]["kubernetes"]
        self.objects += len(stamped.profile.objects)
        self.versions.add(version)
        self.verdicts.add(Seen(unit.name, stamped.profile, stamped.values, version, unit.catalogue.commit, manifests))

    def _manifest(self, opened: _Open, number: int) -> Manifest:
        unit = opened.stamped.unit
        build = unit.builds[number >= opened.own]
        return Manifest(build.subject, *_where(self.fleet, build, unit), self._object(opened, number), build.output)

    def _object(self, opened: _Open, number: int) -> Any:
        body = opened.stamped.profile.objects[number]
        if body.digest in self.models:
            return refilled(self.models[body.digest], body, opened.values)
        if not opened.texts:
            unit = opened.stamped.unit
            files = files_of(unit, stamp(opened.stamped.profile, opened.stamped.values))
            opened.texts.extend(text for build in unit.builds for text in files[build.output].split(_BETWEEN))
        self.models[body.digest] = next(_objects(opened.texts[number]))
        return self.models[body.digest]

    def _asked(self, kubernetes: str, api_version: str, kind: str, path: Place) -> Constraint:
        group = api_version.rpartition("/")[0]
        if is_builtin_group(kubernetes, group):
            schema = builtin_schema(kubernetes, api_version, kind)
        else:
            schema = custom_schema(Context(self.custom.of({(group, kind)})), kubernetes, api_version, kind)
        return "none" if schema is None else constraint(schema, path)

    def checked(self, today: date | None) -> Checked:
        """Everything that was taken, judged."""
        repository = self.fleet.repository
        assert repository.fleet is not None
        cases: list[Case] = [*self.plain, *self.verdicts.cases.values()]
        names = self.fleet.others | {tenant.name for tenant in self.fleet.tenants}
        names |= {file.stem for file in repository.tenants}
        catalogues = {tenant.name: repository.catalogue_of(tenant.spec["ring"]) for tenant in self.fleet.tenants}
        pins = {name: catalogue.commit for name, catalogue in catalogues.items()}
        policy = Policy(waivers_of(repository.fleet), today, names, pins=pins)
        kinds = {(manifest.group, manifest.kind) for case in self.plain for manifest in case.manifests()}
        kinds |= self.verdicts.kinds()
        judged = {case.tenant for case in cases} | self.verdicts.tenants
        return judge(
            cases,
            judged,
            self.custom.of(kinds),
            in_catalogues(repository.catalogue, catalogues),
            policy,
            self.verdicts.passed,
        )


def make(
    fleet: Fleet,
    trees: Sequence[Tree],
    folder: Path,
    how: Hydration,
    crds: Path,
    progress: Progress,
    keep: Keep,
    today: date | None = None,
    require_schemas: bool = False,
) -> Made:
    """Hydrate and check the trees; the problems name their tenants.

    Kustomize reads a tree's own files in a folder of its environment's name; what is made of them goes to
    `keep`. `today` is the day of the source commit, by which waivers expire.
    """
    progress.start(sum(tree.count for tree in trees))
    # A missing folder of CRDs is no empty one, in which no kind is known.
    key = digest(workshop(), str(crds.is_dir()), crds_digest(crds))
    making = _Making(fleet, CustomSchemas(crds, key, how.cache), Clean(how.cache, key))
    for tree in trees:
        kept = partial(keep, tree.environment)
        for made in hydrated(tree, folder / tree.environment, how, kept, progress.advance):
            making.take(tree, made)
        specs = [tenant.spec for tenant in fleet.tenants if tenant.environment == tree.environment]
        kept({"README.md": readme(tree.environment, specs)})
    checked = making.checked(today)
    making.verdicts.remember()
    making.clean.keep()
    missing = [schemas_missing()] if require_schemas and not crds.is_dir() else []
    problems = [*making.problems, *checked.problems, *missing, *version_problems(_versions(fleet, making.versions))]
    return Made(making.objects, crds.is_dir(), problems, checked.waived, making.by_kustomize, making.stamped)


def hydrated(
    tree: Tree,
    place: Path,
    how: Hydration,
    keep: Callable[[Mapping[str, bytes]], None],
    advance: Callable[[], None] = lambda: None,
) -> Iterator[Hydrated]:
    """Hydrate a tree whose own files are written into the folder, if kustomize needs them; those made of it go to `keep`."""
    for made in hydrate(tree, Ground(place, dict(tree.files)), how, advance):
        keep(made.files)
        yield made


def _versions(fleet: Fleet, used: set[str]) -> dict[str, Span]:
    """Where fleet.yaml says each version of Kubernetes that manifests are for."""
    assert fleet.repository.fleet is not None
    document = fleet.repository.fleet
    clusters = document.data["clusters"].items()
    places = {each["kubernetes"]: ("clusters", name, "kubernetes") for name, each in clusters}
    return {version: document.value(path) for version, path in places.items() if version in used}


def manifests_of(
    fleet: Fleet, builds: Sequence[Build], files: Mapping[str, bytes], unit: Unit | None
) -> list[Manifest]:
    """The objects of a tenant, or those of Argo CD's roots, which live in Argo CD's own namespace."""
    return [
        Manifest(build.subject, *_where(fleet, build, unit), item, build.output)
        for build in builds
        if build.output in files
        for item in _objects(files[build.output])
    ]


def _objects(raw: bytes) -> Iterator[Any]:
    yield from yaml.load_all(raw, Loader=ManifestLoader)


def _where(fleet: Fleet, build: Build, unit: Unit | None) -> tuple[str, str]:
    """The version of Kubernetes and the namespace."""
    assert fleet.repository.fleet is not None
    settings = fleet.repository.fleet.data
    cluster = unit.spec["cluster"] if unit else build.output.split("/")[1]  # argocd/<cluster>/root.yaml
    namespace = unit.spec["namespace"] if unit else settings["argocd"]["namespace"]
    return settings["clusters"][cluster]["kubernetes"], namespace
