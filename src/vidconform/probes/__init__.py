"""Scripted conversations with a provider, and the wire under them."""

from vidconform.probes.addresses import is_loopback
from vidconform.probes.budget import Budget, Cost, OverBudget, Price
from vidconform.probes.classification import ReceivedReply
from vidconform.probes.conversation import Conversation
from vidconform.probes.creations import CreationLog
from vidconform.probes.credentials import WRONG_KEY, credential_of
from vidconform.probes.engines import ENGINE
from vidconform.probes.exchange import (
    EMULATOR_SERVER,
    REDACTED,
    RESUMED,
    Digest,
    Exchange,
    Headers,
    Hop,
    Reply,
    Request,
)
from vidconform.probes.failures import FailureKind, NotSent, ProbeFailure
from vidconform.probes.generated import MOST_OF_ALL, MOST_OF_ONE, most_of_each
from vidconform.probes.redaction import Redactor
from vidconform.probes.registry import PROBES, Probe, probes_of
from vidconform.probes.setting import Setting
from vidconform.probes.timeouts import Timeouts
from vidconform.probes.transport import LiveTransport, Transport
from vidconform.probes.wording import EXPLORING, Generation

__all__ = [
    "EMULATOR_SERVER",
    "ENGINE",
    "EXPLORING",
    "MOST_OF_ALL",
    "MOST_OF_ONE",
    "PROBES",
    "REDACTED",
    "RESUMED",
    "WRONG_KEY",
    "Budget",
    "Conversation",
    "Cost",
    "CreationLog",
    "Digest",
    "Exchange",
    "FailureKind",
    "Generation",
    "Headers",
    "Hop",
    "LiveTransport",
    "NotSent",
    "OverBudget",
    "Price",
    "Probe",
    "ProbeFailure",
    "ReceivedReply",
    "Redactor",
    "Reply",
    "Request",
    "Setting",
    "Timeouts",
    "Transport",
    "credential_of",
    "is_loopback",
    "most_of_each",
    "probes_of",
]
