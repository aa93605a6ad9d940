"""What keeps one tenant from a release, each as a diagnostic: the way, the database's floor, plugins, a rehearsal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator import schema as schemas
from generator.diagnostics import Diagnostic, Span
from generator.layers import span_of
from generator.model import Schema, Tenant
from generator.restoring import pending
from generator.source import Path
from generator.upgrade.classes import class_of
from generator.upgrade.hops import Engine, NoWayError, Step, way
from generator.upgrade.passport import Passport, Plugin, dotted, version_of
from generator.upgrade.rehearsal import missing

_VERSION: Path = ("release", "version")


@dataclass(frozen=True, slots=True)
class Way:
    """Where a tenant is to go: every step from its release to the goal, or why there is none."""

    goal: Passport
    steps: tuple[Step, ...]
    none: str = ""

    @property
    def releases(self) -> list[str]:
        """The releases on the way, the goal last."""
        return [step.after for step in self.steps if step.what == "release"]


def engine_of(tenant: Tenant) -> Engine:
    """The tenant's database."""
    database = tenant.spec["database"]
    return Engine(database["kind"], version_of(str(database["version"])))


def way_of(tenant: Tenant, goal: Passport, known: Mapping[str, Passport]) -> Way:
    """The way of a tenant to a release."""
    try:
        steps = way(known[tenant.spec["release"]["version"]], goal, list(known.values()), engine_of(tenant))
    except NoWayError as error:
        return Way(goal, (), str(error))
    return Way(goal, tuple(steps))


def blockers(tenant: Tenant, goal: Passport, known: Mapping[str, Passport], schema: Schema) -> list[Diagnostic]:
    """Everything about the tenant itself that forbids to set its release to the goal now."""
    found = way_of(tenant, goal, known)
    if found.none:
        message = f"no way leads `{tenant.name}` to {goal.name}: {found.none}"
        return [Diagnostic("upgrade-impossible", message, _place(tenant, _VERSION))]
    rehearsal = _rehearsal(tenant, goal, known) if len(found.releases) == 1 else ()
    return [*pending(tenant), *_steps(tenant, found), *_plugins(tenant, goal, schema), *rehearsal]


def _place(tenant: Tenant, path: Path) -> Span:
    return span_of(tenant.document, tenant.origins, path)


def _steps(tenant: Tenant, found: Way) -> Iterator[Diagnostic]:
    """What has to come before the one step that `quad upgrade` writes."""
    first, goal = found.steps[0], found.goal
    if first.what == "database":
        kind = tenant.spec["database"]["kind"]
        message = f"{_next(found)} runs on {kind} {first.after} or newer, and `{tenant.name}` has {first.before}"
        help = "raise the database first, in a change of its own; an older Moodle runs on a newer server"
        yield Diagnostic("upgrade-floor", message, _place(tenant, ("database", "version")), help=help)
    elif first.what == "php":
        message = f"{_next(found)} runs on PHP {first.after}, and the image of `{tenant.name}` has {first.before}"
        help = f"first let it run an image of its own release with PHP {first.after}, so that a failure has one cause"
        yield Diagnostic("upgrade-floor", message, _place(tenant, _VERSION), help=help)
    releases = found.releases
    if len(releases) > 1:
        current = tenant.spec["release"]["version"]
        message = f"{goal.name} upgrades from {dotted(goal.upgrade_from)} on, and `{tenant.name}` is on {current}"
        help = f"the way is {' -> '.join(words_of(found))}; begin with `quad upgrade --to {releases[0]}`"
        yield Diagnostic("upgrade-by-hops", message, _place(tenant, _VERSION), help=help)


def _next(found: Way) -> str:
    return found.releases[0]


def words_of(found: Way) -> Iterator[str]:
    """The way as people say it."""
    yield next(step.before for step in found.steps if step.what == "release")
    for step in found.steps:
        yield step.after if step.what == "release" else f"{'PHP' if step.what == 'php' else step.what} {step.after}"


def _plugins(tenant: Tenant, goal: Passport, schema: Schema) -> Iterator[Diagnostic]:
    for plugin in goal.plugins.values():
        if reason := unready(plugin, goal):
            help = "build the image with a version of the plugin that is ready, and import its passport"
            yield Diagnostic(
                "plugin-not-ready", f"the image of {goal.name}: {reason}", _place(tenant, _VERSION), help=help
            )
    for plugin, path in locked(tenant, schema):
        if reason := unready(plugin, goal):
            help = "lock a version of the plugin that is ready, in the same change"
            yield Diagnostic("plugin-not-ready", f"`{tenant.name}`: {reason}", _place(tenant, path), help=help)


def unready(plugin: Plugin, goal: Passport) -> str:
    """Why a plugin does not run on the release, or nothing."""
    if (plugin.requires,) > goal.build:
        return f"{plugin.component} {plugin.version} asks for Moodle {plugin.requires}, and {goal.name} is {dotted(goal.build)}"
    first, last = plugin.supported or (goal.branch, goal.branch)
    if not first <= goal.branch <= last:
        return f"{plugin.component} {plugin.version} supports branches {first} to {last}, and {goal.name} is of {goal.branch}"
    return ""


def locked(tenant: Tenant, schema: Schema) -> Iterator[tuple[Plugin, Path]]:
    """The plugins that a tenant brings itself, wherever a schema says `x-plugins`, and where each is said."""
    for path, node, value in schemas.walk(schema, tenant.spec):
        if not node.get("x-plugins"):
            continue
        for component, said in value.items():
            supported = tuple(int(branch) for branch in said.get("supported", ()))
            ends = (supported[0], supported[-1]) if supported else None
            version = version_of(str(said["version"]))[0]
            yield Plugin(component, version, int(said.get("requires", 0)), ends), (*path, component, "version")


def _rehearsal(tenant: Tenant, goal: Passport, known: Mapping[str, Passport]) -> Iterator[Diagnostic]:
    release = tenant.spec["release"]
    found = class_of(known[release["version"]], goal)
    if found.letter == "X" and (reason := missing(release, goal.name)):
        message = f"the way of `{tenant.name}` to {goal.name} {reason}, and {found.reasons[0]}"
        help = (
            f"rehearse it on a clone, then `quad upgrade --to {goal.name} --tenant {tenant.name} --rehearsed-by CLONE`; "
            "`--despite not-rehearsed` for the clone itself"
        )
        yield Diagnostic("not-rehearsed", message, _place(tenant, _VERSION), help=help)
