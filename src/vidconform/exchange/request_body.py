"""Request bodies as a document has them: JSON, a form of parts (RFC 7578), or a form in one line (URL Standard)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

from vidconform.contracts import MULTIPART, URLENCODED

Encoded = tuple[str, bytes]
"""A Content-Type and the bytes that it is about."""


def encode_body(media_type: str, members: Any, files: Mapping[str, bytes] | None = None) -> Encoded:
    """Return the members of a request body in a media type; `files` are sent as files, where it has any."""
    if media_type == URLENCODED and isinstance(members, dict):
        return media_type, urlencode([(name, _text(value)) for name, value in members.items()]).encode()
    if media_type == MULTIPART and isinstance(members, dict):
        return _parts(members, files or {})
    return "application/json", json.dumps(members, ensure_ascii=False).encode()


def decode_body(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the members of a request body, texts where it is a form; none where it has none."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == URLENCODED:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if media_type == MULTIPART:
        return dict(_members(content_type, body))
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parts(members: Mapping[str, Any], files: Mapping[str, bytes]) -> Encoded:
    texts = {name: _text(value).encode() for name, value in members.items() if name not in files}
    # The same request has the same bytes, so that a recording is found again.
    boundary = sha256(b"\n".join([*texts.values(), *files.values()])).hexdigest()[:32]
    parts = [_part(boundary, name, "", value) for name, value in texts.items()]
    parts += [_part(boundary, name, f'; filename="{name}.png"', value) for name, value in files.items()]
    return f"{MULTIPART}; boundary={boundary}", b"".join([*parts, f"--{boundary}--\r\n".encode()])


def _part(boundary: str, name: str, file_name: str, value: bytes) -> bytes:
    media = "Content-Type: image/png\r\n" if file_name else ""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file_name}\r\n{media}\r\n'
    return head.encode() + value + b"\r\n"


def _members(content_type: str, body: bytes) -> Iterator[tuple[str, Any]]:
    from email import message_from_bytes
    from email.policy import HTTP

    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=HTTP)
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            yield name, content.decode("utf-8", "replace")
