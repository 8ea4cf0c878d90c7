"""Data files that break their format are refused at the start, with their path and what would be right."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vidconform.contracts.loading import load_contract, load_contracts
from vidconform.contracts.provider import all_providers, find_provider
from vidconform.contracts.security_schemes import schemes_of
from vidconform.errors.error_types import DataFileProblem, UnknownProvider
from vidconform.locations import data_folder
from vidconform.run.bindings import check_bindings
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare

Change = Callable[[str], str]

WRONG_FILES: dict[str, tuple[str, Change, str]] = {
    "an unknown key of a provider": (
        "provider.toml", lambda text: "nmae = 'x'\n" + text,
        r"unknown key 'nmae'; the valid keys are name, title, base_url, key, pace, price, ids",
    ),
    "an unknown key of the pace": (
        "provider.toml", lambda text: text.replace("poll_timeout", "poll_time"),
        r"pace: unknown key 'poll_time'; the valid keys are poll_interval, poll_timeout, requests_per_second",
    ),
    "an unknown key of an id space": (
        "provider.toml", lambda text: text.replace("unknown =", "unknwon ="), r"unknwon.*pattern, unknown",
    ),
    "an id space whose pattern is none": (
        "provider.toml", lambda text: text.replace("^video_[", "^video_("), "pattern is no regular expression",
    ),
    "a provider without a key": (
        "provider.toml", lambda text: text.replace("key = ", "# "), "key is missing",
    ),
    "an address that is none": (
        "provider.toml", lambda text: text.replace("https://", "ftp://"), r"base_url",
    ),
    "a provider that is no TOML": ("provider.toml", lambda text: text + "=", "no TOML"),
    "an unknown key of a row": (
        "videos/requirements.toml", lambda text: text.replace('\nlevel = "MUST"', '\nlevle = "MUST"', 1),
        r"requirement\['retrieve-route'\]: unknown key 'levle'; the valid keys are id, level, concern",
    ),
    "an unknown key of a ledger": (
        "videos/requirements.toml", lambda text: "documents = 'x'\n" + text,
        r"unknown key 'documents'; the valid keys are document, edition, requirement",
    ),
    "an unknown level": (
        "videos/requirements.toml", lambda text: text.replace('level = "MUST"', 'level = "WILL"', 1),
        r"requirement\['retrieve-route'\].level: expected one of MUST, SHOULD, MAY, found 'WILL'",
    ),
    "an unknown concern": (
        "videos/requirements.toml", lambda text: text.replace('concern = "routes"', 'concern = "roads"', 1),
        "expected one of routes, authentication,.* found 'roads'",
    ),
    "a row twice": (
        "videos/requirements.toml", lambda text: text + text[text.index("[[requirement]]"):],
        "the requirement 'retrieve-route' stands twice",
    ),
    "a ledger that is no TOML": ("videos/requirements.toml", lambda text: text + "[[", "no TOML"),
    "a schema that is no JSON": ("videos/task.schema.json", lambda text: text[:-3], "no JSON"),
    "a schema that is no object": ("videos/task.schema.json", lambda text: "[]", "expected an object, found list"),
    "an unknown id space": (
        "videos/task.schema.json", lambda text: text.replace('"x-id-space": "public"', '"x-id-space": "privat"'),
        "x-id-space 'privat' is not in provider.toml; it has public",
    ),
    "a requirement without a row": (
        "videos/task.schema.json", lambda text: text.replace('"id-type"', '"id-tpye"'),
        "x-requirement 'id-tpye' has no row in requirements.toml",
    ),
    "an operation without a role": (
        "videos/openapi.yaml", lambda text: text.replace("x-role: retrieve", "x-rule: retrieve"),
        r"paths\./v1/videos/\{task_id\}\.get: unknown key 'x-rule'; the valid keys are x-role, x-also, x-refusals",
    ),
    "an unknown role of an operation": (
        "videos/openapi.yaml", lambda text: text.replace("x-role: retrieve", "x-role: retreive"),
        r"paths\./v1/videos/\{task_id\}\.get\.x-role: expected one of create, retrieve, .*, found 'retreive'",
    ),
    "a parameter without its role": (
        "videos/openapi.yaml", lambda text: text.replace("x-role: id", "x-rule: id"),
        r"parameters\['task_id'\]: unknown key 'x-rule'; the valid keys are x-role",
    ),
    "a credential without a variable": (
        "videos/openapi.yaml", lambda text: text.replace("x-variable: GPTGE_API_KEY", ""),
        "no x-variable at the security scheme bearer names the environment variable",
    ),
    "a credential in an address": (
        "videos/openapi.yaml",
        lambda text: text.replace("type: http", "type: apiKey").replace("scheme: bearer", "in: query\n      name: key"),
        "security scheme 'bearer': no key is sent in an address, which logs keep; describe a header",
    ),
    "a credential that answers a challenge": (
        "videos/openapi.yaml", lambda text: text.replace("scheme: bearer", "scheme: digest"),
        "security scheme 'bearer': digest is not sent here; bearer is",
    ),
    "a schema that is not there": (
        "videos/openapi.yaml", lambda text: text.replace("task.schema.json", "tsk.schema.json"),
        r"\$ref 'tsk.schema.json' is no file beside it; there are task.schema.json",
    ),
    "an unknown key of a node": (
        "videos/task.schema.json", lambda text: text.replace('"x-role": "status"', '"x-rolle": "status"'),
        r"properties\.status: unknown key 'x-rolle'; the valid keys are x-requirement, x-hedged, x-role,",
    ),
    "an unknown role of a field": (
        "videos/task.schema.json", lambda text: text.replace('"x-role": "status"', '"x-role": "state"'),
        r"properties\.status\.x-role: expected one of id, task-id, .*, found 'state'",
    ),
    "an unknown unit of a time": (
        "videos/task.schema.json", lambda text: text.replace('"x-unit": "seconds"', '"x-unit": "days"', 1),
        r"properties\.created_at\.x-unit: expected one of seconds, milliseconds, either, .*, found 'days'",
    ),
    "a row that nothing decides": (
        "videos/requirements.toml", lambda text: text.replace('"retrieve-route"', '"retreive-route"'),
        r"'retreive-route' is bound to nothing: give a schema node `x-requirement: retreive-route`, "
        r"take the name of a law \(retrieve-route.*, or say `untestable = \"why\"`",
    ),
    "an unknown id of another shape": (
        "provider.toml", lambda text: text.replace('unknown = "video_', 'unknown = "task_'),
        r"ids.public.unknown, 'task_.*', does not match ids.public.pattern, '\^video_",
    ),
    "an OpenAPI document that is no YAML": ("videos/openapi.yaml", lambda text: text + "\n  - [", "no YAML"),
}  # fmt: skip


def test_an_unknown_provider_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownProvider, match=", ".join(all_providers())):
        find_provider("octopus")


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_file_is_refused_with_its_path_and_what_would_be_right(name: str, tmp_path: Path) -> None:
    file, change, sentence = WRONG_FILES[name]
    path = shutil.copytree(data_folder("specs") / "gptge", tmp_path / "gptge") / file
    right = path.read_text("utf-8")
    path.write_text(change(right), "utf-8")
    assert path.read_text("utf-8") != right
    with pytest.raises(DataFileProblem, match=sentence) as problem:
        prepare(RunOptions(providers=[str(tmp_path / "gptge")]), {})
    assert problem.value.path == path


@pytest.mark.parametrize("file", ["task.schema.json", "openapi.yaml"])
def test_a_file_that_is_missing_is_refused_with_its_path(file: str, tmp_path: Path) -> None:
    folder = shutil.copytree(data_folder("specs") / "gptge", tmp_path / "gptge")
    (folder / "videos" / file).unlink()
    provider = find_provider(str(folder))
    with pytest.raises(DataFileProblem, match="no such file") as problem:
        load_contract(provider, "videos")
    assert problem.value.path == folder / "videos" / file


@pytest.mark.parametrize("name", ["gptge", "all"])
def test_a_folder_named_as_one_of_ours_is_still_told_as_a_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(data_folder("specs") / "gptge", tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert find_provider("gptge").argument == "gptge"
    assert find_provider(f"./{name}").argument == f"./{name}"
    assert find_provider(str(tmp_path / name)).argument == str(tmp_path / name)


@pytest.mark.parametrize("name", ["chainhub", "gptge", "octopusx", "opeai"])
def test_the_files_of_the_all_providers_are_right_elsewhere_too(name: str, tmp_path: Path) -> None:
    provider = find_provider(str(shutil.copytree(data_folder("specs") / name, tmp_path / name)))
    for contract in load_contracts(provider):
        check_bindings(contract)
        assert not contract.provider.is_own


@pytest.mark.parametrize("word", ["bearer", "basic", "token", "key"])
def test_a_credential_is_sent_as_it_is_behind_the_word_of_its_scheme(word: str) -> None:
    scheme = {"type": "http", "scheme": word, "x-variable": "ONE_API_KEY"}
    found = schemes_of({"components": {"securitySchemes": {"one": scheme}}}, {"one"}, {})
    assert (found["one"].header, found["one"].prefix) == ("Authorization", f"{word.title()} ")
