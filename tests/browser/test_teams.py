"""Teams and territories are reached from the settings; a team shows whom it has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import Served, Texts, call
from tests.browser.sound import AXE, settle, violations

pytestmark = pytest.mark.browser


def test_a_team_from_the_settings(demo: Served, member: Callable[..., Page]) -> None:
    t, name = Texts("en"), "项目组"
    boss = member("admin")
    api = f"{demo.url}/api/v1"
    above = boss.request.get(f"{api}/teams?limit=1").json()["items"][0]
    team = call(boss, "POST", f"{api}/teams", name=name, parent=above["id"])
    someone = boss.request.get(f"{api}/users?search=luo").json()["items"][0]
    call(boss, "PATCH", f"{api}/people/{someone['id']}", team=team["id"])
    meta = boss.request.get(f"{api}/meta", headers={"Accept-Language": "en"}).json()["objects"]
    labels = {o["name"]: o["label_plural"] for o in meta}

    boss.context.add_init_script(path=AXE)
    boss.goto(f"{demo.url}/settings")
    pages = boss.get_by_role("navigation", name=t("settings.nav"))
    expect(pages.get_by_role("link", name=labels["territory"], exact=True)).to_be_visible()
    pages.get_by_role("link", name=labels["team"], exact=True).click()
    boss.get_by_text(name, exact=True).first.wait_for()
    boss.goto(f"{demo.url}/teams/{team['id']}")
    expect(boss.get_by_role("heading", name=name)).to_be_visible()
    expect(boss.get_by_text(someone["full_name"]).first).to_be_visible()
    settle(boss)
    assert violations(boss) == []
