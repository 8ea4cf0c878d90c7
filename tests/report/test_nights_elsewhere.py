"""A night from a crontab and one of GitLab CI: the files of docs/night, run as cron and a runner run them."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.report.test_night_workflow import FAULT, STATEMENT, no_credit, vendor
from tests.support.github import ROOT
from tests.support.processes import KEYS, environment
from tests.support.report_runs import verdict, write_run
from vidconform.cli import main

FILES = ROOT / "docs" / "night"
KEY = KEYS["OCTOPUSX_API_KEY"]
BIN = str(Path(sys.executable).parent)
# What takes few requests of each contract; a night that says nothing of one closes nothing.
A_FEW = "-k 'retrieve-without-id or status-type' --poll-interval=0.01"


@dataclass
class Ended:
    """What a night printed, which cron mails and GitLab keeps, and what it ended with."""

    said: str
    code: int


def shell(command: str, folder: Path, environ: dict[str, str]) -> Ended:
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, timeout=120,
    )  # fmt: skip
    return Ended(done.stdout, done.returncode)


# From a crontab.


def crontab(folder: Path) -> tuple[dict[str, str], str]:
    """Return the variables and the command of the crontab, with the reader's folders in their places."""
    text = (FILES / "crontab").read_text("utf-8")
    text = text.replace("/opt/vidconform/bin", BIN).replace("/var/lib/vidconform", str(folder))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]+=", line))
    [entry] = [line for line in lines if re.match(r"[\d*]", line)]
    *when, command = entry.split(maxsplit=5)
    assert [re.fullmatch(r"\d+|\*", field) is not None for field in when] == [True] * 5
    assert "%" not in command, "cron would end the command there"
    return variables, command


def by_cron(folder: Path, served: dict[str, str], key: str = KEY) -> Ended:
    shutil.copy(FILES / "night.sh", folder)
    variables = {"OCTOPUSX_BASE_URL": served["url"], "PYTEST_ADDOPTS": A_FEW, "OCTOPUSX_API_KEY": key}
    variables["OCTOPUSX_TASK_IDS"] = served["tasks"]
    exported = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items() if value]
    planted = folder / "planted" / "settings"
    planted.parent.mkdir(exist_ok=True)
    planted.write_text("".join(exported), "utf-8")
    if not (folder / "settings").exists():
        (folder / "settings").symlink_to(planted)
    environ, command = crontab(folder)
    return shell(command, folder, {"HOME": str(folder), "SHELL": "/bin/sh", **environ})


# Of GitLab CI.


def by_gitlab(folder: Path, served: dict[str, str], key: str = KEY) -> Ended:
    """Run the job's script in a fresh checkout that has its cache, and keep its cache again."""
    job = yaml.safe_load((FILES / "gitlab-ci.yml").read_text("utf-8"))["vendor"]
    checkout, cache = folder / "checkout", folder / "cache"
    shutil.rmtree(checkout, ignore_errors=True)
    shutil.copytree(cache, checkout) if cache.exists() else checkout.mkdir()
    shutil.copy(FILES / "night.sh", checkout)
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "pip").write_text("#!/bin/sh\n")
    (tools / "pip").chmod(0o755)
    environ = environment(
        OCTOPUSX_BASE_URL=served["url"], PYTEST_ADDOPTS=A_FEW, OCTOPUSX_TASK_IDS=served["tasks"],
        CI_JOB_URL="https://gitlab.test/someone/else/-/jobs/7", **({"OCTOPUSX_API_KEY": key} if key else {}),
    )  # fmt: skip
    ended = shell("set -e\n" + "\n".join(job["script"]), checkout, {**environ, "PATH": f"{tools}:{BIN}:/usr/bin:/bin"})
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir()
    for name in job["cache"]["paths"]:
        if (checkout / name).is_dir():
            shutil.copytree(checkout / name, cache / name)
        elif (checkout / name).exists():
            shutil.copy(checkout / name, cache / name)
    return ended


