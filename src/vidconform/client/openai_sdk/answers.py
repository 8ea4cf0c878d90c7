"""What answers the openai package, whoever that is: by the routes that a document names."""

from __future__ import annotations

from vidconform.client.openai_sdk.loopback_stand import OpenAIRequest
from vidconform.client.openai_sdk.openai_calls import NOT_DOCUMENTED, CallTrace, OpenAICall
from vidconform.client.openai_sdk.openai_routes import OpenAIRoutes, Route
from vidconform.exchange import Reply


class Answers:
    """A provider, or the evidence of a run; `trace` keeps what is said behind the present call."""

    def __init__(self, routes: OpenAIRoutes) -> None:
        self._routes, self.trace = routes, CallTrace()

    def begin(self, call: OpenAICall) -> CallTrace:
        """Begin a call, and return where what is said behind it is kept."""
        self.trace = CallTrace()
        return self.trace

    def task_for(self, role: str) -> str | None:
        """Return the task to ask a route for, None where any that has succeeded will do."""
        return None

    def __call__(self, asked: OpenAIRequest) -> Reply | None:
        """Return the reply to a request, or None after saying why there is none."""
        role, task_id = self._routes.role_of(asked.method, asked.path)
        if role in self._routes.by_role:
            return self.reply(asked, self._routes.by_role[role], task_id)
        self.trace.stop(NOT_DOCUMENTED, f"{asked.method} {asked.path}, which no document of the provider names")
        return None

    def reply(self, asked: OpenAIRequest, route: Route, task_id: str | None) -> Reply | None:
        """Return the same for a request on a documented route, for a task if it has an id."""
        raise NotImplementedError
