"""Past one machine: what kustomize has to build goes in batches to the workers of a Dask cluster, and its answers come back.

Only kustomize runs elsewhere. Whatever is made of its answers is made here, so that the bytes are those of this machine alone.
Dask is imported when there is a cluster to connect to, and not before.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from generator import worker
from generator.cache import digest
from generator.diagnostics import ToolError
from generator.identity import workshop
from generator.kustomize import Answer, Builder, Overlay

SCHEME = "dask"
_BATCH = 16
"""Builds, of a quarter of a second each: what is lost with a worker is little, and what is sent for each is less."""
_LOOK = 2.0
"""After so many seconds without an answer it is looked whether anybody is left who could give it."""
_SAME = (
    "install the same Quadrangle on every worker, for the same Python: pip install --require-hashes, from one lock file"
)


def address(text: str) -> str:
    """Where the scheduler listens, as Dask says it; ValueError for anything but dask://HOST:PORT."""
    parts = urlsplit(text)
    if parts.scheme != SCHEME:
        raise ValueError(f"`{text}` is no address of a Dask scheduler")
    if not parts.hostname or not parts.port:
        raise ValueError(f"`{text}` names no host and port")
    if f"{SCHEME}://{parts.netloc}" != text.rstrip("/") or "@" in parts.netloc:
        raise ValueError(f"`{text}` says more than a host and a port")
    return f"tcp://{parts.netloc}"


@contextmanager
def connected(place: str) -> Iterator[Builder]:
    """A builder whose work is done by the cluster at dask://HOST:PORT; ToolError where there is nobody to do it."""
    before = logging.root.manager.disable
    try:
        import dask  # noqa: PLC0415  # heavy, and an extra
        from distributed import Client  # noqa: PLC0415  # as above
    except ImportError as error:
        raise ToolError("--workers needs Dask", "pip install 'quadrangle[workers]'") from error
    logging.disable()  # what goes wrong is said here, once
    try:
        patience = dask.utils.parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))
        client = _client(Client, place, patience)
        try:
            threads = _introduced(client, place, patience)
            yield _Workers(client, place, patience, 2 * threads)
        finally:
            client.close(timeout=_LOOK)
    finally:
        logging.disable(before)


def _client(make: Any, place: str, patience: float) -> Any:
    help = "start one with `dask scheduler`, or name another"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other versions: who differs is asked next
            return make(address(place), timeout=patience, set_as_default=False)
    except ImportError as error:
        raise ToolError(f"the scheduler at {place} has another Dask", _SAME) from error
    except (OSError, ValueError) as error:
        raise ToolError(f"no Dask scheduler answers at {place}", help) from error


def _introduced(client: Any, place: str, patience: float) -> int:
    """How many threads the workers have, when each has said that it is like us."""
    try:
        client.wait_for_workers(1, timeout=patience)
        found = client.run(workshop, on_error="return")
    except (OSError, ValueError) as error:
        help = f"start some with `dask worker {place.removeprefix(f'{SCHEME}://')}`"
        raise ToolError(f"the scheduler at {place} has no worker", help) from error
    strangers = [name for name, answer in sorted(found.items()) if answer != workshop()]
    if strangers:
        named = ", ".join(strangers)
        raise ToolError(f"not all workers have this Quadrangle, Python and other packages: {named}", _SAME)
    return max(1, int(client.scheduler_info(n_workers=0)["total_threads"]))


@dataclass(frozen=True, slots=True)
class _Workers:
    """A builder that sends batches to a cluster; `width` is twice its threads, so that none waits for us."""

    client: Any
    place: str
    patience: float
    width: int
    catalogues: dict[str, Any] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    @property
    def batch(self) -> int:
        return _BATCH

    def answers(self, overlays: Sequence[Overlay]) -> list[Answer]:
        """The answers of whichever worker takes the batch; where it dies, of another."""
        trees = {each.tree: [one.path for one in overlays if one.tree == each.tree] for each in overlays}
        parcels = [(_files(tree, paths), paths) for tree, paths in trees.items()]
        shared = [self._catalogue(tree) for tree in trees]
        future = self.client.submit(worker.build, workshop(), parcels, *shared, pure=False)
        name, fault, found = self._reply(future)
        if fault:
            raise ToolError(f"the worker {name} {fault}", _SAME)
        asked = [Overlay(tree, path) for tree, paths in trees.items() for path in paths]
        by_overlay = {
            each: (output, complaint.replace(worker.TREE, str(each.tree)))
            for each, (output, complaint) in zip(asked, found, strict=True)
        }
        return [by_overlay[each] for each in overlays]

    def _catalogue(self, tree: Path) -> Any:
        """The catalogue as a task's result, one for all trees that have the same: scattered data would die with a worker."""
        files = _files(tree, ["catalogue"])
        key = digest(*(part for name, raw in sorted(files.items()) for part in (name, raw)))
        with self.lock:
            if key not in self.catalogues:
                self.catalogues[key] = self.client.submit(worker.kept, files, key=f"quad-catalogue-{key}")
            return self.catalogues[key]

    def _reply(self, future: Any) -> worker.Reply:
        seen = time.monotonic()
        while True:
            try:
                reply: worker.Reply = future.result(timeout=_LOOK)
            except Exception as error:
                if not isinstance(error, TimeoutError) or future.status == "error":
                    raise self._lost(error) from error
                seen = self._looked(seen)
            else:
                return reply

    def _looked(self, seen: float) -> float:
        """When there was a worker last; ToolError where there has been none for too long."""
        found = self.client.scheduler_info(n_workers=0)
        if self.client.status != "running":
            raise self._lost(None)
        if found.get("n_workers"):
            return time.monotonic()
        if time.monotonic() - seen > self.patience:
            raise ToolError(f"no worker is left at {self.place}", "start some, or render without --workers")
        return seen

    def _lost(self, error: Exception | None) -> ToolError:
        said = type(error).__name__
        if self.client.status != "running" or "Cancelled" in said:
            return ToolError(f"the connection to the scheduler at {self.place} was lost", "see what became of it")
        if said == "KilledWorker":  # Dask tries a batch again on so many, and then suspects it
            return ToolError(
                f"Dask gave a batch up: the workers at {self.place} that had it died", "see what killed them"
            )
        return ToolError(f"the workers at {self.place} cannot build: {said}: {error}", _SAME)


def _files(tree: Path, folders: Sequence[str]) -> Mapping[str, bytes]:
    """All files below some folders of a tree."""
    found = (path for folder in folders for path in (tree / folder).rglob("*") if path.is_file())
    return {path.relative_to(tree).as_posix(): path.read_bytes() for path in found}
