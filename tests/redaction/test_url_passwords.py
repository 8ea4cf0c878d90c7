"""A password in a URL leaves through nothing, and what only looks like one stays."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidconform.exchange.messages import REDACTED
from vidconform.redaction.redactor import Redactor
from vidconform.redaction.url_passwords import without_passwords

URLS = [
    "https://{user:pa55word}@cdn.example/v.mp4",
    "http://{pa55word}@127.0.0.1:8080",
    "https://{user:pa55%40word}@[2001:db8::1]/a@b",
    "https://{user:pa55@word}@cdn.example?m=a@b",
    "ssh+git://{user:pa55&word;=!}@cdn.example#a@b",
]
PLACES: dict[str, Callable[[str], str]] = {
    "alone": lambda url: url,
    "in a message": lambda url: f"could not fetch {url} in 10 s",
    "in a message of Python's": lambda url: f"could not fetch {url!r}",
    "in JSON": lambda url: json.dumps({"url": url, "mail": "me@vendor.example"}),
    "in JSON of PHP": lambda url: json.dumps({"url": url}).replace("/", "\\/"),
    "in JSON of Go": lambda url: json.dumps({"url": url}).replace("&", "\\u0026"),
    "in JSON inside JSON": lambda url: json.dumps(json.dumps({"url": url})),
    "in HTML": lambda url: f'<a href="{html.escape(url)}">video</a>',
    "in a query": lambda url: f"/go?to={quote(url, safe='')}&mail=me%40vendor.example",
    "in a query of Python's": lambda url: f"/go?to={quote(url)}",
    "in a query in a query": lambda url: f"/go?to={quote('/go?to=' + quote(url, safe=''), safe='')}",
}


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("place", PLACES)
def test_a_password_alone_is_replaced_wherever_a_url_stands(url: str, place: str) -> None:
    before, _, rest = url.partition("{")
    shown = Redactor([]).text(PLACES[place](url.replace("{", "").replace("}", "")))
    assert shown == PLACES[place](f"{before}{REDACTED}{rest.partition('}')[2]}")
    assert Redactor([]).body(PLACES[place](url.replace("{", "").replace("}", "")).encode()) == shown.encode()


def test_a_password_in_a_header_is_replaced() -> None:
    sent = (
        ("Location", "//user:pa55word@cdn.example/v.mp4"),
        ("Link", "<https://user:pa55word@cdn.example/>; rel=next"),
    )
    shown = (("Location", f"//{REDACTED}@cdn.example/v.mp4"), ("Link", f"<https://{REDACTED}@cdn.example/>; rel=next"))
    assert Redactor([]).headers(sent) == shown


HARMLESS = [
    "https://social.example/@me", "https://cdn.example/?mail=me@vendor.example", "https://cdn.example#me@there",
    "write to me@vendor.example", "mailto:me@vendor.example", "https://vendor.example me@vendor.example",
    '{"url": "https://vendor.example", "mail": "me@vendor.example"}', "['https://vendor.example','me@vendor.example']",
    "https://@vendor.example", "a // me@vendor.example", "//@vendor.example", "path//me@vendor.example",
    "?to=https%3A%2F%2Fvendor.example%2F%40me&mail=me%40vendor.example", "?to=https%3A%2F%2Fa.example&mail=me%40b",
]  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_password_stays(text: str) -> None:
    assert without_passwords(text) == text


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('a:/@\\"%25340FfAu0&#7; '), max_size=60))
def test_what_is_replaced_once_is_not_replaced_again(text: str) -> None:
    once = without_passwords(text)
    assert without_passwords(once) == once
