"""Vices of authentication: a wrong key is let in, or the right one is refused."""

from __future__ import annotations

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server_state import NEAR_KEY
from vidconform.emulator.vices.triggers import (
    ANY,
    CONTENT,
    CREATED,
    LISTED,
    READ,
    READ_OF_CREATED,
    REMIXED,
    SECOND_READ,
    SECOND_ROUTE,
)
from vidconform.emulator.vices.vice import KEY_REFUSED, Act, granted, provided, refused, vices


def credentials(reply: ReplyContext) -> list[str]:
    """Return what came in the headers that carry a credential of the contract."""
    operations = reply.described.operations if reply.described else ()
    headers = {scheme.header for operation in operations for scheme in operation.schemes}
    return [reply.sent_headers[header] for header in headers if header in reply.sent_headers]


def _came_without(reply: ReplyContext) -> bool:
    return not credentials(reply)


def opens(role: str, *, without: bool) -> Act:
    """Return the act that serves a stranger: one without a key, or one with a wrong key."""
    return granted("key", role, lambda reply: _came_without(reply) == without)


_OPEN = (
    ("retrieve", "shows-tasks-without-key", "A task is shown to whoever asks without a key."),
    ("retrieve", "shows-tasks-for-any-key", "A task is shown for a key that does not exist."),
    ("create", "creates-without-key", "A task is created for whoever asks without a key."),
    ("create", "creates-for-any-key", "A task is created for a key that does not exist."),
    ("remix", "remixes-without-key", "A task is remixed for whoever asks without a key."),
    ("remix", "remixes-for-any-key", "A task is remixed for a key that does not exist."),
    ("content", "serves-content-without-key", "The content is served to whoever asks without a key."),
    ("content", "serves-content-for-any-key", "The content is served for a key that does not exist."),
    ("list", "lists-without-key", "Tasks are listed for whoever asks without a key."),
    ("list", "lists-for-any-key", "Tasks are listed for a key that does not exist."),
    ("second-retrieve", "shows-tasks-without-token-on-the-second-route",
     "The second route shows a task to whoever asks without a token."),
    ("second-retrieve", "shows-tasks-for-any-token-on-the-second-route",
     "The second route shows a task for a token that does not exist."),
)  # fmt: skip
vices(ANY, *((name, sentence, opens(role, without="-without-" in name)) for role, name, sentence in _OPEN))


vices(
    ANY,
    ("shows-tasks-to-another-account", "A task is shown for the key of another account.",
     granted("tenant")),
    ("needs-no-key", "No route needs a key.", provided(_came_without, ReplyContext.grant)),
    ("lets-in-keys-near-the-right-one", "A key that shares its beginning or its end with the right one is let in.",
     granted("key", holds=lambda reply: NEAR_KEY in " ".join(credentials(reply)))),
)  # fmt: skip
_NOW_AND_THEN = "The key that read a task once is refused at the second read."
vices(SECOND_READ, ("refuses-the-key-now-and-then", _NOW_AND_THEN, KEY_REFUSED))
vices(CREATED, ("refuses-the-key-for-creations", "The key that reads tasks is refused for creations.", KEY_REFUSED))
vices(REMIXED, ("refuses-the-key-for-remixes", "The key that reads tasks is refused for remixes.", KEY_REFUSED))
vices(LISTED, ("refuses-the-key-for-lists", "The key that reads tasks is refused for lists.", KEY_REFUSED))
vices(CONTENT, ("refuses-the-key-for-content", "The key that reads tasks is refused for their content.", KEY_REFUSED))


vices(
    CONTENT,
    ("blocks-the-content", "The content is blocked for a key that opens everything else.",
     refused(403, "request blocked by the content filter", "blocked")),
)  # fmt: skip
for _when, _name in {READ: "reads-need-a-key", LISTED: "lists-need-a-key", CONTENT: "content-needs-a-key"}.items():
    _sentence = "What needs no key is refused to whoever asks without one."
    vices(_when, (_name, _sentence, provided(_came_without, KEY_REFUSED)))
vices(
    SECOND_ROUTE,
    ("refuses-the-frontend-token", "The second route refuses the frontend token.",
     provided(lambda reply: "token" in reply.sent_headers, KEY_REFUSED)),
    ("refuses-the-admin-token", "The second route refuses an admin's token.",
     provided(lambda reply: "token" not in reply.sent_headers, KEY_REFUSED)),
)  # fmt: skip
vices(
    READ_OF_CREATED,
    ("refuses-the-creators-key", "The key that created a task cannot read it.",
     refused(403, "the task belongs to another key", "forbidden")),
)  # fmt: skip
