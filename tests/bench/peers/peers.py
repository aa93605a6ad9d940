"""The peers: each renders the same tenants into a folder, one file each, from templates made of quad's own output."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Command
from tests.bench.peers.install import HERE
from tests.bench.peers.templates import Filled, Templates, as_json, as_yaml, braces

EACH = "while IFS='\t' read -r a b c; do {} < /dev/null || exit 1; done"
LINES = 1_000
"""So many tenants a quick peer renders in a process, the sample over and over, so that its start-up does not count for much."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What the peers work on."""

    templates: Templates
    overlays: Callable[[str], Path]
    """The overlay that quad wrote for a tenant."""
    programs: dict[str, Path]
    folder: Path


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer: how its command is made for some tenants, and what a reader should know of it."""

    name: str
    program: str
    make: Callable[[Bench, Sequence[Filled], Path], Command]
    note: str = ""
    sample: int = 1_000
    """At most so many tenants are rendered a round."""
    repeat: bool = False
    suffix: str = ".yaml"


def command(peer: Peer, bench: Bench) -> tuple[Command, list[Filled]]:
    """The peer's command and the tenants it renders; their outputs are in the folder `outputs(...)`."""
    tenants = list(bench.templates.tenants)[: peer.sample]
    outputs(peer, bench).mkdir(parents=True, exist_ok=True)
    return peer.make(bench, tenants, outputs(peer, bench)), tenants


def outputs(peer: Peer, bench: Bench) -> Path:
    return bench.folder / "out" / peer.name.replace(" ", "-").replace(",", "")


