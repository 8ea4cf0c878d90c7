"""Who serves and whose contract it is are two things, and two versions of one service are two subjects."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.openai_vendor import KEY, openai_vendor
from tests.support.processes import QUICK, Row, Run, judge_inside
from vidconform.contracts.deviations import own_deviations
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider, known_providers
from vidconform.contracts.yaml_values import decode_yaml
from vidconform.emulator.server import Running, running
from vidconform.errors.error_types import DataFileProblem

pytest_plugins = ["pytester"]

GATEWAY = """
name = "gate"
title = "Gate"
contract = "openai/videos"
base_url = "http://127.0.0.1:9"
key = "GATE_API_KEY"
"""
GATE_KEY = {"GATE_API_KEY": KEY["OPENAI_API_KEY"]}
SOME = ("-k", "id-present or list-route or example", *QUICK)


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A folder that says nothing but who serves, and whose contract it is held to."""
    folder = tmp_path / "gate"
    folder.mkdir()
    (folder / "provider.toml").write_text(GATEWAY, "utf-8")
    return folder


@pytest.fixture(scope="module")
def openai() -> Iterator[Running]:
    with running("openai", environ=KEY) as emulator:
        yield emulator


def record(pytester: pytest.Pytester, gate: Path, version: str, url: str, *more: str) -> Run:
    options = (f"--provider={gate}", f"--subject=gate@{version}", "--record-mode=rewrite", f"--provider-url={url}")
    return judge_inside(pytester, *options, "--poll-interval=0.01", "--fuzz=0", *more, **GATE_KEY)


def rows(run: Run) -> list[Row]:
    return list(run.verdicts.values())


@pytest.mark.slow
def test_a_gateway_is_held_to_the_contract_of_another_provider_with_a_key_of_its_own(
    gate: Path, openai: Running, pytester: pytest.Pytester
) -> None:
    url = f"--provider-url={openai.url}"
    run = judge_inside(pytester, f"--provider={gate}", "--live", url, "--subject=gate@1.2", *SOME, **GATE_KEY)
    assert run.code == 0, run.ran()
    told = {(row["provider"], row["contract"], row["held_to"], row["version"]) for row in rows(run)}
    assert told == {("gate@1.2", "gate@1.2/videos", "openai/videos", "1.2")}
    served = next(line for line in run.lines if line["kind"] == "provider")
    assert (served["title"], served["version"]) == ("Gate 1.2", "1.2")
    assert served["held_to"] == {"gate@1.2/videos": "openai/videos"}
    # The document is judged with its publisher.
    assert {row["subject"] for row in rows(run)} == {"service"}


def test_a_contract_that_nobody_publishes_is_refused_with_those_that_there_are(gate: Path) -> None:
    (gate / "provider.toml").write_text(GATEWAY.replace("openai/videos", "openai/films"), "utf-8")
    with pytest.raises(
        DataFileProblem, match="contract 'openai/films': no such contract; there are apiyi/videos, chainhub/videos"
    ):
        find_provider(str(gate))


@pytest.mark.slow
def test_any_service_can_be_named_and_held_to_a_known_contract_without_a_folder(
    openai: Running, pytester: pytest.Pytester
) -> None:
    chosen = ("--provider=openai", "--live", f"--provider-url={openai.url}", "--subject=mine@2-rc1", *SOME)
    run = judge_inside(pytester, *chosen, **KEY)
    assert run.code == 0, run.ran()
    assert {(row["contract"], row["held_to"]) for row in rows(run)} == {("mine@2-rc1/videos", "openai/videos")}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--provider=openai", "--subject=mine"], "--subject=mine: expected NAME@VERSION"),
        (["--provider=openai", "--subject=Mine@1"], "--subject=Mine@1: expected NAME@VERSION"),
        (
            ["--provider=openai", "--provider=gptge", "--subject=mine@1"],
            "--subject=mine@1: expected the name of a provider of the run, openai, gptge, or one --provider",
        ),
        (
            ["--provider=openai", "--subject=openai@1", "--subject=openai@2"],
            "--subject=openai@2: expected one version of each provider; openai@1 is judged already",
        ),
        (["--subject=openai@1"], "--subject: expected --provider=NAME with it"),
    ],
)
def test_a_subject_that_is_none_is_refused(given: list[str], told: str, pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, *given)
    assert run.code == 4
    assert told in run.out + run.err


