"""One run: its options, the providers that it asks, the cases that it judges, and why it is incomplete."""

from vidconform.run.base_urls import base_url, check_providers
from vidconform.run.bindings import all_laws, describe, load_checked, schema_of
from vidconform.run.cases import all_cases, case_names, is_name, law_cases, schema_cases
from vidconform.run.creation_notices import notices_at_end, notices_at_start
from vidconform.run.explained_requirement import requirement_lines
from vidconform.run.exposure import check_way
from vidconform.run.extras import check_extra
from vidconform.run.foreign_judging import foreign_verdicts
from vidconform.run.judging_code import judging_sha256
from vidconform.run.known_deviations import describe_entries
from vidconform.run.law_catalogue import describe_laws, law_lines
from vidconform.run.needs import probes_for
from vidconform.run.new_folder import begin_folder
from vidconform.run.options import CLIENT_LEDGER, RunOptions, key_variables, keys_of, task_ids
from vidconform.run.plan import plan_lines
from vidconform.run.preparation import contracts_named, prepare
from vidconform.run.processes import kept_from_processes, process_pool
from vidconform.run.provider_progress import ProviderProgress, ShowProgress
from vidconform.run.provider_run import ProviderRun
from vidconform.run.remedies import describe_remedies
from vidconform.run.session import Session
from vidconform.run.throttle import Throttle

__all__ = [
    "CLIENT_LEDGER", "ProviderProgress", "ProviderRun", "RunOptions", "Session", "ShowProgress", "Throttle",
    "all_cases", "all_laws", "base_url", "begin_folder", "case_names", "check_extra", "check_providers",
    "check_way", "contracts_named", "describe", "describe_entries", "describe_laws", "describe_remedies",
    "foreign_verdicts", "is_name", "judging_sha256", "kept_from_processes", "key_variables", "keys_of", "law_cases",
    "law_lines", "load_checked", "notices_at_end", "notices_at_start", "plan_lines", "prepare", "probes_for",
    "process_pool", "requirement_lines", "schema_cases", "schema_of", "task_ids",
]  # fmt: skip
