"""Laws: pure predicates over evidence, for what a schema cannot say."""

from vidconform.contracts import FINISHED, schema_errors
from vidconform.laws.assembling import DOCUMENT, KINDS, LIVES, Gathered, Kind, kind_of, subjects_of, task_readings
from vidconform.laws.generated import Generated, expect_each
from vidconform.laws.law import Binding, BrokenLaw, Inconclusive, Law, Unseen, expect, requires, shown
from vidconform.laws.reading import Reading
from vidconform.laws.refusing import (
    ACCOUNT_CODES,
    expect_refused,
    expect_served,
    has_documented_code,
    tells_of_the_task,
    told,
    told_codes,
    told_credential,
)
from vidconform.laws.subjects import Creation, Keyed, Published, Refused, Remixed, Subject, Task
from vidconform.laws.videos import A_TEXT, what_is_no_video

__all__ = [
    "ACCOUNT_CODES",
    "A_TEXT",
    "DOCUMENT",
    "FINISHED",
    "KINDS",
    "LIVES",
    "Binding",
    "BrokenLaw",
    "Creation",
    "Gathered",
    "Generated",
    "Inconclusive",
    "Keyed",
    "Kind",
    "Law",
    "Published",
    "Reading",
    "Refused",
    "Remixed",
    "Subject",
    "Task",
    "Unseen",
    "expect",
    "expect_each",
    "expect_refused",
    "expect_served",
    "has_documented_code",
    "kind_of",
    "requires",
    "schema_errors",
    "shown",
    "subjects_of",
    "task_readings",
    "tells_of_the_task",
    "told",
    "told_codes",
    "told_credential",
    "what_is_no_video",
]
