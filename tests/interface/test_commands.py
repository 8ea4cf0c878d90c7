"""The command `vidconform`: what it lists and serves, and how it refuses."""

from __future__ import annotations

import json
import shlex
import signal
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.processes import EVERY_PROVIDER, KEYS, NAMES, copy_of, environment
from vidconform import __version__
from vidconform.cli import main
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider

PATIENCE = 120.0
ROW = {
    "provider": str, "contract": str, "requirement": str, "level": str, "statement": str, "source": str,
    "concern": str, "bound": list, "untestable": str | None, "edition": dict, "gone": str | None,
}  # fmt: skip


def command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("vidconform")), *arguments]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    done = run(tmp_path_factory.mktemp("listed"), "list", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    assert isinstance(rows, list)
    return rows


def test_the_list_as_json_has_the_shape_that_scripts_rely_on(listed: list[dict[str, Any]]) -> None:
    assert [row for row in listed if [key for key in row if key != "refuted"] != list(ROW)] == []
    assert [(name, row[name]) for row in listed for name, kind in ROW.items() if not isinstance(row[name], kind)] == []
    assert {row["level"] for row in listed} == {"MUST", "SHOULD", "MAY"}
    assert all(row["contract"].startswith(f"{row['provider']}/") for row in listed)


def test_the_list_holds_every_row_of_every_ledger_once(listed: list[dict[str, Any]]) -> None:
    contracts = [contract for name in EVERY_PROVIDER for contract in load_contracts(find_provider(name))]
    rows = Counter((row["contract"], row["requirement"]) for row in listed)
    assert rows == Counter(
        (contract.id, requirement) for contract in contracts for requirement in contract.requirements
    )
    assert {row["contract"] for row in listed} == {contract.id for contract in contracts}


def test_every_row_is_bound_or_says_why_not(listed: list[dict[str, Any]]) -> None:
    assert [row for row in listed if bool(row["bound"]) == bool(row["untestable"])] == []
    kinds = {bound.partition(":")[0] for row in listed for bound in row["bound"]}
    assert kinds >= {"schema", "law"}
    assert kinds <= {"schema", "law", "generated"}


def test_the_list_for_people_names_statement_place_and_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "gptge"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = load_contracts(find_provider("gptge"))[0].requirements
    assert lines[0] == f"gptge/videos  https://api.gpt.ge  {len(rows)} requirements"
    at = next(i for i, line in enumerate(lines) if line.split()[1:2] == ["progress-type"])
    assert lines[at].split(maxsplit=2) == ["MUST", "progress-type", "Progress is an integer."]
    assert lines[at + 1].startswith("         Query Video Status: Response Fields, progress | schema:task.schema.json#")
    assert sum(line.startswith("  MUST ") for line in lines) == sum(row.level == "MUST" for row in rows.values())


@pytest.mark.slow
def test_several_providers_and_folders_can_be_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = copy_of("gptge", tmp_path, cassettes=False)
    assert main(["list", "opeai", str(folder), "opeai", "--json"]) == 0
    assert list(dict.fromkeys(row["provider"] for row in json.loads(capsys.readouterr().out))) == ["opeai", "gptge"]
    assert main(["list", "all", "--json"]) == 0
    assert {row["provider"] for row in json.loads(capsys.readouterr().out)} == set(EVERY_PROVIDER)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("list", "nosuch"), f"'nosuch': no such provider; expected one of {NAMES}"),
        (("serve", "nosuch"), "there is no emulator of 'nosuch'; there are: "),
        (("serve", "gptge", "--port", "99999"), "cannot listen on 127.0.0.1:99999: "),
        (("serve", "gptge", "--host", "nosuch.invalid"), "cannot listen on nosuch.invalid:0: "),
        (("serve", "gptge", "--step-seconds", "0"), "step_seconds is more than 0"),
    ],
)  # fmt: skip
def test_what_a_user_can_mend_is_one_sentence(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"vidconform: {told}")
    assert printed.err.count("\n") == 1


