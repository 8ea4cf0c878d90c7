"""What the vendors promise, read from the data under specs/."""

from vidconform.contracts.body_status import BodyStatus
from vidconform.contracts.bounded_reading import (
    check_regular,
    decode_plain_json,
    lines_within,
    open_bounded,
    read_lines,
    read_text,
)
from vidconform.contracts.contract import Contract
from vidconform.contracts.customary_words import customary_phases
from vidconform.contracts.data_files import format_files, read_toml
from vidconform.contracts.deviations import Deviation, check_twice, own_deviations, read_deviations, refutations
from vidconform.contracts.documented_values import value_of
from vidconform.contracts.error_ownership import NodeFinding, SchemaError, findings, findings_in
from vidconform.contracts.fields import (
    Field,
    MemberPath,
    StatusWord,
    decoded,
    id_text,
    member_pointer,
    overlap,
    pointer_names,
    read_at,
    resolve,
    status_word,
    write_at,
)
from vidconform.contracts.file_format import FileFormat
from vidconform.contracts.foreign_contract import ForeignContract, Part, as_foreign_contract, part_in_words
from vidconform.contracts.grouping import by_key, grouped
from vidconform.contracts.json_values import objects_in, with_leaves
from vidconform.contracts.keywords import CREATING_ROLES, FILTERS, FIRST_PAGES, OPERATION_ROLES, ROLES, TIMES
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.member_pointers import documented_members
from vidconform.contracts.operations import (
    JSON,
    MULTIPART,
    URLENCODED,
    DocumentedReply,
    Operation,
    Scheme,
    usual_headers,
)
from vidconform.contracts.patterns import compiled, fits
from vidconform.contracts.provider import (
    Pace,
    Provider,
    all_providers,
    find_provider,
    is_subject,
    known_providers,
    provider_names,
)
from vidconform.contracts.refusal_cases import RefusalCase, written
from vidconform.contracts.request_options import Option
from vidconform.contracts.requirements import Level, Requirement
from vidconform.contracts.routing import is_plain, reaches
from vidconform.contracts.schema_lint import lint
from vidconform.contracts.schema_places import holds_json, in_place, json_type, node_at, types_in, values_at
from vidconform.contracts.schemas import FINISHED, PHASES, Schema, schema_errors
from vidconform.contracts.secret_variables import SecretVariables, known_secrets, names_a_secret, proxy_passwords
from vidconform.contracts.strict_json import UndecodableJson, decode_json
from vidconform.contracts.sums import sum_of
from vidconform.contracts.yaml_values import decode_yaml

__all__ = [
    "CREATING_ROLES", "FILTERS", "FINISHED", "FIRST_PAGES", "JSON", "MULTIPART", "OPERATION_ROLES", "PHASES", "ROLES",
    "TIMES", "URLENCODED", "BodyStatus", "Contract", "Deviation", "DocumentedReply", "Field", "FileFormat",
    "ForeignContract", "Level", "MemberPath", "NodeFinding", "Operation", "Option", "Pace", "Part", "Provider",
    "RefusalCase", "Requirement", "Schema", "SchemaError", "Scheme", "SecretVariables", "StatusWord", "UndecodableJson",
    "all_providers", "as_foreign_contract", "by_key", "check_regular", "check_twice", "compiled", "customary_phases",
    "decode_json", "decode_plain_json", "decode_yaml", "decoded", "documented_members", "find_provider", "findings",
    "findings_in", "fits", "format_files", "grouped", "holds_json", "id_text", "in_place", "is_plain", "is_subject",
    "json_type", "known_providers", "known_secrets", "lines_within", "lint", "load_contracts", "member_pointer",
    "names_a_secret", "node_at", "objects_in", "open_bounded", "overlap", "own_deviations", "part_in_words",
    "pointer_names", "provider_names", "proxy_passwords", "reaches", "read_at", "read_deviations", "read_lines",
    "read_text", "read_toml", "refutations", "resolve", "schema_errors", "status_word", "sum_of", "types_in",
    "usual_headers", "value_of", "values_at", "with_leaves", "write_at", "written",
]  # fmt: skip
