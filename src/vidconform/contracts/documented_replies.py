"""What an openapi.yaml says of a reply: its media types, the files of its schemas, its examples and headers."""

from __future__ import annotations

from typing import Any

from vidconform.contracts.operations import DocumentedReply

Node = dict[str, Any]


def documented_reply(answer: Node) -> DocumentedReply:
    """Return what a Response Object says (OpenAPI 3.1, section 4.8.17)."""
    content = answer.get("content", {})
    shown = {
        name: example["value"] for media in content.values() for name, example in media.get("examples", {}).items()
    }
    for media in content.values():
        shown |= {"example": media["example"]} if "example" in media else {}
    schemas = {name.partition(";")[0].lower(): schema_file(media) for name, media in content.items()}
    first = next((file for file in schemas.values() if file), None)
    return DocumentedReply(first, tuple(content), shown, schemas, tuple(answer.get("headers", ())))


def schema_file(media: Node) -> str | None:
    """Return the file that a Media Type Object refers to for its schema, or None."""
    reference: str | None = media.get("schema", {}).get("$ref")
    return reference
