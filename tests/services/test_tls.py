"""The worker asks servers over TLS where Moodle's pods do, and believes none that another authority vouches for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs import need
from tests.running_servers import free_port
from tests.services.site import Site
from tests.services.test_worker import EXPORT


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True)


def authority(folder: Path, name: str) -> None:
    new = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    told = ["-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE"]
    openssl(folder, "req", *new, *told, "-keyout", f"{name}.key", "-out", f"{name}.pem")


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """An authority with a server's certificate, and another authority."""
    need("openssl")
    folder = tmp_path / "certificates"
    folder.mkdir()
    authority(folder, "ours")
    authority(folder, "theirs")
    request = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1"]
    openssl(folder, "req", *request, "-keyout", "server.key", "-out", "server.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    by = ["-CA", "ours.pem", "-CAkey", "ours.key", "-CAcreateserial", "-days", "2", "-extfile", "names"]
    openssl(folder, "x509", "-req", "-in", "server.csr", *by, "-out", "server.pem")
    return folder


def secure_database(site: Site, certificates: Path) -> None:
    """Its key must be its own; where it listens in plain beside it is as before."""
    data = Path(site.sql("SHOW data_directory"))
    for name in ("server.key", "server.pem"):
        shutil.copy(certificates / name, data / name)
        (data / name).chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(data / name, "postgres")
    for name, value in (("ssl_key_file", "server.key"), ("ssl_cert_file", "server.pem"), ("ssl", "on")):
        site.sql(f"ALTER SYSTEM SET {name} = '{value}'")
    site.sql("SELECT pg_reload_conf()")


def secure_redis(site: Site, certificates: Path) -> str:
    port = str(free_port())
    files = {"tls-cert-file": "server.pem", "tls-key-file": "server.key", "tls-ca-cert-file": "ours.pem"}
    site.redis.more = {
        "tls-port": port,
        "tls-auth-clients": "no",
        **{name: str(certificates / file) for name, file in files.items()},
    }
    site.redis.kill()
    site.redis.start()
    return port


def test_database_and_redis_over_tls(site: Site, certificates: Path) -> None:
    site.grades(1, 3)
    secure_database(site, certificates)
    ours, theirs = str(certificates / "ours.pem"), str(certificates / "theirs.pem")
    site.changes = {
        "MOODLE_REDIS_CA": ours,
        "MOODLE_REDIS_PORT": secure_redis(site, certificates),
        "WORKER_ATTEMPTS": "1",
    }
    site.changes |= {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": ours}
    worker = site.start()
    assert site.ended(site.enqueue("secure", EXPORT))["result"]["rows"] == 3
    worker.kill()
    worker.wait()
    site.changes["PGSSLROOTCERT"] = theirs
    site.start()
    failed = site.ended(site.enqueue("foreign", EXPORT))
    assert failed["state"] == "dead"
    assert "certificate" in failed["error"] or "TLS" in failed["error"]


def test_a_redis_of_another_authority_is_not_believed(site: Site, certificates: Path) -> None:
    site.changes = {
        "MOODLE_REDIS_CA": str(certificates / "theirs.pem"),
        "MOODLE_REDIS_PORT": secure_redis(site, certificates),
    }
    worker = site.begin()
    site.wait_for_status(worker, "/livez", 200)
    assert site.answers(worker, "/readyz") == 503
