"""A trial judged again on what is kept of it: as evidence.jsonl, and as recordings that are replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from vidconform.contracts import Contract, Provider, decode_yaml
from vidconform.exchange import RedactedEvidence
from vidconform.run import RunOptions, Session, prepare
from vidconform.store import TAKEN, Cassette, Journal, Kept, cassette_text, kept_evidence
from vidconform.verdicts import Case, Label

RequirementKey = tuple[str, str]
"""A requirement of a contract: `provider/name` and the id."""

Load = Callable[[Provider], list[Contract]]


@dataclass(frozen=True)
class Reread:
    """A requirement that reads otherwise on what is kept of a run than in the run: `form` is how it is kept."""

    form: str
    row: RequirementKey
    live: Label
    again: Label
    why: str

    @property
    def is_taken(self) -> bool:
        """Whether redaction took what is judged, so that nothing can be said of it any more."""
        return self.again is Label.INCONCLUSIVE and self.why == TAKEN

    def __str__(self) -> str:
        told = f"{' '.join(self.row)}: {self.live} in the run, {self.again} judged again on its {self.form}"
        return f"{told}: {self.why}" if self.why else told


def reread(session: Session, cases: Iterable[Case], labels: Mapping[RequirementKey, Label], load: Load,
           *forms: str) -> tuple[Reread, ...]:  # fmt: skip
    """Return what reads otherwise on what some forms keep of a run that was judged; `load` is as for `prepare`."""
    cases = list(cases)
    return tuple(one for form in forms for one in _reread(session, cases, labels, load, form))


def _reread(
    session: Session, cases: list[Case], labels: Mapping[RequirementKey, Label], load: Load, form: str
) -> Iterator[Reread]:
    asked = session.options
    # What is kept is at hand; that it is kept is all that the option says here.
    options = RunOptions(asked.providers, evidence=[Path(form)], fuzz=asked.fuzz)
    with closing(prepare(options, {}, load=load, kept=_FORMS[form](session))) as again:
        for case in cases:
            again.want(case)
        for case in cases:
            row, verdict = (case.contract.id, case.requirement.id), again.judge(case)
            if verdict.label is not labels[row]:
                yield Reread(form, row, labels[row], verdict.label, verdict.received or verdict.expected)


def _as_evidence(session: Session) -> Kept:
    with TemporaryDirectory() as folder:
        with closing(Journal(Path(folder), session.guard)) as journal:
            for contract, evidence, _ in _brought(session):
                journal.keep(contract, evidence)
        return kept_evidence([Path(folder)])


def _as_recordings(session: Session) -> Kept:
    texts = {(one.contract, one.probe): cassette_text(contract, one, url) for contract, one, url in _brought(session)}
    return {key: Cassette(Path(key[1]), decode_yaml(text)) for key, text in texts.items()}


def _brought(session: Session) -> Iterator[tuple[Contract, RedactedEvidence, str]]:
    """Yield what each probe brought, without any secret, with its contract and the address that was asked."""
    for one in session.provider_runs:
        contracts, setting = {contract.id: contract for contract in one.contracts}, one.store.source.setting
        for evidence in one.store.kept.values():
            yield contracts[evidence.contract], setting.redactor.evidence(evidence), setting.base_url


EVIDENCE, RECORDINGS = "evidence", "recordings"
_FORMS: dict[str, Callable[[Session], Kept]] = {EVIDENCE: _as_evidence, RECORDINGS: _as_recordings}
