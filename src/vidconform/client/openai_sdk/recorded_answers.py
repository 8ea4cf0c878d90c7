"""Answers the openai package from the evidence of a run, and says where the evidence has no answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from vidconform.client.openai_sdk.answers import Answers
from vidconform.client.openai_sdk.loopback_stand import OpenAIRequest
from vidconform.client.openai_sdk.openai_calls import NOT_RECORDED, NOT_TAKEN, CallTrace, OpenAICall
from vidconform.client.openai_sdk.openai_routes import OpenAIRoutes, Route
from vidconform.client.openai_sdk.task_stories import Seen
from vidconform.exchange import Evidence, Reply, header_in
from vidconform.verdicts import Pointer

# After its first request the task is not what it was.
_GONE = ("delete", "cancel", "late-cancel")
_FORM = "multipart/form-data"
# What a probe creates as the document shows, and what the package created itself.
_CREATED = ("create", "openai-create")
_IGNORED = "the document names no variant, and the replay ignores one"


class RecordedAnswers(Answers):
    """Replays evidence: a poll sees the reads of a task in their order, every other call the last of its kind."""

    def __init__(self, routes: OpenAIRoutes, gathered: Sequence[Evidence]) -> None:
        super().__init__(routes)
        usable = [e for e in gathered if e.kind != "generated" and e.probe not in _GONE]
        usable += [replace(e, exchanges=e.exchanges[:1]) for e in gathered if e.probe in _GONE]
        self._seen = [Seen(e.contract, e.probe, index, exchange) for e in usable for index, exchange in e]
        self._asked: Counter[tuple[str, str | None]] = Counter()
        self._polls = False

    def begin(self, call: OpenAICall) -> CallTrace:
        """Begin a call; each begins the life of its task again."""
        self._asked.clear()
        self._polls = call.method in ("poll", "create_and_poll")
        return super().begin(call)

    def task_for(self, role: str) -> str | None:
        """Return the task that a route was seen to serve."""
        route = self._routes.by_role.get(role)
        served = (seen for seen in self._seen if route is not None and seen.exchange.role == role)
        ids = (seen.exchange.task_id for seen in served if seen.exchange.reply.is_success)
        return next(filter(None, ids), None)

    def reply(self, asked: OpenAIRequest, route: Route, task_id: str | None) -> Reply | None:
        """Return the recorded reply, or None after saying why there is none."""
        found = list(self._matching(asked, route, task_id))
        is_read = self._polls and route.role == "retrieve"
        seen = self._next(found, (route.role, task_id)) if is_read else next(reversed(found), None)
        if seen is None:
            self._say_why(asked, route, bool(found))
            return None
        self.trace.pointers.append(Pointer(seen.probe, seen.index, "", seen.exchange.origin, seen.exchange.at))
        return seen.exchange.reply

    def _matching(self, asked: OpenAIRequest, route: Route, task_id: str | None) -> Iterator[Seen]:
        """Yield what was recorded of the same request, that which was served last."""
        same = [seen for seen in self._seen if self._is_of(seen, route, asked)]
        if task_id is not None and asked.credential != "wrong":
            same = [seen for seen in same if seen.exchange.task_id == task_id]
        found = list(_alike(asked, route, same))
        if found and route.role == "content" and found[-1].exchange.request.target != asked.target:
            self.trace.remarks += [_IGNORED] if _query(asked.target) else []
        # The reads of a life keep their order; of anything else the reply that was served tells more.
        yield from found if route.role == "retrieve" else sorted(found, key=lambda s: s.exchange.reply.is_success)

    def _is_of(self, seen: Seen, route: Route, asked: OpenAIRequest) -> bool:
        exchange = seen.exchange
        named = (exchange.role, exchange.request.method, exchange.credential)
        return named == (route.role, asked.method, asked.credential) and seen.contract == route.contract.id

    def _next(self, found: list[Seen], key: tuple[str, str | None]) -> Seen | None:
        """Return the next read of a task, None after the last of them."""
        self._asked[key] += 1
        return found[self._asked[key] - 1] if self._asked[key] <= len(found) else None

    def _say_why(self, asked: OpenAIRequest, route: Route, is_over: bool) -> None:
        takes = {media.partition(";")[0] for media in route.operation.media_types}
        if route.role == "create" and takes and _FORM not in takes:
            told = f"multipart/form-data, where the document takes {' or '.join(sorted(takes))} alone"
            self.trace.stop(NOT_TAKEN, told)
        elif is_over:
            self.trace.stop(NOT_RECORDED, "a read of the task after it has ended; the recording ends before it does")
        else:
            self.trace.stop(NOT_RECORDED, f"{asked.method} {asked.target} as the package asks it")


def _alike(asked: OpenAIRequest, route: Route, same: list[Seen]) -> Iterator[Seen]:
    """Yield those that say what the package says: a form, a page of a list, a variant of a content."""
    variants = [seen for seen in same if _query(seen.exchange.request.target) == _query(asked.target)]
    if route.role == "create":
        yield from (seen for seen in same if seen.exchange.step in _CREATED and _is_form(seen))
    elif route.role == "list":
        yield from variants
    elif route.role == "content" and "variant" not in route.operation.options:
        yield from variants or (seen for seen in same if not _query(seen.exchange.request.target))
    elif route.role == "content":
        yield from variants
    else:
        yield from same


def _is_form(seen: Seen) -> bool:
    return header_in(seen.exchange.request.headers, "content-type").startswith(_FORM)


def _query(target: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(target).query, keep_blank_values=True)
