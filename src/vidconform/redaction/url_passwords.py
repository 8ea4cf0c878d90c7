"""Passwords in URLs: what stands between `://` and `@` (RFC 3986 section 3.2.1) is replaced, wherever a URL stands."""

from __future__ import annotations

import re

from vidconform.exchange import REDACTED

# A slash as it stands in a URL, in JSON and in HTML; and in a query, percent-encoded up to three times.
_SLASH = r"(?:\\{0,8}/|\\{1,8}u002[fF]|&#(?:0{0,4}47|[xX]0{0,4}2[fF]);)"
_CODED = r"%(?:25){0,2}"
_CODED_SLASH = rf"(?:{_SLASH}|{_CODED}2[fF])"
# What ends the authority of a URL, and what no URL holds; `&` and `@` may stand in a password.
_END = r"\x00-\x20\x7f/?#\"'<>\\`{}|^\[\]"
_PLAIN = rf"[^{_END}]|\\{{1,8}}u00(?:2[1-9abdeABDE]|3[abABdD]|40)|&#(?:3[489]|[xX]2[267]);"
_ENCODED = rf"(?!{_CODED}(?:2[fF3]|3[fF]))[^{_END}&@]"

# Each attempt ends at the next slash, where the next one begins, so that the time is linear whatever a vendor sends.
_USER = re.compile(
    rf"(?P<before>(?:(?<=[A-Za-z0-9+.-]):|(?<![^\"'(<=])){_SLASH}{_SLASH})(?:{_PLAIN})+(?P<at>@|\\{{1,8}}u0040|&#64;)"
    rf"|(?P<coded_before>(?<=[A-Za-z0-9+.-]){_CODED}3[aA]{_CODED_SLASH}{_CODED_SLASH})"
    rf"(?:{_ENCODED})+(?P<coded_at>{_CODED}40)"
)


def without_passwords(text: str) -> str:
    """Return a text in which the user, and with it the password, of a URL reads REDACTED; in linear time.

    An `@` in a path, a query or a mail address stays.
    """
    return _USER.sub(_redacted, text) if "@" in text or "40" in text else text


def _redacted(found: re.Match[str]) -> str:
    before = found["before"] or found["coded_before"]
    return f"{before}{REDACTED}{found['at'] or found['coded_at']}"
