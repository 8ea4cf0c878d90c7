"""A secret leaves through nothing, however it is spelled on the way back."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from tests.support.live_cases import Scripted
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import Pace, find_provider
from vidconform.exchange.evidence import Evidence
from vidconform.exchange.messages import REDACTED, Reply
from vidconform.exchange.requests import Request
from vidconform.ledger.budget import Budget
from vidconform.probes.probe_settings import ProbeSettings
from vidconform.redaction.redactor import Redactor
from vidconform.redaction.secret_encodings import character_by_character
from vidconform.store.gathering import gather
from vidconform.transport.classification import ReceivedReply
from vidconform.transport.failures import ProbeFailure
from vidconform.transport.live import Transport

KEY = 'sk-Zq7/3vN+9tLw"<ü>&\\x'


def units(key: str) -> list[str]:
    """Return the code units of UTF-16 as hexadecimal numbers, of which JSON's escapes are made."""
    return key.encode("utf-16-be").hex(" ", 2).split()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda key: key,
    "percent-encoded": lambda key: quote(key, safe=""),
    "percent-encoded in lower case": lambda key: re.sub("%..", lambda code: code[0].lower(), quote(key, safe="")),
    "percent-encoded but for slashes": quote,
    "as a form": quote_plus,
    "in JSON": lambda key: json.dumps({"key": key}),
    "in JSON as UTF-8": lambda key: json.dumps({"key": key}, ensure_ascii=False),
    "in JSON inside JSON": lambda key: json.dumps(json.dumps({"key": key})),
    "in JSON with capital escapes": lambda key: json.dumps(key).replace("\\u00fc", "\\u00FC"),
    "in JSON with escaped slashes": lambda key: json.dumps(key).replace("/", "\\/"),
    "in JSON safe for scripts": lambda key: re.sub("[<>&]", lambda c: f"\\u{ord(c[0]):04x}", json.dumps(key)),
    "in HTML": html.escape,
    "in HTML outside of attributes": lambda key: html.escape(key, quote=False),
    "in HTML of Jinja's": lambda key: str(Markup.escape(key)),
    "in a JSON Pointer": lambda key: f"/owner/{key.replace('~', '~0').replace('/', '~1')}/name",
    "in a message of Python's": lambda key: f"Illegal header value {key!r}",
    "as bytes in such a message": lambda key: f"Illegal header value {key.encode()!r}",
    "in JSON with every character escaped": lambda key: "".join(f"\\u{unit}" for unit in units(key)),
    "in JSON with odd characters escaped": lambda key: "".join(
        f"\\u{unit.upper()}" if i % 2 else json.dumps(chr(int(unit, 16)))[1:-1] for i, unit in enumerate(units(key))
    ),
    "percent-encoded in every character": lambda key: "".join(f"%{byte:02x}" for byte in key.encode()),
    "percent-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "in HTML by numbers": lambda key: "".join(f"&#{ord(c)};" for c in key),
    "in HTML by hexadecimal numbers": lambda key: "".join(f"&#x{ord(c):X};" for c in key),
    "in hexadecimal": lambda key: key.encode().hex(),
    "in hexadecimal in capitals": lambda key: key.encode().hex().upper(),
    "in base64": lambda key: base64.b64encode(key.encode()).decode(),
    "in base64 without padding": lambda key: base64.b64encode(key.encode()).decode().rstrip("="),
    "in base64 for URLs": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    "in base64 behind a user": lambda key: base64.b64encode(f"user:{key}".encode()).decode(),
    "in base64 before more": lambda key: base64.b64encode(f"me:{key}:more".encode()).decode(),
    "in base64 in a URL": lambda key: quote(base64.b64encode(key.encode()).decode(), safe=""),
    "in base64 in JSON of PHP's": lambda key: json.dumps(base64.b64encode(key.encode()).decode()).replace("/", "\\/"),
}
"""How a vendor, a gateway or our own libraries may show a key again."""


def traces(key: str, spelling: str) -> list[str]:
    """Return the pieces of a spelling that would give the key away: all of it, or its middle in base64."""
    spelled = SPELLINGS[spelling](key)
    middle = base64.b64encode(key.encode()).decode().rstrip("=")[4:-4]
    return [piece for piece in (key, json.dumps(key)[1:-1], quote(key, safe=""), middle, spelled) if piece in spelled]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_key_stays_in_target_header_or_body(spelling: str) -> None:
    redactor, spelled = Redactor([KEY]), SPELLINGS[spelling](KEY)
    assert traces(KEY, spelling)
    shown = [redactor.text(f"/v1/videos?key={spelled}&a=b"), redactor.headers((("X-Echo", f"a {spelled}"),))[0][1]]
    shown += [redactor.body(f"before {spelled} after".encode()).decode()]
    for text in shown:
        assert REDACTED in text
        assert not any(trace in text for trace in traces(KEY, spelling))


tokens = st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=40)


