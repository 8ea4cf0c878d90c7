"""A piece of a key gives it away, in whatever it is wrapped; what other texts hold too is left."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import time
import zipfile
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.support.live_cases import live
from tests.support.processes import KEYS
from vidconform.emulator.replies import ReplyContext
from vidconform.exchange.messages import REDACTED
from vidconform.redaction.guard import Guard
from vidconform.redaction.redactor import Redactor
from vidconform.redaction.windows import Windows

TOKEN = "sk-proj-a8Kd0Qm3Zx7Lr2Vt9Yw4Hb6Nc1Pf5Gj8Su3"
SECRETS = (TOKEN, KEYS["OCTOPUSX_API_KEY"])


def parts(key: str, length: int) -> list[str]:
    """Return a key cut into pieces."""
    return [key[i : i + length] for i in range(0, len(key), length)]


def zipped(content: bytes) -> bytes:
    """Return a zip archive of one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", content * 3)
    return file.getvalue()


def encoded(text: str) -> bytes:
    """Return a text in base64."""
    return base64.b64encode(text.encode())


WRAPPED: dict[str, Callable[[str], bytes]] = {
    "without its last character": lambda key: key[:-1].encode(),
    "without its first character": lambda key: key[1:].encode(),
    "twelve characters of it": lambda key: key[9:21].encode(),
    "in title case": lambda key: key.title().encode(),
    "split over a list": lambda key: json.dumps(parts(key, 5)).encode(),
    "split over members": lambda key: json.dumps({f"part{i}": p for i, p in enumerate(parts(key, 6))}).encode(),
    "split over parameters": lambda key: "&".join(f"p{i}={p}" for i, p in enumerate(parts(key, 6))).encode(),
    "split over lines": lambda key: "\r\n".join(parts(key, 5)).encode(),
    "in groups": lambda key: "-".join(parts(key, 4)).encode(),
    "letter by letter": lambda key: " ".join(key).encode(),
    "in base64, cut": lambda key: encoded(key[:-1]),
    "in base64 within a text": lambda key: encoded(f"my key is {key} ok"),
    "in base64 behind a path": lambda key: b"https://x.example/abc/" + encoded(f"u:{key[2:-2]}"),
    "in base64 twice": lambda key: encoded(encoded(key).decode()),
    "in base64 three times": lambda key: encoded(encoded(encoded(key).decode()).decode()),
    "in MIME": lambda key: base64.encodebytes(b"x" * 50 + key.encode() + b"y" * 9),
    "in MIME in JSON": lambda key: json.dumps(base64.encodebytes(b"x" * 50 + key.encode()).decode()).encode(),
    "quoted-printable": lambda key: "".join(f"={byte:02X}" for byte in key.encode()).encode(),
    "quoted-printable over lines": lambda key: "=\r\n".join(parts(key, 9)).encode(),
    "%u": lambda key: "".join(f"%u{ord(c):04x}" for c in key).encode(),
    "percent-encoded thrice, cut": lambda key: quote(quote(quote("<" + key[:-1] + ">"))).encode(),
    "in JSON's escapes, cut": lambda key: "".join(f"\\u{ord(c):04x}" for c in key[:-1]).encode(),
    "in HTML's numbers, cut": lambda key: "".join(f"&#{ord(c)};" for c in key[:-1]).encode(),
    "in hexadecimal, cut": lambda key: key[1:-1].encode().hex().encode(),
    "in hexadecimal with colons": lambda key: key.encode().hex(":").encode(),
    "as a list of numbers": lambda key: json.dumps(list(key.encode())).encode(),
    "in UTF-16": lambda key: key.encode("utf-16"),
    "in UTF-16, big end first": lambda key: key.encode("utf-16-be"),
    "in UTF-32": lambda key: key.encode("utf-32"),
    "in EBCDIC": lambda key: f"hello {key}".encode("cp500"),
    "in base64 in UTF-16": lambda key: encoded(key).decode().encode("utf-16"),
    "in UTF-16 in base64": lambda key: base64.b64encode(key.encode("utf-16-le")),
    "in gzip": lambda key: gzip.compress(b"hello " * 9 + key.encode(), mtime=0),
    "in bz2": lambda key: bz2.compress(key.encode()),
    "in xz": lambda key: lzma.compress(key.encode()),
    "in zip": lambda key: zipped(key.encode()),
    "in gzip in base64": lambda key: base64.b64encode(gzip.compress(key.encode())),
    "in gzip in hexadecimal": lambda key: gzip.compress(key.encode()).hex().encode(),
    "percent-encoded in gzip": lambda key: gzip.compress("".join(f"%{b:02x}" for b in key.encode()).encode()),
}


