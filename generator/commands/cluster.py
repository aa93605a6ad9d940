"""`quad check --cluster`: a live cluster held against what its tenants need."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from generator import kustomize
from generator.diagnostics import has_errors
from generator.kubectl import Kubectl
from generator.model import Repository
from generator.pipeline import read
from generator.prerequisites import lacks, wanted
from generator.probing import ask
from generator.terminal import count, print_diagnostics, print_state, unknown


def check_cluster(root: Path, context: str, kubeconfig: Path | None, layout: str) -> int:
    """Say what the cluster of the context lacks for the fleet's tenants there."""
    fleet = read(root)
    if has_errors(fleet.problems):
        print_diagnostics(fleet.problems, layout)
        print_state(fleet.problems, "")
        return 1
    reader = Kubectl(kustomize.find().kubectl, kubeconfig)
    name = _named(fleet.repository, context, reader.contexts())
    want = wanted(fleet.repository, fleet.tenants, name)
    problems = lacks(want, ask(reader, context, want))
    print_diagnostics(problems, layout)
    for component in want.unneeded:
        print_state([], f"note: no tenant on cluster `{name}` needs `{component}` of its platform")
    asked = f"{count(len(want.kinds), 'kind')}, {count(len(want.objects), 'object')}"
    print_state(problems, f"cluster `{name}` has what its tenants need: {asked}")
    return int(has_errors(problems))


def _named(repository: Repository, context: str, contexts: dict[str, str]) -> str:
    """The fleet's cluster that the context is for: the one of its server; of its name, where that says nothing."""
    assert repository.fleet is not None
    if context not in contexts:
        raise click.UsageError(unknown("context", context, sorted(contexts)))
    clusters = repository.fleet.data["clusters"]
    server = contexts[context].rstrip("/")
    found = [name for name, each in clusters.items() if each["server"].rstrip("/") == server] or list(clusters)
    if len(found) == 1 and clusters[found[0]]["server"].rstrip("/") == server:
        return str(found[0])
    if context not in found:
        message = f"no cluster in tenants/fleet.yaml has the server {contexts[context]} of context `{context}`"
        raise click.UsageError(f"{message}, or it is not the only one; name the context like the cluster")
    return context
