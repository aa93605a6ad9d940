"""Whom the quiz backend lets in, with what, and how it begins and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.programs import eventually
from tests.services.asking import TOKEN, ask, bearer
from tests.services.chroma import REAL, Chroma
from tests.services.model_stand_in import Answer, Model
from tests.services.quiz import LIGHT, WANTED, Quiz

WRONG: list[tuple[str, Any]] = [
    ("/courses/7/lessons", b"no json"),
    ("/courses/7/lessons", {"lesson": "a/b", "format": "text", "text": "x"}),
    ("/courses/7/lessons", {"lesson": "a", "format": "pdf", "text": "x"}),
    ("/courses/7/lessons", {"lesson": "a", "format": "text", "text": "x", "url": "http://169.254.169.254/"}),
    ("/courses/7/lessons", {"lesson": "a", "format": "text", "text": " \u200b\n"}),
    ("/courses/7/questions", WANTED | {"count": 0}),
    ("/courses/7/questions", WANTED | {"count": 11}),
    ("/courses/7/questions", WANTED | {"topic": " "}),
    ("/courses/7/questions", WANTED | {"topic": "x" * 501}),
    ("/courses/7/questions", WANTED | {"topic": "a\u202eb"}),
    ("/courses/7/questions", WANTED | {"kind": "essay"}),
    ("/courses/7/questions", WANTED | {"lesson": "../x"}),
]


def test_wrong_requests_reach_nobody(quiz: Quiz) -> None:
    asked = len(quiz.chroma.asked)
    for path, body in WRONG:
        assert quiz.ask("POST", path, body)[0] == 400, body
    for course in ("0", "07", "-1", "x", "7%2f8", "99999999999999999999"):
        assert quiz.ask("POST", f"/courses/{course}/questions", WANTED)[0] == 404, course
    assert quiz.ask("GET", "/courses/7/questions/..%2f..")[0] == 404
    assert quiz.ask("POST", "/courses/7/lessons", b"x" * (1 << 20) + b"x")[0] == 413
    assert quiz.ask("DELETE", "/courses/7/questions")[0] == 405
    assert len(quiz.chroma.asked) == asked
    assert quiz.model.asked == []


ROUTES = [
    ("GET", "/openapi.json"),
    ("GET", "/metrics"),
    ("POST", "/courses/7/lessons"),
    ("DELETE", "/courses/7/lessons/a"),
    ("DELETE", "/courses/7"),
    ("POST", "/courses/7/questions"),
    ("GET", "/courses/7/questions"),
    ("GET", f"/courses/7/questions/{'0' * 32}"),
    ("POST", f"/courses/7/questions/{'0' * 32}/review"),
    ("GET", "/courses/7/export?format=xml"),
]


def test_every_route_wants_a_token(quiz: Quiz) -> None:
    known = quiz.ask("GET", "/openapi.json")[1]["paths"]
    assert sum(len(item.keys() & {"get", "post", "delete"}) for item in known.values()) == len(ROUTES) + 2
    tokens = ["", f"Bearer {TOKEN}", f"Bearer {bearer('worker')}", f"Bearer {bearer('quiz-backend', TOKEN[::-1])}"]
    for method, path in ROUTES:
        for token in tokens:
            assert ask(quiz.port, method, path, b"{}", {"authorization": token})[0] == 401, (method, path, token)


def test_requests_are_limited_and_counted(tmp_path: Path, chroma: Chroma, model: Model) -> None:
    with Quiz(tmp_path, chroma, model).run(QUIZ_RATE="1") as quiz:
        eventually("it is too much", lambda: quiz.ask("GET", "/courses/7/questions")[0] == 429)
        quiz.start()
        quiz.lesson("light", LIGHT)
        quiz.drafts()
        text = quiz.ask("GET", "/metrics")[1].decode()
    assert 'quiz_answers_total{outcome="kept"} 1' in text
    assert 'quiz_outward_seconds_count{to="the index"}' in text


def test_a_pod_ends_with_what_it_began(quiz: Quiz) -> None:
    quiz.lesson("light", LIGHT)
    held = threading.Event()
    quiz.model.next = [quiz.model.good_embedding(), Answer(content=quiz.model.good_questions(LIGHT), wait=held)]
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(quiz.drafts)
        eventually("the model is asked", lambda: len(quiz.model.prompts()) == 1)
        quiz.pods[0].send_signal(signal.SIGTERM)
        eventually("nobody new is let in", lambda: quiz.status("/readyz") != 200)
        held.set()
        assert len(asked.result(60)) == 2
    assert quiz.pods[0].wait(60) == 0


@pytest.mark.skipif(bool(REAL), reason="the real one does as it likes")
def test_without_the_index_it_is_not_ready_and_says_so(quiz: Quiz) -> None:
    quiz.chroma.fault = 500
    assert quiz.status("/readyz") == 503
    assert quiz.status("/livez") == 200
    assert quiz.ask("GET", "/courses/7/questions")[0] == 503
    quiz.chroma.fault = 401
    assert quiz.status("/readyz") == 503
    assert quiz.ask("GET", "/courses/7/questions") == (502, quiz.ask("GET", "/courses/7/export?format=xml")[1])
    quiz.chroma.fault = 0
    assert quiz.status("/readyz") == 200


def test_wrong_settings_are_told(tmp_path: Path) -> None:
    quiz = Quiz(tmp_path, Chroma(tmp_path, 1), Model(1))
    for name in ("token", "model-key"):
        (tmp_path / name).write_text(TOKEN)
    wrong = {
        "QUIZ_CHROMA_TENANT": "../x",
        "QUIZ_MODEL_ENDPOINT": "file:///etc",
        "QUIZ_TOKEN_FILE": "/none",
        "QUIZ_MODEL_SECONDS": "0",
    }
    for name, value in wrong.items():
        quiz.changes = {name: value}
        program = str(Path(os.environ["SERVICES"]) / "quiz-backend")
        done = subprocess.run([program], check=False, env=quiz.environment(1), capture_output=True, text=True)
        assert (done.returncode, TOKEN in done.stderr) == (2, False), name
        assert done.stderr.startswith("quiz-backend: "), done.stderr
