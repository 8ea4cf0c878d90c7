"""Laws: pure predicates over evidence, for what a schema cannot say."""

from vidconform.contracts import FINISHED, schema_errors
from vidconform.exchange import listed_ids
from vidconform.laws.gathered_replies import (
    CANCEL_AGAIN,
    DOCUMENT,
    LIFECYCLE_PROBES,
    SECOND_ROUTE,
    TASK_ROLES,
    Gathered,
    came_too_late,
    on_routes_that_exist,
    reply_views,
)
from vidconform.laws.generated_replies import GeneratedReplies, expect_each
from vidconform.laws.law import (
    EACH_REFUSAL,
    Binding,
    BrokenLaw,
    Inconclusive,
    Law,
    Unseen,
    altered,
    binding_of,
    each_altered,
    expect,
    of_request,
    require_observed,
    requires,
    requires_refusals,
    rows_of,
)
from vidconform.laws.listing import Cancellation, Deletion, DocumentedRefusal, Listing, Models
from vidconform.laws.refusal_checks import (
    ACCOUNT_CODES,
    code_at,
    describe_codes,
    describe_codes_of_unknown,
    describe_credential,
    describe_ids,
    describe_permission,
    describe_redirect,
    describe_reply,
    expect_refused,
    expect_served,
    forbids_the_key,
    has_code_of_unknown,
    has_documented_code,
    has_its_code_elsewhere,
    is_answered_at_once,
    refuses_by_a_server_error,
    tells_of_the_task,
)
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subject_builders import SUBJECT_KINDS, SubjectKind, kind_of, subjects_of
from vidconform.laws.subjects import (
    Creation,
    EachCredential,
    Published,
    Refused,
    Subject,
    Task,
    misses_what_was_sent,
)
from vidconform.laws.task_field import TaskField
from vidconform.laws.video_bytes import A_TEXT, why_no_video

__all__ = [
    "ACCOUNT_CODES", "A_TEXT", "CANCEL_AGAIN", "DOCUMENT", "EACH_REFUSAL", "FINISHED", "LIFECYCLE_PROBES",
    "SECOND_ROUTE", "SUBJECT_KINDS", "TASK_ROLES", "Binding", "BrokenLaw", "Cancellation", "Creation",
    "Deletion", "DocumentedRefusal", "EachCredential", "Gathered", "GeneratedReplies", "Inconclusive", "Law",
    "Listing", "Models", "Published", "Refused", "ReplyView", "Subject", "SubjectKind", "Task",
    "TaskField", "Unseen", "altered", "binding_of", "came_too_late", "code_at", "describe_codes",
    "describe_codes_of_unknown", "describe_credential", "describe_ids", "describe_permission", "describe_redirect",
    "describe_reply", "each_altered", "expect", "expect_each", "expect_refused", "expect_served", "forbids_the_key",
    "has_code_of_unknown", "has_documented_code", "has_its_code_elsewhere", "is_answered_at_once", "kind_of",
    "listed_ids", "misses_what_was_sent", "of_request", "on_routes_that_exist", "refuses_by_a_server_error",
    "reply_views", "require_observed", "requires", "requires_refusals", "rows_of", "schema_errors", "subjects_of",
    "tells_of_the_task", "why_no_video",
]  # fmt: skip
