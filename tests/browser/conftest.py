"""Browser tests: the real product in a folder of its own, in the system's Chromium."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.product import ROOT, Served, enter, launch, serve

RESULTS = ROOT / "test-results"
PATIENCE = 30_000  # milliseconds; a test on a busy machine is slow, not wrong
DEMO = ("demo", "--no-open", "--locale", "zh-CN", "--customers", "300")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for a workspace, where the database's own user may reach it."""
    with tempfile.TemporaryDirectory(prefix="guanxi-browser-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def demo() -> Iterator[Served]:
    """The sample firm, one for all tests: each changes records of its own only."""
    with (
        tempfile.TemporaryDirectory(prefix="guanxi-browser-", dir="/tmp") as folder,
        serve(Path(folder), *DEMO, "--home", folder, GUANXI_SSO_HOSTS="localhost") as served,
    ):
        yield served


@pytest.fixture
def page_of(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open pages in contexts of their own; a failed test leaves a picture of each."""
    pages: list[Page] = []

    def open_page(**options: Any) -> Page:
        # A menu that still grows into its place is clicked beside on a busy machine.
        page = chromium.new_context(**{"reduced_motion": "reduce", **options}).new_page()
        page.set_default_timeout(PATIENCE)
        pages.append(page)
        return page

    failed = request.session.testsfailed
    yield open_page
    for number, page in enumerate(pages):
        if request.session.testsfailed > failed:
            RESULTS.mkdir(exist_ok=True)
            page.screenshot(path=RESULTS / f"{request.node.name}-{number}.png")
        page.context.close()


@pytest.fixture
def member(demo: Served, page_of: Callable[..., Page]) -> Callable[..., Page]:
    """Open pages as people of the sample firm who have signed in: `member("chen", "zh-CN")`."""

    def open_page(username: str, language: str = "en", **options: Any) -> Page:
        page = page_of(
            **{"viewport": {"width": 1440, "height": 900}, **options, "locale": language}
        )
        enter(page, demo.url, username)
        return page

    return open_page
