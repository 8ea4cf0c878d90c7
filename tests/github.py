"""Runs the steps of a workflow as GitHub would: expressions evaluated, scripts in bash, a stand-in for `gh`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION = ROOT / "action.yml"

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_TOKEN = re.compile(r"'(?:[^']|'')*'|&&|\|\||[A-Za-z_][\w-]*(?:\.[\w-]+)*|.", re.DOTALL)
_WORDS = {"&&": " and ", "||": " or ", "true": "True", "false": "False", "null": "''"}
_FUNCTIONS = ("format", "hashFiles", "always", "fromJSON")

# Answers as GitHub's own does for the calls that the workflows make, and writes each of them down.
GH = """#!{python}
import json, os, shutil, sys
from pathlib import Path
home, words = Path(os.environ["GH_HOME"]), sys.argv[1:]
assert os.environ.get("GH_TOKEN"), "gh without a token"
options = dict(word[2:].split("=", 1) for word in words if word.startswith("--") and "=" in word)
bodies = {{name: Path(options[name]).read_text() for name in ("body-file",) if name in options}}
with (home / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps([words, bodies.get("body-file")]) + "\\n")
kind, what = words[:2]
if (kind, what) == ("run", "list"):
    print("\\n".join(sorted((p.name for p in (home / "artefacts").glob("*")), reverse=True)))
elif (kind, what) == ("run", "download"):
    kept, wanted, to = home / "artefacts" / words[2], options.get("name"), Path(options["dir"])
    if not (kept / (wanted or "")).is_dir():
        sys.exit("no artifact matches any of the names or patterns provided")
    shutil.copytree(kept / (wanted or ""), to, dirs_exist_ok=True)
elif (kind, what) == ("issue", "list"):
    issues = home / "issues.json"
    print(issues.read_text() if issues.exists() else "[]")
else:
    assert (kind, what) in {{("label", "create"), ("issue", "create"), ("issue", "edit"), ("issue", "comment"),
                            ("issue", "close")}}, words
