"""A key that was put where an option or an address belongs is refused, and no message repeats it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes import KEYS, judge_inside
from vidconform.cli import main
from vidconform.contracts.provider import find_provider
from vidconform.errors import BadOption
from vidconform.redaction.key_holders import check_arguments
from vidconform.run.base_urls import base_url
from vidconform.run.options import RunOptions

pytest_plugins = ["pytester"]

VARIABLE, KEY = "OCTOPUSX_API_KEY", KEYS["OCTOPUSX_API_KEY"]
REFUSED = f"no key, and the value of {VARIABLE} stands there; keys come from the environment alone [VC-101]"
OCTOPUSX = ("--provider=octopusx", "--live")
MISPLACED = [
    (f"--provider={KEY}",),
    (*OCTOPUSX, f"--task-id={KEY}"),
    (*OCTOPUSX, f"--report={KEY}"),
    (*OCTOPUSX, f"--provider-url=http://127.0.0.1:9/{KEY}"),
    (*OCTOPUSX, "-k", KEY),
]


@pytest.mark.parametrize("words", MISPLACED, ids=lambda words: words[-1].partition("=")[0])
def test_a_run_refuses_a_key_among_its_arguments(words: tuple[str, ...], pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, *words, **{VARIABLE: KEY})
    assert (run.code, list(pytester.path.iterdir())) == (4, [])
    assert f"the arguments: expected {REFUSED}" in run.err
    assert KEY not in run.out + run.err


def test_a_run_refuses_a_key_among_the_options_of_the_environment(pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, *OCTOPUSX, PYTEST_ADDOPTS=f"-k {KEY}", **{VARIABLE: KEY})
    assert run.code == 4
    assert f"the arguments: expected {REFUSED}" in run.err
    assert KEY not in run.out + run.err


@pytest.mark.parametrize("words", [("doctor", KEY), ("list", KEY), ("explain", KEY), ("diff", KEY, "b"), (KEY,)])
def test_a_command_refuses_a_key_among_its_arguments(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    assert main(words) == 4
    assert capsys.readouterr() == ("", f"vidconform: the arguments: expected {REFUSED}\n")


def test_a_key_in_the_place_of_an_address_is_refused() -> None:
    with pytest.raises(BadOption) as refused:
        base_url(find_provider("octopusx"), RunOptions(["octopusx"]), {VARIABLE: KEY, "OCTOPUSX_BASE_URL": KEY})
    assert str(refused.value) == f"OCTOPUSX_BASE_URL: expected {REFUSED}"


def test_what_holds_no_key_and_what_a_client_is_started_with_passes(tmp_path: Path) -> None:
    short = {"OTHER_API_KEY": "report", "EMPTY_TOKEN": "", "PATH_TOKEN": str(tmp_path / "token"), VARIABLE: KEY}
    check_arguments(["report", str(tmp_path), "--", KEY], short)
    with pytest.raises(BadOption):
        check_arguments(["report", KEY, "--"], short)
