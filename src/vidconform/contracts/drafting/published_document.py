"""Reads an OpenAPI 3.0 or 3.1 document that somebody else published, as far as a contract can be made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from vidconform.contracts.data_files import read_json, read_yaml
from vidconform.contracts.documented_values import at_reference, resolved, with_inherited
from vidconform.contracts.keywords import METHODS
from vidconform.errors import DataFileProblem

Node = dict[str, Any]

_MOST_STEPS = 20
_ADDRESS = re.compile(r"https?://[^/?#\s{}]+[^?#\s{}]*")


@dataclass(frozen=True)
class PublishedOperation:
    """One operation: `item` is as it was published, with what its path and the document say for all of them."""

    path: str
    method: str
    item: Node

    @property
    def named(self) -> str:
        """Method and path, as sentences name it."""
        return f"{self.method.upper()} {self.path}"

    @property
    def parameters(self) -> list[Node]:
        """Its parameters, those of its path included."""
        found: list[Node] = self.item["parameters"]
        return found


@dataclass(frozen=True)
class PublishedDocument:
    """The whole document; `file` is where it was read, None for the one that comes with us."""

    structure: Node
    file: Path | None = None

    @property
    def title(self) -> str:
        """What it calls itself."""
        return " ".join(str(_table(self.structure.get("info")).get("title") or "").split())

    def edition(self, read: str) -> dict[str, str]:
        """Return which text was read, on which date; nothing of the document that comes with us."""
        if self.file is None:
            return {}
        named = {"file": self.file.name} if re.match(r"[A-Za-z0-9_]", self.file.name) else {}
        return {"read": read, "sha256": sha256(self.file.read_bytes()).hexdigest(), **named}

    def address(self, remarks: list[str]) -> str | None:
        """Return the address of its first server, or None where that is none to send requests to."""
        servers = self.structure.get("servers") or []
        url = str(_table(servers[0]).get("url", "")) if isinstance(servers, list) and servers else ""
        if _ADDRESS.fullmatch(url):
            return url.rstrip("/")
        told = f"its server {url[:80]!r} is no whole address" if url else "it names no server"
        remarks.append(f"servers: {told}; fill in `base_url` in provider.toml")
        return None

    def schemes(self) -> Node:
        """Return its security schemes."""
        found: Node = resolved(self.structure, _table(self.structure.get("components")).get("securitySchemes") or {})
        return found

    def operations(self, remarks: list[str]) -> Iterator[PublishedOperation]:
        """Yield its operations in its order, and say which ones cannot be read."""
        for path, given in self.structure["paths"].items():
            try:
                shared = self.followed(given)
                methods = [method for method in METHODS if method in shared]
                yield from [PublishedOperation(path, m, self._whole(shared, shared[m])) for m in methods]
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                remarks.append(f"{path}: left out, it cannot be read: {why(error)}")

    def followed(self, node: Any) -> Node:
        """Return what a reference leads to; what is below stays, so that schemas keep their names."""
        for _ in range(_MOST_STEPS):
            if not isinstance(node, dict) or "$ref" not in node:
                break
            if not str(node["$ref"]).startswith("#/"):
                raise ValueError(f"{node['$ref']!r} leads out of the document")
            node = at_reference(self.structure, str(node["$ref"]))
        found: Node = {**node}
        return found

    def _whole(self, shared: Node, item: Node) -> Node:
        own, more = (resolved(self.structure, place.get("parameters", [])) for place in (item, shared))
        return {
            "security": self.structure.get("security", []), **item, "parameters": with_inherited(own, more),
            "requestBody": self.followed(item.get("requestBody", {})),
            "responses": {code: self.followed(answer) for code, answer in item.get("responses", {}).items()},
        }  # fmt: skip


def read_published(path: Path) -> PublishedDocument:
    """Return the OpenAPI document of a file, YAML or JSON; raises DataFileProblem."""
    structure = read_json(path) if path.suffix.lower() == ".json" else read_yaml(path)
    version = str(structure.get("openapi", ""))
    if not version.startswith(("3.0", "3.1")):
        told = f"openapi: {version[:20]}" if version else "no `openapi` at its top"
        raise DataFileProblem(path, f"expected an OpenAPI document of version 3.0 or 3.1, found {told}")
    if not isinstance(structure.get("paths"), dict) or not structure["paths"]:
        raise DataFileProblem(path, "no `paths`, so that there is no operation to take")
    return PublishedDocument(structure, path)


def _table(value: Any) -> Node:
    return value if isinstance(value, dict) else {}


def why(error: Exception) -> str:
    """Return what is wrong with a part of a document that is not written as OpenAPI says, as words of a sentence."""
    return f"the key {error} is missing" if isinstance(error, KeyError) else " ".join(str(error).split())
