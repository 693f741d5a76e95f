"""Reaching other servers from inside the firm's network without being led to one of its own.

A name is resolved here and the address that was looked at is the address that is used: a name
server that answers differently the second time gains nothing.
"""

import socket
import time
from collections.abc import Container, Iterable, Sequence
from typing import Any

import httpcore2

from guanxi.platform.http.addresses import host_of, is_listed, is_public

Headers = Sequence[tuple[bytes | str, bytes | str]]


def ask(
    method: str,
    url: str,
    *,
    hosts: Container[str],
    seconds: float,
    most: int,
    headers: Headers = (),
    content: bytes = b"",
) -> tuple[int, bytes]:
    """The status and at most so many bytes of the answer. Redirects are answers like any other.

    Raises Forbidden, or what httpcore2 raises where there is no answer in time.
    """
    if not url.startswith("https:") and not is_listed(host_of(url), hosts):
        raise Forbidden(url)
    with (
        httpcore2.ConnectionPool(network_backend=Guarded(seconds, hosts)) as pool,
        pool.stream(method, url, headers=list(headers), content=content) as response,
    ):
        read = b""
        for part in response.iter_stream():
            read += part
            if len(read) >= most:
                break
        return response.status, read[:most]


class Forbidden(Exception):
    """The name leads to an address inside the network, and its host is not listed."""


class Guarded(httpcore2.NetworkBackend):
    """Connects to the internet and to listed hosts; nothing takes longer than `seconds` in all."""

    def __init__(self, seconds: float, hosts: Container[str]):
        self.hosts = hosts
        self.deadline = time.monotonic() + seconds
        self.inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not is_listed(host, self.hosts) and not all(map(is_public, addresses)):
            raise Forbidden(host)
        failure: Exception = httpcore2.ConnectError(host)
        for address in addresses:
            try:
                stream = self.inner.connect_tcp(
                    address, port, self.left(), local_address, socket_options
                )
                return _InTime(stream, self)
            except httpcore2.ConnectError as error:
                failure = error
        raise failure

    def left(self) -> float:
        """Seconds until the deadline. Raises httpcore2's TimeoutException when none are left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout
        return left


class _InTime(httpcore2.NetworkStream):
    """A connection of which every step ends at one deadline: bytes that drip gain no time."""

    def __init__(self, inner: httpcore2.NetworkStream, guard: Guarded):
        self.inner, self.guard = inner, guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self.guard.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _AT_ONCE):
            self.inner.write(buffer[start : start + _AT_ONCE], self.guard.left())

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        stream = self.inner.start_tls(ssl_context, server_hostname, self.guard.left())
        return _InTime(stream, self.guard)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


_AT_ONCE = 65_536  # bytes
