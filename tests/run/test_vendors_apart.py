"""Contracts are judged against vendors that were written apart from them, from what their documents say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.apart import told as expected
from tests.support.apart.front import Asked, Said, Wire, served
from tests.support.apart.vendors import KNOWN, apart
from tests.support.live_cases import cases
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.verdicts.verdict import Verdict

HABITS = [(provider, habit) for provider, known in KNOWN.items() for habit in known.habits]
OF_A_BAD_REQUEST = {
    f"{row}-code"
    for row in (
        "create-without-model", "create-without-image-urls", "create-without-video-urls", "create-without-model-params",
        "create-without-orientation", "create-with-text-as-image-urls", "create-with-unknown-quality",
        "callback-without-https", "callback-to-private-address",
    )
}  # fmt: skip
OF_A_KEY = {
    f"{kind}-key-{place}status-code" for kind in ("no", "wrong") for place in ("", "content-", "creation-")
}  # fmt: skip
TIMES = {"submit-time-form", "scheduled-time-form", "end-time-form"}
KEYS_OF_DASHSCOPE = {
    "create-without-key-code", "list-without-key-code", "retrieve-without-key-code",
    "create-with-wrong-key-code: deviates", "retrieve-with-wrong-key-code: deviates",
}  # fmt: skip

# What falls by each fault, and nothing else; a row that is no MUST says how it reads.
BROKEN: dict[str, dict[str, set[str]]] = {
    "openrouter": {
        "created-200": {"create-status-code"},
        "created-without-address": {"polling-url-present"},
        "begins-running": {"creation-starts-waiting"},
        "status-of-openai": {"status-vocabulary"},
        "ends-as-succeeded": {"status-vocabulary"},
        "starts-again": {"terminal-status-is-final"},
        "completed-without-result": {"result-after-completion"},
        "completed-without-generation": {"generation-id-after-completion"},
        "cost-as-text": {"usage-cost-type"},
        "error-object": {"error-type"},
        "unknown-200": {"unknown-job-of-another-shape-status-code", "unknown-task-is-refused"},
        "unknown-400": {"unknown-job-of-another-shape-status-code", "unknown-task-status-code"},
        "code-as-text": {"error-code-type"},
        "code-of-another": {"refusal-repeats-its-status-code"},
        "error-as-text": {"error-envelope-type"},
        "bad-key-403": OF_A_KEY,
        "no-model-202": {"create-without-model-is-refused"},
        "content-json": {"content-has-bytes", "content-is-video", "result-is-playable: deviates"},
        "content-for-all": {
            "content-with-wrong-key-is-refused", "content-without-key-is-refused", "no-key-content-status-code",
            "wrong-key-content-status-code",
        },
        "negative-index": {"content-index"},
        "model-without-member": {"model-creativity-present"},
        "model-list-bare": {"models-data-present"},
        "callback-http": {"plain-callback-url-is-refused"},
        "another-job": {"id-never-changes", "id-same-as-asked", "polling-url-serves-the-task"},
        "address-of-nothing": {"polling-url-serves-the-task"},
        "result-expired": {"content-route", "result-is-playable: deviates"},
    },
    "evolink": {
        "created-202": {"create-status-code"},
        "no-id": {"id-present"},
        "object-of-openai": {"creation-object", "object-vocabulary"},
        "status-of-openai": {"status-vocabulary"},
        "ends-as-succeeded": {"status-vocabulary"},
        "progress-as-text": {"progress-type"},
        "progress-beyond": {"progress-range"},
        "progress-as-fraction": {"progress-type"},
        "id-of-another-shape": {"id-prefix"},
        "malformed-404": {"malformed-id-code"},
        "malformed-without-param": {"malformed-id-names-its-parameter"},
        "unknown-200": {"unknown-id-code", "unknown-task-is-refused"},
        "unknown-500": {"refusals-are-not-server-errors", "unknown-id-code", "unknown-task-is-refused"},
        "foreign-200": {"retrieve-with-another-key-code"},
        "bad-key-403": {
            "create-with-wrong-key-code", "create-without-key-code", "retrieve-with-wrong-key-code",
            "retrieve-without-key-code",
        },
        "bad-key-type": {"unauthorized-type"},
        "code-as-number": {"error-code-type"},
        "envelope-bare": {"error-envelope-present"},
        "completed-without-results": {"result-after-completion"},
        "results-as-objects": {"result-type"},
        "results-early": {"result-only-after-completion"},
        "callback-anywhere": {"callback-without-https-code"},
        "result-gone": {"result-is-playable"},
        "error-on-success": {"task-error-only-after-failure"},
        "failed-code-as-number": {"task-error-code-type"},
        "failed-type-of-another": {"task-error-type-value"},
        "credits-negative": {"credits-reserved-not-negative"},
        "bad-request-422": OF_A_BAD_REQUEST,
        "bad-request-code": OF_A_BAD_REQUEST,
        "orientation-optional": {"create-without-model-params-code"},
        "images-optional": {"create-without-image-urls-code"},
        "another-task": {"id-same-as-asked"},
        "created-in-milliseconds": {"created-unit: deviates"},
    },
    "dashscope": {
        "bare-creation": {"output-present"},
        "no-request-id": {"request-id-present"},
        "status-of-openai": {"status-vocabulary"},
        "ends-as-success": {"status-vocabulary"},
        "goes-back": {"status-moves-forward"},
        "unknown-404": {"retrieve-with-another-key-is-unknown", "unknown-id-is-unknown"},
        "unknown-failed": {"retrieve-with-another-key-is-unknown", "unknown-id-is-unknown"},
        "foreign-200": {"retrieve-with-another-key-is-unknown"},
        "bad-key-400": KEYS_OF_DASHSCOPE,
        "bad-key-envelope": {"error-code-present", "error-message-present"},
        "synchronous": {"create-without-async-header-is-refused"},
        "url-early": {"result-only-after-success"},
        "no-url": {"result-after-success"},
        "url-expired": {"result-is-playable"},
        "url-of-page": {"result-is-playable"},
        "failed-bare": {"task-error-code-present", "task-error-message-present"},
        "code-on-success": {"task-error-not-after-success"},
        "times-with-t": TIMES,
        "times-in-milliseconds": TIMES,
        "count-of-two": {"video-count-value"},
        "usage-early": {"usage-only-after-success"},
        "list-ignores-status": {"list-honours-filter"},
        "list-ignores-page-size": {"list-honours-limit"},
        "list-ignores-page": {"list-honours-cursor"},
        "list-times-as-text": {"listed-times-unit"},
        "list-times-in-seconds": {"listed-times-unit"},
        "list-lacks-new": {"list-contains-the-task"},
        "cancel-200": {"late-cancel-code"},
        "cancel-409": {"late-cancel-code"},
        "cancel-code": {"late-cancel-code"},
        "cancel-ignored": {"cancelled-task-ends", "waiting-task-is-cancelled"},
        "unknown-model-200": {"unknown-model-is-refused"},
        "another-task": {"id-same-as-asked"},
    },
    **expected.BROKEN,
}  # fmt: skip

# What no document forbids, however odd it is, and what of it is only usual.
ALLOWED = {
    ("openrouter", "same-id"),
    ("evolink", "progress-falls"),
    ("evolink", "same-id"),
    ("dashscope", "same-id"),
    ("dashscope", "ends-before-it-begins"),
    ("minimax", "same-id"),
    ("minimax", "foreign-200"),
    ("xai", "same-id"),
    ("xai", "foreign-200"),
    ("xai", "progress-falls"),
    ("xai", "model-created-as-text"),
    ("cometapi", "same-id"),
    ("cometapi", "foreign-200"),
    ("cometapi", "no-model-flat"),
    ("cometapi", "wrong-path-json"),
}
# What hides a task that was given: no row, and a sentence on why the run is incomplete.
HIDING = {("xai", "failed-422"): "failed"}
UNTOLD = {(provider, fault): row for provider, rows in expected.UNTOLD.items() for fault, row in rows.items()}
DEVIATING = {
    "as-in-its-openapi": {
        "generation-id-once-processed: deviates",
        "polling-url-is-absolute: deviates",
        "id-shape: not offered",
    },
    "as-in-its-newer-page": {"models-needs-no-key: deviates", "id-shape: not offered"},
    "of-a-workspace": {"models-route: not offered"},
    "with-fewer-members": {"id-shape: deviates"},
    "as-in-its-error-page": {"created-at-present: deviates", "id-shape: not offered"},
    "with-counted-ids": {"id-shape: not offered"},
}
# What a vendor of few words leaves out, or cannot do: a host without a list of models, a queue that nothing waits in.
UNSEEN = {
    "as-in-its-openapi": {"usage-byok-type"},
    "of-few-words": {
        "billing-rule-vocabulary", "can-cancel-type", "credits-reserved-not-negative", "credits-reserved-type",
        "estimated-time-not-negative", "estimated-time-type", "model-type", "task-info-type", "type-vocabulary",
        "usage-type", "user-group-type", "video-duration-type",
    },
    "of-a-workspace": {
        "cancel-request-id-present", "cancel-request-id-type", "cancel-route", "cancelled-task-ends",
        "late-cancel-code", "list-contains-the-task", "models-accepts-key", "models-data-present", "models-data-type",
        "models-with-wrong-key-is-refused", "waiting-task-is-cancelled",
    },
    "with-fewer-members": {
        "created-at-agrees-with-clock", "created-at-never-changes", "created-at-type", "created-at-unit",
        "duration-type", "modality-vocabulary", "model-type", "ratio-type", "resolution-type",
        "task-type-vocabulary", "update-time-agrees-with-clock", "update-time-not-before-creation",
        "update-time-unit", "updated-at-type", "usage-seconds-add-up", "usage-tokens-add-up", "usage-type",
    },
    "of-a-long-list": {"list-contains-the-task", "usage-seconds-add-up"},
    "with-ids-while-pending": {
        "accepted-only-before-the-end", "cost-present", "cost-type", "model-type", "pending-progress-range",
        "pending-status", "usage-type",
    },
    "with-nothing-while-pending": {"accepted-only-before-the-end", "pending-progress-range", "pending-status"},
    "as-in-its-error-page": {
        "completed-after-created", "created-at-never-changes", "created-at-type", "id-and-task-id-agree",
        "receipt-task-id-type",
    },
}  # fmt: skip


def judged(provider: str, habit: str | None, *faults: str, **options: Any) -> tuple[dict[str, Verdict], Any]:
    """Judge a vendor with a habit of it and some faults; one task of each end is known."""
    with apart(provider, habit, *faults) as vendor:
        known = [f"videos={id}" for id in vendor.ended.values()]
        return run(provider, vendor.url, task_ids=known, **options)[0], vendor


def run(provider: str, address: str, **options: Any) -> tuple[dict[str, Verdict], Sequence[str]]:
    """Judge what answers at an address; return the verdicts on it by row, and why the run is incomplete."""
    chosen = {"poll_interval": 0.001, "poll_timeout": 5, "fuzz": 0, "max_creations": 40, **options}
    session = prepare(RunOptions([provider], live=True, provider_url=address, **chosen), KNOWN[provider].key)
    try:
        found = [session.judge(case) for case in cases(session) if case.subject == "service"]
        return {verdict.requirement.id: verdict for verdict in found}, session.why_incomplete()
    finally:
        session.close()


def told(found: dict[str, Verdict]) -> set[str]:
    """Return the rows that fell; one that is no MUST with how it reads."""
    fallen = {row: verdict.label for row, verdict in found.items() if verdict.label not in ("conforms", "unseen")}
    return {row if label == "fails" else f"{row}: {label}" for row, label in fallen.items()}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("provider", "habit"), HABITS)
def test_what_a_document_leaves_to_its_vendor_raises_no_alarm(provider: str, habit: str) -> None:
    found, _ = judged(provider, habit)
    assert told(found) == DEVIATING.get(habit, set())
    assert {row for row, verdict in found.items() if verdict.label == "unseen"} == UNSEEN.get(habit, set())


@pytest.mark.slow
@pytest.mark.parametrize(("provider", "fault"), [(name, fault) for name, faults in BROKEN.items() for fault in faults])
def test_each_fault_is_told_by_its_own_rows_and_by_nothing_else(provider: str, fault: str) -> None:
    found, _ = judged(provider, None, fault)
    assert told(found) == BROKEN[provider][fault]


@pytest.mark.slow
@pytest.mark.parametrize(("provider", "fault"), sorted(ALLOWED))
def test_what_no_document_speaks_of_raises_no_alarm(provider: str, fault: str) -> None:
    found, _ = judged(provider, None, fault)
    assert told(found) == set()


@pytest.mark.slow
@pytest.mark.parametrize(("provider", "fault"), sorted(UNTOLD))
def test_what_no_run_can_tell_says_why_and_raises_no_alarm(provider: str, fault: str) -> None:
    found, _ = judged(provider, None, fault)
    (contract,) = {verdict.contract.id: verdict.contract for verdict in found.values()}.values()
    assert (told(found), bool(contract.requirements[UNTOLD[provider, fault]].untestable)) == (set(), True)


def test_each_fault_of_a_vendor_is_tried() -> None:
    tried = (
        {(provider, fault) for provider, faults in BROKEN.items() for fault in faults}
        | ALLOWED
        | set(UNTOLD)
        | set(HIDING)
    )
    assert tried == {(provider, fault) for provider, known in KNOWN.items() for fault in known.faults}


@pytest.mark.sampled(7)
@pytest.mark.parametrize("limit", [0, 1])
@pytest.mark.parametrize("provider", KNOWN)
def test_a_vendor_makes_no_more_than_the_limit_allows(provider: str, limit: int) -> None:
    found, vendor = judged(provider, None, max_creations=limit)
    assert vendor.made == limit
    assert {verdict.label for verdict in found.values()} <= {"conforms", "unseen", "refused"}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("limit", [2, 6])
@pytest.mark.parametrize(
    ("provider", "faults"),
    [
        ("minimax", ("no-text-200",)),
        ("xai", ("empty-200", "duration-16", "image-of-two")),
        ("cometapi", ("no-prompt-200", "no-model-200", "seconds-16-200", "unknown-model-200", "frames-200")),
    ],
)
def test_a_vendor_that_takes_what_it_must_refuse_makes_no_more_either(
    provider: str, faults: tuple[str, ...], limit: int
) -> None:
    found, vendor = judged(provider, None, *faults, max_creations=limit, fuzz=25)
    assert 1 < vendor.made <= limit
    assert "fails" in {verdict.label for verdict in found.values()}


@pytest.mark.parametrize(("provider", "fault"), HIDING)
def test_a_known_task_that_is_refused_leaves_a_run_incomplete(provider: str, fault: str) -> None:
    with apart(provider, None, fault) as vendor:
        hidden = vendor.ended[HIDING[provider, fault]]
        found, incomplete = run(provider, vendor.url, task_ids=[f"videos={id}" for id in vendor.ended.values()])
    assert (told(found), [hidden in why for why in incomplete]) == (set(), [True])


@pytest.mark.parametrize("habit", ["as-in-its-schema", "with-nothing-while-pending"])
def test_a_task_that_was_given_and_is_not_shown_leaves_a_run_incomplete(habit: str) -> None:
    with apart("xai", habit) as vendor:
        found, incomplete = run("xai", vendor.url, task_ids=["videos=no-task-of-anybody"])
    why = "the task no-task-of-anybody of --task-id was answered with 404; give one that the key can read"
    assert (told(found), list(incomplete)) == (set(), [f"xai/videos: {why}"])


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("provider", "fallen"),
    [
        ("openrouter", {"create-route", "models-route", "models-needs-no-key: deviates"}),
        ("evolink", {"create-route"}),
        ("dashscope", {"create-route", "list-route", "models-route: not offered"}),
        ("minimax", {"create-route", "list-route"}),
        ("xai", {"create-route", "models-route"}),
        ("cometapi", {"create-route"}),
    ],
)
def test_at_a_wrong_address_each_route_falls_once_and_the_address_is_asked_about(
    provider: str, fallen: set[str]
) -> None:
    with apart(provider) as vendor:
        found, incomplete = run(provider, f"{vendor.url}/elsewhere")
    assert (told(found), vendor.made) == (fallen, 0)
    assert [why for why in incomplete if why.endswith("look whether the address is that of the API")]


class _Page:
    """What answers everything with a page."""

    url, wire = "", Wire()

    def __init__(self) -> None:
        self.asked: list[str] = []

    def say(self, asked: Asked) -> Said:
        return Said(200, "<!doctype html><h1>It works</h1>")


@pytest.mark.parametrize("provider", KNOWN)
def test_a_page_for_people_keeps_no_promise_and_the_address_is_asked_about(provider: str) -> None:
    page = _Page()
    with served(page):
        found, incomplete = run(provider, page.url, max_creations=2)
    assert "conforms" not in {verdict.label for verdict in found.values()}
    assert f"{provider}/videos: not one documented success was seen, only the status code 200, " in "".join(incomplete)
    # What was not refused may be paid for, page or not.
    assert len([asked for asked in page.asked if asked.startswith("POST")]) <= 2


@pytest.mark.parametrize("provider", KNOWN)
def test_where_nobody_answers_there_is_no_verdict(provider: str) -> None:
    with apart(provider) as vendor:
        pass
    found, incomplete = run(provider, vendor.url)
    assert {verdict.label for verdict in found.values()} == {"inconclusive"}
    assert "connection refused" in incomplete[0]
