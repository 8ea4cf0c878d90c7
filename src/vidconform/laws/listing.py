"""Lists of tasks and the end of a task, as laws look at them."""

from __future__ import annotations

from vidconform.contracts import Contract, RefusalCase
from vidconform.exchange import listed_ids, listed_tasks, listed_value
from vidconform.laws.field_units import BY_UNIT, as_it_stands
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Subject


class Listing(Subject):
    """The lists of a run: the whole one, one for each order, the first page and the next one.

    `created` are the times at which tasks were created, by id, as their own reads tell them.
    """

    def __init__(self, contract: Contract, views: list[ReplyView]) -> None:
        super().__init__(contract, views)
        self.created: dict[str, float] = {}

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

    def may_be_further_on(self, view: ReplyView) -> bool:
        """Whether the task that was asked for may stand on a later page: none that is listed is older than it."""
        own = self.created.get(view.asked or "")
        return view.raw("has-more") is True and (own is None or all(time >= own for time in self.times(view)))

    @property
    def has_a_page_size(self) -> bool:
        """Whether a list can be asked for one task alone."""
        operation = self.contract.operation("list")
        return operation is not None and "limit" in operation.options


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
