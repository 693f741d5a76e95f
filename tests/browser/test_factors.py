"""An authenticator app and a passkey are added, asked for when signing in, and suffice."""

from __future__ import annotations

import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser
PASSWORD = "a quite new password"


@pytest.fixture
def newcomer(demo: Served, member: Callable[..., Page]) -> Callable[[str], str]:
    """Make somebody who may sign in, and give their sign-in name."""

    def make(name: str) -> str:
        boss = member("admin")
        api = f"{demo.url}/api/v1"
        role = call(boss, "GET", f"{api}/roles?limit=1")["items"][0]["id"]
        made = call(boss, "POST", f"{api}/people", username=name, full_name=name, role=role)
        key = made["link"]["url"].split("#")[1]
        call(boss, "POST", f"{api}/links/use", key=key, password=PASSWORD)
        return name

    return make


def fill_in(page: Page, t: Texts, demo: Served, username: str) -> None:
    page.goto(f"{demo.url}/sign-in")
    page.get_by_label(t("signIn.username")).fill(username)
    page.get_by_label(t("signIn.password"), exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")


def frame(page: Page, t: Texts) -> None:
    page.get_by_role("navigation", name=t("nav.main")).wait_for()


def code(secret: str, steps: int) -> str:
    """The code that the app shows so many steps from now."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


def test_an_authenticator_app(
    demo: Served, page_of: Callable[..., Page], newcomer: Callable[..., str]
) -> None:
    t, name = Texts("zh-CN"), newcomer("app")
    page = page_of(locale="zh-CN")
    page.context.add_init_script(path=AXE)
    fill_in(page, t, demo, name)
    frame(page, t)
    page.goto(f"{demo.url}/settings")
    page.get_by_role("button", name=t("factors.addTotp")).click()
    page.get_by_label(t("factors.confirm")).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name=t("factors.qr"))).to_be_visible()
    settle(page)
    assert violations(page) == []
    secret = page.get_by_role("textbox", name=t("factors.key")).input_value()
    page.get_by_label(t("factors.code")).fill(code(secret, 0))
    page.keyboard.press("Enter")
    shown = page.get_by_role("list", name=t("factors.codesTitle"))
    expect(shown.get_by_role("listitem")).to_have_count(10)
    recovery = shown.get_by_role("listitem").first.inner_text()

    for right in (code(secret, 1), recovery):
        again = page_of(locale="zh-CN")
        again.context.add_init_script(path=AXE)
        fill_in(again, t, demo, name)
        field = again.get_by_label(t("prove.code"))
        field.fill("000000")
        again.keyboard.press("Enter")
        expect(again.get_by_role("alert")).to_be_visible()
        settle(again)
        assert violations(again) == []
        field.fill(right)
        again.keyboard.press("Enter")
        frame(again, t)


def test_a_passkey(
    demo: Served, page_of: Callable[..., Page], newcomer: Callable[..., str]
) -> None:
    t, name = Texts("zh-CN"), newcomer("passkey")
    page = page_of(locale="zh-CN")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True,
            }
        },
    )  # fmt: skip
    fill_in(page, t, demo, name)
    frame(page, t)
    page.goto(f"{demo.url}/settings")
    page.get_by_role("button", name=t("factors.addPasskey")).click()
    page.get_by_label(t("factors.passkeyName")).fill("我的手机")
    page.get_by_label(t("factors.confirm")).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="我的手机")).to_be_visible()

    def sign_out() -> None:
        call(page, "DELETE", f"{demo.url}/api/v1/session")

    sign_out()
    fill_in(page, t, demo, name)  # after the password
    page.get_by_role("heading", name=t("prove.title")).wait_for()
    page.get_by_role("button", name=t("prove.passkey")).click()
    frame(page, t)

    sign_out()
    page.goto(f"{demo.url}/sign-in")  # alone
    page.get_by_role("button", name=t("prove.passkey")).click()
    frame(page, t)

    sign_out()
    authenticator = {"authenticatorId": device["authenticatorId"]}
    session.send("WebAuthn.setUserVerified", {**authenticator, "isUserVerified": False})
    page.goto(f"{demo.url}/sign-in")
    page.get_by_role("button", name=t("prove.passkey")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert not page.request.get(f"{demo.url}/api/v1/customers").ok
