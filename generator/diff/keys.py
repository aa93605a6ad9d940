"""How the items of a list are told apart: Kubernetes' merge keys by the list's name, else a `name` that is unique."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# patchMergeKey and x-kubernetes-list-map-keys of the lists that pods, Services and the operators' resources have. The name of
# the field is enough: a pod template is the same below a Deployment, a Rollout and a Job.
_KEYS: dict[str, tuple[str, ...]] = {
    "ports": ("containerPort", "port"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "conditions": ("type",),
    "ownerReferences": ("uid",),
    "items": ("key",),
    "data": ("secretKey",),
}
_USUAL = ("name",)


def key_of(field: str, before: Sequence[Any], after: Sequence[Any]) -> str | None:
    """The field that names the items of both lists; None where they are matched by their place."""
    for key in (*_KEYS.get(field, ()), *_USUAL):
        if _named(before, key) and _named(after, key):
            return None if _order_counts(field, key, before, after) else key
    return None


def _named(items: Sequence[Any], key: str) -> bool:
    """Whether each item is a map whose key has a value of its own."""
    values = [item.get(key) if isinstance(item, dict) else None for item in items]
    told = all(isinstance(value, str | int) and not isinstance(value, bool) for value in values)
    return told and len(set(values)) == len(values)


def _order_counts(field: str, key: str, before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Whether the list was put into another order and the order means something.

    Init containers run one after the other, and `$(NAME)` in a variable reads those above it.
    """
    if field not in ("initContainers", "env"):
        return False
    old, new = [item[key] for item in before], [item[key] for item in after]
    if [name for name in old if name in new] == [name for name in new if name in old]:
        return False
    return field == "initContainers" or any("$(" in str(item.get("value", "")) for item in (*before, *after))
