"""What is shipped of real gateways holds no key, whoever made it up and wherever it was told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vidconform.contracts.yaml_values import decode_yaml
from vidconform.locations import data_folder

# Keys of a start are random: no list could name them, but all have the form that gateways give to keys.
A_KEY = re.compile(rb"sk-[A-Za-z0-9/+_-]{8,}")
CREDENTIALS = ("authorization", "x-api-key", "api-key", "cookie", "set-cookie")
FILES = sorted(data_folder("cassettes").glob("*@*/**/*.yaml"))


def credentials_in(headers: dict[str, list[str]]) -> list[str]:
    return [value for name, values in headers.items() if name.lower() in CREDENTIALS for value in values]


def test_there_are_recordings_to_look_at() -> None:
    assert len({file.parents[1].name for file in FILES}) == 3


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_no_byte_of_a_recording_is_a_key(file: Path) -> None:
    content = file.read_bytes()
    assert A_KEY.findall(content) == []
    # Of this machine, and of whoever recorded.
    assert b"/root/" not in content
    assert b"/home/" not in content


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_a_recording_says_who_served_when_and_how_it_was_made(file: Path) -> None:
    content = decode_yaml(file.read_text("utf-8"))
    metadata, name = content["metadata"], file.parents[1].name
    assert f"{metadata['subject']['name']}@{metadata['subject']['version']}" == name
    assert metadata["origin"] == "recorded"
    assert metadata["command"].startswith(f"pytest --provider={name} --record-mode=rewrite")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT[\d:.]+\+00:00", metadata["recorded_at"])
    for interaction in content["interactions"]:
        for credential in credentials_in(interaction["request"]["headers"]):
            assert "REDACTED" in credential
        assert credentials_in(interaction["response"]["headers"]) == []
