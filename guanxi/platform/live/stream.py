"""The stream of live events, served beside Django: an open stream must not hold a thread.

Django answers who is asking, as for every request, with a ticket instead of a body; the stream
itself is a coroutine that waits for what the hub has to say.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from guanxi.platform.live.hub import ENDED, Hub, Wish

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/api/v1/live"
TICKET = "X-Live-Ticket"
STILL_HERE = 15.0  # seconds; proxies close what is silent for longer
WAITING = 500  # messages; a browser so far behind asks for everything anew
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
ANEW = "event: anew\ndata: null\n\n"


def with_stream(django: App, hub: Hub) -> App:
    """An ASGI application: the stream at its address, everything else Django's."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await django(scope, receive, send)
            return
        answer: list[Message] = []

        async def hold(message: Message) -> None:
            answer.append(message)

        await django(scope, receive, hold)
        word = _header(answer[0]["headers"], TICKET.lower().encode())
        wish = hub.admit(word) if word else None
        if wish is not None:
            await stream(hub, wish, receive, send)
            return
        for message in answer:
            await send(message)

    return application


async def stream(hub: Hub, wish: Wish, receive: Receive, send: Send) -> None:
    """Send what the hub tells until the browser leaves or may listen no longer."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[str] = asyncio.Queue()

    def put(message: str) -> None:
        if waiting.qsize() > WAITING:
            while not waiting.empty():
                waiting.get_nowait()
            message = ANEW
        waiting.put_nowait(message)

    def tell(message: str) -> None:  # from the hub's thread
        loop.call_soon_threadsafe(put, message)

    async def leave() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        put(ENDED)

    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send(_body("retry: 2000\n\n"))
    key = await asyncio.to_thread(hub.open, wish, tell)
    leaving = asyncio.create_task(leave())
    try:
        while True:
            try:
                message = await asyncio.wait_for(waiting.get(), STILL_HERE)
            except TimeoutError:
                message = ": still here\n\n"
            if message == ENDED:
                break
            await send(_body(message))
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        leaving.cancel()
        hub.close(key)


def _body(text: str) -> Message:
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}


def _header(headers: Any, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), "")
