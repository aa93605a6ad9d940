"""`quad`: parse, call, report, exit. The only boundary where an exception becomes a message and an exit code."""

from __future__ import annotations

import os
import sys

from generator import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# The first sentence of each command's own help, said again here so that `quad --help` loads none of them.
COMMANDS = {
    "artifact": "Fetch some files of an artifact that a pull request's run has left on GitHub, taking it for hostile.",
    "cache": "Show, merge or clear what runs have kept for the next ones.",
    "catalogue": "List models, databases, caches, features, states and the platform, or the knobs of one of them.",
    "check": "Hold a rendered tree against the rules, without rendering: rendered/, a branch, or any folder of manifests.",
    "comment": "Write a review to its pull request on GitHub: one comment, updated in place.",
    "diff": "Show what the fleet of the working tree changes: objects and fields, the same change of many tenants once.",
    "drill": "Restore the newest backup of a tenant beside it, once: the field `drill` in its file, comments kept.",
    "drift": "Compare what is rendered with what lives in the clusters, by kubectl, reading only.",
    "init": "Make a new fleet repository: catalogue, schemas, one tenant in each of two environments, and workflows for GitHub.",
    "passport": "Take in the passports of releases' images.",
    "plugin": "Begin plugins for Moodle and extensions for PHP, each with tests that pass.",
    "propose": "Push what the working tree changes as a branch, and open its pull request on GitHub.",
    "publish": "Publish the commit that is checked out: one commit for each environment, on its rendered branch.",
    "readiness": "Report which tenants can go to a release, which way, and what is in the way of the others.",
    "render": "Compile the fleet into rendered/<environment>/: overlays, manifests and Argo CD Applications.",
    "restore": "Send a tenant back to a point in time: `restore` in its file, comments kept; the next sync does it, once.",
    "ring": "Pin, freeze and advance rings, so that a change of the platform or a release goes ring by ring.",
    "rollback": "Put a rendered branch back to how it was, by a new commit; no history is lost.",
    "schema": "Write what is generated from the schemas: JSON Schemas for editors, the catalogue's pages, tables of knobs.",
    "show": "Print the resolved tenant: every value after all layers, defaults and derived values.",
    "tenant": "Make tenant files.",
    "upgrade": "Move tenants to another release: `release.version` and `release.from` in their files, comments kept.",
    "validate": "Report every problem of every tenant, the fleet and the catalogue; write nothing.",
    "verify-branch": "Say whether the rendered branches are what their trailers say: nothing edited by hand, nothing forged.",
    "why": "Say why a value of a tenant has its value: who set it, who was overruled, and which manifests it reaches.",
}


def main() -> None:
    """Run the command line and exit. What it needs is imported when it is needed: `quad --version` costs what Python costs.

    0 fine, 1 problems in the input, 2 wrong command line, 3 a tool failed or we have a bug, 130 interrupted.
    """
    if sys.argv[1:] == ["--version"]:
        print(f"quad, version {__version__}")
        sys.exit(0)
    sys.exit(_run())


def _run() -> int:
    from generator.diagnostics import ToolError  # noqa: PLC0415  # see main

    try:
        code = _plainly(sys.argv[1:])
        return _by_click() if code is None else code
    except KeyboardInterrupt:
        _fail("interrupted; every tree is whole, the old one or the new")
        return 130
    except ToolError as error:
        _fail(str(error), error.help)
        return 3
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception:  # noqa: BLE001  # the boundary: whatever else comes here is our bug
        import traceback  # noqa: PLC0415  # as above

        _fail("this is a bug in quad", f"please report it with the traceback in {_saved(traceback.format_exc())}")
        return 3


def _by_click() -> int:
    import click  # noqa: PLC0415  # see main

    from generator.commands.group import quad  # noqa: PLC0415  # as above

    try:
        code = quad.main(prog_name="quad", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


PLAIN = ("diff", "publish", "validate")
"""Verbs that, with nothing else on the command line, are run without click, which takes longer to load than some of them to run."""


def _plainly(arguments: Sequence[str]) -> int | None:
    """The exit code of a verb that stands alone, or behind the folder of a fleet; None for click to see to it."""
    *where, verb = arguments or [""]
    named = where[1] if len(where) == 2 and where[0] in ("-C", "--repo") else None  # noqa: PLR2004  # the option and its value
    if (
        verb not in PLAIN
        or (where and named is None)
        or any(name in os.environ for name in ("QUAD_WORKERS", "_QUAD_COMPLETE"))
    ):
        return None
    from generator.terminal import repository_at  # noqa: PLC0415  # see main

    root = repository_at(named)
    if root is None:
        return None
    import importlib  # noqa: PLC0415  # see main

    try:
        return int(importlib.import_module(f"generator.verbs.{verb}").run(root))
    except KeyboardInterrupt:
        print(file=sys.stderr)  # behind the ^C, as click does
        raise
    except BrokenPipeError:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # Python flushes them once more
        return 1


def _fail(message: str, help: str = "") -> None:
    from generator.terminal import fail  # noqa: PLC0415  # see main

    fail(message, help)


def _saved(text: str) -> str:
    import tempfile  # noqa: PLC0415  # see main

    with tempfile.NamedTemporaryFile("w", prefix="quad-", suffix=".traceback", delete=False, encoding="utf-8") as file:
        file.write(text)
    return file.name
