"""Reads a task again while the document allows an existing one to be refused (`x-lag`), within bounds."""

from __future__ import annotations

import time

from vidconform.contracts import Operation
from vidconform.exchange import Exchange
from vidconform.probes.probe_context import ProbeContext

_MOST_TRIES = 10


def ask_within_lag(context: ProbeContext, step: str, operation: Operation, task_id: str) -> Exchange:
    """Ask until the answer is none that the lag of the operation allows; those before it are no evidence.

    Raises NotSent, ProbeFailure.
    """
    lag, started = operation.lag, time.monotonic()
    while True:
        exchange = context.ask(step, operation, task_id)
        if lag is None or not lag.covers(exchange.reply.status) or context.transport.is_replay:
            return exchange
        longest = min(lag.seconds, context.setting.pace.poll_timeout)
        left = started + longest - time.monotonic()
        if left <= 0:
            return exchange
        context.exchanges.pop()
        context.wait(min(left, max(context.setting.pace.poll_interval, longest / _MOST_TRIES)))
