"""The refusals that a document states as data, as its emulator keeps them."""

from __future__ import annotations

from collections.abc import Callable

from vidconform.contracts import RefusalCase, written
from vidconform.emulator.error_bodies import refused_with
from vidconform.emulator.replies import EmulatedReply, RefusedRequest
from vidconform.emulator.request_bodies import is_body
from vidconform.emulator.served_operation import ServedOperation
from vidconform.emulator.server_state import Call

# The check that a case is about, by the key that it is asked with, and the status codes usual for it.
_OF_KEYS = {"none": ("key", (401, 403)), "wrong": ("key", (401, 403)), "another": ("tenant", (404, 403, 401))}
_OF_IDS = {"unknown": ("owner", (404, 410, 400, 422)), "malformed": ("id", (400, 422))}


def as_stated(
    handle: Callable[[ServedOperation, Call], EmulatedReply], served: ServedOperation, call: Call
) -> EmulatedReply:
    """Answer a call as its operation does, or refuse it as the document states."""
    for case in served.operation.refusals:
        check, codes = check_of(case)
        if check not in call.waived and _asks(served, case, call):
            status = case.first_code or refused_with(served.operation, codes)
            raise RefusedRequest(status, "the request is refused", "invalid_request", check=check, case=case)
    return handle(served, call)


def check_of(case: RefusalCase) -> tuple[str, tuple[int, ...]]:
    """Return the check that refuses a case, with the status codes usual for it."""
    if case.method is not None:
        return "method", (405, 404, 400)
    if case.key != "key":
        return _OF_KEYS.get(case.key, _OF_KEYS["none"])
    return _OF_IDS.get(case.id) or ("body", (400, 422))


def _asks(served: ServedOperation, case: RefusalCase, call: Call) -> bool:
    """Whether a call is the request that a case is about."""
    if call.method != (case.method or served.operation.method):
        return False
    if case.method is not None:
        return _key_of(served, call) == case.key
    unusual = {"unknown": served.contract.unknown_id, "malformed": served.contract.malformed_id}
    is_its_id = unusual[case.id] == call.asked if case.id in unusual else call.asked not in unusual.values()
    task = call.server_state.stores[call.contract].find(call.asked or "", None) if case.id == "finished" else None
    asked = case.changed(served.operation.request_example)
    as_it_is = not case.changes_body or is_body(call, asked, served.operation.file_members)
    is_ended = case.id != "finished" or (task is not None and task.finished)
    return is_its_id and is_ended and as_it_is and _has_its_parameters(case, call) and _key_of(served, call) == case.key


def _has_its_parameters(case: RefusalCase, call: Call) -> bool:
    sent = [(value, call.query.get(name)) for name, value in case.query.items()]
    sent += [(value, call.headers.get(name)) for name, value in case.headers.items()]
    return all(found == (None if value is None else written(value)) for value, found in sent)


def _key_of(served: ServedOperation, call: Call) -> str:
    """Return the key that a call has, or the name of the scheme that it has alone where the document asks for more."""
    schemes, keys = served.schemes(call), call.server_state.keys
    if not schemes:
        parts = [
            scheme for choice in served.operation.choices for scheme in choice if scheme.header.lower() in call.headers
        ]
        return parts[0].name if parts else "key" if not served.operation.choices else "none"
    sent = [(scheme.variable or "", call.credential(scheme.header, scheme.prefix)) for scheme in schemes]
    if any(keys.belongs_to_another(served.contract.provider.other_key_variable, value) for _, value in sent):
        return "another"
    if all(keys.accepts(variable, value) for variable, value in sent):
        return "key"
    return "wrong" if any(value for _, value in sent) else "none"
