"""What is generated from the schemas for people and editors: the JSON schemas, the catalogue's table, the READMEs' knob tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator import schema as schemas
from generator.model import Catalogue, Component, Repository, Schema

_BEGIN, _END = "<!-- knobs -->", "<!-- /knobs -->"


def generated(repository: Repository) -> dict[str, bytes]:
    """Every generated file by its path in the repository."""
    files = {f"schemas/{name}": raw for name, raw in schemas.assembled(repository).items()}
    for component in repository.catalogue.components:
        old = component.files.get("README.md", b"").decode()
        if component.schema is not None and _BEGIN in old and _END in old:
            files[f"{component.folder}/README.md"] = _with_table(old, schemas.inline(component.schema.data)).encode()
    files["overlays/README.md"] = catalogue_page(repository.catalogue).encode()
    return files


def _with_table(text: str, schema: Schema) -> str:
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{knob_table(schema)}{_END}{after}"


def knob_table(schema: Schema) -> str:
    """Markdown: one row for each knob, with its type, its default and what it means."""
    rows = list(knob_rows(schema))
    if not rows:
        return "It has no knobs.\n"
    lines = ["| knob | type | default | meaning |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def knob_rows(schema: Schema, prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    """For each knob its dotted name, type, default and meaning."""
    required = schema.get("required", [])
    for name, child in schema.get("properties", {}).items():
        if child.get("properties"):
            yield from knob_rows(child, f"{prefix}{name}.")
        elif not child.get("readOnly"):
            yield (
                f"`{prefix}{name}`",
                _type(child),
                default_of(child, name in required),
                str(child.get("description", "")),
            )


def _type(child: Mapping[str, Any]) -> str:
    if "enum" in child:
        return ", ".join(f"`{choice}`" for choice in child["enum"])
    if child.get("type") == "array":
        return f"list of {_type(child.get('items', {}))}"
    return str(child.get("type", ""))


def default_of(child: Mapping[str, Any], required: bool) -> str:
    """What the knob is where nobody says anything, in words."""
    if "default" in child:
        return f"`{child['default']}`"
    if "x-derive" in child:
        return "derived"
    return "required" if required else "none"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def summary(component: Component) -> str:
    """The first sentence of what a component's schema says of it."""
    data = component.schema.data if component.schema else {}
    return str(data.get("description", "")).split(". ")[0].rstrip(".")


def catalogue_page(catalogue: Catalogue) -> str:
    """overlays/README.md: the catalogue as tables."""
    lines = [
        "# The catalogue",
        "",
        "Made by `quad schema` from the schemas; every folder is a Kustomize Component.",
        "",
    ]
    for kind, title in (("model", "Deployment models"), ("feature", "Features"), ("state", "Lifecycle states")):
        lines += [f"## {title}", "", "| name | what it is | models | needs | conflicts |", "|---|---|---|---|---|"]
        lines += [_catalogue_row(component) for component in catalogue.of(kind).values()]  # type: ignore[arg-type]
        lines.append("")
    lines += [
        "## Releases",
        "",
        "| version | branch | PHP | PostgreSQL from | upgrades from |",
        "|---|---|---|---|---|",
    ]
    for version, document in sorted(catalogue.releases.items()):
        data = document.data
        cells = (version, data["branch"], data["php"], data["floors"]["postgresql"], data["upgradeFrom"])
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _catalogue_row(component: Component) -> str:
    data = component.schema.data if component.schema else {}
    listed = [", ".join(data.get(key, [])) or default for key, default in _LISTS]
    path = component.folder.removeprefix("overlays/")
    return f"| [{component.name}]({path}/README.md) | {_cell(summary(component))} | {' | '.join(listed)} |"


_LISTS = (("x-models", "all"), ("x-requires", ""), ("x-conflicts", ""))
