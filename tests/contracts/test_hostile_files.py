"""Files of others within bounds: none fetches, hangs, fills the memory or ends in a traceback."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.processes import environment
from tests.support.rawserver import http, serving
from vidconform.cli import main
from vidconform.contracts import compiled, fits
from vidconform.contracts.schema_places import without_booleans
from vidconform.errors import DataFileProblem
from vidconform.locations import data_folder
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare

Change = Callable[[str], str]

MEMORY = 1 << 30


def bomb(levels: int = 9, width: int = 9) -> str:
    first = ["x: &x0 [a, a]"]
    return "\n".join([*first, *(f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * width)}]" for i in range(1, levels))]) + "\n"


def node(**words: Any) -> Change:
    """Put words into the first node of a schema, and definitions beside its own."""

    def change(text: str) -> str:
        source = json.loads(text)
        named = {**source.get("$defs", {}), **words.pop("$defs", {})}
        return json.dumps({**source, **words, "$defs": named})

    return change


def doubling(count: int) -> dict[str, object]:
    twice = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(count)}
    return {**twice, f"d{count}": {}}


def naming(length: int, names: str) -> Change:
    """Put definitions into an OpenAPI document that each name the next one, as many times as there are `names`."""
    named = {f"x{i}": {name: {"$ref": f"#/components/x{i + 1}"} for name in names} for i in range(length)}

    def change(text: str) -> str:
        document = yaml.safe_load(text)
        document.setdefault("components", {}).update({**named, f"x{length}": {}})
        operations = next(iter(document["paths"].values()))
        next(iter(operations.values()))["x-more"] = {"$ref": "#/components/x0"}
        return yaml.safe_dump(document)

    return change


DEEP = 100_000
TASK, PROVIDER, OPENAPI = "videos/task.schema.json", "provider.toml", "videos/openapi.yaml"

HOSTILE: dict[str, tuple[str, Change, str]] = {
    "aliases in an OpenAPI document": (OPENAPI, lambda text: bomb() + text, r"the alias \*x0 at line 2: write out"),
    "an alias within its own anchor": (OPENAPI, lambda text: "x: &x [*x]\n" + text, r"the alias \*x at line 1"),
    "a merge of an alias": (OPENAPI, lambda text: "y: &y {a: 1}\nz:\n  <<: *y\n" + text, r"the alias \*y at line 3"),
    "a deep OpenAPI document": (OPENAPI, lambda text: f"x: {'[' * 900}{']' * 900}\n" + text, "deeper than 64 levels"),
    "one deeper than the parser goes": (OPENAPI, lambda text: f"x: {'[' * DEEP}", "no YAML"),
    "references of an OpenAPI document that double": (OPENAPI, naming(30, "ab"), "come to more than 100000 nodes"),
    "references that follow each other for ever": (OPENAPI, naming(3000, "a"), "follow each other for too long"),
    "a long integer in YAML": (OPENAPI, lambda text: f"x: {'9' * 5000}\n" + text, "no YAML: .*integer"),
    "deep JSON": (TASK, lambda text: '{"not":' * DEEP + "{}" + "}" * DEEP, "no JSON: nested deeper than 64 levels"),
    "JSON as deep as the interpreter goes": (TASK, lambda text: '{"not":' * 200 + "{}" + "}" * 200, "deeper than 64"),
    "a long integer in JSON": (TASK, lambda text: f'{{"maximum": {"9" * 5000}}}', "no JSON: .*integer"),
    "an integer beyond every double": (TASK, lambda text: f'{{"maximum": {"9" * 400}}}', "an integer is too long"),
    "a deep array in TOML": (PROVIDER, lambda text: f"x = {'[' * DEEP}{']' * DEEP}\n" + text, "no TOML.*deep"),
    "a deep table in TOML": (PROVIDER, lambda text: f"{'.'.join('a' * 300)} = 1\n" + text, "no TOML.*deep"),
    "a long integer in TOML": (PROVIDER, lambda text: f"x = {'9' * 5000}\n" + text, "no TOML: .*integer"),
    "a long hexadecimal integer in TOML": (PROVIDER, lambda text: f"x = 0x{'f' * 999}\n" + text, "an integer is too"),
    "a schema that refers to itself": (
        TASK, node(properties={"a": {"$ref": "#/$defs/a"}}, **{"$defs": {"a": {"$ref": "#/$defs/a"}}}),
        r"\$ref '#/\$defs/a' leads back to itself",
    ),
    "two definitions in a circle": (
        TASK,
        node(**{
            "$ref": "#/$defs/a",
            "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/b"}}}, "b": {"items": {"$ref": "#/$defs/a"}}},
        }),
        "leads back to itself",
    ),
    "a definition in a circle that nothing refers to": (
        TASK, node(**{"$defs": {"a": {"not": {"$ref": "#/$defs/a"}}}}), "leads back to itself",
    ),
    "definitions that double thirty times": (
        TASK, node(**{"$ref": "#/$defs/d0", "$defs": doubling(30)}), "more than 10000 schemas",
    ),
    "a schema that is a list where a table belongs": (
        TASK, node(properties=["a"]), "properties: expected an object, found an array",
    ),
    "a number for the members of allOf": (TASK, node(allOf=1), "allOf: expected an array, found '1'"),
    "a pattern of ids that backtracks for ever": (
        PROVIDER, lambda text: text.replace('"^video_[0-9a-z]+$"', r"'^(?=v)(\w+)+\1$'"),
        "ids.public.pattern is no regular expression of linear time",
    ),
    "a pattern of ids that fills the memory": (
        PROVIDER, lambda text: text.replace('"^video_[0-9a-z]+$"', "'(((v{1000}){1000}){1000}){1000}'"),
        "ids.public.pattern is no regular expression of linear time",
    ),
    "a pattern beyond a linear engine": (
        TASK, node(pattern="(?=a)b"), r"/: the pattern is no regular expression of linear time: '\(\?=a\)b'",
    ),
    "such a name of members": (
        TASK, node(patternProperties={r"(a)\1": {}}), "/: the pattern is no regular expression of linear time",
    ),
    "a row that is a list": (
        TASK, node(**{"x-hedged": {"allOf": [{"x-requirement": ["a"]}]}}),
        r"x-hedged\.allOf\[0\]\.x-requirement: expected a string, found an array",
    ),
    "words that are a number": (
        TASK, node(**{"$defs": {"running": {"enum": 0}}}), r"\$defs\.running\.enum: expected an array, found '0'",
    ),
    "a status word that is an object": (
        TASK, node(**{"$defs": {"running": {"enum": ["running", {}]}}}),
        r"\$defs\.running\.enum\[1\]: expected a string or an integer, for this is a status word, found an object",
    ),
    "a parameter whose name is a number": (
        OPENAPI, lambda text: text.replace("name: task_id", "name: 1"), r"parameters\[1\]\.name: the name is no string",
    ),
    "a negative length": (TASK, node(properties={"id": {"minLength": -1}}), r"properties\.id\.minLength: -1 is less"),
    "a pattern that is a number": (TASK, node(pattern=1), "/: the pattern is no regular expression"),
}  # fmt: skip


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return shutil.copytree(data_folder("specs") / "gptge", tmp_path / "gptge")


@pytest.mark.sampled(9)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence(name: str, own: Path) -> None:
    file, change, sentence = HOSTILE[name]
    path = own / file
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(DataFileProblem, match=sentence) as problem:
        prepare(RunOptions(providers=[str(own)]), {})
    assert problem.value.path == path
    assert "\n" not in str(problem.value)
    assert len(problem.value.problem) < 400


@pytest.mark.parametrize("word", ["$ref", "$schema", "$id", "$dynamicRef"])
@pytest.mark.parametrize("nested", [False, True])
def test_a_schema_that_leads_to_an_address_is_refused_and_nothing_is_asked(word: str, nested: bool, own: Path) -> None:
    with serving(http(body=b"{}")) as elsewhere:
        for address in (f"{elsewhere.url}/x.json", "file:///etc/hostname", "//127.0.0.1/x", "../../task.schema.json"):
            path = own / TASK
            leading = {word: address}
            source = json.loads((data_folder("specs") / "gptge" / TASK).read_text("utf-8"))
            source["$defs"]["far"] = leading if nested else {}
            path.write_text(json.dumps({**source, **({} if nested else leading)}), "utf-8")
            place = rf"{'/$defs/far' if nested else ''}/{word}".replace("$", r"\$")
            with pytest.raises(DataFileProblem, match=f"json: {place}: "):
                prepare(RunOptions(providers=[str(own)]), {})
    assert elsewhere.asked == []


@pytest.mark.parametrize("line", ["$ref: {}/x", "$schema: {}/x", "jsonSchemaDialect: {}/x", "x: [{{$ref: '{}/x'}}]"])
def test_an_openapi_document_that_leads_to_an_address_is_refused(line: str, own: Path) -> None:
    path = own / OPENAPI
    path.write_text(line.format("http://127.0.0.1:9") + "\n" + path.read_text("utf-8"), "utf-8")
    with pytest.raises(DataFileProblem, match=r"'http://127\.0\.0\.1:9/x' is not a file beside this one"):
        prepare(RunOptions(providers=[str(own)]), {})


@pytest.mark.parametrize("file", [TASK, OPENAPI])
def test_a_pipe_in_place_of_a_file_is_refused_and_not_waited_for(file: str, own: Path) -> None:
    (own / file).unlink()
    os.mkfifo(own / file)
    with pytest.raises(DataFileProblem, match="not a regular file but a pipe") as problem:
        prepare(RunOptions(providers=[str(own)]), {})
    assert problem.value.path == own / file


def test_a_deep_schema_of_requests_is_refused_too(tmp_path: Path) -> None:
    own = shutil.copytree(data_folder("specs") / "octopusx", tmp_path / "octopusx")
    path = own / "videos" / "creation.schema.json"
    path.write_text('{"not":' * DEEP + "{}" + "}" * DEEP, "utf-8")
    with pytest.raises(DataFileProblem, match="nested deeper than 64 levels") as problem:
        prepare(RunOptions(providers=[str(own)]), {})
    assert problem.value.path == path


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.slow
def test_aliases_in_a_recording_cost_no_memory(own: Path) -> None:
    shutil.copytree(data_folder("cassettes") / "gptge", own / "cassettes")
    cassette = sorted((own / "cassettes").rglob("*.yaml"))[0]
    cassette.write_text(bomb(12) + cassette.read_text("utf-8"), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--provider={own}"]
    done = subprocess.run(
        command, cwd=own, env=environment(), capture_output=True, text=True, timeout=60, check=False, preexec_fn=_limit
    )
    assert done.returncode == 4, done.stdout + done.stderr
    assert "damaged cassette, the alias *x0 at line 2: write out what it stands for" in done.stderr


def test_a_pattern_of_ids_is_matched_in_linear_time() -> None:
    assert not fits(r"^(\w+)+!$", "a" * 50_000)
    assert fits(r"^(\w+)+$", "a" * 50_000)


def test_an_id_of_broken_characters_is_matched_all_the_same() -> None:
    assert fits("^video_.$", "video_\udcff")


@pytest.mark.parametrize("command", ["list", "facts", "vices"])
@pytest.mark.parametrize("schema", [True, False])
def test_a_member_whose_schema_is_a_boolean_is_read_like_any_other(
    command: str, schema: bool, own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in own.rglob("*.schema.json"):
        read = json.loads(file.read_text("utf-8"))
        read.setdefault("properties", {}).update({"model": schema, "more": schema})
        read.setdefault("$defs", {})["any"] = schema
        file.write_text(json.dumps(read), "utf-8")
    assert main([command, str(own)]) == 0, capsys.readouterr().err


def test_a_member_that_may_not_be_is_refused_by_the_schema() -> None:
    for schema in ({"properties": {"a": False}}, {"anyOf": [False, {"properties": {"a": False, "b": True}}]}):
        written = compiled(without_booleans(schema))
        assert not written.is_valid({"a": 1})
        assert written.is_valid({"b": 1})
