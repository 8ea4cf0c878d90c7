"""Runs a workflow whole: the caller, what it calls, its jobs in their order and each step under its condition.

Scripts run in bash, actions of GitHub are played, and the rules that GitHub holds a call to are held here: inputs and
secrets that are declared, and no permission that the caller does not grant.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.support.github import ROOT, Done, Machine, load
from tests.support.github_expressions import Context, as_text, evaluate, filled

OURS = "OWNER/vidconform"
SHA = "0123456789abcdef0123456789abcdef01234567"
LEVELS = ("none", "read", "write")
ALWAYS = ("always()", "cancelled()", "failure()")


class WorkflowRefused(AssertionError):
    """What GitHub would refuse before any job starts."""


@dataclass
class Job:
    """A job that ran: its machine, the steps that ran with what they left, and its result."""

    name: str
    machine: Machine | None = None
    steps: list[tuple[str, Done]] = field(default_factory=list)
    result: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """All that its steps printed."""
        return "".join(done.log for _, done in self.steps)

    @property
    def summary(self) -> str:
        """What stands in its summary."""
        return self.machine.summary if self.machine is not None else ""


@dataclass
class Repository:
    """What GitHub keeps of a repository between its nights: secrets, variables, artifacts, issues, published pages."""

    folder: Path
    environment: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Path | None = None
    issues: list[dict[str, Any]] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    count: int = 1000

    @property
    def kept(self) -> Path:
        """The artifacts, by the number of the run."""
        return self.folder / "artefacts"

    def run(self, file: Path) -> dict[str, Job]:
        """Run a workflow and return its jobs by name, those of a workflow that it calls behind a slash."""
        self.count += 1
        workflow = load(file)
        check_call(file)
        return Night(self, file.name, self.folder / str(self.count)).run(workflow, {}, self.secrets, "")

    def asked(self, machine: Machine) -> None:
        """Do with the issues what was asked of `gh`."""
        for words, text in machine.calls:
            options = dict(word[2:].split("=", 1) for word in words if word.startswith("--") and "=" in word)
            if words[:2] in (["issue", "create"], ["issue", "edit"]):
                self.issues[:] = [{"number": 7, "title": options["title"], "body": text or ""}]
            elif words[:2] == ["issue", "close"]:
                self.issues.clear()


def called(job: Mapping[str, Any]) -> Path:
    """Return the file of a workflow that a job calls."""
    name = str(job["uses"]).removeprefix("./").removeprefix(f"{OURS}/").partition("@")[0]
    return ROOT / name


def check_call(file: Path, granted: Mapping[str, str] | None = None) -> None:
    """Hold the jobs of a called workflow to what the caller grants, whether they ever run or not."""
    workflow = load(file)
    for name, job in workflow["jobs"].items():
        wanted = job.get("permissions", workflow.get("permissions", granted or {}))
        excess = [scope for scope, level in wanted.items() if not _is_within(level, scope, granted)]
        if excess:
            raise WorkflowRefused(f"the nested job {name} is requesting {', '.join(excess)}")
        if "uses" in job:
            check_call(called(job), wanted)


def _is_within(level: str, scope: str, granted: Mapping[str, str] | None) -> bool:
    return granted is None or LEVELS.index(level) <= LEVELS.index(granted.get(scope, "none"))


def declared(file: Path, given: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Return the inputs or secrets of a called workflow as they were given, with defaults."""
    known = load(file)[True]["workflow_call"].get(what, {})
    lacking = [name for name, one in known.items() if one.get("required") and name not in given]
    if lacking or not set(given) <= set(known):
        raise WorkflowRefused(f"{file.name}: {what} {sorted(given)}, lacking {lacking}")
    types = {"string": str, "boolean": bool}
    for name, value in given.items() if what == "inputs" else ():
        if not isinstance(value, types[known[name]["type"]]):
            raise WorkflowRefused(f"{file.name}: {name} is {value!r}")
    return {name: given.get(name, one.get("default", "")) for name, one in known.items()}


