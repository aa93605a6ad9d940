"""A site as the worker sees it: the tables of Moodle's that it reads, a queue, a bucket, and workers that can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.backup_tool.store import BUCKET, KEYS, Proxy
from tests.postgres import PASSWORD, Database
from tests.programs import eventually
from tests.running_servers import free_port
from tests.services.asking import TOKEN, ask, bearer
from tests.services.redis_server import PASSWORD as REDIS_PASSWORD
from tests.services.redis_server import Redis

# As Moodle 4.5 has them, as far as the worker reads and writes them; the unique keys are Moodle's own.
TABLES = """
CREATE TABLE mdl_user (id BIGSERIAL PRIMARY KEY, username TEXT, firstname TEXT, lastname TEXT, deleted SMALLINT DEFAULT 0);
CREATE TABLE mdl_grade_items (id BIGSERIAL PRIMARY KEY, courseid BIGINT, itemname TEXT, itemtype TEXT);
CREATE TABLE mdl_grade_grades (id BIGSERIAL PRIMARY KEY, itemid BIGINT, userid BIGINT, finalgrade NUMERIC(10,5),
  timemodified BIGINT);
CREATE TABLE mdl_forum_discussions (id BIGSERIAL PRIMARY KEY, course BIGINT, forum BIGINT);
CREATE TABLE mdl_forum_posts (id BIGSERIAL PRIMARY KEY, discussion BIGINT, userid BIGINT, created BIGINT, subject TEXT NOT NULL,
  message TEXT NOT NULL, privatereplyto BIGINT NOT NULL DEFAULT 0);
CREATE TABLE mdl_modules (id BIGSERIAL PRIMARY KEY, name TEXT);
CREATE TABLE mdl_course_modules (id BIGSERIAL PRIMARY KEY, course BIGINT, module BIGINT, instance BIGINT);
CREATE TABLE mdl_context (id BIGSERIAL PRIMARY KEY, contextlevel BIGINT, instanceid BIGINT);
CREATE TABLE mdl_tag_area (id BIGSERIAL PRIMARY KEY, component TEXT, itemtype TEXT, enabled SMALLINT, tagcollid BIGINT);
CREATE TABLE mdl_tag (id BIGSERIAL PRIMARY KEY, userid BIGINT NOT NULL, tagcollid BIGINT NOT NULL, name VARCHAR(255) NOT NULL,
  rawname VARCHAR(255) NOT NULL, isstandard SMALLINT NOT NULL DEFAULT 0, description TEXT,
  descriptionformat SMALLINT NOT NULL DEFAULT 0, flag SMALLINT DEFAULT 0, timemodified BIGINT, UNIQUE (tagcollid, name));
CREATE TABLE mdl_tag_instance (id BIGSERIAL PRIMARY KEY, tagid BIGINT NOT NULL, component VARCHAR(100),
  itemtype VARCHAR(100) NOT NULL, itemid BIGINT NOT NULL, contextid BIGINT, tiuserid BIGINT NOT NULL DEFAULT 0, ordering BIGINT,
  timecreated BIGINT NOT NULL DEFAULT 0,
  timemodified BIGINT NOT NULL DEFAULT 0, UNIQUE (component, itemtype, itemid, contextid, tiuserid, tagid));
