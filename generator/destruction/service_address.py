"""A Service that clients find no more where they look for it.

Source: Kubernetes, "Service": a cluster IP is given once; the type ExternalName and headless Services have none; the address
of a load balancer goes with the type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.changes import ABSENT, TenantChange
from generator.destruction.loss import Context, Loss, Object, both, kind_of, loss
from generator.rules.walk import at

_WHY = {
    "spec.clusterIP": "the cluster IP of a Service cannot change: the change is refused, or its clients lose it",
    "spec.clusterIPs": "the cluster IPs of a Service cannot change: the change is refused, or its clients lose them",
    "spec.type": "the Service gives up its address: what resolved it, or DNS that points to it, reaches nothing",
    "spec.loadBalancerClass": "the class of a load balancer cannot change while the Service is one: the change is refused",
    "spec.loadBalancerIP": "the load balancer moves to another address, and DNS still points to the old one",
}
_PROCEED = "make a second Service, move its clients over, and remove the old one in a later change"
_KEEPS_ADDRESS = {
    ("ClusterIP", "NodePort"),
    ("ClusterIP", "LoadBalancer"),
    ("NodePort", "LoadBalancer"),
    ("NodePort", "ClusterIP"),
}


def find(change: TenantChange, _: Context) -> Iterator[Loss]:
    """Every Service whose address or kind of address changes; one that had none said keeps what it was given."""
    for each, before, after in both(change):
        if kind_of(each) != ("", "Service"):
            continue
        types = _type(before), _type(after)
        if types[0] != types[1] and types not in _KEEPS_ADDRESS:
            yield loss(each, "spec.type", *types, _WHY["spec.type"], _PROCEED)
            continue
        for field in ("clusterIP", "clusterIPs", "loadBalancerClass", "loadBalancerIP"):
            old, new = _said(before, field), _said(after, field)
            if old != new and not _left_alone(field, old, new):
                yield loss(each, f"spec.{field}", old, new, _WHY[f"spec.{field}"], _PROCEED)


def _type(body: Object) -> str:
    return str(at(body, "spec", "type") or "ClusterIP")


def _said(body: Object, field: str) -> Any:
    found = at(body, "spec", field)
    return ABSENT if found in (None, "", []) else found


def _left_alone(field: str, old: Any, new: Any) -> bool:
    """An address that is no longer said is kept by the API server; one that is said at last may be the one it has, but `None`."""
    if field == "loadBalancerClass":
        return False
    return (new is ABSENT and old not in ("None", ["None"])) or (old is ABSENT and new not in ("None", ["None"]))