@pytest.mark.slow
@pytest.mark.exhaustive
def test_each_version_that_was_recorded_is_judged_by_itself(
    gate: Path, openai: Running, pytester: pytest.Pytester
) -> None:
    first = record(pytester, gate, "1.0", openai.url)
    assert first.code == 0, first.ran()
    with openai_vendor("list-without-has-more", software="some-gateway/2.0") as vendor:
        second = record(pytester, gate, "2.0", vendor.url)
    assert second.code == 1, second.ran()
    both = judge_inside(pytester, f"--provider={gate}", "--fuzz=0")
    failed = {(row["contract"], row["requirement"]) for row in rows(both) if row["reading"] == "fails"}
    assert {row["contract"] for row in rows(both)} == {"gate@1.0/videos", "gate@2.0/videos"}
    assert failed == {("gate@2.0/videos", "list-has-more-present")}
    origins = {(row["contract"], sight["origin"]) for row in rows(both) for sight in row["evidence"]}
    assert origins == {("gate@1.0/videos", "emulated"), ("gate@2.0/videos", "recorded")}
    texts = [file.read_text("utf-8") for file in (gate / "cassettes" / "gate@2.0").rglob("*.yaml")]
    assert all("origin: recorded" in text and "origin: live" not in text for text in texts)
    one = judge_inside(pytester, f"--provider={gate}@1.0", "--fuzz=0")
    assert {row["contract"] for row in rows(one)} == {"gate@1.0/videos"}
    assert one.code == 0, one.ran()


@pytest.mark.slow
def test_a_recording_says_whose_it_is_of_which_version_and_what_recorded_it(
    gate: Path, openai: Running, pytester: pytest.Pytester
) -> None:
    record(pytester, gate, "1.0", openai.url, "-k", "id-present", "--fuzz-seed=7")
    (cassette,) = (gate / "cassettes" / "gate@1.0" / "videos").glob("create.yaml")
    metadata = decode_yaml(cassette.read_text("utf-8"))["metadata"]
    assert metadata["subject"] == {"name": "gate", "version": "1.0"}
    assert metadata["base_url"] == "http://gate.emulator.invalid"
    assert metadata["command"] == (
        f"pytest --provider={gate}@1.0 --record-mode=rewrite --provider-url={openai.url} --poll-interval=0.01 --fuzz=0 "
        "--fuzz-seed=7"
    )


def listed(gate: Path, kind: str, **entry: str) -> None:
    told = {"requirement": "list-has-more-present", "reason": "It has none.", "since": "2026-11-01", **entry}
    lines = [f'{name} = "{value}"' for name, value in told.items()]
    (gate / "deviations.toml").write_text("\n".join([f"[[{kind}]]", *lines]), "utf-8")


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("contract", "code"), [("gate@2.0/videos", 0), ("gate/videos", 0), ("videos", 0), ("gate@1.0/videos", 1)]
)
def test_a_known_deviation_is_that_of_a_version_or_of_all(
    contract: str, code: int, gate: Path, pytester: pytest.Pytester
) -> None:
    listed(gate, "deviation", contract=contract)
    with running("openai", environ=KEY, vice="has-more-missing-when-list") as worse:
        run = record(pytester, gate, "2.0", worse.url, "-k", "list-has-more-present")
    assert run.code == code, run.ran()


@pytest.mark.slow
def test_an_artefact_of_the_start_says_nothing_of_the_service(gate: Path, pytester: pytest.Pytester) -> None:
    listed(gate, "artefact", reason="It was started without a disk.")
    with running("openai", environ=KEY, vice="has-more-missing-when-list") as worse:
        run = record(pytester, gate, "2.0", worse.url, "-k", "list-has-more-present")
    assert run.code == 0, run.ran()
    (row,) = rows(run)
    assert (row["reading"], row["deviation"]["state"]) == ("unseen", "artefact")
    assert row["expected"].endswith("an artefact of how it was started: It was started without a disk.")
    assert row["received"].startswith("no has_more")


@pytest.mark.slow
def test_an_artefact_that_is_gone_is_stale(gate: Path, openai: Running, pytester: pytest.Pytester) -> None:
    listed(gate, "artefact")
    run = record(pytester, gate, "2.0", openai.url, "-k", "list-has-more-present")
    assert run.code == 1
    (row,) = rows(run)
    assert row["deviation"]["state"] == "stale"


def test_deviations_of_a_publisher_are_nobody_else_s(tmp_path: Path) -> None:
    folder = shutil.copytree(Path(find_provider("octopusx").folder), tmp_path / "octopusx")
    (folder / "deviations.toml").write_text(
        '[[deviation]]\nrequirement = "id-present"\nreason = "None."\nsince = 2026-11-01\n', "utf-8"
    )
    own = find_provider(str(folder))
    other = own.serving_as("mine@1")
    assert [entry.requirement for entry in own_deviations(own, load_contracts(own))] == ["id-present"]
    assert own_deviations(other, load_contracts(other)) == []


def test_a_gateway_is_no_provider_of_documents() -> None:
    assert "litellm" not in known_providers()
    assert find_provider("litellm@9.9").name == "litellm@9.9"
