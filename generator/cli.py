"""`quad`: parse, call, report, exit. The only boundary where an exception becomes a message and an exit code."""

from __future__ import annotations

import sys

from generator import __version__

# The first sentence of each command's own help, said again here so that `quad --help` loads none of them.
COMMANDS = {
    "artifact": "Fetch some files of an artifact that a pull request's run has left on GitHub, taking it for hostile.",
    "cache": "Show, merge or clear what runs have kept for the next ones.",
    "catalogue": "List models, features and states, or the knobs of one of them.",
    "check": "Hold a rendered tree against the rules, without rendering: rendered/, a branch, or any folder of manifests.",
    "comment": "Write a review to its pull request on GitHub: one comment, updated in place.",
    "diff": "Show what the fleet of the working tree changes: objects and fields, the same change of many tenants once.",
    "drift": "Compare what is rendered with what lives in the clusters, by kubectl, reading only.",
    "init": "Make a new fleet repository: catalogue, schemas, one tenant in each of two environments, and workflows for GitHub.",
    "publish": "Publish the commit that is checked out: one commit for each environment, on its rendered branch.",
    "render": "Compile the fleet into rendered/<environment>/: overlays, manifests and Argo CD Applications.",
    "ring": "Pin rings to an older catalogue, so that a change of the platform goes ring by ring.",
    "rollback": "Put a rendered branch back to how it was, by a new commit; no history is lost.",
    "schema": "Write what is generated from the schemas: schemas/*.schema.json for editors, and the knob tables of the READMEs.",
    "show": "Print the resolved tenant: every value after all layers, defaults and derived values.",
    "tenant": "Make tenant files.",
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
    import click  # noqa: PLC0415  # see main

    from generator.diagnostics import ToolError  # noqa: PLC0415  # as above

    try:
        from generator.commands import quad  # noqa: PLC0415  # as above

        code = quad.main(prog_name="quad", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
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
    return code if isinstance(code, int) else 0


def _fail(message: str, help: str = "") -> None:
    from generator.terminal import fail  # noqa: PLC0415  # see main

    fail(message, help)


def _saved(text: str) -> str:
    import tempfile  # noqa: PLC0415  # see main

    with tempfile.NamedTemporaryFile("w", prefix="quad-", suffix=".traceback", delete=False, encoding="utf-8") as file:
        file.write(text)
    return file.name