def _lines(peer_lines: Sequence[Sequence[object]], path: Path, least: int = 0) -> tuple[Path, int]:
    """A file with a line for each tenant, over and over until there are at least so many; and how many there are."""
    times = max(1, -(-least // len(peer_lines)))
    text = "".join("\t".join(str(part) for part in line) + "\n" for line in peer_lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text * times)
    return path, len(peer_lines) * times


def _written(bench: Bench, kind: str, name: str, text: str) -> Path:
    path = bench.folder / kind / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _values(bench: Bench, tenant: Filled) -> Path:
    return _written(bench, "values", f"{tenant.name}.json", json.dumps(tenant.values, ensure_ascii=False))


def _overlays(name: str, *words: str, each: bool = True) -> Callable[[Bench, Sequence[Filled], Path], Command]:
    """Builds the overlays, one process each or all in one; the first word is a program that is installed."""

    def make(bench: Bench, tenants: Sequence[Filled], out: Path) -> Command:
        program = [str(bench.programs[words[0]]), *words[1:]]
        lines = [(bench.overlays(tenant.name), out / f"{tenant.name}.yaml") for tenant in tenants]
        listed, number = _lines(lines, out.with_suffix(".tsv"))
        arguments = ["sh", "-c", EACH.format(" ".join(program) + ' "$a" > "$b"')] if each else program
        return Command(name, arguments, bench.folder, listed, tenants=number, environment={"KUBERC": "off"})

    return make


def _filled(
    name: str,
    suffix: str,
    text: Callable[[Bench, int], str],
    arguments: Callable[[Bench], Sequence[str]],
    least: int = 0,
) -> Callable[[Bench, Sequence[Filled], Path], Command]:
    """Fills a template for each tenant: the command reads lines of template, values and output."""

    def make(bench: Bench, tenants: Sequence[Filled], out: Path) -> Command:
        kind = out.name
        paths = {
            tenant.template: _written(
                bench, f"templates/{kind}", f"{tenant.template}{suffix}", text(bench, tenant.template)
            )
            for tenant in tenants
        }
        lines = [(paths[each.template], _values(bench, each), out / f"{each.name}.yaml") for each in tenants]
        listed, number = _lines(lines, out.with_suffix(".tsv"), least)
        return Command(name, arguments(bench), bench.folder, listed, tenants=number)

    return make


def _jinja(typed: bool) -> Callable[[Bench, int], str]:
    def text(bench: Bench, template: int) -> str:
        def hole(name: str, is_string: bool) -> str:
            return f"{{{{ v.{name}|tojson }}}}" if typed and is_string else f"{{{{ v.{name} }}}}"

        return as_yaml(bench.templates.marked[template], hole, braces)

    return text


def _jsonnet(bench: Bench, template: int) -> str:
    return f"function(values)\n{as_json(bench.templates.marked[template], lambda name: f'values.{name}')}\n"


def _module(bench: Bench, template: int) -> str:
    return f"export default (v) => {as_json(bench.templates.marked[template], lambda name: f'v.{name}')};\n"


def _helm(bench: Bench, tenants: Sequence[Filled], out: Path) -> Command:
    """A chart for each template, and a process for each tenant."""

    def hole(name: str, is_string: bool) -> str:
        return f"{{{{ .Values.{name}{' | quote' if is_string else ''} }}}}"

    charts = bench.folder / "charts"
    for number in {tenant.template for tenant in tenants}:
        chart = f"charts/{number}"
        _written(bench, chart, "Chart.yaml", f"apiVersion: v2\nname: tenant-{number}\nversion: 0.1.0\n")
        text = as_yaml(bench.templates.marked[number], hole, lambda text: text.replace("{{", '{{ "{{" }}'))
        _written(bench, f"{chart}/templates", "objects.yaml", text)
    lines = [(charts / str(each.template), _values(bench, each), out / f"{each.name}.yaml") for each in tenants]
    listed, number = _lines(lines, out.with_suffix(".tsv"))
    homes = {f"HELM_{kind}_HOME": str(bench.folder / "helm" / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}
    each = EACH.format(f'{bench.programs["helm"]} template tenant "$a" -f "$b" > "$c"')
    return Command("helm template", ["sh", "-c", each], bench.folder, listed, tenants=number, environment=homes)


def _kapitan(bench: Bench, tenants: Sequence[Filled], out: Path) -> Command:
    """One target a tenant, compiled by one command."""

    def hole(name: str, is_string: bool) -> str:
        return f"{{{{ inventory.parameters.v.{name}{'|tojson' if is_string else ''} }}}}"

    for number in {tenant.template for tenant in tenants}:
        text = as_yaml(bench.templates.marked[number], hole, braces)
        _written(bench, "kapitan/templates", f"{number}.yaml", text)
    for tenant in tenants:
        job = {"output_path": ".", "input_type": "jinja2", "input_paths": [f"templates/{tenant.template}.yaml"]}
        values = {key: _without_references(value) for key, value in tenant.values.items()}
        target = {
            "parameters": {
                "target_name": tenant.name,
                "v": values,
                "kapitan": {"vars": {"target": tenant.name}, "compile": [job]},
            }
        }
        _written(bench, "kapitan/inventory/targets", f"{tenant.name}.yml", json.dumps(target, ensure_ascii=False))
    (bench.folder / "kapitan/inventory/classes").mkdir(exist_ok=True)
    program = bench.programs["python"].with_name("kapitan")
    arguments = [str(program), "compile", "-p", "2", "--inventory-backend", "reclass-rs", "--output-path", str(out)]
    return Command("kapitan", arguments, bench.folder / "kapitan", tenants=len(tenants))


def _without_references(value: object) -> object:
    """Reclass reads ${...} as a reference unless it is escaped."""
    return value.replace("${", "\\${") if isinstance(value, str) else value


def _in_python(bench: Bench) -> Sequence[str]:
    return [str(bench.programs["python"]), "-I", str(HERE / "jinja.py")]


_JSONNET = EACH.format('{} --tla-code-file values="$b" -o "$c" "$a"')
PEERS: Sequence[Peer] = (
    Peer("kustomize", "kustomize", _overlays("kustomize", "kustomize", "build"), "one process a tenant", 20),
    Peer(
        "kubectl kustomize",
        "kubectl",
        _overlays("kubectl kustomize", "kubectl", "kustomize"),
        "one process a tenant",
        20,
    ),
    Peer(
        "kustomize library", "krusty", _overlays("kustomize library", "krusty", each=False), "all in one process", 100
    ),
    Peer("helm template", "helm", _helm, "one process a tenant", 20),
    Peer(
        "jsonnet",
        "jsonnet",
        _filled(
            "jsonnet", ".jsonnet", _jsonnet, lambda bench: ["sh", "-c", _JSONNET.format(bench.programs["jsonnet"])]
        ),
        "one process a tenant; JSON out",
        40,
    ),
    Peer(
        "go-jsonnet library",
        "gojsonnet",
        _filled("go-jsonnet library", ".jsonnet", _jsonnet, lambda bench: [str(bench.programs["gojsonnet"])]),
        "all in one process; JSON out",
        100,
    ),
    Peer(
        "plain Jinja2",
        "python",
        _filled("plain Jinja2", ".yaml", _jinja(typed=False), _in_python, LINES),
        "all in one process; values written as they are",
    ),
    Peer(
        "Jinja2, values quoted",
        "python",
        _filled("Jinja2, values quoted", ".yaml", _jinja(typed=True), _in_python, LINES),
        "all in one process; `tojson` on every text",
    ),
    Peer("kapitan", "python", _kapitan, "all in one command, two processes; Jinja2 input, reclass-rs", 50),
    Peer(
        "cdk8s",
        "cdk8s",
        _filled("cdk8s", ".mjs", _module, lambda bench: ["node", str(bench.programs["cdk8s"] / "app.mjs")]),
        "all in one process",
        100,
    ),
)
