"""A folder that `vidconform new` begins loads, is served and judges at once; what was not taken is said."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.interface.test_commands import run
from tests.support.processes import Run, judge
from vidconform.cli import main
from vidconform.contracts import find_provider, lint, load_contracts
from vidconform.emulator.server import running

Tree = dict[str, Any]
KEY = {"ACME_API_KEY": "sk-acme-Jx5/3wP+8vRn"}


def a_reply(schema: Tree, **more: Any) -> Tree:
    return {"description": "Told.", "content": {"application/json": {"schema": schema, **more}}}


def ref(name: str) -> Tree:
    return {"$ref": f"#/components/schemas/{name}"}


TASK_ID = {"name": "task_id", "in": "path", "required": True, "schema": {"type": "string"}, "example": "job-7f3a"}
PUBLISHED: Tree = {
    "openapi": "3.0.3",
    "info": {"title": "Acme Films", "version": "2"},
    "servers": [{"url": "https://films.acme.example/api/"}],
    "security": [{"token": []}, {"cookie": []}],
    "webhooks": {"done": {}},
    "paths": {
        "/v1/videos": {
            "post": {
                "operationId": "makeFilm",
                "callbacks": {"done": {}},
                "requestBody": {"content": {"application/json": {"schema": ref("Order")}, "text/csv": {}}},
                "responses": {"202": a_reply(ref("Film")), 400: {"$ref": "#/components/responses/Wrong"}},
            },
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    {"name": "colour", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": {"200": a_reply(ref("Films"))},
            },
        },
        "/v1/videos/{task_id}": {
            "parameters": [TASK_ID],
            "get": {"responses": {"200": a_reply(ref("Film")), "404": {"$ref": "#/components/responses/Wrong"}}},
            "delete": {"responses": {"200": a_reply({"properties": {"deleted": {"type": "boolean"}}})}},
        },
        "/v1/videos/{task_id}/content": {
            "get": {"parameters": [TASK_ID], "responses": {"200": {"description": "It.", "content": {"video/mp4": {}}}}}
        },
        "/v1/videos/{task_id}/remix": {
            "post": {
                "parameters": [TASK_ID, {"name": "session", "in": "cookie", "required": True, "schema": {}}],
                "responses": {"200": a_reply(ref("Film"))},
            }
        },
        "/v1/videos/{task_id}/cancel": {
            "post": {"parameters": [TASK_ID], "responses": {"200": {**a_reply(ref("Film")), "headers": {"X-Left": {}}}}}
        },
        "/v1/videos/models": {"get": {"responses": {"200": {"description": "Models."}}}},
        "/v1/images": {"post": {"responses": {"200": {"description": "A picture."}}}},
        "/v2/videos/{task_id}": {"get": {"parameters": [TASK_ID], "responses": {"200": a_reply(ref("Film"))}}},
    },
    "components": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
        },
        "responses": {"Wrong": a_reply(ref("Problem"), example={"error": {"code": "no_such_film", "message": "No."}})},
        "schemas": {
            "Order": {
                "type": "object",
                "required": ["prompt", "length", "frames"],
                "properties": {
                    "prompt": {"type": "string"},
                    "length": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "example": 5},
                    "frames": {"type": "array", "items": {"type": "object"}},
                    "mask": {"type": "string", "format": "binary"},
                },
            },
            "Film": {
                "allOf": [
                    {"type": "object", "required": ["task_id"], "properties": {"task_id": {"type": "string"}}},
                    {
                        "type": "object",
                        "required": ["state"],
                        "properties": {
                            "state": {"type": "string", "enum": ["queued", "processing", "succeeded", "melted"]},
                            "progress": {"type": "number", "minimum": 0, "maximum": 1},
                            "created_at": {"type": "string", "format": "date-time"},
                            "output": {"type": "object", "nullable": True, "properties": {"url": {"type": "string"}}},
                            "parent": ref("Parent"),
                        },
                    },
                ]
            },
            "Parent": {"xml": {}, "unevaluatedProperties": False, "properties": {"of": ref("Parent")}},
            "Films": {"type": "object", "properties": {"data": {"type": "array", "items": ref("Film")}}},
            "Problem": {
                "type": "object",
                "required": ["error"],
                "properties": {"error": {"type": "object", "properties": {"code": {"type": "string"}}}},
            },
        },
    },
}  # fmt: skip


def begun(folder: Path, published: Tree | None = None, *, form: str = "yaml") -> tuple[Path, list[str]]:
    """Begin a folder as a person does, and return it with what was said."""
    more = []
    if published is not None:
        text = (
            json.dumps(published, indent="\t")
            if form == "json"
            else yaml.safe_dump(deepcopied(published), sort_keys=False)
        )
        (folder / f"films.{form}").write_text(text, "utf-8")
        more = ["--from", f"films.{form}"]
    done = run(folder, "new", "acme", *more)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "acme", done.stdout.splitlines()


def deepcopied(published: Tree) -> Tree:
    """Return a document in which nothing is the same object twice, since YAML would write an alias."""
    return dict(json.loads(json.dumps(published)))


def judged(acme: Path, vice: str | None = None) -> Run:
    """Judge the service that a folder describes, over real HTTP."""
    with running(str(acme), vice=vice, environ={}) as emulator:
        tasks = [f"--task-id=videos={id}" for id in emulator.task_ids["videos"]]
        address = [f"--provider={acme}", "--live", f"--provider-url={emulator.url}", "--poll-interval=0.01", "--fuzz=0"]
        return judge(acme.parent, *address, *tasks, **KEY)


@pytest.mark.slow
@pytest.mark.parametrize("published", [None, PUBLISHED])
def test_a_new_folder_is_listed_and_keeps_every_rule_of_its_files(tmp_path: Path, published: Tree | None) -> None:
    acme, _ = begun(tmp_path, published)
    done = run(tmp_path, "list", "./acme", "--json")
    rows = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert [row for row in rows if len(row["bound"]) != 1] == []
    assert [lint(contract) for contract in load_contracts(find_provider(str(acme)))] == [[]]
    assert {row["requirement"] for row in rows} >= {"create-route", "retrieve-route", "terminal-status-is-final"}


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("published", [None, PUBLISHED])
def test_a_new_folder_judges_at_once(tmp_path: Path, published: Tree | None) -> None:
    acme, _ = begun(tmp_path, published)
    kept = judged(acme)
    assert kept.code == 0, kept.ran()
    assert set(kept.labels().values()) <= {"conforms", "unseen"}
    assert kept.labels()["create-route"] == kept.labels()["retrieve-route"] == "conforms"
    broken = judged(acme, vice="reopens-after-completion")
    assert broken.labels()["terminal-status-is-final"] == "deviates"


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    return begun(tmp_path_factory.mktemp("taken"), PUBLISHED)


def test_roles_are_guessed_from_method_and_path(taken: tuple[Path, list[str]]) -> None:
    (contract,) = load_contracts(find_provider(str(taken[0])))
    assert {(o.role, o.method, o.path) for o in contract.operations} == {
        ("create", "POST", "/v1/videos"),
        ("list", "GET", "/v1/videos"),
        ("retrieve", "GET", "/v1/videos/{task_id}"),
        ("delete", "DELETE", "/v1/videos/{task_id}"),
        ("content", "GET", "/v1/videos/{task_id}/content"),
        ("cancel", "POST", "/v1/videos/{task_id}/cancel"),
    }
    retrieve, listing, create = map(contract.operation, ("retrieve", "list", "create"))
    assert retrieve is not None
    assert listing is not None
    assert create is not None
    assert (retrieve.id_parameter, retrieve.id_example, list(retrieve.answers)) == (
        "task_id",
        "job-7f3a",
        ["200", "404"],
    )
    assert {role: option.name for role, option in listing.options.items()} == {"limit": "limit"}
    assert [(scheme.name, scheme.variable) for scheme in create.schemes] == [("token", "ACME_API_KEY")]


def query(name: str, *, required: bool = True) -> Tree:
    return {"name": name, "in": "query", "required": required, "schema": {"type": "string"}}


@pytest.mark.parametrize(
    ("operations", "roles"),
    [
        ([("post", "/v1/video/create"), ("get", "/v1/video/query", query("id"))], "create retrieve"),
        ([("post", "/v1/videos/uploads"), ("post", "/v1/videos")], "- create"),
        ([("post", "/v1/videos/text2video"), ("get", "/v1/videos/text2video/{task_id}")], "create retrieve"),
        ([("post", "/generate/video"), ("get", "/generations/{id}"), ("get", "/generations")], "create retrieve list"),
        ([("post", "/v1/videos"), ("get", "/v1/videos", query("task_id", required=False))], "create list"),
        ([("post", "/v1/videos"), ("post", "/v1/videos/{id}"), ("put", "/v1/videos/{id}")], "create - -"),
        ([("post", "/v1/videos"), ("delete", "/v1/videos/{id}/cancel"), ("get", "/v1/videos/{id}/download")],
         "create cancel content"),
    ],
)  # fmt: skip
def test_paths_of_other_dialects_are_understood(operations: list[Any], roles: str, tmp_path: Path) -> None:
    paths: Tree = {}
    for method, path, *parameters in operations:
        named = [{**TASK_ID, "name": name} for name in re.findall(r"\{(\w+)\}", path)]
        paths.setdefault(path, {})[method] = {"parameters": [*named, *parameters], "responses": {"200": {}}}
    (tmp_path / "x.json").write_text(json.dumps({"openapi": "3.1.0", "paths": paths}))
    assert main(["new", "acme", "--from", str(tmp_path / "x.json"), "-o", str(tmp_path / "acme")]) == 0
    (contract,) = load_contracts(find_provider(str(tmp_path / "acme")))
    found = {(operation.method.lower(), operation.path): operation.role for operation in contract.operations}
    assert [found.get((method, path), "-") for method, path, *_ in operations] == roles.split()


def test_schemas_are_taken_with_their_roles_and_words(taken: tuple[Path, list[str]]) -> None:
    (contract,) = load_contracts(find_provider(str(taken[0])))
    assert set(contract.schemas) == {
        "task.schema.json", "films.schema.json", "order.schema.json", "problem.schema.json", "delete-200.schema.json",
    }  # fmt: skip
    assert {role: (f.pointer, f.unit) for role, f in contract.task.fields.items()} == {
        "id": ("/task_id", None), "status": ("/state", None), "progress": ("/progress", "fraction"),
        "created": ("/created_at", "rfc3339"), "result": ("/output/url", None),
    }  # fmt: skip
    assert contract.task.phases == {
        "queued": "waiting", "processing": "running", "succeeded": "succeeded", "melted": "unknown",
    }  # fmt: skip
    assert contract.schemas["order.schema.json"].source["properties"]["length"]["exclusiveMinimum"] == 0
    create = contract.operation("create")
    assert create is not None
    assert create.file_members == ("mask",)
    body = {"task_id": "a", "state": "queued", "output": None}
    assert contract.task.validator.is_valid(body)
    assert not contract.task.validator.is_valid({**body, "state": "boiling"})
    assert not contract.task.validator.is_valid({**body, "output": "x"})


def test_the_folder_names_provider_address_and_edition(taken: tuple[Path, list[str]]) -> None:
    provider = tomllib.loads((taken[0] / "provider.toml").read_text("utf-8"))
    named = (provider["title"], provider["base_url"], provider["models"], provider["key"])
    assert named == ("Acme Films", "https://films.acme.example/api", "/v1/videos/models", "ACME_API_KEY")
    edition = tomllib.loads((taken[0] / "videos" / "requirements.toml").read_text("utf-8"))["edition"]
    source = taken[0].parent / "films.yaml"
    assert (edition["file"], edition["sha256"]) == ("films.yaml", sha256(source.read_bytes()).hexdigest())


def test_what_was_not_taken_is_said_with_operation_and_place(taken: tuple[Path, list[str]]) -> None:
    *said, last = taken[1]
    assert last.startswith("acme: written; ")
    ways = "the first of its 2 ways to prove who asks is taken alone"
    assert set(said) == {
        "POST /v1/images: left out, nothing in its method and path tells what it is for",
        "GET /v2/videos/{task_id}: left out, it looks like a second 'retrieve' beside GET /v1/videos/{task_id}",
        "POST /v1/videos/{task_id}/remix: left out, its required parameter 'session' shows no plain value "
        "that can be sent",
        "POST /v1/videos: not taken, 'callbacks'",
        "webhooks: not taken, nothing is sent to them",
        "POST /v1/videos/{task_id}/cancel: response 200: not taken, 'headers'",
        *(f"{place}, created_at: not taken, 'format'" for place in TAKEN_AT),
        "POST /v1/videos: request body, text/csv: not taken, no such body is sent",
        "POST /v1/videos: request body, application/json: shows no object that can be sent; "
        "the example in openapi.yaml is made up, replace it",
        "GET /v1/videos: parameter 'colour' not taken, it is optional and nothing tells what it is for",
        "GET /v1/videos/{task_id}: response 200: nothing tells what the status 'melted' means; "
        "it stands in $defs under unknown",
        *(f"{place}, parent: not taken, 'unevaluatedProperties'" for place in TAKEN_AT),
        *(f"{place}, parent, of: not taken, '#/components/schemas/Parent' leads back to itself or out of the document"
          for place in TAKEN_AT),
        *(f"{named}: {ways}" for named in (
            "POST /v1/videos", "GET /v1/videos", "GET /v1/videos/{task_id}", "DELETE /v1/videos/{task_id}",
            "GET /v1/videos/{task_id}/content", "POST /v1/videos/{task_id}/cancel",
        )),
    }  # fmt: skip
    commented = (taken[0] / "videos" / "openapi.yaml").read_text("utf-8")
    assert [remark for remark in said if f"# {remark}\n" not in commented] == []


TAKEN_AT = (
    "GET /v1/videos/{task_id}: response 200, allOf",
    "GET /v1/videos: response 200, data, items, allOf",
)


def test_a_document_in_json_is_taken_alike(taken: tuple[Path, list[str]], tmp_path: Path) -> None:
    acme, said = begun(tmp_path, PUBLISHED, form="json")
    assert said == taken[1]
    for name in ("openapi.yaml", "task.schema.json"):
        assert (acme / "videos" / name).read_text("utf-8") == (taken[0] / "videos" / name).read_text("utf-8")


def test_an_editor_finds_the_format_of_each_file_beside_it(taken: tuple[Path, list[str]]) -> None:
    told = re.compile(r'\A(?:#:schema |# yaml-language-server: \$schema=|\{\n  "\$schema": ")([^"\n]+)')
    files = [file for file in taken[0].rglob("*") if file.is_file() and file.parent.name != "formats"]
    named = {file.name: told.match(file.read_text("utf-8")) for file in files}
    assert [name for name, found in named.items() if found is None] == []
    formats = {(file.parent / found[1]).resolve() for file in files if (found := named[file.name])}
    installed = Path(run(taken[0], "list", "--formats").stdout.strip())
    assert {file.name for file in formats} == {f"{n}.schema.json" for n in ("provider", "ledger", "openapi", "body")}
    assert [f for f in formats if f.read_text("utf-8") != (installed / f.name).read_text("utf-8")] == []


@pytest.mark.slow
def test_an_existing_folder_is_never_written_over(tmp_path: Path) -> None:
    acme = tmp_path / "acme"
    acme.mkdir()
    (acme / "notes.txt").write_text("mine")
    for more in ((), ("-o", "acme"), ("-o", "acme/notes.txt")):
        done = run(tmp_path, "new", "acme", *more)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
        assert "expected a folder that is not there yet" in done.stderr
    assert [file.name for file in tmp_path.rglob("*")] == ["acme", "notes.txt"]
    assert run(tmp_path, "new", "acme", "-o", "deep/other").returncode == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('swagger: "2.0"\npaths: {}', "expected an OpenAPI document of version 3.0 or 3.1, found no `openapi`"),
        ("openapi: 3.2.0\npaths: {/a: {}}", "found openapi: 3.2.0"),
        ("openapi: 3.1.0\ninfo: {}", "no `paths`"),
        ("openapi: 3.1.0\npaths: {/v1/chat: {post: {responses: {}}}}", "no operation is about videos or tasks: POST "),
        ("openapi: [", "no YAML"),
        (
            "openapi: 3.1.0\nsecurity: {a: []}\npaths: {/v1/videos: {post: {responses: {}}}}",
            "POST /v1/videos: left out, it is not written as OpenAPI says",
        ),
    ],
)  # fmt: skip
def test_a_document_that_nothing_can_be_taken_from_is_one_sentence(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.yaml").write_text(text)
    assert main(["new", "acme", "--from", str(tmp_path / "x.yaml"), "-o", str(tmp_path / "acme")]) == 4
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert told in printed.err
    assert not (tmp_path / "acme").exists()


def test_a_name_that_is_no_name_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "new", "../Acme")
    assert (done.returncode, list(tmp_path.iterdir())) == (4, [])
    assert done.stderr.startswith("vidconform: PROVIDER=../Acme: expected small letters")


def test_a_key_in_the_document_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    published = deepcopy(PUBLISHED)
    secret = KEY["ACME_API_KEY"]
    published["components"]["schemas"]["Order"]["example"] = {"prompt": secret}
    (tmp_path / "planted").mkdir()
    source = tmp_path / "planted" / "x.json"
    source.write_text(json.dumps(published))
    monkeypatch.setenv("OCTOPUSX_API_KEY", secret)
    assert main(["new", "acme", "--from", str(source), "-o", str(tmp_path / "acme")]) == 4
    assert secret not in capsys.readouterr().err
    assert not (tmp_path / "acme").exists()


HOSTILE: list[Callable[[Tree], Any]] = [
    lambda found: found["paths"].update({"/v1/videos/{task_id}": None}),
    lambda found: found["paths"].update({"/v1/videos/{task_id}": {"get": None}}),
    lambda found: found["paths"].update({"/v1/videos/{task_id}": {"$ref": "other.yaml#/x"}}),
    lambda found: found["paths"]["/v1/videos"]["post"].update(responses=[]),
    lambda found: found["paths"]["/v1/videos"]["post"].update(requestBody={"$ref": "#/nowhere"}),
    lambda found: found["paths"]["/v1/videos"]["post"].update(requestBody={"content": {"application/json": 3}}),
    lambda found: found["paths"]["/v1/videos/{task_id}"].update(parameters=[{"in": "path"}]),
    lambda found: found["paths"]["/v1/videos/{task_id}"].update(parameters=3),
    lambda found: found["components"]["schemas"].update(Film={"properties": []}),
    lambda found: found["components"]["schemas"].update(Film={"properties": {"state": {"enum": 3}}}),
    lambda found: found["components"]["schemas"].update(Film={"type": "object", "required": True}),
    lambda found: found["components"]["schemas"].update(Film={"properties": {"id": {"pattern": "(?=a)"}}}),
    lambda found: found["components"]["schemas"].update(Film={"type": "film"}),
    lambda found: found["components"]["schemas"].update(Film=ref("Nowhere")),
    lambda found: found["components"]["schemas"].update(Order={"required": ["a", 3], "type": "object"}),
    lambda found: found["components"].update(securitySchemes={"token": {"type": "oauth2", "flows": {}}}),
    lambda found: found["components"].update(securitySchemes=[]),
    lambda found: found.update(security=[{}]),
    lambda found: found.update(info=None, servers=[{"url": "/relative"}]),
    lambda found: found.update(info={"title": 'A "film"\n\x1b[31m\x7f # x'}),
    lambda found: found["paths"]["/v1/videos"]["post"].update(operationId={"a": 1}, summary="\x00\x1b: - #"),
]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("at", range(len(HOSTILE)))
def test_a_damaged_document_is_taken_without_its_damage_or_refused(
    at: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = deepcopied(PUBLISHED)
    HOSTILE[at](published)
    (tmp_path / "x.json").write_text(json.dumps(published))
    code = main(["new", "acme", "--from", str(tmp_path / "x.json"), "-o", str(tmp_path / "acme")])
    printed = capsys.readouterr()
    assert "VC-90" not in printed.err
    assert code == 0, printed.err
    assert len(printed.out.splitlines()) > 1
    assert lint(load_contracts(find_provider(str(tmp_path / "acme")))[0]) == []
