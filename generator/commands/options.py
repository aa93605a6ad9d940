"""Options that several verbs have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import rich_click as click

from generator.report import FORMATS

format_option = click.option(
    "--format",
    "layout",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="How problems are printed.",
)


require_schemas_option = click.option(
    "--require-schemas",
    is_flag=True,
    envvar="QUAD_REQUIRE_SCHEMAS",
    show_envvar=True,
    help="Fail where the schemas of custom resources are missing, as CI should.",
)


def named(_context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    """A name that may be left out, but not be empty: a variable that is not set must not mean less than was asked for."""
    if value == "":
        raise click.BadParameter("it is empty", param=parameter)
    return value or ""


def _address(_context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    from generator.workers import address  # noqa: PLC0415  # few have a cluster

    try:
        return value if value is not None and address(value) else ""
    except ValueError as error:
        raise click.BadParameter(f"{error}; it looks like dask://10.0.0.7:8786", param=parameter) from error


workers_option = click.option(
    "--workers",
    metavar="dask://HOST:PORT",
    callback=_address,
    envvar="QUAD_WORKERS",
    show_envvar=True,
    help="Let the workers of a Dask cluster run kustomize: the same bytes, sooner.",
)


verbose_option = click.option("-v", "--verbose", is_flag=True, help="List the findings that fleet.yaml waives.")


def kubectl_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--context` and `--kubeconfig`, for verbs that ask Argo CD how tenants are."""
    file = click.Path(dir_okay=False, exists=True, path_type=Path)
    command = click.option("--kubeconfig", type=file, help="The kubeconfig to use.")(command)
    help = "The context of Argo CD's own cluster, to ask it whether tenants are healthy."
    return click.option("--context", "argocd", metavar="CONTEXT", help=help)(command)
