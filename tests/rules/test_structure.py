"""What the fast verdict says of a manifest is what the library finds: of the museum's objects, and of those changed anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.crds import read_crds
from generator.manifest_loader import ManifestLoader
from generator.rules import Context
from generator.rules.custom_resource import custom_schema
from generator.rules.kubernetes_schema import builtin_schema
from generator.rules.structure import Structure, structure_of, validator_of
from tests.mutations import mutated

FOLDER = Path(__file__).parent
KUBERNETES = "1.34"


def schema_of(manifest: dict[str, Any], crds: Path) -> Any:
    name, kind = manifest["apiVersion"], manifest["kind"]
    custom = read_crds(crds, {(name.rpartition("/")[0], kind)})
    return builtin_schema(KUBERNETES, name, kind) or custom_schema(Context(custom), KUBERNETES, name, kind)


def objects() -> list[tuple[Structure, dict[str, Any]]]:
    """The museum's objects of kinds that have a schema, one list for a kind and case."""
    found = []
    known: dict[str, Structure] = {}
    for path in sorted(FOLDER.glob("*/*/manifests.yaml")):
        for manifest in yaml.load_all(path.read_bytes(), Loader=ManifestLoader):
            if not isinstance(manifest, dict) or not {"apiVersion", "kind"} <= manifest.keys():
                continue
            schema = schema_of(manifest, path.parent)
            if schema is not None:
                found.append((known.setdefault(repr(id(schema)), structure_of(schema)), manifest))
    return found


OBJECTS = objects()


def fits(structure: Structure, manifest: Any) -> bool:
    """Whether the library finds nothing."""
    return next(iter(validator_of(structure.schema).iter_errors(manifest)), None) is None


def test_the_museum_is_judged_alike() -> None:
    """A no to what fits costs time alone: only the CRD that is made of rare keywords may get one."""
    wrong = [each for each in OBJECTS if each[0].fits(each[1]) != fits(*each)]
    assert {(manifest["kind"], fits(structure, manifest)) for structure, manifest in wrong} == {("Widget", True)}
    assert {manifest["kind"] for _, manifest in OBJECTS} >= {"Deployment", "Service", "ConfigMap"}
    assert len({structure.fits(manifest) for structure, manifest in OBJECTS}) == 2


@settings(max_examples=1000)
@given(st.data())
def test_a_change_anywhere_is_judged_alike(data: st.DataObject) -> None:
    structure, manifest = data.draw(st.sampled_from(OBJECTS))
    changed = data.draw(mutated(manifest))
    assert fits(structure, changed) or not structure.fits(changed)
