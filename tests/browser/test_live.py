"""What others change shows by itself, in lists and on pages, in every tab."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Served, Texts, call, enter
from tests.browser.proxy import proxy_to

pytestmark = pytest.mark.browser
SOON = 5_000  # milliseconds; the aim is a third of a second, on a machine that has time


def test_a_change_by_somebody_else_shows_by_itself(
    demo: Served, member: Callable[..., Page]
) -> None:
    t = Texts("en")
    mine, theirs = member("chen"), member("admin")
    customers = f"{demo.url}/api/v1/customers"
    name = f"!Live {time.time_ns()}"
    customer = call(mine, "POST", customers, kind="person", name=name, city="Bonn")
    mine.goto(f"{demo.url}/customers")
    row = mine.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Bonn")
    tab = mine.context.new_page()  # shares the one stream
    tab.goto(f"{demo.url}/customers/{customer['id']}")
    expect(tab.get_by_role("heading", level=1)).to_have_text(name)

    call(theirs, "PATCH", f"{customers}/{customer['id']}", city="Köln")
    expect(row).to_contain_text("Köln", timeout=SOON)
    expect(tab.get_by_role("definition").filter(has_text="Köln")).to_be_visible(timeout=SOON)

    call(
        theirs, "POST", f"{demo.url}/api/v1/interactions",
        customer=customer["id"], channel="call", subject="Asked for samples",
    )  # fmt: skip
    timeline = tab.get_by_role("region", name=t("customer.timeline"))
    expect(timeline.get_by_text("Asked for samples")).to_be_visible(timeout=SOON)

    mine.bring_to_front()
    owner = customer["owner"]["id"]
    call(theirs, "POST", customers, kind="person", name=f"{name} new", city="Ulm", owner=owner)
    new = mine.get_by_role("row").filter(has_text=f"{name} new")
    expect(new).to_contain_text("Ulm", timeout=SOON)


TABS = 20


def test_twenty_tabs_share_one_stream(demo: Served, member: Callable[..., Page]) -> None:
    """A browser has six connections to one server: with a stream a tab, the seventh would wait."""
    mine, theirs = member("chen"), member("admin")
    customers = f"{demo.url}/api/v1/customers"
    name = f"Tabs {time.time_ns()}"
    customer = call(mine, "POST", customers, kind="person", name=name, city="Bonn")
    tabs = [mine, *(mine.context.new_page() for _ in range(TABS - 1))]
    for tab in tabs:
        tab.goto(f"{demo.url}/customers/{customer['id']}", wait_until="commit")
    for tab in tabs:
        expect(tab.get_by_role("heading", level=1)).to_have_text(name)
    call(theirs, "PATCH", f"{customers}/{customer['id']}", city="Köln")
    for tab in tabs:
        expect(tab.get_by_role("definition").filter(has_text="Köln")).to_be_visible()
    for tab in tabs[:-1]:  # also the one that was first
        tab.close()
    call(theirs, "PATCH", f"{customers}/{customer['id']}", city="Ulm")
    expect(tabs[-1].get_by_role("definition").filter(has_text="Ulm")).to_be_visible(timeout=SOON)


def test_who_else_has_the_record_open(demo: Served, member: Callable[..., Page]) -> None:
    mine, theirs = member("chen", "zh-CN"), member("admin", "zh-CN")
    customer = call(mine, "POST", f"{demo.url}/api/v1/customers", kind="person", name="同看")
    address = f"{demo.url}/customers/{customer['id']}"
    mine.goto(address)
    expect(mine.get_by_role("heading", level=1)).to_have_text("同看")
    here = mine.get_by_role("img", name="也在查看")
    expect(here).to_have_count(0)
    theirs.goto(address)
    expect(theirs.get_by_role("img", name="也在查看")).to_be_visible()
    expect(here).to_be_visible(timeout=SOON)
    theirs.goto(demo.url)
    expect(here).to_have_count(0, timeout=SOON)


def test_a_stream_that_is_cut_loses_nothing(
    demo: Served, member: Callable[..., Page], page_of: Callable[..., Page]
) -> None:
    """Broken off in the middle of a message, then refused for a while, then back."""
    t, theirs, mine = Texts("en"), member("admin"), page_of(locale="en")
    api = f"{demo.url}/api/v1"
    with proxy_to(demo.url) as proxy:
        enter(mine, proxy.url, "chen")
        customers = f"{proxy.url}/api/v1/customers"
        customer = call(mine, "POST", customers, kind="person", name="Cut", city="Bonn")["id"]
        mine.goto(f"{proxy.url}/customers/{customer}")

        def city(name: str) -> Locator:
            return mine.get_by_role("definition").filter(has_text=name)

        expect(city("Bonn")).to_be_visible()
        call(theirs, "PATCH", f"{api}/customers/{customer}", city="Köln")
        expect(city("Köln")).to_be_visible(timeout=SOON)  # it listens
        proxy.break_off()
        call(theirs, "PATCH", f"{api}/customers/{customer}", city="Ulm")
        assert proxy.broke.wait(20)
        subject = "While nobody listened"
        call(theirs, "POST", f"{api}/interactions", customer=customer, channel="call",
             subject=subject)  # fmt: skip
        call(theirs, "PATCH", f"{api}/customers/{customer}", city="Mainz")
        proxy.mend()
        expect(city("Mainz")).to_be_visible()
        timeline = mine.get_by_role("region", name=t("customer.timeline"))
        expect(timeline.get_by_text(subject)).to_be_visible()
        mine.goto("about:blank")  # it leaves before the proxy does
