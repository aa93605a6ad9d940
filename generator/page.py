"""index.html of a rendered environment: its tenants at a glance, and the source commit they were made from. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from generator.model import Spec
from generator.report.printable import printable

_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>@environment@: Moodle sites</title>
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
<h1>@environment@</h1>
<p>Made from commit <code>@commit@</code>@date@:
@subject@</p>
<div role="region" aria-label="Tenants" tabindex="0">
<table>
<caption>Tenants of @environment@</caption>
<thead><tr><th scope="col">Tenant<th scope="col">Ring<th scope="col">Release<th scope="col">Cluster<th scope="col">Host\
<th scope="col">State</tr></thead>
<tbody>
"""
_FOOT = """\
</tbody>
</table>
</div>
</main>
</body>
</html>
"""
_MARK = re.compile("@([a-z]+)@")


def page(
    environment: str,
    tenants: Iterable[Spec],
    held: Mapping[str, str],
    source: Mapping[str, Any],
    projects: Collection[str] = (),
) -> bytes:
    """One row for each tenant; `source` is what hydrator.metadata says, so that the page holds no date of today.

    `projects` names the tenants that are Compose projects.
    """
    facts = {"drySha": "", "date": "", "subject": "", **source}
    words = {
        "environment": _shown(environment),
        "commit": _shown(facts["drySha"]),
        "date": f" of <time>{_shown(facts['date'])}</time>" if facts["date"] else "",
        "subject": _shown(printable(facts["subject"])),
    }
    head = _MARK.sub(lambda found: words[found[1]], _HEAD)
    rows = [_row(spec, held, spec["name"] in projects) for spec in sorted(tenants, key=lambda spec: str(spec["name"]))]
    return f"{head}{''.join(rows)}{_FOOT}".encode(errors="replace")


def _row(spec: Spec, held: Mapping[str, str], composed: bool) -> str:
    name = _shown(spec["name"])
    cells = [spec["ring"], spec["release"]["version"], spec["cluster"], spec["host"], spec["state"]]
    kept = f", held at <code>{_shown(held[spec['name']][:12])}</code>" if spec["name"] in held else ""
    file = "compose/compose.yaml" if composed else "manifests/manifests.yaml"
    link = f'<a href="tenants/{name}/{file}">{name}</a>'
    return f'<tr><th scope="row">{link}{"".join(f"<td>{_shown(cell)}" for cell in cells)}{kept}</tr>\n'


def _shown(value: object) -> str:
    """As HTML has it, in a text and in an attribute."""
    return str(value).translate(_ESCAPED)


_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;"})
