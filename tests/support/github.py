"""Runs the steps of a workflow: their own scripts, in bash, with the variables that a runner would hand over."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION = ROOT / "action.yml"

# Answers as GitHub's own does for the calls that the workflows make, and writes each of them down.
GH = """#!{python}
import json, os, shutil, sys
from fnmatch import fnmatch
from pathlib import Path
home, words = Path(os.environ["GH_HOME"]), sys.argv[1:]
options = dict(word[2:].split("=", 1) for word in words if word.startswith("--") and "=" in word)
body = Path(options["body-file"]).read_text() if "body-file" in options else None
with (home / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps([words, body]) + "\\n")
match words[:2]:
    case "run", "list":
        for name in sorted((p.name for p in (home / "artefacts").glob("*")), reverse=True):
            print(name)
    case "run", "download":
        run = home / "artefacts" / words[2]
        named = run / options["name"] if "name" in options else None
        found = [named] if named else [p for p in run.glob("*") if fnmatch(p.name, options["pattern"])]
        if not any(p.is_dir() for p in found):
            sys.exit("no artifact matches any of the names or patterns provided")
        for p in found:
            shutil.copytree(p, options["dir"] if named else options["dir"] + "/" + p.name, dirs_exist_ok=True)
    case "issue", "list":
        issues = home / "issues.json"
        print(issues.read_text() if issues.exists() else "[]")
    case ("label", "create") | ("issue", "create" | "edit" | "comment" | "close"):
        pass
    case _:
        sys.exit(f"unknown command {{words}}")
"""


def load(path: Path) -> dict[Any, Any]:
    """Return a workflow or an action."""
    content: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


def find_step(job: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the step of a job that has this id or name."""
    found: dict[str, Any] = next(step for step in job["steps"] if name in (step.get("id"), step.get("name")))
    return found


@dataclass
class Done:
    """What a step left behind."""

    code: int
    log: str
    outputs: dict[str, str]


@dataclass
class Machine:
    """One job's machine: its folder, and the variables that all its steps see."""

    folder: Path
    environment: Mapping[str, str]
    ran: list[Done] = field(default_factory=list)

    def __post_init__(self) -> None:
        if shutil.which("jq") is None:
            pytest.skip("needs jq, as GitHub's machines have it: apt-get install jq")
        self.work, self.temp, self.home = (self.folder / name for name in ("work", "temp", "gh"))
        for made in (self.work, self.temp, self.home / "artefacts", self.folder / "bin"):
            made.mkdir(parents=True, exist_ok=True)
        self.command("gh", GH.format(python=sys.executable))
        # What the action's first steps would have made.
        (self.temp / "vidconform").symlink_to(sys.prefix)

    def command(self, name: str, script: str) -> None:
        """Put a command before all others of its name."""
        (self.folder / "bin" / name).write_text(script)
        (self.folder / "bin" / name).chmod(0o755)

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

    def run(self, step: Mapping[str, Any], **variables: str) -> Done:
        """Run the script of a step; `variables` are those that the step's `env` names, no more and no fewer."""
        assert set(variables) == set(step.get("env", {})), "the step is handed other variables"
        return self._bash(step["run"], variables)

    def act(self, **inputs: str) -> Done:
        """Run what the action does when it is installed, with inputs as `with` gives them and the defaults."""
        action = load(ACTION)
        declared = {name: str(one.get("default", "")) for name, one in action["inputs"].items()}
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert set(given) <= set(declared), "no such input"
        handed = {f"INPUT_{name.upper().replace('-', '_')}": value for name, value in (declared | given).items()}
        return self._bash(action["runs"]["steps"][-1]["run"], {"PYTHONSAFEPATH": "1", **handed})

    def _bash(self, script: str, variables: Mapping[str, str]) -> Done:
        output = self.folder / "output"
        output.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.work, env={**self._runner(output), **variables}, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        outputs = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
        self.ran.append(Done(done.returncode, done.stdout + done.stderr, outputs))
        return self.ran[-1]

    def _runner(self, output: Path) -> dict[str, str]:
        path = f"{self.folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md")}
        return {**self.environment, **files, "PATH": path, "RUNNER_TEMP": str(self.temp), "GH_HOME": str(self.home)}
