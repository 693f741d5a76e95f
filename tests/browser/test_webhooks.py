"""Settings → Webhooks: made with a filter, its secret shown once, tried, switched off, deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts

pytestmark = pytest.mark.browser


def test_a_webhook_from_its_making_to_its_end(demo: Served, member: Callable[..., Page]) -> None:
    t, name = Texts("en"), "Warehouse"
    page = member("admin")
    page.goto(f"{demo.url}/settings/webhooks")
    page.get_by_role("button", name=t("webhooks.new")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(t("webhooks.name"), exact=True).fill(name)
    address = dialog.get_by_label(t("webhooks.url"), exact=True)
    address.fill("https://127.0.0.1/hook")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()  # the server says why not there
    address.fill("https://localhost/hook")  # a name is judged by where it leads
    dialog.get_by_label(t("webhooks.action.deleted"), exact=True).uncheck()
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name=t("common.create")).click()
    secret = page.get_by_role("textbox", name=t("webhooks.secret")).input_value()
    assert secret.startswith("whsec_")
    page.get_by_role("button", name=t("tokens.kept")).click()

    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(t("webhooks.is.on"))
    expect(row).not_to_contain_text(t("webhooks.action.deleted"))
    page.reload()
    expect(row).to_be_visible()
    assert secret not in page.content()

    def act(label: str) -> None:
        row.get_by_role("button", name=t("webhooks.actions", name=name)).click()
        page.get_by_role("menuitem", name=t(label), exact=True).click()

    act("webhooks.test")
    log = page.get_by_role("dialog", name=t("webhooks.logOf", name=name))
    expect(log).to_contain_text(t("webhooks.isTest"))
    expect(log).to_contain_text(t("webhooks.error.forbidden"))
    page.keyboard.press("Escape")
    expect(log).to_be_hidden()
    act("webhooks.pause")
    expect(row).to_contain_text(t("webhooks.is.off"))
    act("webhooks.delete")
    asked = page.get_by_role("dialog", name=t("webhooks.deleteAsk", name=name))
    asked.get_by_role("button", name=t("webhooks.delete")).click()
    expect(row).to_be_hidden()
