"""Lists of tasks and the end of a task, as laws look at them."""

from __future__ import annotations

from typing import Any

from vidconform.contracts import FILTERS, Contract, Option, RefusalCase, StatusWord, decode_json, status_word
from vidconform.exchange import listed_ids, listed_models, listed_tasks, listed_value
from vidconform.laws.field_units import BY_UNIT, as_it_stands
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Subject


class Listing(Subject):
    """The lists of a run: the whole one, one for each order, the first page and the next one.

    `created` are the times at which tasks were created, by id, as their own reads tell them, `ended` what these tell of
    one that has ended by the roles of filters; `names` are the ids that they tell, by the one that was asked for.
    """

    def __init__(self, contract: Contract, views: list[ReplyView]) -> None:
        super().__init__(contract, views)
        self.created: dict[str, float] = {}
        self.ended: dict[str | None, dict[str, str]] = {}
        self.names: dict[str | None, set[str]] = {}

    def pages(self, *steps: str) -> list[ReplyView]:
        """Return the lists that were served, of some steps or of all."""
        served = [view for view in self.all if listed_tasks(self.contract, view.exchange) is not None]
        return [view for view in served if not steps or view.exchange.step in steps]

    def ids(self, view: ReplyView) -> list[str]:
        """Return the ids in a list, in its order."""
        return listed_ids(self.contract, view.exchange)

    def holds(self, view: ReplyView, task_id: str | None) -> bool:
        """Whether a list has a task, by its id or by another that its own reads tell: that is told of by other rows."""
        return not {task_id, *self.names.get(task_id, ())}.isdisjoint(self.ids(view))

    def others(self, view: ReplyView, role: str, wanted: str) -> list[Any]:
        """Return what the tasks of a list tell for a role beside the value that it was asked for by."""
        right = {wanted, *(self.names.get(wanted, ()) if role == "id" else ())}
        return [value for value in self.values(view, role) if str(value) not in right]

    def size(self, view: ReplyView) -> int:
        """Return how many tasks a list holds."""
        return len(listed_tasks(self.contract, view.exchange) or [])

    def after_the_first(self, first: ReplyView) -> str | None:
        """Return what follows the one task of a first page in the whole list; None where this begins with another."""
        whole = [self.ids(view) for view in self.pages("list")[:1]]
        known = whole[0][:2] if whole and self.size(first) == 1 else []
        return known[1] if len(known) > 1 and known[:1] == self.ids(first) else None

    def times(self, view: ReplyView) -> list[float]:
        """Return the times of creation in a list, in its order, as far as they are told."""
        place = self.contract.listed_field("created")
        read = as_it_stands if place is None or place.unit is None else BY_UNIT[place.unit]
        tasks = listed_tasks(self.contract, view.exchange) or []
        found = [read(listed_value(self.contract, task, "created")) for task in tasks]
        return [time for time in found if isinstance(time, int | float)]

    def filtered(self) -> list[tuple[ReplyView, str, str]]:
        """Return the lists that were asked for by a field's value, with its role and the value."""
        operation = self.contract.operation("list")
        options = operation.options if operation is not None else {}
        named = [(role, options[role]) for role in FILTERS if role in options]
        return [
            (view, role, _asked_by(view, option)) for role, option in named for view in self.pages(f"list-by-{role}")
        ]

    def values(self, view: ReplyView, role: str) -> list[Any]:
        """Return what the tasks of a list tell for a role, as far as they do.

        A word that is no status by the document breaks the row of the vocabulary, and no filter.
        """
        told = [listed_value(self.contract, task, role) for task in listed_tasks(self.contract, view.exchange) or []]
        if role == "status":
            told = [word for word in told if status_word(word) is not None and self._is_documented(word)]
        return [value for value in told if value is not None]

    def _is_documented(self, word: StatusWord) -> bool:
        return self.contract.task.spelled(word) in self.contract.words

    def must_hold(self, view: ReplyView, role: str, wanted: str) -> bool:
        """Whether the task that was asked for belongs into a list of the tasks with a value: it ended with that one.

        A task that is in no list at all is told of by another row, where there is one.
        """
        is_of_it = self.ended.get(view.asked, {}).get(role) == wanted and not self.may_be_further_on(view)
        return is_of_it and not ("list-contains-the-task" in self.contract.requirements and self._lacks_it(view))

    def _lacks_it(self, view: ReplyView) -> bool:
        whole = [page for page in self.pages("list", "list-desc") if not self.may_be_further_on(page)]
        return bool(whole) and not any(self.holds(page, view.asked) for page in whole)

    def may_be_further_on(self, view: ReplyView) -> bool:
        """Whether the task that was asked for may stand on a later page: the first one does not go beyond its time."""
        own, more, total = self.created.get(view.asked or ""), view.raw("has-more"), view.raw("total")
        is_left = isinstance(total, int) and total > self.size(view)
        is_told = is_left or (not isinstance(more, bool) and bool(view.raw("next-cursor")))
        # A page without a task is the last one, whatever it says of others.
        is_more = self.size(view) > 0 and (more is True or is_told)
        return is_more and (own is None or not _goes_beyond(self.times(view), own))

    @property
    def has_a_page_size(self) -> bool:
        """Whether a list can be asked for one task alone."""
        operation = self.contract.operation("list")
        return operation is not None and "limit" in operation.options