CREATE TABLE runs (at TIMESTAMPTZ DEFAULT now());
INSERT INTO mdl_modules (name) VALUES ('forum');
INSERT INTO mdl_tag_area (component, itemtype, enabled, tagcollid) VALUES ('mod_forum', 'forum_posts', 1, 1);
"""


@dataclass
class Site:
    """One tenant."""

    folder: Path
    server: Database
    redis: Redis
    proxy: Proxy
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)
    changes: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "w" + "".join(each for each in self.folder.name.lower() if each.isalnum())

    def install(self) -> None:
        self.server.run(f"CREATE DATABASE {self.name}")
        self.sql(TABLES)
        secrets = {"moodle/redis-password": REDIS_PASSWORD, "moodle/worker-token": TOKEN}
        secrets |= {"moodle/id": KEYS["AWS_ACCESS_KEY_ID"], "moodle/key": KEYS["AWS_SECRET_ACCESS_KEY"]}
        secrets |= {"moodle-db/username": "moodle", "moodle-db/password": PASSWORD}
        for name, text in secrets.items():
            file = self.folder / "secrets" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")

    def sql(self, text: str) -> str:
        return self.server.run(text, self.name)

    def environment(self, port: int) -> dict[str, str]:
        """Of a pod, as overlays/features/worker has it; shorter leases and pauses, for a test."""
        secrets = self.folder / "secrets"
        return {
            **self.server.settings,
            "MOODLE_DB_NAME": self.name,
            "MOODLE_REDIS_HOST": "127.0.0.1",
            "MOODLE_REDIS_PORT": str(self.redis.port),
            "MOODLE_REDIS_PREFIX": "acme_",
            "MOODLE_SECRETS": str(secrets),
            "WORKER_LISTEN": f"127.0.0.1:{port}",
            "WORKER_NAME": "worker-0",
            "WORKER_JOBS": "2",
            "WORKER_STORE_ENDPOINT": f"http://127.0.0.1:{self.proxy.port}",
            "WORKER_STORE_REGION": "eu-central-1",
            "WORKER_STORE_BUCKET": BUCKET,
            "WORKER_STORE_PREFIX": f"exports/{self.name}/",
            "WORKER_STORE_ID_FILE": str(secrets / "moodle/id"),
            "WORKER_STORE_KEY_FILE": str(secrets / "moodle/key"),
            "WORKER_TOKEN_FILE": str(secrets / "moodle/worker-token"),
            "WORKER_RATE": "100000",
            "WORKER_LEASE_SECONDS": "2",
            "WORKER_PAUSE_SECONDS": "1",
            "WORKER_BEGINNINGS": "1000",
            **self.changes,
        }

    def start(self) -> subprocess.Popen[bytes]:
        """A worker that can work."""
        worker = self.begin()
        self.wait_for_status(worker, "/readyz", http_ok)
        return worker

    def begin(self) -> subprocess.Popen[bytes]:
        """A worker that may not be able to."""
        port = free_port()
        program = Path(os.environ["SERVICES"]) / "worker"
        with (self.folder / f"worker-{port}.log").open("wb") as log:
            worker = subprocess.Popen([program], env=self.environment(port), stderr=log, stdout=log)
        self.workers.append(worker)
        self.ports[worker.pid] = port
        return worker

    def wait_for_status(self, worker: subprocess.Popen[bytes], path: str, status: int) -> None:
        eventually(f"{path} is {status}", lambda: self.answers(worker, path) == status)

    def answers(self, worker: subprocess.Popen[bytes], path: str) -> int:
        with suppress(OSError):
            return ask(self.ports[worker.pid], "GET", path)[0]
        return 0

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Of the youngest worker, until one answers: as a plugin does that asks again with the same key."""
        for _ in range(600):
            headers = {"authorization": f"Bearer {bearer('worker')}"}
            with suppress(OSError):
                port = self.ports[self.workers[-1].pid]
                status, _found, text = ask(port, method, path, body and json.dumps(body).encode(), headers)
                if status != unavailable:
                    return status, json.loads(text) if text[:1] in (b"{", b"[") else text
            time.sleep(0.1)
        raise AssertionError("no worker answers")

    def enqueue(self, key: str, job: dict[str, Any]) -> str:
        status, found = self.ask("POST", "/jobs", {"key": key, "job": job})
        assert status in (200, 202), found
        return str(found["id"])

    def job(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/jobs/{name}")[1]
        return found

    def ended(self, name: str) -> dict[str, Any]:
        eventually("the job ends", lambda: self.job(name)["state"] in ("done", "dead", "cancelled"))
        return self.job(name)

    def grades(self, courses: int, rows: int) -> None:
        """So many courses, each with one item and so many grades."""
        self.sql(
            f"INSERT INTO mdl_user (username, firstname, lastname) SELECT 'u' || n, '=cmd()', 'Doe, ' || n "
            f"FROM generate_series(1, {rows}) n;"
            f"INSERT INTO mdl_grade_items (courseid, itemname, itemtype) SELECT n, 'Quiz ' || n, 'mod' "
            f"FROM generate_series(1, {courses}) n;"
            "INSERT INTO mdl_grade_grades (itemid, userid, finalgrade, timemodified) "
            "SELECT i.id, u.id, u.id % 100, 1700000000 FROM mdl_grade_items i, mdl_user u ORDER BY i.id, u.id;"
        )

    def forums(self, count: int, posts: int) -> None:
        """So many forums, each with one discussion and so many posts, which repeat two words each."""
        self.sql(
            f"INSERT INTO mdl_course_modules (course, module, instance) SELECT 1, 1, n FROM generate_series(1, {count}) n;"
            "INSERT INTO mdl_context (contextlevel, instanceid) SELECT 70, id FROM mdl_course_modules;"
            f"INSERT INTO mdl_forum_discussions (course, forum) SELECT 1, n FROM generate_series(1, {count}) n;"
            "INSERT INTO mdl_forum_posts (discussion, userid, created, subject, message) "
            "SELECT d.id, 2, 0, 'photon', '<p>photon energy energy ' || n || '</p>' "
            f"FROM mdl_forum_discussions d, generate_series(1, {posts}) n;"
        )

    def puts(self) -> list[str]:
        """What was put into the bucket, in its order."""
        return [path for method, path in self.proxy.asked if method == "PUT"]


http_ok, unavailable = 200, 503
