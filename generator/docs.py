"""What is generated from the schemas for people and editors: the JSON schemas, the catalogue's pages, the READMEs' knob tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator import schema as schemas
from generator.model import Catalogue, Component, ComponentKind, Repository, Schema
from generator.upgrade.page import releases_page

_BEGIN, _END = "<!-- knobs -->", "<!-- /knobs -->"

KINDS: tuple[tuple[ComponentKind, str], ...] = (
    ("model", "Deployment models"),
    ("database", "Databases"),
    ("cache", "Caches"),
    ("feature", "Features"),
    ("state", "Lifecycle states"),
    ("transaction", "Transactions"),
)
"""The kinds of components that a tenant has, and what a list of them is called."""
_PLATFORM: tuple[ComponentKind, str] = ("platform", "What a cluster has once")


def generated(repository: Repository) -> dict[str, bytes]:
    """Every generated file by its path in the repository."""
    files = {f"schemas/{name}": raw for name, raw in schemas.assembled(repository).items()}
    for component in repository.catalogue.components:
        old = component.files.get("README.md", b"").decode()
        if component.schema is not None and _BEGIN in old and _END in old:
            files[f"{component.folder}/README.md"] = _with_table(old, schemas.inline(component.schema.data)).encode()
    files["overlays/README.md"] = catalogue_page(repository.catalogue).encode()
    files["docs/catalogue.md"] = catalogue_in_full(repository.catalogue).encode()
    files["overlays/releases/README.md"] = releases_page(repository.catalogue).encode()
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
            yield from knob_rows(child.get("items", {}), f"{prefix}{name}[].")


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
        "All that can be said to each: [docs/catalogue.md](../docs/catalogue.md).",
        "",
    ]
    for kind, title in KINDS:
        lines += [f"## {title}", "", "| name | what it is | models | needs | conflicts |", "|---|---|---|---|---|"]
        lines += [_catalogue_row(component) for component in catalogue.of(kind).values()]
        lines.append("")
    lines += ["## Platform", "", "What a cluster needs once.", "", "| name | what it is | needs |", "|---|---|---|"]
    lines += [_platform_row(component) for component in catalogue.of("platform").values()]
    lines += ["", "## Releases", "", f"{len(catalogue.releases)}: see [their page](releases/README.md)."]
    return "\n".join(lines) + "\n"


def _catalogue_row(component: Component) -> str:
    data = component.schema.data if component.schema else {}
    listed = [", ".join(data.get(key, [])) or default for key, default in _LISTS]
    path = component.folder.removeprefix("overlays/")
    return f"| [{component.name}]({path}/README.md) | {_cell(summary(component))} | {' | '.join(listed)} |"


def _platform_row(component: Component) -> str:
    data = component.schema.data if component.schema else {}
    path = component.folder.removeprefix("overlays/")
    needs = ", ".join(data.get("x-needs", []))
    return f"| [{component.name}]({path}/README.md) | {_cell(summary(component))} | {needs} |"


_LISTS = (("x-models", "all"), ("x-requires", ""), ("x-conflicts", ""))


def catalogue_in_full(catalogue: Catalogue) -> str:
    """docs/catalogue.md: of each folder what it is, what it goes with, and its knobs."""
    lines = [
        "# The catalogue",
        "",
        "Made by `quad schema` from the schemas. A short table is in [overlays/](../overlays/README.md).",
        "",
    ]
    for kind, title in (*KINDS, _PLATFORM):
        lines += [f"## {title}", ""]
        lines += [_in_full(component) for component in catalogue.of(kind).values()]
    return "\n".join(lines)


def _in_full(component: Component) -> str:
    data = component.schema.data if component.schema else {}
    head = f"### [{component.name}](../{component.folder}/README.md)\n\n{data.get('description', '')}\n"
    return f"{head}\n{_company(component)}{knob_table(schemas.inline(data))}"


def _company(component: Component) -> str:
    """What the component goes with, needs and excludes: whatever of its schema is a list of names."""
    data = component.schema.data if component.schema else {}
    said = {"x-models": ["all"], **data} if component.kind == "feature" else data
    lists = {key: names for key, value in said.items() if key.startswith("x-") and (names := _names(key, value))}
    return "".join(
        f"- {_COMPANY.get(key, key[2:])}: {', '.join(names)}\n" for key, names in lists.items()
    ) + "\n" * bool(lists)


def _names(key: str, value: Any) -> list[str]:
    """The names that a keyword lists; those of conflicts may have their reasons beside them."""
    names = list(value) if isinstance(value, list) or key == "x-conflicts" else []
    return names if all(isinstance(name, str) for name in names) else []


_COMPANY = {"x-requires": "needs", "x-conflicts": "conflicts with"}
