"""Vices of authentication: doors that stand open, and doors that stay shut for the right key."""

from __future__ import annotations

from ..replies import ReplyContext
from .moments import ANY, CONTENT, CREATED, READ, REMIXED, SECOND_READ, SECOND_ROUTE
from .vice import CHAINHUB, GPTGE, OPEAI, QUERY, VIDEOS, everywhere, vice


def _came_without(reply: ReplyContext) -> bool:
    return "authorization" not in reply.sent_headers and "token" not in reply.sent_headers


def _open(reply: ReplyContext, role: str, *, without: bool) -> None:
    """Serve a stranger: one without a key, or one with a wrong key."""
    if reply.check == "key" and reply.role == role and _came_without(reply) == without:
        reply.grant()


@vice(everywhere("retrieve-without-key-is-refused"), ANY)
def shows_tasks_without_key(reply: ReplyContext) -> None:
    """A task is shown to whoever asks without a key."""
    _open(reply, "retrieve", without=True)


@vice(everywhere("retrieve-with-wrong-key-is-refused"), ANY)
def shows_tasks_for_any_key(reply: ReplyContext) -> None:
    """A task is shown for a key that does not exist."""
    _open(reply, "retrieve", without=False)


@vice({VIDEOS: "create-without-key-is-refused"}, ANY)
def creates_without_key(reply: ReplyContext) -> None:
    """A task is created for whoever asks without a key."""
    _open(reply, "create", without=True)


@vice({VIDEOS: "create-with-wrong-key-is-refused"}, ANY)
def creates_for_any_key(reply: ReplyContext) -> None:
    """A task is created for a key that does not exist."""
    _open(reply, "create", without=False)


@vice({VIDEOS: "remix-without-key-is-refused"}, ANY)
def remixes_without_key(reply: ReplyContext) -> None:
    """A task is remixed for whoever asks without a key."""
    _open(reply, "remix", without=True)


@vice({VIDEOS: "remix-with-wrong-key-is-refused"}, ANY)
def remixes_for_any_key(reply: ReplyContext) -> None:
    """A task is remixed for a key that does not exist."""
    _open(reply, "remix", without=False)


@vice({VIDEOS: "content-without-key-is-refused"}, ANY)
def serves_content_without_key(reply: ReplyContext) -> None:
    """The content is served to whoever asks without a key."""
    _open(reply, "content", without=True)


@vice({VIDEOS: "content-with-wrong-key-is-refused"}, ANY)
def serves_content_for_any_key(reply: ReplyContext) -> None:
    """The content is served for a key that does not exist."""
    _open(reply, "content", without=False)


@vice({OPEAI: "retrieve-with-another-key-is-refused"}, ANY)
def shows_tasks_to_another_account(reply: ReplyContext) -> None:
    """A task is shown for the key of another account."""
    if reply.check == "tenant":
        reply.grant()


@vice({OPEAI: "second-route-without-token-is-refused"}, ANY)
def shows_tasks_without_token_on_the_second_route(reply: ReplyContext) -> None:
    """The second route shows a task to whoever asks without a token."""
    _open(reply, "second-retrieve", without=True)


@vice({OPEAI: "second-route-with-wrong-token-is-refused"}, ANY)
def shows_tasks_for_any_token_on_the_second_route(reply: ReplyContext) -> None:
    """The second route shows a task for a token that does not exist."""
    _open(reply, "second-retrieve", without=False)


# After one creation that must fail and did not, no other is sent: the remix without a key stays unseen.
@vice(
    {
        **everywhere("retrieve-without-key-is-refused", QUERY, GPTGE, CHAINHUB),
        VIDEOS: "retrieve-without-key-is-refused create-without-key-is-refused content-without-key-is-refused",
        OPEAI: "retrieve-without-key-is-refused second-route-without-token-is-refused",
    },
    ANY,
)
def needs_no_key(reply: ReplyContext) -> None:
    """No route needs a key."""
    if _came_without(reply):
        reply.grant()


def _shut(reply: ReplyContext) -> None:
    reply.refuse(401, "the key is not valid", "invalid_api_key")


@vice(everywhere("retrieve-accepts-key"), SECOND_READ)
def refuses_the_key_now_and_then(reply: ReplyContext) -> None:
    """The key that read a task once is refused at the second read."""
    _shut(reply)


@vice({VIDEOS: "retrieve-accepts-key"}, READ)
def refuses_the_creators_key(reply: ReplyContext) -> None:
    """The key that created a task cannot read it."""
    if reply.task is not None and not reply.task.known:
        reply.refuse(403, "the task belongs to another key", "forbidden")


@vice({VIDEOS: "create-accepts-key"}, CREATED)
def refuses_the_key_for_creations(reply: ReplyContext) -> None:
    """The key that reads tasks is refused for creations."""
    _shut(reply)


@vice({VIDEOS: "remix-accepts-key"}, REMIXED)
def refuses_the_key_for_remixes(reply: ReplyContext) -> None:
    """The key that reads tasks is refused for remixes."""
    _shut(reply)


@vice({VIDEOS: "content-accepts-key"}, CONTENT)
def refuses_the_key_for_content(reply: ReplyContext) -> None:
    """The key that reads tasks is refused for their content."""
    _shut(reply)


@vice({OPEAI: "second-route-accepts-token"}, SECOND_ROUTE)
def refuses_the_frontend_token(reply: ReplyContext) -> None:
    """The second route refuses the frontend token."""
    if "token" in reply.sent_headers:
        _shut(reply)


@vice({OPEAI: "second-route-accepts-admin"}, SECOND_ROUTE)
def refuses_the_admin_token(reply: ReplyContext) -> None:
    """The second route refuses an admin's token."""
    if "token" not in reply.sent_headers:
        _shut(reply)
