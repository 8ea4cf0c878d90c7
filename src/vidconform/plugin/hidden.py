"""Keeps failures that are told in full elsewhere out of pytest's own section."""

from __future__ import annotations

from typing import Any

import pytest


class Hidden:
    """Hides our failures from pytest's own section for them, and gives them back for its short summary."""

    def hide(self, stats: dict[str, list[Any]]) -> None:
        """Take our failures out."""
        self._stats = stats
        self._ours = {key: [r for r in stats.get(key, []) if hasattr(r, "vidconform")] for key in ("failed", "error")}
        for key, found in self._ours.items():
            self._set(key, [r for r in stats.get(key, []) if r not in found])

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self) -> None:
        """Runs between the two."""
        for key, found in self._ours.items():
            self._set(key, self._stats.get(key, []) + found)

    def _set(self, key: str, reports: list[Any]) -> None:
        self._stats.pop(key, None)
        if reports:
            self._stats[key] = reports
