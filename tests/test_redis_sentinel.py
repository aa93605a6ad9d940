"""Three Redis, three Sentinels and a proxy as real processes, with the scripts and the configuration of `caches/redis-sentinel`.

The nodes have the addresses 127.0.0.1 to 127.0.0.3 and, as in a cluster, the same ports. Only times are shorter than there.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.programs import PATH, eventually, need

FOLDER = ROOT / "overlays" / "caches" / "redis-sentinel"
PROGRAMS = ("redis-server", "redis-cli", "haproxy")
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
LOOKS = 1000
PASSWORD = "p\"a\\ss w0rd'$HOME*%é"  # of these processes alone; every character that a script could trip over


def free_port() -> int:
    """A port that nobody has on any of the addresses."""
    while True:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
        try:
            for host in HOSTS:
                with socket.socket() as other:
                    other.bind((host, port))
        except OSError:
            continue
        return port


class Servers:
    """The processes by name (`node-127.0.0.1`, `sentinel-127.0.0.1`, `proxy`), and what they are told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.sentinel, self.proxy, self.health = (free_port() for _ in range(4))
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "password").write_text(PASSWORD)
        shutil.copytree(FOLDER, folder / "scripts")
        self.environment = {
            "PATH": PATH,
            "REDIS_PEERS": " ".join(HOSTS),
            "REDIS_PORT": str(self.port),
            "SENTINEL_PORT": str(self.sentinel),
            "REDIS_PASSWORD_FILE": str(folder / "password"),
            "REDIS_MAXMEMORY": "67108864",
            "SENTINEL_DOWN_AFTER": "1000",
            "SENTINEL_FAILOVER_TIMEOUT": "5000",
            "PROXY_BIND": f"127.0.0.1:{self.proxy}",
            "PROXY_HEALTH": f"127.0.0.1:{self.health}",
        }

    def start(self, name: str) -> None:
        """Run the script of a node, a Sentinel or the proxy."""
        kind, _, host = name.partition("-")
        for path in (self.folder / f"data-{host}", self.folder / f"run-{name}"):
            path.mkdir(exist_ok=True)
        own = self.own(name)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                ["sh", str(self.folder / "scripts" / f"{kind}.sh")],
                env={**self.environment, **own},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def own(self, name: str) -> dict[str, str]:
        """What is told to one of them alone."""
        host = name.partition("-")[2]
        folders = {"REDIS_DATA": self.folder / f"data-{host}", "REDIS_RUN": self.folder / f"run-{name}"}
        return {"REDIS_SELF": host, "REDIS_BIND": host, **{key: str(path) for key, path in folders.items()}}

    def alive(self, kind: str, host: str) -> bool:
        """What the liveness probe of a container says."""
        command = ["sh", str(self.folder / "scripts" / "alive.sh"), kind]
        environment = {**self.environment, **self.own(f"{kind}-{host}")}
        return subprocess.run(command, env=environment, check=False, timeout=30).returncode == 0

    def start_all(self) -> None:
        """The nodes at once, as a StatefulSet that is `Parallel` does."""
        for host in HOSTS:
            self.start(f"node-{host}")
            self.start(f"sentinel-{host}")

    def kill(self, name: str) -> None:
        """As a machine dies: no process of it says goodbye."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def ask(self, host: str, port: int, *command: str) -> str:
        """What a server answers, or nothing."""
        done = subprocess.run(
            ["timeout", "3", "redis-cli", "--no-auth-warning", "-h", host, "-p", str(port), *command],
            env={"PATH": PATH, "REDISCLI_AUTH": PASSWORD},
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
        return done.stdout.strip()

    def through(self, *command: str) -> str:
        """What Moodle would be answered."""
        return self.ask("127.0.0.1", self.proxy, *command)

    def led_to(self) -> str:
        """The address of the node that the proxy leads to, or nothing."""
        return self.through("config", "get", "replica-announce-ip").partition("\n")[2]

    def is_informed(self, host: str) -> bool:
        """Whether the Sentinel could take part in a fail-over."""
        lines = self.ask(host, self.sentinel, "sentinel", "master", "moodle").splitlines()
        known = dict(zip(lines[::2], lines[1::2], strict=False))
        return (known.get("num-other-sentinels"), known.get("num-slaves")) == ("2", "2")

    def role(self, host: str) -> str:
        """What a node takes itself for."""
        return self.ask(host, self.port, "role").partition("\n")[0]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    need(*PROGRAMS)
    made = Servers(tmp_path_factory.mktemp("redis"))
    try:
        made.start_all()
        made.start("proxy")
        eventually("the proxy leads to a master", lambda: made.led_to() in HOSTS)
        eventually("both replicas are there", lambda: replicas(made) == "2")
        eventually("the Sentinels know of one another and of the replicas", lambda: all(map(made.is_informed, HOSTS)))
        yield made
    finally:
        for name in list(made.running):
            made.kill(name)


def replicas(servers: Servers) -> str:
    found = [
        line
        for line in servers.through("info", "replication").splitlines()
        if line.startswith("min_slaves_good_slaves")
    ]
    return found[0].partition(":")[2].strip() if found else ""


def waiting(servers: Servers) -> socket.socket:
    """A connection through the proxy that waits for what never comes."""
    held = socket.create_connection(("127.0.0.1", servers.proxy), timeout=30)
    secret = PASSWORD.encode()
    held.sendall(b"*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n" % (len(secret), secret))
    assert held.recv(64) == b"+OK\r\n"
    held.sendall(b"blpop never 0\r\n")
    return held


def agreed(servers: Servers) -> set[str]:
    """Whom the Sentinels that live take for the master."""
    command = ("sentinel", "get-master-addr-by-name", "moodle")
    answers = [servers.ask(host, servers.sentinel, *command).partition("\n")[0] for host in HOSTS]
    return {answer for answer in answers if answer}


def test_the_first_node_begins_as_the_master(servers: Servers) -> None:
    assert servers.led_to() == HOSTS[0]
    assert [servers.role(host) for host in HOSTS] == ["master", "slave", "slave"]
    assert servers.through("set", "session", "one") == "OK"


def test_nobody_is_led_anywhere_before_the_nodes_were_asked(servers: Servers) -> None:
    """A proxy that has just started takes every node for fit; what it then answers comes from the master, or is nothing."""
    servers.kill("proxy")
    servers.start("proxy")
    seen = [servers.led_to()]
    while not seen[-1] and len(seen) < LOOKS:
        seen.append(servers.led_to())
    assert seen[-1] == HOSTS[0]
    assert set(seen) <= {"", HOSTS[0]}


def test_another_takes_the_place_of_a_dead_master(servers: Servers) -> None:
    dead = servers.led_to()
    servers.through("set", "session", "two")
    eventually("both replicas have it", lambda: servers.through("wait", "2", "1000") == "2")
    held = waiting(servers)
    servers.kill(f"node-{dead}")
    servers.kill(f"sentinel-{dead}")
    eventually("the proxy leads to another node", lambda: servers.led_to() in set(HOSTS) - {dead})
    with held:
        assert held.recv(64) == b"", "a connection to the dead master was kept"
    eventually("the new master takes writes", lambda: servers.through("set", "more", "yes") == "OK")
    assert servers.through("get", "session") == "two"


def test_a_stale_master_is_never_led_to(servers: Servers) -> None:
    """It comes back and takes itself for the master, with what it knew when it died; nobody has told it yet."""
    new = servers.led_to()
    (old,) = set(HOSTS) - {host for host in HOSTS if servers.role(host)}
    config = servers.folder / "stale.conf"
    lines = (servers.folder / f"run-node-{old}" / "node.conf").read_text().splitlines()
    config.write_text("\n".join(line for line in lines if not line.startswith("replicaof")))
    for host in set(HOSTS) - {old}:  # so that nobody tells it while the test looks
        servers.running[f"sentinel-{host}"].send_signal(signal.SIGSTOP)
    servers.running[f"node-{old}"] = subprocess.Popen(
        ["redis-server", str(config)], stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        eventually("the old one takes itself for the master", lambda: servers.role(old) == "master")
        eventually("the proxy has looked", lambda: servers.through("incr", "looks") > "20")
        assert {servers.led_to() for _ in range(40)} == {new}
        assert servers.ask(old, servers.port, "set", "session", "lost").startswith("NOREPLICAS")
    finally:
        for host in set(HOSTS) - {old}:
            servers.running[f"sentinel-{host}"].send_signal(signal.SIGCONT)
    # A Sentinel whose clock has jumped keeps still for thirty seconds.
    eventually("the Sentinels have told it", lambda: servers.role(old) == "slave", seconds=120)
    assert servers.through("get", "session") == "two"


def test_a_node_that_starts_again_follows_the_master(servers: Servers) -> None:
    master = servers.led_to()
    replica = next(host for host in HOSTS if servers.role(host) == "slave")
    servers.kill(f"node-{replica}")
    servers.start(f"node-{replica}")
    (missing,) = [host for host in HOSTS if f"sentinel-{host}" not in servers.running]
    servers.start(f"sentinel-{missing}")
    eventually("it is a replica with the data", lambda: servers.ask(replica, servers.port, "get", "session") == "two")
    assert servers.role(replica) == "slave"
    eventually("the Sentinels agree", lambda: agreed(servers) == {master})


def test_after_a_power_cut_the_last_master_begins_again(servers: Servers) -> None:
    last = servers.led_to()
    assert last != HOSTS[0], "else it would prove nothing"
    heard = [servers.folder / f"data-{host}" / "master" for host in HOSTS]
    assert any(path.exists() and path.read_text().strip() == last for path in heard)
    servers.through("set", "session", "three")
    eventually("both replicas have it", lambda: servers.through("wait", "2", "1000") == "2")
    for name in [name for name in servers.running if name != "proxy"]:
        servers.kill(name)
    servers.start_all()
    eventually("the last master is led to", lambda: servers.led_to() == last)
    eventually("the session is there", lambda: servers.through("get", "session") == "three")
    eventually("the Sentinels agree", lambda: agreed(servers) == {last})


def test_who_slept_through_a_fail_over_and_goes_its_own_way_is_not_alive(servers: Servers) -> None:
    master = servers.led_to()
    lost = next(host for host in HOSTS if host != master)
    assert {servers.alive(kind, host) for kind in ("node", "sentinel") for host in HOSTS} == {True}
    servers.kill(f"sentinel-{lost}")
    servers.ask(lost, servers.port, "replicaof", "no", "one")
    for host in set(HOSTS) - {lost}:
        servers.ask(host, servers.sentinel, "sentinel", "remove", "moodle")  # so that nobody else mends it
    assert servers.alive("node", lost) is False
    assert servers.alive("sentinel", lost) is False
    assert {servers.alive("node", host) for host in set(HOSTS) - {lost}} == {True}
    servers.kill(f"node-{lost}")
    servers.start(f"node-{lost}")
    eventually("started again, it follows", lambda: servers.role(lost) == "slave")
    eventually("the master is led to", lambda: servers.led_to() == master)


def test_haproxy_takes_the_configuration(tmp_path: Path) -> None:
    need(*PROGRAMS)
    nodes = {f"REDIS_NODE_{number}": host for number, host in enumerate(HOSTS)}
    more = {"REDIS_AUTH": "2a", "REDIS_PORT": "6379", "PROXY_BIND": ":6379", "PROXY_HEALTH": ":8405"}
    done = subprocess.run(
        ["haproxy", "-c", "-f", str(FOLDER / "haproxy.cfg")],
        env={"PATH": PATH, **nodes, **more},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower(), done.stderr
