"""The README of a rendered environment: prose, the one thing templates are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import jinja2

from generator.model import Spec

MARK = b"Rendered by Quadrangle; every file here is made from the source branch and none is edited by hand."
"""By this line a tree is known as ours, to be replaced or removed."""

_TEMPLATE = """\
# {{ environment }}

{{ mark }}

| tenant | host | cluster | ring | plan | release | model | state |
|---|---|---|---|---|---|---|---|
{% for tenant in tenants -%}
| {{ tenant.name }} | {{ tenant.host }} | {{ tenant.cluster }} | {{ tenant.ring }} | {{ tenant.plan }} \
| {{ tenant.release.version }} | {{ tenant.model }} | {{ tenant.state }} |
{% endfor %}
{% if held -%}
Held as they were, since their source has problems or they were rolled back:
{% for name, commit in held -%}
{{ name }} (at {{ commit[:12] }}){{ ", " if not loop.last }}
{%- endfor %}.

{% endif -%}
`argocd/<cluster>/root.yaml` is what an administrator applies once; `tenants/<tenant>/manifests/` is what Argo CD syncs;
`kubectl kustomize tenants/<tenant>/overlay` prints the same bytes from `tenants/<tenant>/overlay/` and `catalogue/`.
"""


def readme(environment: str, tenants: Iterable[Spec], held: Mapping[str, str] | None = None) -> bytes:
    """Markdown with one row for each tenant of the environment; `held` maps those held to their commits.

    Every cell is of a pattern that holds no Markdown.
    """
    template = jinja2.Environment(autoescape=False, keep_trailing_newline=True).from_string(_TEMPLATE)  # noqa: S701
    rows = sorted(tenants, key=lambda spec: str(spec["name"]))
    return template.render(
        environment=environment, mark=MARK.decode(), tenants=rows, held=sorted((held or {}).items())
    ).encode()
