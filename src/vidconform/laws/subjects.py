"""What laws look at: a task's life, a served request, a refusal, a creation, a content, a remix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import pairwise, takewhile
from typing import Any

from vidconform.contracts import FINISHED, Contract, StatusWord
from vidconform.laws.reply_view import ReplyView

UNFINISHED = ("waiting", "running")
_NOT_FOUND = 404


class Subject:
    """Some replies that a law judges together; `apart` are the status codes that another requirement is about.

    `reopened` are the ids of tasks that go on again after they had ended. `accepted` says that the service took the
    same key for something else in this run, `permitted` that it served another such request for it.
    """

    apart: Set[int] = frozenset()
    reopened: Set[str | None] = frozenset()
    accepted = False
    permitted = False

    def __init__(self, contract: Contract, views: list[ReplyView]) -> None:
        self.contract = contract
        self.all = views

    @property
    def first(self) -> ReplyView:
        """The only reply of a subject that has one, or the first."""
        return self.all[0]

    @property
    def observed(self) -> list[ReplyView]:
        """The replies that a law looked at."""
        return [view for view in self.all if view.observed]

    def alter(self, index: int = 0, **changes: Any) -> None:
        """Replace one reply by an altered copy."""
        self.all[index] = self.all[index].altered(**changes)


class Task(Subject):
    """The life of one task: the creation's reply where we created it, then every read of it in order."""

    needs_success = False

    def views(self, *roles: str) -> list[ReplyView]:
        """Return the replies in which each of these fields is well-formed."""
        return [view for view in self.all if view.has(*roles)]

    def reads(self, *roles: str) -> list[ReplyView]:
        """Return such replies of the task by its id, without the creation's reply."""
        return [view for view in self.views(*roles) if view.asked is not None and not view.sent]

    def unfinished(self, *roles: str) -> list[ReplyView]:
        """Return such replies while the task waits or runs; one that goes on after its end has a law of its own."""
        apart = self.creation_beyond_waiting
        before = takewhile(lambda view: view.phase not in FINISHED or view in apart, self.views("status"))
        return [view for view in before if view.phase in UNFINISHED and view.has(*roles)]

    def succeeded(self, *roles: str) -> list[ReplyView]:
        """Return such replies of the task when it has succeeded."""
        self.needs_success = True
        return [view for view in self.views("status", *roles) if view.phase == "succeeded"]

    def pairs(self, *roles: str) -> Iterator[tuple[ReplyView, ReplyView]]:
        """Yield each two neighbouring replies in which the fields are well-formed."""
        views = self.views(*roles)
        yield from pairwise(views)

    def against_first(self, *roles: str) -> list[tuple[ReplyView, ReplyView]]:
        """Return the first reply in which the fields are well-formed, paired with each later one."""
        views = self.views(*roles)
        return [(views[0], later) for later in views[1:]]

    def hint(self, what: str, *roles: str) -> str:
        """Return what would have shown a law something: where a field is told in another form, that says so."""
        told = ((view, role) for view in self.all if view.is_task for role in roles if view.raw(role) is not None)
        odd = next(((view, role) for view, role in told if not view.has(role)), None)
        if odd is None:
            return what
        view, role = odd
        return f"{what} in its documented form; {view.pointer(role)} is {repr(view.raw(role))[:80]}"

    @staticmethod
    def state(view: ReplyView) -> StatusWord | None:
        """Return the status word, or the phase where a document has no words and other members decide."""
        if view.has("status"):
            return view.status
        return view.phase if view.is_task and not view.contract.words else None

    def since_finished(self) -> list[ReplyView]:
        """Return the replies from the first finished one on: finished in a way that the document knows."""
        apart = self.creation_beyond_waiting
        views = [view for view in self.all if self.state(view) is not None and view not in apart]
        documented = set(FINISHED) & set(self.contract.task.phases.values() or FINISHED)
        ends = [i for i, view in enumerate(views) if view.phase in documented]
        return views[ends[0] :] if ends else []

    @property
    def creation_beyond_waiting(self) -> list[ReplyView]:
        """The reply to a creation that tells another state than waiting, where the document has a row of its own."""
        has_row = self.was_created and "creation-starts-waiting" in self.contract.requirements
        return self.all[:1] if has_row and self.all[0].phase != "waiting" else []

    @property
    def was_created(self) -> bool:
        """Whether the run created the task."""
        return bool(self.all) and bool(self.all[0].sent) and self.all[0].reply.is_success

    def append(self, **roles: Any) -> None:
        """Add one more read that differs from the last in some fields."""
        self.all.append(self.all[-1].altered(**roles))


def members_named(view: ReplyView) -> set[str]:
    """Return the members of the request body that the reply names."""
    return set(re.findall(r"\w+", view.reply.body.decode("utf-8", "replace"))) & set(view.sent)


def misses_what_was_sent(view: ReplyView) -> bool:
    """Whether a 404 is for a value of the body, as of a model that nobody has, and not for the address."""
    return view.reply.status == _NOT_FOUND and view.reply.is_json and bool(members_named(view))


class Creation(Subject):
    """A creation; `member` is the one of its body that a requirement is about."""

    member = ""

    def may_be_about(self, view: ReplyView) -> bool:
        """Whether a refusal may be for this member: it names it, or none that was sent."""
        named = members_named(view)
        return not named or self.member in named


class EachCredential(Subject):
    """The reads of one task with each credential that is enough by itself.

    `taken` are those that opened something, `unasked` those that nobody sent.
    """

    taken: Set[str] = frozenset()
    unasked: Set[str] = frozenset()


class Refused(Subject):
    """One request that must be refused.

    `is_refused_as_a_wrong_key` says that a key nobody holds is refused alike, `is_refused_as_unknown` that a read of
    a task that does not exist is.
    """

    is_refused_as_a_wrong_key = False
    is_refused_as_unknown = False

    @property
    def tells(self) -> bool:
        """Whether the request could only fail for the reason that it tests.

        A request without the key for a task that does not exist may be refused for either.
        """
        return self.first.asked != self.contract.unknown_id or self.first.exchange.credential == "key"


class Published(Subject):
    """The structure of a published OpenAPI document."""

    def __init__(self, contract: Contract, structure: dict[str, Any], views: list[ReplyView]) -> None:
        super().__init__(contract, views)
        self.structure = structure

    def operations(self) -> Iterator[dict[str, Any]]:
        """Yield each operation."""
        for item in self.structure["paths"].values():
            yield from item.values()
