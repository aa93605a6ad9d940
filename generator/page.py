"""index.html of a rendered environment: its tenants at a glance, and the source commit they were made from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import jinja2

from generator.model import Spec
from generator.report.printable import printable

_TEMPLATE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ environment }}: Moodle sites</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
div { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #8886; padding: .3rem .8rem .3rem 0; text-align: left }
code { overflow-wrap: anywhere }
</style>
</head>
<body>
<main>
<h1>{{ environment }}</h1>
<p>Made from commit <code>{{ source.drySha }}</code>{% if source.date %} of <time>{{ source.date }}</time>{% endif %}:
{{ source.subject | visible }}</p>
<div role="region" aria-label="Tenants" tabindex="0">
<table>
<caption>Tenants of {{ environment }}</caption>
<thead><tr><th scope="col">Tenant<th scope="col">Ring<th scope="col">Release<th scope="col">Cluster<th scope="col">Host\
<th scope="col">State</tr></thead>
<tbody>
{% for tenant in tenants -%}
<tr><th scope="row"><a href="tenants/{{ tenant.name }}/manifests/manifests.yaml">{{ tenant.name }}</a>\
<td>{{ tenant.ring }}<td>{{ tenant.release.version }}<td>{{ tenant.cluster }}<td>{{ tenant.host }}\
<td>{{ tenant.state }}{% if tenant.name in held %}, held at <code>{{ held[tenant.name][:12] }}</code>{% endif %}</tr>
{% endfor -%}
</tbody>
</table>
</div>
</main>
</body>
</html>
"""


def page(environment: str, tenants: Iterable[Spec], held: Mapping[str, str], source: Mapping[str, Any]) -> bytes:
    """One row for each tenant; `source` is what hydrator.metadata says, so that the page holds no date of today."""
    engine = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    engine.filters["visible"] = printable
    rows = sorted(tenants, key=lambda spec: str(spec["name"]))
    facts = {"drySha": "", "date": "", "subject": "", **source}
    text = engine.from_string(_TEMPLATE).render(environment=environment, tenants=rows, held=held, source=facts)
    return text.encode(errors="replace")