@settings(max_examples=100, deadline=None)
@given(key=tokens, spelling=st.sampled_from(list(SPELLINGS)), around=st.binary(max_size=10))
def test_no_key_stays_in_a_body_however_spelled(key: str, spelling: str, around: bytes) -> None:
    assume(key not in REDACTED)
    body = Redactor([key]).body(around + b" " + SPELLINGS[spelling](key).encode() + b" " + around)
    assert key.encode() not in body.replace(REDACTED.encode(), b"")
    if "base64" not in spelling:
        assert REDACTED.encode() in body


@pytest.mark.parametrize("spell", [str.upper, str.lower, lambda key: quote(key.upper(), safe="")])
def test_no_key_stays_in_another_letter_case(spell: Callable[[str], str]) -> None:
    key = "sk-Zq7/3vN+9tLw"
    assert Redactor([key]).body(spell(key).encode()) == Redactor([key]).text(spell(key)).encode() == b"REDACTED"
    assert Redactor(["test"]).text("A TEST") == "A TEST"


JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyLTEyMyJ9.Qm9ndXNTaWduYXR1cmVPZlRoaXNLZXk"
NEAR_MISSES = {
    "masked": JWT[:-1] + "*" * 60,
    "masked and percent-encoded": "".join(f"%{ord(c):02x}" for c in JWT[:-1]) + "*" * 60,
    "masked and in JSON": "".join(f"\\u{ord(c):04x}" for c in JWT[:-1]) + "*" * 60,
    "masked and in HTML": "".join(f"&#{ord(c)};" for c in JWT[:-1]) + "*" * 60,
    "of another user": JWT.replace("eyJzdWIiOiJ1c2VyLTEyMyJ9", "eyJ2aWRlbyI6NDJ9"),
}


@pytest.mark.parametrize("near", NEAR_MISSES)
@pytest.mark.parametrize("mark", ["50%", "&#", "\\u"])
def test_what_is_nearly_the_key_goes_quickly(near: str, mark: str) -> None:
    body = f'{{"note": "{mark}", "play": "{NEAR_MISSES[near]}"}}'.encode()
    started = time.process_time()
    shown = Redactor([JWT]).body(body)
    assert time.process_time() - started < 1.0
    assert REDACTED.encode() in shown
    assert JWT[-20:-1].encode() not in shown


ESCAPES: list[Callable[[str], str]] = [
    str,
    lambda c: "".join(f"%{byte:02X}" for byte in c.encode()),
    lambda c: "".join(f"\\u{unit}" for unit in units(c)),
    lambda c: f"&#{ord(c)};",
    lambda c: "\\" * 8 + c,
    lambda c: c.encode().decode("latin-1"),
]
awkward = st.text(st.sampled_from('a\\"%25&#38;u00xÃü/'), min_size=24, max_size=40)
awkward |= st.text(st.characters(exclude_categories=["Cs"]), min_size=24, max_size=40)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(key=awkward, escapes=st.lists(st.sampled_from(ESCAPES), min_size=1, max_size=3), times=st.integers(1, 9))
def test_no_near_miss_takes_long(key: str, escapes: list[Callable[[str], str]], times: int) -> None:
    spelled = "".join(escapes[i % len(escapes)](c) for i, c in enumerate(key[:-1]))
    pattern = re.compile(character_by_character(key))
    started = time.process_time()
    pattern.sub("", (spelled + "\\" * times + "*") * 3)
    assert time.process_time() - started < 0.5


def test_a_header_that_the_wire_shows_as_latin_1_is_cleaned_too() -> None:
    misread = "Bearer clé-secrète".encode().decode("latin-1")
    assert Redactor(["clé-secrète"]).headers((("X-Echo", misread),)) == (("X-Echo", f"Bearer {REDACTED}"),)


def test_a_body_in_latin_1_is_cleaned_too() -> None:
    assert Redactor(["clé-secrète"]).body("la clé-secrète".encode("latin-1")) == b"la REDACTED"


