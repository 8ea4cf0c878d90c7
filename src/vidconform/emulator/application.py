"""The Starlette application of a provider: every reply leaves through one place."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import formatdate
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from vidconform.contracts import Field
from vidconform.emulator.answering import LARGEST_BODY, answer, reply_context
from vidconform.emulator.described import provider_named
from vidconform.emulator.emulator_options import EmulatorOptions
from vidconform.emulator.replies import EmulatedReply, RefusedRequest, ReplyContext, openai_envelope, refused
from vidconform.emulator.sent_status import sent_status
from vidconform.emulator.server_state import SERVER, Call, EmulatedOperation, ServerState, json_in
from vidconform.emulator.small_media import SMALL_MP4

HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)
Endpoint = Callable[[Request], Awaitable[Response]]


def build_app(provider: str, *, options: EmulatorOptions | None = None) -> Starlette:
    """Builds the application of a provider; its `state.server_state` holds tasks and counters."""
    server_state = ServerState(provider_named(provider), options or EmulatorOptions())
    routes = [_route(server_state, operation) for operation in server_state.provider.operations]
    routes.append(_route(server_state, EmulatedOperation("", "file", "GET", "/files/{name}.mp4", _file)))
    routes.append(Route("/__emulator__/counts", partial(_counts, server_state)))
    failed = partial(_failed, server_state)
    app = Starlette(routes=routes, exception_handlers={HTTPException: failed, Exception: failed})
    app.router.redirect_slashes = False
    app.state.server_state = server_state
    return app


def _route(server_state: ServerState, operation: EmulatedOperation) -> Route:
    route = Route(operation.path, _endpoint(server_state, operation), methods=[operation.method])
    # Starlette lets HEAD in wherever GET is; it would count as a read and move the task.
    route.methods = {operation.method}
    return route


def _endpoint(server_state: ServerState, operation: EmulatedOperation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        server_state.requests += 1
        call = _call(server_state, operation, request, await _body(request))
        return _send(server_state, answer(operation, call))

    return endpoint


def _call(server_state: ServerState, operation: EmulatedOperation, request: Request, body: bytes = b"") -> Call:
    host = request.headers.get("host", "")
    if not HOST.fullmatch(host):
        host = "{}:{}".format(*request.scope["server"])
    return Call(
        server_state=server_state,
        contract=operation.contract,
        params=request.path_params,
        query=request.query_params,
        headers=request.headers,
        body=body,
        base_url=f"http://{host}",
        asked=_asked(operation, request, body),
        method=request.method,
    )


def _asked(operation: EmulatedOperation, request: Request, body: bytes = b"") -> str | None:
    if operation.id_place is not None:
        return _in_body(operation.id_place, body)
    return request.path_params.get(operation.id_parameter) or request.query_params.get(operation.id_parameter)


def _in_body(place: Field, body: bytes) -> str | None:
    told = place.read(json_in(body))
    return told if isinstance(told, str) else None


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        if len(body) <= LARGEST_BODY:
            body += chunk
    return body


def _send(server_state: ServerState, context: ReplyContext) -> Response:
    if server_state.options.change is not None:
        server_state.options.change(context)
    status = sent_status(context)
    body = context.body if isinstance(context.body, bytes) else json.dumps(context.body).encode()
    date = formatdate(server_state.options.clock(), usegmt=True)
    return Response(body, status, {"server": SERVER, "date": date, **context.headers})


async def _failed(server_state: ServerState, request: Request, error: Exception) -> Response:
    """Answers what no route answers."""
    # A route that fails has counted its request already.
    server_state.requests += isinstance(error, HTTPException)
    status = error.status_code if isinstance(error, HTTPException) else 500
    message, code = FAILURES.get(status, ("the emulator failed", "internal_error"))
    headers = {name.lower(): value for name, value in (getattr(error, "headers", None) or {}).items()}
    reply = refused(RefusedRequest(status, message, code, headers=headers), openai_envelope)
    nowhere = _nowhere(server_state, request)
    return _send(server_state, reply_context(nowhere, _call(server_state, nowhere, request), reply))


def _nowhere(server_state: ServerState, request: Request) -> EmulatedOperation:
    """Names the contract of a path that is asked with a method it does not have, and no contract off the paths."""
    for operation in server_state.provider.operations:
        if _route(server_state, operation).matches(request.scope)[0] is Match.PARTIAL:
            return replace(operation, role="", method=request.method)
    return EmulatedOperation("", "", request.method, "", _file)


FAILURES = {
    404: ("there is no such route", "not_found"),
    405: ("the route does not have this method", "method_not_allowed"),
}


def _file(call: Call) -> EmulatedReply:
    """Answers with the bytes of a finished video, without asking for a key."""
    if call.params["name"] not in call.server_state.files:
        raise RefusedRequest(404, "there is no such file", "not_found")
    return EmulatedReply(SMALL_MP4, headers={"content-type": "video/mp4"})


async def _counts(server_state: ServerState, request: Request) -> Response:
    counts = {"requests": server_state.requests, "creations": server_state.creations}
    return JSONResponse(counts, headers={"server": SERVER})
