"""Lists of tasks and the end of a task, as laws look at them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from vidconform.contracts import FILTERS, Contract, RefusalCase
from vidconform.exchange import listed_ids, listed_models, listed_tasks, listed_value
from vidconform.laws.field_units import BY_UNIT, as_it_stands
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Subject


class Listing(Subject):
    """The lists of a run: the whole one, one for each order, the first page and the next one.

    `created` are the times at which tasks were created, by id, as their own reads tell them, `ended` what these tell of
    one that has ended by the roles of filters.
    """

    def __init__(self, contract: Contract, views: list[ReplyView]) -> None:
        super().__init__(contract, views)
        self.created: dict[str, float] = {}
        self.ended: dict[str | None, dict[str, str]] = {}

    def pages(self, *steps: str) -> list[ReplyView]:
        """Return the lists that were served, of some steps or of all."""
        served = [view for view in self.all if listed_tasks(self.contract, view.exchange) is not None]
        return [view for view in served if not steps or view.exchange.step in steps]

    def ids(self, view: ReplyView) -> list[str]:
        """Return the ids in a list, in its order."""
        return listed_ids(self.contract, view.exchange)

    def size(self, view: ReplyView) -> int:
        """Return how many tasks a list holds."""
        return len(listed_tasks(self.contract, view.exchange) or [])

    def times(self, view: ReplyView) -> list[float]:
        """Return the times of creation in a list, in its order, as far as they are told."""
        place = self.contract.field("created")
        read = as_it_stands if place is None or place.unit is None else BY_UNIT[place.unit]
        tasks = listed_tasks(self.contract, view.exchange) or []
        found = [read(listed_value(self.contract, task, "created")) for task in tasks]
        return [time for time in found if isinstance(time, int | float)]

    def filtered(self) -> list[tuple[ReplyView, str, str]]:
        """Return the lists that were asked for by a field's value, with its role and the value."""
        operation = self.contract.operation("list")
        named = [(role, operation.options[role].name) for role in FILTERS if operation and role in operation.options]
        return [(view, role, _asked_by(view, name)) for role, name in named for view in self.pages(f"list-by-{role}")]

    def values(self, view: ReplyView, role: str) -> list[Any]:
        """Return what the tasks of a list tell for a role, as far as they do."""
        told = [listed_value(self.contract, task, role) for task in listed_tasks(self.contract, view.exchange) or []]
        return [value for value in told if value is not None]

    def must_hold(self, view: ReplyView, role: str, wanted: str) -> bool:
        """Whether the task that was asked for belongs into a list of the tasks with a value: it ended with that one."""
        return self.ended.get(view.asked, {}).get(role) == wanted and not self.may_be_further_on(view)

    def may_be_further_on(self, view: ReplyView) -> bool:
        """Whether the task that was asked for may stand on a later page: none that is listed is older than it."""
        own = self.created.get(view.asked or "")
        return view.raw("has-more") is True and (own is None or all(time >= own for time in self.times(view)))

    @property
    def has_a_page_size(self) -> bool:
        """Whether a list can be asked for one task alone."""
        operation = self.contract.operation("list")
        return operation is not None and "limit" in operation.options


def _asked_by(view: ReplyView, parameter: str) -> str:
    return parse_qs(urlsplit(view.exchange.request.target).query)[parameter][0]


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
        asked = [index for index, view in enumerate(self.all) if view.exchange.step == step]
        later = self.all[asked[0] + 1 :] if asked else []
        return [view for view in later if view.exchange.role == "retrieve" and view.phase is not None]

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
