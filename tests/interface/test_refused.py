"""What a user can mend is refused at the start: one sentence, exit code 4, nothing sent, the same under -n 2."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.processes import KEYS, NAMES, Run, copy_of, judge, judge_inside
from vidconform.emulator.server import Running, running

pytest_plugins = ["pytester"]

LIVE = ("--provider=octopusx", "--live")
ADDRESS = "expected an address like https://host or http://127.0.0.1:8000, without user, query or fragment"
CONTRACTS = "expected ID or CONTRACT=ID, CONTRACT one of octopusx/query, octopusx/videos, query, videos"

OPTIONS = {
    ("--provider=nosuch",): f"'nosuch': no such provider; expected one of {NAMES}, all, or",
    ("--provider=",): f"'': no such provider; expected one of {NAMES}",
    ("--provider=octopusx", "--provider=nosuch"): "'nosuch': no such provider",
    (*LIVE, "--task-id=query="): f"--task-id=query=: {CONTRACTS}",
    (*LIVE, "--task-id==x"): f"--task-id==x: {CONTRACTS}",
    (*LIVE, "--task-id=nosuch=x"): f"--task-id=nosuch=x: {CONTRACTS}",
    (
        *LIVE,
        "--task-id=abc=def==",
    ): f"--task-id=abc=def==: {CONTRACTS}; an id with an equals sign in it is written octopusx/query=abc=def==",
    (*LIVE, "--task-id="): f"--task-id=: {CONTRACTS}",
    (*LIVE, "--task-id=query= "): f"--task-id=query= : {CONTRACTS}",
    (*LIVE, "--poll-interval=-1"): "--poll-interval=-1.0: expected a number of seconds, 0 or more",
    (*LIVE, "--poll-interval=nan"): "--poll-interval=nan: expected a number of seconds, 0 or more",
    (*LIVE, "--poll-timeout=0"): "--poll-timeout=0.0: expected a number of seconds above 0",
    (*LIVE, "--poll-timeout=inf"): "--poll-timeout=inf: expected a number of seconds above 0",
    (*LIVE, "--run-timeout=0"): "--run-timeout=0.0: expected a number of seconds above 0",
    (*LIVE, "--run-timeout=nan"): "--run-timeout=nan: expected a number of seconds above 0",
    (*LIVE, "--max-creations=-1"): "--max-creations=-1: expected 0 or more",
    (*LIVE, "--record-mode=new_episodes"): "--record-mode=new_episodes: expected none or rewrite",
    ("--provider=octopusx", "--record-mode=once"): "--record-mode=once: expected none or rewrite",
    (*LIVE, "--provider=gptge"): "--provider-url={url}: expected one --provider with it; <PROVIDER>_BASE_URL serves",
    ("--provider=all", "--live"): "--provider-url={url}: expected one --provider with it",
    (*LIVE, "--report=/proc/nowhere"): "--report=/proc/nowhere: expected a folder to write to (",
}

NO_ADDRESSES = (
    "ftp://x", "http://", "not-a-url", "http://host:99999", "http://host:0", "http://host/?a=b", "http://host?", "",
    "http://host/#top", "http://[::1", "http://ho st", "http://a..b", "//host",
)  # fmt: skip


@pytest.fixture(scope="module")
def emulator() -> Iterator[Running]:
    with running("octopusx", environ={}) as emulator:
        yield emulator


@pytest.fixture
def refused(pytester: pytest.Pytester, emulator: Running) -> Callable[..., str]:
    """Return what runs pytest serially and with two workers, and returns the one sentence that both end with."""

    def refused(*arguments: str, **variables: str) -> str:
        keys = {name: value for name, value in (KEYS | variables).items() if value}
        both = [judge_inside(pytester, *arguments, *more, **keys) for more in ((), ("-n", "2"))]
        assert [run.code for run in both] == [4, 4], "\n".join(run.ran() for run in both)
        assert [sentences(run) for run in both] == [sentences(both[0])] * 2
        assert [run.out.strip() for run in both] == ["", ""]
        assert emulator.requests == 0
        return sentences(both[0])

    return refused


def sentences(run: Run) -> str:
    told = run.err.strip()
    assert told.startswith("ERROR: ")
    assert "\n" not in told, "more than a sentence"
    return told.removeprefix("ERROR: ")


@pytest.mark.sampled(5)
@pytest.mark.parametrize("arguments", OPTIONS, ids=" ".join)
def test_an_option_of_the_wrong_form(
    arguments: tuple[str, ...], refused: Callable[..., str], emulator: Running
) -> None:
    told = refused(*arguments, f"--provider-url={emulator.url}")
    assert told.startswith(OPTIONS[arguments].format(url=emulator.url))


@pytest.mark.sampled(6)
@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_an_address_that_is_none(url: str, refused: Callable[..., str]) -> None:
    shown = url.replace("?a=b", "?***").replace("#top", "#***")
    assert refused(*LIVE, f"--provider-url={url}") == f"--provider-url={shown}: {ADDRESS} [VC-101]".strip()


def test_an_address_from_the_environment_is_checked_as_well(refused: Callable[..., str]) -> None:
    assert refused(*LIVE, OCTOPUSX_BASE_URL="octopusx.ai") == f"OCTOPUSX_BASE_URL=octopusx.ai: {ADDRESS} [VC-101]"


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://someone:hunter2@host", "https://***@host"),
        ("https://someone:hunt@er2@host/v2", "https://***@host/v2"),
        ("https://someone:hunt/er2@host", "https://***"),
        ("https://someone:hunt?er2@host", "https://***"),
        ("https://someone:hunt#er2@host", "https://***"),
        ("https://someone:hunt://er2@host", "***"),
        ("someone:hunter2@host", "***@host"),
        ("https://host?key=hunter2", "https://host?***"),
        ("https://host/v2?key=hunt@er2", "https://***"),
        ("https://host/#key=hunter2", "https://host/#***"),
    ],
)
def test_a_password_in_an_address_is_not_repeated(url: str, shown: str, refused: Callable[..., str]) -> None:
    told = refused(*LIVE, f"--provider-url={url}")
    assert told == f"--provider-url={shown}: {ADDRESS} [VC-101]"


def test_a_live_run_without_its_key_names_the_variable(refused: Callable[..., str], emulator: Running) -> None:
    told = refused(*LIVE, f"--provider-url={emulator.url}", OCTOPUSX_API_KEY="")
    assert told == "octopusx: a live run needs the API key in the environment variable OCTOPUSX_API_KEY [VC-201]"


def test_a_recording_without_its_key_names_the_variable(refused: Callable[..., str]) -> None:
    told = refused("--provider=gptge", "--record-mode=rewrite", GPTGE_API_KEY="")
    assert told == "gptge: a live run needs the API key in the environment variable GPTGE_API_KEY [VC-201]"


@pytest.mark.parametrize("key", ["sk-0123456789\n", "sk 0123456789", "sk-0123456789é", "sk-01234\x7f56789"])
def test_a_key_that_no_header_can_carry_is_not_repeated(
    key: str, refused: Callable[..., str], emulator: Running
) -> None:
    told = refused(*LIVE, f"--provider-url={emulator.url}", OCTOPUSX_API_KEY=key)
    assert told.startswith("OCTOPUSX_API_KEY: holds a character that no HTTP header can carry")
    assert "012345" not in told


@pytest.mark.parametrize("variable", ["OPEAI_API_KEY", "OPEAI_OTHER_API_KEY", "OPEAI_TOKEN", "OPEAI_ADMIN_TOKEN"])
def test_a_key_too_short_to_be_redacted_is_not_used(
    variable: str, refused: Callable[..., str], emulator: Running
) -> None:
    told = refused("--provider=opeai", "--live", f"--provider-url={emulator.url}", **{variable: "q7Z"})
    assert told == f"{variable}: holds fewer than 4 characters, too few to be redacted; pass a whole key [VC-202]"


PROVIDER, LEDGER, TASK, API = (
    "provider.toml",
    "videos/requirements.toml",
    "videos/task.schema.json",
    "videos/openapi.yaml",
)
OPENAPI = "not the OpenAPI that a contract needs: "
BREAKS = [
    (PROVIDER, "name = ", 'colour = "red"\nname = ', "unknown key 'colour'; the valid keys are name, title,"),
    (PROVIDER, "poll_interval", "poll_intervall", "pace: unknown key 'poll_intervall'; the valid keys are"),
    (PROVIDER, "poll_interval = 5.0", 'poll_interval = "soon"', "pace.poll_interval: expected a number, found 'soon'"),
    (PROVIDER, 'key = "GPTGE_API_KEY"', "", "key is missing"),
    (PROVIDER, "https://api.gpt.ge", "https://a:99999", "base_url 'https://a:99999' is no address"),
    (PROVIDER, "^video_", "^(video_", "ids.public.pattern is no regular expression: missing ), unterminated"),
    (PROVIDER, "[pace]", "[pace", "no TOML: "),
    (LEDGER, 'level = "MUST"', 'level = "WILL"', "requirement['retrieve-route'].level: expected one of MUST,"),
    (LEDGER, "level =", "levle =", "requirement['retrieve-route']: unknown key 'levle'; the valid"),
    (LEDGER, '"retrieve-accepts-key"', '"retrieve-route"', "the requirement 'retrieve-route' stands twice"),
    (LEDGER, "[[requirement]]", "[[requirement", "no TOML: "),
    (TASK, "{", "", "no JSON: "),
    (TASK, '"type": "object"', '"type": "objekt"', 'type: "objekt" is not valid under any'),
    (
        TASK,
        '"#/$defs/',
        '"#/$defs/no-',
        "/properties/object/else/$ref: '#/$defs/no-object' is not #/$defs/ and a name in",
    ),
    (TASK, '"x-requirement": "', '"x-requirement": "no-', "x-requirement 'no-task-is-object' has no row in"),
    (API, "paths:", "paths: [}", "no YAML: "),
    (API, "paths:", "routes:", "unknown key 'routes'; the valid keys are openapi, info, servers"),
    (API, "x-role", "x-rule", ".get: unknown key 'x-rule'; the valid keys are x-role, x-also, x-refusals"),
]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("file", "right", "wrong", "told"), BREAKS, ids=[told[:30] for *_, told in BREAKS])
def test_a_data_file_that_cannot_be_used_is_named_with_its_fault(
    file: str, right: str, wrong: str, told: str, refused: Callable[..., str], tmp_path: Path
) -> None:
    provider = copy_of("gptge", tmp_path)
    text = (provider / file).read_text("utf-8")
    assert right in text
    (provider / file).write_text(text.replace(right, wrong, 1), "utf-8")
    assert refused(f"--provider={provider}").startswith(f"{provider / file}: {told}")


@pytest.mark.parametrize("missing", ["videos/task.schema.json", "videos/openapi.yaml"])
def test_a_data_file_that_is_missing_is_named(missing: str, refused: Callable[..., str], tmp_path: Path) -> None:
    provider = copy_of("gptge", tmp_path)
    (provider / missing).unlink()
    assert refused(f"--provider={provider}") == f"{provider / missing}: no such file [VC-301]"


def test_a_provider_without_a_contract(refused: Callable[..., str], tmp_path: Path) -> None:
    provider = copy_of("gptge", tmp_path)
    shutil.rmtree(provider / "videos")
    told = refused(f"--provider={provider}")
    assert told.startswith(f"{provider / 'provider.toml'}: no folder beside it holds a requirements.toml")


def test_two_providers_of_one_name(refused: Callable[..., str], tmp_path: Path) -> None:
    provider = copy_of("gptge", tmp_path)
    told = refused("--provider=gptge", f"--provider={provider}")
    assert told == f"--provider={provider}: expected each provider once; gptge is named twice [VC-101]"


@pytest.mark.parametrize("selection", [(), ("-k", "unknown-task")])
def test_a_missing_cassette_says_how_to_record_it_whatever_is_selected(
    selection: tuple[str, ...], refused: Callable[..., str], tmp_path: Path
) -> None:
    provider = copy_of("gptge", tmp_path)
    cassette = provider / "cassettes" / "videos" / "observe.yaml"
    cassette.unlink()
    how = f"record it with pytest --provider={provider} --record-mode=rewrite, or judge the service with --live"
    assert refused(f"--provider={provider}", *selection) == f"{cassette}: no such cassette; {how} [VC-401]"


DAMAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "cut short": (lambda text: text[:700], "no metadata of vidconform/cassette@2 at its end"),
    "of another format": (lambda text: text.replace("vidconform/cassette@1", "x/y@2"), "no metadata of vidconform"),
    "empty": (lambda text: "", "empty"),
    "no YAML": (lambda text: text.replace("interactions:", "interactions: [}"), "did not find expected node content"),
    "a list": (lambda text: "[]", "expected interactions and metadata"),
    "an interaction less": (lambda text: text.replace("- request:", "- r:", 1), "interactions[0]: request is missing"),
    "a time less": (lambda text: text.replace("  at:\n  -", "  at:\n  #"), "metadata.at: 10 entries for 11"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cassette_is_named_with_what_is_wrong(
    damage: str, refused: Callable[..., str], tmp_path: Path
) -> None:
    provider = copy_of("gptge", tmp_path)
    cassette = provider / "cassettes" / "videos" / "observe.yaml"
    change, told = DAMAGES[damage]
    cassette.write_text(change(cassette.read_text("utf-8")), "utf-8")
    sentence = refused(f"--provider={provider}", "-k", "unknown-task")
    assert sentence.startswith(f"{cassette}: damaged cassette, {told}")
    assert sentence.endswith(f"; record it again with pytest --provider={provider} --record-mode=rewrite [VC-402]")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_the_process_itself_ends_with_the_sentence_alone(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = judge(tmp_path, *LIVE, *workers)
    sentence = "octopusx: a live run needs the API key in the environment variable OCTOPUSX_API_KEY [VC-201]"
    assert (run.code, run.out.strip(), run.err.strip()) == (4, "", f"ERROR: {sentence}")