How = Callable[..., Ended]


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("how", [by_gitlab, by_cron])
def test_what_is_new_is_said_once_and_nothing_else(how: How, tmp_path: Path) -> None:
    nights = {}
    for name, case in {
        "well": {}, "changed": {"vice": FAULT}, "as changed": {"vice": FAULT}, "down": {"down": True},
        "no credit": {"change": no_credit}, "mended": {},
    }.items():  # fmt: skip
        with vendor(**case) as served:  # type: ignore[arg-type]
            nights[name] = how(tmp_path, served)
    assert {name: night.code for name, night in nights.items()} == {
        "well": 0, "changed": 1, "as changed": 0, "down": 0, "no credit": 4, "mended": 0,
    }, nights  # fmt: skip
    assert [nights[name].said for name in ("well", "as changed", "down")] == ["", "", ""]
    changed = nights["changed"].said
    assert changed.startswith("vidconform: octopusx: retrieve-without-id-is-refused\n\n`octopusx`, as of ")
    assert STATEMENT in changed
    assert "notice@1" not in changed
    assert ("[the run](https://gitlab.test/someone/else/-/jobs/7)" in changed) == (how is by_gitlab)
    assert "not judged, and yours to mend; octopusx/query: add to the credit of the account of OCTOPUSX_API_KEY" in (
        nights["no credit"].said
    )
    assert nights["mended"].said.startswith("octopusx: issue #1 to be closed, all is well again\n")
    kept = tmp_path if how is by_cron else tmp_path / "checkout"
    assert len(list((kept / "nights").iterdir())) == 6
    assert (kept / "site" / "index.html").is_file()
    assert KEY not in "".join(night.said for night in nights.values())


@pytest.mark.slow
@pytest.mark.parametrize("how", [by_gitlab, by_cron])
def test_a_night_without_a_key_says_which_variable_to_set(how: How, tmp_path: Path) -> None:
    with vendor() as served:
        night = how(tmp_path, served, key="")
    assert night.code == 4
    assert "a live run needs the API key in the environment variable OCTOPUSX_API_KEY" in night.said


@pytest.mark.parametrize("name", ["gitlab-ci.yml", "crontab"])
def test_each_file_stands_on_the_page_as_it_is(name: str) -> None:
    text = (FILES / name).read_text("utf-8")
    assert f"\n{text}```\n" in (ROOT / "docs" / "nightly-elsewhere.md").read_text("utf-8")


# The file that remembers.


def remembered(folder: Path, *more: str) -> int:
    memory = f"--memory={folder / 'issue.json'}"
    return main(["notice", str(folder / "nights"), str(folder / "new"), "--provider=acme", memory, *more])


def test_a_file_of_another_form_is_no_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path / "new", [verdict("fails")], code=1)
    (tmp_path / "nights").mkdir()
    (tmp_path / "issue.json").write_text("{}", "utf-8")
    assert remembered(tmp_path) == 4
    assert "--memory=" in capsys.readouterr().err
    assert (tmp_path / "issue.json").read_text("utf-8") == "{}"


def test_a_memory_and_a_list_of_issues_are_one_too_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path / "new", [verdict("fails")], code=1)
    assert remembered(tmp_path, f"--issues={tmp_path / 'issues.json'}") == 4
    assert "no --issues beside it" in capsys.readouterr().err


def test_what_is_told_twice_is_told_once_also_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path / "new", [verdict("fails")], code=1)
    (tmp_path / "nights").mkdir()
    assert remembered(tmp_path, "--json") == 1
    assert '"action": "open"' in capsys.readouterr().out
    assert remembered(tmp_path, "--json") == 0
    assert '"action": "none"' in capsys.readouterr().out


def test_what_is_the_owner_s_to_mend_is_said_each_night_until_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "put videos=ID into ACME_TASK_IDS (not one documented success was seen)"
    task = {"contract": "acme/videos", "cause": "task", "variable": "ACME_TASK_IDS", "sentence": sentence}
    (tmp_path / "nights").mkdir()

    def said(label: str, *remedies: dict[str, str]) -> str:
        write_run(tmp_path / "new", [verdict(label)], code=1 if label == "fails" else 0, remedies=remedies)
        remembered(tmp_path)
        return capsys.readouterr().out

    told = [said("conforms", task), said("conforms", task), said("fails", task), said("fails", task)]
    assert [text.count(f"acme/videos: {sentence}") for text in told] == [1, 1, 1, 1], told
    assert said("fails") == ""
