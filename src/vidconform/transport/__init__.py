"""HTTP: sends one request as often as is wise and says what came of it; knows nothing of contracts."""

from vidconform.transport.addresses import PORTS, is_loopback, is_public, looked_up
from vidconform.transport.classification import Classification, ReceivedReply, classify
from vidconform.transport.deadline import Deadline
from vidconform.transport.environment import check_environment, ssl_context
from vidconform.transport.failures import FailureKind, NotSent, ProbeFailure, one_line
from vidconform.transport.live import LiveTransport, Transport
from vidconform.transport.memory_budget import MemoryBudget
from vidconform.transport.quoting import error_words
from vidconform.transport.run_clock import RunClock, halt_all
from vidconform.transport.timeouts import Timeouts

__all__ = [
    "PORTS", "Classification", "Deadline", "FailureKind", "LiveTransport", "MemoryBudget", "NotSent", "ProbeFailure",
    "ReceivedReply", "RunClock", "Timeouts", "Transport", "check_environment", "classify", "error_words", "halt_all",
    "is_loopback", "is_public", "looked_up", "one_line", "ssl_context",
]  # fmt: skip
