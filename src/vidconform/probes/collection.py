"""The probes of all tasks and of their end: list, cancel and delete. The last two ask for tasks of the run's own."""

from __future__ import annotations

from typing import Any

from vidconform.contracts import FILTERS, FIRST_PAGES, Contract, Field, Operation, compiled, node_at, types_in
from vidconform.exchange import RESUMED, Exchange, listed_ids, phase_in, value_in
from vidconform.ledger import task_id_in
from vidconform.probes.lifecycle import follow_created
from vidconform.probes.polling import own_address, reading, told_by
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.task_lookup import Find, no_own_task

_MOST_VALUES = 10
WAITING = "waiting-task-is-cancelled"
_AGAIN = "repeated-cancel-is-refused"


def listing(context: ProbeContext, find: Find) -> None:
    """List the tasks as the document shows, in each order that it names, and page by page."""
    operation = context.operation("list")
    task_id: str | None = context.note("listed", lambda: find("listed"))
    whole = context.ask("list", operation, task_id)
    for order in operation.options["order"].values if "order" in operation.options else ():
        context.ask(f"list-{order}", operation.with_options(order=order), task_id)
    for role in (role for role in FILTERS if role in operation.options):
        # With one task alone, the id of none tells a filter from a list that has none.
        own = (task_id, context.contract.unknown_id) if task_id is not None else ()
        values = operation.options[role].values if role != "id" else own
        # Reads are free, and some documents name a hundred models.
        for value in values[:_MOST_VALUES]:
            context.ask(f"list-by-{role}", operation.with_options(**{role: value}), task_id)
    first = whole
    if "limit" in operation.options:
        operation = operation.with_options(limit=1)
        first = context.ask("list-first", operation, task_id)
    _ask_for_the_next(context, operation, first, task_id)


def _ask_for_the_next(context: ProbeContext, operation: Operation, first: Exchange, task_id: str | None) -> None:
    """Ask for the page after one task; without a limit, for what comes after the first one of all.

    Where a list tells a cursor, no id is one: a page that tells none is the last.
    """
    place, ids = context.contract.field("next-cursor", "list"), listed_ids(context.contract, first)
    after = next(iter(ids), None) if place is None else _cursor(context.contract, place, first)
    if "after" in operation.options:
        if ids and after:
            told = operation.options["after"].told_by(after)
            context.ask("list-next", operation.with_options(after=told), task_id)
    elif "limit" in operation.options:
        # Of pages of one task, the second one leaves out as many as it has pages before it.
        for role in (role for role in FIRST_PAGES if role in operation.options):
            second = operation.options[role].later(FIRST_PAGES[role])
            context.ask("list-next", operation.with_options(**{role: second}), task_id)


def _cursor(contract: Contract, place: Field, page: Exchange) -> Any:
    """Return the cursor that a page tells, None for one of another type than the document's: no page is behind it."""
    schema, told = contract.reply_schema("list"), place.read(page.reply.json)
    types = types_in(node_at(schema.source, place.path)) if schema is not None else []
    return told if not types or compiled({"type": types}).is_valid(told) else None


def cancel(context: ProbeContext, find: Find) -> None:
    """Create a task, cancel it at once, and follow it to its end; ask once more where that must be refused."""
    operation = context.operation("create")
    created = context.resume() or context.create("create", operation, body=operation.request_example)
    task_id = task_id_in(context.contract, created.reply)
    if task_id is None:
        return
    if _may_be_cancelled(context, find, task_id, created):
        context.try_ask("cancel", context.operation("cancel"), task_id)
    follow_created(context, task_id, created)
    if _AGAIN in context.contract.requirements and phase_in(context.contract, context.exchanges[-1]) == "cancelled":
        context.try_ask("cancel-again", context.operation("cancel"), task_id)


def _may_be_cancelled(context: ProbeContext, find: Find, task_id: str, created: Exchange) -> bool:
    """Whether a cancellation is asked for; where the route deletes what has ended, the task must be seen to wait."""
    is_shared, seen = bool(context.operation("cancel").shares), created
    is_silent = value_in(context.contract, "status", created) is None
    # What the creation of an earlier run told may be long over.
    is_old = is_shared and RESUMED in context.notes
    if is_old or (is_silent and (is_shared or WAITING in context.contract.requirements)):
        seen = context.ask("poll", reading(context, lambda: told_by(context, created)), task_id)
    # Where all creations have one id, a task that has ended would be cancelled, and one that is deleted later.
    is_another = context.note("own", lambda: find("own")) != task_id
    return is_another and (not is_shared or phase_in(context.contract, seen) == "waiting")


def models(context: ProbeContext, find: Find) -> None:
    """Ask for the models that the service has."""
    context.ask("models", context.operation("models"))


def late_cancel(context: ProbeContext, find: Find) -> None:
    """Ask to cancel the run's own task, which has ended, and read it again."""
    task_id = _own_task(context, find)
    context.ask("late-cancel", context.operation("cancel"), task_id)
    context.ask("reread", reading(context, lambda: own_address(find)), task_id)


def delete(context: ProbeContext, find: Find) -> None:
    """Delete the run's own task, which has ended, then read it and list what is left."""
    task_id = _own_task(context, find)
    context.ask("delete", context.operation("delete"), task_id)
    context.ask("deleted-read", reading(context, lambda: own_address(find)), task_id)
    listed = context.contract.operation("list")
    if listed is not None:
        context.ask("deleted-list", listed, task_id)


def _own_task(context: ProbeContext, find: Find) -> str:
    """Return the id of a task that this run created and saw end; raises NotSent.

    Another one is somebody's, and one that has not ended would be gone on with.
    """
    own: Any = context.note("own", lambda: find("own"))
    if not isinstance(own, str):
        raise no_own_task(find)
    return own
