"""Vices of models, filters, strangers who cancel, polling addresses and of several credentials at once."""

from __future__ import annotations

from vidconform.contracts import FILTERS
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.auth_faults import credentials, opens
from vidconform.emulator.vices.triggers import ANY, CANCELLED, CREATED, LISTED, MODELS, READ
from vidconform.emulator.vices.vice import KEY_REFUSED, NO_ROUTE, Act, changed, granted, provided, vices, without


def _cancels_all(reply: ReplyContext) -> None:
    if reply.role == "cancel" and reply.check == "owner":
        reply.say({"id": reply.asked, "status": "cancelled"})


def _cancels(*, without: bool) -> Act:
    """Return the act that cancels for a stranger, what has ended as well."""
    opened, ended = opens("cancel", without=without), granted("ended")
    return lambda reply: opened(reply) and ended(reply)


def _second_refused(reply: ReplyContext) -> None:
    # Two credentials may come in one header, so that the credential alone tells them apart.
    sent = " ".join(credentials(reply))
    if reply.task is not None:
        reply.task.opened_by = reply.task.opened_by or sent
        if sent != reply.task.opened_by:
            reply.refuse(403, "the credential is not enough", "forbidden")


vices(
    CREATED,
    ("polling-address-leads-nowhere", "The address that a creation tells serves no task.",
     changed(lambda address: f"{address}0", "polling-url")),
)  # fmt: skip
vices(
    MODELS,
    ("lacks-a-documented-model", "A model that a creation may name is not listed.",
     changed(lambda models: models[:-1], "models")),
    ("models-as-404", "There is no list of models.", NO_ROUTE),
    ("models-need-a-key", "The models are not listed without a key.",
     provided(lambda reply: not credentials(reply), KEY_REFUSED)),
    ("refuses-the-key-for-models", "The key that reads tasks is refused for models.", KEY_REFUSED),
)  # fmt: skip
vices(LISTED, ("list-ignores-its-filter", "A list holds whatever there is.", without(*FILTERS)))
vices(CANCELLED, ("refuses-the-key-for-cancels", "The key that creates tasks cancels none.", KEY_REFUSED))
vices(
    ANY,
    ("lists-models-without-key", "The models are listed without a key.", opens("models", without=True)),
    ("lists-models-for-any-key", "The models are listed for a key that is none.", opens("models", without=False)),
    ("cancels-any-id", "An unknown id can be cancelled.", _cancels_all),
    ("cancels-without-key", "A task is cancelled without a key.", _cancels(without=True)),
    ("cancels-for-any-key", "A task is cancelled for a key that is none.", _cancels(without=False)),
    ("opens-with-one-credential", "One of the credentials that are asked for is enough.",
     granted("key", holds=credentials)),
)  # fmt: skip
vices(READ, ("refuses-the-second-credential", "One of two credentials reads no task.", _second_refused))
