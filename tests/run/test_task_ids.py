"""Known tasks by the ids that vendors give them, asked for over HTTP as they are."""

from __future__ import annotations

import pytest

from tests.support.live_cases import live


@pytest.mark.parametrize("task_id", ["video_bGl0ZWxsbTo=", "dmlkZW8=", "YQ==", "video_plain"])
def test_an_id_may_end_in_equals_signs(task_id: str) -> None:
    with live("gptge", [task_id]) as run:
        run.bring("videos", "observe")
        assert {heard.asked for heard in run.heard} == {task_id}


@pytest.mark.parametrize("task_id", ["a=b", "video_x=y==", "=x"])
def test_an_id_with_an_equals_sign_inside_is_given_with_its_contract(task_id: str) -> None:
    with live("gptge", [f"videos={task_id}"]) as run:
        run.bring("videos", "observe")
        assert {heard.asked for heard in run.heard} == {task_id}
