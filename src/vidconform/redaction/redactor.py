"""Secrets leave through nothing: removed by header, by query and by value, from whatever is written or shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import Any

from vidconform.contracts import with_leaves
from vidconform.exchange import (
    REDACTED,
    Evidence,
    Exchange,
    Gap,
    Headers,
    Hop,
    RedactedEvidence,
    RedactedExchange,
    Reply,
    Request,
)
from vidconform.redaction.secret_encodings import SHORTEST, character_by_character, encoded_forms, encodings
from vidconform.redaction.signed_urls import without_signatures
from vidconform.redaction.url_passwords import without_passwords
from vidconform.redaction.windows import Windows, replaced
from vidconform.text import Redacted

_SECRET_HEADER = re.compile(
    r"(?:^|[-_])(?:auth(?:orization|entication)?|cookie2?|(?:api|access)?[-_]?key(?:[-_]?id)?|token|secret|password"
    r"|signature|credential|jwt|session(?:[-_]?id)?)$",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\[^\"\\nrtbf]|%|&#")
# A piece of a secret shorter than this, at the end of a body that was cut, tells nothing.
_SHORTEST_PIECE = 6
# The headers of a service are the same in most of its replies.
_REMEMBERED, _LONGEST_REMEMBERED = 1024, 256


class Redactor:
    """Replaces what is known to be secret in whatever spelling, and what a URL gives away whether known or not."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = [secret for secret in secrets if len(secret) >= SHORTEST]
        forms = {form for secret in known for form in encoded_forms(secret)}
        # A header's bytes arrive as Latin-1 (RFC 9110 section 5.5), whatever they were meant to be.
        misread = {form.encode("utf-8", "surrogatepass").decode("latin-1") for form in forms}
        # The longest first: a secret may hold another.
        self._texts = sorted(forms | misread, key=len, reverse=True)
        self._bytes = sorted({raw for form in forms for raw in encodings(form)}, key=len, reverse=True)
        patterns = [character_by_character(secret) for secret in sorted(known, key=len, reverse=True)]
        self._pattern = re.compile("|".join(patterns)) if patterns else None
        self._windows = Windows(known)
        self._remembered = lru_cache(_REMEMBERED)(self._without_secrets)

    def text(self, text: str) -> Redacted:
        """Return a text without any secret."""
        if not text:
            return Redacted("")
        return self._remembered(text) if len(text) <= _LONGEST_REMEMBERED else self._without_secrets(text)

    def _without_secrets(self, text: str) -> Redacted:
        for form in self._texts:
            text = text.replace(form, REDACTED)
        return Redacted(without_passwords(without_signatures(self._without_windows(self._without_escaped(text)))))

    def body(self, body: bytes, cut: bool = False) -> bytes:
        """Return a body without any secret; of one that was `cut`, the last one may have been cut with it."""
        for form in self._bytes:
            body = body.replace(form, REDACTED.encode())
        if cut:
            body = self._without_piece(body)
        # Latin-1 has a character for each byte. What holds NUL is no text, so no URL.
        text = self._without_escaped(body.decode("latin-1"))
        text = replaced(raw := text.encode("latin-1"), self._windows.spans(raw), REDACTED.encode()).decode("latin-1")
        return (text if "\0" in text else without_passwords(without_signatures(text))).encode("latin-1")

    def headers(self, headers: Headers) -> Headers:
        """Return headers without secret ones' values; an Authorization scheme's name stays."""
        shown = [text for name, value in headers for text in (self.text(name), self._header(name.lower(), value))]
        # Over names and values as they stand, over names alone, over values alone.
        ways = (range(len(shown)), range(0, len(shown), 2), range(1, len(shown), 2))
        split = {way[i] for way in ways for i in self._split_over([shown[place] for place in way])}
        apart = [REDACTED if i in split else text for i, text in enumerate(shown)]
        return tuple(zip(apart[::2], apart[1::2], strict=True))

    def evidence(self, evidence: Evidence) -> RedactedEvidence:
        """Return evidence without any secret; what holds none is not copied."""
        exchanges, gaps = tuple(map(self.exchange, evidence.exchanges)), tuple(map(self._gap, evidence.gaps))
        return RedactedEvidence(replace(evidence, exchanges=exchanges, gaps=gaps, notes=self._value(evidence.notes)))

    def exchange(self, exchange: Exchange) -> RedactedExchange:
        """Return an exchange without any secret."""
        task_id = exchange.task_id and self.text(exchange.task_id)
        request, reply = self.request(exchange.request), self.reply(exchange.reply)
        is_plain = (task_id, request) == (exchange.task_id, exchange.request) and reply is exchange.reply
        return RedactedExchange(
            exchange if is_plain else replace(exchange, task_id=task_id, request=request, reply=reply)
        )

    def request(self, request: Request) -> Request:
        """Return a request without any secret."""
        body, headers = None if request.body is None else self.body(request.body), self.headers(request.headers)
        return replace(request, target=self.text(request.target), headers=headers, body=body)

    def reply(self, reply: Reply) -> Reply:
        """Return a reply without any secret, in the redirects before it neither; one that has none itself."""
        body, hops = self.body(reply.body, reply.cut), tuple(map(self._hop, reply.hops))
        body = reply.body if body == reply.body else body
        headers, elsewhere = self.headers(reply.headers), self.text(reply.elsewhere)
        shown = Reply(reply.status, headers, body, reply.cut, elsewhere, hops, reply.read, reply.status_line)
        # What was worked out about a body is kept with it, and takes more room than the body.
        return reply if shown == reply and elsewhere == reply.elsewhere else shown

    def _gap(self, gap: Gap) -> Gap:
        return gap if gap.exchange is None else replace(gap, exchange=self.exchange(gap.exchange))

    def _value(self, value: Any) -> Any:
        return with_leaves(value, self._leaf, self._leaf)

    def _leaf(self, value: Any) -> Any:
        return self.text(value) if isinstance(value, str) else value

    def _hop(self, hop: Hop) -> Hop:
        return Hop(hop.method, self.text(hop.url), hop.status, self.headers(hop.headers))

    def _header(self, name: str, value: str) -> str:
        if not _SECRET_HEADER.search(name):
            return self.text(value)
        scheme, space, _ = value.partition(" ")
        return f"{self.text(scheme)} {REDACTED}" if space and name.endswith("authorization") else REDACTED

    def _without_escaped(self, text: str) -> str:
        """Remove secrets that are escaped as no program would escape them."""
        if self._pattern is None or not _ESCAPED.search(text):
            return text
        return self._pattern.sub(REDACTED, text)

    def _without_windows(self, text: str) -> str:
        raw = text.encode("utf-8", "surrogatepass")
        spans = self._windows.spans(raw)
        if not spans:
            return text
        # A window may end in the middle of a character, and a lone surrogate of a vendor's is none.
        return replaced(raw, spans, REDACTED.encode()).decode("utf-8", "replace")

    def _split_over(self, texts: list[str]) -> set[int]:
        """Return the numbers of the texts that hold parts of a secret that none of them gives away alone."""
        raws = [text.encode("utf-8", "surrogatepass") for text in texts]
        spans = self._windows.spans(b"\n".join(raws))
        ends = accumulate(len(raw) + 1 for raw in raws)
        places = [(end - len(raw) - 1, end) for raw, end in zip(raws, ends, strict=True)]
        return {i for i, (start, end) in enumerate(places) if any(a < end and b > start for a, b in spans)}

    def _without_piece(self, body: bytes) -> bytes:
        """Remove the beginning of a secret from the end of a body."""
        for form in self._bytes:
            for length in range(len(form) - 1, _SHORTEST_PIECE - 1, -1):
                if body.endswith(form[:length]):
                    return body[:-length] + REDACTED.encode()
        return body
