"""Requests, replies and evidence as plain values, without network or files."""

from vidconform.exchange.codec import FORMATS, Json, decode, encode
from vidconform.exchange.evidence import ORIGINS, Evidence, Gap, answered_task, failed_task, finished_task, own_result
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
)
from vidconform.exchange.strict_json import UndecodableJson, decode_json

__all__ = [
    "EMULATOR_SERVER", "FORMATS", "ORIGINS", "REDACTED", "RESUMED", "Digest", "Evidence", "Exchange", "Gap",
    "Headers", "Hop", "Json", "ProbeKind", "Reply", "Request", "UndecodableJson", "answered_task", "decode",
    "decode_json", "encode", "failed_task", "finished_task", "own_result",
]  # fmt: skip
