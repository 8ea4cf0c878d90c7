"""What a run needs and does not find installed."""

from __future__ import annotations

from dataclasses import dataclass

from vidconform.errors.error_types import UsageProblem


@dataclass
class MissingExtra(UsageProblem):
    """An option that needs a package which is not installed."""

    code = "VC-104"
    option: str
    package: str
    extra: str

    def _sentence(self) -> str:
        return (
            f"{self.option}: needs the package {self.package}, which is not installed; "
            f"install it with pip install 'vidconform[{self.extra}]'"
        )