def test_a_broken_ledger_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ledger = copy_of("gptge", tmp_path, cassettes=False) / "videos" / "requirements.toml"
    ledger.write_text(ledger.read_text("utf-8").replace('"MUST"', '"WILL"', 1), "utf-8")
    assert main(["list", str(ledger.parents[1])]) == 4
    assert capsys.readouterr().err.startswith(
        f"vidconform: {ledger}: requirement['retrieve-route'].level: expected one of MUST, SHOULD, MAY, found 'WILL'"
    )


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_problem(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("list"), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(100)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 0


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("words", "streams", "code"),
    [
        ("list octopusx", ">&-", 0),
        ("list octopusx", "2>&- | head -1", 0),
        ("diff nothing here", "<&- >&- 2>&-", 4),
        ("explain VC-101", ">/dev/full", 4),
        ("explain VC-101", ">/dev/full 2>&1", 4),
    ],
)
def test_a_command_that_cannot_print_ends_with_its_own_exit_code(
    words: str, streams: str, code: int, tmp_path: Path
) -> None:
    line = f"set -o pipefail; {shlex.join(command(*words.split()))} {streams}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) <= 1


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.slow
def test_serve_prints_its_address_first_and_ends_cleanly(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("serve", "opeai"), cwd=tmp_path, env=environment(OPEAI_TOKEN=KEYS["OPEAI_TOKEN"]),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(f"{url}/v1/videos/x").status_code == 401
        with socket.create_connection((httpx.URL(url).host, httpx.URL(url).port or 0), timeout=PATIENCE):
            again = run(tmp_path, "serve", "opeai", "--port", str(httpx.URL(url).port))
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(PATIENCE) == 0
    assert (again.returncode, again.stdout) == (4, "")
    busy = f"cannot listen on 127.0.0.1:{httpx.URL(url).port}: Address already in use"
    assert again.stderr == f"vidconform: {busy} [VC-503]\n"
    assert rest.splitlines()[:2] == [
        "key: OPEAI_API_KEY, any but vidconform-wrong...",
        "key: OPEAI_TOKEN, only its own value",
    ]
    assert KEYS["OPEAI_TOKEN"] not in rest
    *tasks, paste = rest.splitlines()[3:]
    assert all(line.startswith("task: --task-id=videos=video_") for line in tasks)
    assert paste.startswith("paste: OPEAI_API_KEY=sk-local-"), "a key that is fixed is the user's own"
    assert f" pytest --provider=opeai --live --provider-url={url} " in paste


@pytest.mark.slow
@pytest.mark.exhaustive
def test_what_serve_prints_is_what_a_run_takes(tmp_path: Path) -> None:
    """The two terminals of the README: the emulator in one, the run in the other."""
    process = subprocess.Popen(
        command("serve", "gptge"), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        url, _key, *tasks, paste = [process.stdout.readline().strip() for _ in range(5)]
        key, program, *options = shlex.split(paste.removeprefix("paste: "))
        assert (key.partition("=")[0], program) == ("GPTGE_API_KEY", "pytest")
        assert {task.removeprefix("task: ") for task in tasks} < set(options)
        assert f"--provider-url={url}" in options
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--report=out", *options],
            cwd=tmp_path, env=environment(GPTGE_API_KEY=key.partition("=")[2]), capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    assert done.returncode == 0, done.stdout + done.stderr
    last = (tmp_path / "out" / "results.jsonl").read_text("utf-8").splitlines()[-1]
    assert json.loads(last)["exit"] == 0


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "arguments", [["diff"], ["nothing"], ["vices", "gptge", "--nothing"], ["serve", "gptge", "--port=x"]]
)
def test_wrong_arguments_end_with_the_code_that_wrong_options_of_a_run_have(
    arguments: list[str], tmp_path: Path
) -> None:
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("usage: vidconform ")
    assert "Traceback" not in done.stderr
