"""Django's WSGI handler inside an ASGI server."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import Body, build_environ

BODY = "http.response.body"
Message = dict[str, Any]
Send = Callable[[Any], Awaitable[None]]


class Bridge(WSGIMiddleware):
    """Hands a whole answer to the event loop at once, where a2wsgi waits for it at every part.

    An answer of several parts is a stream: it is sent as it comes, each part when the one before
    has gone out.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        for message in await loop.run_in_executor(
            self.executor, self._answer, scope, receive, send, loop
        ):
            await send(message)

    def _answer(
        self, scope: Any, receive: Any, send: Send, loop: asyncio.AbstractEventLoop
    ) -> list[Message]:
        """Run Django in this thread; returns what is still to be sent."""
        held: list[Message] = []

        def start(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
            lines = [(n.lower().encode("latin1"), v.encode("latin1")) for n, v in headers]
            code = int(status.split(" ", 1)[0])
            held.append({"type": "http.response.start", "status": code, "headers": lines})

        parts = cast(
            Any, self.app(build_environ(scope, Body(loop, partial(_awaited, receive))), start)
        )
        try:
            for part in parts:
                if len(held) > 1:
                    for message in held:
                        asyncio.run_coroutine_threadsafe(_awaited(send, message), loop).result()
                    held.clear()
                held.append(_body(part))
        finally:
            parts.close()
        if held[-1]["type"] != BODY:
            held.append(_body(b""))
        held[-1]["more_body"] = False
        return held


def _body(part: bytes) -> Message:
    return {"type": BODY, "body": part, "more_body": True}


async def _awaited(call: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    """A coroutine, which asyncio asks for; what the server gives can only be awaited."""
    return await call(*arguments)
