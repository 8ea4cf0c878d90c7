"""What signs a URL leaves through nothing, and the URL stays one: for laws, for replays, and for the client itself."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.live_cases import cases, live
from tests.support.processes import KEYS, copy_of
from tests.support.rawserver import http, serving
from vidconform.emulator.replies import ReplyContext
from vidconform.exchange.messages import REDACTED
from vidconform.exchange.requests import Request
from vidconform.locations import data_folder
from vidconform.redaction.redactor import Redactor
from vidconform.redaction.signed_urls import without_signatures
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session
from vidconform.store.cassettes import request_key

MEGABYTE = 1_000_000

# Signatures as these vendors write them, made up: between the braces stands what must go.
VENDORS = {
    "Amazon, version 4": "https://b.s3.amazonaws.com/v.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
    "{AKIAMADEUP00000000AB%2F20261123%2Fus-east-1%2Fs3%2Faws4_request}&X-Amz-Date=20261123T000000Z&X-Amz-Expires=3600"
    "&X-Amz-Security-Token={IQoJb3JpZ2luX2VjEMf%2F%2F%2F}&X-Amz-SignedHeaders=host&X-Amz-Signature={9f86d081884c7d65}",
    "Amazon, version 2": "https://b.s3.amazonaws.com/v.mp4?AWSAccessKeyId={AKIAMADEUP00000000AB}&Signature={dD80ihBb5Rw4%3D}"
    "&Expires=1795392000",
    "CloudFront": "https://d1.cloudfront.net/v.mp4?Expires=1795392000&Policy={eyJTdGF0ZW1lbnQiOlt7fV19__}&Signature="
    "{nitfHRCrtziwO2HwPfWw~yYDhUF5EwRunQA-j19DzZr}&Key-Pair-Id={K2JCJMDEHXQW5F}",
    "Google": "https://storage.googleapis.com/b/v.mp4?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential="
    "{s%40p.iam.gserviceaccount.com%2F20261123}&X-Goog-Expires=900&X-Goog-Signature={247a2aa45f169edf4d187d54e7cc46e4}",
    "Google, version 2": "https://storage.googleapis.com/b/v.mp4?GoogleAccessId={s@p.iam.gserviceaccount.com}&Signature="
    "{pFRg0OsC4cGGM0Ky%2B}",
    "Azure": "https://a.blob.core.windows.net/c/v.mp4?sp=r&st=2026-11-23T00:00:00Z&skoid=77e5dbf6-7733&sv=2024-11-04&sr=b"
    "&sig={Z%2FRHIX5Xcg0Mq2rqI3OlWTjEg2tYkboXr1P9ZUXDtkk%3D}",
    "Aliyun": "https://b.oss-cn-hangzhou.aliyuncs.com/v.mp4?OSSAccessKeyId={LTAI5tMadeUp}&Expires=1795392000&Signature="
    "{vjbyPxybdZaNmGa%2ByT272YEAiv4%3D}&security-token={CAISowJ1q6Ft5B2yfSjIr4}",
    "Aliyun, version 4": "https://b.oss-cn-hangzhou.aliyuncs.com/v.mp4?x-oss-credential={LTAI5tMadeUp%2F20261123}"
    "&x-oss-security-token={CAISowJ1q6Ft5B2}&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-signature={77Dv7mN4p2}",
    "Aliyun's network": "https://cdn.example/v.mp4?auth_key={1795392000-0-0-23bf85053008f5c0e791667a313e28ce}",
    "Tencent": "https://b.cos.ap-guangzhou.myqcloud.com/v.mp4?q-sign-algorithm=sha1&q-ak={AKIDMadeUp}&q-sign-time=1;2"
    "&q-key-time=1;2&q-header-list=host&q-url-param-list=&q-signature={bacd37bf8a1dd6}",
    "Tencent's network": "https://cdn.example/v.mp4?sign={4d2f1b3e9a}&t=1795392000",
    "Volcengine": "https://b.tos-cn-beijing.volces.com/v.mp4?X-Tos-Algorithm=TOS4-HMAC-SHA256&X-Tos-Credential={AKLTMadeUp"
    "%2F20261123}&X-Tos-Date=20261123T000000Z&X-Tos-Expires=86400&X-Tos-Signature={58a49abe1fcba4}",
    "ByteDance's network": "https://v16.example/v.mp4?lk3s=8790&x-expires=1795392000&x-signature={UqNd7z5sYfRcG0c%3D}",
    "nginx": "https://cdn.example/v.mp4?expires=1795392000&md5={2vPFNBOEXMpZT1k3rYm9fA}",
    "Cloudflare": "https://cdn.example/v.mp4?verify={1795392000-KxZ%2BpO8}",
    "a list": "https://cdn.example/v.mp4?sig[]={9f86d081}&sig%5B%5D={884c7d65}&auth[v]={9a2f}&size[]=4",
    "a name in disguise": "https://cdn.example/v.mp4?%73ig={9f86d081}&X%2DAmz%2dSignature={884c7d65}",
    "a token": "https://cdn.example/v.mp4?token={eyJhbGciOi.eyJzdWIi.SflKxwRJ}&download=1",
    "a token of a fragment": "https://app.example/done#access_token={ya29.a0Af}&state=1",
    "a key": "/v1/files/7?alt=media&api_key={AIzaSyMadeUp}",
    "a password": "https://cdn.example/v.mp4?user=me&password={it's-*me*}&x=1".replace("it's", "its"),
}  # fmt: skip


def signed(vendor: str) -> str:
    return VENDORS[vendor].replace("{", "").replace("}", "")


def unsigned(vendor: str) -> str:
    pieces = VENDORS[vendor].split("{")
    return REDACTED.join([pieces[0], *(piece.partition("}")[2] for piece in pieces[1:])])


# Where the rest of the URL is no query.
ELSEWHERE = {
    "https://cdn.example/v.mp4?size=4;sig=9f86d081": "https://cdn.example/v.mp4?size=4;sig=REDACTED",
    "https://cdn.example/v.mp4;token=9f86d081": "https://cdn.example/v.mp4;token=REDACTED",
    "https://cdn.example/hdntl=exp=1795392000~acl=/*~hmac=9f86d081/v.m3u8": "https://cdn.example/hdntl=REDACTED",
    "https://cdn.example/hdnts=exp=1~hmac=9f86/v.mp4": "https://cdn.example/hdnts=REDACTED",
    "https://cdn.example/hdnea=st=1~hmac=9f86/v.mp4": "https://cdn.example/hdnea=REDACTED",
    "https://cdn.example/bcdn_token=9f86d081&expires=1&token_path=%2F/v.mp4": (
        "https://cdn.example/bcdn_token=REDACTED&expires=1&token_path=%2F/v.mp4"
    ),
}


@pytest.mark.parametrize("url", ELSEWHERE)
def test_signatures_beside_the_query_are_replaced(url: str) -> None:
    assert without_signatures(url) == ELSEWHERE[url]
    assert without_signatures(json.dumps(url).replace("/", "\\/")) == json.dumps(ELSEWHERE[url]).replace("/", "\\/")
    encoded = f"/go?to={quote(url, safe='')}"
    assert not {"9f86", "hmac"} & set(re.findall(r"\w+", without_signatures(encoded)))


PLACES: dict[str, Callable[[str], str]] = {
    "alone": lambda url: url,
    "in JSON": lambda url: json.dumps({"status": "completed", "url": url, "seconds": "4"}),
    "in JSON of PHP": lambda url: json.dumps({"url": url, "id": 1}).replace("/", "\\/"),
    "in JSON of Go": lambda url: json.dumps({"url": url, "id": 1}).replace("&", "\\u0026"),
    "in JSON of Gson": lambda url: json.dumps({"u": url}).replace("&", "\\u0026").replace("=", "\\u003d"),
    "in JSON inside JSON": lambda url: json.dumps(json.dumps({"url": url}).replace("&", "\\u0026")),
    "in an attribute": lambda url: f'<a href="{html.escape(url)}">video</a>',
    "in HTML twice escaped": lambda url: html.escape(html.escape(url)),
    "in HTML by numbers": lambda url: f"<b>{url.replace('&', '&#38;').replace('=', '&#x3D;')}</b>",
    "in a message": lambda url: f"could not fetch {url} in 10 s",
    "in a message of Python's": lambda url: f"could not fetch {url!r}",
    "in Markdown": lambda url: f"see <{url}>",
    "in another query": lambda url: f"https://player.example/?src={quote(url, safe='')}&autoplay=1",
    "in another query in the middle": lambda url: f"https://proxy.example/?a=b&url={quote(url)}#t=3",
    "in a query in another query": lambda url: (
        f"/go?to={quote('https://p.example/?src=' + quote(url, safe=''), safe='')}"
    ),
}


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("place", PLACES)
def test_signatures_alone_are_replaced_wherever_a_url_stands(vendor: str, place: str) -> None:
    shown = without_signatures(PLACES[place](signed(vendor)))
    assert shown == PLACES[place](unsigned(vendor))


def test_a_header_that_holds_a_signed_url_is_cleaned() -> None:
    sent = (("Location", signed("Azure")), ("Link", f"<{signed('CloudFront')}>; rel=next"))
    shown = (("Location", unsigned("Azure")), ("Link", f"<{unsigned('CloudFront')}>; rel=next"))
    assert Redactor([]).headers(sent) == shown


HARMLESS = [
    '{"id": "task_1", "status": "queued", "progress": 0, "size": "1280x720"}',
    "https://cdn.example/v.mp4?Expires=1795392000&X-Amz-Date=20261123T000000Z&x-oss-signature-version=4&response=a",
    "https://cdn.example/sign=here/token=there/key?size=720p&design=flat&monkey=1&signal=9&author=me",
    "a prompt: what is token=abc, and why is sig=1?",
    "?sig=&token",
    "https://cdn.example/v.mp4?sig",
    "max_tokens=5&tokens=7",
    "&quot;key=5&quot; &lt;token=6&gt; &#39;auth=7&#39;",
    "https://cdn.example/v.mp4?hash=9f86d081&size[]=4&%73ize=5&verified=1",
    "https://cdn.example/md5=9f86/v.mp4",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_signs_nothing_stays(text: str) -> None:
    assert without_signatures(text) == text
    assert Redactor([]).body(text.encode()) == text.encode()


def test_the_bytes_of_a_video_stay() -> None:
    body = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 20 + b"?token=abcdef&sig=abcdef"
    assert Redactor(["sk-octopusx-0123456789"]).body(body) == body


words = st.text(st.sampled_from("?&#=%\\/;u0263DdFf5;amp 'sigtoken\"<é\0"), max_size=60)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(words)
def test_what_is_replaced_once_is_not_replaced_again(text: str) -> None:
    once = without_signatures(text)
    assert without_signatures(once) == once
    assert Redactor([]).body(Redactor([]).body(text.encode())) == Redactor([]).body(text.encode())


HOSTILE = [
    "\\", "&", "?", "%", "%25", "&amp;", "&#00038;", "\\u0026", "&a=", "&sig=x", "?sig=\\", "&sig=" + "\\" * 999,
    "?" + "a" * 63, "%2526sig%253D", "%3Fsig%3D%25", "sk-\\", "sk-" + "\\" * 50 + "k", "s%2525", "&#x00073;",
    "\\u0073\\u006b-", ";", "&sig[", "?%73", "/hdnts", "/hdnts=", "://", "a://", "a:\\/", "a://a",
    "a%3A%2F%2F", "a%253A//a%40",
    '"//', "a:&#47;&#47;a", "a:\\u002f", "a://a@", "a://\\u0021",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_megabyte_takes_seconds_at_most(piece: str) -> None:
    body = (piece * (MEGABYTE // len(piece) + 1))[:MEGABYTE].encode()
    redactor = Redactor(["sk-octopusx-Zq7/3vN+9tLw"])
    started = time.process_time()
    redactor.body(body)
    assert time.process_time() - started < 5.0


def signing() -> Callable[[ReplyContext], None]:
    """Return what signs the URL of a finished task anew at each read, as stores do."""
    reads = count(100_000)

    def sign(reply: ReplyContext) -> None:
        body = reply.body if isinstance(reply.body, dict) else {}
        for name in ("video_url", "url", "input_image"):
            if isinstance(body.get(name), str) and body[name].startswith("http"):
                body[name] += f"?Expires=1795392000&Signature=5up3r53cr3t{next(reads)}"

    return sign


def _judged(session: Session) -> dict[tuple[str, str, str], tuple[str, str, str]]:
    verdicts = [session.judge(case) for case in cases(session)]
    return {(v.contract.id, v.requirement.id, v.subject): (v.label, v.expected, v.received) for v in verdicts}


@pytest.mark.slow
def test_a_recording_with_signed_urls_is_judged_as_the_service_was(tmp_path: Path) -> None:
    folder = copy_of("chainhub", tmp_path, cassettes=False)
    with live("chainhub", change=signing(), folder=folder, options={"record_mode": "rewrite"}) as run:
        judged = _judged(run.session)
    assert judged["chainhub/videos", "result-is-url", "service"][0] == "conforms"
    recorded = "".join(file.read_text("utf-8") for file in tmp_path.rglob("*.yaml"))
    assert f"Signature={REDACTED}" in recorded
    assert "5up3r53cr3t" not in recorded + str(judged)
    again = prepare(RunOptions(providers=[str(folder)], fuzz=0), {})
    assert _judged(again) == judged


def test_the_client_fetches_what_is_signed_and_keeps_nothing_of_it() -> None:
    video = http(200, b"\0\0\0\x20ftypisom", "Content-Type: video/mp4")
    with serving(video) as store:

        def redirect(reply: ReplyContext) -> None:
            if reply.role == "content":
                reply.status, reply.body = 302, b""
                reply.headers = {"location": f"{store.url}/v.mp4?X-Amz-Signature=5up3r53cr3t&X-Amz-Expires=60"}

        with live("octopusx", change=redirect) as run:
            evidence = run.bring("videos", "content")
    assert store.asked[-1].target == "/v.mp4?X-Amz-Signature=5up3r53cr3t&X-Amz-Expires=60"
    assert [exchange.reply.status for exchange in evidence.exchanges][-1] == 200
    assert "5up3r53cr3t" not in repr(evidence)


def test_a_request_with_a_signed_url_in_it_is_found_again_in_its_recording() -> None:
    body = json.dumps({"prompt": "a cat", "image": signed("Aliyun")}).encode()
    sent = Request("POST", "https://x.example", "/v1/videos?token=abcdef", (), body)
    kept = Request("POST", "https://x.example", f"/v1/videos?token={REDACTED}", (), Redactor([]).body(body))
    assert request_key(sent) == request_key(kept)


def test_our_own_recordings_hold_no_signature() -> None:
    recordings = list(data_folder("cassettes").rglob("*.yaml"))
    assert recordings
    for file in recordings:
        text = file.read_text("utf-8")
        assert without_signatures(text) == text, file


def test_a_key_that_the_vendor_masked_is_left() -> None:
    said = b'{"error": {"message": "Incorrect API key provided: sk-oc***9tLw"}}'
    assert Redactor([KEYS["OCTOPUSX_API_KEY"]]).body(said) == said
