"""Workers are killed, Redis is killed, and every job is done, with the effect of once."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter

from tests.programs import eventually
from tests.services.site import Site

JOBS = int(os.environ.get("QUAD_JOBS", "300"))
KILLS = max(12, JOBS // 100)
COURSES, FORUMS, POSTS = 7, JOBS // 10, 3
# States of all jobs, and how often each was finished.
STATES = """
local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local job = redis.call('HMGET', key, 'state', 'finished', 'kind')
  local name = job[1] .. ' ' .. (job[2] or '0') .. ' ' .. job[3]
  found[name] = (found[name] or 0) + 1
end
return cjson.encode(found)
"""


def wanted(number: int) -> dict[str, object]:
    """Eight of ten are exports."""
    report = {"name": "grades", "course": number % COURSES + 1}
    if number % 10 == 8:
        return {"kind": "summary", "report": report}
    return {"kind": "tag", "forum": number // 10 + 1} if number % 10 == 9 else {"kind": "export", "report": report}


def states(site: Site) -> Counter[str]:
    found = site.redis.ask("EVAL", STATES, "0", "acme_worker:job:*")
    return Counter(json.loads(str(found)))


class Chaos(threading.Thread):
    """Kills a worker, and every fourth time Redis as well, until it is told to stop and has killed often enough."""

    def __init__(self, site: Site) -> None:
        super().__init__(daemon=True)
        self.site, self.over, self.kills, self.restarts = site, threading.Event(), 0, 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not (self.over.is_set() and self.kills >= KILLS):
                self.once()
        except BaseException as error:  # noqa: BLE001  it is the test's own failure, told where the test sees it
            self.error = error

    def once(self) -> None:
        time.sleep(random.uniform(0.05, 0.8))
        if self.kills % 4 == 3:
            self.site.redis.kill()
            self.restarts += 1
        alive = [worker for worker in self.site.workers if worker.poll() is None]
        victim = random.choice(alive)
        victim.kill()
        victim.wait()
        self.kills += 1
        if self.kills % 4 == 0:
            self.site.redis.start()
        self.site.start()


def test_no_job_is_lost_or_done_twice(site: Site) -> None:
    site.grades(COURSES, 40)
    site.forums(FORUMS, POSTS)
    site.sql(
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO runs DEFAULT VALUES; RETURN NULL; END';"
        "CREATE TRIGGER note AFTER INSERT ON mdl_tag_instance FOR EACH ROW EXECUTE FUNCTION note();"
    )
    site.start()
    site.start()
    chaos = Chaos(site)
    chaos.start()
    names = [site.enqueue(f"job:{number}", wanted(number)) for number in range(JOBS)]
    assert len(set(names)) == JOBS
    eventually("most jobs end", lambda: ended(site) > JOBS // 2, 60 + JOBS)
    chaos.over.set()
    chaos.join()
    assert chaos.error is None, chaos.error
    eventually("all jobs end", lambda: ended(site) == JOBS, 60 + JOBS)
    once = {"done 1 export": JOBS * 8 // 10, "done 1 summary": JOBS // 10, "done 1 tag": JOBS // 10}
    assert states(site) == once
    assert site.redis.ask("XLEN", "acme_worker:queue") == 0
    pending = site.redis.ask("XPENDING", "acme_worker:queue", "workers")
    assert isinstance(pending, list)
    assert pending[0] == 0
    # Two words of each post, once each: as rows, and as insertions that were ever committed.
    assert (
        site.sql("SELECT count(*), count(DISTINCT itemid) FROM mdl_tag_instance")
        == f"{FORUMS * POSTS * 2}|{FORUMS * POSTS}"
    )
    assert site.sql("SELECT count(*) FROM runs") == str(FORUMS * POSTS * 2)
    assert site.sql("SELECT string_agg(name, ' ' ORDER BY name) FROM mdl_tag") == "energy photon"
    files = Counter(path for path in site.puts() if site.name in path)
    assert len(files) == JOBS
    again = sum(files.values()) - JOBS
    print(f"\n{JOBS} jobs, {chaos.kills} workers killed, {chaos.restarts} restarts of Redis, {again} files put again")


def ended(site: Site) -> int:
    try:
        return sum(count for name, count in states(site).items() if name.startswith(("done", "dead")))
    except OSError:
        return 0  # Redis is away
