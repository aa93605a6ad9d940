"""What a worker of a Dask cluster does for `workers.py`: it writes the files it was sent, and asks its own kustomize.

What goes back is plain data, so that a worker of another version can at least say that it is one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.diagnostics import ToolError
from generator.identity import workshop
from generator.kustomize import Answer, Overlay, find
from generator.staging import write

TREE = "\0"
"""In complaints, where the tree lies; in no path and in nothing that a program prints."""

Files = Mapping[str, bytes]
Parcel = tuple[Files, Sequence[str]]
"""Of a tree: the files of its overlays, and which are to be built."""
Reply = tuple[str, str, list[Answer]]
"""The worker, what is wrong with it, and the answers for all parcels in their order."""


def kept(files: Files) -> Files:
    """The files of a catalogue, as the result of a task: what many batches need, and what is lost with a worker, is sent again."""
    return files


def build(ours: str, parcels: Sequence[Parcel], *catalogues: Files) -> Reply:
    """The answers for a batch; `ours` is the workshop that it is asked from, and each tree has its own catalogue."""
    from distributed import get_worker  # noqa: PLC0415  # on a worker, and nowhere else

    worker = get_worker()
    if workshop() != ours:
        return worker.address, "has another Quadrangle, Python or other packages", []
    try:
        return worker.address, "", _answers(parcels, catalogues, worker.local_directory)
    except ToolError as error:
        return worker.address, f"cannot build: {error}", []


def _answers(parcels: Sequence[Parcel], catalogues: Sequence[Files], scratch: str) -> list[Answer]:
    """In a folder that goes with the batch; what a killed worker leaves, Dask removes with the worker's own folder."""
    kustomize = find()
    answers: list[Answer] = []
    with tempfile.TemporaryDirectory(prefix="quad-batch-", dir=scratch) as folder:
        for number, ((files, paths), catalogue) in enumerate(zip(parcels, catalogues, strict=True)):
            tree = Path(folder).resolve() / str(number)
            write(tree, catalogue)
            write(tree, files)
            found = kustomize.answers([Overlay(tree, path) for path in paths])
            answers += [(output, complaint.replace(str(tree), TREE)) for output, complaint in found]
    return answers
