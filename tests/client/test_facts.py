"""What an adapter must know: stated by the document, held against evidence, and never guessed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.processes import copy_of, judge_inside, live
from vidconform.cli import main
from vidconform.client.facts.facts_cli import provider_facts
from vidconform.client.facts.facts_document import facts_document
from vidconform.client.facts.judged_evidence import Judged
from vidconform.contracts import format_files, known_providers
from vidconform.emulator import running
from vidconform.run import contracts_named

pytest_plugins = ["pytester"]

TESTS = Path(__file__).parents[1]
FORGE, RELAY, STUDIO = (
    TESTS / place for place in ("selfproof/folders/forge", "providers/relay", "providers/studio")
)  # fmt: skip
MADE_UP = [str(file.parent) for place in (FORGE.parent, RELAY.parent) for file in sorted(place.glob("*/provider.toml"))]

Json = dict[str, Any]


@cache
def facts(provider: str) -> Json:
    return provider_facts(provider)


def documented(provider: Path | str) -> Json:
    """Return the facts of a provider as its documents alone tell them."""
    return facts_document(contracts_named([str(provider)]), Judged(None))


def operation(found: Json, role: str, contract: str = "") -> Json:
    (chosen,) = (one for one in found["contracts"] if one["contract"].endswith(contract or one["contract"]))
    told: Json = next(one for one in chosen["operations"] if one["role"] == role)
    return told


def reply(found: Json, role: str, status: str = "200") -> Json:
    told: Json = next(one for one in operation(found, role)["replies"] if one["status"] == status)
    return told


@cache
def published() -> Draft202012Validator:
    schema = json.loads((format_files()[0].parent / "facts.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.sampled(13)
@pytest.mark.parametrize("provider", [*known_providers(), *MADE_UP], ids=lambda named: Path(named).name)
def test_the_facts_keep_their_published_format(provider: str) -> None:
    found = json.loads(json.dumps(facts(provider)))
    assert [f"{error.json_path}: {error.message[:200]}" for error in published().iter_errors(found)] == []
    for contract in found["contracts"]:
        assert contract["statements"]


def test_the_format_refuses_a_guess_and_a_fact_without_its_reason() -> None:
    whole = json.loads(json.dumps(documented("gptge")))
    lacking = whole["contracts"][0]["operations"][0]["pace"]
    for change in ({"reason": None}, {"value": {"poll_interval": 5}}):
        kept = dict(lacking)
        lacking.update(change)
        assert not published().is_valid(whole)
        lacking.clear()
        lacking.update(kept)
    assert published().is_valid(whole)


def test_what_a_document_does_not_say_is_null_and_what_replies_say_stands_beside_it() -> None:
    words = reply(facts("gptge"), "retrieve")["words"]["phases"]
    waiting, succeeded = words["waiting"], words["succeeded"]
    assert (waiting["value"], waiting["reason"]) == (None, "not documented")
    assert (waiting["evidence"]["value"], waiting["evidence"]["agrees"]) == (["queued"], None)
    assert succeeded["value"] == {"words": ["completed"], "any_case": False, "when": None, "ends": True}
    assert (succeeded["reason"], succeeded["evidence"]["agrees"]) == (None, True)
    assert operation(facts("gptge"), "retrieve")["pace"]["value"] is None


def test_a_fact_leads_to_the_document_s_word_and_the_verdict_on_it() -> None:
    contract = facts("openai")["contracts"][0]
    code = reply(facts("openai"), "retrieve")["fields"]["error-code"]
    assert code["value"] == {"pointers": ["/error/code"], "types": ["string"]}
    statement = contract["statements"][code["requirements"][0]]
    assert (statement["level"], statement["source"]) == ("MUST", "OpenAI API reference, Videos: The video object")
    assert ("service", "conforms") in [(one["subject"], one["reading"]) for one in statement["verdicts"]]


def test_units_are_those_of_the_document() -> None:
    query = next(one for one in documented("octopusx")["contracts"] if one["contract"] == "octopusx/query")
    told = {name: fact["value"] for name, fact in query["operations"][0]["replies"][0]["units"].items()}
    assert told == {
        "progress": "percent", "created": "seconds", "updated": "either", "completed": None, "expires": None,
    }  # fmt: skip
    orbit = reply(documented(FORGE.parent / "orbit"), "retrieve")["units"]
    assert (orbit["progress"]["value"], orbit["created"]["value"]) == ("percent text", "milliseconds")
    assert reply(documented(FORGE), "retrieve")["units"]["progress"]["value"] is None


def test_examples_that_count_times_in_two_units_are_told_at_the_unit() -> None:
    contract = facts("chainhub")["contracts"][0]
    updated = contract["operations"][0]["replies"][0]["units"]["updated"]
    (row,) = (id for id in updated["requirements"] if contract["statements"][id]["source"].count("example") == 2)
    assert [one["reading"] for one in contract["statements"][row]["verdicts"]] == ["contradicts itself"]


def test_each_operation_has_its_own_credential() -> None:
    second = operation(facts("opeai"), "second-retrieve")["credentials"]
    assert [[scheme["header"] for scheme in choice] for choice in second["value"]["choices"]] == [
        ["token"], ["Authorization"],
    ]  # fmt: skip
    assert second["evidence"]["value"]["none"] == [401]
    assert operation(documented(STUDIO), "list")["credentials"]["value"] == {"needs_key": False, "choices": []}
    content = operation(documented("octopusx"), "content", "octopusx/videos")["credentials"]["value"]["choices"]
    assert content[1] == [{"scheme": "session", "header": None, "prefix": None, "variable": None}]


def test_a_status_code_that_the_document_never_names_is_not_documented() -> None:
    query = documented("octopusx")["contracts"][0]["operations"][0]["replies"][0]
    assert (query["status"], query["code"]["value"]) == ("200", None)
    assert reply(documented("gptge"), "retrieve")["code"]["value"] == "200"


def test_a_status_code_that_only_refusals_and_limits_name_is_not_that_of_a_success() -> None:
    assert {reply(documented("poe"), role)["code"]["value"] for role in ("create", "retrieve", "remix")} == {None}
    # No row is named for it, but the place of one in the document is.
    assert reply(documented("openrouter"), "content")["code"]["value"] == "200"


def test_what_names_its_values_alone_has_their_type() -> None:
    assert reply(documented("apiyi"), "retrieve")["fields"]["status"]["value"]["types"] == ["string"]
    assert reply(documented("openai"), "delete")["fields"]["deleted"]["value"]["types"] == ["boolean"]
    assert reply(documented("gptge"), "retrieve")["fields"]["error"]["value"]["types"] == []


def test_an_error_that_stands_in_one_of_two_places_is_told_with_both() -> None:
    told = operation(documented("cometapi"), "create")["replies"][1]["fields"]
    assert told["error-code"]["value"]["pointers"] == ["/code", "/error/code"]
    assert told["error-message"]["value"]["pointers"] == ["/message", "/error/message"]


@pytest.mark.parametrize("provider", ["dashscope", "evolink", "minimax", "ofox", "xai"])
def test_a_task_that_failed_tells_the_code_where_its_document_has_one(provider: str) -> None:
    fields = reply(documented(provider), "retrieve")["fields"]
    assert fields["error-code"]["value"]["pointers"][0].endswith("/code")


def test_a_pace_that_a_document_states_is_told() -> None:
    paces = {name: operation(documented(name), "retrieve")["pace"]["value"] for name in ("poe", "dashscope", "opeai")}
    assert paces["poe"] == {"poll_interval": 5, "requests_per_minute": 500}
    assert paces["dashscope"] == {"poll_interval": 15, "requests_per_second": 20}
    assert paces["opeai"] is None
    assert operation(documented("ofox"), "retrieve")["retry"]["value"] == [{"status": "429", "retry_after": True}]


def test_a_reply_whose_body_no_document_shows_is_not_called_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["facts", "poe"]) == 0
    assert "402             body not documented" in capsys.readouterr().out


def test_a_vocabulary_within_another_of_its_route_is_no_second_one() -> None:
    assert documented("xai")["routes_with_two_vocabularies"] == []
    assert documented(RELAY)["routes_with_two_vocabularies"]


def test_a_document_whose_export_asks_for_more_than_openapi_reads_is_told_whole() -> None:
    read = operation(documented("chainhub"), "retrieve")
    assert set(read["carries"]["value"]["headers"]) == {"Accept", "Content-Type"}
    assert (read["request"]["value"]["media_types"], read["request"]["value"]["sent_as"]) == (
        ["multipart/form-data"], None,
    )  # fmt: skip


@pytest.mark.slow
def test_a_word_with_two_meanings_and_a_path_with_two_vocabularies_show_both() -> None:
    found = documented(RELAY)
    ((word, meanings),) = ((one["word"], one["meanings"]) for one in found["words_with_two_meanings"])
    assert (word, list(meanings)) == ("success", ["waiting", "succeeded"])
    (route,) = found["routes_with_two_vocabularies"]
    assert [one["words"] for one in route["vocabularies"]] == [
        ["accepted", "working", "ended", "broken"], ["NOT_START", "IN_PROGRESS", "SUCCESS", "FAILURE"],
    ]  # fmt: skip
    for named in known_providers():
        assert documented(named)["words_with_two_meanings"] == []


def test_a_word_that_one_reply_gives_two_meanings_shows_both(tmp_path: Path) -> None:
    folder = changed(tmp_path, "task.schema.json", '"failed": {"enum": ["cracked"]}', '"failed": {"enum": ["done"]}')
    (told,) = documented(folder)["words_with_two_meanings"]
    assert (told["word"], set(told["meanings"])) == ("done", {"succeeded", "failed"})
    phases = reply(documented(folder), "retrieve")["words"]["phases"]
    assert phases["succeeded"]["value"]["words"] == phases["failed"]["value"]["words"] == ["done"]


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """Copy a folder without recordings, with one of its files changed."""
    folder = tmp_path / "forge"
    shutil.copytree(FORGE, folder, ignore=shutil.ignore_patterns("cassettes"), dirs_exist_ok=True)
    file = folder / "films" / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return folder


ROW = """[[requirement]]
id = "poll-pace"
level = "SHOULD"
concern = "routes"
statement = "A film is read every ten seconds."
source = "See"
untestable = "It binds the client."

