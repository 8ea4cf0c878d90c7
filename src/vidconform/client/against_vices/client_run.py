"""One run of a client: an emulator of its own, a fresh folder, the client, and what all of that left."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vidconform.client.against_vices.client_environment import filled
from vidconform.client.against_vices.client_process import ClientProcess, Ending
from vidconform.client.against_vices.left_behind import Parts, parts_of
from vidconform.emulator import EmulatorOptions, ReplyContext, running
from vidconform.emulator.vices import Vice


@dataclass(frozen=True)
class ClientRun:
    """How a client ended, what it left, and what it was told: a line for each reply, in no order of theirs."""

    ending: Ending
    parts: Parts
    told: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """All that the runs of a client share: whose emulator, the variables, and the one moment at which all happens."""

    provider: str
    templates: Mapping[str, str]
    environ: Mapping[str, str]
    moment: int

    def run(self, client: ClientProcess, vice: Vice | None = None) -> ClientRun:
        """Run the client against the emulator, faultless or with a vice."""
        replies: list[str] = []
        with (
            tempfile.TemporaryDirectory(prefix="vidconform-client-", ignore_cleanup_errors=True) as above,
            running(self.provider, **self._options(vice, replies)) as emulator,
        ):
            root = Path(above).resolve()
            folder, out, err = root / "folder", root / "stdout", root / "stderr"
            folder.mkdir()
            environ = {**self.environ, **filled(self.templates, emulator)}
            ending = client.run(folder, environ, out, err)
            parts = parts_of(out, folder, emulator.url) if ending.code == 0 else {}
            return ClientRun(ending, parts, tuple(sorted(line.replace(emulator.url, "") for line in replies)))

    def _options(self, vice: Vice | None, replies: list[str]) -> dict[str, Any]:
        # One clock for all runs, which stands still: times are the same from run to run.
        chosen = EmulatorOptions(environ={}, clock=lambda: self.moment)
        chosen = vice.applied(chosen) if vice is not None else chosen

        def change(reply: ReplyContext) -> None:
            if chosen.change is not None:
                _change_any_task(chosen.change, reply)
            replies.append(_as_line(reply))

        return vars(replace(chosen, change=change))


def _change_any_task(change: Callable[[ReplyContext], None], reply: ReplyContext) -> None:
    """Change a reply; what would show on a task that existed from the start alone shows on a created one as well.

    A client follows the task that it has created. The creation is counted as a read of it, and shows its first state.
    """
    before, task = _as_line(reply), reply.task
    change(reply)
    if task is not None and not task.known and task.reads > 1 and before == _as_line(reply):
        reply.task = replace(task, known=True, reads=task.reads - 1, life=task.life[1:] or task.life)
        change(reply)


def _as_line(reply: ReplyContext) -> str:
    body = reply.body
    shown = hashlib.sha256(body).hexdigest() if isinstance(body, bytes) else json.dumps(body, default=str)
    return f"{reply.method} {reply.route} {reply.asked} {reply.status} {sorted(reply.headers.items())} {shown}"
