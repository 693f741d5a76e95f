"""A proxy between a browser and Guanxi that breaks off in the middle of an answer when told to."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Proxy:
    """Passes bytes on, both ways, until the next ones for the browser after `break_off`."""

    def __init__(self, port: int) -> None:
        self.target = ("127.0.0.1", port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self.listener.getsockname()[1]}"
        self.is_down = self.is_breaking = False
        self.broke = threading.Event()
        self.open: set[socket.socket] = set()
        self.accepting = threading.Thread(target=self._accept, daemon=True)
        self.accepting.start()

    def break_off(self) -> None:
        """Send half of what comes next for the browser, and nothing until `mend`."""
        self.broke.clear()
        self.is_breaking = True

    def mend(self) -> None:
        self.is_down = False

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed: the test is over
            while True:
                browser, _address = self.listener.accept()
                if self.is_down:
                    browser.close()
                    continue
                server = socket.create_connection(self.target)
                self.open |= {browser, server}
                for ends in ((browser, server, False), (server, browser, True)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, to: socket.socket, for_browser: bool) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65_536):
                if for_browser and self.is_breaking:
                    self.is_breaking, self.is_down = False, True
                    to.sendall(part[: len(part) // 2])
                    self.close()
                    self.broke.set()
                    return
                to.sendall(part)
        for end in (source, to):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End every connection at once."""
        for end in list(self.open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.open.clear()


@contextmanager
def proxy_to(url: str) -> Iterator[Proxy]:
    proxy = Proxy(int(url.rpartition(":")[2]))
    try:
        yield proxy
    finally:
        proxy.listener.shutdown(socket.SHUT_RDWR)  # closing alone would not wake who waits there
        proxy.accepting.join()
        proxy.listener.close()
        proxy.close()
