"""The invariants of ARCHITECTURE.md that the source itself can show."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.cli import COMMANDS
from generator.model import FOLDERS
from tests.conftest import ROOT

GENERATOR = ROOT / "generator"
MODULES = sorted(path for path in GENERATOR.rglob("*.py") if "scaffold" not in path.parts)
PURE = (
    "agreement",
    "blocks",
    "catalogue_checks",
    "census",
    "changes",
    "check",
    "clean",
    "compile",
    "composing",
    "cron",
    "derive",
    "diagnostics",
    "docs",
    "expressions",
    "fast_reading",
    "fast_writing",
    "fleet_checks",
    "holding",
    "hydrator",
    "layers",
    "ledger",
    "lookalikes",
    "model",
    "name_hash",
    "objects",
    "page",
    "pinned",
    "platform",
    "prerequisites",
    "readme",
    "reads",
    "rendered",
    "replacements",
    "resolution",
    "resolve",
    "resolve_many",
    "resolve_one",
    "rings",
    "rows",
    "scalars",
    "schema",
    "schema_errors",
    "secrets",
    "shapes",
    "sharding",
    "summary",
    "validate",
    "waivers",
    "verdict",
    "verdicts",
    "why",
)
PURE_FILES = [GENERATOR / f"{name}.py" for name in PURE] + [
    path
    for folder in ("destruction", "diff", "drift", "profiles", "traps", "report", "rules", "upgrade")
    for path in (GENERATOR / folder).rglob("*.py")
    if path.name not in ("kubernetes_schema.py", "make.py")  # schemas that a package carries are read; kustomize is run
]
STARTS_PROGRAMS = {"kustomize.py", "git.py", "kubectl.py"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def modules(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def imports(path: Path) -> set[str]:
    return {name.split(".")[0] for name in modules(path)}


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.name}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", PURE_FILES, ids=lambda path: path.name)
def test_pure_stages_touch_nothing(path: Path) -> None:
    assert (
        imports(path)
        & {"os", "io", "subprocess", "click", "rich_click", "rich", "git", "shutil", "tempfile", "pathlib", "time"}
        == set()
    )
    forbidden = {"open", "print", "input", "exit"}
    assert {
        call for call in calls(path) if call in forbidden or call.endswith((".read_text", ".read_bytes", ".write_text"))
    } == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_only_three_files_start_a_program(path: Path) -> None:
    if path.name not in STARTS_PROGRAMS:
        assert imports(path) & {"subprocess", "git"} == set()
        assert not [call for call in calls(path) if call in ("os.system", "os.popen", "os.execv", "os.posix_spawn")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_only_one_file_speaks_http(path: Path) -> None:
    if path.relative_to(GENERATOR).as_posix() != "github.py":
        opening = {"urllib", "http", "socket", "requests", "urllib3", "ssl", "ftplib", "smtplib"}
        assert {name for name in modules(path) - {"urllib.parse"} if name.split(".")[0] in opening} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_only_two_files_know_dask(path: Path) -> None:
    """And they import it where it is needed, since it is an extra."""
    top = {name for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom) for name in named(node)}
    assert top & {"dask", "distributed"} == set()
    assert path.name in ("worker.py", "workers.py") or imports(path) & {"dask", "distributed"} == set()


def named(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_only_the_command_line_prints_and_exits(path: Path) -> None:
    if path.parent.name == "commands" or path.name in ("cli.py", "terminal.py"):
        return
    assert imports(path) & {"click", "rich_click"} == set()
    assert [call for call in calls(path) if call in ("print", "sys.exit", "exit", "click.echo")] == []


def test_only_edit_writes_tenants() -> None:
    writers = {
        path.name
        for path in MODULES
        for call in calls(path)
        if call.endswith((".write_bytes", ".write_text", "copytree"))
    }
    assert writers <= {"edit.py", "staging.py", "init.py", "schema.py"}


def test_only_publish_writes_branches() -> None:
    """What changes a repository stands in refs.py alone, called by publish.py, and by proposal.py for a pull request's branch."""
    words = (
        "update-ref",
        "commit-tree",
        "fast-import",
        "push",
        "symbolic-ref",
        "commit",
        "branch",
        "checkout",
        "reset",
    )
    writers = {
        path.name
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.List) and any(isinstance(e, ast.Constant) and e.value in words for e in node.elts)
    }
    callers = {
        path.name
        for path in MODULES
        for call in calls(path)
        if call in ("refs.store", "refs.commit", "refs.move", "refs.push")
    }
    imported = {path.name for path in MODULES if "from generator.refs import" in path.read_text()}
    assert (writers, callers, imported) == ({"refs.py"}, {"proposal.py", "publish.py"}, {"proposal.py", "publish.py"})


def test_no_name_of_the_catalogue_occurs_in_the_generator() -> None:
    names = {
        path.name
        for kind in FOLDERS.keys() - {"states"}
        for path in (ROOT / "overlays" / kind).iterdir()
        if path.is_dir()
    }
    names |= {path.stem for path in (ROOT / "overlays" / "releases").glob("*.yaml")}
    names -= {
        "container",
        "kubernetes",
        "plugins",
    }  # pods have parts called so, a cluster has a field of that name, its version, and CloudNativePG's Cluster the last
    found = {
        (path.name, node.value)
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names
    }
    assert found == set()


def test_files_are_small() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_functions_are_small() -> None:
    lengths = dict(found for path in MODULES for found in functions(path))
    assert {name: length for name, length in lengths.items() if length > 60} == {}
    assert statistics.median(lengths.values()) <= 10


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path))


def test_documents_are_short_enough_to_be_read_again() -> None:
    for name, most in (("ARCHITECTURE.md", 150), ("CONTRIBUTING.md", 80), ("Makefile", 44)):
        assert len((ROOT / name).read_text().splitlines()) <= most, name


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text()
    assert [command for command in COMMANDS if f"quad {command}" not in text] == []
