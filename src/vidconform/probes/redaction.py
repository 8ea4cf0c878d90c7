"""Secrets leave through nothing: removed by header name and by value, before anything else sees an exchange."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from urllib.parse import quote

from vidconform.probes.exchange import Headers

REDACTED = "REDACTED"
_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "token", "x-api-key", "api-key"}
)
# Shorter values would take ordinary text with them ("a", "key") and are no secrets.
_SHORTEST = 4


class Redactor:
    """Replaces known secret values, also URL-encoded and in base64."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        # The longest first: a secret may hold another.
        self._values = sorted(forms, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return a text without any known secret."""
        for value in self._values:
            text = text.replace(value, REDACTED)
        return text

    def body(self, body: bytes) -> bytes:
        """Return a body without any known secret."""
        for value in self._values:
            body = body.replace(value.encode(), REDACTED.encode())
        return body

    def headers(self, headers: Headers) -> Headers:
        """Return headers without secret ones' values; an Authorization scheme's name stays."""
        return tuple((name, self._header(name.lower(), value)) for name, value in headers)

    def holds_secret(self, text: str) -> bool:
        """Whether a text holds a known secret."""
        return any(value in text for value in self._values)

    def _header(self, name: str, value: str) -> str:
        if name not in _SECRET_HEADERS:
            return self.text(value)
        scheme, space, _ = value.partition(" ")
        return f"{scheme} {REDACTED}" if space and name.endswith("authorization") else REDACTED


def _forms(secret: str) -> set[str]:
    encoded = base64.b64encode(secret.encode()).decode()
    return {secret, quote(secret, safe=""), encoded, encoded.rstrip("=")}
