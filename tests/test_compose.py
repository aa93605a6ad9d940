"""Tenants that are Compose projects: what is written, and what Docker Compose's own library (tests/compose) makes of it.

Goldens lie beside the examples in the catalogue; effects of features hold of the project's services as Compose sees them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import kustomize
from generator.composing import mounts, variable, written
from generator.hydrate import Hydration
from generator.model import Progress
from generator.pipeline import read, render
from generator.source import dump
from tests.conftest import ROOT, copy_input, matches_golden
from tests.programs import need
from tests.running import quad
from tests.test_features import CATALOGUE, COMPOSED, OVERLAYS, is_seen, needed

SAMPLE = ROOT / "tests" / "features" / "tenants"
MODELS = [name for name, model in CATALOGUE.of("model").items() if model.composes]
FEATURES = [name for name, feature in CATALOGUE.of("feature").items() if feature.composes]
LOOPBACK = "127.0.0.1"

Data = dict[str, Any]


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Compose's own reading: of a folder with profiles, or of a .env from standard input."""
    need("go")
    built = tmp_path_factory.mktemp("compose") / "compose"
    subprocess.run(["go", "build", "-o", str(built), "."], cwd=ROOT / "tests" / "compose", check=True)

    def run(*arguments: str, stdin: bytes = b"") -> Any:
        environment = {"PATH": os.defpath, "HOME": str(built.parent)}
        done = subprocess.run([built, *arguments], input=stdin, capture_output=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return run


def rendered(root: Path, tenant: Data) -> Path:
    """The folder of the sample tenant's project, in a tree below `root`."""
    repository = copy_input(root / "fleet", SAMPLE)
    file = repository / "tenants" / "production" / "sample.yaml"
    file.write_bytes(dump({**yaml.safe_load(file.read_bytes()), **tenant}))
    how = Hydration(kustomize.find())
    done = render(read(repository), root / "out", how, root / "no-crds", ("sample",), Progress())
    assert done.problems == []
    shutil.rmtree(repository)
    return root / "out" / "production" / "tenants" / "sample" / "compose"


@cache
def asked(model: str) -> Data:
    """What a tenant of the model says at least."""
    found: Data = yaml.safe_load((OVERLAYS / "models" / model / "examples" / "minimal.yaml").read_bytes())
    return {"model": model, **found}


def with_feature(name: str, values: Data) -> Data:
    base = asked(CATALOGUE.of("feature")[name].schema.data["x-models"][0])  # type: ignore[union-attr]
    return {**base, "features": {**base["features"], **dict(needed(name)), name: values}}


def text_of(folder: Path) -> str:
    """The files; but the digest is that of scripts which have tests of their own."""
    files = {path.name: path.read_text() for path in sorted(folder.iterdir())}
    text = "".join(f"# {name}\n{files[name]}" for name in sorted(files))
    return re.sub(r"(?<=TENANT_CATALOGUE=)'[0-9a-f]{12}'", "DIGEST", text)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_gives_its_golden(model: str, tmp_path: Path) -> None:
    matches_golden(
        OVERLAYS / "models" / model / "examples" / "minimal.golden.txt", text_of(rendered(tmp_path, asked(model)))
    )


@pytest.mark.parametrize("size", ["minimal", "full"])
@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_gives_its_golden(name: str, size: str, tmp_path: Path) -> None:
    examples = OVERLAYS / "features" / name / "examples"
    values = yaml.safe_load((examples / f"{size}.yaml").read_bytes()) or {}
    matches_golden(examples / f"{size}.golden.txt", text_of(rendered(tmp_path, with_feature(name, values))))


def test_no_golden_is_an_orphan() -> None:
    kept = {f"overlays/models/{name}/examples/minimal.golden.txt" for name in MODELS}
    kept |= {
        f"overlays/features/{name}/examples/{size}.golden.txt" for name in FEATURES for size in ("minimal", "full")
    }
    assert {path.relative_to(ROOT).as_posix() for path in OVERLAYS.rglob("*.golden.txt")} == kept


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_has_its_effects(name: str, compose: Callable[..., Any], tmp_path: Path) -> None:
    folder = OVERLAYS / "features" / name
    values = yaml.safe_load((folder / "examples" / "full.yaml").read_bytes())
    tenant = with_feature(name, values)
    defaults = {
        **tenant,
        "features": {
            key: {} for key in tenant["features"] if key != name or name in asked(tenant["model"])["features"]
        },
    }
    one = services(compose("config", str(rendered(tmp_path / "with", tenant))))
    other = services(compose("config", str(rendered(tmp_path / "without", defaults))))
    for effect in yaml.safe_load((folder / "tests" / "effects.yaml").read_bytes()):
        assert is_seen(effect, one), f"not with the feature: {effect['says']}"
        assert not is_seen(effect, other), f"also without the feature: {effect['says']}"


def services(project: Data) -> dict[str, Data]:
    return {f"Service/{name}": service for name, service in project["services"].items()}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The projects of the sample fleet, and one with all features that such a project can have."""
    root = tmp_path_factory.mktemp("projects")
    how = Hydration(kustomize.find())
    fleet = read(ROOT)
    names = [one.name for one in fleet.tenants if one.spec["model"] in MODELS]
    done = render(fleet, root / "fleet", how, root / "no-crds", names, Progress())
    assert done.problems == []
    found = [path.parent for path in sorted((root / "fleet").glob("*/tenants/*/compose/compose.yaml"))]
    assert len(found) == len(names) >= 2
    every: Data = {name: {} for name in FEATURES}
    return [*found, *(rendered(root / model, {**asked(model), "features": every}) for model in MODELS)]


def test_compose_accepts_every_project(compose: Callable[..., Any], sample: list[Path]) -> None:
    """The library holds it against the specification's schema, and refuses a variable that is not there."""
    for folder in sample:
        project = compose("config", str(folder), "tools")
        assert project["name"] == yaml.safe_load((folder / "compose.yaml").read_bytes())["name"]
        assert {"web", "php", "cron", "adhoc", "install", "preflight", "database", "moodle-redis", "cli"} <= set(
            project["services"]
        )


def test_no_container_may_do_more_than_it_must(compose: Callable[..., Any], sample: list[Path]) -> None:
    for folder in sample:
        for name, service in compose("config", str(folder), "tools")["services"].items():
            where = f"{folder.parent.name}: {name}"
            user = service["user"].partition(":")[0]
            assert user.isdigit(), where
            assert int(user) > 0, where
            assert service["read_only"] is True, where
            assert service["cap_drop"] == ["ALL"], where
            assert service["security_opt"] == ["no-new-privileges:true"], where
            assert not service.keys() & {
                "privileged",
                "cap_add",
                "devices",
                "network_mode",
                "pid",
                "ipc",
                "userns_mode",
            }, where
            assert "@sha256:" in service["image"], where
            assert service["logging"]["options"]["max-size"], where
            limits = service["deploy"]["resources"]["limits"]
            assert int(limits["memory"]) >= 64 * 1024**2, where
            assert limits["pids"] > 0, where
            assert {port["host_ip"] for port in service.get("ports", [])} <= {LOOPBACK}, where


def test_what_ends_is_not_restarted_and_what_runs_is(compose: Callable[..., Any], sample: list[Path]) -> None:
    for folder in sample:
        for name, service in compose("config", str(folder), "tools")["services"].items():
            assert service["restart"] == ("no" if name in ("preflight", "install", "cli") else "unless-stopped"), name


def test_the_start_is_in_order_and_waits_for_health(compose: Callable[..., Any], sample: list[Path]) -> None:
    for folder in sample:
        found = compose("config", str(folder))["services"]
        waits = {
            name: {on: how["condition"] for on, how in one.get("depends_on", {}).items()} for name, one in found.items()
        }
        assert waits["preflight"] == {"database": "service_healthy", "moodle-redis": "service_healthy"}
        assert waits["install"] == {"preflight": "service_completed_successfully"}
        for name in ("php", "cron", "adhoc"):
            assert waits[name] == {"install": "service_completed_successfully"}
        assert waits["web"] == {"php": "service_healthy"}
        for name in (on for one in waits.values() for on, how in one.items() if how == "service_healthy"):
            assert found[name]["healthcheck"]["test"], name
        assert found["web"]["healthcheck"]["test"], "`docker compose up --wait` waits for it"


def test_what_is_mounted_is_there(compose: Callable[..., Any], sample: list[Path]) -> None:
    for folder in sample:
        for name, service in compose("config", str(folder), "tools")["services"].items():
            targets = [volume["target"] for volume in service.get("volumes", [])]
            targets += [text.partition(":")[0] for text in service.get("tmpfs", [])]
            assert len(targets) == len(set(targets)), f"{name} mounts something twice"
            for volume in service.get("volumes", []):
                if volume["type"] == "bind":
                    assert Path(volume["source"]).exists(), volume["source"]
                    assert volume["read_only"], volume["source"]


def test_the_dev_plan_has_the_ports_of_the_dev_stack(compose: Callable[..., Any], sample: list[Path]) -> None:
    folder = next(folder for folder in sample if folder.parent.name == "workbench")
    found = compose("config", str(folder))["services"]
    ports = {(name, port["target"]): port["published"] for name, one in found.items() for port in one.get("ports", [])}
    assert ports == {
        ("web", 8080): "18080",
        ("database", 5432): "15432",
        ("moodle-redis", 6379): "16379",
        ("mail", 1025): "11025",
        ("mail", 8025): "18025",
    }


def test_a_suspended_site_runs_no_container_of_moodle(compose: Callable[..., Any], tmp_path: Path) -> None:
    found = compose("config", str(rendered(tmp_path, {**asked(MODELS[0]), "state": "suspended"})))["services"]
    running = {name for name, one in found.items() if one["deploy"].get("replicas", 1) > 0}
    assert running == {"database", "moodle-redis"}


HOSTILE = [
    "it's",
    'say "hi"',
    "$HOME ${X:-y} $$",
    "a\\",
    "\\'",
    '\\"',
    "\\n",
    "#no comment",
    " x ",
    "=",
    "`id`",
    "%s",
    "é漢😀",
    "'\\''",
    "\\$X",
]


@settings(max_examples=150)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=8))
@example(HOSTILE)
def test_any_text_is_read_back_from_the_environment(compose: Callable[..., Any], texts: list[str]) -> None:
    values = {f"TENANT_{number}": text for number, text in enumerate(texts)}
    assert compose("env", stdin=written(values)) == values


