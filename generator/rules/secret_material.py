"""No secret material in manifests: everyone who reads the rendered branch reads them.

Source: design, section 8: secrets are references only. The shapes are those that `tenants/` is searched for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.pods import templates
from generator.rules.violation import Context, Violation
from generator.rules.walk import everything, items, mapping
from generator.secrets import REFERENCE, SECRET_KEY, looks_random, shape_of
from generator.source import Path

_FILLED_LATER = re.compile(r"\$\([A-Za-z_]\w*\)|\$\{[A-Za-z_]\w*\}|\{\{.*?\}\}")
"""References that the kubelet, a shell or External Secrets put a value in place of: `$(NAME)`, `${NAME}`, `{{ .name }}`."""

_HELP = "put it into the secret store and refer to it; then change it, git has already seen it"


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every Secret with content, and every value that looks like one; the value is never repeated."""
    for manifest in manifests:
        if (manifest.group, manifest.kind) == ("", "Secret"):
            yield from _secret(manifest)
            continue
        for path, value in everything(manifest.object):
            found = _shape(value) if isinstance(value, str) else ""
            if found:
                yield Violation(manifest, path, f"the value looks like {found}", _HELP)
        if (manifest.group, manifest.kind) == ("", "ConfigMap"):
            yield from _config_map(manifest)
    yield from _environment(manifests)


def _secret(manifest: Manifest) -> Iterator[Violation]:
    for field in ("data", "stringData"):
        if manifest.object.get(field):
            message = "a Secret with content is in the manifests"
            yield Violation(manifest, (field,), message, "use an ExternalSecret; content never goes through git")


def _config_map(manifest: Manifest) -> Iterator[Violation]:
    for key, value in mapping(manifest.object.get("data")).items():
        if _named_like_one(key, value):
            yield Violation(manifest, ("data", key), "the value looks like a secret", _HELP)


def _environment(manifests: Sequence[Manifest]) -> Iterator[Violation]:
    for template in templates(manifests):
        for container in template.containers:
            for index, variable in enumerate(items(container.body.get("env"))):
                if _named_like_one(str(variable.get("name", "")), variable.get("value")):
                    path: Path = (*container.path, "env", index, "value")
                    yield Violation(template.manifest, path, "the value looks like a secret", _HELP)


def _shape(value: str) -> str:
    return shape_of(_FILLED_LATER.sub("", value))


def _named_like_one(key: str, value: object) -> bool:
    """Whether the key says `secret` and the value is more than the name of a property or a file."""
    value = _FILLED_LATER.sub("", value) if isinstance(value, str) else ""
    if not value or not SECRET_KEY.search(key) or _shape(value):
        return False
    return not REFERENCE.fullmatch(value.removeprefix("/")) or looks_random(value)
