"""Where a tenant's Application lies, and by which root it is listed. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from generator.model import Catalogue, Tenant


def application_of(fleet: Mapping[str, Any], tenant: Tenant, catalogue: Catalogue) -> str:
    """The file of the tenant's Application in its environment's tree, empty for a Compose project; `fleet` is fleet.yaml's data."""
    if tenant.spec["model"] in catalogue.composing:
        return ""
    shard = shard_of(tenant.name, fleet["argocd"]["shards"])
    return f"argocd/{tenant.spec['cluster']}/{shard}/{tenant.name}.yaml"


def shard_of(name: str, shards: int) -> str:
    """Which root a tenant's Application hangs on: the same for the same name, however many tenants there are."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % shards
    return f"{number:02d}"
