"""A folder for a provider as texts: made from the document that somebody published, or from the customary dialect."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vidconform.contracts.data_files import read_yaml
from vidconform.contracts.drafting.drafted_files import TASK_FILE, UNREAD, DraftedFiles
from vidconform.contracts.drafting.drafted_operations import CannotBeAsked, drafted
from vidconform.contracts.drafting.guessed_roles import guessed
from vidconform.contracts.drafting.member_roles import roles_in
from vidconform.contracts.drafting.published_document import Node, PublishedDocument, read_published, why
from vidconform.contracts.drafting.schema_rows import Row
from vidconform.contracts.provider import variable_prefix
from vidconform.errors import DataFileProblem
from vidconform.text import visible

CONTRACT = "videos"

_HERE = Path(__file__).parent
_LEDGER = """\
#:schema ../formats/ledger.schema.json
# One row for each statement of the document. `level` is the force of its own words (MUST, SHOULD, MAY), `source` where
# it stands. `vidconform laws` lists the ids that laws decide; any other row stands as `x-requirement` in a
# *.schema.json, under `x-refusals` in openapi.yaml, or says `untestable = "why"`.
# Fill in: each source, and every further statement of the document.
"""
_OPERATIONS = """\
# yaml-language-server: $schema=../formats/openapi.schema.json
# The operations by `x-role`, with what the document shows of requests and replies. Fill in: each status code that the
# document names, the example of a creation (a run sends it, and pays for it), and `x-refusals`.
"""


@dataclass(frozen=True)
class Draft:
    """The texts of a folder by path, and a sentence for each thing that could not be taken."""

    files: dict[str, str]
    remarks: list[str] = field(default_factory=list)


def draft(name: str, source: Path | None = None) -> Draft:
    """Return the folder of a provider, made from an OpenAPI document where one is given; raises DataFileProblem."""
    remarks: list[str] = []
    document = read_published(source) if source is not None else PublishedDocument(read_yaml(_HERE / "customary.yaml"))
    files = DraftedFiles(document, remarks)
    operations = _operations(document, files)
    if not operations:
        raise DataFileProblem(source or _HERE, f"no operation is about videos or tasks: {'; '.join(remarks[:5])}")
    structure = _structure(name, document, operations, remarks)
    task = files.schemas.setdefault(TASK_FILE, {"properties": {}})
    rows = [*_usual_rows(operations, roles_in(task)), *files.rows]
    texts = {
        "provider.toml": _provider(name, document, remarks),
        f"{CONTRACT}/requirements.toml": _ledger(name, document, rows),
    }
    # A stranger's words stand on one line each, and hold nothing that a terminal or YAML would take for more.
    told = list(dict.fromkeys(visible(" ".join(remark.split())) for remark in remarks))
    texts[f"{CONTRACT}/openapi.yaml"] = _OPERATIONS + "".join(f"# {line}\n" for line in told) + _yaml(structure)
    shown = {f"{CONTRACT}/{file}": _json(file, schema) for file, schema in files.schemas.items()}
    return Draft({**texts, **shown}, told)


def _operations(document: PublishedDocument, files: DraftedFiles) -> dict[tuple[str, str], Node]:
    """Return the operations by path and method; the one that reads a task is first to name its schema."""
    remarks = files.remarks
    if document.structure.get("webhooks"):
        remarks.append("webhooks: not taken, nothing is sent to them")
    chosen = list(guessed(list(document.operations(remarks)), remarks))
    made: dict[tuple[str, str], Node] = {}
    for role, operation in sorted(chosen, key=lambda pair: pair[0] != "retrieve"):
        try:
            made[operation.path, operation.method] = drafted(role, operation, files)
        except CannotBeAsked as lack:
            remarks.append(f"{operation.named}: left out, {lack}")
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            remarks.append(f"{operation.named}: left out, it is not written as OpenAPI says: {why(error)}")
    for role in {"create", "retrieve"} - {item["x-role"] for item in made.values()}:
        remarks.append(f"no operation was found that could be the {role!r} of a task; add it to openapi.yaml")
    return {key: made[key] for key in [(o.path, o.method) for _, o in chosen] if key in made}


def _structure(
    name: str, document: PublishedDocument, operations: dict[tuple[str, str], Node], remarks: list[str]
) -> Node:
    paths: Node = {}
    for (path, method), item in operations.items():
        paths.setdefault(path, {})[method] = item
    used = dict.fromkeys(scheme for item in operations.values() for choice in item["security"] for scheme in choice)
    schemes = {
        scheme: _scheme(name, scheme, document.schemes().get(scheme), at, remarks) for at, scheme in enumerate(used)
    }
    info = {"title": document.title or name, "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"securitySchemes": schemes}}


def _scheme(name: str, scheme: str, item: Any, position: int, remarks: list[str]) -> Node:
    """Return a security scheme with the variable of its credential; what is no header or cookie becomes a bearer."""
    variable = _variable(name) if position == 0 else f"{_variable(name)}_{position + 1}"
    found = item if isinstance(item, dict) else {}
    if found.get("type") == "http" and found.get("scheme"):
        return {"type": "http", "scheme": found["scheme"], "x-variable": variable}
    if found.get("type") == "apiKey" and found.get("in") in ("header", "cookie"):
        return {"type": "apiKey", "in": found["in"], "name": found["name"], "x-variable": variable}
    remarks.append(f"security scheme {scheme!r}: not taken, it is no header; a bearer token is sent in its place")
    return {"type": "http", "scheme": "bearer", "x-variable": variable}


def _usual_rows(operations: dict[tuple[str, str], Node], fields: set[str]) -> list[Row]:
    """Return the rows of rows.toml that go with these operations and fields."""
    by_role = {item["x-role"]: (f"{method.upper()} {path}", item) for (path, method), item in operations.items()}
    rows = []
    for row in tomllib.loads((_HERE / "rows.toml").read_text("utf-8"))["row"]:
        route, item = by_role.get(row.pop("operation"), ("", {"security": []}))
        fits = set(row.pop("fields", [])) <= fields and (all(item["security"]) or not row.pop("keyed", False))
        if route and fits:
            row.pop("keyed", None)
            rows.append({**row, "statement": row["statement"].replace("{route}", route), "source": UNREAD})
    return rows


def _provider(name: str, document: PublishedDocument, remarks: list[str]) -> str:
    address = document.address(remarks) if document.file is not None else None
    free = [path for path, item in document.structure["paths"].items() if path.endswith("/models") and "get" in item]
    return (_HERE / "provider.toml.txt").read_text("utf-8").format(
        name=json.dumps(name), title=_text(document.title or name), key=json.dumps(_variable(name)),
        base_url=_text(address or f"https://api.{name}.example"),
        fill_address="" if address else "  # fill in: the address that the paths of openapi.yaml are added to",
        models="".join(f"models = {_text(path)}  # a free list, for vidconform doctor\n" for path in free[:1]),
    )  # fmt: skip


def _ledger(name: str, document: PublishedDocument, rows: list[Row]) -> str:
    import tomli_w

    edition = document.edition(datetime.now(UTC).date().isoformat())
    content = {"document": document.title or f"{name} videos", **({"edition": edition} if edition else {})}
    return _LEDGER + tomli_w.dumps({**content, "requirement": rows})


def _json(file: str, schema: Node) -> str:
    head = {"$schema": "../formats/body.schema.json", "title": schema.get("title", file.partition(".")[0])}
    rest = {key: value for key, value in schema.items() if key not in head}
    return json.dumps({**head, **rest}, indent=2, ensure_ascii=False) + "\n"


def _yaml(structure: Node) -> str:
    import yaml

    # A document's examples may be one object at two places, for which YAML would write an alias.
    plain = json.loads(json.dumps(structure))
    return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120))


def _text(value: str) -> str:
    """Return a text as TOML has it."""
    import tomli_w

    return tomli_w.dumps({"x": value}).partition(" = ")[2].strip()


def _variable(name: str) -> str:
    return f"{variable_prefix(name)}_API_KEY"
