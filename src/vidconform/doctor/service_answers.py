"""What an answer tells of the key, the quota and the service itself, whatever was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from vidconform.contracts import Contract, Operation
from vidconform.doctor.diagnosis import CheckResult, problem, unchecked
from vidconform.doctor.exit_codes import ExitCode
from vidconform.exchange import Exchange, Reply
from vidconform.text import excerpt
from vidconform.transport import FailureKind, NotSent, ProbeFailure

Answer = Exchange | ProbeFailure | NotSent

_LONGEST = 160

_EXITS = {
    FailureKind.DNS: ExitCode.DNS,
    FailureKind.TLS: ExitCode.TLS,
    FailureKind.REFUSED: ExitCode.CONNECTION,
    FailureKind.UNREACHABLE: ExitCode.CONNECTION,
    FailureKind.RESET: ExitCode.CONNECTION,
    FailureKind.CLOSED: ExitCode.CONNECTION,
    FailureKind.PROXY: ExitCode.CONNECTION,
    FailureKind.TIMEOUT: ExitCode.TIME_OUT,
    FailureKind.SLOW: ExitCode.TIME_OUT,
    FailureKind.PROTOCOL: ExitCode.NO_API,
    FailureKind.BLOCKED: ExitCode.NO_API,
    FailureKind.ADDRESS: ExitCode.CONFIGURATION,
    FailureKind.QUOTA: ExitCode.QUOTA,
    FailureKind.MODEL: ExitCode.MODEL,
}


@dataclass(frozen=True)
class Asked:
    """One free request for a task with its answer; `is_known` says that the user named the task."""

    contract: Contract
    operation: Operation
    task_id: str | None
    is_known: bool
    answer: Answer


def exchange_of(answer: Answer) -> Exchange | None:
    """Return the exchange, if there was a reply at all."""
    if isinstance(answer, Exchange):
        return answer
    return answer.exchange if isinstance(answer, ProbeFailure) else None


def usable(check: str, contract: Contract, answer: Answer) -> Exchange | CheckResult:
    """Return the exchange where the API itself answered, and for this key, or else what keeps it from that."""
    if isinstance(answer, NotSent):
        return unchecked(check, f"{contract.id}: it needs {answer}.")
    if isinstance(answer, ProbeFailure):
        # A kind that is not listed is a reply: a limit, an outage, maintenance.
        return problem(check, _EXITS.get(answer.kind, ExitCode.SERVICE), f"{contract.id}: {str(answer).rstrip('.')}.")
    return _obstacle(check, contract, answer) or answer


def _obstacle(check: str, contract: Contract, exchange: Exchange) -> CheckResult | None:
    reply, said = exchange.reply, f"{contract.id}: {describe_exchange(exchange)}"
    if reply.elsewhere:
        sentence = f"{exchange.request} is redirected to {reply.elsewhere}, and the key is not sent there"
        return problem(
            check, ExitCode.NO_API, f"{contract.id}: {sentence}; if it is the service's own, use that as base URL."
        )
    if reply.status > 500 or (reply.status == 500 and not reply.is_json):
        return problem(check, ExitCode.SERVICE, f"{said}; the service itself is in trouble, try later.")
    if reply.status == 401 or (reply.status == 403 and not _is_page(reply)):
        if contract.is_sent_without_key(exchange.role):
            return problem(
                check, ExitCode.CONFIGURATION, f"{said}; no key was sent, for openapi.yaml names no security for it."
            )
        variable = contract.provider.key_variable
        return problem(check, ExitCode.KEY, f"{said}; the key in {variable} is refused, or may not do this.")
    if not _speaks_json(reply) or _is_off_the_routes(reply):
        return problem(check, ExitCode.NO_API, f"{said}; that is not the API, so is {exchange.request.base_url} right?")
    return None


def describe_exchange(exchange: Exchange) -> str:
    """Return a request and what it was answered with, short enough for a line."""
    reply = exchange.reply
    text = excerpt(reply.body, _LONGEST)
    return (
        f"{exchange.request} was answered with {reply.told_status} {reply.media_type[:40]}: {text or 'an empty body'}"
    )


def _is_page(reply: Reply) -> bool:
    return "html" in reply.media_type or reply.body.lstrip()[:1] == b"<"


def _speaks_json(reply: Reply) -> bool:
    """Whether a reply is JSON or says so: what is wrong with it then is for a run to judge."""
    return not 300 <= reply.status < 400 and (reply.is_json or ("json" in reply.media_type and not _is_page(reply)))


def _is_off_the_routes(reply: Reply) -> bool:
    """Whether a router says that it does not know the path; whether the key would do was not asked."""
    return reply.status == 405 or (reply.status == 404 and b"invalid url" in reply.body.lower())
