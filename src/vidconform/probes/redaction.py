"""Secrets leave through nothing: removed by header name and by value, before anything else sees an exchange."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

from vidconform.probes.exchange import Headers

REDACTED = "REDACTED"
_SECRET_HEADER = re.compile(
    r"(?:^|[-_])(?:authorization|cookie2?|(?:api)?[-_]?key|token|secret|password|session(?:[-_]id)?)$", re.IGNORECASE
)
# Shorter values would take ordinary text with them ("a", "key") and are no secrets.
_SHORTEST = 4
_URL_SAFE = str.maketrans("+/", "-_")


class Redactor:
    """Replaces known secret values, plain, in base64, and escaped as in URLs, JSON, HTML and error messages."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        # A header's bytes arrive as Latin-1 (RFC 9110 section 5.5), whatever they were meant to be.
        misread = {form.encode("utf-8", "surrogatepass").decode("latin-1") for form in forms}
        # The longest first: a secret may hold another.
        self._texts = sorted(forms | misread, key=len, reverse=True)
        self._bytes = sorted({raw for form in forms for raw in _encodings(form)}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return a text without any known secret."""
        for form in self._texts:
            text = text.replace(form, REDACTED)
        return text

    def body(self, body: bytes) -> bytes:
        """Return a body without any known secret."""
        for form in self._bytes:
            body = body.replace(form, REDACTED.encode())
        return body

    def headers(self, headers: Headers) -> Headers:
        """Return headers without secret ones' values; an Authorization scheme's name stays."""
        return tuple((self.text(name), self._header(name.lower(), value)) for name, value in headers)

    def _header(self, name: str, value: str) -> str:
        if not _SECRET_HEADER.search(name):
            return self.text(value)
        scheme, space, _ = value.partition(" ")
        return f"{self.text(scheme)} {REDACTED}" if space and name.endswith("authorization") else REDACTED


def _forms(secret: str) -> set[str]:
    once = {escape(form) for form in {secret, *_base64(secret)} for escape in _ESCAPES}
    # A text of JSON inside a text of JSON, a URL inside HTML.
    return once | {escape(form) for form in once for escape in _ESCAPES}


def _encodings(form: str) -> Iterator[bytes]:
    yield form.encode("utf-8", "surrogatepass")
    if all(ord(character) < 256 for character in form):
        yield form.encode("latin-1")


def _base64(secret: str) -> Iterator[str]:
    """Yield a secret in base64 (RFC 4648 sections 4 and 5), alone and inside a longer text at each alignment."""
    raw = secret.encode("utf-8", "surrogatepass")
    alone = base64.b64encode(raw).decode()
    forms = [alone, alone.rstrip("=")]
    for lead, shared in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(lead) + raw).decode()
        forms.append(encoded[shared : (lead + len(raw)) * 8 // 6])
    for form in forms:
        yield from (form, form.translate(_URL_SAFE))


def _json(form: str) -> str:
    return json.dumps(form)[1:-1]


def _upper(form: str) -> str:
    return re.sub(r"\\u[0-9a-f]{4}", lambda escaped: "\\u" + escaped[0][2:].upper(), _json(form))


def _script_safe(form: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if c in "<>&" else c for c in _json(form))


_ESCAPES: tuple[Callable[[str], str], ...] = (
    str,
    lambda form: quote(form, safe="", errors="surrogatepass"),
    lambda form: quote(form, errors="surrogatepass"),
    lambda form: quote_plus(form, errors="surrogatepass"),
    lambda form: re.sub("%..", lambda escaped: escaped[0].lower(), quote(form, safe="", errors="surrogatepass")),
    _json,
    _upper,
    _script_safe,
    lambda form: _json(form).replace("/", "\\/"),
    lambda form: json.dumps(form, ensure_ascii=False)[1:-1],
    lambda form: repr(form)[1:-1],
    lambda form: repr(form.encode("utf-8", "surrogatepass"))[2:-1],
    html.escape,
    lambda form: html.escape(form, quote=False),
)
"""How programs write a text into a URL, JSON, a message or HTML."""
