"""The workflows and the action: what they may do, and what their scripts do.

Their expressions and their shell are checked by actionlint, in `.ci/run workflows`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.github import ACTION, ROOT, WORKFLOWS, Machine, find_step, load
from tests.support.live_cases import Change
from tests.support.processes import EVERY_PROVIDER, KEYS, NAMES, copy_of, environment
from tests.support.rawserver import http, refusing, serving
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.doctor.exit_codes import ExitCode
from vidconform.doctor.github_action.action_inputs import read_inputs
from vidconform.doctor.github_action.action_steps import main
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.errors.error_types import BadOption

KEY = "sk-gptge-Hk2/8xB+4mRd"
TASK = "video_68f082321ed08193a4eaf01376fa10bc0284bd663de64dc5"
ON_GITHUB = {"GH_TOKEN": "ghs_token", "GH_REPO": "someone/vidconform"}
OF_A_BRANCH = {**ON_GITHUB, "BRANCH": "main", "WORKFLOW": "someone/else/.github/workflows/vendor.yml@refs/heads/main"}
NIGHTLY, NIGHT, SITES, CI = (
    load(ROOT / ".github" / "workflows" / f"{name}.yml") for name in ("nightly", "night", "site", "ci")
)
PLAN, JUDGE, SITE = NIGHTLY["jobs"]["plan"], NIGHT["jobs"]["judge"], SITES["jobs"]["build"]
MAY_WRITE = {("judge", "issues"), ("site", "pages"), ("site", "id-token")}
# What publishes must not ask whoever wants no pages for what it needs; what calls another has what that one asks for.
LEFT_TO_THE_CALLER = {("site", "publish"), ("night", "site")}
FAULTY = "progress-as-text"
RESULTS = (
    '{"kind":"run","format":"vidconform/results@1","version":"0.1.0","mode":"live","started_at":"2026-11-23T03:17:00Z"}'
    '\n{"kind":"end","finished_at":"2026-11-23T03:18:00Z","verdicts":0,"cost":{},"exit":6}\n'
)


def strings(node: object) -> Iterator[str]:
    """Yield every text of a workflow."""
    if isinstance(node, Mapping):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)
    else:
        yield str(node)


# What the files say.


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_a_script_is_short_and_holds_no_expression(path: Path) -> None:
    jobs = load(path).get("jobs") or {"": load(path)["runs"]}
    scripts = [step["run"] for job in jobs.values() for step in job.get("steps", []) if "run" in step]
    assert [script for script in scripts if len(script.splitlines()) > 20] == []
    assert [script for script in scripts if "${{" in script] == [], "a value comes by the environment"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_has_a_time_limit_and_least_permissions(path: Path) -> None:
    workflow = load(path)
    for name, job in workflow["jobs"].items():
        # A job that calls a workflow has those of its jobs.
        assert "uses" in job or 0 < job["timeout-minutes"] <= 90
        granted = job.get("permissions", workflow.get("permissions"))
        if granted is None:
            assert (path.stem, name) in LEFT_TO_THE_CALLER
            continue
        assert {(name, scope) for scope, level in granted.items() if level == "write"} <= MAY_WRITE


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_only_githubs_own_actions_are_used_at_a_commit_with_its_version_beside_it(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text("utf-8"))
    own = r"\./(?:\.vidconform|\.github/workflows/\w+\.yml)"
    assert [
        name for name in used if not re.fullmatch(rf"{own}|actions/[a-z-]+@[0-9a-f]{{40}} # v\d+\.\d+\.\d+", name)
    ] == []


def test_one_action_is_one_commit_everywhere() -> None:
    text = "".join(path.read_text("utf-8") for path in [*WORKFLOWS, ACTION])
    pins = set(re.findall(r"uses: (actions/[a-z-]+)@(.+)", text))
    assert len({action for action, _ in pins}) == len(pins), sorted(pins)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_checkout_leaves_no_token_behind(path: Path) -> None:
    steps = [step for job in load(path)["jobs"].values() for step in job.get("steps", [])]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout")]
    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []


def test_no_stranger_starts_a_night() -> None:
    assert set(NIGHTLY[True]) == {"schedule", "workflow_dispatch"}, "a pull request must not come near a key"
    assert set(NIGHT[True]) == set(SITES[True]) == {"workflow_call"}
    assert set(CI[True]) == {"push", "pull_request"}
    assert "secrets" not in "".join(strings(CI))
    assert "fork == false" in NIGHTLY["jobs"]["plan"]["if"]


def test_a_secret_is_handed_to_the_action_alone() -> None:
    told = [step for step in JUDGE["steps"] if any("secrets" in text for text in strings(step))]
    assert [step["id"] for step in told] == ["key", "night"]
    assert told[0]["env"]["PRESENT"] == "${{ secrets.key != '' }}", "whether there is a secret, and not the secret"
    assert told[1]["uses"] == "./.vidconform"
    assert "secrets" not in "".join(strings([SITES, NIGHT["jobs"]["site"], NIGHTLY["jobs"]["site"]]))


def test_the_token_of_github_is_not_in_the_environment_of_what_talks_to_a_vendor() -> None:
    holding = [step for step in JUDGE["steps"] if "GH_TOKEN" in step.get("env", {})]
    assert [step for step in holding if "uses" in step] == []
    assert "github.token" not in "".join(strings([JUDGE.get("env", {}), NIGHT.get("env", {})]))


def test_what_is_judged_with_is_of_the_commit_that_was_called() -> None:
    checkouts = [step["with"] for step in [*JUDGE["steps"], *SITE["steps"]] if "repository" in step.get("with", {})]
    assert len(checkouts) == 2
    for given in checkouts:
        assert (given["repository"], given["ref"]) == ("${{ job.workflow_repository }}", "${{ job.workflow_sha }}")


def test_the_night_hands_the_action_what_it_was_given() -> None:
    step = find_step(JUDGE, "night")["with"]
    own = {name for name in NIGHT[True]["workflow_call"]["inputs"] if name not in ("needs-key", "site", "pages")}
    assert {name: step[name] for name in own} == {name: f"${{{{ inputs.{name} }}}}" for name in own}
    assert set(step) <= set(load(ACTION)["inputs"])


def test_results_are_kept_whatever_happened() -> None:
    keep = next(step for step in JUDGE["steps"] if step.get("uses", "").startswith("actions/upload-artifact"))
    assert keep["if"] == "always() && hashFiles('vidconform-out/*.jsonl') != ''"
    assert keep["with"]["name"] == "results-${{ steps.key.outputs.name }}"
    assert keep["with"]["overwrite"] is True, "a job that failed may be run again"


def test_what_the_action_takes_is_what_it_hands_over_and_what_is_read() -> None:
    action = load(ACTION)
    handed = {name: value for name, value in action["runs"]["steps"][-1]["env"].items() if name != "PYTHONSAFEPATH"}
    names = {name: f"INPUT_{name.upper().replace('-', '_')}" for name in action["inputs"] if name != "python-version"}
    assert handed == {variable: f"${{{{ inputs.{name} }}}}" for name, variable in names.items()}
    source = (ROOT / "src/vidconform/doctor/github_action/action_inputs.py").read_text("utf-8")
    assert [name for name in names if f'"{name}"' not in source] == []
    assert set(action["outputs"]) == {"name", "exit-code", "doctor-exit-code", "results"}


def test_ci_runs_the_parts_of_its_script_and_every_python_that_is_promised() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    parts = [*CI["jobs"]["checks"]["strategy"]["matrix"]["part"], "tests"]
    # Two hundred random runs are no part of what a change must pass.
    inner = {"install", "into", "browser", "beside", "soak", "everything"}
    assert set(parts) == set(re.findall(r"^(\w+)\(\) \{$", script, re.MULTILINE)) - inner
    assert CI["jobs"]["tests"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]


def test_a_part_that_the_script_does_not_have_is_refused() -> None:
    done = subprocess.run([ROOT / ".ci" / "run", "test"], capture_output=True, text=True, check=False)
    said = "test: expected tests, lint, workflows, docs, vices, coverage, mutants, sdk, soak, wheel or everything\n"
    assert (done.returncode, done.stderr) == (4, said)


# What the steps do.


def machine(folder: Path, **variables: str) -> Machine:
    """Return the machine of a job that judges gptge."""
    quick = {"PYTEST_ADDOPTS": "--poll-interval=0.01 --fuzz=0"}
    return Machine(folder, environment(PROVIDER="gptge", **quick, **variables))


@pytest.mark.slow
def test_the_matrix_names_every_provider_with_its_secrets(tmp_path: Path) -> None:
    done = Machine(tmp_path, environment()).run(find_step(PLAN, "matrix"))
    matrix = json.loads(done.outputs["matrix"])
    served = [name for name in EVERY_PROVIDER if name != "openai"]
    assert matrix == {"include": [{"provider": name, "name": name.upper()} for name in served]}


def test_what_the_newest_night_left_unfinished_is_resumed(tmp_path: Path) -> None:
    runner = machine(tmp_path)
    for run, text in (("1001", "older"), ("1002", "newer"), ("1003", None)):
        kept = runner.home / "artefacts" / run / "results-gptge"
        kept.mkdir(parents=True)
        if text is not None:
            (kept / "creations.jsonl").write_text(text)
    done = runner.run(find_step(JUDGE, "Fetch the last nights"), **OF_A_BRANCH, NAME="gptge")
    assert done.code == 0, done.log
    assert (runner.work / "vidconform-out" / "creations.jsonl").read_text() == "newer"
    assert find_step(JUDGE, "night")["with"]["resume"] == "${{ hashFiles('vidconform-out/creations.jsonl') != '' }}"


@pytest.mark.slow
def test_a_night_that_was_damaged_does_not_take_the_site_with_it(tmp_path: Path) -> None:
    runner = Machine(tmp_path, environment())
    results = {"1001": RESULTS, "1002": RESULTS.replace("results@1", "results@9"), "1003": "{", "1004": ""}
    for run, text in results.items():
        kept = runner.home / "artefacts" / run / "results-gptge"
        kept.mkdir(parents=True)
        (kept / "results.jsonl").write_text(text)
    done = runner.run(find_step(SITE, "site"), **OF_A_BRANCH, RESULTS="results-*")
    assert (done.code, done.outputs) == (0, {"made": "true"}), done.log
    assert [path.parent.parent.name for path in runner.work.glob("nights/*/*/results.jsonl")] == ["1001"]


def test_without_any_night_there_is_no_site(tmp_path: Path) -> None:
    runner = Machine(tmp_path, environment())
    done = runner.run(find_step(SITE, "site"), **OF_A_BRANCH, RESULTS="results-*")
    assert (done.code, done.outputs) == (0, {})
    assert runner.summary == "No night has results yet, so there is no site.\n"


def test_the_action_is_installed_from_its_own_checkout(tmp_path: Path) -> None:
    install = find_step(load(ACTION)["runs"], "Install vidconform")
    assert install["env"]["ACTION_PATH"] == "${{ github.action_path }}"
    runner = Machine(tmp_path, environment())
    (runner.temp / "vidconform").unlink()
    pip = '#!/bin/sh\nmkdir -p "$3/bin"\nprintf \'#!/bin/sh\\necho "$@"\\n\' > "$3/bin/pip"\nchmod +x "$3/bin/pip"\n'
    runner.command("python", pip)
    done = runner.run(install, ACTION_PATH="/actions/vidconform", PYTHONSAFEPATH="1")
    assert (done.code, done.log) == (0, "install --quiet /actions/vidconform\n")


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_action_fails_its_step_unless_it_is_told_not_to(tmp_path: Path) -> None:
    runner = machine(tmp_path)
    with running("gptge", vice=FAULTY) as gptge:
        given = {"provider": "gptge", "key": KEY, "task_ids": TASK, "provider_url": gptge.url, "doctor": "false"}
        for allowed, code in (("false", 1), ("true", 0)):
            done = runner.act(**given, allow_failure=allowed, arguments="-k progress-type")
            assert (done.code, done.outputs["exit-code"]) == (code, "1"), done.log
    assert (runner.work / "vidconform-report" / "results.jsonl").exists()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_file_of_the_caller_is_not_taken_for_a_module(tmp_path: Path) -> None:
    runner = machine(tmp_path)
    for name in ("secrets", "yaml", "vidconform"):
        (runner.work / f"{name}.py").write_text("print('it was imported')\nraise SystemExit(9)\n")
    with refusing() as url:
        given = {
            "provider": "gptge",
            "key": KEY,
            "provider_url": url,
            "doctor": "false",
            "arguments": "-k status-type",
        }
        done = runner.act(**given)
    assert "it was imported" not in done.log
    assert (done.code, done.outputs["exit-code"]) == (0, "6"), done.log


@pytest.mark.slow
def test_there_is_no_file_of_results_where_none_was_written(tmp_path: Path) -> None:
    runner = machine(tmp_path)
    earlier = runner.work / "vidconform-report" / "results.jsonl"
    for text in (None, "those of an earlier use"):
        if text is not None:
            earlier.parent.mkdir(exist_ok=True)
            earlier.write_text(text, "utf-8")
        done = runner.act(provider="gptge", key=KEY, doctor="false", arguments="--no-such-option")
        assert done.code == 4
        assert done.outputs == {"name": "gptge", "doctor-exit-code": "0", "exit-code": "4", "results": ""}, done.log


def test_an_input_of_the_wrong_form_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="expected true or false"):
        read_inputs({"INPUT_PROVIDER": "gptge", "INPUT_DOCTOR": "yes"})
    with pytest.raises(BadOption, match="expected words as in a shell"):
        read_inputs({"INPUT_PROVIDER": "gptge", "INPUT_ARGUMENTS": "-k 'x"})
    done = Machine(tmp_path, environment()).act(provider="gtpge")
    assert done.code == 4
    assert done.log.startswith(f"::error::'gtpge': no such provider; expected one of {NAMES}")


UNKNOWN_IDS = {contract.unknown_id for contract in load_contracts(find_provider("octopusx"))}


def limit_what_doctor_asks(reply: ReplyContext) -> None:
    if reply.asked in UNKNOWN_IDS:
        reply.refuse(429, "slow down", "rate_limit")


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("change", "health", "creations"),
    [(limit_what_doctor_asks, ExitCode.SERVICE, 0), (lambda reply: None, ExitCode.OK, 1)],
)
def test_nothing_is_paid_for_where_doctor_found_trouble(
    change: Change, health: ExitCode, creations: int, tmp_path: Path
) -> None:
    with running("octopusx", environ=KEYS, change=change) as octopusx:
        environ = action(tmp_path, "octopusx", octopusx.url)
        assert main({**environ, "INPUT_MAX_CREATIONS": "1"}) == 0
        assert octopusx.creations == creations
    assert f"doctor-exit-code={health:d}\n" in (tmp_path / "output").read_text()


@pytest.mark.slow
def test_nothing_is_judged_with_a_model_that_is_not_listed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    provider = copy_of("octopusx", tmp_path)
    shutil.rmtree(provider / "query")
    file = provider / "provider.toml"
    file.write_text('models = "/v1/models"\n' + file.read_text("utf-8"), "utf-8")
    json_type = "Content-Type: application/json"
    with serving(
        http(404, b'{"error": {"message": "no"}}', json_type), http(200, b'{"data": []}', json_type)
    ) as server:
        assert main(action(tmp_path, str(provider), server.url)) == ExitCode.MODEL
    # The last one is asked with a wrong key.
    first, *others = [asked.target for asked in server.asked]
    assert others == ["/v1/models", first]
    said = "not judged, and yours to mend (exit code 18): models sora-2 is not among the 0 models of the key in"
    assert f"::error::octopusx: {said}" in capfd.readouterr().out
    assert not (tmp_path / "out").exists()


def test_the_action_creates_nothing_and_asks_doctor_unless_it_is_told_otherwise() -> None:
    inputs = read_inputs({"INPUT_PROVIDER": "octopusx"})
    assert (inputs.max_creations, inputs.doctor, inputs.allow_failure) == ("0", True, False)


def test_the_action_generates_the_same_few_requests_each_night_unless_it_is_told_otherwise() -> None:
    told = {"INPUT_PROVIDER": "octopusx", "INPUT_ARGUMENTS": "--fuzz=25 --fuzz-seed=7"}
    few = ["--fuzz=4", "--fuzz-seed=1"]
    assert read_inputs({"INPUT_PROVIDER": "octopusx"}).pytest == few
    assert read_inputs(told).pytest == [*few, "--fuzz=25", "--fuzz-seed=7"]


def action(folder: Path, provider: str, url: str) -> dict[str, str]:
    """Return the environment of the action for a few tests of a provider, as GitHub hands it over."""
    inputs = {"PROVIDER": provider, "PROVIDER_URL": url, "REPORT": f"{folder}/out", "ARGUMENTS": "-k test_status"}
    quick = {"PYTEST_ADDOPTS": "--poll-interval=0.01 --fuzz=0", "GITHUB_OUTPUT": f"{folder}/output"}
    return environment(**{f"INPUT_{name}": value for name, value in inputs.items()}, **quick, **KEYS)
