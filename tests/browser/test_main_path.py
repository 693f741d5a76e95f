"""The main job, as a person does it: from an empty workspace to a worked list of customers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.firm import FIRMS, make_firm
from tests.browser.product import Texts, serve, sign_in, watch
from tests.browser.sound import follow

PASSWORD = "correct-horse-9"
JOB_MILLISECONDS = 90_000

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_from_a_file_to_todays_list(
    page_of: Callable[..., Page], home: Path, language: str
) -> None:
    t = Texts(language)
    firm = make_firm(language, dt.datetime.now(dt.UTC).date())
    with serve(home, "serve") as served:
        link = served.wait_for("token=").split(": ", 1)[1]
        page = page_of(locale=language, viewport={"width": 1440, "height": 900})
        faults = watch(page)

        set_up(page, t, link)
        served.run(
            "user", "add", "mei", "--name", "Mei", "--role", "account_manager",
            "--password", PASSWORD,
        )  # fmt: skip
        sign_out(page, t)
        sign_in(page, t, served.url, "mei", PASSWORD)
        expect(page.get_by_role("heading", name=t("insight.start.title"))).to_be_visible()

        import_file(page, t, "customer", firm.customers)
        import_file(page, t, "purchase", firm.purchases)
        score(page, t)
        name = work_the_list(page, t)
        assert name in firm.names
        use_the_customer_page(page, t, name)
        use_the_list(page, t)
        assert not [f for f in faults if "401" not in f]  # asked before signing in


def set_up(page: Page, t: Texts, link: str) -> None:
    page.goto(link)
    page.get_by_label(t("setUp.firm")).fill("Firm")
    page.get_by_label(t("setUp.fullName")).fill("Ada Admin")
    page.get_by_label(t("signIn.username")).fill("ada")
    page.get_by_label(t("signIn.password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=t("setUp.submit")).click()
    expect(page.get_by_role("heading", name=t("insight.start.title"))).to_be_visible()
    expect(page.get_by_text(t("insight.start.sample"))).to_be_visible()


def sign_out(page: Page, t: Texts) -> None:
    page.get_by_role("button", name=t("user.menu")).click()
    page.get_by_text(t("user.signOut")).click()
    page.wait_for_url("**/sign-in*")
    page.get_by_role("button", name=t("signIn.submit")).wait_for()


def import_file(page: Page, t: Texts, target: str, content: bytes) -> None:
    """Drop the file, look at each step, run it; all rows but the last are taken."""
    follow(page, "/imports/new")
    what = re.compile("^" + re.escape(t(f"imports.target.{target}.title")))
    page.get_by_role("radio", name=what).click()  # which the address then says
    expect(page.get_by_role("radio", name=what)).to_be_checked()
    page.set_input_files(
        "input[type=file]",
        {"name": f"{target}.csv", "mimeType": "text/csv", "buffer": content},
    )
    expect(page.get_by_role("heading", name=f"{target}.csv")).to_be_visible()
    page.get_by_role("button", name=t("common.next"), exact=True).click()
    page.get_by_role("button", name=t("imports.toPreview"), exact=True).last.click()
    run = page.get_by_role("button", name=t.like("imports.run_other"))
    expect(run).to_be_enabled(timeout=JOB_MILLISECONDS)
    expect(page.get_by_text(t("imports.previewText"))).to_be_visible()
    run.click()
    expect(page.get_by_role("heading", name=t("imports.done"))).to_be_visible(
        timeout=JOB_MILLISECONDS
    )
    expect(page.get_by_role("button", name=t("imports.undo"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=t.like("imports.errorFile_one")).click()
    rejected = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(rejected) == 2, rejected[:3]  # the header and the one bad row, with its reason


def score(page: Page, t: Texts) -> None:
    follow(page, "/")
    page.get_by_role("button", name=t("insight.score.now")).first.click()
    expect(page.get_by_role("article").first).to_be_visible(timeout=JOB_MILLISECONDS)
    expect(page.get_by_text(f"{FIRMS}", exact=True).first).to_be_visible()


def work_the_list(page: Page, t: Texts) -> str:
    """Snooze one, dismiss one with a reason, and make a task for one; returns whose that is."""
    cards = page.get_by_role("article")
    before = cards.count()
    assert before >= 3
    cards.first.get_by_role("button", name=t("insight.snooze.label")).click()
    page.get_by_role("menuitem", name=t("insight.snooze.tomorrow")).click()
    expect(cards).to_have_count(before - 1)
    cards.first.get_by_role("button", name=t("insight.dismiss.label")).click()
    page.get_by_role("menuitem", name=t("insight.dismiss.known")).click()
    expect(cards).to_have_count(before - 2)
    name = cards.first.get_by_role("link").first.inner_text()
    cards.first.focus()
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(t("insight.do.task"), exact=True).click()
    dialog.get_by_role("button", name=t("insight.do.createTask")).click()
    expect(cards).to_have_count(before - 3)
    expect(
        page.get_by_role("checkbox", name=t.like("insight.tasks.complete")).first
    ).to_be_visible()
    return name


def use_the_customer_page(page: Page, t: Texts, name: str) -> None:
    follow(page, f"/customers?q={name}")
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text(t("customer.score.title"))).to_be_visible()
    expect(page.get_by_text(t.like("customer.entry.order")).first).to_be_visible()
    page.get_by_role("button", name=t("customer.compose.mode.call"), exact=True).click()
    page.get_by_role("textbox", name=t("customer.compose.text.call")).fill("They moved house.")
    page.keyboard.press("Control+Enter")
    timeline = page.get_by_role("region", name=t("customer.timeline"))
    expect(timeline.get_by_text("They moved house.")).to_be_visible()


def use_the_list(page: Page, t: Texts) -> None:
    """Edit in place, edit several at once and undo it, save a view, export."""
    follow(page, "/customers")
    rows = page.get_by_role("row")
    expect(rows.nth(3)).to_be_visible()
    boxes = page.get_by_role("checkbox")
    boxes.nth(1).check()
    boxes.nth(2).check()
    expect(page.get_by_text(t("bulk.selected_other", number=2))).to_be_visible()
    page.get_by_role("button", name=t("common.delete")).first.click()
    page.get_by_role("dialog").get_by_role("button", name=t("common.delete")).click()
    undo = page.get_by_role("button", name=t("common.undo"))
    expect(undo).to_be_visible()
    undo.click()
    expect(page.get_by_text(t("common.undone"))).to_be_visible()
    page.get_by_role("button", name=t("list.export")).click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=t("list.exportCsv")).click()
    exported = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(exported) >= FIRMS + 1
