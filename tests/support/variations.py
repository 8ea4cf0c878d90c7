"""Conforming providers: whatever a document allows, drawn by hypothesis and served by the emulator."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from vidconform.contracts.contract import Contract
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.contracts.schemas import FINISHED
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.tasks import KnownTask, Life, Step

ALWAYS = frozenset({"waiting", "running", "succeeded", "failed", "cancelled", "unknown", None})
BUT_ON_SUCCESS = ALWAYS - {"succeeded"}
AFTER_A_FAILURE = frozenset({"failed", "cancelled"})

Rules = Mapping[str, Mapping[str, frozenset[str | None]]]

# Members that may be left out, and those that may be null, by the phase of the task.
MAY_BE_ABSENT: Rules = {
    "octopusx/query": {"object model progress created_at size detail status_update_time": ALWAYS},
    "octopusx/videos": {"task_id object model progress created_at seconds size": ALWAYS},
    "gptge/videos": {
        "object created_at completed_at error expires_at model": BUT_ON_SUCCESS,
        "progress remixed_from_video_id seconds size": BUT_ON_SUCCESS,
    },
    "opeai/videos": {"model created_at object prompt size": ALWAYS},
    "chainhub/videos": {
        "object model seconds size progress created_at completed_at detail enhanced_prompt": ALWAYS,
        "status_update_time": ALWAYS - {"waiting"},
        "video_url": BUT_ON_SUCCESS,
    },
}
MAY_BE_NULL: Rules = {
    "octopusx/query": {
        "object model created_at progress size detail status_update_time": AFTER_A_FAILURE,
        "video_url": BUT_ON_SUCCESS,
    },
    "octopusx/videos": {
        "progress seconds size": AFTER_A_FAILURE,
        "video_url": BUT_ON_SUCCESS,
        "error": ALWAYS - {"failed"},
    },
    "gptge/videos": {
        "object created_at model progress seconds size completed_at expires_at error": BUT_ON_SUCCESS,
        "remixed_from_video_id": ALWAYS,
    },
    "opeai/videos": {"model created_at object prompt size": BUT_ON_SUCCESS},
    "chainhub/videos": {
        "video_url object model seconds size progress created_at completed_at": BUT_ON_SUCCESS,
        "detail": ALWAYS - {"waiting"},
    },
}
# Words that a document leaves open: gptge names none but the last, chainhub none for a failure.
OPEN_WORDS = {
    "gptge/videos": {
        "waiting": ["queued", "NOT_START"],
        "running": ["in_progress", "processing"],
        "failed": ["failed"],
    },
    "chainhub/videos": {"failed": ["failed", "FAILURE", "error", "cancelled"]},
}
ENVELOPES: tuple[Any, ...] = (
    {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": "no"}},
    {"error": {"message": "no", "type": "new_api_error", "code": 404}},
    {"error": {"message": "no", "type": ""}},
    {"code": "task_not_exist", "message": "task_not_exist", "data": None},
    {"detail": "Not Found"},
    {"error": "no"},
    {},
    [],
)
JSON_TYPES = ("application/json", "application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json")
VIDEO_TYPES = ("video/mp4", "video/webm", 'video/mp4; codecs="avc1"', "application/octet-stream", "binary/octet-stream")
CODES = {"owner": (400, 404, 410, 422), "key": (401, 403), "body": (400, 422), "finished": (400, 404, 409, 425)}


@dataclass(frozen=True)
class Manner:
    """How a provider words what its document leaves to it."""

    order: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    null: frozenset[str] = frozenset()
    envelope: Any = None
    codes: Mapping[str, int] = field(default_factory=dict)
    created: int = 200
    json_type: str = JSON_TYPES[0]
    video_type: str = VIDEO_TYPES[0]
    indent: int | None = None
    text_progress: bool = False
    seconds_of_update: bool = False

    def __call__(self, reply: ReplyContext) -> None:
        """Word one reply."""
        if reply.shows_task:
            self._word(reply)
        elif reply.status >= 400:
            self._refuse(reply)
        elif reply.role == "content":
            reply.headers["content-type"] = self.video_type
        if not isinstance(reply.body, bytes):
            reply.headers["content-type"] = self.json_type
            reply.body = json.dumps(reply.body, indent=self.indent, ensure_ascii=self.order % 2 == 0).encode()

    def _word(self, reply: ReplyContext) -> None:
        name, body = f"{reply.provider}/{reply.contract}", dict(reply.body)
        phase = CONTRACTS[name].phase(body["status"]) or _open_phase(name, body["status"])
        if name == "octopusx/query":
            self._word_query(body)
        for member in self.null & _allowed(MAY_BE_NULL[name], phase):
            body[member] = None
        for member in self.absent & _allowed(MAY_BE_ABSENT[name], phase):
            body.pop(member, None)
        body.update(self.extra)
        members = list(body.items())
        random.Random(self.order).shuffle(members)
        reply.body = dict(members)
        reply.status = self.created if reply.role in ("create", "remix") else reply.status

    def _word_query(self, body: dict[str, Any]) -> None:
        body["progress"] = body["progress"] if self.text_progress else int(body["progress"])
        body["status_update_time"] //= 1000 if self.seconds_of_update else 1

    def _refuse(self, reply: ReplyContext) -> None:
        if reply.provider == "opeai" and reply.check in ("owner", "tenant"):
            return
        reply.status = self.codes.get(reply.check, reply.status)
        reply.body = self.envelope if self.envelope is not None else reply.body


@dataclass(frozen=True)
class Variation:
    """One conforming provider: its tasks by contract, the life of those it creates (or its own), and its manner."""

    tasks: Mapping[str, tuple[KnownTask, ...]]
    created: Life | None
    manner: Manner

    def options(self, known_lives: set[Life]) -> dict[str, Any]:
        """Return the emulator's options."""
        return {
            "change": self.manner,
            "known": lambda contract, own: self.tasks[contract],
            "life": lambda contract, own: own if own in known_lives or self.created is None else self.created,
        }


