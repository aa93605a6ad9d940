"""Reference closure: whatever an object names exists among the tenant's manifests, or is declared external.

Source: design, section 3, stage 6. Kustomize renames and removes objects without a word when a selector or a reference no
longer meets anything; the API server accepts the result and the pods wait for ever. An object declares what others make
for it with the annotation `quadrangle.dev/external: Secret/name ConfigMap/name`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.references import names, pods, selectors, services
from generator.rules.references.inventory import inventory
from generator.rules.violation import Context, Violation


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every name, selector, port and mount that meets nothing."""
    known = inventory(manifests)
    for part in (names, pods, selectors, services):
        yield from part.find(known)
