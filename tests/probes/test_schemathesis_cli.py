"""Schemathesis' own command line accepts the emulators with our files, but for the checks that the docs name."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import KEYS, environment
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.emulator.server import Running, running
from vidconform.locations import data_folder

pytestmark = pytest.mark.slow

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "schemathesis.md").read_text("utf-8")
OFF = dict(re.findall(r"^\| (\w+/\w+) \| ([\w, ]+) \|$", DOCS, re.MULTILINE))
ALL_OFF = [(contract, check) for contract, checks in OFF.items() for check in checks.split(", ")]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which hypothesis keeps its tables of characters from one run to the next."""
    return tmp_path_factory.mktemp("schemathesis")


def run(emulator: Running, contract: str, scratch: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis on the file of a contract, always with the address of an emulator."""
    provider = contract.split("/")[0]
    keys = [f"Authorization: Bearer {KEYS[f'{provider.upper()}_API_KEY']}", f"token: {KEYS['OPEAI_TOKEN']}"]
    command = [sys.executable, "-m", "schemathesis.cli", "--no-color", "run", f"--url={emulator.url}", "--seed=1"]
    command += ["--max-examples=5", *(word for key in keys for word in ("-H", key)), *options]
    return subprocess.run(
        [*command, str(data_folder("specs") / contract / "openapi.yaml")],
        cwd=scratch, env=environment(), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_docs_name_each_contract() -> None:
    known = ("octopusx", "gptge", "opeai", "chainhub")
    assert set(OFF) == {contract.id for name in known for contract in load_contracts(find_provider(name))}
    assert all(f"- `{check}`: " in DOCS for _, check in ALL_OFF)


@pytest.mark.parametrize("contract", OFF)
@pytest.mark.exhaustive
def test_schemathesis_accepts_the_emulator_of_each_contract(contract: str, scratch: Path) -> None:
    with running(contract.split("/")[0], environ=KEYS) as emulator:
        done = run(emulator, contract, scratch, f"--exclude-checks={OFF[contract].replace(' ', '')}")
        assert done.returncode == 0, done.stdout + done.stderr
        assert emulator.requests > 10


@pytest.mark.parametrize(("contract", "check"), ALL_OFF)
def test_no_check_is_off_without_need(contract: str, check: str, scratch: Path) -> None:
    with running(contract.split("/")[0], environ=KEYS) as emulator:
        done = run(emulator, contract, scratch, f"--checks={check}", "--no-shrink")
    assert done.returncode == 1, done.stdout + done.stderr


def test_schemathesis_refuses_an_emulator_that_breaks_its_document(scratch: Path) -> None:
    with running("gptge", environ=KEYS, change=lambda reply: reply.say({"id": 1})) as emulator:
        done = run(emulator, "gptge/videos", scratch, f"--exclude-checks={OFF['gptge/videos']}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Response violates schema" in done.stdout
