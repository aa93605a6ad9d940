"""The README of a rendered environment: prose, the one thing templates are for."""

from __future__ import annotations

from collections.abc import Sequence

import jinja2

from generator.model import Tenant

MARK = b"Rendered by Quadrangle; every file here is made from the source branch and none is edited by hand."
"""By this line a tree is known as ours, to be replaced or removed."""

_TEMPLATE = """\
# {{ environment }}

{{ mark }}

| tenant | host | cluster | ring | plan | release | model | state |
|---|---|---|---|---|---|---|---|
{% for tenant in tenants -%}
| {{ tenant.name }} | {{ tenant.spec.host }} | {{ tenant.spec.cluster }} | {{ tenant.spec.ring }} | {{ tenant.spec.plan }} \
| {{ tenant.spec.release.version }} | {{ tenant.spec.model }} | {{ tenant.spec.state }} |
{% endfor %}
`argocd/<cluster>/root.yaml` is what an administrator applies once; `tenants/<tenant>/manifests/` is what Argo CD syncs;
`kubectl kustomize tenants/<tenant>/overlay` prints the same bytes from `tenants/<tenant>/overlay/` and `catalogue/`.
"""


def readme(environment: str, tenants: Sequence[Tenant]) -> bytes:
    """Markdown with one row for each tenant of the environment. Every cell is of a pattern that holds no Markdown."""
    members = [tenant for tenant in tenants if tenant.environment == environment]
    template = jinja2.Environment(autoescape=False, keep_trailing_newline=True).from_string(_TEMPLATE)  # noqa: S701
    return template.render(environment=environment, mark=MARK.decode(), tenants=members).encode()
