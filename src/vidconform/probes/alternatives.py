"""The probes for what a document offers beside the usual way: without a key, as a form, in other variants."""

from __future__ import annotations

from vidconform.contracts import MULTIPART, URLENCODED
from vidconform.ledger import task_id_in
from vidconform.probes.polling import reading, told_by
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.task_lookup import Find, known_task, require_succeeded_task
from vidconform.transport import NotSent

FORMS = (MULTIPART, URLENCODED)


def keyless(context: ProbeContext, find: Find) -> None:
    """Ask without a key for what the document serves to anybody."""
    role = context.probe.removesuffix("-keyless")
    lookups = {"retrieve": known_task, "content": require_succeeded_task}
    task_id = lookups[role](context, find) if role in lookups else None
    context.ask(context.probe, context.operation(role), task_id, credential="none")


def each_credential(context: ProbeContext, find: Find) -> None:
    """Read a known task, and an id that no task has, with each credential that is enough by itself."""
    operation, task_id = context.operation("retrieve"), known_task(context, find)
    alone = [choice[0].name for choice in operation.choices if len(choice) == 1]
    if len(alone) < 2:
        raise NotSent(f"two security schemes of {operation.path}, each enough by itself")
    for name in alone:
        context.ask("each-credential", operation, task_id, credential=name)
        # One that opens neither may have expired; one that is taken for the other id has not.
        context.ask("each-credential", operation, context.contract.unknown_id, credential=name)


def create_as_form(context: ProbeContext, find: Find) -> None:
    """Create a task in the other media type that the document names, and read it once."""
    operation = context.operation("create")
    other = next((kind for kind in FORMS if kind in operation.media_types and kind != operation.body_type), None)
    if other is None:
        raise NotSent(f"a form among the media types of {operation.method} {operation.path}")
    as_form = operation.sent_as(other)
    created = context.resume() or context.create("create", as_form, body=as_form.request_example)
    task_id = task_id_in(context.contract, created.reply)
    if task_id is not None:
        context.ask("poll", reading(context, lambda: told_by(context, created)), task_id)
        context.finish(task_id)


def content_variants(context: ProbeContext, find: Find) -> None:
    """Fetch each variant of the content of a finished task that the document names."""
    operation = context.operation("content")
    values = operation.options["variant"].values if "variant" in operation.options else ()
    if not values:
        raise NotSent(f"a query parameter of {operation.path} with `x-role: variant` and its values as enum")
    task_id = require_succeeded_task(context, find)
    for value in values:
        context.ask(f"content-{value}", operation.with_options(variant=value), task_id)
