"""The Model Context Protocol at one address, without sessions: any process may answer."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx2
from django.conf import settings
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings

from guanxi.assistants.tools import TOOLS
from guanxi.platform.live.stream import App, Receive, Scope, Send

INSTRUCTIONS = """\
Guanxi is this firm's CRM. You act in the name of one of its people, with their rights and no more.
Call describe_objects first: it names the objects (customer, task, order …) and their fields.
Records refer to each other by id; search or list_records finds them. To change a record, read it
first and pass its version back. All that you change is kept in the history under that person's
name. Ask before you change much, and never invent values."""

logging.getLogger("mcp").setLevel(logging.WARNING)  # it tells of every request


def serve(api: App, *, path: str) -> App:
    """An ASGI application that answers assistants by asking `api` with their own tokens."""
    # Our own application in this process: the address is only a form, nothing leaves.
    transport = httpx2.ASGITransport(cast(Any, api))
    client = httpx2.AsyncClient(transport=transport, base_url="http://localhost", trust_env=False)

    @asynccontextmanager
    async def lifespan(_: MCPServer[httpx2.AsyncClient]) -> AsyncIterator[httpx2.AsyncClient]:
        yield client

    server = MCPServer(
        "guanxi",
        title="Guanxi",
        version=settings.VERSION,
        instructions=INSTRUCTIONS,
        subscriptions=False,
        lifespan=lifespan,
    )
    for tool, annotations in TOOLS.items():
        server.add_tool(tool, annotations=annotations)
    answer = server.streamable_http_app(
        streamable_http_path=path,
        json_response=True,
        stateless_http=True,
        transport_security=_own_names(),
    )
    started = asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    async def run() -> None:
        async with server.session_manager.run():
            started.set()
            await asyncio.Event().wait()  # for as long as the process lives

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if not tasks:
            tasks.append(asyncio.create_task(run()))
        await started.wait()
        await answer(scope, receive, send)

    return application


def _own_names() -> TransportSecuritySettings:
    """Pages of other sites are refused, those too that got a name of their own for our address."""
    hosts = [name for host in settings.ALLOWED_HOSTS for name in (host, f"{host}:*")]
    origins = [settings.URL, *(f"http://{host}" for host in hosts)]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
