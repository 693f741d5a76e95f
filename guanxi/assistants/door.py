"""Where assistants (AI agents) come in: the Model Context Protocol at one address, beside Django.

Whoever comes must bring a token, which Django judges as for any request; cookies count for nothing
here. The protocol's own library is imported when the first of them is let in: where nobody uses
it, it costs neither memory nor time.
"""

import asyncio
from functools import cache
from typing import Any

from guanxi.platform.live.stream import App, Message, Receive, Scope, Send

PATH = "/mcp"
OWN_TOKEN = "/api/v1/session/token"  # noqa: S105  an address
FORWARDED = (b"host", b"authorization", b"accept-language")


def with_assistants(api: App) -> App:
    """An ASGI application: assistants at their address, everything else the API's."""

    @cache
    def server() -> App:
        from guanxi.assistants.server import serve

        return serve(api, path=PATH)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await api(scope, receive, send)
        elif scope["method"] != "POST":  # nothing is told unasked, and there are no sessions to end
            headers = [(b"allow", b"POST"), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 405, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        elif refusal := await _refusal(api, scope):
            for message in refusal:
                await send(message)
        else:
            served = await asyncio.to_thread(server)
            await served(scope, receive, send)

    return application


async def _refusal(api: App, scope: Scope) -> list[Message]:
    """What the API answers a caller without a living token; nothing to one who has one."""
    answer: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        answer.append(message)

    headers = [(name, value) for name, value in scope["headers"] if name in FORWARDED]
    asked: dict[str, Any] = {"method": "GET", "path": OWN_TOKEN, "raw_path": OWN_TOKEN.encode()}
    await api({**scope, **asked, "query_string": b"", "headers": headers}, receive, send)
    status = answer[0]["status"]
    if status == 200:
        return []
    if status == 401:
        challenge = b'Bearer realm="Guanxi"'
        if any(name == b"authorization" for name, _value in headers):
            challenge += b', error="invalid_token"'
        answer[0]["headers"] = [*answer[0]["headers"], (b"www-authenticate", challenge)]
    return answer
