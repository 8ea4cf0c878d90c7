"""One run: its options, the providers that it asks, the cases that it judges, and why it is incomplete."""

from vidconform.run.bindings import all_laws, describe, law_of, schema_of
from vidconform.run.cases import case_names, is_name, law_cases, schema_cases
from vidconform.run.exposure import check_exposure
from vidconform.run.known_deviations import describe_entries
from vidconform.run.law_catalogue import describe_laws, law_lines
from vidconform.run.new_folder import begin_folder
from vidconform.run.options import RunOptions, base_url, check_providers, key_variables, keys_of, task_ids
from vidconform.run.plan import plan_lines
from vidconform.run.preparation import contracts_named, prepare
from vidconform.run.provider_run import ProviderRun
from vidconform.run.resume import resume_at_end, resume_at_start
from vidconform.run.session import Session
from vidconform.run.throttle import Throttle

__all__ = [
    "ProviderRun", "RunOptions", "Session", "Throttle", "all_laws", "base_url", "begin_folder", "case_names",
    "check_exposure", "check_providers", "contracts_named", "describe", "describe_entries", "describe_laws",
    "is_name", "key_variables", "keys_of", "law_cases", "law_lines", "law_of", "plan_lines", "prepare",
    "resume_at_end", "resume_at_start", "schema_cases", "schema_of", "task_ids",
]  # fmt: skip
