"""The README of a rendered environment. Every publication writes it: a template engine would cost more than the rest of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from generator.model import Spec

MARK = b"Rendered by Quadrangle; every file here is made from the source branch and none is edited by hand."
"""By this line a tree is known as ours, to be replaced or removed."""

_HEAD = """\
# {environment}

{mark}

| tenant | host | cluster | ring | plan | release | model | state |
|---|---|---|---|---|---|---|---|
"""
_HELD = "Held as they were, since their source has problems or they were rolled back:\n"
_FOOT = """
`argocd/<cluster>/root.yaml` is what an administrator applies once; `tenants/<tenant>/manifests/` is what Argo CD syncs;
`kubectl kustomize tenants/<tenant>/overlay` prints the same bytes from `tenants/<tenant>/overlay/` and `catalogue/`.
"""


def readme(environment: str, tenants: Iterable[Spec], held: Mapping[str, str] | None = None) -> bytes:
    """Markdown with one row for each tenant of the environment; `held` maps those held to their commits.

    Every cell is of a pattern that holds no Markdown.
    """
    rows = sorted(tenants, key=lambda spec: str(spec["name"]))
    lines = [_row(spec) for spec in rows]
    named = ", ".join(f"{name} (at {commit[:12]})" for name, commit in sorted((held or {}).items()))
    said = f"\n{_HELD}{named}.\n" if named else ""
    return f"{_HEAD.format(environment=environment, mark=MARK.decode())}{''.join(lines)}{said}{_FOOT}".encode()


def _row(spec: Spec) -> str:
    cells = (spec["name"], spec["host"], spec["cluster"], spec["ring"], spec["plan"], spec["release"]["version"])
    return f"| {' | '.join(map(str, (*cells, spec['model'], spec['state'])))} |\n"
