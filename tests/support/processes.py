"""Starts the processes that users and scripts start, and reads what they leave."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest
import pytest_recording.plugin
import xdist.plugin
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from jsonschema import Draft202012Validator
from pytest_recording import network
from vcr.serializers import yamlserializer
from xdist import scheduler

from vidconform import plugin
from vidconform.contracts.provider import all_providers, known_providers
from vidconform.emulator.server import Running
from vidconform.locations import data_folder
from vidconform.plugin import judge as judge_hooks
from vidconform.plugin import reporter, workers
from vidconform.redaction.secret_encodings import by_core, encoded_forms, encodings
from vidconform.report.pages import page_environment
from vidconform.report.results_writer import SCHEMA

KEYS = {
    "OCTOPUSX_API_KEY": "sk-octopusx-Zq7/3vN+9tLw",
    "GPTGE_API_KEY": "sk-gptge-Hk2/8xB+4mRd",
    "OPEAI_API_KEY": "sk-opeai-Wt5/1cF+6yPs",
    "OPEAI_TOKEN": "jwt.opeai-Gn3/7rK+2dXv.e30",
    "OPEAI_ADMIN_TOKEN": "jwt.admin-Mb8/5hQ+9jZc.e30",
    "OPENAI_API_KEY": "sk-openai-Vd6/9bK+3nXe",
    "CHAINHUB_API_KEY": "sk-chainhub-Lp4/6wT+1gSy",
}
# The folder below which a test may write a key: all else is searched for them when the tests are over.
PLANTED = "planted"
_FORMS = by_core({raw for key in KEYS.values() for form in encoded_forms(key) for raw in encodings(form)})
# Those that a test asks one by one; the others differ in data alone.
PROVIDERS = ("chainhub", "gptge", "octopusx", "opeai", "openai")
EVERY_PROVIDER = tuple(known_providers())
NAMES = ", ".join(all_providers())

QUICK = ("--poll-interval=0.01", "--fuzz=0")

Row = dict[str, Any]
Key = tuple[str, str, str]

# What our own tests need beside it and a user of vidconform does not have.
UNNEEDED = [
    word for name in ("schemathesis", "hypothesispytest", "benchmark", "randomly") for word in ("-p", f"no:{name}")
]
_NEEDED = [word for name in (plugin, pytest_recording.plugin, xdist.plugin) for word in ("-p", name.__name__)]
# pytester forgets a module that is first imported in one of its runs, and some do not bear to be imported twice.
_LOADED = (httpx, httpcore, yamlserializer, judge_hooks, reporter, workers, network, scheduler, page_environment)

_OURS = ("_API_KEY", "_TOKEN", "_BASE_URL")
# Without bytecode each of hundreds of processes would compile all of it anew.
_FOREIGN = ("PYTEST_", "VIDCONFORM_", "GITHUB_", "COV_", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")


def holds_a_key(content: bytes) -> bool:
    """Whether a whole key of the tests stands in a content, however it is written; pieces have tests of their own."""
    return any(core in content and any(form in content for form in forms) for core, forms in _FORMS.items())


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of a shell that has never heard of us, and some variables."""
    known = {name: v for name, v in os.environ.items() if not name.endswith(_OURS) and not name.startswith(_FOREIGN)}
    return known | variables


@dataclass(frozen=True)
class Run:
    """A finished run of pytest; `report` is the folder given with --report."""

    code: int
    out: str
    err: str
    report: Path

    @cached_property
    def lines(self) -> list[Row]:
        """The lines of results.jsonl."""
        return [json.loads(line) for line in (self.report / "results.jsonl").read_text("utf-8").splitlines()]

    @cached_property
    def verdicts(self) -> dict[Key, Row]:
        """The verdicts of results.jsonl by contract, requirement and subject."""
        rows = [line for line in self.lines if line["kind"] == "verdict"]
        found = {(row["contract"], row["requirement"], row["subject"]): row for row in rows}
        assert len(found) == len(rows), "a verdict was written twice"
        return found

    def labels(self, subject: str = "service") -> dict[str, str]:
        """The readings of one subject by requirement, of the run's only contract."""
        return {key[1]: row["reading"] for key, row in self.verdicts.items() if key[2] == subject}

    @property
    def end(self) -> Row:
        """The last line of results.jsonl."""
        return self.lines[-1]

    def ran(self) -> str:
        """Everything that the process printed, for the message of a failed assertion."""
        return f"exit {self.code}\n{self.out}\n{self.err}"


def validator() -> Draft202012Validator:
    """Return what holds a line of results.jsonl to its schema, times included."""
    formats = Draft202012Validator.FORMAT_CHECKER
    assert "date-time" in formats.checkers, "without rfc3339-validator no time would be checked"
    return Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")), format_checker=formats)


def judge(folder: Path, *arguments: str, **variables: str) -> Run:
    """Run pytest in a folder, with --report=FOLDER/report."""
    report = folder / "report"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *UNNEEDED, f"--report={report}", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(**variables), capture_output=True, text=True, timeout=300, check=False
    )
    return Run(done.returncode, done.stdout, done.stderr, report)


class _CompiledPages(BytecodeCache):
    """What the templates of pages were compiled to: each run in this process would do it anew."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template what it was compiled to before."""
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template was compiled to."""
        self._codes[bucket.key] = bucket.bytecode_to_string()


_PAGES = partial(Environment, bytecode_cache=_CompiledPages())


def judge_inside(pytester: pytest.Pytester, *arguments: str, **variables: str) -> Run:
    """Run pytest in this very process, which costs no start; with --report=FOLDER/report."""
    report = pytester.path / "report"
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(environment()):
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        patch.setattr(page_environment, "Environment", _PAGES)
        done = pytester.runpytest_inprocess("-p", "no:cacheprovider", *_NEEDED, f"--report={report}", *arguments)
    return Run(int(done.ret), done.stdout.str(), done.stderr.str(), report)


def live(emulator: Running, tasks: bool = True) -> list[str]:
    """Return the options of a live run against an emulator, with every task that it knows and nothing generated."""
    provider = emulator.server_state.provider.name
    known = [f"--task-id={name}={task}" for name, ids in emulator.task_ids.items() for task in ids if tasks]
    return [f"--provider={provider}", "--live", f"--provider-url={emulator.url}", *QUICK, *known]


def copy_of(provider: str, folder: Path, *, cassettes: bool = True) -> Path:
    """Copy a provider into a folder of its own, as a user would keep one outside the project."""
    copied = folder / f"my-{provider}"
    shutil.copytree(data_folder("specs") / provider, copied)
    if cassettes:
        shutil.copytree(data_folder("cassettes") / provider, copied / "cassettes")
    return copied
