"""Names for files and anchors, made once for a whole report so that links agree."""

from __future__ import annotations

from vidconform.report.report_model import ReportModel
from vidconform.text import slug


class FileNames:
    """Files and anchors of contracts, requirements and exchanges, made of plain letters alone."""

    def __init__(self, merged: ReportModel) -> None:
        taken = {"index", "trend", "findings", "documents", "clients"}
        self.columns = {contract: slug(contract, taken) for contract in merged.columns}
        providers: set[str] = set()
        served = dict.fromkeys(column.served.name for column in merged.columns.values())
        self._providers = {name: slug(name, providers) for name in served}
        rows: set[str] = set()
        self.rows = {line: slug(line, rows) for line in dict.fromkeys(line.requirement for line in merged.lines)}
        self._exchanges: dict[tuple[str, int, str, int], str] = {}
        self._taken: set[str] = set()

    def provider(self, name: str) -> str:
        """The file name of a provider, without its ending."""
        return self._providers[name]

    def cell(self, contract: str, requirement: str) -> str:
        """The anchor of a cell's panel."""
        return f"{self.columns[contract]}.{self.rows[requirement]}"

    def page(self, contract: str) -> str:
        """The file of a contract's page."""
        return f"{self.columns[contract]}.html"

    def exchange(self, contract: str, run: int, probe: str, index: int) -> str:
        """The anchor of an exchange's panel."""
        key = (contract, run, probe, index)
        if key not in self._exchanges:
            self._exchanges[key] = slug(f"x-{self.columns[contract]}-{run}-{probe}-{index}", self._taken)
        return self._exchanges[key]
