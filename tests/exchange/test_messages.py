"""What a reply tells of its body."""

from __future__ import annotations

from vidconform.contracts import UndecodableJson
from vidconform.exchange import Reply


def test_a_body_that_is_no_json_keeps_nobody_alive_who_looked_at_it() -> None:
    problem = Reply(200, (), b'{"id": \xff').json
    assert isinstance(problem, UndecodableJson)
    assert "invalid UTF-8" in str(problem)
    assert (problem.__traceback__, problem.__cause__, problem.__context__) == (None, None, None)