@pytest.mark.parametrize("key", SECRETS, ids=["random", "with words"])
@pytest.mark.parametrize("wrapped", WRAPPED)
def test_a_piece_of_a_key_leaves_through_no_body_and_no_file(wrapped: str, key: str) -> None:
    content = WRAPPED[wrapped](key)
    shown = Redactor([key]).body(b"before " + content + b" after")
    assert REDACTED.encode() in shown
    assert shown.startswith(b"before ")
    assert Windows([key]).spans(shown) == []
    assert Guard({"KEY": key}).variable_in(content) == "KEY"


@pytest.mark.parametrize("key", SECRETS, ids=["random", "with words"])
def test_every_run_of_twelve_characters_is_found(key: str) -> None:
    own = range(len(key) - 11) if key == TOKEN else range(7, len(key) - 11)
    for start in own:
        assert Redactor([key]).text(f"({key[start : start + 12]})") == f"({REDACTED})", start


SPLIT_OVER: dict[str, Callable[[list[str]], list[tuple[str, str]]]] = {
    "values": lambda found: [(f"X-{i}", part) for i, part in enumerate(found)],
    "names": lambda found: [(part, f"{i}") for i, part in enumerate(found)],
    "names and values": lambda found: list(zip(found[::2], found[1::2], strict=True)),
    "a value and the name behind it": lambda found: [("X-0", "".join(found[:3])), ("".join(found[3:]), "1")],
}


@pytest.mark.parametrize("over", SPLIT_OVER)
def test_a_key_that_is_split_over_headers_leaves_through_none(over: str) -> None:
    headers = SPLIT_OVER[over](parts(TOKEN, 8))
    shown = Redactor([TOKEN]).headers((("Server", "x"), *headers, ("Date", "today")))
    texts = [text for header in headers for text in header]
    left = [text for header in shown for text in header]
    assert left[:2] + left[-2:] == ["Server", "x", "Date", "today"]
    assert not {text for text in texts if len(text) > 3} & set(left)
    assert Guard({"KEY": TOKEN}).variable_in(json.dumps(shown).encode()) is None


JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyLTEyMyJ9.Qm9ndXNTaWduYXR1cmVPZlRoaXNLZXk"
COMMON = {
    "the header of a token": (JWT, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOjF9.c2ln"),
    "the words at the beginning": (KEYS["OCTOPUSX_API_KEY"], "keys begin with sk-octopusx- at octopusx"),
    "digits in order": ("sk-0123456789-Zq7w", "from 0123456789 to abcdef"),
    "eleven characters": (TOKEN, TOKEN[10:21]),
    "a mask": (TOKEN, "sk-proj-****8Su3"),
}


@pytest.mark.parametrize("common", COMMON)
def test_what_other_texts_hold_too_stays(common: str) -> None:
    key, text = COMMON[common]
    assert Redactor([key]).text(text) == text
    assert Redactor([key]).body(text.encode()) == text.encode()


def test_what_holds_no_piece_stays_to_the_byte() -> None:
    video = b"\0\0\0\x20ftypisom" + random.Random(7).randbytes(100_000)
    for body in (video, gzip.compress(b"hello" * 99), zipped(b"nothing"), "ü".encode("utf-16"), video.hex().encode()):
        assert Redactor(SECRETS).body(body) == body


# Made where they are searched: to compress a bomb takes a second.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "random": lambda: random.Random(1).randbytes(1 << 20),
    "percent": lambda: b"%41" * 350_000,
    "backslashes": lambda: b"\\" * (1 << 20),
    "beginnings of the key": lambda: b"sk-octopusx-Zq" * 75_000,
    "beginnings of archives": lambda: b"\x1f\x8b\x08" * 350_000,
    "numbers": lambda: b"65," * 350_000,
    "a bomb": lambda: gzip.compress(bytes(1 << 28)),
    "keys": lambda: SECRETS[1].encode() * 43_000,
    "quotes": lambda: b'"' * (1 << 20),
}


@pytest.mark.slow
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_megabyte_is_searched_in_seconds(hostile: str) -> None:
    body = HOSTILE[hostile]()
    started = time.process_time()
    Windows(SECRETS).spans(body)
    assert time.process_time() - started < 8.0


@pytest.mark.parametrize("wrapped", ["without its last character", "split over members", "in UTF-16", "in gzip"])
def test_a_service_that_shows_pieces_of_the_key_brings_none_into_what_is_written(wrapped: str) -> None:
    key = KEYS["OCTOPUSX_API_KEY"]

    def tell(reply: ReplyContext) -> None:
        if reply.status >= 400:
            reply.body = WRAPPED[wrapped](key)

    with live("octopusx", change=tell) as run:
        evidence = run.bring("query", "unknown-task")
        shown = run.store.source.setting.redactor.evidence(evidence)
    assert {exchange.reply.body for exchange in evidence.exchanges} == {WRAPPED[wrapped](key)}, "judged is what came"
    bodies = [exchange.reply.body for exchange in shown.exchanges]
    assert bodies
    assert all(REDACTED.encode() in body and not Windows([key]).spans(body) for body in bodies)
