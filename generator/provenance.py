"""Where a rendered tree comes from: the source commit, read and copied out by git's plumbing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from generator import git
from generator.census import WholeFleetError
from generator.diagnostics import Diagnostic, Span, ToolError
from generator.identity import INPUT
from generator.ledger import Source, parse_commit
from generator.model import Entry
from generator.staging import write

_LINK, _FILES = "120000", ("100644", "100755")


def head(root: Path) -> Source:
    """The commit that is checked out."""
    git.folder(root)  # says so where there is no repository at all
    commit = git.resolve(root, "HEAD")
    if commit is None:
        raise ToolError("the repository has no commit yet", "commit tenants/, overlays/ and schemas/, then publish")
    return source(root, commit)


def source(root: Path, commit: str) -> Source:
    """What the commit says of itself."""
    return Source(commit, parse_commit(git.blobs(root, [commit])[commit]), git.prefix(root))


def uncommitted(root: Path, source: Source) -> list[Diagnostic]:
    """Each file of the input that is not as the source commit has it: what is published would not be what lies here."""
    return [
        Diagnostic(
            "uncommitted-change",
            f"the file is not as commit {source.id[:12]} has it",
            Span(path.removeprefix(source.prefix)),
            help="commit it or put it aside (`git stash`); what is published comes from a commit",
        )
        for path in git.uncommitted(root, INPUT)
    ]


def fleet_at(root: Path, source: Source) -> Mapping[str, Any]:
    """What fleet.yaml says at the source commit; it has been judged when that commit was published."""
    from generator.source import parse  # noqa: PLC0415  # slow to import, and seldom needed

    path = f"{source.prefix}tenants/fleet.yaml"
    name = f"{source.id}:{path}"
    document = parse(path, git.blobs(root, [name])[name])[0]
    if document is None or not isinstance(document.data, dict) or not {"git", "environments"} <= document.data.keys():
        raise ToolError(f"{path} of commit {source.id[:12]} is no fleet", "`quad validate` says what is wrong with it")
    return document.data


def input_entries(root: Path, source: Source) -> dict[str, Entry]:
    """The files of the input at the source commit."""
    found = git.files(root, source.id, source.prefix.rstrip("/"))
    return {path: entry for path, entry in found.items() if path.split("/")[0] in INPUT}


def said(entry: Entry) -> str:
    """The blob id of a plain file, and more than that of anything else."""
    return entry.id if entry.mode in _FILES else f"{entry.mode} {entry.id}"


def export(
    root: Path,
    source: Source,
    folder: Path,
    wanted: Callable[[str], bool] = lambda path: True,  # noqa: ARG005
) -> None:
    """Copy the input at the source commit into the folder, or those paths of it that are wanted: byte for byte, links as links."""
    entries = {path: entry for path, entry in input_entries(root, source).items() if wanted(path)}
    if strange := [path for path in entries if {"", ".", "..", ".git"} & set(path.split("/"))]:
        raise ToolError(f"commit {source.id[:12]} holds a path that no checkout has: {strange[0]}")
    raw = git.blobs(root, (entry.id for entry in entries.values() if entry.mode in (_LINK, *_FILES)))
    write(folder, {path: raw[entry.id] for path, entry in entries.items() if entry.mode in _FILES})
    _link(folder, {path: entry for path, entry in entries.items() if entry.mode == _LINK}, raw)


def contents(root: Path, source: Source, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The wanted files of the input at the source commit, by path; WholeFleetError where something is no plain file."""
    found = {
        path: entry
        for path, entry in git.files(root, source.id, source.prefix.rstrip("/")).items()
        if path.split("/")[0] in INPUT and wanted(path)
    }
    strange = any({"", ".", "..", ".git"} & set(path.split("/")) for path in found)
    if strange or any(entry.mode not in _FILES for entry in found.values()):
        raise WholeFleetError
    raw = git.blobs(root, (entry.id for entry in found.values()))
    return {path: raw[entry.id] for path, entry in found.items()}


def _link(folder: Path, links: Mapping[str, Entry], raw: Mapping[str, bytes]) -> None:
    for path, entry in links.items():
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).symlink_to(os.fsdecode(raw[entry.id]))
        except (OSError, ValueError) as error:
            raise ToolError(f"the link {path} of the commit cannot be made: {error}") from error
