"""The formats that editors are given hold our own files, and refuse what no file may have."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from copy import deepcopy
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.support.documented import PLACED
from tests.support.formats import keys_of_ours, words_of, written
from vidconform.contracts.drafting import draft
from vidconform.contracts.keywords import APPLICATORS, ASSERTIONS, NOTES, OPERATION_ROLES, ROLES
from vidconform.contracts.refusal_cases import CREDENTIALS
from vidconform.locations import data_folder

ROOT = data_folder("specs").parent
FORMATS = {
    "provider.toml": "provider", "requirements.toml": "ledger", "deviations.toml": "deviations",
    "vices.toml": "vices", "emulator.toml": "emulator", "openapi.yaml": "openapi",
}  # fmt: skip
FOLDERS = (ROOT / "specs", ROOT / "tests" / "providers", ROOT / "tests" / "selfproof" / "folders")
OURS = sorted(
    file for folder in FOLDERS for file in folder.rglob("*") if file.name in FORMATS or ".schema." in file.name
)

Tree = dict[str, Any]


@cache
def form(name: str) -> Draft202012Validator:
    """Return the format of a file by its name."""
    schema = written(FORMATS.get(name, "body"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def content(name: str, text: str) -> Any:
    if name.endswith(".toml"):
        return plain(tomllib.loads(text))
    return plain(yaml.safe_load(text)) if name.endswith(".yaml") else json.loads(text)


def plain(node: Any) -> Any:
    """Return a value with times as texts, as an editor sees them."""
    if isinstance(node, dict):
        return {name: plain(member) for name, member in node.items()}
    if isinstance(node, list):
        return [plain(member) for member in node]
    return node.isoformat() if isinstance(node, date | time) else node


def complaints(name: str, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in form(name).iter_errors(value)]


@pytest.mark.parametrize("file", OURS, ids=lambda file: str(file.relative_to(ROOT)))
def test_each_file_of_ours_keeps_its_format(file: Path) -> None:
    assert complaints(file.name, content(file.name, file.read_text("utf-8"))) == []


ACME = ROOT / "docs" / "acme"
SHOWN = [
    *PLACED.findall((ROOT / "docs" / "providers.md").read_text("utf-8")),
    *((str(file.relative_to(ACME)), file.read_text("utf-8")) for file in sorted(ACME.rglob("*.*"))),
]


@pytest.mark.parametrize(("name", "text"), [*SHOWN, *draft("acme").files.items()])
def test_what_the_page_shows_and_what_new_writes_keep_the_formats(name: str, text: str) -> None:
    assert complaints(Path(name).name, content(name, text)) == []


def first(file: str) -> Any:
    """Return a file of ours that has a thing of each kind."""
    found = next(path for path in OURS if path.name == file)
    return content(file, found.read_text("utf-8"))


def operation(document: Any) -> Any:
    return next(iter(next(iter(document["paths"].values())).values()))


def shared(role: str, other: str, **more: Any) -> Tree:
    """Return the members of an operation whose route has another role as well."""
    return {"x-role": role, "x-also": {other: {"responses": {"200": {"description": "x"}}, **more}}}


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("provider.toml", lambda found: found.update(adress="x")),
        ("requirements.toml", lambda found: found["requirement"][0].update(levle="MUST")),
        ("deviations.toml", lambda found: found["deviation"][0].update(resaon="x")),
        ("vices.toml", lambda found: found.update(vice={})),
        ("emulator.toml", lambda found: found.update(taks=[])),
        ("openapi.yaml", lambda found: found.update({"x-extra": 1})),
        ("openapi.yaml", lambda found: operation(found).update({"x-rôle": "create"})),
        ("openapi.yaml", lambda found: operation(found).update({"x-role": "creation"})),
        ("openapi.yaml", lambda found: operation(found).update(callbacks={})),
        ("openapi.yaml", lambda found: operation(found).pop("x-role")),
        ("openapi.yaml", lambda found: operation(found)["responses"].update({"20": {"description": "x"}})),
        ("openapi.yaml", lambda found: operation(found).update({"x-refusals": {"row": {"idd": "none"}}})),
        ("openapi.yaml", lambda found: operation(found).update(shared("retrieve", "cancel"))),
        ("openapi.yaml", lambda found: operation(found).update(shared("delete", "remix"))),
        ("openapi.yaml", lambda found: operation(found).update(shared("delete", "cancel", security=[]))),
        ("openapi.yaml", lambda found: operation(found)["parameters"][0].update({"x-role": "ident"})),
        ("task.schema.json", lambda found: found.update({"x-requirment": "id-type"})),
        ("task.schema.json", lambda found: found["properties"]["id"].update({"x-role": "identifier"})),
        ("task.schema.json", lambda found: found["properties"]["id"].update({"x-unit": "minutes"})),
        ("task.schema.json", lambda found: found["properties"]["id"].update({"typ": "string"})),
        ("task.schema.json", lambda found: found["properties"]["id"].update({"type": "text"})),
    ],
)  # fmt: skip
def test_an_unknown_key_or_word_is_refused(file: str, change: Callable[[Any], Any]) -> None:
    kept = first(file) if file != "openapi.yaml" else with_a_parameter()
    broken = deepcopy(kept)
    change(broken)
    assert complaints(file, kept) == []
    assert complaints(file, broken) != []


def with_a_parameter() -> Any:
    """Return a document of ours whose first operation has a parameter."""
    found = (content("openapi.yaml", path.read_text("utf-8")) for path in OURS if path.name == "openapi.yaml")
    return next(document for document in found if operation(document).get("parameters"))


def test_the_formats_name_the_words_that_are_read() -> None:
    body, document = written("body")["properties"], written("openapi")["$defs"]
    assert set(body) == {*keys_of_ours(), *ASSERTIONS, *APPLICATORS, *NOTES}
    assert words_of("x-role") == list(ROLES)
    assert document["operation"]["properties"]["x-role"]["enum"] == list(OPERATION_ROLES)
    assert document["refusal"]["properties"]["key"]["examples"] == list(CREDENTIALS)
