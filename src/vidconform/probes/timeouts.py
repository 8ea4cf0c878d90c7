"""How long and how large one exchange may become."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Timeouts:
    """How long and how large one exchange may become: seconds to connect and to answer, and bytes."""

    connect: float = 10.0
    read: float = 30.0
    exchange: float = 30.0
    # No documented reply but a video is longer, and of a video the beginning is enough.
    max_body: int = 1024 * 1024

    @classmethod
    def of(cls, seconds: float | None) -> Timeouts:
        """Return the bounds for a time-out that the user chose, or the usual ones."""
        return cls() if seconds is None else cls(min(cls.connect, seconds), seconds, seconds)

    def doubled(self) -> Timeouts:
        """Return bounds with twice the seconds for the answer."""
        return replace(self, read=self.read * 2, exchange=self.exchange * 2)

    def at_most(self, seconds: float) -> Timeouts:
        """Return bounds none of which is longer than some seconds."""
        connect, read, exchange = (min(bound, seconds) for bound in (self.connect, self.read, self.exchange))
        return replace(self, connect=connect, read=read, exchange=exchange)
