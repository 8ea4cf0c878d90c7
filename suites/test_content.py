"""Content: the finished video as bytes of a video, with a content type of one."""

from __future__ import annotations

import re
from itertools import combinations
from urllib.parse import unquote

from vidconform.laws import (
    A_TEXT,
    ACCOUNT_CODES,
    Inconclusive,
    ReplyView,
    Subject,
    Task,
    altered,
    describe_reply,
    expect,
    require_observed,
    requires,
    why_no_video,
)

_FORBIDDEN = 403
# Of each storage a name of its own: Signature, X-Amz-Signature, x-oss-signature, sig, sign; Expires, X-Amz-Expires.
_SIGNED = re.compile(r"[?&](?:[\w-]*-)?(?:signature|sign|sig|expires)=", re.IGNORECASE)
_MEDIA_TYPES = ("application/mp4", "application/octet-stream", "binary/octet-stream")


def _served(content: Subject) -> list[ReplyView]:
    return [view for view in content.all if view.reply.is_success]


def _expect_video(view: ReplyView) -> None:
    lack = why_no_video(view.reply.body, view.reply.cut)
    expect(lack is None, "the bytes of a video", f"{lack}: {describe_reply(view)}" if lack == A_TEXT else lack, view)


@requires("content-is-video")
def test_content_has_a_video_content_type(content: Subject) -> None:
    for view in require_observed(_served(content), "the content of a finished task"):
        media_type = view.reply.media_type
        video = media_type.startswith("video/") or media_type in _MEDIA_TYPES
        expect(video, "a content type video/*", describe_reply(view), view)


test_content_has_a_video_content_type.broken_by(altered(headers={"content-type": "application/json"}))


@requires("content-has-bytes")
def test_content_holds_the_bytes_of_a_video(content: Subject) -> None:
    for view in require_observed(_served(content), "the content of a finished task"):
        if view.reply.unread_coding:
            raise Inconclusive(f"{view.exchange.request} was answered with {view.reply.json}")
        _expect_video(view)


test_content_holds_the_bytes_of_a_video.broken_by(altered(body=b'{"url": "https://cdn.example/video.mp4"}'))
test_content_holds_the_bytes_of_a_video.broken_by(altered(body=b""))
test_content_holds_the_bytes_of_a_video.broken_by(altered(body=b"\x89PNG\r\n\x1a\n" + bytes(64)))


@test_content_holds_the_bytes_of_a_video.broken_by
def _(content: Subject) -> None:
    content.alter(body=content.first.reply.body[:-1])


@requires("content-variants-are-served")
def test_each_variant_of_the_content_is_served(variants: Subject) -> None:
    judged = [view for view in variants.all if view.reply.status not in ACCOUNT_CODES]
    for view in require_observed(judged, "a variant of the content of a finished task"):
        expect(view.reply.is_success, "the variant that was asked for", describe_reply(view), view)


test_each_variant_of_the_content_is_served.broken_by(altered(-1, code=404))


@requires("content-variants-differ")
def test_the_variants_of_a_content_are_not_the_same(variants: Subject) -> None:
    served = [view for view in variants.all if view.reply.is_success and view.reply.body]
    require_observed(served if len(served) > 1 else [], "two variants of the content of a finished task")
    for one, other in combinations(served, 2):
        same = one.reply.body == other.reply.body
        expect(not same, f"other bytes than those of {one.exchange.request}", "the same bytes", other)


@test_the_variants_of_a_content_are_not_the_same.broken_by
def _(variants: Subject) -> None:
    variants.alter(-1, body=variants.first.reply.body)


@requires("content-variants-media-types")
def test_a_variant_has_a_documented_media_type(variants: Subject) -> None:
    for view in require_observed(_served(variants), "a variant of the content of a finished task"):
        answer = view.contract.operation("content")
        named = answer.success.media_types if answer is not None and answer.success is not None else ()
        expect(view.reply.media_type in named, " or ".join(named), view.reply.media_type or "no content type", view)


test_a_variant_has_a_documented_media_type.broken_by(altered(-1, headers={"content-type": "text/html"}))


def _is_refused_by_itself(view: ReplyView) -> bool:
    """Whether it is the address that is forbidden and not the key: it carries a permission of its own, and its end."""
    return view.reply.status == _FORBIDDEN and _SIGNED.search(view.exchange.request.target) is not None


@requires("result-is-playable")
def test_the_result_leads_to_a_video(result: Subject) -> None:
    told = [view for view in result.all if view.reply.status not in ACCOUNT_CODES or _is_refused_by_itself(view)]
    for view in require_observed(told, "a result that the key opens"):
        expect(view.reply.is_success, "the video at its address", describe_reply(view), view)
        _expect_video(view)


test_the_result_leads_to_a_video.broken_by(altered(code=404))
test_the_result_leads_to_a_video.broken_by(altered(body=b'{"error": {"message": "gone"}}'))


def _by_id(every_task: Task) -> dict[str, ReplyView]:
    """Return one reply of each task that tells its result; one that is shown by another id breaks another law."""
    told = every_task.succeeded("id", "result")
    return {view.value("id"): view for view in told if view.sent or view.asked == view.value("id")}


@requires("result-is-its-own")
def test_a_result_is_that_of_its_own_task(every_task: Task) -> None:
    by_id = _by_id(every_task)
    require_observed(by_id.values() if len(by_id) > 1 else [], "two finished tasks that tell their results")
    for (one, first), (other, second) in combinations(by_id.items(), 2):
        same = first.value("result") == second.value("result")
        expect(not same, f"another address than that of {one}", second.value("result"), second, "result")
        for view, stranger in ((first, other), (second, one)):
            named = stranger in _parts(view.value("result"))
            expect(not named, f"an address without {stranger}, another task", view.value("result"), view, "result")


def _parts(address: str) -> list[str]:
    return [unquote(part) for part in re.split(r"[/?#&=]", address)]


@test_a_result_is_that_of_its_own_task.broken_by
def _(every_task: Task) -> None:
    one, *others = _by_id(every_task).values()
    every_task.all[:] = [one, *(view.altered(result=one.raw("result")) for view in others)]


@test_a_result_is_that_of_its_own_task.broken_by
def _(every_task: Task) -> None:
    one, *others = _by_id(every_task).items()
    every_task.all[:] = [one[1], *(view.altered(result=f"https://vendor.example/{one[0]}") for _, view in others)]
