"""`vidconform explain CONTRACT REQUIREMENT` and the completion of the shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import copy_of, environment
from tests.support.report_runs import verdict, write_run
from vidconform.cli import main


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    code = main(["explain", *words])
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, ""), printed
    return printed.out


def test_a_requirement_is_explained_by_its_document_its_schema_node_and_the_shipped_recording(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = told(capsys, "octopusx/videos", "status-vocabulary").splitlines()
    assert lines[0] == "octopusx/videos  status-vocabulary  [SHOULD]"
    assert lines[2].startswith("  Document    OpenAI-Compatible Video Interface: Response, status")
    assert "SHA-256" in lines[3]
    node = next(line for line in lines if line.startswith("  Decided by"))
    assert "the schema node octopusx/videos/task.schema.json#/properties/status" in node
    at = lines.index("  Verdicts    of the shipped recording")
    assert [line.split()[:2] for line in lines[at + 1 :]] == [["service:", "conforms,"], ["document:", "conforms,"]]


@pytest.mark.parametrize(
    ("subject", "read"), [("litellm@1.106.2", "fails, known since"), ("litellm@1.109.1", "conforms, ")]
)
def test_each_version_of_a_gateway_has_its_own_recording(
    subject: str, read: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(capsys, f"{subject}/videos", "id-same-as-asked").splitlines()
    assert lines[0] == f"{subject}/videos  id-same-as-asked  [MUST]"
    verdicts = lines[lines.index("  Verdicts    of the shipped recording") + 1 :]
    assert verdicts[0].strip().startswith(f"service: {read}")
    # Who is held to a document did not write it.
    assert not any(line.strip().startswith("document:") for line in verdicts)


def test_one_that_a_law_decides_names_the_law_and_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "octopusx/query#time-units-agree")
    assert (
        "  Decided by  the law test_times.test_all_times_have_one_unit (test_times.py): all times have one unit" in text
    )
    assert "  Read as     " in text
    assert "document: contradicts itself, known since 2026-11-23, 1 observation" in text
    assert "Received  created in seconds, updated in milliseconds" in text


def test_the_verdicts_of_a_run_are_those_of_its_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_run(tmp_path, [verdict("fails", "status-vocabulary", "octopusx/videos", received="'done' at /status")])
    text = told(capsys, "octopusx/videos", "status-vocabulary", f"--run={tmp_path}")
    assert f"  Verdicts    of {tmp_path}, 20" in text
    assert "service: fails, 3 observations, observe #0 (live, 20" in text
    assert "Received  'done' at /status" in text
    assert "none in " in told(capsys, "octopusx/videos", "id-present", f"--run={tmp_path}")


def test_a_folder_without_recordings_has_no_verdicts_yet(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = copy_of("gptge", tmp_path, cassettes=False)
    assert "  Verdicts    none in the shipped recording" in told(capsys, str(folder / "videos"), "id-type")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("octopusx/videos", "status-vocab"), "REQUIREMENT=status-vocab: expected one of octopusx/videos, such as s"),
        (("octopusx/nosuch", "x"), "CONTRACT=octopusx/nosuch: expected all, a contract ("),
        (("octopusx/videos",), "CONTRACT REQUIREMENT=octopusx/videos: expected both, as vidconform list has them"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_one_sentence(
    words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", *words]) == 4
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert printed.err.startswith(f"vidconform: {sentence}")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_how_to_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert "_ARGCOMPLETE" in text
    assert "vidconform" in text
    assert "pytest" in text


def test_without_the_extra_completion_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "argcomplete.shell_integration", None)
    assert main(["completion", "bash"]) == 4
    assert "expected the extra: pip install 'vidconform[completion]'" in capsys.readouterr().err


def test_a_command_is_completed(tmp_path: Path) -> None:
    line = "vidconform expl"
    asked = {
        "_ARGCOMPLETE": "1", "_ARGCOMPLETE_SHELL": "bash", "COMP_LINE": line, "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9", "_ARGCOMPLETE_STDOUT_FILENAME": str(tmp_path / "words"),
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("vidconform"))]
    subprocess.run(command, env=environment(**asked), timeout=120, check=False, stdin=subprocess.DEVNULL)
    assert (tmp_path / "words").read_text().split("\013") == ["explain "], os.listdir(tmp_path)
