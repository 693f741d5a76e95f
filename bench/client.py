"""What people feel: the client in real Chromium on a list of many rows.

python bench/client.py --customers 100000 serves a sample firm of so many. Prints JSON: how evenly
frames come while the list is scrolled by wheel and by a held arrow key, and whether a key was lost;
the time from a key in a cell to its text on the screen; what comes when until a page stands,
and how far it jumps, at two widths, from an empty cache; how long a change in one browser is on its
way to the screen of another. Ends with an error if a key was lost.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from served import Served, serving
from workspace import machine

from tests.browser.product import call, enter, launch

WIDTHS = {1440: 900, 390: 844}
SMOOTH, HALF = 1000 / 60, 1000 / 30  # milliseconds a frame
NOISE = 0.5  # of a millisecond, by which clocks and screens differ
LONG = 50  # milliseconds of one task that people notice
LIST = "/customers"

# Frames and long tasks from when it is started until it is asked.
WATCH = """
() => {
  const seen = { frames: [], tasks: [], on: true };
  let last = null;
  const tick = (now) => {
    if (last !== null) seen.frames.push(now - last);
    last = now;
    if (seen.on) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  new PerformanceObserver((list) => {
    if (seen.on) seen.tasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask" });
  window.seen = seen;
}
"""
SEEN = "() => { window.seen.on = false; return window.seen; }"
ACTIVE_ROW = """
() => Number(document.querySelector("[role=gridcell][data-active=true]")
  ?.closest("[role=row]").getAttribute("aria-rowindex") ?? -1)
"""
# From the key to the frame after the one that shows its text.
FEEL_KEYS = """
() => {
  window.felt = [];
  document.addEventListener("keydown", (event) => {
    if (event.key.length !== 1) return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const box = document.querySelector("[data-active=true] :is(input, textarea)");
        window.felt.push([performance.now() - event.timeStamp, box?.value ?? ""]);
      };
      channel.port2.postMessage(null);
    });
  }, { capture: true });
}
"""
WATCH_PAINT = """
window.paint = { shift: 0 };
const take = (type, use) => new PerformanceObserver((list) => list.getEntries().forEach(use))
  .observe({ type, buffered: true });
