"""The command `vidconform laws`: every id that a law decides, once, with what it looks at."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.interface.test_commands import run
from vidconform.contracts import OPERATION_ROLES, ROLES
from vidconform.locations import data_folder

SUITES = sorted(data_folder("suites").glob("test_*.py"))


@pytest.fixture(scope="module")
def laws(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    done = run(tmp_path_factory.mktemp("laws"), "laws", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return list(json.loads(done.stdout))


def test_every_id_of_the_suites_is_told_once(laws: list[dict[str, Any]]) -> None:
    texts = [file.read_text("utf-8") for file in SUITES]
    written = [id for text in texts for id in re.findall(r'@requires\(\s*"([^"]+)"', text)]
    refused = [names for text in texts for names in re.findall(r"@requires_refusals\(([^)]+)\)", text)]
    written += [f"{name}-is-refused" for names in refused for name in re.findall(r'"([^"]+)"', names)]
    told = [row["requirement"] for law in laws for row in law["requirements"]]
    assert sorted(told, key=str) == sorted([*written, None], key=str)
    assert len({law["law"] for law in laws}) == len(laws)


def test_words_are_those_that_a_folder_may_use(laws: list[dict[str, Any]]) -> None:
    for law in laws:
        assert set(law["fields"]) <= set(ROLES)
        assert {row["role"] for row in law["requirements"]} <= {"", *OPERATION_ROLES}


@pytest.mark.parametrize(
    ("id", "subject", "fields", "role"),
    [
        ("terminal-status-is-final", "task", ["status"], ""),
        ("progress-never-falls", "task_field", ["status", "progress"], ""),
        ("pending-info-progress-pct-never-falls", "task_field", ["status", "pending-progress"], ""),
        ("completed-after-created", "task_field", ["created", "completed"], ""),
        ("update-time-moves-with-status", "task", ["status", "updated"], ""),
        ("list-contains-the-task", "listing", ["id", "task-id", "tasks", "has-more", "total", "next-cursor"], ""),
        ("remix-names-its-source", "remix", ["source"], ""),
        ("retrieve-route", "served", [], "retrieve"),
    ],
)
def test_a_law_tells_what_it_looks_at(
    id: str, subject: str, fields: list[str], role: str, laws: list[dict[str, Any]]
) -> None:
    (law,) = (law for law in laws if id in [row["requirement"] for row in law["requirements"]])
    (row,) = (row for row in law["requirements"] if row["requirement"] == id)
    assert {*law["fields"], row["member"], row["other"]} - {""} == set(fields)
    assert (law["subject"], row["role"]) == (subject, role)


def test_the_list_for_people_has_a_sentence_and_its_ids(tmp_path: Path, laws: list[dict[str, Any]]) -> None:
    lines = run(tmp_path, "laws").stdout.splitlines()
    at = lines.index("A finished task stays finished. (looks at: task, `status`)")
    assert lines[at + 1].split()[:2] == ["terminal-status-is-final", "seen"]
    assert sum(not line.startswith(" ") for line in lines) == len(laws)
    assert sum(line.startswith(" ") for line in lines) == sum(len(law["requirements"]) for law in laws)
