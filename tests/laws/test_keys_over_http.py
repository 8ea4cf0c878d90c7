"""Whose fault a refusal is, over HTTP: the key's, the route's, the account's or the task's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import pytest

from tests.support.keyed_vendor import KeyedVendor, Said, VendorCall, refusal, task, vendor
from tests.support.live_cases import cases
from tests.support.processes import KEYS
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.verdicts.verdict import Verdict

OWN = KEYS["OCTOPUSX_API_KEY"]
Verdicts = Mapping[str, Verdict]


def judged(
    made: KeyedVendor, provider: str = "octopusx", keys: dict[str, str] = KEYS, **options: Any
) -> tuple[Verdicts, Sequence[str]]:
    """Return the verdicts of a whole run on contract `videos` by requirement, and why the run is incomplete."""
    chosen = {"poll_interval": 0, "poll_timeout": 5, "fuzz": 0, "max_creations": 4, **options}
    given = chosen.pop("task_ids", ["videos=video_1a2b3c4d5e"])
    session = prepare(RunOptions([provider], live=True, provider_url=made.url, task_ids=given, **chosen), keys)
    try:
        wanted = [c for c in cases(session) if c.subject == "service" and c.contract.name == "videos"]
        return {case.requirement.id: session.judge(case) for case in wanted}, session.why_incomplete()
    finally:
        session.close()


def of(role: str, said: Said) -> Callable[[VendorCall], Said | None]:
    """Return what answers the right key with one thing on one route."""
    return lambda asked: said if asked.role == role and asked.key == OWN else None


def word(found: Verdicts, name: str) -> str:
    return found[name].label.value


BLOCKED = refusal(403, "request blocked by the content filter", "blocked")
RESTRICTED = refusal(403, "this key has no permission for this route", "insufficient_scope")


def test_a_content_that_is_blocked_for_a_key_that_works_is_the_content_s_fault() -> None:
    with vendor(of("content", BLOCKED)) as made:
        found, _ = judged(made)
    assert word(found, "content-route") == "fails"
    assert word(found, "content-accepts-key") == "unseen"
    assert "request blocked" in found["content-accepts-key"].expected
    assert {word(found, f"{role}-accepts-key") for role in ("create", "retrieve", "remix")} == {"conforms"}


@pytest.mark.parametrize("role", ["content", "remix"])
def test_a_key_that_lacks_a_permission_leaves_its_route_open(role: str) -> None:
    with vendor(of(role, RESTRICTED)) as made:
        found, _ = judged(made)
    assert {word(found, f"{role}-accepts-key"), word(found, f"{role}-route")} == {"inconclusive"}
    assert "may lack the permission" in found[f"{role}-accepts-key"].received
    assert "the credential itself" not in found[f"{role}-accepts-key"].received


def test_a_key_that_is_refused_on_one_route_alone_is_the_service_s_fault() -> None:
    with vendor(of("content", refusal(401, "the key is not valid"))) as made:
        found, _ = judged(made)
    assert word(found, "content-accepts-key") == "fails"


def test_the_run_s_own_creation_shows_that_the_key_works() -> None:
    def bend(asked: VendorCall) -> Said | None:
        right = asked.key == OWN and asked.role in ("retrieve", "content")
        return refusal(401, "the key is not valid") if right else None

    with vendor(bend) as made:
        found, _ = judged(made, task_ids=[])
    assert word(found, "create-accepts-key") == "conforms"
    assert word(found, "retrieve-accepts-key") == "fails"


def test_an_unknown_task_that_is_forbidden_says_nothing_against_the_key() -> None:
    with vendor(lambda a: RESTRICTED if a.id.startswith("video_0") and a.key == OWN else None) as made:
        found, _ = judged(made)
    assert {word(found, f"{role}-accepts-key") for role in ("create", "retrieve", "remix", "content")} == {"conforms"}
    assert word(found, "unknown-task-is-refused") == "conforms"


def test_a_key_that_opens_nothing_is_nobody_s_fault() -> None:
    with vendor(lambda asked: refusal(403, "forbidden")) as made:
        found, _ = judged(made)
    assert {name for name, verdict in found.items() if verdict.label.value in ("fails", "deviates")} == set()
    assert "the credential itself" in found["retrieve-accepts-key"].received


def test_a_wrong_key_that_is_answered_with_400_is_refused() -> None:
    with vendor(lambda asked: None if asked.key == OWN else refusal(400, "No connected db.")) as made:
        found, _ = judged(made)
    refused = {name for name in found if name.endswith(("-with-wrong-key-is-refused", "-without-key-is-refused"))}
    assert {word(found, name) for name in refused} == {"conforms"}
    assert len(refused) > 6


OPEAI_KEYS = {**KEYS, "OPEAI_OTHER_API_KEY": "sk-another-account-0001"}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("wrong", "other", "end"),
    [(400, 400, "inconclusive"), (401, 400, "conforms"), (401, 401, "inconclusive"), (403, 403, "inconclusive"),
     (401, 404, "conforms"), (404, 404, "conforms")],
)  # fmt: skip
def test_another_account_s_key_that_is_refused_as_a_wrong_one_shows_nothing(wrong: int, other: int, end: str) -> None:
    def bend(asked: VendorCall) -> Said | None:
        if asked.key in (KEYS["OPEAI_API_KEY"], KEYS["OPEAI_TOKEN"], KEYS["OPEAI_ADMIN_TOKEN"]):
            return made.serve(asked)
        # Gateways tell which request they speak of.
        told = f"no (request id: 20261130{next(numbers)}Vq)"
        return refusal(other if asked.key == OPEAI_KEYS["OPEAI_OTHER_API_KEY"] else wrong, told)

    numbers = count(100_000)
    with vendor(bend) as made:
        found, _ = judged(made, "opeai", OPEAI_KEYS)
    assert word(found, "retrieve-with-another-key-is-refused") == end


# --- the account


QUOTAS = {
    "401 with a code": refusal(401, "no", "insufficient_user_quota"),
    "401 in Chinese": refusal(401, "该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = 0"),
    "401 in English": refusal(401, "The quota of this token is exhausted"),
    "402": refusal(402, "payment required"),
    "403 in Chinese": refusal(403, "用户余额不足"),
    "403 in English": refusal(403, "Insufficient balance, please top up"),
    "403 with a code": refusal(403, "Access denied, see that your account is in good standing", "Arrearage"),
    "403 in points": (403, {"code": 403, "msg": "积分不足", "data": None}),
    "401 as advice": (401, {"detail": "please top up this account"}),
    "429 with a code": refusal(429, "slow down", "insufficient_quota"),
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("said", QUOTAS.values(), ids=QUOTAS)
def test_a_quota_that_is_used_up_in_the_middle_of_a_run_is_no_fault(said: Said) -> None:
    def bend(asked: VendorCall) -> Said | None:
        return said if asked.key == OWN and asked.role in ("content", "remix") else None

    with vendor(bend) as made:
        found, gaps = judged(made)
    assert {name for name, verdict in found.items() if verdict.label.value in ("fails", "deviates")} == set()
    assert {word(found, f"{role}-accepts-key") for role in ("content", "remix")} == {"inconclusive"}
    assert "the quota or the balance of this account is used up" in found["content-accepts-key"].received
    assert gaps


@pytest.mark.parametrize(
    "said",
    [refusal(401, "Incorrect API key; see https://vendor.example/billing", "invalid_api_key"),
     refusal(401, "invalid credentials"), refusal(403, "refused by the load balancer")],
    ids=["billing page", "credentials", "load balancer"],
)  # fmt: skip
def test_a_refusal_that_only_sounds_like_a_quota_is_none(said: Said) -> None:
    with vendor(of("content", said)) as made:
        found, _ = judged(made)
    assert "used up" not in found["content-accepts-key"].received
    assert "fails" in (word(found, "content-accepts-key"), word(found, "content-route"))


def test_a_quota_is_not_the_user_s_where_the_key_is_a_wrong_one() -> None:
    with vendor(lambda asked: None if asked.key == OWN else QUOTAS["401 with a code"]) as made:
        found, gaps = judged(made)
    assert word(found, "retrieve-with-wrong-key-is-refused") == "conforms"
    # This vendor has no task of the other contract.
    assert [gap for gap in gaps if not gap.startswith("octopusx/query: ")] == []


# --- the route and the task


@pytest.mark.parametrize("status", [404, 401, 405])
def test_a_second_route_that_refuses_everything_keeps_no_promise(status: int) -> None:
    with vendor(lambda a: refusal(status, "no") if a.role == "second-retrieve" else None, "OPEAI_API_KEY") as made:
        found, _ = judged(made, "opeai")
    second = {name: word(found, name) for name in found if name.startswith(("second-route-with", "unknown-second"))}
    assert set(second.values()) == {"unseen"}
    assert len(second) == 3
    assert "GET /api/videos/{task_id}" in found["second-route-without-token-is-refused"].expected
    assert word(found, "retrieve-without-key-is-refused") == "conforms"


@pytest.mark.sampled(2)
@pytest.mark.parametrize("role", ["content", "remix", "create"])
def test_a_route_that_does_not_exist_refuses_nobody(role: str) -> None:
    with vendor(lambda asked: refusal(404, "page not found") if asked.role == role else None) as made:
        found, _ = judged(made)
    refused = [name for name in found if name.startswith(role) and "-key-is-refused" in name]
    assert {word(found, name) for name in [*refused, f"{role}-accepts-key"]} == {"unseen"}
    assert word(found, f"{role}-route") == "fails"


@pytest.mark.parametrize("role", ["content", "remix"])
def test_a_route_that_crashes_for_the_key_does_not_accept_it(role: str) -> None:
    with vendor(of(role, (500, {"error": {"message": "Panic detected", "type": "new_api_panic"}}))) as made:
        found, _ = judged(made)
    assert word(found, f"{role}-accepts-key") == "unseen"
    assert word(found, f"{role}-route") == "fails"


@pytest.mark.parametrize(("status", "end"), [(500, "fails"), (401, "fails"), (400, "fails"), (404, "conforms")])
def test_the_code_of_an_unknown_task_is_the_documented_one(status: int, end: str) -> None:
    def bend(asked: VendorCall) -> Said | None:
        unknown = asked.id not in made.tasks and asked.key == KEYS["OPEAI_API_KEY"]
        return refusal(status, "no such video") if unknown else None

    with vendor(bend, "OPEAI_API_KEY") as made:
        found, _ = judged(made, "opeai")
    assert word(found, "unknown-task-status-code") == end


# --- advice


def test_a_creation_that_is_refused_for_its_body_does_not_blame_the_key() -> None:
    with vendor(of("create", refusal(400, "size: unknown value"))) as made:
        found, _ = judged(made)
    assert "whose key" not in found["create-route"].expected
    assert "size: unknown value" in found["create-route"].expected


NO_MODEL = [
    refusal(404, "The model `sora-2` does not exist or you do not have access to it.", "model_not_found"),
    (404, {"detail": "no such model: sora-2"}),
]


@pytest.mark.parametrize("said", NO_MODEL)
def test_a_404_that_names_the_model_is_no_fault_of_the_route(said: Said) -> None:
    with vendor(of("create", said)) as made:
        found, _ = judged(made)
    assert word(found, "create-route") == "unseen"
    assert word(found, "accepts-model") == "fails"
    assert {word(found, f"accepts-{member}") for member in ("prompt", "seconds", "size")} == {"unseen"}


@pytest.mark.parametrize("said", [refusal(404, "Invalid URL (POST /v1/videos)"), (404, {"detail": "Not Found"})])
def test_a_404_that_names_nothing_sent_is_the_route_s_fault(said: Said) -> None:
    with vendor(of("create", said)) as made:
        found, _ = judged(made)
    assert word(found, "create-route") == "fails"
    assert word(found, "accepts-model") == "unseen"


@pytest.mark.parametrize("said", [(200, {"queued": True}), (200, "<html>thank you</html>")])
def test_who_allowed_a_creation_that_told_no_id_is_not_told_to_allow_one(said: Said) -> None:
    with vendor(of("create", said)) as made:
        found, _ = judged(made, task_ids=[])
    for name in ("content-route", "content-with-wrong-key-is-refused", "remix-route"):
        assert "allow a creation" not in found[name].expected
        assert "a creation was answered with 200 and told no id" in found[name].expected


def test_the_first_route_s_fault_is_not_mended_by_the_second_s_token() -> None:
    keys = {name: key for name, key in KEYS.items() if name not in ("OPEAI_TOKEN", "OPEAI_ADMIN_TOKEN")}
    with vendor(lambda asked: refusal(404, "no such video") if asked.role == "retrieve" else None) as made:
        found, _ = judged(made, "opeai", keys)
    unseen = [verdict for verdict in found.values() if verdict.outcome.value == "unseen"]
    told = {v.expected for v in unseen if not v.requirement.id.startswith(("second-route", "unknown-second"))}
    assert not [sentence for sentence in told if "OPEAI_TOKEN" in sentence]
    assert "GET /v1/videos/video_1a2b3c4d5e was answered with 404" in found["model-present"].expected


def test_who_gave_a_task_and_allowed_a_creation_is_told_what_became_of_them() -> None:
    def bend(asked: VendorCall) -> Said | None:
        failed = asked.role == "retrieve" and asked.key == OWN and asked.id in made.tasks
        return (200, task(asked.id, "failed")) if failed else None

    with vendor(bend) as made:
        found, _ = judged(made)
    for name in ("content-route", "content-with-wrong-key-is-refused", "remix-route"):
        assert "--task-id" not in found[name].expected
        assert "allow a creation" not in found[name].expected
        assert "the run's own task failed: no error is told (task video_made000001 of" in found[name].expected


def test_who_gave_no_task_is_told_to() -> None:
    with vendor() as made:
        found, _ = judged(made, max_creations=0, task_ids=[])
    assert "--task-id=videos=ID" in found["content-route"].expected
