"""What a tenant is built from, where folders of the catalogue need or exclude one another. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.diagnostics import Diagnostic, Span
from generator.layers import span_of
from generator.model import COMPOSE, WORKS_WITH, Component, Repository, Tenant, value_at
from generator.upgrade.transaction import field_of

_PLACES = dict(WORKS_WITH.values())


def agreement_problems(repository: Repository, tenant: Tenant) -> list[Diagnostic]:
    """What a tenant is built from, where it needs or excludes one another."""
    catalogue = repository.catalogue
    chosen = [catalogue.of(kind)[name] for kind, name in tenant.components if kind != "base"]
    return [problem for component in chosen for problem in problems_with(repository, tenant, component)]


def problems_with(repository: Repository, tenant: Tenant, component: Component) -> list[Diagnostic]:
    """Why the tenant cannot be built from the component as well."""
    model = repository.catalogue.of("model")[tenant.spec["model"]]
    return [*_other_build(tenant, component, model)] or [*_disagreements(tenant, component)]


def _disagreements(tenant: Tenant, component: Component) -> Iterator[Diagnostic]:
    """Everything that a component cannot go together with; a model's and a state's reasons stand beside the names."""
    enabled, kind, name = tenant.spec["features"], component.kind, component.name
    rules = component.schema.data if component.schema else {}
    called = _called(component)
    for other in rules.get("x-requires", []):
        if other not in enabled:
            message, help = f"{called} needs feature `{other}`", f"add `{other}` under `features`"
            yield Diagnostic("feature-required", message, _span(tenant, component), help=help)
    conflicts = rules.get("x-conflicts", [])
    for other in conflicts:
        if other in enabled:
            message, help = f"features `{name}` and `{other}` cannot be used together", "remove one of them"
            place = _span(tenant, component)
            if kind != "feature":
                message = f"feature `{other}` cannot be used with the {kind} `{name}`"
                help = f"remove the feature, or choose another {kind}"
                place = tenant.document.key(("features", other))
            notes = (conflicts[other],) if isinstance(conflicts, Mapping) else ()
            yield Diagnostic("feature-conflict", message, place, notes=notes, help=help)
    for keyword, (other, path) in WORKS_WITH.items():
        names, chosen = rules.get(keyword), value_at(tenant.spec, path)
        if names and chosen not in names:
            message = f"{called} is not available for the {other} `{chosen}`"
            help = f"it works with: {', '.join(names)}"
            yield Diagnostic(f"feature-{other}", message, _span(tenant, component), help=help)


def _called(component: Component) -> str:
    if component.kind == "transaction":
        return f"a {field}" if (field := field_of(component)) else "the upgrade"
    return f"{component.kind} `{component.name}`"


def _other_build(tenant: Tenant, component: Component, model: Component) -> Iterator[Diagnostic]:
    """What kustomize builds in a Compose project, and a part of one elsewhere; servers that such a model names it brings itself."""
    kind, name = component.kind, component.name
    own = component.schema.data if component.schema else {}
    asked = model.schema.data if model.schema else {}
    if component.composes and not model.composes and "x-models" not in own:
        message = f"{kind} `{name}` is a part of a Compose project, which the model `{model.name}` is not"
        help = "remove it, or choose another model"
        yield Diagnostic("feature-model", message, _span(tenant, component), help=help)
    if model.composes and COMPOSE not in component.files and f"x-{kind}s" not in asked:
        message = f"{_called(component)} has no {COMPOSE}, and the model `{model.name}` is made of nothing else"
        help = f"choose another {kind}, or another model"
        if kind == "transaction" and not field_of(component):
            message = f"no upgrade runs by itself with the model `{model.name}`"
            help = f"leave `from` out, and upgrade by hand as {model.folder}/README.md says"
        yield Diagnostic("feature-model", message, _span(tenant, component), help=help)


def _span(tenant: Tenant, component: Component) -> Span:
    """Where it is said that the tenant has the component."""
    if component.kind == "feature":
        return tenant.document.key(("features", component.name))
    if component.kind == "transaction":
        field = field_of(component)  # of an upgrade every layer may say it
        return tenant.document.key((field,)) if field else span_of(tenant.document, tenant.origins, ("release", "from"))
    return tenant.document.key(_PLACES.get(component.kind, (component.kind,)))
