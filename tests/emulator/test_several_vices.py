"""An emulator with several faults at once, as a process and over HTTP."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest

from tests.support.processes import KEYS, environment
from vidconform.emulator.vices import vices_of


def _served(*vices: str) -> dict[str, object]:
    """Return what a task looks like at an emulator with some vices."""
    words = [sys.executable, "-m", "vidconform", "serve", "gptge", *(f"--vice={vice}" for vice in vices)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment(**KEYS)) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline().strip() for _ in range(3)]
            task = lines[2].partition("=")[2].partition("=")[2]
            headers = {"Authorization": f"Bearer {KEYS['GPTGE_API_KEY']}"}
            body: dict[str, object] = httpx.get(f"{lines[0]}/v1/videos/{task}", headers=headers).json()
            return body
        finally:
            process.terminate()


@pytest.mark.slow
def test_each_of_several_vices_shows() -> None:
    names = {vice.name for vice in vices_of("gptge")}
    assert {"progress-as-text", "seconds-as-number"} <= names, names
    both = _served("progress-as-text", "seconds-as-number")
    assert isinstance(both["progress"], str)
    assert not isinstance(both["seconds"], str)
    one = _served("seconds-as-number")
    assert not isinstance(one["progress"], str)
