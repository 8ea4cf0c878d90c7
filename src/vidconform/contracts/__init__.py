"""What the vendors promise, read from the data under specs/."""

from vidconform.contracts.blame import Finding, SchemaError, findings
from vidconform.contracts.contract import Contract
from vidconform.contracts.deviations import Deviation, check_twice, own_deviations, read_deviations
from vidconform.contracts.ledger import Level, Requirement
from vidconform.contracts.loading import load_contract, load_contracts
from vidconform.contracts.operations import Answer, Operation, Scheme, usual_headers
from vidconform.contracts.provider import Pace, Provider, find_provider, known_providers, load_provider, provider_names
from vidconform.contracts.routing import is_plain, reaches
from vidconform.contracts.schemas import FINISHED, Field, Schema, schema_errors
from vidconform.contracts.variables import known_secrets

__all__ = [
    "FINISHED",
    "Answer",
    "Contract",
    "Deviation",
    "Field",
    "Finding",
    "Level",
    "Operation",
    "Pace",
    "Provider",
    "Requirement",
    "Schema",
    "SchemaError",
    "Scheme",
    "check_twice",
    "find_provider",
    "findings",
    "is_plain",
    "known_providers",
    "known_secrets",
    "load_contract",
    "load_contracts",
    "load_provider",
    "own_deviations",
    "provider_names",
    "reaches",
    "read_deviations",
    "schema_errors",
    "usual_headers",
]