SECRET_HEADERS = ["Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "set-cookie2", "TOKEN", "X-API-Key"]
SECRET_HEADERS += ["api-key", "apikey", "x-auth-token", "x_access_token", "X-Session-Id", "client-secret"]
SECRET_HEADERS += ["x-goog-api-key", "xi-api-key", "Ocp-Apim-Subscription-Key", "x-amz-security-token", "X-Signature"]
SECRET_HEADERS += [
    "X-Authorization",
    "x-auth",
    "X-JWT",
    "x-forwarded-authorization",
    "mj-api-secret",
    "x-access-key-id",
]
HARMLESS_HEADERS = [
    "Content-Type",
    "WWW-Authenticate",
    "ETag",
    "x-request-id",
    "x-ratelimit-tokens-left",
    "monkey",
    "author",
]


@pytest.mark.parametrize("name", SECRET_HEADERS)
def test_a_secret_header_is_emptied_by_its_name(name: str) -> None:
    (shown,) = Redactor([]).headers(((name, "whatever-we-do-not-know"),))
    assert shown == (name, REDACTED)


@pytest.mark.parametrize("name", HARMLESS_HEADERS)
def test_a_harmless_header_stays(name: str) -> None:
    assert Redactor(["sk-secret"]).headers(((name, "Bearer realm=x"),)) == ((name, "Bearer realm=x"),)


def test_the_scheme_of_an_authorization_stays() -> None:
    sent = (("Authorization", "Bearer eyJ.a.b"), ("Authorization", "eyJ.a.b"), ("Authorization", "sk-secret x"))
    shown = [value for _, value in Redactor(["sk-secret"]).headers(sent)]
    assert shown == [f"Bearer {REDACTED}", REDACTED, f"{REDACTED} {REDACTED}"]


def test_short_values_are_left() -> None:
    redactor = Redactor(["", "a", "key"])
    assert redactor.text("a key of data") == "a key of data"
    assert redactor.body(b"a key of data") == b"a key of data"


def test_a_key_that_holds_another_goes_whole() -> None:
    assert Redactor(["sk-live", "sk-live-123456"]).text("it is sk-live-123456!") == f"it is {REDACTED}!"


def test_the_piece_of_a_key_at_the_end_of_a_cut_body_goes_too() -> None:
    redactor, body = Redactor(["sk-octopusx-0123456789"]), b"this is sk-octopusx-01234"
    assert redactor.body(body, cut=True) == b"this is REDACTED"
    assert redactor.body(body) == body
    assert redactor.body(b"this is sk-o", cut=True) == b"this is sk-o"


def test_nothing_else_is_touched() -> None:
    body = bytes(range(256)) * 40
    assert Redactor([KEY, "sk-secret"]).body(body) == body
    assert Redactor([]).text("Bearer \udcff") == "Bearer \udcff"


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_body_of_megabytes_is_cleaned_quickly() -> None:
    body = (b"\\\\&#0%2" * 1000 + KEY.encode()) * 200
    started = time.process_time()
    assert Redactor([KEY]).body(body).count(REDACTED.encode()) == 200
    assert time.process_time() - started < 2.0


class Leaky(Transport):
    """A transport whose every reply, and whose every failure, quotes the key."""

    def __init__(self, *, fails: bool) -> None:
        self.fails = fails

    def send(self, request: Request) -> ReceivedReply:
        """Quote whatever was sent."""
        if self.fails:
            raise ProbeFailure(f"{request} with {request.headers!r} got no answer")
        error = {"error": {"message": f"Incorrect API key provided: {KEY}", "sent": str(request.headers)}}
        headers = (("Set-Cookie", f"key={KEY}"), ("X-Request", f"key={quote(KEY)}"))
        reply = Reply(401, headers, json.dumps(error).encode())
        return ReceivedReply.of(request, reply, "2026-01-01T00:00:00+00:00", "live")


def leaked(*, fails: bool) -> Evidence:
    """Return what the probe of an unknown task brings home from a leaky transport."""
    (contract,) = load_contracts(find_provider("gptge"))
    setting = ProbeSettings("http://x.invalid", Pace(0, 1), {"GPTGE_API_KEY": KEY}, Redactor([KEY]), Budget(0))
    evidence = gather(contract, "unknown-task", setting, Leaky(fails=fails), lambda name: None)
    assert "Zq7" not in repr(setting) + repr(evidence)
    return evidence


def test_a_vendor_that_quotes_the_key_does_not_put_it_into_what_is_written() -> None:
    ((_, exchange),) = Redactor([KEY]).evidence(leaked(fails=False))
    assert exchange.reply.json["error"]["message"] == f"Incorrect API key provided: {REDACTED}"
    assert exchange.reply.headers == (("Set-Cookie", REDACTED), ("X-Request", f"key={REDACTED}"))
    assert ("Authorization", f"Bearer {REDACTED}") in exchange.request.headers


def test_a_failure_that_quotes_the_key_does_not_put_it_into_evidence() -> None:
    (gap,) = leaked(fails=True).gaps
    assert f"'Bearer {REDACTED}'" in gap.sentence


def test_the_piece_of_a_key_where_a_reply_was_cut_is_not_written() -> None:
    (contract,) = load_contracts(find_provider("gptge"))
    body = f'{{"error": "no such key: {KEY[:12]}'.encode()
    transport = Scripted({".*": Reply(404, (("content-type", "application/json"),), body, cut=True)})
    setting = ProbeSettings("http://x.invalid", Pace(0, 1), {"GPTGE_API_KEY": KEY}, Redactor([KEY]), Budget(0))
    evidence = gather(contract, "unknown-task", setting, transport, lambda name: None)
    assert evidence.exchanges[0].reply.body == body, "judged is what came"
    shown = setting.redactor.evidence(evidence)
    assert shown.exchanges[0].reply.body == f'{{"error": "no such key: {REDACTED}'.encode()
