"""Scripted conversations with a provider, and the wire under them."""

from vidconform.probes.addresses import is_loopback
from vidconform.probes.bounds import Bounds
from vidconform.probes.budget import Budget, Cost, OverBudget, Price
from vidconform.probes.causes import TroubleKind, cause_of
from vidconform.probes.conversation import RESUMED, Conversation
from vidconform.probes.creations import CreationLog
from vidconform.probes.credentials import WRONG_KEY, credential_of
from vidconform.probes.exchange import EMULATOR_SERVER, Digest, Exchange, Headers, Hop, Reply, Request
from vidconform.probes.redaction import REDACTED, Redactor
from vidconform.probes.refusals import UNKNOWN_TASKS
from vidconform.probes.registry import PROBES, Probe, probes_of
from vidconform.probes.routing import is_plain, reaches
from vidconform.probes.setting import Setting
from vidconform.probes.transport import LiveTransport, Transport
from vidconform.probes.trouble import Trouble, Withheld
from vidconform.probes.wording import Generation, usual_headers

__all__ = [
    "EMULATOR_SERVER",
    "PROBES",
    "REDACTED",
    "RESUMED",
    "UNKNOWN_TASKS",
    "WRONG_KEY",
    "Bounds",
    "Budget",
    "Conversation",
    "Cost",
    "CreationLog",
    "Digest",
    "Exchange",
    "Generation",
    "Headers",
    "Hop",
    "LiveTransport",
    "OverBudget",
    "Price",
    "Probe",
    "Redactor",
    "Reply",
    "Request",
    "Setting",
    "Transport",
    "Trouble",
    "TroubleKind",
    "Withheld",
    "cause_of",
    "credential_of",
    "is_loopback",
    "is_plain",
    "probes_of",
    "reaches",
    "usual_headers",
]
