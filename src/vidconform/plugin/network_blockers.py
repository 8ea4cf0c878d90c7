"""What may keep tests off the network: pytest-recording and pytest-socket, whose options hold for our tests as well."""

from __future__ import annotations

import argparse
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
    """Block what a test may not reach: all of a recorded run, whatever a law may do; else as pytest-recording has it.

    Its own fixture is not run for our tests.
    """
    if not needs_network:
        return network.blocking_context()
    mark, option = item.get_closest_marker("block_network"), item.config.option
    if mark is None and not getattr(option, "block_network", False):
        return nullcontext()
    given = mark.kwargs.get("allowed_hosts") if mark is not None else None
    hosts = given or getattr(option, "allowed_hosts", None) or ()
    return network.blocking_context(hosts.split(",") if isinstance(hosts, str) else list(hosts))
