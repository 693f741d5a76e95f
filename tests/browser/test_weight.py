"""What a page weighs on its way to the browser, and that nothing on it jumps while it comes in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.product import ROOT, Served, call
from tests.browser.sound import settle

pytestmark = pytest.mark.browser

KB = 1000
SIGN_IN, FRAME, PAGE = 220 * KB, 320 * KB, 480 * KB  # of JavaScript, compressed
MOST_SHIFT = 0.05  # of the whole screen; 0.1 is what is called good

SCRIPTS = """
() => performance.getEntriesByType("resource")
  .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
  .map(({ name, encodedBodySize, decodedBodySize }) => [name, encodedBodySize, decodedBodySize])
"""
# The network is never idle: live changes are waited for.
NO_MORE_COMES = """
() => {
  const before = window.fetched;
  window.fetched = performance.getEntriesByType("resource").length;
  return window.fetched === before;
}
"""
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    if (!hadRecentInput) {
      const moved = sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.textContent);
      window.shifts.push([value, moved]);
    }
  }
}).observe({ type: "layout-shift", buffered: true });
"""


def scripts_of(page: Page) -> dict[str, int]:
    """The scripts this page needed, with their bytes as they came over the wire."""
    page.wait_for_function(NO_MORE_COMES, polling=500)
    scripts = page.evaluate(SCRIPTS)
    assert all(sent < plain for _name, sent, plain in scripts if plain > 10 * KB), scripts
    return {name: sent for name, sent, _plain in scripts}


def test_the_sign_in_page_is_light(demo: Served, page_of: Callable[..., Page]) -> None:
    page = page_of(locale="zh-CN")
    page.goto(f"{demo.url}/sign-in")
    settle(page)
    assert 50 * KB < sum(scripts_of(page).values()) <= SIGN_IN


def test_pages_are_light_and_nothing_on_them_jumps(
    demo: Served, member: Callable[..., Page]
) -> None:
    page = member("admin", "zh-CN")
    api = f"{demo.url}/api/v1"
    # With an object of the firm's own, whose icon weighs, whatever other tests made before.
    call(page, "POST", f"{api}/custom-objects", labels={"en": "Weighed"})
    best = call(page, "GET", f"{api}/customers?sort=-monetary&limit=1")["items"][0]
    addresses = [
        "/",
        "/customers",
        f"/customers/{best['id']}",
        "/tasks?kind=board",
        "/tasks?kind=calendar",
        "/imports/new",
        "/settings",
        "/settings/fields",
        "/settings/people",
    ]
    heavy, jumping = {}, {}
    for address in addresses:
        fresh = page.context.new_page()
        fresh.add_init_script(WATCH_SHIFTS)
        fresh.goto(f"{demo.url}{address}")
        settle(fresh)
        if (sent := sum(scripts_of(fresh).values())) > PAGE:
            heavy[address] = sent
        shifts = fresh.evaluate("window.shifts")
        if sum(value for value, _moved in shifts) > MOST_SHIFT:
            jumping[address] = shifts
        fresh.close()
    assert heavy == {}
    assert jumping == {}


def test_the_frame_is_light() -> None:
    """What its script brings along, without any page in it; texts are of one language.

    Those of the settings, of fields, of layouts, of imports, of data quality and of customers'
    value come with their pages.
    """
    assets = ROOT / "web/dist/assets"
    start = re.search(r"assets/(index-[^\"]+\.js)", (assets.parent / "index.html").read_text())
    assert start
    frame = max(assets.glob("_app-*.js"), key=lambda script: script.stat().st_size)
    texts = {script: script.read_text() for script in assets.glob("zh-CN-*.js")}
    later = {
        s
        for s in texts
        if re.search(r" as (?:sessions|fields|layouts|imports|quality|equity)[,}]", texts[s])
    }
    assert len(later) == 6
    waiting, needed = [assets / start[1], frame], texts.keys() - later
    while waiting:
        script = waiting.pop()
        if script not in needed:
            needed.add(script)
            named = re.findall(r'(?:from|import)"\./([^"]+\.js)"', script.read_text())
            waiting += [assets / name for name in named]
    assert len(needed) > 20
    assert sum(compressed(script) for script in needed) <= FRAME


def compressed(script: Path) -> int:
    """Bytes as they go over the wire: what hardly shrinks is sent as it is."""
    sent = script.with_name(f"{script.name}.gz")
    return (sent if sent.exists() else script).stat().st_size