[[requirement]]"""


def paced(tmp_path: Path, pace: str) -> Path:
    changed(tmp_path, "requirements.toml", "[[requirement]]", ROW)
    file = tmp_path / "forge" / "films" / "openapi.yaml"
    text = file.read_text("utf-8").replace("x-role: retrieve\n", f"x-role: retrieve\n      x-pace: {pace}\n")
    waits = '"429": {description: Too fast., headers: {Retry-After: {schema: {type: integer}}}}'
    file.write_text(
        text.replace('      responses:\n        "200"', f'      responses:\n        {waits}\n        "200"')
    )
    return tmp_path / "forge"


def test_pace_and_retry_are_told_where_a_document_states_them(tmp_path: Path) -> None:
    found = documented(paced(tmp_path, "{poll-pace: {poll_interval: 10, requests_per_minute: 300}}"))
    read = operation(found, "retrieve")
    assert read["pace"]["value"] == {"poll_interval": 10, "requests_per_minute": 300}
    assert found["contracts"][0]["statements"]["poll-pace"]["source"].endswith("See")
    assert read["pace"]["requirements"] == ["poll-pace"]
    assert read["retry"]["value"] == [{"status": "429", "retry_after": True}]
    assert operation(found, "create")["retry"]["value"] is None


@pytest.mark.parametrize(
    ("pace", "problem"),
    [
        ("{poll-pace: {every: 10}}", "unknown key 'every'; the valid keys are poll_interval, "),
        ("{poll-pace: {poll_interval: 0}}", "x-pace.poll-pace.poll_interval: expected a number above 0, found '0'"),
        ("{poll-space: {poll_interval: 1}}", "x-pace.poll-space has no row in requirements.toml"),
        ("often", "x-pace: expected an object, found 'often'"),
    ],
)
def test_a_pace_that_means_nothing_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pace: str, problem: str
) -> None:
    assert main(["facts", str(paced(tmp_path, pace))]) == 4
    said = capsys.readouterr().err
    assert problem in said
    assert len(said.splitlines()) == 1


@pytest.mark.slow
def test_a_run_that_was_kept_says_what_the_service_does_instead(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    with running("gptge", vice="progress-as-text", environ={}) as emulator:
        run = judge_inside(pytester, *live(emulator), GPTGE_API_KEY="sk-gptge-Hk2/8xB+4mRd")
    found = provider_facts("gptge", run.report)
    progress = reply(found, "retrieve")["fields"]["progress"]
    assert found["evidence"].startswith("run of ")
    assert (progress["value"]["types"], progress["evidence"]["value"]["types"]) == (["integer"], ["string"])
    assert progress["evidence"]["agrees"] is False
    verdicts = found["contracts"][0]["statements"]["progress-type"]["verdicts"]
    assert ("service", "fails") in [(one["subject"], one["reading"]) for one in verdicts]
    assert published().is_valid(json.loads(json.dumps(found)))
    capsys.readouterr()
    assert main(["facts", "opeai", f"--run={run.report}"]) == 4
    assert "holds no verdict on opeai" in capsys.readouterr().err


def test_the_page_is_short_and_marks_what_replies_say_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["facts", "chainhub"]) == 0
    page = capsys.readouterr().out
    assert 'failed        not documented ! replies: ["failed"]' in page
    assert "result        /video_url (string)" in page
    assert len(page.splitlines()) < 25
    assert main(["facts", str(RELAY)]) == 0
    assert "! 'success' means two things: waiting in relay/jobs POST /v1/jobs -> 201" in capsys.readouterr().out


def test_a_folder_without_recordings_is_told_as_its_document_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["facts", str(copy_of("gptge", tmp_path, cassettes=False))]) == 0
    assert "held against nothing: not recorded" in capsys.readouterr().out


def damaged(tmp_path: Path, name: str) -> str:
    folder = copy_of("gptge", tmp_path)
    (folder / name).write_text("{ not", "utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (lambda path: ["nobody"], "'nobody': no such provider"),
        (lambda path: ["all"], "PROVIDER=all: expected one provider"),
        (lambda path: ["gptge", "--json", "--python"], "--python: expected one of --json and --python, not both"),
        (lambda path: ["gptge", f"--run={path / 'none'}"], "none: cannot be read: No such file or directory [VC-302]"),
        (lambda path: ["gptge", f"--run={path}"], "holds no results.jsonl"),
        (lambda path: [damaged(path, "provider.toml")], "provider.toml: no TOML"),
        (lambda path: [damaged(path, "videos/openapi.yaml")], "openapi.yaml: no YAML"),
        (lambda path: [damaged(path, "videos/task.schema.json")], "task.schema.json: no JSON"),
        (lambda path: [damaged(path, "cassettes/videos/observe.yaml")], "observe.yaml: "),
    ],
)  # fmt: skip
def test_wrong_input_ends_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: Any, problem: str
) -> None:
    assert main(["facts", *arguments(tmp_path)]) == 4
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert problem in said.err


TOOLS = (
    ["ruff", "format", "--isolated", "--check"],
    ["ruff", "check", "--isolated", "--select=E4,E7,E9,F,I,UP"],
    ["mypy", "--strict", "--cache-dir=cache"],
)
HELD = """
import {name}_facts as module
assert module.CONTRACTS and all(isinstance(one, module.Contract) for one in module.CONTRACTS)
read = next(one for one in module.CONTRACTS[0].operations if one.role == "retrieve")
print(read.method, read.path, read.replies[0].places["status"].pointers[0])
"""


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_module_of_constants_is_formatted_typed_and_needs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {Path(provider).name: provider for provider in (*known_providers(), *MADE_UP)}
    for name, provider in named.items():
        assert main(["facts", provider, "--python"]) == 0
        (tmp_path / f"{name}_facts.py").write_text(capsys.readouterr().out, "utf-8")
    for tool in TOOLS:
        done = subprocess.run(
            [sys.executable, "-m", *tool, "."], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for name, provider in named.items():
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n" + HELD.format(name=name)
        done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
        contract = documented(provider)["contracts"][0]
        read = next(one for one in contract["operations"] if one["role"] == "retrieve")
        place = read["replies"][0]["fields"]["status"]["value"]["pointers"][0]
        assert done.stdout.split() == [*map(str, read["route"]["value"].values()), place]
