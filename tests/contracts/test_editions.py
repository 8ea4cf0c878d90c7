"""Which text of a document was read: contracts, verdicts and reports tell it, and `vidconform list` when it changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.bodies import CONTRACTS
from tests.support.processes import copy_of, judge, validator
from tests.support.report_runs import verdict, write_run
from vidconform.cli import main
from vidconform.contracts.contract import Contract
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.errors.error_types import DataFileProblem
from vidconform.report.merged_runs import merge_files
from vidconform.report.pages.html import Pages
from vidconform.report.pages.markdown import as_markdown

TEXT = b"A document as it was read.\n"


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """Return a provider of one's own whose document lies in documents/ beside its contract."""
    folder = copy_of("gptge", tmp_path, cassettes=False)
    ledger = folder / "videos" / "requirements.toml"
    document, _, rest = ledger.read_text("utf-8").partition("\n\n[edition]\n")
    rows = rest[rest.index("[[requirement]]") :]
    edition = f'[edition]\nread = 2026-11-20\nsha256 = "{hashlib.sha256(TEXT).hexdigest()}"\nfile = "acme.txt"\n'
    ledger.write_text(f'{document}\n\n{edition}url = "https://acme.example/docs"\n\n{rows}', "utf-8")
    (folder / "documents").mkdir()
    (folder / "documents" / "acme.txt").write_bytes(TEXT)
    return folder


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return what lists a provider and returns what stands on stderr."""

    def told(*arguments: object, code: int = 0) -> str:
        assert main(["list", *map(str, arguments)]) == code
        return capsys.readouterr().err

    return told


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_each_of_our_contracts_says_which_text_was_read(contract: Contract) -> None:
    edition = contract.edition.as_dict()
    assert set(edition) >= {"document", "read", "sha256"}
    assert contract.edition.file


def test_contracts_of_two_providers_were_never_made_from_one_file() -> None:
    made = {(contract.provider.name, contract.edition.sha256) for contract in CONTRACTS}
    assert len({sha256 for _, sha256 in made}) == len(made)


def test_the_same_file_is_worth_no_word(acme: Path, told: Callable[..., str]) -> None:
    assert told(acme) == ""
    assert told(acme, "--json") == ""


def test_a_file_with_another_hash_is_one_line(acme: Path, told: Callable[..., str]) -> None:
    changed = acme / "documents" / "acme.txt"
    changed.write_bytes(TEXT + b"One sentence more.\n")
    found, expected = (hashlib.sha256(text).hexdigest()[:12] for text in (changed.read_bytes(), TEXT))
    hashes = f"its SHA-256 begins with {found}, expected {expected}"
    sentence = f"{changed} is not the text that was read on 2026-11-20: {hashes}; read it again"
    assert told(acme) == f"vidconform: gptge/videos: {sentence}\n"


def test_documents_may_lie_elsewhere(acme: Path, told: Callable[..., str], tmp_path: Path) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    assert f"{elsewhere / 'acme.txt'} is not there" in told(acme, f"--documents={elsewhere}")
    (elsewhere / "acme.txt").write_bytes(b"Another.\n")
    assert f"{elsewhere / 'acme.txt'} is not the text" in told(acme, f"--documents={elsewhere}")
    (elsewhere / "acme.txt").write_bytes(TEXT)
    assert told(acme, f"--documents={elsewhere}") == ""


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_a_document_that_is_no_file_is_told_and_not_waited_for(
    make: Callable[[Path], None], acme: Path, told: Callable[..., str]
) -> None:
    (acme / "documents" / "acme.txt").unlink()
    make(acme / "documents" / "acme.txt")
    assert "acme.txt cannot be read: " in told(acme)


def test_a_folder_of_documents_that_is_none_is_refused(acme: Path, told: Callable[..., str]) -> None:
    assert told(acme, "--documents=/nowhere", code=4) == (
        "vidconform: --documents=/nowhere: expected a folder [VC-101]\n"
    )


def test_without_a_file_nothing_is_looked_for(acme: Path, told: Callable[..., str]) -> None:
    ledger = acme / "videos" / "requirements.toml"
    ledger.write_text(ledger.read_text("utf-8").replace('file = "acme.txt"\n', ""), "utf-8")
    (acme / "documents" / "acme.txt").write_bytes(b"Another.\n")
    assert told(acme) == ""


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("read = 2026-11-20", "", "edition: read is missing"),
        ("read = 2026-11-20", 'read = "yesterday"', '"yesterday" does not match'),
        ("read = ", "raed = ", "unknown key 'raed'; the valid keys are read, sha256, url, file"),
        ('file = "acme.txt"', 'file = "../acme.txt"', "does not match"),
        ("https://acme", "ftp://acme", "does not match"),
    ],
)
def test_an_edition_of_the_wrong_form_is_refused(right: str, wrong: str, sentence: str, acme: Path) -> None:
    ledger = acme / "videos" / "requirements.toml"
    text = ledger.read_text("utf-8")
    assert right in text
    ledger.write_text(text.replace(right, wrong), "utf-8")
    with pytest.raises(DataFileProblem, match=sentence):
        load_contracts(find_provider(str(acme)))


def test_an_edition_may_be_unknown_in_a_provider_of_one_s_own(acme: Path) -> None:
    ledger = acme / "videos" / "requirements.toml"
    text = ledger.read_text("utf-8")
    ledger.write_text(text[: text.index("[edition]")] + text[text.index("[[requirement]]") :], "utf-8")
    (contract,) = load_contracts(find_provider(str(acme)))
    assert contract.edition.as_dict() == {"document": "Query Video Status"}


def test_the_list_names_the_edition(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest = hashlib.sha256(TEXT).hexdigest()
    assert main(["list", str(acme), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["edition"] == {
        "document": "Query Video Status", "read": "2026-11-20", "sha256": digest, "url": "https://acme.example/docs",
    }  # fmt: skip
    assert main(["list", str(acme)]) == 0
    edition = f"document Query Video Status, read 2026-11-20, sha256 {digest}, url https://acme.example/docs"
    assert capsys.readouterr().out.splitlines()[1] == f"  {edition}"


@pytest.mark.slow
def test_results_and_reports_of_a_run_name_the_edition(tmp_path: Path) -> None:
    run = judge(tmp_path, "--provider=gptge")
    (edition,) = [contract.edition for contract in CONTRACTS if contract.id == "gptge/videos"]
    (provider,) = [line for line in run.lines if line["kind"] == "provider"]
    assert provider["editions"] == [{"contract": "gptge/videos", **edition.as_dict()}]
    assert {row["edition"] for row in run.verdicts.values()} == {edition.sha256}
    assert [line for line in run.lines if not validator().is_valid(line)] == []
    short = f"Query Video Status, read 2026-11-23, SHA-256 {str(edition.sha256)[:12]}"
    assert f"| `gptge/videos` | `{short}` |" in (run.report / "report.md").read_text("utf-8")
    assert short in (run.report / "report.html").read_text("utf-8")


def test_a_run_that_names_no_edition_is_still_read(tmp_path: Path) -> None:
    path = write_run(tmp_path, [verdict()])
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1].pop("editions")
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    merged = merge_files([path])
    assert merged.columns["acme/videos"].edition == ""
    assert "as it was read" not in as_markdown(merged)


def test_a_title_in_a_report_is_only_text(tmp_path: Path) -> None:
    path = write_run(tmp_path, [verdict()])
    text = path.read_text().replace('"document": "Document"', '"document": "<b>|`\\u202e"')
    path.write_text(text)
    merged = merge_files([path])
    page = Pages(merged).one()
    assert "&lt;b&gt;|" in page
    assert "<b>|" not in page
    assert "\u202e" not in page + as_markdown(merged)
