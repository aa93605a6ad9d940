"""
Runs the steps of a workflow here: each `run:` by `bash -e`, as GitHub does, and each action by a stand-in that the test gives.
What it does not know, an expression, a condition, an action, is a failure of the test, so that no step goes unnoticed.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_OUTPUT = re.compile(r"steps\.([a-z]+)\.outputs\.([a-z]+)")


def workflow(path: Path) -> dict[str, Any]:
    """A workflow as it stands; every scalar stays text, so that `on` is no truth and a version no number."""
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # BaseLoader makes text alone
    assert isinstance(found, dict)
    return found


@dataclass
class Job:
    """One job of a workflow in the folder; `said` holds each step's command or action with all it printed."""

    folder: Path
    environment: Mapping[str, str]
    expressions: Mapping[str, str]
    conditions: Mapping[str, Callable[[Mapping[str, str]], bool]] = field(default_factory=dict)
    actions: Mapping[str, Callable[[Path, Mapping[str, str]], None]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def run(self, file: str, name: str) -> bool:
        """Run the job to its end, or to its first failing step; whether all was well."""
        job = workflow(WORKFLOWS / file)["jobs"][name]
        assert self._met(job.get("if", "")), f"{file} is not for this event"
        passed = True
        for step in job["steps"]:
            if passed or "cancelled()" in step.get("if", ""):
                done = self._step(step)
                self.outputs[f"steps.{step.get('id')}.outcome"] = "success" if done else "failure"
                passed = passed and done
        return passed

    @property
    def last(self) -> str:
        """What the last step printed."""
        return self.said[-1][1]

    def _step(self, step: Mapping[str, Any]) -> bool:
        known = {"id", "if", "uses", "with", "run", "env"}
        assert step.keys() <= known, f"this runner does not know {step.keys() - known}"
        title = step.get("run") or step["uses"]
        if not self._met(step.get("if", "")):
            self.skipped.append(title)
            return True
        if "uses" in step:
            self.actions[step["uses"].partition("@")[0]](self.folder, self._values(step.get("with", {})))
            self.said.append((title, ""))
            return True
        return self._run(title, step.get("id", ""), self._values(step.get("env", {})))

    def _run(self, command: str, name: str, environment: Mapping[str, str]) -> bool:
        output = self.folder.parent / "github-output"
        output.write_text("")
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.folder,
            env={**os.environ, **self.environment, "GITHUB_OUTPUT": str(output), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.said.append((command, done.stdout))
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            self.outputs[f"steps.{name}.outputs.{key}"] = value
        return done.returncode == 0

    def _values(self, given: Mapping[str, str]) -> dict[str, str]:
        return {key: _EXPRESSION.sub(self._value, value) for key, value in given.items()}

    def _value(self, found: re.Match[str]) -> str:
        if _OUTPUT.fullmatch(found[1]):
            return self.outputs.get(found[1], "")
        return self.expressions[found[1]]

    def _met(self, condition: str) -> bool:
        return not condition or self.conditions[condition]({**self.expressions, **self.outputs})
