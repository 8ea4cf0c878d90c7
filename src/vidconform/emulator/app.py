"""The Starlette application of a provider: every reply leaves through one place."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from . import chainhub, gptge, octopusx, opeai
from .mp4 import small_mp4
from .options import Options, UnknownProvider
from .replies import Refusal, Reply, ReplyContext, refused
from .world import SERVER, Call, Operation, Provider, World

PROVIDERS: dict[str, Provider] = {
    "octopusx": octopusx.PROVIDER,
    "gptge": gptge.PROVIDER,
    "opeai": opeai.PROVIDER,
    "chainhub": chainhub.PROVIDER,
}
LARGEST_BODY = 1 << 20
HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", re.ASCII)
Endpoint = Callable[[Request], Awaitable[Response]]


def provider_named(name: str) -> Provider:
    """Finds a provider by name."""
    if name not in PROVIDERS:
        raise UnknownProvider(name, tuple(PROVIDERS))
    return PROVIDERS[name]


def build_app(provider: str, *, options: Options | None = None) -> Starlette:
    """Builds the application of a provider; its `state.world` holds tasks and counters."""
    world = World(provider_named(provider), options or Options())
    routes = [_route(world, operation) for operation in world.provider.operations]
    routes.append(_route(world, Operation("", "file", "GET", "/files/{name}.mp4", _file)))
    routes.append(Route("/__emulator__/counts", partial(_counts, world)))
    failed = partial(_failed, world)
    app = Starlette(routes=routes, exception_handlers={HTTPException: failed, Exception: failed})
    app.router.redirect_slashes = False
    app.state.world = world
    return app


def _route(world: World, operation: Operation) -> Route:
    route = Route(operation.path, _endpoint(world, operation), methods=[operation.method])
    # Starlette lets HEAD in wherever GET is; it would count as a read and move the task.
    route.methods = {operation.method}
    return route


def _endpoint(world: World, operation: Operation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        world.requests += 1
        call = await _call(world, operation, request)
        reply, check = _answer(operation, call)
        return _send(world, _context(world, operation, request, reply, check, call))

    return endpoint


async def _call(world: World, operation: Operation, request: Request) -> Call:
    host = request.headers.get("host", "")
    if not HOST.fullmatch(host):
        host = "{}:{}".format(*request.scope["server"])
    return Call(
        world=world,
        contract=operation.contract,
        params=request.path_params,
        query=request.query_params,
        headers=request.headers,
        body=await _body(request),
        base_url=f"http://{host}",
    )


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        if len(body) <= LARGEST_BODY:
            body += chunk
    return body


def _answer(operation: Operation, call: Call) -> tuple[Reply, str]:
    """Answers a call, and names the check that refused it, if one did."""
    try:
        if len(call.body) > LARGEST_BODY:
            raise Refusal(413, "the body is larger than 1 MiB", "body_too_large")
        return operation.handle(call), ""
    except Refusal as refusal:
        return refused(refusal, call.world.provider.envelope), refusal.check


def _again(operation: Operation, call: Call, waived: frozenset[str]) -> tuple[Reply, str]:
    """Answers a call once more without some checks."""
    return _answer(operation, replace(call, waived=waived))


def _context(
    world: World, operation: Operation, request: Request, reply: Reply, check: str, call: Call | None = None
) -> ReplyContext:
    asked = next(iter(request.path_params.values()), None) or request.query_params.get("id")
    return ReplyContext(
        provider=world.provider.name,
        contract=operation.contract,
        role=operation.role,
        route=operation.path,
        method=request.method,
        asked=asked,
        status=reply.status,
        headers=reply.headers,
        body=reply.body,
        task=reply.task,
        check=check,
        again=partial(_again, operation, call) if call else None,
        envelope=world.provider.envelope,
        file_url=call.file_url if call else None,
        sent_headers=request.headers,
        sent_body=call.body if call else b"",
    )


def _send(world: World, context: ReplyContext) -> Response:
    if world.options.change is not None:
        world.options.change(context)
    body = context.body if isinstance(context.body, bytes) else json.dumps(context.body).encode()
    return Response(body, context.status, {"server": SERVER, **context.headers})


async def _failed(world: World, request: Request, error: Exception) -> Response:
    """Answers what no route answers."""
    # A route that fails has counted its request already.
    world.requests += isinstance(error, HTTPException)
    status = error.status_code if isinstance(error, HTTPException) else 500
    message, code = FAILURES.get(status, ("the emulator failed", "internal_error"))
    headers = {name.lower(): value for name, value in (getattr(error, "headers", None) or {}).items()}
    reply = refused(Refusal(status, message, code, headers=headers), world.provider.envelope)
    return _send(world, _context(world, _nowhere(world, request), request, reply, ""))


def _nowhere(world: World, request: Request) -> Operation:
    """Names the contract of a path that is asked with a method it does not have, and no contract off the paths."""
    for operation in world.provider.operations:
        if _route(world, operation).matches(request.scope)[0] is Match.PARTIAL:
            return replace(operation, role="", method=request.method)
    return Operation("", "", request.method, "", _file)


FAILURES = {
    404: ("there is no such route", "not_found"),
    405: ("the route does not have this method", "method_not_allowed"),
}


def _file(call: Call) -> Reply:
    """Answers with the bytes of a finished video, without asking for a key."""
    if call.params["name"] not in call.world.files:
        raise Refusal(404, "there is no such file", "not_found")
    return Reply(small_mp4(), headers={"content-type": "video/mp4"})


async def _counts(world: World, request: Request) -> Response:
    counts = {"requests": world.requests, "creations": world.creations}
    return JSONResponse(counts, headers={"server": SERVER})