take("paint", ({ name, startTime }) => { window.paint[name] = startTime; });
take("largest-contentful-paint", ({ startTime }) => { window.paint.largest = startTime; });
take("layout-shift", ({ value, hadRecentInput }) => {
  if (!hadRecentInput) window.paint.shift += value;
});
"""
NO_MORE_COMES = """
() => {
  const before = window.fetched;
  window.fetched = performance.getEntriesByType("resource").length;
  return window.fetched === before && document.querySelector("[aria-busy=true]") === null;
}
"""
STANDS = "(text) => document.body.innerText.includes(text) && Date.now()"


def p95(values: list[float]) -> float:
    return round(statistics.quantiles(values, n=20)[-1], 1) if len(values) > 1 else values[0]


def smoothness(page: Page) -> dict[str, float]:
    """How evenly the frames came that were watched."""
    seen = page.evaluate(SEEN)
    frames: list[float] = seen["frames"]

    def share(limit: float) -> float:
        return round(sum(frame > limit + NOISE for frame in frames) / len(frames), 4)

    return {
        "frames": len(frames),
        "frames_per_second": round(1000 * len(frames) / sum(frames), 1),
        "over_16_7_ms": share(SMOOTH),
        "over_33_ms": share(HALF),
        "longest_ms": round(max(frames), 1),
        "tasks_over_50_ms": sum(task > LONG for task in seen["tasks"]),
    }


class Measured:
    """One person in their browser."""

    def __init__(self, browser: Browser, served: Served, user: dict[str, str]) -> None:
        self.browser, self.user = browser, user
        self.url = f"http://localhost:{served.port}"

    @contextmanager
    def fresh(self, width: int = 1440, *, signed_in: bool = True) -> Iterator[BrowserContext]:
        """A browser that has seen nothing yet, and keeps nothing."""
        size: Any = {"width": width, "height": WIDTHS[width]}
        context = self.browser.new_context(viewport=size, locale="en")
        try:
            if signed_in:
                page = context.new_page()
                enter(page, self.url, self.user["username"], self.user["password"])
                page.close()
            yield context
        finally:
            context.close()

    @contextmanager
    def list(self) -> Iterator[Page]:
        """The list of customers, with its rows."""
        with self.fresh() as context:
            page = context.new_page()
            page.goto(f"{self.url}{LIST}")
            page.locator("[role=row][aria-rowindex='12']").wait_for()
            page.wait_for_function(NO_MORE_COMES, polling=300)
            yield page


def scrolling(person: Measured, seconds: float) -> dict[str, float]:
    """By wheel, as fast as a hand turns it."""
    with person.list() as page:
        page.mouse.move(700, 500)
        page.evaluate(WATCH)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            page.mouse.wheel(0, 120)
        return smoothness(page)


def held_key(person: Measured, presses: int) -> dict[str, float]:
    """By an arrow key that repeats thirty times a second; each press has to move one row."""
    with person.list() as page:
        page.locator("[role=row][aria-rowindex='2'] [role=gridcell][aria-colindex='3']").click()
        began_at = page.evaluate(ACTIVE_ROW)
        page.evaluate(WATCH)
        began = time.monotonic()
        for number in range(1, presses + 1):
            page.keyboard.down("ArrowDown")
            page.wait_for_timeout(max(0.0, (began + number / 30 - time.monotonic()) * 1000))
        page.keyboard.up("ArrowDown")
        found = smoothness(page)
        moved = page.evaluate(ACTIVE_ROW) - began_at
        return found | {"presses": presses, "lost": presses - moved}


def typing(person: Measured, keys: int) -> dict[str, float]:
    """From a key pressed on a cell to its letter on the screen; what is typed is given up again."""
    with person.list() as page:
        # The telephone: a text that may be edited in place.
        page.locator("[role=row][aria-rowindex='2'] [role=gridcell][aria-colindex='4']").click()
        page.evaluate(FEEL_KEYS)
        for number in range(keys):
            page.keyboard.press("7")
            page.wait_for_function(f"() => window.felt.length === {number + 1}")
            page.keyboard.press("Escape")
            page.keyboard.press("ArrowDown")
        felt: list[tuple[float, str]] = page.evaluate("() => window.felt")
    if any(text != "7" for _ms, text in felt):
        raise SystemExit(f"A key did not show: {felt}")
    times = [ms for ms, _text in felt]
    return {"keys": keys, "median_ms": round(statistics.median(times), 1), "p95_ms": p95(times)}


def first_paint(person: Measured, rounds: int) -> dict[str, dict[str, float]]:
    """Medians of milliseconds until something, and the largest part, is shown; how far it jumps."""
    with person.fresh() as context:
        page = context.new_page()
        address = f"{person.url}/api/v1/customers?sort=-monetary&limit=1"
        best = page.request.get(address).json()["items"][0]["id"]
    addresses = {"sign-in": "/sign-in", "home": "/", "list": LIST, "record": f"{LIST}/{best}"}
    found = {}
    for width in WIDTHS:
        for name, path in addresses.items():
            paints = []
            for _round in range(rounds):
                with person.fresh(width, signed_in=name != "sign-in") as context:
                    page = context.new_page()
                    page.add_init_script(WATCH_PAINT)
                    page.goto(f"{person.url}{path}")
                    page.wait_for_function(NO_MORE_COMES, polling=500)
                    paints.append(page.evaluate("() => window.paint"))
            found[f"{name} at {width}"] = {
                "first_ms": round(statistics.median(p["first-contentful-paint"] for p in paints)),
                "largest_ms": round(statistics.median(p["largest"] for p in paints)),
                "shift": round(max(p["shift"] for p in paints), 4),
            }
    return found


def on_its_way(person: Measured, other: Measured, changes: int) -> dict[str, float]:
    """Milliseconds from a change being sent by one until another's screen shows it."""
    times = []
    with person.fresh() as context, other.list() as theirs:
        mine = context.new_page()
        row = theirs.evaluate(
            "() => document.querySelector('[role=row][aria-rowindex=\"2\"] a').pathname"
        ).rpartition("/")[2]
        address = f"{person.url}/api/v1/customers/{row}"
        for _change in range(changes):
            city = f"city {uuid4().hex[:8]}"
            began = time.time() * 1000
            call(mine, "PATCH", address, city=city)
            shown = theirs.wait_for_function(STANDS, arg=city, polling="raf").json_value()
            times.append(shown - began)
    return {
        "changes": changes,
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": p95(times),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20, help="of scrolling by wheel")
    parser.add_argument("--presses", type=int, default=600, help="of the arrow key")
    parser.add_argument("--keys", type=int, default=100, help="pressed on cells")
    parser.add_argument("--rounds", type=int, default=7, help="of loading each page")
    parser.add_argument("--changes", type=int, default=100, help="seen on another's screen")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guanxi-client-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database's own user passes
        served = Served(folder / "home")
        users = {user["role"]: user for user in served.load_sample(chosen.customers)}
        with serving(served), sync_playwright() as playwright:
            browser = launch(playwright)
            boss, colleague = (
                Measured(browser, served, users[role]) for role in ("administrator", "manager")
            )
            figures = {
                "customers": chosen.customers,
                "scroll_by_wheel": scrolling(boss, chosen.seconds),
                "scroll_by_key": held_key(boss, chosen.presses),
                "key_to_text": typing(boss, chosen.keys),
                "pages": first_paint(boss, chosen.rounds),
                "change_to_screen": on_its_way(boss, colleague, chosen.changes),
                "chromium": browser.version,
                "load": os.getloadavg(),
                "machine": machine(),
            }
            browser.close()
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    if lost := figures["scroll_by_key"]["lost"]:
        raise SystemExit(f"Of {chosen.presses} presses of the arrow key {lost} moved no row.")


if __name__ == "__main__":
    main()
