"""A quiz backend with what it needs: an index, real or not, and the stand-in for a model."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.programs import eventually
from tests.running_servers import free_port
from tests.services.asking import TOKEN, ask, bearer
from tests.services.chroma import Chroma
from tests.services.model_stand_in import KEY, Model

LIGHT = "Photons are particles of light. Light travels fast. Photons have no mass."
WANTED = {"topic": "photons and light", "count": 2, "kind": "single"}


@dataclass
class Quiz:
    """A pod, and more of them where a test starts more."""

    folder: Path
    chroma: Chroma
    model: Model
    changes: dict[str, str] = field(default_factory=dict)
    port: int = 0
    pods: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self, port: int) -> dict[str, str]:
        """Of a pod, as overlays/features/quiz has it."""
        return {
            "QUIZ_LISTEN": f"127.0.0.1:{port}",
            "QUIZ_TOKEN_FILE": str(self.folder / "token"),
            "QUIZ_MODEL_KEY_FILE": str(self.folder / "model-key"),
            "QUIZ_MODEL_ENDPOINT": f"http://127.0.0.1:{self.model.port}/openai/v1",
            "QUIZ_MODEL_NAME": "assistant",
            "QUIZ_EMBEDDING_MODEL": "small",
            "QUIZ_CHROMA_URL": f"http://127.0.0.1:{self.chroma.port}",
            "QUIZ_CHROMA_TENANT": "acme",
            "QUIZ_CHROMA_DATABASE": "courses",
            "QUIZ_RATE": "100000",
            **self.changes,
        }

    def start(self, **changes: str) -> int:
        """The port of one more pod, which is asked from now on."""
        self.changes = changes
        (self.folder / "token").write_text(TOKEN + "\n")
        (self.folder / "model-key").write_text(KEY + "\n")
        port = free_port()
        with (self.folder / f"quiz-{port}.log").open("wb") as log:
            program = Path(os.environ["SERVICES"]) / "quiz-backend"
            self.pods.append(subprocess.Popen([program], env=self.environment(port), stderr=log))
        self.port = port
        eventually("the pod answers", lambda: self.status("/livez") == 200)
        return port

    def status(self, path: str) -> int:
        with suppress(OSError):
            return ask(self.port, "GET", path)[0]
        return 0

    @contextmanager
    def run(self, **changes: str) -> Iterator[Quiz]:
        self.start(**changes)
        try:
            eventually("it is ready", lambda: self.status("/readyz") == 200)
            yield self
        finally:
            for pod in self.pods:
                pod.kill()
                pod.wait()

    def ask(self, method: str, path: str, body: Any = None, sub: str = "2", port: int = 0) -> tuple[int, Any]:
        """Status and answer, of somebody for whom Moodle asks."""
        headers = {"authorization": f"Bearer {bearer('quiz-backend', sub=sub)}"}
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        status, found, text = ask(port or self.port, method, path, sent, headers)
        if status >= 400:
            assert found["content-type"] == "application/problem+json", text
        return status, json.loads(text) if text[:1] == b"{" else text

    def lesson(self, name: str, text: str, form: str = "text", course: int = 7) -> dict[str, int]:
        status, found = self.ask("POST", f"/courses/{course}/lessons", {"lesson": name, "format": form, "text": text})
        assert status == 200, found
        return dict(found)

    def drafts(self, **changes: Any) -> list[dict[str, Any]]:
        status, found = self.ask("POST", "/courses/7/questions", WANTED | changes)
        assert status == 201, found
        return list(found["questions"])

    def shown(self) -> list[dict[str, str]]:
        """The pieces that the model was given last."""
        return list(json.loads(self.model.prompts()[-1][1]["content"])["pieces"])

    def review(self, name: str, decision: str, sub: str, port: int = 0) -> tuple[int, Any]:
        return self.ask("POST", f"/courses/7/questions/{name}/review", {"decision": decision}, sub, port)

    def states(self) -> list[str]:
        return [one["state"] for one in self.ask("GET", "/courses/7/questions")[1]["questions"]]
