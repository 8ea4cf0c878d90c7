"""The twenty lines of docs/night/github.yml, step by step: a vendor that changes or is down, and what is ours to mend.

Each night runs the caller, what it calls, every script in its order under its condition, on an emulator on loopback.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.support.github import ROOT, load
from tests.support.github_expressions import Context, evaluate, filled
from tests.support.github_runner import Job, Repository, WorkflowRefused, check_call, declared
from tests.support.live_cases import Change
from tests.support.processes import KEYS, environment
from tests.support.rawserver import refusing
from vidconform.contracts.provider import find_provider
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running

CALLER = ROOT / "docs" / "night" / "github.yml"
NIGHT = ROOT / ".github" / "workflows" / "night.yml"
NIGHTLY = ROOT / ".github" / "workflows" / "nightly.yml"
KEY = KEYS["OCTOPUSX_API_KEY"]
FAULT = "no-id-as-200"
STATEMENT = "The query parameter id is required, and a query that lacks it is refused."
LINK = r"https://github\.test/someone/else/actions/runs/\d+"


def no_credit(reply: ReplyContext) -> None:
    """A vendor that answers nobody whose credit is used up."""
    reply.refuse(402, "Please top up.", "insufficient_quota")


@contextmanager
def vendor(vice: str | None = None, change: Change | None = None, down: bool = False) -> Iterator[dict[str, str]]:
    """Serve octopusx and yield what leads a night there: the address, and a task of each contract."""
    with running("octopusx", environ=KEYS, vice=vice, change=change) as octopusx, refusing() as nobody:
        tasks = " ".join(f"{name}={ids[0]}" for name, ids in octopusx.task_ids.items())
        url = nobody if down else octopusx.url
        yield {"url": url, "tasks": tasks}


class Owner:
    """Whoever keeps the file in a repository, and looks at what came of each night."""

    def __init__(self, folder: Path, caller: Path = CALLER) -> None:
        self.repository, self.caller = Repository(folder, {}), caller

    def night(self, served: dict[str, str], key: str = KEY, tasks: str | None = None) -> dict[str, Job]:
        quick = {"PYTEST_ADDOPTS": "--poll-interval=0.01"}
        self.repository.environment = environment(OCTOPUSX_BASE_URL=served["url"], **quick)
        self.repository.secrets = {"OCTOPUSX_API_KEY": key} if key else {}
        told = served["tasks"] if tasks is None else tasks
        self.repository.variables = {"OCTOPUSX_TASK_IDS": told} if told else {}
        return self.repository.run(self.caller)

    @property
    def issue(self) -> str:
        return str(self.repository.issues[0]["body"]) if self.repository.issues else ""


# What the files say.


def test_the_caller_has_twenty_lines_at_most_and_stands_on_the_page_as_it_is() -> None:
    text = CALLER.read_text("utf-8")
    assert len(text.splitlines()) <= 20
    assert f"```yaml\n{text}```\n" in (ROOT / "docs" / "nightly.md").read_text("utf-8")


def test_the_caller_grants_what_the_called_jobs_ask_for_and_no_more(tmp_path: Path) -> None:
    check_call(CALLER)
    caller = load(CALLER)
    for scope in list(caller["jobs"]["night"]["permissions"]):
        less = {name: level for name, level in caller["jobs"]["night"]["permissions"].items() if name != scope}
        file = tmp_path / "less.yml"
        job = {**caller["jobs"]["night"], "permissions": less}
        file.write_text(yaml.safe_dump({"permissions": {}, "jobs": {"night": job}}), "utf-8")
        with pytest.raises(WorkflowRefused, match=f"requesting {scope}"):
            check_call(file)


def test_the_nightly_of_this_repository_grants_what_it_calls() -> None:
    check_call(NIGHTLY)


@pytest.mark.parametrize(
    ("given", "what"),
    [({"providr": "octopusx"}, "inputs"), ({}, "inputs"), ({}, "secrets"), ({"provider": 1}, "inputs")],
)
def test_a_call_that_github_would_refuse_is_refused(given: dict[str, object], what: str) -> None:
    with pytest.raises(WorkflowRefused):
        declared(NIGHT, given, what)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${{ secrets.key != '' }}", True),
        ("${{ secrets.other-key != '' }}", False),
        ("${{ inputs.most || vars[format('{0}_MOST', matrix.name)] || '0' }}", "3"),
        ("results-${{ matrix.name }}", "results-ACME"),
        ("${{ !cancelled() && inputs.site }}", True),
        ("on: ${{ inputs.site }}", "on: true"),
    ],
)
def test_expressions_come_to_what_github_makes_of_them(text: str, value: object) -> None:
    contexts = {
        "secrets": Context(key="x"), "inputs": Context(site=True), "vars": Context(ACME_MOST="3"),
        "matrix": Context(name="ACME"),
    }  # fmt: skip
    assert filled(text, contexts, {"cancelled": lambda: False}) == value


def test_an_expression_that_nothing_reads_is_no_empty_one() -> None:
    with pytest.raises(AssertionError, match="do not read"):
        evaluate("1 + 1", {}, {})
    with pytest.raises(AssertionError, match="no context"):
        evaluate("scerets.key", {"secrets": Context()}, {})


# What the nights do.


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Owner, dict[str, dict[str, Job]], dict[str, str]]:
    """Nights one after the other, and the issue after each."""
    owner = Owner(tmp_path_factory.mktemp("else"))
    nights, issues = dict[str, dict[str, Job]](), dict[str, str]()
    cases: dict[str, dict[str, object]] = {
        "well": {}, "changed": {"vice": FAULT}, "as changed": {"vice": FAULT}, "down": {"down": True},
        "without credit": {"change": no_credit}, "mended": {},
    }  # fmt: skip
    for name, case in cases.items():
        with vendor(**case) as served:  # type: ignore[arg-type]
            nights[name] = owner.night(served)
        issues[name] = owner.issue
    return owner, nights, issues


Lived = tuple[Owner, dict[str, dict[str, Job]], dict[str, str]]


def judged(lived: Lived, name: str) -> Job:
    return lived[1][name]["night/judge"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_first_night_is_quiet_and_leaves_a_site_that_nobody_publishes(lived: Lived) -> None:
    well = judged(lived, "well")
    assert well.result == "success", well.log
    assert well.summary.splitlines()[-1].startswith("octopusx: nothing new")
    assert lived[2]["well"] == ""
    assert list(lived[1]["well"]) == ["night/judge", "night/site/build"]
    assert lived[0].repository.published == []
    assert (lived[0].repository.kept / "1001" / "site-octopusx" / "index.html").is_file()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_change_opens_an_issue_that_tells_all(lived: Lived) -> None:
    changed, issue = judged(lived, "changed"), lived[2]["changed"]
    assert changed.result == "failure"
    assert changed.steps[-1][0] == "How the night ended"
    told = [line for line in issue.splitlines() if line.startswith("- ")]
    assert len(told) == 1, issue
    assert (
        "`octopusx/query` `retrieve-without-id-is-refused` [MUST]: expected `a refusal with 4xx`, received `" in told[0]
    )
    assert re.search(rf"UTC, \[the run\]\({LINK}\):", issue)
    assert "  " + STATEMENT in issue
    assert re.search(r"^  ```sh\n  curl -i .*\n  ```$", issue, re.MULTILINE)
    assert "got worse: 1\n" in changed.summary
    assert "  .F  retrieve-without-id-is-refused: fails since" in changed.summary


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_same_fault_again_is_quiet(lived: Lived) -> None:
    again = judged(lived, "as changed")
    assert again.result == "success", again.log
    assert "octopusx: nothing new; issue #7 names 1 fault" in again.summary
    assert lived[2]["as changed"] == lived[2]["changed"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_vendor_that_is_down_is_nobodys_fault(lived: Lived) -> None:
    down = judged(lived, "down")
    assert down.result == "success", down.log
    assert "nothing is fixed and nothing is broken by this night" in down.summary
    assert "yours to mend" not in down.summary
    assert lived[2]["down"] == lived[2]["changed"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_used_up_credit_is_named_and_is_not_the_vendors_silence(lived: Lived) -> None:
    broke = judged(lived, "without credit")
    assert broke.result == "failure"
    said = "add to the credit of the account of OCTOPUSX_API_KEY, or put the key of another account there ("
    assert f"\noctopusx: not judged, and yours to mend; octopusx/query: {said}" in broke.summary
    assert f"\n::error::octopusx: not judged, and yours to mend; octopusx/query: {said}" in broke.log
    assert lived[2]["without credit"] == lived[2]["changed"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_what_is_mended_closes_the_issue_and_the_site_knows_all_nights(lived: Lived) -> None:
    mended = judged(lived, "mended")
    assert mended.result == "success", mended.log
    assert lived[2]["mended"] == ""
    assert "6 runs" in lived[1]["mended"]["night/site/build"].log


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "a live run needs the API key in the environment variable OCTOPUSX_API_KEY"),
        ("sk-octopusx-Qq1/2wE+3rTy", "the key in OCTOPUSX_API_KEY is refused, or may not do this"),
    ],
)
def test_a_night_with_no_key_or_a_wrong_one_says_at_once_which_variable_to_set(
    key: str, said: str, tmp_path: Path
) -> None:
    owner = Owner(tmp_path)
    with vendor() as served:
        night = owner.night(served, key=key)
    [error] = [line for line in night["night/judge"].log.splitlines() if line.startswith("::error::")]
    assert error.startswith("::error::octopusx: not judged, and yours to mend (exit code ")
    assert said in error
    assert night["night/judge"].result == "failure"
    assert owner.repository.issues == []
    assert night["night/site/build"].summary == "No night has results yet, so there is no site.\n"


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_night_without_a_task_says_which_variable_would_show_more(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    with vendor() as served:
        night = owner.night(served, tasks="")["night/judge"]
    assert night.result == "success", night.log
    said = "::warning::octopusx: nothing new; octopusx/query: put query=ID into OCTOPUSX_TASK_IDS, "
    assert f"\n{said}" in night.log


@pytest.mark.slow
@pytest.mark.exhaustive
def test_no_secret_is_printed_or_kept(lived: Lived) -> None:
    owner, nights, _ = lived
    assert nights["well"]["night/judge"].steps
    assert KEY not in "".join(job.log + job.summary for night in nights.values() for job in night.values())
    kept = [path for path in owner.repository.kept.rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if KEY.encode() in path.read_bytes()] == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_what_a_vendor_says_is_no_command_to_github(lived: Lived) -> None:
    log = judged(lived, "changed").log
    for stopped in re.findall(r"::stop-commands::(\w+)\n", log):
        assert f"\n::{stopped}::\n" in log.partition(f"::stop-commands::{stopped}\n")[2]
    outside = re.sub(r"::stop-commands::(\w+)\n.*?\n::\1::\n", "", log, flags=re.DOTALL)
    assert "retrieve-without-id" not in outside


@pytest.mark.slow
@pytest.mark.exhaustive
def test_pages_are_published_where_the_caller_asks_for_them(tmp_path: Path) -> None:
    caller = load(CALLER)
    caller["jobs"]["night"]["with"] |= {"pages": True, "arguments": "-k status-type"}
    caller["jobs"]["night"]["permissions"] |= {"pages": "write", "id-token": "write"}
    file = tmp_path / "pages.yml"
    file.write_text(yaml.safe_dump(caller), "utf-8")
    owner = Owner(tmp_path / "else", file)
    with vendor() as served:
        night = owner.night(served)
    assert list(night) == ["night/judge", "night/site/build", "night/site/publish"]
    assert owner.repository.published == ["uploaded", "deployed"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_provider_of_the_callers_own_is_judged_under_its_name(tmp_path: Path) -> None:
    files = tmp_path / "files"
    shutil.copytree(find_provider("octopusx").folder, files / "vendors" / "mine")
    caller = load(CALLER)
    caller["jobs"]["night"]["with"] |= {"provider": "vendors/mine/", "arguments": "-k status-type"}
    file = tmp_path / "own.yml"
    file.write_text(yaml.safe_dump(caller), "utf-8")
    owner = Owner(tmp_path / "else", file)
    owner.repository.files = files
    with vendor() as served:
        night = owner.night(served)
    assert night["night/judge"].result == "success", night["night/judge"].log
    assert (owner.repository.kept / "1001" / "results-mine" / "results.jsonl").is_file()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_nightly_of_this_repository_judges_each_vendor_that_has_a_key(tmp_path: Path) -> None:
    owner = Owner(tmp_path, NIGHTLY)
    with vendor() as served:
        night = owner.night(served)
    skipped = [name for name, job in night.items() if "there is no key" in job.summary]
    told = [name for name in night if name not in skipped]
    assert told == ["plan", "judge octopusx/judge", "site/build"]
    assert len(skipped) > 10
    assert night["judge octopusx/judge"].result == "success", night["judge octopusx/judge"].log
    assert (owner.repository.kept / "1001" / "site" / "octopusx-query.html").is_file()