@dataclass
class Night:
    """One run of a workflow."""

    repository: Repository
    file: str
    folder: Path

    def run(
        self, workflow: Mapping[str, Any], inputs: Mapping[str, Any], secrets: Mapping[str, str], prefix: str
    ) -> dict[str, Job]:
        """Run the jobs of a workflow in the order of their needs."""
        done: dict[str, Job] = {}
        needs: dict[str, Context] = {}
        for name, job in workflow["jobs"].items():
            before = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            base = {**self._contexts(inputs, secrets), "needs": Context({one: needs[one] for one in before})}
            condition, well = str(job.get("if", "")), all(needs[one]["result"] == "success" for one in before)
            if not self._holds(condition, base, well, None):
                needs[name] = Context(result="skipped", outputs=Context())
                continue
            found = self._matrix(f"{prefix}{name}", job, base)
            done |= found
            result = "failure" if any(one.result == "failure" for one in found.values()) else "success"
            outputs = next(iter(found.values())).outputs
            needs[name] = Context(result=result, outputs=Context(outputs))
        return done

    def _contexts(self, inputs: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
        github = {
            "token": "ghs_token", "repository": "someone/else", "ref_name": "main", "server_url": "https://github.test",
            "workflow_ref": f"someone/else/.github/workflows/{self.file}@refs/heads/main", "event_name": "schedule",
            "run_id": self.folder.name, "event": Context(repository=Context(fork=False)),
        }  # fmt: skip
        job = {"workflow_repository": OURS, "workflow_sha": SHA}
        variables = Context(self.repository.variables)
        return {
            "github": Context(github), "job": Context(job), "vars": variables, "inputs": Context(inputs),
            "secrets": Context(secrets), "matrix": Context(), "steps": Context(),
        }  # fmt: skip

    def _holds(self, condition: str, contexts: Mapping[str, Any], well: bool, machine: Machine | None) -> bool:
        """Whether a step or job runs: one whose condition does not speak of failure waits for success."""
        inside = condition.removeprefix("${{").removesuffix("}}")
        ruling = any(word in inside for word in ALWAYS)
        functions = self._functions(machine)
        return (well or ruling) and (not inside or bool(evaluate(inside, contexts, functions)))

    def _functions(self, machine: Machine | None) -> dict[str, Any]:
        def hash_files(pattern: str) -> str:
            assert machine is not None
            return "hash" if any(machine.work.glob(pattern)) else ""

        return {"always": lambda: True, "cancelled": lambda: False, "hashFiles": hash_files}

    def _matrix(self, name: str, job: Mapping[str, Any], base: dict[str, Any]) -> dict[str, Job]:
        matrix = job.get("strategy", {}).get("matrix")
        if matrix is None:
            return self._job(name, job, base)
        done: dict[str, Job] = {}
        for row in filled(matrix, base, self._functions(None))["include"]:
            done |= self._job(f"{name} {row['provider']}", job, {**base, "matrix": Context(row)})
        return done

    def _job(self, name: str, job: Mapping[str, Any], base: dict[str, Any]) -> dict[str, Job]:
        if "uses" in job:
            file = called(job)
            given = {
                what: {key: filled(value, base, self._functions(None)) for key, value in job.get(written, {}).items()}
                for what, written in (("inputs", "with"), ("secrets", "secrets"))
            }
            inputs, secrets = (declared(file, given[what], what) for what in ("inputs", "secrets"))
            return self.run(load(file), inputs, secrets, f"{name}/")
        found = Job(name, Machine(self.folder / name.replace("/", "-"), self.repository.environment))
        self._steps(found, job, base)
        return {name: found}

    def _steps(self, found: Job, job: Mapping[str, Any], base: dict[str, Any]) -> None:
        machine = found.machine
        assert machine is not None
        self._prepare(machine)
        functions = self._functions(machine)
        env = {key: as_text(filled(value, base, functions)) for key, value in job.get("env", {}).items()}
        machine.environment = {**machine.environment, **env}
        contexts = {**base, "steps": Context()}
        for step in job["steps"]:
            if not self._holds(str(step.get("if", "")), contexts, found.result == "success", machine):
                continue
            done = self._step(machine, step, contexts)
            found.steps.append((str(step.get("id") or step.get("name") or step.get("uses")), done))
            found.result = "failure" if done.code else found.result
            if "id" in step:
                contexts["steps"][step["id"]] = Context(outputs=Context(done.outputs))
        found.outputs = {
            key: as_text(filled(value, contexts, functions)) for key, value in job.get("outputs", {}).items()
        }
        self.repository.asked(machine)

    def _prepare(self, machine: Machine) -> None:
        """Give a machine what GitHub keeps, and a pip that installs what is installed."""
        for run in sorted(self.repository.kept.glob("*")):
            if run.name != self.folder.name:
                shutil.copytree(run, machine.home / "artefacts" / run.name, dirs_exist_ok=True)
        (machine.home / "issues.json").write_text(json.dumps(self.repository.issues))
        machine.command("pip", "#!/bin/sh\nexit 0\n")

    def _step(self, machine: Machine, step: Mapping[str, Any], contexts: Mapping[str, Any]) -> Done:
        functions = self._functions(machine)
        if "run" in step:
            env = {key: as_text(filled(value, contexts, functions)) for key, value in step.get("env", {}).items()}
            return machine.run(step, **env)
        given = {key: as_text(filled(value, contexts, functions)) for key, value in step.get("with", {}).items()}
        action = str(step["uses"]).partition("@")[0]
        if action == "./.vidconform":
            assert (machine.work / ".vidconform" / "action.yml").is_file(), "it was not checked out"
            return machine.act(**{key.replace("-", "_"): value for key, value in given.items()})
        self._play(action, machine, given)
        return Done(0, "", {"page_url": "https://someone.github.test"} if action == "actions/deploy-pages" else {})

    def _play(self, action: str, machine: Machine, given: Mapping[str, str]) -> None:
        """Do what an action of GitHub does."""
        here = self.repository.kept / self.folder.name
        match action:
            case "actions/checkout" if given.get("repository"):
                assert (given["repository"], given["ref"]) == (OURS, SHA)
                if "path" in given:
                    (machine.work / given["path"]).symlink_to(ROOT)
            case "actions/checkout":
                if self.repository.files is not None:
                    shutil.copytree(self.repository.files, machine.work, dirs_exist_ok=True)
            case "actions/upload-artifact":
                assert "/" not in given["name"]
                shutil.copytree(machine.work / given["path"], here / given["name"], dirs_exist_ok=True)
            case "actions/download-artifact":
                for kept in self._matching(here, given["pattern"]):
                    shutil.copytree(kept, machine.work / given["path"] / kept.name, dirs_exist_ok=True)
            case "actions/upload-pages-artifact":
                self.repository.published.append("uploaded")
            case "actions/deploy-pages":
                self.repository.published.append("deployed")
            case _:
                assert action == "actions/setup-python", action

    def _matching(self, folder: Path, pattern: str) -> Iterator[Path]:
        return (path for path in sorted(folder.glob("*")) if fnmatch(path.name, pattern))
