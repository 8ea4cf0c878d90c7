"""One reply as a law sees it: fields by role, only where they are well-formed."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import cached_property
from typing import Any

from vidconform.contracts import Contract, Field, NodeFinding, Operation, Schema, StatusWord, findings_in, overlap
from vidconform.exchange import Evidence, Exchange, Hop, Reply, decode_body, header_in, http_date
from vidconform.laws.field_units import BY_ROLE, BY_UNIT, as_it_stands
from vidconform.laws.once_per_reply import once_per_reply

# A word outside the vocabulary or a number outside a hedged range is still a word, a number; another type is not.
_TYPE_KEYWORDS = ("type",)


class ReplyView:
    """One exchange of a probe with its contract; `index` is its place in the evidence."""

    def __init__(self, contract: Contract, evidence: Evidence, index: int, exchange: Exchange) -> None:
        self.contract = contract
        self.evidence = evidence
        self.index = index
        self.exchange = exchange
        self.reply = exchange.reply
        self.observed = False
        request = exchange.request
        self.memo = self.reply.memo[contract, exchange.role, request.method, request.target]

    def observe(self) -> None:
        """Count this reply as looked at."""
        self.observed = True

    @property
    def asked(self) -> str | None:
        """The task id that was asked for."""
        return self.exchange.task_id

    @property
    def route(self) -> str:
        """The method and the documented path that were asked."""
        operation, request = self.contract.operation(self.exchange.role), self.exchange.request
        return f"{request.method} {operation.path if operation is not None else request.target.partition('?')[0]}"

    @property
    def body(self) -> Any:
        """The decoded body of the reply; an UndecodableJson where it is none."""
        return self.reply.json

    @cached_property
    def sent(self) -> dict[str, Any]:
        """The members of the request body."""
        request = self.exchange.request
        return decode_body(header_in(request.headers, "content-type"), request.body) if request.body else {}

    def sent_value(self, role: str) -> Any:
        """Return what the request body said for a role, or None."""
        operation = self.contract.operation(self.exchange.role)
        schema = self.contract.body_of(operation) if operation is not None else None
        return schema.fields[role].read(self.sent) if schema is not None and role in schema.fields else None

    @property
    @once_per_reply
    def shows_something(self) -> bool:
        """Whether a success holds any documented member of a task, or what may be a video; an empty object does not."""
        # Of a coding that nobody reads the headers are judged alone.
        if not self.reply.is_success or self.reply.unread_coding:
            return True
        if self._own_schema is None and self.exchange.role in ("content", "result"):
            return not self.reply.is_json
        is_deed = self.exchange.role in ("delete", "cancel") and (not self.reply.body or isinstance(self.body, dict))
        is_told_by_code = is_deed and (self._own_schema is None or self._own_schema.validator.is_valid({}))
        if is_told_by_code or (self.reply.cut and "json" in self.reply.media_type):
            return True
        schemas = [schema for schema in (self.contract.task, self._own_schema) if schema is not None]
        return isinstance(self.body, dict) and any(name in s.members for name in self.body for s in schemas)

    @property
    @once_per_reply
    def documented_schema(self) -> str | None:
        """The schema file that the document gives for the body of a reply with this status code, or None."""
        operation = self.contract.operation(self.exchange.role)
        if operation is None or not self._asks(operation):
            return None
        answer = operation.answer_to(self.reply.status)
        return answer.schema_of(self.reply.media_type) if answer is not None else None

    @property
    def may_be_empty(self) -> bool:
        """Whether the document asks for nothing in the body: neither for an object nor for a member of one."""
        own = self._own_schema
        return own is not None and all(map(own.validator.is_valid, (None, {})))

    def _found(self, role: str) -> Field | None:
        """Return where a role stands in this reply: its own schema may have another place for it than the task's."""
        own = self._own_schema
        found = (own.fields.get(role) if own is not None else None) or self.contract.field(role)
        return found and found.at(self.body)

    def _asks(self, operation: Operation) -> bool:
        """Whether the request is one of an operation: another method, or a path without its id, is another's."""
        request = self.exchange.request
        is_its_path = operation.id_in != "path" or bool(operation.asked(request.target))
        return is_its_path and request.method in operation.methods

    @property
    @once_per_reply
    def _own_schema(self) -> Schema | None:
        return self.contract.schemas.get(self.documented_schema or "")

    @property
    def is_task(self) -> bool:
        """Whether the reply succeeded and holds one JSON object."""
        return self.reply.is_success and isinstance(self.body, dict)

    @property
    def tells_a_task(self) -> bool:
        """Whether the reply succeeded and names the id or the status of a task."""
        return self.is_task and any(self.raw(role) is not None for role in ("id", "status"))

    def pointer(self, role: str) -> str:
        """Return the JSON Pointer (RFC 6901) of a role, or of the whole body."""
        return place.pointer if (place := self._found(role)) is not None else ""

    def has(self, *roles: str) -> bool:
        """Whether each of these fields is present, not null and well-formed."""
        return self.is_task and all(self._well_formed(role) for role in roles)

    @once_per_reply
    def value(self, role: str) -> Any:
        """Return a well-formed field: times in seconds, progress in percent, everything else as it stands."""
        place = self._place(role)
        raw = place.read(self.body)
        return BY_UNIT[place.unit](raw) if place.unit is not None else BY_ROLE.get(role, as_it_stands)(raw)

    def is_odd(self, role: str) -> bool:
        """Whether the schema finds something wrong with this field, or with what it stands in."""
        return any(overlap(pointer, self.pointer(role)) for pointer in self._broken_places)

    def tells(self, role: str) -> bool:
        """Whether this field stands in the reply, perhaps as null, and nothing is wrong with it."""
        place = self._found(role)
        owner = Field(place.path[:-1], None).read(self.body) if place is not None else None
        stands = place is not None and isinstance(owner, dict) and place.path[-1] in owner
        return self.is_task and stands and (self.raw(role) is None or self._well_formed(role))

    @property
    def replied_at(self) -> float | None:
        """The Date of the reply in seconds since 1970, by the clock of who answered, or None."""
        return http_date(self.reply.header("date"))

    @once_per_reply
    def raw(self, role: str) -> Any:
        """Return a field as it stands on the wire, or None."""
        place = self._found(role)
        return place.read(self.body) if place is not None else None

    @property
    def status(self) -> StatusWord:
        """The status word, as the document spells it; use only where has("status")."""
        return self.vocabulary.spelled(self.value("status"))

    @property
    def vocabulary(self) -> Schema:
        """The schema whose status words count in this reply: its own where it has any, or the task's."""
        own = self._own_schema
        return own if own is not None and own.has_own_words else self.contract.task

    @property
    @once_per_reply
    def phase(self) -> str | None:
        """What the status word means: waiting, running, succeeded, failed, cancelled, unknown, or None."""
        return self.contract.phase_of(self.raw("status"), self.body, self._own_schema)

    @once_per_reply
    def findings(self, schema: Schema) -> list[NodeFinding]:
        """Return the walk of the body through a schema."""
        return findings_in(schema, self.reply.body)

    @property
    @once_per_reply
    def _broken_places(self) -> list[str]:
        return [
            error.pointer
            for finding in self.findings(self._own_schema or self.contract.task)
            for error in finding.errors
            if error.keyword != "required" and (not finding.hedged or error.keyword in _TYPE_KEYWORDS)
        ]

    @once_per_reply
    def _well_formed(self, role: str) -> bool:
        place = self._found(role)
        if place is None or place.read(self.body) is None:
            return False
        return not self.is_odd(role) and self.value(role) is not None

    def _place(self, role: str) -> Field:
        place = self._found(role)
        assert place is not None, f"{self.contract.id} has no field for {role}"
        return place

    def altered(self, *, code: int | None = None, body: Any = None, headers: dict[str, str] | None = None,
                redirected: int | None = None, **roles: Any) -> ReplyView:  # fmt: skip
        """Return a copy with another status code, body, headers or roles; `redirected` is that of a redirect before."""
        reply = self.reply if body is None and not roles else replace(self.reply, body=self._rewritten(body, roles))
        pairs = {**{k.lower(): v for k, v in reply.headers}, **(headers or {})}
        request, sent = self.exchange.request, None if code else reply.status_line
        hops = () if redirected is None else (Hop(request.method, request.url, redirected, ()),)
        reply = Reply(code or reply.status, tuple(pairs.items()), reply.body, reply.cut, hops=hops, status_line=sent)
        return type(self)(self.contract, self.evidence, self.index, replace(self.exchange, reply=reply))

    def _rewritten(self, body: Any, roles: dict[str, Any]) -> bytes:
        changed = copy.deepcopy(self.body) if body is None else body
        for role, value in roles.items():
            self._place(role.replace("_", "-")).write(changed, value)
        return changed if isinstance(changed, bytes) else json.dumps(changed).encode()
