"""Every page, in both themes, on a desk and a phone: readable, in its policy, in its screen."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.firm import make_firm
from tests.browser.product import Served, Texts, call, enter, serve, watch
from tests.browser.sound import (
    AXE,
    CONTRAST,
    RULES,
    Theme,
    change_theme,
    follow,
    too_wide,
    violations,
)

pytestmark = pytest.mark.browser

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Each screen and each theme, one changed at a time; what is light on a desk is so on a phone.
LOOKS: list[tuple[dict[str, int], Theme]] = [(DESK, "light"), (DESK, "dark"), (PHONE, "dark")]
LONG_NAMES = (
    "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县农业生产资料联合股份有限公司驻北京办事处",
    "Taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahu Ltd",
)
LONG = {
    "kind": "organization",
    "email": f"{'rindfleischetikettierungsueberwachung' * 2}@donaudampfschifffahrt.example",
    "city": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "street": "南京路二百九十一号环球大厦二十二层二二零三室" * 3,
}
CITY_FILTER = json.dumps({"and": [{"field": "city", "op": "not_empty"}]})


@pytest.fixture(scope="module")
def addresses(demo: Served, chromium: Browser) -> list[str]:
    """One address of every kind of page, some with long names, imports at each of their steps."""
    context = chromium.new_context()
    page = context.new_page()
    enter(page, demo.url, "admin")
    api = f"{demo.url}/api/v1"
    address = f"{api}/customers?on_duplicate=create"  # of one e-mail
    named = [call(page, "POST", address, name=name, **LONG) for name in LONG_NAMES]
    for customer in named:
        call(page, "POST", f"{api}/tasks", title=customer["name"], customer=customer["id"])
    best = call(page, "GET", f"{api}/customers?sort=-monetary&limit=1")["items"][0]
    order, product, task, user, role = (
        call(page, "GET", f"{api}/{path}?limit=1")["items"][0]["id"]
        for path in ("orders", "products", "tasks", "users", "roles")
    )
    call(
        page, "POST", f"{api}/webhooks", name="ERP", url=f"https://example.com/{'hook' * 20}",
        objects=["tag"], actions=["deleted"],
    )  # fmt: skip
    define_fields(page, api)
    read, previewed, done = imports_at_each_step(page, api)
    context.close()
    return [
        "/?all=true",
        "/customers",
        f"/customers?filter={CITY_FILTER}&sort=-city",
        f"/customers?q={LONG_NAMES[1]}",
        f"/customers?peek={best['id']}",
        "/customers?group=stage",
        "/customers?kind=board&by=stage&sum=monetary",
        "/tasks?kind=board",
        "/tasks?kind=calendar",
        "/tasks?kind=calendar&span=week",
        "/orders?kind=chart&by=ordered_at:month&sum=total",
        "/customers?kind=chart&by=city&shape=donut",
        f"/customers/{best['id']}",
        *(f"/customers/{customer['id']}" for customer in named),
        "/tasks",
        f"/tasks/{task}",
        "/orders",
        f"/orders/{order}",
        "/products",
        f"/products/{product}",
        "/imports",
        "/imports/new",
        f"/imports/{read}",
        f"/imports/{read}?step=map",
        f"/imports/{previewed}",
        f"/imports/{previewed}?verdict=reject",
        f"/imports/{done}",
        "/value?months=60",
        "/lifecycle",
        "/data-quality",
        "/data-quality/duplicates",
        "/recycle-bin",
        "/settings",
        "/settings/snippets",
        "/settings/people",
        "/settings/roles",
        f"/settings/roles/{role}",
        "/settings/webhooks",
        "/settings/privacy",
        "/settings/audit",
        "/settings/objects",
        "/settings/fields",
        "/settings/fields?object=order",
        "/settings/layouts",
        "/settings/layouts?object=order&part=form",
        "/settings/retention",
        "/users",
        f"/users/{user}",
        "/nowhere",
    ]


def define_fields(page: Page, api: str) -> None:
    """One field of a choice and one archived, with names as long as they get."""
    choices = [{"value": "a", "labels": {"zh-CN": LONG_NAMES[0]}}]
    for kind, settings in (("choice", {"choices": choices}), ("text", {})):
        field = call(
            page, "POST", f"{api}/custom-fields", object="customer", type=kind, settings=settings,
            labels={"zh-CN": LONG_NAMES[0], "en": LONG_NAMES[1]}, masks={"service": "hidden"},
        )  # fmt: skip
    call(page, "POST", f"{api}/custom-fields/{field['id']}/archive")


def imports_at_each_step(page: Page, api: str) -> list[str]:
    """Ids of imports of one file: uploaded, previewed, and done."""
    content = make_firm("zh-CN", dt.date(2026, 1, 5)).customers
    made = []
    for verbs in ((), ("preview",), ("preview", "run")):
        token = {c["name"]: c["value"] for c in page.context.cookies()}["csrftoken"]
        file = {"name": "customers.csv", "mimeType": "text/csv", "buffer": content}
        uploaded = page.request.post(
            f"{api}/imports",
            multipart={"target": "customer", "file": file},
            headers={"X-CSRFToken": token},
        ).json()
        for verb in verbs:
            call(page, "POST", f"{api}/imports/{uploaded['id']}/{verb}")
            wait_for_import(page, f"{api}/imports/{uploaded['id']}")
        made.append(uploaded["id"])
    return made


def wait_for_import(page: Page, address: str) -> None:
    for _attempt in range(200):
        state = call(page, "GET", address)["state"]
        if state in ("previewed", "done"):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(state)


class Inspector:
    """Looks at page after page on a desk and on a phone, in light and dark; says what is wrong."""

    def __init__(self, page: Page, subtests: pytest.Subtests) -> None:
        page.context.add_init_script(path=AXE)
        self.page, self.subtests, self.faults = page, subtests, watch(page)
        self.looks = LOOKS

    def visit(self, address: str) -> None:
        follow(self.page, address)
        self.inspect(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", address))

    def inspect(self, name: str, *screens: dict[str, int]) -> None:
        """Judge what is now to be seen, on some screens or on all."""
        seen: dict[str, int] = {}
        for screen, scheme in self.looks:
            if screens and screen not in screens:
                continue
            self.page.set_viewport_size(screen)
            change_theme(self.page, scheme)
            # Another theme changes colours, and nothing else that a rule looks at.
            found = violations(self.page, CONTRAST if screen == seen else RULES)
            with self.subtests.test(page=name, width=screen["width"], scheme=scheme):
                assert found + too_wide(self.page) + self.faults == []
            self.faults.clear()
            seen = screen
        self.looks = self.looks[::-1]  # the next starts with what this one ended with


def test_every_page(
    demo: Served, page_of: Callable[..., Page], addresses: list[str], subtests: pytest.Subtests
) -> None:
    inspector = Inspector(page_of(locale="zh-CN"), subtests)
    inspector.page.goto(f"{demo.url}/sign-in")
    inspector.inspect("/sign-in")
    enter(inspector.page, demo.url, "admin")
    inspector.page.goto(demo.url)
    for address in addresses:
        inspector.visit(address)


def test_every_page_holds_english_words_on_a_phone(
    demo: Served, member: Callable[..., Page], addresses: list[str], subtests: pytest.Subtests
) -> None:
    page = member("admin", "en", viewport=PHONE)
    page.goto(demo.url)
    for address in addresses:
        follow(page, address)
        with subtests.test(page=address):
            assert too_wide(page) == []


def test_what_opens_over_a_page(
    demo: Served, page_of: Callable[..., Page], subtests: pytest.Subtests
) -> None:
    """Dialogs, drawers and menus of the pages people use most, still and in motion."""
    t = Texts("zh-CN")
    inspector = Inspector(page_of(locale="zh-CN"), subtests)
    page = inspector.page
    enter(page, demo.url, "admin")

    told(demo, page_of, page)
    opens = [
        ("/?all=true", t("insight.suggest.call")),
        ("/?all=true", t("insight.snooze.label")),
        ("/?all=true", t("insight.dismiss.label")),
        ("/customers", t("common.create")),
        ("/customers", t("list.columns")),
        ("/customers", t("filter.add")),
        (f"/customers?filter={CITY_FILTER}", t("filter.edit")),
        (f"/customers?filter={CITY_FILTER}", t("view.saveAs")),
        ("/settings", t("tokens.new")),
        ("/settings/people", t("people.invite")),
        ("/settings/webhooks", t("webhooks.new")),
        ("/settings/fields?object=product", t("fields.new")),
        ("/", t("user.menu")),
        ("/", t("notifications.title")),
    ]
    for screen, motion in ((DESK, "reduce"), (PHONE, "no-preference")):
        page.set_viewport_size(screen)
        page.emulate_media(reduced_motion=motion)
        page.goto(demo.url)
        for address, name in opens:
            page.keyboard.press("Escape")
            follow(page, "/nowhere")  # what is still open goes with its page
            follow(page, address)
            page.get_by_role("button", name=name).first.click()
            page.mouse.move(0, 0)  # what is under it looks as it does for a moment only
            inspector.inspect(f"{address}: {name}", screen)
    for screen in (DESK, PHONE):
        page.set_viewport_size(screen)
        page.goto(f"{demo.url}/customers/{first_customer(page, demo)}")
        box = page.get_by_role("textbox", name=t("customer.compose.text.note"))
        box.press_sequentially("@")
        page.get_by_role("option").first.wait_for()
        inspector.inspect("/customers/…: @", screen)


def first_customer(page: Page, demo: Served) -> str:
    pk: str = call(page, "GET", f"{demo.url}/api/v1/customers?limit=1")["items"][0]["id"]
    return pk


def told(demo: Served, page_of: Callable[..., Page], page: Page) -> None:
    """Let somebody name the page's user, and hand them a task."""
    me = page.request.get(f"{demo.url}/api/v1/session").json()["user"]
    colleague, api = page_of(), f"{demo.url}/api/v1"
    enter(colleague, demo.url, "chen")
    body = f"@[{me['full_name']}](user:{me['id']}) {LONG['street']}"
    customer = first_customer(colleague, demo)
    call(colleague, "POST", f"{api}/interactions", customer=customer, channel="note", body=body)
    call(colleague, "POST", f"{api}/tasks", title=LONG_NAMES[1], owner=me["id"])
    for _attempt in range(200):
        if page.request.get(f"{api}/notifications/unread").json()["count"] >= 2:
            return
        page.wait_for_timeout(100)
    raise TimeoutError("nothing was told")


def test_a_workspace_before_anything_is_in_it(
    page_of: Callable[..., Page], home: Path, subtests: pytest.Subtests
) -> None:
    with serve(home, "serve") as served:
        link = served.wait_for("token=").split(": ", 1)[1]
        inspector = Inspector(page_of(locale="zh-CN"), subtests)
        inspector.page.goto(link)
        inspector.inspect("/setup")
        call(
            inspector.page, "POST", f"{served.url}/api/v1/setup",
            token=link.split("token=")[1], firm="Firm", language="en", time_zone="Asia/Shanghai",
            currency="CNY", full_name="Ada", username="ada", password="correct-horse-9",
        )  # fmt: skip
        inspector.page.goto(served.url)
        for address in ("/", "/customers", "/tasks", "/imports", "/data-quality", "/recycle-bin"):
            inspector.visit(address)
