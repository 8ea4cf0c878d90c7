"""What facts are made with: a contract, the verdicts on its rows, and the replies that were seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vidconform.client.facts.stated_rows import StatedRows
from vidconform.contracts import Contract
from vidconform.exchange import Evidence
from vidconform.laws import ReplyView

Json = dict[str, Any]

NOT_DOCUMENTED = "not documented"


@dataclass(frozen=True)
class FactBook:
    """One contract; `verdicts` are by row, as lines of results.jsonl have them, `evidence` by whatever brought it."""

    contract: Contract
    verdicts: Mapping[str, Sequence[Json]]
    evidence: Sequence[Evidence]

    @cached_property
    def rows(self) -> StatedRows:
        """The rows that state a fact."""
        return StatedRows(self.contract)

    @cached_property
    def views(self) -> list[ReplyView]:
        """The replies that came; an example of the document is none, and generated requests are none of a client's."""
        kept = [one for one in self.evidence if one.kind not in ("document", "generated")]
        return [ReplyView(self.contract, one, index, exchange) for one in kept for index, exchange in one]

    def fact(self, value: Any, place: str, rows: Iterable[str] = (), evidence: Json | None = None) -> Json:
        """Return one fact as it is printed; a value of None is what the document does not say."""
        return {
            "value": value,
            "reason": NOT_DOCUMENTED if value is None else None,
            "place": f"{self.contract.name}/{place}" if value is not None else None,
            "requirements": list(dict.fromkeys(rows)),
            "evidence": evidence,
        }

    def statement(self, id: str) -> Json:
        """Return the document's word behind a fact, with the verdicts on it."""
        row = self.contract.requirements[id]
        told = {"level": row.level.value, "statement": row.statement, "source": row.place}
        refuted = {"refuted": dict(row.refuted)} if row.refuted else {}
        kept = ("subject", "outcome", "reading", "expected", "received")
        verdicts = [{name: line[name] for name in kept} for line in self.verdicts.get(id, ())]
        return {**told, **refuted, "verdicts": verdicts}
