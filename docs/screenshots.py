"""Takes the pictures of README and guides from the sample firm: python -m docs.screenshots"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.product import DEMO_PASSWORD, Texts, launch, serve, sign_in

IMAGES = Path(__file__).parent / "images"
SETTLE_MILLISECONDS = 3000  # for figures that come after the page; live events never end


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for language in ("zh-CN", "en"):
            with (
                tempfile.TemporaryDirectory(dir="/tmp") as home,
                serve(
                    Path(home), "demo", "--no-open", "--locale", language, "--home", home
                ) as served,
            ):
                size = {"width": 1440, "height": 900}
                page = browser.new_context(locale=language, viewport=size).new_page()
                sign_in(page, Texts(language), served.url, "chen", DEMO_PASSWORD)
                page.get_by_role("article").first.wait_for(timeout=120_000)
                take(page, f"home-{language}")
                page.get_by_role("article").first.get_by_role("link").first.click()
                page.get_by_role("heading", level=1).wait_for()
                take(page, f"customer-{language}")
                page.goto(f"{served.url}/customers")
                page.get_by_role("row").nth(9).wait_for()
                take(page, f"list-{language}")
        browser.close()


if __name__ == "__main__":
    main()
