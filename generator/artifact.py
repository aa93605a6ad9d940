"""What a run of a pull request's own code has left, taken as hostile: plain files of known names and bounded sizes, in memory."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

from generator import github
from generator.diagnostics import ToolError
from generator.github import Client

MOST_ARCHIVE = 64 * 1024 * 1024
MOST_FILE = 16 * 1024 * 1024
_ENCRYPTED = 0x1
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what GitHub makes; others may ask for gigabytes of memory


def fetch(client: Client, repository: str, run: int, name: str, files: Sequence[str]) -> dict[str, bytes] | None:
    """The files out of the newest artifact of that name and run; None where the run has none."""
    found = github.get(client, f"/repos/{repository}/actions/runs/{run}/artifacts", {"name": name, "per_page": "100"})
    listed = found.get("artifacts") if isinstance(found, dict) else None
    usable = [item for item in listed or [] if isinstance(item, dict) and _usable(item, run, name)]
    if not usable:
        return None
    newest = max(usable, key=lambda item: int(item["id"]))
    if newest["size_in_bytes"] > MOST_ARCHIVE:
        raise refused(f"it has {newest['size_in_bytes']:,} bytes, more than {MOST_ARCHIVE:,}")
    archive = github.download(client, f"/repos/{repository}/actions/artifacts/{newest['id']}/zip", MOST_ARCHIVE)
    return unpack(archive, files)


def unpack(archive: bytes, files: Sequence[str]) -> dict[str, bytes]:
    """The bytes of these members. Whatever else the archive holds is not looked at, and nothing is written."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return {name: _member(opened, name) for name in files}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise refused("it cannot be unpacked") from error


def refused(why: str) -> ToolError:
    """The artifact is not what our workflow makes."""
    return ToolError(f"the artifact is refused: {why}", "look at the run that made it before anything else")


def _usable(item: dict[str, Any], run: int, name: str) -> bool:
    own = isinstance(item.get("workflow_run"), dict) and item["workflow_run"].get("id") == run
    sized = isinstance(item.get("id"), int) and isinstance(item.get("size_in_bytes"), int)
    return own and sized and item.get("name") == name and item.get("expired") is False


def _member(opened: zipfile.ZipFile, name: str) -> bytes:
    """One regular file, read no further than its bound whatever its header says."""
    found = [info for info in opened.infolist() if info.filename == name]
    if len(found) != 1:
        raise refused(f"it holds `{name}` {len(found)} times")
    mode = found[0].external_attr >> 16
    if found[0].flag_bits & _ENCRYPTED or (stat.S_IFMT(mode) and not stat.S_ISREG(mode)):
        raise refused(f"`{name}` is no plain file")
    if found[0].compress_type not in _COMPRESSIONS:
        raise refused(f"`{name}` is compressed in a way that GitHub does not use")
    with opened.open(found[0]) as member:
        raw = member.read(MOST_FILE + 1)
    if len(raw) > MOST_FILE:
        raise refused(f"`{name}` has more than {MOST_FILE:,} bytes")
    return raw
