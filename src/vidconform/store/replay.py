"""The transport of a recorded run: answers from a cassette, and cannot reach the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vidconform.errors import CassetteStale
from vidconform.exchange import Gap, Request
from vidconform.ledger import OverBudget
from vidconform.store.cassettes import Cassette, recorded_origin, request_key
from vidconform.transport import NotSent, ProbeFailure, ReceivedReply, Transport

_ENDS: dict[str, Callable[[Gap], Exception]] = {
    "inconclusive": lambda gap: ProbeFailure(gap.sentence, exchange=gap.exchange),
    "unseen": lambda gap: NotSent(gap.sentence),
    "refused": lambda gap: OverBudget(gap.sentence),
}


class ReplayTransport(Transport):
    """Plays a cassette; equal requests get the recorded replies in order, each once."""

    is_replay = True

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette
        self._left = [(_key(exchange.request), exchange) for exchange in cassette.exchanges]
        self._gaps = list(cassette.gaps)

    def send(self, request: Request) -> ReceivedReply:
        """Return the recorded reply; raises what ended the recorded probe, or CassetteStale."""
        key = request_key(request)
        for index, (recorded, exchange) in enumerate(self._left):
            if recorded == key:
                del self._left[index]
                return ReceivedReply.of(
                    request, exchange.reply, exchange.at, recorded_origin(self._cassette.metadata["origin"])
                )
        raise self._end(request)

    def recorded(self) -> Iterator[Request]:
        """Yield the recorded requests in order; raises what ended the recorded probe, if anything did."""
        yield from (exchange.request for exchange in self._cassette.exchanges)
        if self._gaps:
            raise self._end(Request("", "", ""))

    def _end(self, request: Request) -> Exception:
        """Each gap stands for one request that got no answer, in the order in which they were missed."""
        if not self._gaps:
            return CassetteStale(self._cassette.path, str(request))
        gap = self._gaps.pop(0)
        return _ENDS[gap.kind](gap)


def _key(recorded: Request) -> tuple[str, str, bytes]:
    return recorded.method, recorded.target, recorded.body or b""