"""


def load(path: Path) -> dict[Any, Any]:
    """Return a workflow or an action."""
    content: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


@dataclass
class Done:
    """What a step left behind."""

    code: int
    log: str
    outputs: dict[str, str]


@dataclass
class Runner:
    """One job's machine: its folder, its contexts and its environment."""

    folder: Path
    contexts: dict[str, Any]
    environment: Mapping[str, str]
    steps: dict[str, Any] = field(default_factory=dict)
    ran: dict[str, Done] = field(default_factory=dict)
    failed: bool = False

    def __post_init__(self) -> None:
        if shutil.which("jq") is None:
            pytest.skip("needs jq, as GitHub's machines have it: apt-get install jq")
        self.work, self.temp, self.home = (self.folder / name for name in ("work", "temp", "gh"))
        for made in (self.work, self.temp, self.home / "artefacts", self.folder / "bin"):
            made.mkdir(parents=True, exist_ok=True)
        stand_in = self.folder / "bin" / "gh"
        stand_in.write_text(GH.format(python=sys.executable))
        stand_in.chmod(0o755)
        # What the action's first steps would have made.
        (self.temp / "vidconform").symlink_to(sys.prefix)

    @property
    def summary(self) -> str:
        """The step summary so far."""
        path = self.folder / "summary.md"
        return path.read_text("utf-8") if path.exists() else ""

    @property
    def calls(self) -> list[tuple[list[str], str | None]]:
        """What was asked of `gh`: the words, and the content of the file that they name."""
        path = self.home / "calls.jsonl"
        return [tuple(json.loads(line)) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def job(self, job: Mapping[str, Any]) -> int:
        """Run the steps of a job and return 0, or the exit code of the first that failed."""
        code = 0
        for number, step in enumerate(job["steps"]):
            done = self.step(step, job.get("env", {}))
            if done is not None:
                self.ran[step.get("name", f"step {number}")] = done
                code = code or done.code
                self.failed = self.failed or done.code != 0
        return code

    def step(self, step: Mapping[str, Any], env: Mapping[str, Any]) -> Done | None:
        """Run one step if it is to run; actions of others are taken for done, and so is what installs."""
        condition = str(step.get("if", "success"))
        wanted = "always()" in condition or not self.failed
        if not wanted or not (condition == "success" or self.truth(condition)):
            return None
        if step.get("uses") == "./":
            return self._action(step, env)
        if "run" not in step or "pip install" in step["run"]:
            return Done(0, "", {}) if "name" in step else None
        return self._bash(step, {**env, **step.get("env", {})}, self.contexts)

    def _action(self, step: Mapping[str, Any], env: Mapping[str, Any]) -> Done:
        """Run the action of this repository: its last step, with the inputs that are given."""
        action = load(ACTION)
        unknown = set(step["with"]) - set(action["inputs"])
        assert unknown == set(), unknown
        given = {name: self.text(value, self.contexts) for name, value in step["with"].items()}
        inputs = {name: given.get(name, str(one.get("default", ""))) for name, one in action["inputs"].items()}
        last = {**action["runs"]["steps"][-1], "id": step["id"]}
        return self._bash(last, {**env, **last["env"]}, {**self.contexts, "inputs": inputs})

    def _bash(self, step: Mapping[str, Any], env: Mapping[str, Any], contexts: Mapping[str, Any]) -> Done:
        output, script = self.folder / "output", self.folder / "script.sh"
        output.write_text("")
        script.write_text(step["run"])
        variables = {name: self.text(value, contexts) for name, value in env.items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.work, env={**self._machine(output), **variables}, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        outputs = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
        if "id" in step:
            self.steps[step["id"]] = {"outputs": outputs}
            self.contexts["steps"] = self.steps
        return Done(done.returncode, done.stdout + done.stderr, outputs)

    def _machine(self, output: Path) -> dict[str, str]:
        path = f"{self.folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md")}
        return {**self.environment, **files, "PATH": path, "RUNNER_TEMP": str(self.temp), "GH_HOME": str(self.home)}

    def text(self, value: object, contexts: Mapping[str, Any]) -> str:
        """Return a value with its expressions evaluated."""
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        return _EXPRESSION.sub(lambda found: _shown(self.evaluate(found[1], contexts)), shown)

    def truth(self, expression: str) -> bool:
        """Whether the condition of a step or a job holds."""
        return bool(self.evaluate(expression, self.contexts))

    def evaluate(self, expression: str, contexts: Mapping[str, Any]) -> Any:
        """Return what an expression comes to; what is missing is an empty text, as GitHub's null is to a text."""
        words = "".join(_python(token) for token in _TOKEN.findall(expression.strip()))
        return eval(words, {"look": lambda path: _look(contexts, path), **self._functions()})

    def _functions(self) -> dict[str, Any]:
        return {
            "format": lambda pattern, *values: pattern.format(*values),
            "hashFiles": lambda pattern: "hash" if list(self.work.glob(pattern)) else "",
            "always": lambda: True,
            "fromJSON": json.loads,
        }


class Absent(dict[str, Any]):
    """A context in which what is missing is an empty text, and names are told apart without their case."""

    def __missing__(self, name: str) -> Any:
        return next((value for known, value in self.items() if known.lower() == name.lower()), "")


def _python(token: str) -> str:
    if token in _WORDS:
        return _WORDS[token]
    if token.startswith("'"):
        return repr(token[1:-1].replace("''", "'"))
    return f"look({token!r})" if re.match(r"[A-Za-z_]", token) and token not in _FUNCTIONS else token


def _look(contexts: Mapping[str, Any], path: str) -> Any:
    found: Any = Absent(contexts)
    for name in path.split("."):
        found = found[name] if isinstance(found, dict) else ""
        found = Absent(found) if isinstance(found, dict) else found
    return found


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
