"""The product as people run it: served from a folder of its own, seen in Chromium."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from playwright.sync_api import Browser, Page, Playwright, Route

ROOT = Path(__file__).parents[2]
CATALOGS = (
    "app", "app/session", "fields", "imports", "insight", "insight/quality", "insight/value",
    "customers", "layouts", "palette", "notifications", "settings",
)  # fmt: skip
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
OFFLINE = (
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-gpu",
)  # fmt: skip
READY_SECONDS = 180
DEMO_PASSWORD = "guanxi-demo"
WORKSPACE = (
    "GUANXI_HOME",
    "GUANXI_DATABASE_ROLE",
    "GUANXI_DATABASE_URL",
    "GUANXI_OWNER_DATABASE_URL",
    "GUANXI_FILES_URL",
    "GUANXI_RATE_LIMIT",
    "GUANXI_RATE_LIMIT_OPEN",
)


class Texts:
    """The client's texts in one language, by the keys its code uses."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.texts: dict[str, Any] = {}
        for area in CATALOGS:
            path = ROOT / "web" / "src" / area / "i18n" / f"{language}.json"
            self.texts |= json.loads(path.read_text())

    def __call__(self, key: str, **values: object) -> str:
        """The text of "area.key" with its {{values}} filled in. Raises KeyError.

        A language without a singular has the plural for "…_one" too.
        """
        *areas, last = key.split(".")
        text: Any = self.texts
        for area in areas:
            text = text[area]
        text = text.get(last) or text[last.replace("_one", "_other")]
        for name, value in values.items():
            text = text.replace("{{" + name + "}}", str(value))
        return str(text)

    def like(self, key: str) -> re.Pattern[str]:
        """A pattern for the text of `key` with anything in place of its values."""
        parts = re.split(r"\{\{.*?\}\}", self(key))
        return re.compile(".*".join(map(re.escape, parts)))


class Served:
    """A running product: its address, its set-up link, and the commands of its workspace."""

    def __init__(self, home: Path, port: int, process: subprocess.Popen[str]) -> None:
        self.home, self.url, self.process = home, f"http://localhost:{port}", process
        self.lines: list[str] = []
        self.has_ended = False
        self._said = threading.Condition()
        threading.Thread(target=self._listen, args=(process.stdout,), daemon=True).start()

    def _listen(self, output: IO[str] | None) -> None:
        for line in output or ():
            with self._said:
                self.lines.append(line.strip())
                self._said.notify_all()
        with self._said:
            self.has_ended = True
            self._said.notify_all()

    def wait_for(self, text: str) -> str:
        """The first line that holds `text`. Raises TimeoutError with all that was said instead."""

        def found() -> str | None:
            return next((line for line in self.lines if text in line), None)

        with self._said:
            self._said.wait_for(lambda: found() or self.has_ended, READY_SECONDS)
            line = found()
        if line is None:
            raise TimeoutError("\n".join(self.lines))
        return line

    def run(self, *arguments: str, **options: Any) -> str:
        """Run a `guanxi` command on this workspace; returns what it prints."""
        return subprocess.run(
            [sys.executable, "-m", "guanxi.cli", "--home", str(self.home), *arguments],
            check=True,
            capture_output=True,
            text=True,
            env=clean_environment(),
            cwd=ROOT,
            **options,
        ).stdout


def clean_environment() -> dict[str, str]:
    """This process's environment without the test suite's own workspace."""
    return {
        k: v for k, v in os.environ.items() if k not in WORKSPACE and not k.startswith("PYTEST")
    }


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    return port


@contextmanager
def serve(home: Path, *command: str, **environment: str) -> Iterator[Served]:
    """Run `guanxi <command>` (serve, demo …) on `home` until the block ends."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "guanxi.cli", "--home", str(home), *command, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=clean_environment() | environment,
        cwd=ROOT,
    )
    served = Served(home, port, process)
    try:
        served.wait_for("Guanxi is ready")
        yield served
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout:
            process.stdout.close()


def launch(playwright: Playwright) -> Browser:
    """The system's Chromium. Raises FileNotFoundError saying what to install."""
    path = next((p for p in CHROMIUM if Path(p).exists()), None)
    if path is None:
        raise FileNotFoundError("Install Chromium (Debian: apt-get install chromium).")
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    return playwright.chromium.launch(executable_path=path, args=[*OFFLINE, *sandbox])


TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
  console.error("security policy:", violatedDirective, blockedURI, sample));
"""


def watch(page: Page) -> list[str]:
    """Collect what must not happen on a page: errors in its console, violations of its policy."""
    faults: list[str] = []
    page.add_init_script(TELL_VIOLATIONS)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if message.type == "error" else None,
    )
    return faults


@contextmanager
def reads_held(page: Page) -> Iterator[None]:
    """The page learns that its session is over by what it writes meanwhile."""
    held: list[Route] = []

    def writes_first(route: Route) -> None:
        if route.request.method in ("POST", "PATCH"):
            route.continue_()
        else:
            held.append(route)

    page.route("**/api/v1/**", writes_first)
    with page.expect_response(lambda answer: answer.status == 401):
        yield
    for route in held:
        route.continue_()
    page.unroute("**/api/v1/**")


def sign_in(page: Page, texts: Texts, url: str, username: str, password: str) -> None:
    """Sign in by the form and wait for the frame."""
    page.goto(url, wait_until="commit")
    page.get_by_label(texts("signIn.username")).fill(username)
    page.get_by_label(texts("signIn.password"), exact=True).fill(password)
    page.get_by_role("button", name=texts("signIn.submit")).click()
    page.get_by_role("navigation", name=texts("nav.main")).wait_for()


def enter(page: Page, url: str, username: str, password: str = DEMO_PASSWORD) -> None:
    """Start a session without the form, for tests of what comes after it."""
    page.request.get(f"{url}/api/v1/session")
    answer = call(page, "POST", f"{url}/api/v1/session", username=username, password=password)
    assert answer["user"]["username"] == username


def call(page: Page, method: str, address: str, **body: object) -> Any:
    """Ask the API in the session of a page, as another of its tabs would; returns the answer."""
    cookies = {c["name"]: c["value"] for c in page.context.cookies()}
    token = {"X-CSRFToken": cookies["csrftoken"]}
    answer = page.request.fetch(address, method=method, headers=token, data=body or None)
    assert answer.ok, answer.text()
    return answer.json() if answer.status != 204 else None
