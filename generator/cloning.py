"""A tenant that becomes another one: what its field takes over from that, and what both must have alike. Pure.

Which values these are the transaction's schema says (`x-copies`, `x-same`), for it alone reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.layers import span_of
from generator.model import Fleet, Spec, Tenant
from generator.restoring import CLONE, Edit, Wish, in_the_way, name_of, release_problems, transaction_of, written

_VERSION = "release.version"


def edit_for(fleet: Fleet, source: Tenant, clone: Tenant, wish: Wish, secret: str = "") -> Edit:
    """The edit of the clone's file; `secret` is a path of the source's secret that is not the one it uses itself."""
    copies = {name: _at(source.spec, path) for name, path in _rules(fleet, clone).get("x-copies", {}).items()}
    block = {"id": name_of(wish.now), "at": written(wish.at), "from": source.name, **copies}
    return Edit({**block, "secretPath": secret or block["secretPath"]}, {}, CLONE)


def problems_of(fleet: Fleet, source: Tenant, clone: Tenant, wish: Wish) -> list[Diagnostic]:
    """Everything that forbids it."""
    rules = _rules(fleet, clone)
    problems = [*in_the_way(fleet, clone, CLONE), *_lacking(source, rules), *_different(source, clone, wish, rules)]
    return problems + ([] if wish.release else list(release_problems(source, wish)))


def _rules(fleet: Fleet, clone: Tenant) -> Mapping[str, Any]:
    found = transaction_of(fleet, clone, CLONE)
    return found.schema.data if found and found.schema else {}


def _lacking(source: Tenant, rules: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for path in rules.get("x-copies", {}).values():
        if _at(source.spec, path) is None:
            message = f"`{source.name}` has no `{path}`, so that nothing can be read of it"
            help = "only what has been backed up can be cloned"
            yield Diagnostic("clone-source", message, source.document.key(("name",)), help=help)
            return


def _different(source: Tenant, clone: Tenant, wish: Wish, rules: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for path in rules.get("x-same", ()):
        theirs, ours = (_at(one.spec, path) for one in (source, clone))
        if path == _VERSION and wish.release:
            theirs = wish.release
        if theirs != ours:
            message = f"`{clone.name}` has `{path}: {ours}`, and `{source.name}` {'had' if wish.release else 'has'} `{theirs}`"
            help = "give the clone the same; a clone is the source's data in a site of the same kind"
            yield Diagnostic("clone-differs", message, _place(clone, path), help=help)


def _at(spec: Spec, path: str) -> Any:
    found: Any = spec
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _place(tenant: Tenant, path: str) -> Span:
    return span_of(tenant.document, tenant.origins, tuple(path.split(".")))
