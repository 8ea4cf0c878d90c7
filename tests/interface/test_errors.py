"""Every error that people meet ends with a stable code, and `vidconform explain` says what it means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import vidconform.client.against_vices.client_problems
import vidconform.emulator.vices  # noqa: F401 - the errors of both are found among the subclasses
from vidconform.cli import main
from vidconform.errors.error_table import FAULT_OF_OURS, SYSTEM_ERROR, UNFORESEEN_VALUE, error_kinds, errors_page
from vidconform.errors.error_types import BadOption, DataFileProblem, VidconformError
from vidconform.errors.run_errors import SecretRefused

DOCS = Path(__file__).resolve().parents[2] / "docs"
# A code is a promise: people search for it, and scripts compare it. A new error takes a new one.
CODES = {
    "BadOption": "VC-101", "UnknownProvider": "VC-102", "UnknownErrorCode": "VC-103",
    "MissingKey": "VC-201", "ExposedKey": "VC-204", "UnusableKey": "VC-202", "UnusableEnvironment": "VC-203",
    "DataFileProblem": "VC-301", "ResultsRefused": "VC-302",
    "CassetteMissing": "VC-401", "CassetteDamaged": "VC-402", "CassetteStale": "VC-403",
    "UnknownVice": "VC-502", "AddressUnavailable": "VC-503",
    "SecretRefused": "VC-601", "UnusableCommand": "VC-701", "ClientFails": "VC-702", "ClientNeverAsks": "VC-703",
}  # fmt: skip


def raised(kind: type[VidconformError] = VidconformError) -> Iterator[type[VidconformError]]:
    """Yield the classes that are raised: those that no other derives from."""
    below = kind.__subclasses__()
    if not below:
        yield kind
    for one in below:
        yield from raised(one)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [(kind.code, kind.__name__) for kind in raised()]
    assert len({code for code, _ in codes}) == len(codes), sorted(codes)
    assert {code for code, _ in codes} | {SYSTEM_ERROR, UNFORESEEN_VALUE, FAULT_OF_OURS} == set(error_kinds())


def test_a_code_keeps_its_meaning() -> None:
    found = {(kind.__name__, kind.code) for kind in raised()}
    assert set(CODES.items()) <= found


def test_a_code_is_explained_with_causes_and_a_hint() -> None:
    for kind in error_kinds().values():
        assert all(text.endswith(".") for text in (kind.meaning, kind.hint, *kind.causes)), kind.code
        assert kind.causes, kind.code


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (BadOption("--fuzz", "-1", "0 or more"), "--fuzz=-1: expected 0 or more [VC-101]"),
        (BadOption("--live", None, "--provider=NAME with it"), "--live: expected --provider=NAME with it [VC-101]"),
        (BadOption("--task-id", "", "ID"), "--task-id=: expected ID [VC-101]"),
        (DataFileProblem(Path("a.toml"), "no TOML"), "a.toml: no TOML [VC-301]"),
    ],
)
def test_a_sentence_ends_with_the_code(error: VidconformError, sentence: str) -> None:
    assert str(error) == sentence


def test_an_error_brings_its_hint() -> None:
    assert SecretRefused(Path("a"), "A_KEY").hint == error_kinds()["VC-601"].hint


def test_the_page_of_the_codes_is_made_from_the_table() -> None:
    assert (DOCS / "errors.md").read_text("utf-8") == errors_page(), "python docs/make.py --errors"


@pytest.mark.parametrize("given", ["VC-201", "vc-201"])
def test_explain_prints_meaning_causes_and_hint(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", given]) == 0
    kind = error_kinds()["VC-201"]
    told = capsys.readouterr().out
    assert told.startswith(f"VC-201: {kind.meaning}\n")
    assert all(cause in told for cause in kind.causes)
    assert told.endswith(f"What to do: {kind.hint}\n")


def test_explain_alone_lists_every_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(error_kinds())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("VC-604", "'VC-604': no such code; near it: VC-601, VC-602, VC-603"),
        ("vc-60", "'vc-60': no such code; near it: VC-601"),
        ("201", "'201': no such code; near it: VC-201"),
        ("nonsense", "'nonsense': no such code; expected one of: VC-101, VC-102"),
        ("", "'': no such code; expected one of: VC-101, VC-102"),
    ],
)
def test_an_unknown_code_is_one_sentence(given: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "VC-101", given]) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"vidconform: {told}")
    assert printed.err.endswith(" [VC-103]\n")


def test_what_nobody_foresaw_has_a_code_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "gptge", "--step-seconds", "0"]) == 4
    assert capsys.readouterr().err.endswith(f" [{UNFORESEEN_VALUE}]\n")
