"""Requests, replies and evidence as plain values, without network or files."""

from vidconform.exchange.codec import FORMATS, Json, decode, encode
from vidconform.exchange.evidence import Evidence, Gap, answered_task, finished_task
from vidconform.exchange.messages import (
    EMULATOR_SERVER,
    REDACTED,
    RESUMED,
    Digest,
    Exchange,
    Headers,
    Hop,
    ProbeKind,
    Reply,
    Request,
    timestamp,
)
from vidconform.exchange.strict_json import UndecodableJson, decode_json

__all__ = [
    "EMULATOR_SERVER", "FORMATS", "REDACTED", "RESUMED", "Digest", "Evidence", "Exchange", "Gap",
    "Headers", "Hop", "Json", "ProbeKind", "Reply", "Request", "UndecodableJson", "answered_task", "decode",
    "decode_json", "encode", "finished_task", "timestamp",
]  # fmt: skip