CONTRACTS: dict[str, Contract] = {
    contract.id: contract
    for name in ("octopusx", "gptge", "opeai", "chainhub")
    for contract in load_contracts(find_provider(name))
}


def _allowed(rules: Mapping[str, frozenset[str | None]], phase: str | None) -> frozenset[str]:
    return frozenset(name for names, phases in rules.items() if phase in phases for name in names.split())


def _open_phase(contract: str, word: str) -> str | None:
    return next((phase for phase, words in OPEN_WORDS.get(contract, {}).items() if word in words), None)


def words_of(contract: Contract) -> dict[str, str]:
    """Return the phase of each word that a contract allows, in the order in which a task goes through them."""
    own = {str(word): phase for word, phase in contract.task.phases.items()}
    opened = {word: phase for phase, words in OPEN_WORDS.get(contract.id, {}).items() for word in words}
    return {**{w: p for w, p in opened.items() if p not in FINISHED}, **own, **opened}


@st.composite
def lives(draw: st.DrawFn, contract: Contract) -> Life:
    """Draw a life: words in the document's order, progress that never falls, an end of any kind."""
    words = words_of(contract)
    unfinished = [word for word, phase in words.items() if phase in ("waiting", "running")]
    ends = [word for word, phase in words.items() if phase in FINISHED]
    waits: st.SearchStrategy[list[str]] = st.lists(st.sampled_from(unfinished), max_size=5)
    passed = sorted(draw(waits), key=unfinished.index)
    unknown = [word for word, phase in words.items() if phase == "unknown"]
    for word in unknown[: draw(st.integers(0, 1))]:
        passed.insert(draw(st.integers(0, len(passed))), word)
    end = draw(st.sampled_from(ends))
    percents = sorted(draw(st.lists(st.integers(0, 100), min_size=len(passed), max_size=len(passed))))
    moments = sorted(draw(st.lists(st.integers(0, 900_000), min_size=len(passed) + 1, max_size=len(passed) + 1)))
    # No two within one second: a state that a read saw ends after that read, and these are long past.
    moments = [moment + 1000 * place for place, moment in enumerate(moments)]
    last = 100 if words[end] == "succeeded" else draw(st.integers(0, 100))
    return tuple(map(Step, [*passed, end], [*percents, last], moments))


@st.composite
def tasks(draw: st.DrawFn, contract: Contract, like: tuple[KnownTask, ...]) -> tuple[KnownTask, ...]:
    """Draw one to three tasks with ids of every documented shape."""
    spaces = contract.provider.id_spaces
    shapes = [spaces[name] for name in contract.id_space_names]
    unknown = {shape.unknown for shape in shapes}
    ids = st.one_of(*(st.from_regex(shape.pattern.strip("^$"), fullmatch=True) for shape in shapes))
    chosen = draw(st.lists(ids.filter(lambda id: id not in unknown), min_size=1, max_size=3, unique=True))
    changes: st.SearchStrategy[dict[str, Any]] = st.builds(dict, life=lives(contract), created_at=_TIMES)
    return tuple(replace(draw(st.sampled_from(like)), id=id, **draw(changes)) for id in chosen)


# All past: a time that has not come yet is a fault.
_TIMES = st.integers(1_500_000_000, 1_780_000_000)
_VALUES: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.just([]) | st.just({"x": 1})
)
_CODES = st.fixed_dictionaries({check: st.sampled_from(codes) for check, codes in CODES.items()})


def manners(contracts: list[Contract]) -> st.SearchStrategy[Manner]:
    """Return what draws a manner."""
    absent = {name for c in contracts for names in MAY_BE_ABSENT[c.id] for name in names.split()}
    null = {name for c in contracts for names in MAY_BE_NULL[c.id] for name in names.split()}
    return st.builds(
        Manner,
        order=st.integers(0, 1000),
        extra=st.dictionaries(st.text("abcxyz_", min_size=1, max_size=6).map("x_{}".format), _VALUES, max_size=3),
        absent=st.frozensets(st.sampled_from(sorted(absent)), max_size=4),
        null=st.frozensets(st.sampled_from(sorted(null)), max_size=4),
        envelope=st.sampled_from(ENVELOPES),
        codes=_CODES,
        created=st.sampled_from((200, 201, 202)),
        json_type=st.sampled_from(JSON_TYPES),
        video_type=st.sampled_from(VIDEO_TYPES),
        indent=st.sampled_from((None, 2)),
        text_progress=st.booleans(),
        seconds_of_update=st.booleans(),
    )


def variations(provider: str, own: Mapping[str, tuple[KnownTask, ...]]) -> st.SearchStrategy[Variation]:
    """Return what draws a conforming provider; `own` are the tasks that its emulator has."""
    contracts = [contract for contract in CONTRACTS.values() if contract.provider.name == provider]
    return st.builds(
        Variation,
        st.fixed_dictionaries({c.name: tasks(c, own[c.name]) for c in contracts}),
        lives(contracts[-1]),
        manners(contracts),
    )