@pytest.mark.parametrize("text", [text for text in HOSTILE if text == text.strip()])
def test_a_hostile_name_reaches_moodle_as_it_is(text: str, compose: Callable[..., Any], tmp_path: Path) -> None:
    found = compose("config", str(rendered(tmp_path, {**asked(MODELS[0]), "displayName": text})))
    assert found["services"]["php"]["environment"]["MOODLE_FULL_NAME"] == text


STUB = """
$CFG = (object) ['wwwroot' => 'http://localhost:18080', 'sslproxy' => true, 'cookiesecure' => true];
$_SERVER += ['HTTPS' => 'on', 'SERVER_PORT' => '8080'];
require $argv[1];
echo json_encode([$CFG, $_SERVER['HTTPS'] ?? null, $_SERVER['SERVER_PORT']]);
"""


def test_the_dev_stack_is_plain_http_on_its_own_port() -> None:
    need("php")
    file = OVERLAYS / "features" / "dev-stack" / "config.d.dev-stack.php"
    done = subprocess.run(["php", "-n", "-r", STUB, "--", str(file)], capture_output=True, check=True)
    settings, https, port = json.loads(done.stdout)
    assert (https, port) == (None, "18080"), "else Moodle sends the browser to its address again and again"
    assert settings["sslproxy"] is settings["cookiesecure"] is False
    assert settings["smtphosts"] == "mail:1025"


