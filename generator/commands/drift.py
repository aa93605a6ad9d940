"""`quad drift`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import rich_click as click

from generator import kustomize, trees
from generator.drift.compare import Comparison, compare
from generator.drift.expected import Expected, expected, files_of
from generator.kubectl import IN_CLUSTER, Kubectl, Object, by_server, kind_of, no_context
from generator.model import Progress
from generator.report.drift import drift_json, drift_text
from generator.snapshot import Snapshot
from generator.terminal import count, print_state, progress, repository, unknown

_AT_ONCE = 8


@click.command("drift")
@click.argument("tenants", nargs=-1)
@click.option("-e", "--environment", "environments", multiple=True, help="Only this environment; may be repeated.")
@click.option(
    "--tree", type=click.Path(path_type=Path), help="A rendered tree, or a folder with one for each environment."
)
@click.option("--branch", "branches", multiple=True, help="A branch or commit that holds a rendered tree.")
@click.option(
    "--kubeconfig", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="The kubeconfig to use."
)
@click.option(
    "--context", "chosen", help="The context to use for every tenant.  [default: the one with the cluster's server]"
)
@click.option(
    "--argocd-context", help="The context of Argo CD's own cluster, to compare Applications and AppProjects too."
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 where there is drift.")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def command(
    context: click.Context,
    tenants: tuple[str, ...],
    environments: tuple[str, ...],
    tree: Path | None,
    branches: tuple[str, ...],
    kubeconfig: Path | None,
    chosen: str | None,
    argocd_context: str | None,
    exit_code: bool,
    layout: str,
) -> int:
    """Compare what is rendered with what lives in the clusters, by kubectl, reading only.

    Compared are the fields that git sets, and namespaces; an Application's `ignoreDifferences` are honoured. Without --tree or
    --branch it is the local branch rendered/<environment>, else that of `origin`, else the folder in rendered/.

    \b
    Examples:
      quad drift
      quad drift acme --context eu-1
      quad drift --environment production --exit-code --format json
      quad drift --tree rendered/staging --kubeconfig ./kubeconfig
    """
    root = repository(context)
    if tree and branches:
        raise click.UsageError("--tree and --branch name two trees; name one")
    wanted = _wanted(_trees(root, tree, branches, environments), tenants)
    reader = Kubectl(kustomize.find().kubectl, kubeconfig)
    places = _contexts(reader, wanted, chosen)
    with progress("comparing") as bar:
        found = _compared(reader, wanted, places, argocd_context, bar)
    click.echo(drift_json(found) if layout == "json" else drift_text(found), nl=False)
    for note in sorted({note for one in found for note in one.notes}):
        print_state([], f"note: {note}")
    return _closing(found, exit_code)


def _closing(found: Sequence[Comparison], exit_code: bool) -> int:
    objects = sum(len(one.expected.objects) for one in found)
    drifted = [one for one in found if one.drifted]
    what = f"{count(len(found), 'tenant')}, {count(objects, 'object')}"
    if not drifted:
        print_state([], f"no drift: {what}")
        return 0
    differ = sum(len(one.drifted) for one in drifted)
    print_state([], f"drift: {count(differ, 'object')} of {count(len(drifted), 'tenant')}, of {what} compared")
    return int(exit_code)


def _trees(root: Path, tree: Path | None, branches: Sequence[str], environments: Sequence[str]) -> list[Snapshot]:
    if tree:
        found = trees.of_place(tree)
    elif branches:
        found = [trees.of_revision(root, branch) for branch in branches]
    else:
        found = trees.published(root, environments)
    chosen = [one for one in found if not environments or one.environment in environments]
    if not chosen:
        names = [one.environment for one in found]
        message = (
            unknown("environment", environments[0], names) if environments and names else "there is no rendered tree"
        )
        raise click.UsageError(f"{message}; `quad render` makes them, `git fetch` brings their branches")
    for one in chosen:
        print_state([], f"git: {one.where}")
    return chosen


def _wanted(snapshots: Sequence[Snapshot], only: Sequence[str]) -> list[Expected]:
    found: list[Expected] = []
    names: set[str] = set()
    for snapshot in snapshots:
        names |= set(files_of(snapshot.ids, ()))
        files = files_of(snapshot.ids, only)
        raw = snapshot.read([path for pair in files.values() for path in pair])
        found += [expected(name, snapshot.environment, raw[one], raw[two]) for name, (one, two) in files.items()]
    for name in only:
        if name not in names:
            raise click.UsageError(unknown("tenant", name, sorted(names)))
    return found


def _contexts(reader: Kubectl, wanted: Sequence[Expected], chosen: str | None) -> dict[str, str]:
    """The context for each server; guessing one would compare a tenant with the wrong cluster."""
    servers = sorted({tenant.server for tenant in wanted})
    if chosen is not None:
        if len(servers) > 1:
            raise click.UsageError(
                f"--context names one cluster, and the tenants are on {len(servers)}: {', '.join(servers)}; name tenants of one"
            )
        return dict.fromkeys(servers, chosen)
    contexts = reader.contexts()
    known = by_server(contexts)
    if not contexts and os.environ.get("KUBERNETES_SERVICE_HOST"):
        known[IN_CLUSTER] = ""  # a pod: kubectl uses its ServiceAccount
    elif len(contexts) == 1:
        known.setdefault(IN_CLUSTER, *contexts)  # Argo CD's own name for its cluster, which no kubeconfig has
    for server in servers:
        if server.rstrip("/") not in known:
            raise no_context(server, "name one with --context, or a kubeconfig with --kubeconfig")
    return {server: known[server.rstrip("/")] for server in servers}


def _compared(
    reader: Kubectl, wanted: Sequence[Expected], places: dict[str, str], argocd: str | None, bar: Progress
) -> list[Comparison]:
    bar.start(len(wanted))

    def one(tenant: Expected) -> Comparison:
        context = places[tenant.server]
        hub = argocd if argocd is not None else context if tenant.server == IN_CLUSTER else None
        done = compare(tenant if hub is not None else _without_argocd(tenant), _live(reader, tenant, context, hub))
        bar.advance()
        return done

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        try:
            return list(pool.map(one, wanted))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _without_argocd(tenant: Expected) -> Expected:
    return replace(tenant, argocd=())


def _live(reader: Kubectl, tenant: Expected, context: str, hub: str | None) -> list[Object]:
    """The namespace itself, all objects in it of the kinds that the tree has, and the tenant's objects of Argo CD."""
    single = [body for body in tenant.objects if "namespace" not in body["metadata"]]
    kinds = {kind_of(body) for body in tenant.objects if "namespace" in body["metadata"]}
    live = reader.listed(context, tenant.namespace, sorted(kinds, key=str))
    if single:
        live += reader.named(context, tenant.namespace, [(kind_of(body), body["metadata"]["name"]) for body in single])
    if hub is not None and tenant.argocd:
        names = [(kind_of(body), body["metadata"]["name"]) for body in tenant.argocd]
        live += reader.named(hub, tenant.argocd[0]["metadata"]["namespace"], names)
    return live
