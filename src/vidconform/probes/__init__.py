"""Scripted conversations with a provider, and the wire under them."""

from vidconform.probes.addresses import is_loopback
from vidconform.probes.budget import Budget, Cost, OverBudget, Price
from vidconform.probes.classification import ReceivedReply
from vidconform.probes.conversation import RESUMED, Conversation
from vidconform.probes.creations import CreationLog
from vidconform.probes.credentials import WRONG_KEY, credential_of
from vidconform.probes.exchange import EMULATOR_SERVER, Exchange, Headers, Hop, Reply, Request
from vidconform.probes.failures import FailureKind, NotSent, ProbeFailure
from vidconform.probes.redaction import REDACTED, Redactor
from vidconform.probes.refusals import UNKNOWN_TASKS
from vidconform.probes.registry import PROBES, Probe, probes_of
from vidconform.probes.routing import is_plain, reaches
from vidconform.probes.setting import Setting
from vidconform.probes.timeouts import Timeouts
from vidconform.probes.transport import LiveTransport, Transport
from vidconform.probes.wording import Generation, usual_headers

__all__ = [
    "EMULATOR_SERVER",
    "PROBES",
    "REDACTED",
    "RESUMED",
    "UNKNOWN_TASKS",
    "WRONG_KEY",
    "Budget",
    "Conversation",
    "Cost",
    "CreationLog",
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
    "is_plain",
    "probes_of",
    "reaches",
    "usual_headers",
]
