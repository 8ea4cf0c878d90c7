"""A place where a gateway can send nothing off the machine, and of which nothing stays.

A network namespace has a loopback of its own and no way out; a process namespace ends with its first process.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

from vidconform.errors import BadOption

_UNSHARE = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
# linux/sockios.h and linux/if.h.
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1


def enclosed(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command in namespaces of its own and return its exit code; whatever ends us ends all that it started.

    Raises BadOption where the machine permits none.
    """
    signal.signal(signal.SIGTERM, _end)
    # Should we be killed, the kernel kills it in our place.
    wrapped = ["setpriv", "--pdeathsig", "KILL", *_unshare(), "--", *command]
    process = subprocess.Popen(wrapped, env=dict(environ), stdin=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        return process.wait()
    finally:
        process.kill()
        process.wait()


def raise_loopback() -> None:
    """Bring up the loopback of a new network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(control, _GET_FLAGS, asked))[1]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sH14s", b"lo", flags | _UP, b""))


def _unshare() -> list[str]:
    """Return what makes the namespaces, as root or as a user who is root in there alone; raises BadOption."""
    command = _UNSHARE if os.geteuid() == 0 else [*_UNSHARE, "--map-root-user"]
    try:
        subprocess.run([*command, "--", sys.executable, "-c", ""], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    except FileNotFoundError as error:
        raise BadOption("gateway", None, "Linux, with unshare and setpriv of util-linux") from error
    except subprocess.CalledProcessError as error:
        told = error.stderr.strip()
        raise BadOption("gateway", None, f"a machine that permits a network namespace: {told}") from error
    return command


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
