"""Django's WSGI handler inside an ASGI server: what the server is given, and when."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from guanxi.platform.http.bridge import Bridge

SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/客户",
    "query_string": b"a=1",
    "http_version": "1.1",
    "headers": [(b"x-word", b"yes")],
}


def answered(parts: Iterable[bytes], *, body: tuple[bytes, ...] = (b"",)) -> Any:
    """What an application that answers `parts` is asked with, and the messages it makes."""
    asked: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked.update(environ, body=environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Closing(parts)

    return asked, asyncio.run(_messages(application, body))


class Closing:
    """An answer that may be read until it is closed."""

    def __init__(self, parts: Iterable[bytes]):
        self.parts = iter(parts)

    def __iter__(self) -> Iterator[bytes]:
        return self.parts

    def close(self) -> None:
        self.parts = iter(())


async def _messages(application: Any, body: tuple[bytes, ...]) -> list[dict[str, Any]]:
    incoming = [
        {"type": "http.request", "body": part, "more_body": i < len(body) - 1}
        for i, part in enumerate(body)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return incoming.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(dict(message))

    await Bridge(application, workers=1)(SCOPE, receive, send)
    return sent


@pytest.mark.parametrize(
    "parts", [[], [b""], [b"all"], [b"one", b"two"], [b"%d" % i for i in range(50)]]
)
def test_an_answer_arrives_whole_and_ends_once(parts: list[bytes]) -> None:
    _asked, sent = answered(parts)
    assert sent[0]["type"] == "http.response.start"
    assert sent[0]["status"] == 200
    assert sent[0]["headers"] == [(b"content-type", b"text/plain")]
    assert b"".join(m["body"] for m in sent[1:]) == b"".join(parts)
    assert [m["more_body"] for m in sent[1:]] == [True] * (len(sent) - 2) + [False]


def test_a_request_is_read_in_all_its_parts() -> None:
    asked, _sent = answered([b"ok"], body=(b"one ", b"two ", b"three"))
    assert asked["body"] == b"one two three"
    assert asked["PATH_INFO"].encode("latin1").decode() == "/客户"
    assert (asked["QUERY_STRING"], asked["HTTP_X_WORD"]) == ("a=1", "yes")


def test_a_stream_is_sent_while_it_is_made() -> None:
    made = 0

    def parts() -> Iterator[bytes]:
        nonlocal made
        for i in range(10):
            made = i
            yield b"x"

    async def first_part_waits() -> int:
        """How many parts were made when the first one was taken."""
        seen = -1

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal seen
            if message["type"] == "http.response.body" and seen < 0:
                seen = made

        def application(_environ: Any, start_response: Any) -> Iterator[bytes]:
            start_response("200 OK", [])
            return parts()

        await Bridge(application, workers=1)(SCOPE, receive, send)
        return seen

    assert asyncio.run(first_part_waits()) == 1


def test_an_application_that_fails_fails_the_request_alone() -> None:
    def application(_environ: Any, _start_response: Any) -> Iterable[bytes]:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(_messages(application, (b"",)))
