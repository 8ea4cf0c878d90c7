"""What the owner of a key has to mend is told by the run itself, with the variable that holds it."""

from __future__ import annotations

import json

import pytest

from tests.support.live_cases import Change
from tests.support.processes import KEYS, QUICK, Run, copy_of, judge_inside, live
from tests.support.rawserver import http, serving
from vidconform.cli import main
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.slow

NO_MODEL = (503, "No available channel for model sora-2 under group default", "model_not_found")


def refusing(status: int, message: str, code: str, role: str = "") -> Change:
    """Return a service that refuses one role, or everything."""

    def change(reply: ReplyContext) -> None:
        if role in ("", reply.role):
            reply.refuse(status, message, code)

    return change


def run_of(pytester: pytest.Pytester, provider: str, change: Change | None, *options: str, tasks: bool = True) -> Run:
    with running(provider, environ=KEYS, change=change) as served:
        return judge_inside(pytester, *live(served, tasks), "-k", "-type or -route", *options, **KEYS)


def told(run: Run) -> list[tuple[str, str, str]]:
    return [(one["contract"], one["cause"], one["variable"]) for one in run.end.get("remedies", [])]


SERVICE = "gptge/videos"


@pytest.mark.parametrize(
    ("change", "cause", "variable", "advice"),
    [
        (refusing(401, "Incorrect API key", "invalid_api_key"), "key", "GPTGE_API_KEY", "set GPTGE_API_KEY to a key"),
        (refusing(402, "Pay first.", "unpaid"), "credit", "GPTGE_API_KEY", "add to the credit of the account of GPTGE"),
        (refusing(403, "Your balance is 0", "no"), "credit", "GPTGE_API_KEY", "add to the credit of the account of"),
        (refusing(429, "You exceeded your current quota", "q"), "credit", "GPTGE_API_KEY", "add to the credit of the"),
        (refusing(*NO_MODEL), "model", "GPTGE_API_KEY", "have it enabled for the key in GPTGE_API_KEY"),
        (refusing(404, "no such task", "not_found"), "task", "GPTGE_TASK_IDS", "put videos=ID into GPTGE_TASK_IDS"),
    ],
)
def test_what_stands_in_the_way_of_everything_is_told_with_its_variable(
    change: Change, cause: str, variable: str, advice: str, pytester: pytest.Pytester
) -> None:
    run = run_of(pytester, "gptge", change)
    assert told(run) == [(SERVICE, cause, variable)], run.ran()
    assert run.end["remedies"][0]["sentence"].startswith(advice)


def test_a_document_without_security_is_told_to_name_it(pytester: pytest.Pytester) -> None:
    provider = copy_of("gptge", pytester.path, cassettes=False)
    document = provider / "videos" / "openapi.yaml"
    document.write_text(document.read_text("utf-8").replace("      security:\n        - bearer: []\n", ""), "utf-8")
    with running("gptge", environ=KEYS) as served:
        words = (f"--provider={provider}", "--live", f"--provider-url={served.url}", *QUICK, "-k", "type")
        run = judge_inside(pytester, *words, "--task-id=videos=video_1", **KEYS)
    assert run.code == 6, run.ran()
    assert "name its security in openapi.yaml, without which no key is sent" in run.out, run.ran()


def test_an_address_that_leads_elsewhere_is_told_with_its_variable(pytester: pytest.Pytester) -> None:
    def moved(reply: ReplyContext) -> None:
        reply.say(b"", 308, "text/plain")
        reply.headers["location"] = f"{elsewhere.url}/v1/videos/{reply.asked}"

    answer = http(401, b'{"error": {"message": "no key"}}', "Content-Type: application/json")
    with serving(*[answer] * 40) as elsewhere:
        run = run_of(pytester, "gptge", moved)
    assert told(run) == [(SERVICE, "address", "GPTGE_BASE_URL")], run.ran()
    assert run.end["remedies"][0]["sentence"].startswith("set GPTGE_BASE_URL to that if it is its own (not one ")


@pytest.mark.parametrize(
    "change", [None, refusing(500, "oops", "server_error"), refusing(503, "Back soon", "overloaded")]
)
def test_what_is_the_vendors_is_nothing_to_mend(change: Change | None, pytester: pytest.Pytester) -> None:
    assert [one for one in told(run_of(pytester, "gptge", change)) if one[1] != "task"] == []


def test_a_run_that_saw_a_success_has_nothing_to_mend(pytester: pytest.Pytester) -> None:
    assert told(run_of(pytester, "gptge", None)) == []


@pytest.mark.parametrize(
    "change",
    [
        refusing(404, "The model `sora-2` does not exist or you do not have access to it.", "nope", "create"),
        refusing(400, "Bad request", "invalid_model", "create"),
        refusing(403, "Your key may not use sora-2, a model of another group", "denied", "create"),
    ],
)
def test_a_creation_that_is_refused_for_its_model_names_the_model(change: Change, pytester: pytest.Pytester) -> None:
    run = run_of(pytester, "octopusx", change, "--max-creations=1", tasks=False)
    assert ("octopusx/videos", "model", "OCTOPUSX_API_KEY") in told(run), run.ran()
    assert "have sora-2 enabled for the key in OCTOPUSX_API_KEY" in run.out


def test_a_creation_that_is_refused_for_something_else_does_not(pytester: pytest.Pytester) -> None:
    run = run_of(
        pytester, "octopusx", refusing(400, "Bad prompt", "invalid", "create"), "--max-creations=1", tasks=False
    )
    assert ("octopusx/videos", "task", "OCTOPUSX_TASK_IDS") in told(run), run.ran()


def test_evidence_that_is_judged_again_tells_the_same(pytester: pytest.Pytester) -> None:
    run = run_of(pytester, "gptge", refusing(402, "Pay first.", "unpaid"))
    assert main(["rejudge", str(run.report), "-o", str(pytester.path / "again")]) == 0
    [results] = (pytester.path / "again").rglob("results.jsonl")
    end = json.loads(results.read_text("utf-8").splitlines()[-1])
    assert [(one["cause"], one["variable"]) for one in end["remedies"]] == [("credit", "GPTGE_API_KEY")]


def test_no_key_stands_in_what_is_told(pytester: pytest.Pytester) -> None:
    key = KEYS["GPTGE_API_KEY"]
    run = run_of(pytester, "gptge", refusing(402, f"No credit for {key}.", key))
    assert key not in json.dumps(run.end)
    assert told(run) == [(SERVICE, "credit", "GPTGE_API_KEY")]
