"""Rendered trees made up in memory, for tests that need hundreds of tenants and no kustomize."""

from __future__ import annotations

from collections.abc import Mapping

from generator.snapshot import Snapshot, blob_id


def snapshot(files: Mapping[str, bytes | str], where: str = "a tree", environment: str = "production") -> Snapshot:
    """The files as a tree."""
    raw = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    ids = {path: blob_id(content) for path, content in raw.items()}
    return Snapshot(environment, where, ids, lambda paths: {path: raw[path] for path in paths})


def tenant_tree(manifests: str, name: str = "acme", **spec: str) -> dict[str, str]:
    """The files of one tenant: its resolved spec and its manifests."""
    known = {"name": name, "namespace": f"moodle-{name}", "host": f"{name}.example.org", "ring": "broad", **spec}
    lines = "".join(f'  {key}: "{value}"\n' for key, value in sorted(known.items()))
    overlay = f"apiVersion: quadrangle.dev/v1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec:\n{lines}"
    return {f"tenants/{name}/overlay/tenant.yaml": overlay, f"tenants/{name}/manifests/manifests.yaml": manifests}