def environment(folder: Path) -> Mapping[str, str]:
    return dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())


def test_a_changed_script_makes_containers_anew(tmp_path: Path) -> None:
    """What they mount is the very file: only a label tells Compose that it has changed."""
    digests = []
    for script in ("", "overlays/base/scripts/lib.php", "overlays/features/oauth/oauth.php"):
        root = tmp_path / (script.replace("/", "-") or "as-it-is")
        repository = copy_input(root / "fleet", SAMPLE)
        file = repository / "tenants" / "production" / "sample.yaml"
        file.write_bytes(dump({**yaml.safe_load(file.read_bytes()), **asked(MODELS[0])}))
        if script:
            (repository / script).write_text((repository / script).read_text() + "// changed\n")
        done = render(read(repository), root / "out", Hydration(kustomize.find()), root / "none", (), Progress())
        assert done.problems == []
        folder = root / "out" / "production" / "tenants" / "sample" / "compose"
        digests.append(environment(folder)["TENANT_CATALOGUE"])
    assert digests[0] != digests[1]
    assert digests[0] == digests[2], "what it does not mount is nothing to it"


def test_variables_are_told_apart() -> None:
    assert variable(("site", "shortName")) == "TENANT_SITE_SHORT_NAME"
    assert variable(("features", "local-port", "web")) == "TENANT_FEATURES_LOCAL_PORT_WEB"


def test_mounts_are_of_the_catalogue() -> None:
    paths = {path for component in CATALOGUE.components if component.folder in COMPOSED for path in mounts(component)}
    assert {"base/scripts", "features/dev-stack/config.d.dev-stack.php"} <= paths
    assert [path for path in paths if not (OVERLAYS / path).exists()] == []


def test_an_environment_of_projects_alone_has_no_argo_cd(fleet_repository: Path) -> None:
    tenants = fleet_repository / "tenants" / "production"
    for path in tenants.glob("[!_]*.yaml"):
        path.write_bytes(dump({**yaml.safe_load(path.read_bytes()), **asked(MODELS[0])}))
    done = quad(["render", "demo"], fleet_repository)
    assert done.code == 0, done.stderr
    tree = fleet_repository / "rendered" / "production"
    assert not (tree / "argocd").exists()
    assert {path.name for path in (tree / "tenants" / "demo").iterdir()} == {"compose", "overlay"}
    done = quad(["check", str(tree)], fleet_repository)
    assert done.code == 0, done.stderr


def test_the_diff_shows_what_changes_in_the_project(fleet_repository: Path) -> None:
    path = fleet_repository / "tenants" / "production" / "demo.yaml"
    said = {**yaml.safe_load(path.read_bytes()), **asked(MODELS[0])}
    path.write_bytes(dump(said))
    assert quad(["render"], fleet_repository).code == 0
    path.write_bytes(dump({**said, "displayName": "Another name"}))
    done = quad(["diff", "--against", "rendered"], fleet_repository)
    assert done.code == 0, done.stderr
    assert "ComposeFile" in done.stdout
    assert "TENANT_DISPLAY_NAME" in done.stdout
    assert "Another name" in done.stdout
