"""What every page must be: readable to all, within its security policy, within its screen."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Page

from tests.browser.product import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES: dict[str, object] = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
Theme = Literal["light", "dark"]
CONTRAST: dict[str, object] = {"type": "rule", "values": ["color-contrast"]}

VIOLATIONS = """
async (rules) => {
  const result = await axe.run(document, { runOnly: rules });
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any, all, none }) =>
      [id, [...any, ...all, ...none].map(({ message }) => message).join(" "), html].join(" | ")));
}
"""

STILL = """
() => !document.querySelector("[class*=_bone_], [aria-busy=true]") &&
  document.getAnimations().every(({ playState }) => playState !== "running")
"""

OPEN = "(href) => void window.__TSR_ROUTER__.navigate({ href })"
OPENED = """
() => {
  const { status, location, resolvedLocation } = window.__TSR_ROUTER__.state;
  return status === "idle" && location.href === resolvedLocation?.href;
}
"""

# What a box of its own scrolls or cuts is within the screen; all else must end before its edge.
TOO_WIDE = """
() => {
  const edge = document.documentElement.clientWidth;
  const isHeld = (element) => {
    for (let box = element.parentElement; box && box.id !== "content"; box = box.parentElement) {
      const cuts = getComputedStyle(box).overflowX !== "visible" && box !== document.body;
      if (cuts && box.getBoundingClientRect().right <= edge + 1) return true;
    }
    return false;
  };
  const scrollers = [document.documentElement, document.getElementById("content")];
  const found = scrollers
    .filter((box) => box && box.scrollWidth > box.clientWidth)
    .map((box) => `${box.tagName} scrolls sideways: ${box.scrollWidth} > ${box.clientWidth}`);
  for (const element of document.querySelectorAll("#root *")) {
    const { width, height, left, right } = element.getBoundingClientRect();
    const isShown = width > 1 && height > 1 && left < edge && element.checkVisibility();
    if (isShown && right > edge + 1 && !isHeld(element)) {
      found.push(`ends at ${Math.round(right)}: ${element.outerHTML.slice(0, 150)}`);
    }
  }
  return found;
}
"""


def settle(page: Page) -> None:
    """Wait until a page has its title and nothing on it moves or is dimmed.

    No skeleton, no dialog coming in, nothing of before that waits for what replaces it.
    """
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_function(STILL)


def follow(page: Page, address: str) -> None:
    """Go on to another address as a link on the page does, which is quicker than to load it."""
    page.evaluate(OPEN, address)
    page.wait_for_function(OPENED)
    settle(page)


def change_theme(page: Page, scheme: Theme) -> None:
    page.emulate_media(color_scheme=scheme)
    page.locator(f"html[data-theme={scheme}]").wait_for()
    settle(page)


def violations(page: Page, rules: dict[str, object] = RULES) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA. The page's context runs AXE before all else."""
    found: list[str] = page.evaluate(VIOLATIONS, rules)
    return found


def too_wide(page: Page) -> list[str]:
    """What makes a page scroll sideways, or hangs over its edge."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return found
