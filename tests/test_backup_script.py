"""How backup.sh asks PostgreSQL for a dump: with programs that only write down what they were told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "overlays" / "features" / "backup" / "backup.sh"
RESTIC = '#!/bin/sh\nwhile [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done\n[ $# -eq 0 ] || { shift; exec "$@"; }\n'
MOODLE_BACKUP = '#!/bin/sh\n[ "$1" = init ] || PGHOST="$DB_HOST" PGUSER="$(cat "$DB_USER_FILE")" exec pg_dump\n'
PG_DUMP = '#!/bin/sh\necho "$PGHOST $PGUSER ${PGSSLMODE-none} ${PGSSLROOTCERT-none}"\n'


@pytest.mark.parametrize(
    ("managed", "wanted"),
    [("true", "db.example.org moodle verify-full /ca.pem"), ("false", "db.example.org moodle none none")],
)
@pytest.mark.parametrize("engine", ["moodle-backup", "restic"])
def test_a_server_outside_is_asked_over_verified_tls(tmp_path: Path, engine: str, managed: str, wanted: str) -> None:
    """One in the namespace has no certificate that anybody could verify, and no way but inside it."""
    secrets = {"backup": ("access-key-id", "secret-access-key"), "moodle-db": ("username", "password")}
    for folder, names in secrets.items():
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).write_text("moodle\n")
    (tmp_path / "bin").mkdir()
    for name, text in {"restic": RESTIC, "pg_dump": PG_DUMP, "moodle-backup": MOODLE_BACKUP}.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    said = {"DB_CA": "/ca.pem", "DB_HOST": "db.example.org", "DB_KIND": "postgresql", "DB_MANAGED": managed}
    said |= {"DB_NAME": "moodle", "DB_PORT": "5432", "BACKUP_TENANT": "acme", "BACKUP_ENGINE": engine}
    said |= {"DB_USER_FILE": f"{tmp_path}/moodle-db/username", "DB_PASSWORD_FILE": f"{tmp_path}/moodle-db/password"}
    said |= {"AWS_ACCESS_KEY_ID_FILE": f"{tmp_path}/backup/access-key-id"}
    said |= {"AWS_SECRET_ACCESS_KEY_FILE": f"{tmp_path}/backup/secret-access-key"}
    said |= {"BACKUP_ENDPOINT": "https://s3.example.org", "BACKUP_LOCATION": "bucket/acme"}
    done = subprocess.run(
        ["sh", str(SCRIPT), "database"],
        env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "TMPDIR": str(tmp_path), **said},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[0] == wanted


@pytest.mark.parametrize("engine", ["moodle-backup", "restic"])
def test_no_copy_is_made_of_files_that_are_being_restored(tmp_path: Path, engine: str) -> None:
    """Whatever program writes: its snapshot would have some of both states, and every row of one of them would lack its file."""
    (tmp_path / ".moodle-backup-restore").write_text("a snapshot")
    said = {"DB_KIND": "postgresql", "DB_MANAGED": "false", "BACKUP_TENANT": "acme", "BACKUP_ENGINE": engine}
    said |= {"RESTIC_REPOSITORY": "/none", "MOODLE_DATAROOT": str(tmp_path)}
    environment = {"PATH": "/usr/bin:/bin", **said}
    done = subprocess.run(["sh", str(SCRIPT), "files"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "a restore is under way" in done.stderr) == (1, True)
