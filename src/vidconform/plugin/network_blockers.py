"""What may keep tests off the network: pytest-recording and pytest-socket, whose options hold for our tests as well."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

import pytest
from pytest_recording import network

from vidconform.errors import BadOption

# Flag, what allows some addresses in spite of it, and what takes it back: of pytest-recording and pytest-socket.
_BLOCKERS = (("block_network", "allowed_hosts", ""), ("disable_socket", "allow_hosts", "force_enable_socket"))


def check_blockers(option: argparse.Namespace, needs_network: bool) -> None:
    """Raise BadOption for a run that needs a network which another option takes away whole."""
    for flag, allowing, undoing in _BLOCKERS:
        blocks = getattr(option, flag, False) and not getattr(option, undoing, False)
        if needs_network and blocks and not getattr(option, allowing, None):
            expected = f"{_spelled(allowing)}=ADDRESS with it, for a run that talks to a provider"
            raise BadOption(_spelled(flag), None, expected)


def _spelled(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def blocking(item: pytest.Item, needs_network: bool) -> AbstractContextManager[None]:
    """Block what a test may not reach: all of a recorded run, whatever a law may do; else as those plugins have it.

    What a probe sends is sent outside of the hooks and fixtures that they block a test in.
    """
    if not needs_network:
        return network.blocking_context()
    mark, option = item.get_closest_marker("block_network"), item.config.option
    allowed = [mark.kwargs.get("allowed_hosts")] if mark is not None else []
    for flag, allowing, undoing in _BLOCKERS:
        if (getattr(option, flag, False) or _narrows(option, flag)) and not getattr(option, undoing, False):
            allowed.append(getattr(option, allowing, None))
    if mark is None and not allowed:
        return nullcontext()
    return network.blocking_context([host for hosts in allowed for host in _hosts(hosts)])


def _narrows(option: argparse.Namespace, flag: str) -> bool:
    """Whether hosts are allowed without the flag, which alone tells pytest-socket to allow no others."""
    return flag == "disable_socket" and bool(getattr(option, "allow_hosts", None))


def _hosts(given: str | Iterable[str] | None) -> list[str]:
    return given.split(",") if isinstance(given, str) else list(given or ())
