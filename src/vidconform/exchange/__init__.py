"""Requests, replies and evidence as plain values, without network or files."""

from vidconform.contracts import UndecodableJson, decode_json
from vidconform.exchange.codec import FORMATS, Json, decode, decode_gap, encode, encode_gap
from vidconform.exchange.evidence import (
    Evidence,
    Gap,
    RedactedEvidence,
    answered_task,
    ended_task,
    failed_task,
    own_polling,
    own_result,
    phase_in,
    polling_target,
    succeeded_task,
    task_outcomes,
    value_in,
)
from vidconform.exchange.messages import (
    EMULATOR_SERVER,
    NEAR,
    REDACTED,
    RESUMED,
    UNANSWERED,
    Digest,
    Exchange,
    Hop,
    ProbeKind,
    RedactedExchange,
    Reply,
    timestamp,
)
from vidconform.exchange.own_tasks import own_task_failure
from vidconform.exchange.request_body import decode_body, encode_body
from vidconform.exchange.requests import Headers, Request, header_in, http_date
from vidconform.exchange.sharing import shared_request
from vidconform.exchange.task_lists import listed_ids, listed_models, listed_tasks, listed_value

__all__ = [
    "EMULATOR_SERVER", "FORMATS", "NEAR", "REDACTED", "RESUMED", "UNANSWERED", "Digest", "Evidence", "Exchange", "Gap",
    "Headers", "Hop", "Json", "ProbeKind", "RedactedEvidence", "RedactedExchange", "Reply", "Request",
    "UndecodableJson", "answered_task", "decode", "decode_body", "decode_gap", "decode_json", "encode", "encode_body",
    "encode_gap", "ended_task", "failed_task", "header_in", "http_date", "listed_ids", "listed_models", "listed_tasks",
    "listed_value", "own_polling", "own_result", "own_task_failure", "phase_in", "polling_target",
    "shared_request", "succeeded_task", "task_outcomes", "timestamp", "value_in",
]  # fmt: skip
