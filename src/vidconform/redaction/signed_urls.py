"""Signed URLs: what signs or authorises in a query is replaced, and the URL stays one, wherever it stands."""

from __future__ import annotations

import re
from urllib.parse import unquote

from vidconform.exchange import REDACTED

# In lower case, with `-` for `_`.
_NAMES = frozenset(
    (
        # Amazon: Signature Version 4 (query parameters of a presigned URL) and 2; CloudFront (signed URLs).
        "x-amz-signature", "x-amz-credential", "x-amz-security-token", "awsaccesskeyid", "policy", "key-pair-id",
        # Google Cloud Storage (V4 and V2 signing).
        "x-goog-signature", "x-goog-credential", "googleaccessid",
        # Azure (shared access signature): `sig` alone, the rest says what it is for.
        "sig",
        # Aliyun OSS, Huawei OBS, Tencent COS and its CDN, Volcengine TOS.
        "ossaccesskeyid", "accesskeyid", "access-key-id", "q-signature", "q-ak", "txsecret", "wssecret",
        # Tokens of content networks: Akamai, Discord, nginx (secure links), Cloudflare.
        "hdnts", "hdnea", "hdntl", "--token--", "hm", "md5", "verify",
        # Of anybody.
        "signature", "credential", "sign", "auth", "authorization", "auth-key", "key", "api-key", "apikey", "token",
        "secret", "password", "passwd", "pwd", "jwt", "-jwt", "hmac",
        "pkey",
    )
)  # fmt: skip
# X-Tos-Signature, x-oss-credential, access_token, client_secret: of each vendor with its own prefix.
_ENDINGS = ("-signature", "-credential", "-token", "-secret", "-api-key", "-apikey", "-password")

# A character as it stands in a URL, in HTML, and in JSON: `&`, `?` and `#` before a name, `=` behind it.
_BEFORE = r"[?#]|&(?:amp;){0,2}|&#(?:0{0,4}(?:35|38|63)|[xX]0{0,4}(?:23|26|3[fF]));|\\u00(?:23|26|3[fF])"
_BEHIND = r"=|\\++u003[dD]|&#(?:0{0,4}61|[xX]0{0,4}3[dD]);"
# A `;` separates as `&` does (HTML 4.01 appendix B.2.2), unless it ends the name of a character.
_BEFORE += r"|(?<!&quot)(?<!&apos)(?<!&lt)(?<!&gt)(?<!&#34)(?<!&#39);"
# And in a URL inside the query of another, percent-encoded up to three times.
_BEFORE += r"|%(?:25){0,2}(?:23|26|3[bBfF])"
_BEHIND += r"|%(?:25){0,2}3[dD]"

# A letter may be percent-encoded needlessly (RFC 3986 section 2.3), and a name be that of a list: `sig[]`, `sig[v]`.
_LETTER = r"[A-Za-z0-9_.-]|%(?:25){0,2}(?:2[dDeE]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF])"
_INDEX = r"(?:\[|%(?:25){0,2}5[bB])[A-Za-z0-9_-]{0,32}+(?:\]|%(?:25){0,2}5[dD])"

# Tokens of content networks that stand in a path: Akamai, Bunny.
_SLASH = r"/|\\u002[fF]|&#(?:0{0,4}47|[xX]0{0,4}2[fF]);|%(?:25){0,2}2[fF]"
_IN_PATH = r"[hH][dD][nN](?:[tT][sS]|[eE][aA]|[tT][lL])|bcdn_token"

# No quantifier gives anything back, so that the time is linear whatever a vendor sends.
_HEAD = re.compile(
    rf"(?:(?:{_BEFORE})(?P<name>(?:{_LETTER}){{1,64}}+(?:{_INDEX}){{0,2}}+)|(?:{_SLASH})(?:{_IN_PATH}))(?P<is>{_BEHIND})"
)

# A value ends where a URL does (RFC 3986 section 3.4), but `/`, `+` and `=` may be escaped for JSON or HTML.
_PLAIN = r"[^\x00-\x20\x7f&#\"'<>\\`{}|^]|\\++(?:/|u00(?:2[bBfF]|3[dD]))"
_PLAIN += r"|&#(?:0{0,4}(?:43|47|61)|[xX]0{0,4}(?:2[bBfF]|3[dD]));"
_VALUES = (
    re.compile(rf"(?:{_PLAIN})++"),
    # Inside another query a value ends with the encoded `&` of its own depth, or of a lesser one.
    *(re.compile(rf"(?:(?!%(?:25){{0,{depth}}}(?:23|26))(?:{_PLAIN}))++") for depth in range(3)),
)


def without_signatures(text: str) -> str:
    """Return a text in which the parameters of URLs that sign or authorise have the value REDACTED.

    Names, order and everything else stay. In linear time.
    """
    pieces, end = [], 0
    for head in _HEAD.finditer(text):
        if head.start() < end or not (head["name"] is None or _is_secret(head["name"])):
            continue
        value = _VALUES[_depth(head["is"])].match(text, head.end())
        if value is not None:
            pieces += [text[end : head.end()], REDACTED]
            end = value.end()
    return "".join([*pieces, text[end:]]) if pieces else text


def _is_secret(name: str) -> bool:
    plain = unquote(unquote(unquote(name))).lower().replace("_", "-")
    return any(part in _NAMES or part.endswith(_ENDINGS) for part in re.split(r"[\[\]]+", plain))


def _depth(equals: str) -> int:
    """Return how many times a `=` is percent-encoded: `%3D` once, `%253D` twice."""
    return len(equals) // 2 if equals.startswith("%") else 0
