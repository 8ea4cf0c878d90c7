"""The ways in which a vendor shows a key that it was sent."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import json
import lzma
import quopri
import random
from collections.abc import Callable
from urllib.parse import quote

Echo = Callable[[str, random.Random], bytes]


def _cut(key: str, drawn: random.Random) -> bytes:
    length = drawn.randint(13, len(key))
    begin = drawn.randint(0, len(key) - length)
    return key[begin : begin + length].encode()


def _split(key: str, drawn: random.Random) -> bytes:
    half = drawn.randint(8, len(key) - 8)
    between = drawn.choice(['","b":"', "\n", " ", "\\n", "-\r\n"])
    return f"{key[:half]}{between}{key[half:]}".encode()


def _escaped(key: str, drawn: random.Random) -> bytes:
    form = drawn.choice(("\\u{:04x}", "%u{:04X}", "&#{};", "&#x{:x};", "%{:02X}", "\\x{:02x}", "={:02X}"))
    return "".join(form.format(ord(letter)) for letter in key).encode()


def _wrapped(key: str, drawn: random.Random) -> bytes:
    return base64.encodebytes(drawn.randbytes(drawn.randrange(40)) + key.encode())


ECHOES: dict[str, Echo] = {
    "as it is": lambda key, drawn: key.encode(),
    "cut": _cut,
    "split": _split,
    "escaped": _escaped,
    "small": lambda key, drawn: key.lower().encode(),
    "capital": lambda key, drawn: key.upper().encode(),
    "title": lambda key, drawn: key.title().encode(),
    "base64": lambda key, drawn: base64.b64encode(bytes(drawn.randrange(3)) + key.encode()),
    "base64 twice": lambda key, drawn: base64.b64encode(base64.b64encode(key.encode())),
    "MIME": _wrapped,
    "hexadecimal": lambda key, drawn: key.encode().hex().encode(),
    "percent": lambda key, drawn: quote(key, safe="").encode(),
    "HTML": lambda key, drawn: html.escape(key).encode(),
    "JSON in JSON": lambda key, drawn: json.dumps(json.dumps({"key": key})).encode(),
    "quoted-printable": lambda key, drawn: quopri.encodestring(f"the key = {key} was sent".encode()),
    "UTF-16": lambda key, drawn: key.encode(drawn.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32"))),
    "EBCDIC": lambda key, drawn: key.encode("cp500"),
    "gzip": lambda key, drawn: gzip.compress(b"the key is " + key.encode()),
    "bz2": lambda key, drawn: bz2.compress(key.encode()),
    "xz": lambda key, drawn: lzma.compress(key.encode()),
    "masked": lambda key, drawn: f"{key[:14]}...{key[-14:]}".encode(),
}
"""Each takes a key and what draws, and returns the bytes that show it."""


def shown(key: str, drawn: random.Random) -> bytes:
    """Return a key as a vendor may show it."""
    return ECHOES[drawn.choice(sorted(ECHOES))](key, drawn)


def as_text(echo: bytes) -> str:
    """Return an echo as a text of JSON can hold it."""
    return echo.decode("latin-1")


def as_header(echo: bytes) -> str:
    """Return an echo as the value of a header can hold it."""
    return "".join(letter for letter in as_text(echo) if letter.isprintable())
