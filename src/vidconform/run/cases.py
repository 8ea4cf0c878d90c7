"""The cases that a test function of suites/ stands for: one item a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vidconform.contracts import Contract, Schema
from vidconform.laws import Law, kind_of, rows_of
from vidconform.run.bindings import all_laws, schema_of
from vidconform.run.needs import check_law
from vidconform.run.session import Session
from vidconform.verdicts import Case, Outcome


def all_cases(session: Session) -> Iterator[Case]:
    """Yield every case of a run, those of schemas before those of laws."""
    yield from schema_cases(session)
    for law in all_laws():
        yield from law_cases(session, law)


def cases_of(session: Session, contract: Contract, requirement: str) -> Iterator[Case]:
    """Yield the cases of one requirement: on the service, and on the document where an example shows it."""
    schema = schema_of(contract, requirement)
    if schema is not None:
        yield from _cases(session, contract, requirement, schema, True)
    for law in all_laws():
        if requirement in rows_of(law, contract):
            yield from _cases(session, contract, requirement, law, kind_of(law).of_document)


def law_cases(session: Session, law: Law) -> Iterator[Case]:
    """Yield a case for each contract whose ledger has a requirement of the law; none where nothing is generated.

    Raises DataFileProblem for a law that looks at what nobody knows.
    """
    check_law(law)
    kind = kind_of(law)
    if kind.is_generated and not session.options.fuzz:
        return
    for contract in session.contracts:
        for requirement in rows_of(law, contract):
            yield from _cases(session, contract, requirement, law, kind.of_document)


def schema_cases(session: Session) -> Iterator[Case]:
    """Yield a case for each requirement that stands in a schema of a contract, once though it stands in several."""
    for contract in session.contracts:
        schemas = {row: schema for schema in reversed(contract.schemas.values()) for row in schema.bound}
        for schema in contract.schemas.values():
            for requirement in schema.bound:
                if schemas[requirement] is schema:
                    yield from _cases(session, contract, requirement, schema, True)


def _cases(
    session: Session, contract: Contract, requirement: str, check: Schema | Law, of_document: bool
) -> Iterator[Case]:
    row = contract.requirements[requirement]
    if row.subject != "document":
        yield Case(contract, row, "service", check)
    # A document is judged where its publisher is: who else is held to it did not write it.
    if of_document and row.subject != "service" and contract.held_to is None:
        case = Case(contract, row, "document", check)
        # What no example of the document shows is no test.
        if session.judge(case).outcome is not Outcome.UNSEEN:
            yield case


def case_names(cases: Iterable[Case]) -> list[str]:
    """Return the test ids of some cases: contract and requirement."""
    return [f"{c.contract.id}-{c.requirement.id}{'-document' if c.subject == 'document' else ''}" for c in cases]


def is_name(test: str, contracts: Iterable[Contract]) -> bool:
    """Whether a test by its whole name, file first, is one of `case_names`, of a case of one of some contracts."""
    # A path would not do, it depends on the folder that the run starts in.
    parameters = test.partition("::")[2].partition("[")[2]
    # Other plugins put parameters of theirs before and behind.
    return any(f"-{contract.id}-" in f"-{parameters}" for contract in contracts)
