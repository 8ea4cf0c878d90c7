"""Vices of creations: bodies that should be refused are taken, and documented ones are not."""

from __future__ import annotations

import json
from typing import Any

from ..replies import ReplyContext
from .moments import ANY, CREATED, REMIXED
from .vice import VIDEOS, vice

_OWN_TYPES = {"model": str, "prompt": str, "image": str, "seconds": str, "size": str, "metadata": dict}


def _sent(reply: ReplyContext) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(reply.sent_body)
    return sent


def _take_without(reply: ReplyContext, role: str, name: str) -> None:
    if reply.check == "body" and reply.role == role and name not in _sent(reply):
        reply.grant()


def _take_mistyped(reply: ReplyContext, name: str) -> None:
    if reply.check == "body" and reply.role == "create":
        mistyped = name in _sent(reply) and not isinstance(_sent(reply)[name], _OWN_TYPES[name])
        _ = mistyped and reply.grant()


@vice({VIDEOS: "create-without-model-is-refused"}, ANY)
def creates_without_model(reply: ReplyContext) -> None:
    """A task is created without a model."""
    _take_without(reply, "create", "model")


@vice({VIDEOS: "create-without-prompt-is-refused"}, ANY)
def creates_without_prompt(reply: ReplyContext) -> None:
    """A task is created without a prompt."""
    _take_without(reply, "create", "prompt")


@vice({VIDEOS: "remix-without-prompt-is-refused"}, ANY)
def remixes_without_prompt(reply: ReplyContext) -> None:
    """A task is remixed without a prompt."""
    _take_without(reply, "remix", "prompt")


@vice({VIDEOS: "create-with-mistyped-model-is-refused"}, ANY)
def takes_a_number_as_model(reply: ReplyContext) -> None:
    """A task is created for a model that is a number."""
    _take_mistyped(reply, "model")


@vice({VIDEOS: "create-with-mistyped-prompt-is-refused"}, ANY)
def takes_a_list_as_prompt(reply: ReplyContext) -> None:
    """A task is created for a prompt that is a list."""
    _take_mistyped(reply, "prompt")


@vice({VIDEOS: "create-with-mistyped-seconds-is-refused"}, ANY)
def takes_a_number_as_seconds(reply: ReplyContext) -> None:
    """A task is created for seconds that are a number."""
    _take_mistyped(reply, "seconds")


@vice({VIDEOS: "create-with-mistyped-size-is-refused"}, ANY)
def takes_a_number_as_size(reply: ReplyContext) -> None:
    """A task is created for a size that is a number."""
    _take_mistyped(reply, "size")


@vice({VIDEOS: "create-with-mistyped-image-is-refused"}, ANY)
def takes_a_number_as_image(reply: ReplyContext) -> None:
    """A task is created from an image that is a number."""
    _take_mistyped(reply, "image")


@vice({VIDEOS: "create-with-mistyped-metadata-is-refused"}, ANY)
def takes_a_text_as_metadata(reply: ReplyContext) -> None:
    """A task is created for metadata that are a text."""
    _take_mistyped(reply, "metadata")


@vice({VIDEOS: "refusals-are-not-server-errors create-without-model-is-refused"}, ANY)
def missing_model_as_500(reply: ReplyContext) -> None:
    """A creation without a model is answered with 500."""
    if reply.check == "body" and reply.role == "create" and "model" not in _sent(reply):
        reply.status = 500


def _refuse_naming(reply: ReplyContext, name: str) -> None:
    reply.refuse(400, f"{name} is not supported", "invalid_request")


@vice({VIDEOS: "accepts-model"}, CREATED)
def refuses_the_documented_model(reply: ReplyContext) -> None:
    """The documented creation is refused for its model."""
    _refuse_naming(reply, "model")


@vice({VIDEOS: "accepts-prompt"}, CREATED)
def refuses_the_documented_prompt(reply: ReplyContext) -> None:
    """The documented creation is refused for its prompt."""
    _refuse_naming(reply, "prompt")


@vice({VIDEOS: "accepts-seconds"}, CREATED)
def refuses_the_documented_seconds(reply: ReplyContext) -> None:
    """The documented creation is refused for its seconds."""
    _refuse_naming(reply, "seconds")


@vice({VIDEOS: "accepts-size"}, CREATED)
def refuses_the_documented_size(reply: ReplyContext) -> None:
    """The documented creation is refused for its size."""
    _refuse_naming(reply, "size")


@vice({VIDEOS: "accepts-model accepts-prompt accepts-seconds accepts-size"}, CREATED)
def refuses_the_documented_body(reply: ReplyContext) -> None:
    """The documented creation is refused, and nothing says for which member."""
    reply.refuse(400, "bad request", "bad_request")


@vice({VIDEOS: "create-route"}, CREATED)
def create_as_404(reply: ReplyContext) -> None:
    """A creation is answered with 404."""
    reply.refuse(404, "there is no such route", "not_found")


@vice({VIDEOS: ""}, CREATED)
def create_as_202(reply: ReplyContext) -> None:
    """A creation is answered with 202."""
    reply.status = 202


@vice({VIDEOS: "id-present status-present example-fields-present"}, CREATED)
def create_as_201_with_an_error(reply: ReplyContext) -> None:
    """A creation is answered with 201 and an error in its body."""
    reply.refuse(201, "the upstream is busy", "upstream_error")


@vice({VIDEOS: "remix-route"}, REMIXED)
def remix_as_404(reply: ReplyContext) -> None:
    """Every remix is answered with 404, as if its source did not exist."""
    reply.refuse(404, "video not found", "video_not_found")


@vice({VIDEOS: "remix-makes-new-task"}, REMIXED)
def remix_with_the_id_of_its_source(reply: ReplyContext) -> None:
    """A remix has the id of its source."""
    reply.body["id"] = reply.body["task_id"] = reply.asked
