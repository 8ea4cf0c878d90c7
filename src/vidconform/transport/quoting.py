"""What a reply that is trouble says of itself, short enough to be quoted in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vidconform.exchange import Reply
from vidconform.text import Redacted, visible

_LONGEST = 160
_CODES = ("code", "type", "status")
_MESSAGES = ("message", "msg", "detail", "error_description", "title", "reason")
_PLACES = ("error", "errors", "detail", "data")


def error_words(reply: Reply, redact: Callable[[str], Redacted]) -> str:
    """Return the code and the message of a body, cut with a mark; empty where it is a page or no text.

    What is secret in them goes first: a part of it could not be found any more.
    """
    told = _told(reply.json) if reply.is_json else _plain(reply)
    return visible(" ".join(redact(told).split()), _LONGEST)


def _told(body: Any) -> str:
    """Return what an error envelope says, of those that gateways have: an object, a text or a list, maybe nested."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return next(filter(None, map(_told, body)), "")
    if not isinstance(body, dict):
        return ""
    code, message = (_first(body, names) for names in (_CODES, _MESSAGES))
    inner = next(filter(None, (_told(body[name]) for name in _PLACES if name in body)), "")
    own = ": ".join(dict.fromkeys(filter(None, (code, message))))
    return own if message else inner or own


def _first(body: dict[str, Any], names: tuple[str, ...]) -> str:
    values = (body.get(name) for name in names)
    return next((str(value) for value in values if isinstance(value, str | int) and str(value)), "")


def _plain(reply: Reply) -> str:
    text = reply.body.decode("utf-8", "replace").strip()
    is_text = reply.media_type in ("", "text/plain") and "\0" not in text
    return text if is_text and not text.startswith("<") else ""
