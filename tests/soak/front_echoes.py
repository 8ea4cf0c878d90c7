"""Replies that show the key that was sent, in whatever place and spelling."""

from __future__ import annotations

from tests.soak.front_faults import HTML, JSON, Answered, Trouble, Way, troubles_of
from tests.soak.key_echoes import as_header, as_text
from tests.support.rawserver import http

ECHOING: dict[str, Trouble] = {}
"""Replies that show the key; the vendor has done what it was asked."""


@troubles_of(ECHOING)
def echoes_in_a_member(way: Way) -> None:
    """Say what the vendor says, and the key in it."""
    reply, echo = way.reply(), way.echo()
    body = reply.body[:-1] + b', "note": "' + echo + b'"}' if reply.body.endswith(b"}") else echo
    way.connection.sendall(Answered(reply.status, reply.headers, body).raw)


@troubles_of(ECHOING)
def echoes_in_a_header(way: Way) -> None:
    """Say what the vendor says, and the key in a header or in two."""
    reply, text = way.reply(), as_header(way.echo())
    half = way.drawn.randrange(len(text) or 1)
    more = way.drawn.choice(((("X-Debug", text),), (("X-A", text[:half]), ("X-B", text[half:])), ((text[:30], "x"),)))
    named = tuple((name or "X", value) for name, value in more if ":" not in name and " " not in name)
    try:
        way.connection.sendall(Answered(reply.status, (*reply.headers, *named), reply.body).raw)
    except UnicodeEncodeError:
        way.connection.sendall(reply.raw)


@troubles_of(ECHOING)
def echoes_in_an_error(way: Way) -> None:
    """Refuse with the key in the message."""
    told = b'{"error": {"message": "no: ' + way.echo() + b'", "type": "x", "code": "' + way.echo()[:60] + b'"}}'
    way.connection.sendall(http(way.status(400, 401, 403, 404, 429, 500, 503), told, JSON))


@troubles_of(ECHOING)
def echoes_as_a_body(way: Way) -> None:
    """Answer with nothing but the key."""
    kind = way.drawn.choice((JSON, HTML, "Content-Type: application/octet-stream", "Content-Type: video/mp4"))
    way.connection.sendall(http(way.status(200, 400, 500), way.echo(), kind))


@troubles_of(ECHOING)
def echoes_in_the_status_line(way: Way) -> None:
    """Say the key where a reason, a status or a version belongs."""
    text = as_header(way.echo()).encode("latin-1", "ignore")
    coded = b"HTTP/1.1 %d " % way.status(400, 500, 200)
    line = way.drawn.choice((coded + text, b"HTTP/1.1 " + text, text, b"HTTP/" + text + b" 200 OK"))
    way.connection.sendall(line + b"\r\nContent-Length: 2\r\n\r\n{}")


@troubles_of(ECHOING)
def echoes_in_a_chunk(way: Way) -> None:
    """Say the key where the length of a chunk belongs."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    way.connection.sendall(head + way.echo().replace(b"\n", b" ") + b"\r\n{}\r\n0\r\n\r\n")


@troubles_of(ECHOING)
def echoes_in_a_redirect(way: Way) -> None:
    """Redirect to an address with the key in it."""
    text = as_header(way.echo()).encode("latin-1", "ignore").decode("latin-1")
    way.connection.sendall(http(way.drawn.choice((302, 307)), b"", f"Location: /v1/videos/x?key={text}"))


@troubles_of(ECHOING)
def echoes_as_an_id(way: Way) -> None:
    """Say the key where the id of a task, or its status, belongs."""
    member, text = way.drawn.choice(("id", "task_id", "status", "model", "progress")), as_text(way.echo())
    escaped = "".join(letter if letter.isalnum() else f"\\u{ord(letter):04x}" for letter in text)
    way.connection.sendall(http(200, f'{{"{member}": "{escaped}", "object": "video"}}'.encode(), JSON))
