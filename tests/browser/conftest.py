"""Browser tests: the real product in a folder of its own, in the system's Chromium."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.product import ROOT, launch

RESULTS = ROOT / "test-results"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for a workspace, where the database's own user may reach it."""
    with tempfile.TemporaryDirectory(prefix="guanxi-browser-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def page_of(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open pages in contexts of their own; a failed test leaves a picture of each."""
    pages: list[Page] = []

    def open_page(**options: Any) -> Page:
        page = chromium.new_context(**options).new_page()
        page.set_default_timeout(30_000)
        pages.append(page)
        return page

    failed = request.session.testsfailed
    yield open_page
    for number, page in enumerate(pages):
        if request.session.testsfailed > failed:
            RESULTS.mkdir(exist_ok=True)
            page.screenshot(path=RESULTS / f"{request.node.name}-{number}.png")
        page.context.close()