def _goes_beyond(times: list[float], own: float) -> bool:
    """Whether times that go down reach below one, or those that go up above it; in no order they show nothing."""
    if times == sorted(times, reverse=True):
        return any(time < own for time in times)
    return times == sorted(times) and any(time > own for time in times)


def _asked_by(view: ReplyView, option: Option) -> str:
    sent = view.exchange.request
    return option.value_in(sent.target, None if option.place is None else decode_json(sent.body or b"null"))


class Models(Subject):
    """The list of models, beside those that the document names for a creation."""

    @property
    def documented(self) -> list[str]:
        """The models that the documented body of a creation may name."""
        operation = self.contract.operation("create")
        return [model for model in operation.models if isinstance(model, str)] if operation is not None else []

    @property
    def listed(self) -> list[str] | None:
        """The models in the list."""
        return listed_models(self.contract, self.first.exchange)


class Deletion(Subject):
    """A deletion with what was read and listed after it."""

    def after(self, step: str) -> list[ReplyView]:
        """Return the replies of a step, where the deletion itself was served."""
        deleted = any(view.exchange.step == "delete" and view.reply.is_success for view in self.all)
        return [view for view in self.all if deleted and view.exchange.step == step]


class Cancellation(Subject):
    """A task that the run cancelled, or tried to: the cancellation, then what was read of the task."""

    def reads(self, step: str) -> list[ReplyView]:
        """Return the reads after the cancellation of a step that tell a phase."""
        return [view for view in self.later(step) if view.phase is not None]

    def later(self, step: str) -> list[ReplyView]:
        """Return all reads after the cancellation of a step."""
        asked = [index for index, view in enumerate(self.all) if view.exchange.step == step]
        later = self.all[asked[0] + 1 :] if asked else []
        return [view for view in later if view.exchange.role == "retrieve"]

    def before(self, step: str) -> str | None:
        """Return the phase that was told before the cancellation of a step."""
        told = [view.phase for view in self.all[: self.all.index(self.of(step)[0])]] if self.of(step) else []
        return next((phase for phase in reversed(told) if phase is not None), None)

    def of(self, step: str) -> list[ReplyView]:
        """Return the cancellations of a step."""
        return [view for view in self.all if view.exchange.step == step]


class DocumentedRefusal(Subject):
    """A request that the document says is refused; `case` is what it says.

    `needs_a_served_request` says that the unchanged request was not served either, so that this one tells nothing.
    """

    def __init__(self, contract: Contract, views: list[ReplyView], case: RefusalCase) -> None:
        super().__init__(contract, views)
        self.case = case

    needs_a_served_request = False

    @property
    def is_about_the_key(self) -> bool:
        """Whether a reply that speaks of the account is the one that was asked for."""
        return self.case.key != "key"
