"""`quad render` in this process, on a cache folder of a test's own; kustomize runs once for the same input."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from pathlib import Path
from unittest.mock import patch

from generator import cli, kustomize
from tests.publishing import Remembering
from tests.running import Done

TREES = ("production", "staging")


def render(root: Path, cache: Path, *arguments: str) -> Done:
    """What `quad render` says, without what differs by chance: how long it took, and where a traceback lies."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.dict("os.environ", {"QUAD_CACHE_DIR": str(cache), "NO_COLOR": "1"}),
        patch.object(sys, "argv", ["quad", "-C", str(root), "render", *arguments]),
        patch("generator.hydrate.Installed", lambda: Remembering(kustomize.find().kubectl)),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = cli._run()
    said = re.sub(r"quad-\w+\.traceback", "quad-.traceback", re.sub(r"\d+\.\d s", "- s", err.getvalue()))
    return Done(code, out.getvalue(), said)


def trees(output: Path) -> dict[str, bytes | None]:
    """Every file below the folder with its bytes, and every folder."""
    found = sorted(output.rglob("*")) if output.is_dir() else []
    return {path.relative_to(output).as_posix(): path.read_bytes() if path.is_file() else None for path in found}


def is_unchanged(done: Done) -> bool:
    return done.code == 0 and done.stderr.endswith("(unchanged)\n")
