"""A provider of one contract written into a folder, and a service over real HTTP that answers by what is asked."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.live_cases import cases
from tests.support.rawserver import Asked, Server, http, serving
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare

Tree = dict[str, Any]
Says = Callable[[Asked], tuple[int, Any]]

KEY = {"SMALL_API_KEY": "sk-small-Rv6/2kN+8tLq"}
ID = {"name": "id", "in": "path", "required": True, "x-role": "id", "schema": {"type": "string"}}
TASK_SCHEMA: Tree = {
    "properties": {
        "id": {"x-role": "id", "type": "string", "x-requirement": "id-type"},
        "status": {"x-role": "status", "type": "string", "x-requirement": "status-type"},
        "model": {"x-role": "model"},
    },
    "$defs": {"waiting": {"enum": ["queued"]}, "succeeded": {"enum": ["completed"]}, "failed": {"enum": ["failed"]}},
}
TASK = {"id": "video_1", "status": "completed"}


def answers(*files: tuple[str, str | None]) -> Tree:
    """Return the responses of an operation: status codes with the schema file of each, or None."""
    return {code: {"description": code, "content": _json(file)} for code, file in files}


def _json(file: str | None) -> Tree:
    return {"application/json": {"schema": {"$ref": file}} if file else {}}


def operation(role: str, responses: Tree, **more: Any) -> Tree:
    """Return an operation with the key as its credential."""
    parameters = [*([] if role in ("create", "list") else [ID]), *more.pop("parameters", [])]
    base = {"operationId": role, "x-role": role, "security": [{"bearer": []}], "parameters": parameters}
    return {**base, "responses": responses, **more}


def a_body(**shown: Any) -> Tree:
    """Return the request body of a creation that shows something."""
    return {"content": {"application/json": shown}}


def write(folder: Path, paths: Tree, schemas: Tree, rows: dict[str, str]) -> Path:
    """Write a provider `small` of the contract `videos`; `rows` are requirements with their levels."""
    contract = folder / "small" / "videos"
    contract.mkdir(parents=True)
    space = '[ids.public]\npattern = "^video_[0-9]+$"\nunknown = "video_404"\n'
    pace = "[pace]\npoll_interval = 0.0\npoll_timeout = 2.0\nrequests_per_second = 500.0\n"
    base = 'name = "small"\ntitle = "Small"\nbase_url = "https://small.example"\nkey = "SMALL_API_KEY"\n'
    (contract.parent / "provider.toml").write_text(base + pace + space)
    scheme = {"type": "http", "scheme": "bearer", "x-variable": "SMALL_API_KEY"}
    # YAML is a superset of JSON.
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {"bearer": scheme}},
    }
    (contract / "openapi.yaml").write_text(json.dumps(document))
    for name, schema in {"task.schema.json": TASK_SCHEMA, **schemas}.items():
        (contract / name).write_text(json.dumps(schema))
    row = '[[requirement]]\nid = "{}"\nlevel = "{}"\nconcern = "errors"\nstatement = "It holds."\nsource = "Page"\n'
    ledger = "".join(row.format(*item) for item in {"id-type": "MUST", "status-type": "MUST", **rows}.items())
    (contract / "requirements.toml").write_text(f'document = "Small"\n{ledger}')
    return contract.parent


@contextmanager
def service(says: Says) -> Iterator[Server]:
    """Serve status codes and JSON bodies by what is asked."""

    def answer(asked: Asked) -> bytes:
        status, body = says(asked)
        if isinstance(body, bytes):
            return http(status, body, "Content-Type: video/mp4")
        return http(status, json.dumps(copy.deepcopy(body)).encode(), "Content-Type: application/json")

    with serving(lambda connection: connection.sendall(answer(said.asked[-1]))) as said:
        yield said


def verdicts(
    folder: Path, says: Says, *, keys: dict[str, str] = KEY, **options: Any
) -> tuple[dict[str, Any], list[Asked]]:
    """Judge a provider by a service, and return the verdict of each row and what was asked."""
    with service(says) as server:
        chosen = {"poll_interval": 0, "poll_timeout": 2, "fuzz": 0, "task_ids": ["videos=video_1"], **options}
        session = prepare(RunOptions([str(folder)], live=True, provider_url=server.url, **chosen), keys)
        try:
            found = [session.judge(case) for case in cases(session) if case.subject == "service"]
        finally:
            session.close()
    assert len({verdict.requirement.id for verdict in found}) == len(found)
    return {verdict.requirement.id: verdict for verdict in found}, server.asked
