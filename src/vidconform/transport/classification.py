"""What kind of reply arrived; each is classified once, by the transport that brings it, and everybody reads that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from vidconform.exchange import Reply, Request
from vidconform.transport.failures import FailureKind

TOO_MANY_REQUESTS = 429
_BAD_REQUEST, _PAYMENT_REQUIRED = 400, 402
# RFC 9110 section 15.6; those by which Cloudflare says that it does not reach the service behind it; and 529, by which
# services of models say that they are overloaded.
_UNREACHED = frozenset({502, 503, 504, *range(520, 528), 529, 530})
_SPEAKS_OF_QUOTA = (401, 403, TOO_MANY_REQUESTS)
# A page says what it is at its beginning.
_LONGEST_LOOK = 16_384


def _words(english: str, others: Iterable[str]) -> re.Pattern[str]:
    """Return what finds words, those beyond ASCII also as JSON escapes them."""
    escaped = [re.escape(json.dumps(word)[1:-1]) for word in others]
    return re.compile("|".join([english, *others, *escaped]), re.IGNORECASE)


_QUOTA = _words(
    r"(?<![a-z])(?:(?:quota|balance|credit|billing|arrear)s?|arrearage|insufficient[ _-]funds|top[ -]?up|recharge"
    r"|(?:usage|spending)[ _-]limit)(?![a-z])",
    ["额度", "余额", "欠费", "配额", "充值", "欠款", "积分不足", "点数不足"],
)
# A bad request may be about credits that were sent; only what says that they are used up is an account's.
_USED_UP = _words(
    r"(?:insufficient|not enough|not have enough|out of)[ _-](?:\w+[ _-])?(?:quota|balance|credit|fund)s?(?![a-z])"
    r"|(?<![a-z])(?:balance|quota|credits?)(?: is| are)? (?:insufficient|not enough|used up|exhausted)",
    ["余额不足", "额度不足", "欠费", "积分不足", "点数不足"],
)
# A key that is not valid may be told together with the page where its balance stands.
_INVALID_KEY = _words(
    r"(?:invalid|incorrect|wrong|unknown|malformed)[ _-](?:api[ _-]?)?(?:key|token)"
    r"|(?:key|token) (?:is|was) (?:not valid|invalid|incorrect|unknown)",
    ["无效的令牌", "无效的密钥"],
)
_REPAIR = _words(
    r"maintenance|be right back|be back soon|temporarily unavailable|scheduled (?:upgrade|downtime)",
    ["维护", "系统升级"],
)
# What gateways answer for a model that none of their upstreams serves; asked again, they say the same.
_NO_MODEL = _words(
    r"model_not_found|model_not_available|get_channel_failed"
    r"|no available (?:channel|distributor)s? (?:for|under)[^.]{0,40}model",
    ["无可用渠道", "模型不存在"],
)
_BOT_CHECK = _words(r"just a moment|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human", [])


@dataclass(frozen=True)
class Classification:
    """What kind a reply is: an outage says nothing of what was asked, a redirect is one that was not followed.

    Of an outage, `outage` says which (come back later, pay first, ask for another model, we are being repaired) and
    `words` say it in English.
    """

    kind: Literal["answer", "refusal", "redirect", "outage"]
    outage: FailureKind | None = None
    words: str = ""

    @property
    def is_temporary(self) -> bool:
        """Whether it is an outage that may be over later in the run."""
        return self.outage not in (None, FailureKind.QUOTA, FailureKind.MODEL)


class ReceivedReply(NamedTuple):
    """A reply as a transport brings it; `at` is RFC 3339, `origin` is `live`, or what a recording says."""

    reply: Reply
    at: str
    origin: str
    classification: Classification

    @classmethod
    def of(cls, request: Request, reply: Reply, at: str, origin: str) -> ReceivedReply:
        """Return a reply to a request with its classification, under the status code that it stands for."""
        read = reply.read_by(request.body_status)
        return cls(read, at, origin, classify(request, read))


def classify(request: Request, reply: Reply) -> Classification:
    """Return what kind of reply to a request it is."""
    outage, words = _outage(request, reply)
    if outage is not None:
        return Classification("outage", outage, words)
    return Classification("redirect" if reply.is_redirect else "refusal" if reply.is_refusal else "answer")


def _outage(request: Request, reply: Reply) -> tuple[FailureKind | None, str]:
    # Without a credential of the user's, a quota is not the user's either.
    if request.keyed and _is_quota(reply):
        return FailureKind.QUOTA, "the quota or the balance of this account is used up"
    page = _page(reply)
    if _REPAIR.search(page):
        return FailureKind.MAINTENANCE, "a maintenance page"
    if _BOT_CHECK.search(page):
        return FailureKind.BLOCKED, "a page that lets only browsers through"
    if reply.status == TOO_MANY_REQUESTS:
        return FailureKind.RATE, "too many requests"
    if reply.status not in _UNREACHED:
        return None, ""
    if reply.is_json and _NO_MODEL.search(_beginning(reply)) is not None:
        return FailureKind.MODEL, "no such model is served to this key"
    return FailureKind.OUTAGE, "the service is not there"


def _is_quota(reply: Reply) -> bool:
    if reply.status in _SPEAKS_OF_QUOTA:
        said = _beginning(reply)
        return _QUOTA.search(said) is not None and not (reply.status == 401 and _INVALID_KEY.search(said))
    if reply.status == _BAD_REQUEST:
        return _USED_UP.search(_beginning(reply)) is not None
    return reply.status == _PAYMENT_REQUIRED


def _page(reply: Reply) -> str:
    """Return the beginning of a page in HTML, or nothing: a task that calls itself HTML is no page."""
    start = _beginning(reply).lstrip("\ufeff \t\r\n")
    is_html = reply.media_type in ("text/html", "application/xhtml+xml")
    named = re.match(r"<!doctype html|<html", start, re.IGNORECASE) is not None
    return start if start.startswith("<") and (is_html or named) else ""


def _beginning(reply: Reply) -> str:
    return reply.body[:_LONGEST_LOOK].decode("utf-8", "replace")
