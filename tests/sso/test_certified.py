"""With a provider that nobody here wrote: its word on PKCE, codes, nonce and issuer counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx2
import pytest
from django.test import Client

from guanxi.platform.access.models import User
from tests.cast import Firm
from tests.sso.certified import Certified
from tests.sso.journey import come_back, name_of, refused, session, set_out
from tests.sso.provider import CLIENT, SECRET

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
ACTION = re.compile(r'<form[^>]* action="([^"]+)"')
OURS = "http://localhost:8000/"


def approved(address: str, login: str) -> str:
    """Fill in the provider's forms; returns where it sends the browser back to."""
    with httpx2.Client(trust_env=False) as browser:
        answer = browser.get(address)
        for form in ({"prompt": "login", "login": login, "password": "x"}, {"prompt": "consent"}):
            answer = _followed(browser, answer)
            if str(answer.headers.get("location", "")).startswith(OURS):
                break
            action = ACTION.search(answer.text)
            assert action, answer.text
            answer = browser.post(action[1], data=form)
        answer = _followed(browser, answer)
        return str(answer.headers["location"])


def _followed(browser: httpx2.Client, answer: httpx2.Response) -> httpx2.Response:
    while answer.is_redirect and not answer.headers["location"].startswith(OURS):
        answer = browser.get(str(answer.url.join(answer.headers["location"])))
    return answer


def test_somebody_signs_in_and_out(firm: Firm, settings: Settings) -> None:
    settings.SSO_HOSTS = frozenset({"localhost"})
    User.objects.filter(pk=firm["owner"].pk).update(email="owner@firm.example")
    certified = Certified()
    values = {"name": "Certified", "issuer": certified.url, "client_id": CLIENT,
              "secret": SECRET, "domains": ["firm.example"]}  # fmt: skip
    boss = firm.client("administrator")
    provider = boss.post(
        "/api/v1/identity-providers", values, content_type="application/json"
    ).json()
    path = f"/api/v1/identity-providers/{provider['id']}/test"
    assert "does not answer" in boss.post(path).json()["fault"]
    with certified.sending_back_to(provider["redirect_address"]):
        assert boss.post(path).json() == {"fault": None}
        browser = Client()
        back = approved(set_out(browser, provider, "/tasks"), "owner")
        assert come_back(browser, back) == "/tasks"
        assert name_of(browser) == "owner"
        go_on = browser.delete("/api/v1/session").json()["go_on"]
        assert go_on.startswith(f"{certified.url}/session/end?client_id=guanxi")
        thief = Client()
        set_out(thief, provider)
        state = next(iter(thief.session["sso_begun"]))
        come_back(thief, re.sub(r"state=[^&]+", f"state={state}", back))  # the code again
        assert "used already" in refused(thief)
        stranger = Client()
        come_back(stranger, approved(set_out(stranger, provider), "nobody"))
        assert "invite you" in refused(stranger)
    assert session(browser)["user"] is None
