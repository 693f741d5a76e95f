"""Another firm's server: it answers as it is told to and remembers what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook as Verifier


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = json.loads(self.body)["data"]["events"]
        return told

    def verified(self, secret: str) -> Any:
        """The message, if the library receivers use finds that it is from who knows the secret."""
        return Verifier(secret).verify(self.body, self.headers)


Answer = Callable[[BaseHTTPRequestHandler], None]
Make = Callable[..., tuple[Any, str]]  # makes a webhook to such a server, with its secret


def plain(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@dataclass
class Receiver:
    url: str
    requests: list[Request] = field(default_factory=list)
    answer: Answer = field(default_factory=lambda: plain(204))
    came: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in self.requests for event in request.events]

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        self.released.wait(60)


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append(Request(self.path, dict(self.headers.items()), body))
            receiver.came.set()
            receiver.answer(self)

        def log_message(self, *_: Any) -> None:
            """Say nothing: what came is in `requests`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://localhost:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
