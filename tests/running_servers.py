"""nginx and PHP-FPM with the catalogue's own configuration, for tests; only addresses, paths and ports are the test's."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.programs import path_of

NGINX, FPM = path_of("nginx"), path_of("php-fpm")
FEATURES = ROOT / "overlays" / "features"


@dataclass(frozen=True)
class Server:
    """A running nginx: the port it was told to listen on instead of each of the configuration's, and its log."""

    ports: Mapping[int, int]
    log: Path

    def get(self, path: str, headers: dict[str, str], port: int = 8080) -> tuple[int, dict[str, str], str]:
        """Status, headers and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[port], timeout=20)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

    def logged(self, count: int) -> list[dict[str, Any]]:
        """The lines of the access log, once there are so many."""
        for _ in range(100):
            lines = self.log.read_text().splitlines()
            if len(lines) >= count:
                return [json.loads(line) for line in lines]
            time.sleep(0.05)
        raise AssertionError(f"nginx logged {self.log.read_text()!r}")


def config_of(feature: str, example: str, name: str) -> dict[str, str]:
    """The data of a ConfigMap in the golden of an example."""
    golden = FEATURES / feature / "examples" / f"{example}.golden.yaml"
    for item in yaml.safe_load_all(golden.read_text()):
        if item["kind"] == "ConfigMap" and item["metadata"]["name"].startswith(name):
            data: dict[str, str] = item["data"]
            return data
    raise AssertionError(f"{golden} has no ConfigMap {name}")


def free_port() -> int:
    """A port of the loopback address that nobody has at this moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def write_files(folder: Path, files: Mapping[str, str], moved: Mapping[str, str]) -> None:
    """The files in the folder, with the paths of a pod replaced."""
    for name, text in files.items():
        (folder / name).write_text(reduce(lambda whole, pair: whole.replace(*pair), moved.items(), text))


@contextmanager
def nginx(
    folder: Path, files: Mapping[str, str], listens: tuple[int, ...], moved: Mapping[str, str]
) -> Iterator[Server]:
    """nginx with these files, which name the paths in `moved`; it ends with the block."""
    assert NGINX
    ports = {port: free_port() for port in listens}
    log = folder / "access.log"
    log.touch()
    paths = {"/dev/stdout": str(log), "/run/moodle": str(folder), "/tmp/nginx-": f"{folder}/nginx-"}
    listening = {f"listen {old}": f"listen 127.0.0.1:{new}" for old, new in ports.items()}
    write_files(folder, files, {**moved, **paths, **listening})
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-g", "daemon off; master_process off;"]
    with program(command, dict(os.environ), lambda: answers(ports[listens[0]])):
        yield Server(ports, log)


@contextmanager
def fpm(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """PHP-FPM with the base's configuration, its sockets in the folder."""
    assert FPM
    text = (ROOT / "overlays" / "base" / "php" / "fpm.conf").read_text().replace("/run/moodle", str(folder))
    (folder / "fpm.conf").write_text(text)
    command = [FPM, "--nodaemonize", "--fpm-config", str(folder / "fpm.conf"), *(["-R"] if os.geteuid() == 0 else [])]
    with program(command, {**os.environ, **environment}, (folder / "probe.sock").exists):
        yield


@contextmanager
def program(command: list[str], environment: dict[str, str], ready: Any) -> Iterator[None]:
    """A program that runs as long as the block, which begins when it is ready."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        for _ in range(400):
            if process.poll() is not None:
                raise AssertionError(process.stderr.read() if process.stderr else "it ended")
            if ready():
                break
            time.sleep(0.05)
        else:
            raise AssertionError(f"{command[0]} is not ready")
        yield
    finally:
        process.terminate()
        process.wait(20)
        if process.stderr:
            process.stderr.close()


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
