"""Who comes in through an identity provider, as whom, and who does not."""

import datetime as dt
from typing import Any

import pyotp
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from guanxi.platform.access.models import ProviderLink, Role, Session, User
from guanxi.platform.events.models import Event
from tests.cast import PASSWORD, Firm
from tests.sso.conftest import Add
from tests.sso.journey import OWNER, come_back, name_of, refused, session, set_out, sign_in
from tests.sso.provider import Provider

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def owner(firm: Firm) -> User:
    """Somebody of the firm whose address the provider knows."""
    user: User = firm["owner"]
    User.objects.filter(pk=user.pk).update(email="owner@firm.example")
    return user


def role(name: str) -> Role:
    return Role.objects.get(name=name)


class TestWhoIsKnown:
    def test_first_by_verified_address_then_by_subject(
        self, owner: User, add: Add, idp: Provider
    ) -> None:
        provider, browser = add(), Client()
        assert session(browser)["providers"] == [{"id": provider["id"], "name": "Firm ID"}]
        assert sign_in(browser, provider, idp, go_on="/customers?q=1") == "/customers?q=1"
        assert name_of(browser) == "owner"
        assert "providers" not in session(browser)
        User.objects.filter(pk=owner.pk).update(email="new@elsewhere.example")
        later = Client()
        sign_in(later, provider, idp, {"sub": "s-1"})
        assert name_of(later) == "owner"
        assert Session.objects.filter(user=owner).count() >= 2  # listed as any other

    def test_what_the_token_does_not_say_is_asked_for(
        self, owner: User, add: Add, idp: Provider
    ) -> None:
        idp.userinfo = OWNER
        browser = Client()
        sign_in(browser, add(), idp, {"sub": "s-1"})
        assert name_of(browser) == "owner"

    def test_nobody_is_believed_whose_address_is_not_verified(
        self, owner: User, add: Add, idp: Provider
    ) -> None:
        provider = add()
        for changed in ({"email_verified": False}, {"email_verified": None}, {"email": None}):
            browser = Client()
            sign_in(browser, provider, idp, OWNER | changed)
            assert "verified" in refused(browser)
        assert not ProviderLink.objects.exists()

    def test_only_domains_that_are_listed(self, owner: User, add: Add, idp: Provider) -> None:
        provider = add(domains=["other.example"])
        for domain in ("firm.example", "sub.other.example", "other.example.evil.example"):
            browser = Client()
            sign_in(browser, provider, idp, OWNER | {"email": f"owner@{domain}"})
            assert "domains" in refused(browser)

    def test_of_two_with_one_address_nobody_is_chosen(
        self, owner: User, firm: Firm, add: Add, idp: Provider
    ) -> None:
        User.objects.filter(pk=firm["teammate"].pk).update(email="OWNER@firm.example")
        browser = Client()
        sign_in(browser, add(), idp)
        assert "Several" in refused(browser)

    def test_an_address_that_went_to_somebody_else_opens_nothing(
        self, owner: User, add: Add, idp: Provider
    ) -> None:
        provider = add()
        sign_in(Client(), provider, idp)
        heir = Client()
        sign_in(heir, provider, idp, OWNER | {"sub": "s-2"})
        assert "another sign-in" in refused(heir)

    def test_an_administrator_ends_the_link(
        self, owner: User, firm: Firm, add: Add, idp: Provider
    ) -> None:
        provider, path = add(), f"/api/v1/people/{owner.pk}/provider-links"
        sign_in(Client(), provider, idp)
        boss = firm.client("administrator")
        [shown] = [p for p in boss.get("/api/v1/people").json()["items"] if p["is_linked"]]
        assert shown["username"] == "owner"
        assert firm.client("manager").delete(path).status_code == 403
        assert boss.delete(path).json() == {"ended": 1}
        heir = Client()
        sign_in(heir, provider, idp, OWNER | {"sub": "s-2"})
        assert name_of(heir) == "owner"

    def test_whoever_left_is_refused(self, owner: User, add: Add, idp: Provider) -> None:
        provider, browser = add(), Client()
        User.objects.filter(pk=owner.pk).update(is_active=False)
        sign_in(browser, provider, idp)
        assert "no access" in refused(browser)
        User.objects.filter(pk=owner.pk).update(is_active=True)
        sign_in(browser, provider, idp)
        assert name_of(browser) == "owner"
        User.objects.filter(pk=owner.pk).update(is_active=False)
        assert browser.get("/api/v1/customers").status_code == 401
        sign_in(browser, provider, idp)
        assert "no access" in refused(browser)


class TestWhoIsNew:
    NEW = {"sub": "n-1", "email": "New@firm.example", "email_verified": True, "name": "新人"}

    def test_is_refused_unless_the_provider_brings_people(
        self, firm: Firm, add: Add, idp: Provider
    ) -> None:
        browser = Client()
        sign_in(browser, add(), idp, self.NEW)
        assert "Ask your administrator to invite you" in refused(browser)
        assert not User.objects.filter(username="New@firm.example").exists()

    def test_is_made_in_the_role_named(self, firm: Firm, add: Add, idp: Provider) -> None:
        provider, browser = add(role=str(role("read_only").pk)), Client()
        sign_in(browser, provider, idp, self.NEW)
        user = User.objects.get(username="New@firm.example")
        assert (user.full_name, user.role.name) == ("新人", "read_only")
        assert (user.email, user.has_usable_password()) == ("New@firm.example", False)
        assert name_of(browser) == "New@firm.example"
        people = firm.client("administrator").get("/api/v1/people").json()["items"]
        [shown] = [p for p in people if p["id"] == str(user.pk)]
        assert shown["status"] == "active"
        made = Event.objects.get(object="user", record_id=user.pk, action="insert")
        assert made.source == f"provider:{provider['id']}"

    def test_nobody_takes_over_a_name(self, firm: Firm, add: Add, idp: Provider) -> None:
        User.objects.filter(pk=firm["loner"].pk).update(username="new@firm.example")
        browser = Client()
        sign_in(browser, add(role=str(role("read_only").pk)), idp, self.NEW)
        assert "Somebody else" in refused(browser)

    def test_roles_follow_a_claim(self, firm: Firm, add: Add, idp: Provider) -> None:
        given = [
            {"value": "crm-bosses", "role": str(role("manager").pk)},
            {"value": "crm", "role": str(role("sales").pk)},
        ]
        provider = add(role=str(role("read_only").pk), claim="groups", roles=given)
        for groups, expected in (
            (["x", "crm"], "sales"),
            (["crm", "crm-bosses"], "manager"),  # the first of the list that fits
            ("crm", "sales"),
            (["x"], "sales"),  # none fits: as it was
            (None, "sales"),
            ({"crm": 1}, "sales"),
        ):
            sign_in(Client(), provider, idp, self.NEW | {"groups": groups})
            assert User.objects.get(username="New@firm.example").role.name == expected

    def test_the_last_administrator_keeps_the_role(
        self, firm: Firm, add: Add, idp: Provider
    ) -> None:
        User.objects.filter(pk=firm["administrator"].pk).update(email="new@firm.example")
        given = [{"value": "crm", "role": str(role("sales").pk)}]
        browser = Client()
        sign_in(browser, add(claim="groups", roles=given), idp, self.NEW | {"groups": ["crm"]})
        assert name_of(browser) == "administrator"
        assert User.objects.get(pk=firm["administrator"].pk).role.name == "administrator"


class TestSecondFactor:
    @pytest.fixture
    def secret(self, owner: User, firm: Firm) -> str:
        """Of an authenticator app that the owner has."""
        from guanxi.platform.access.factors import add_totp

        made = pyotp.random_base32()
        at = pyotp.TOTP(made).at(timezone.now() - dt.timedelta(seconds=30))
        add_totp(user=owner, secret=made, code=at)
        return made

    def test_our_own_is_asked_for(self, owner: User, secret: str, add: Add, idp: Provider) -> None:
        browser = Client()
        assert sign_in(browser, add(), idp, go_on="/tasks") == "/sign-in?next=%2Ftasks"
        found = session(browser)
        assert (found["user"], found["prove"]) == (None, ["totp"])
        assert browser.get("/api/v1/customers").status_code == 401
        code = {"code": pyotp.TOTP(secret).now()}
        assert browser.post("/api/v1/session/code", code, content_type=JSON).status_code == 200
        assert name_of(browser) == "owner"
        told = Event.objects.filter(object="sign_in", record_id=owner.pk).latest("id")
        assert told.changes["provider"] == [None, "Firm ID"]

    @pytest.mark.parametrize("claim", [{"amr": ["pwd", "mfa"]}, {"acr": "phr"}])
    def test_unless_the_provider_saw_one(
        self, secret: str, add: Add, idp: Provider, claim: Any
    ) -> None:
        browser = Client()
        sign_in(browser, add(), idp, OWNER | claim)
        assert name_of(browser) == "owner"

    def test_or_is_trusted_to(self, secret: str, add: Add, idp: Provider) -> None:
        browser = Client()
        sign_in(browser, add(proves_factor=True), idp)
        assert name_of(browser) == "owner"

    @pytest.mark.parametrize(
        "claim", [{"amr": ["pwd"]}, {"amr": "mfa"}, {"acr": "0"}, {"acr": ["phr"]}, {"amr": [[]]}]
    )
    def test_lesser_words_count_for_nothing(
        self, secret: str, add: Add, idp: Provider, claim: Any
    ) -> None:
        browser = Client()
        sign_in(browser, add(), idp, OWNER | claim)
        assert name_of(browser) is None

    def test_a_role_that_needs_one_takes_the_providers(
        self, owner: User, add: Add, idp: Provider
    ) -> None:
        Role.objects.filter(pk=owner.role_id).update(needs_second_factor=True)
        provider, weak, strong = add(), Client(), Client()
        sign_in(weak, provider, idp)
        assert weak.get("/api/v1/customers").json()["code"] == "second_factor_needed"
        sign_in(strong, provider, idp, OWNER | {"amr": ["mfa"]})
        assert strong.get("/api/v1/customers").status_code == 200

    def test_whoever_has_no_password_adds_one_soon_after_coming_in(
        self, owner: User, add: Add, idp: Provider
    ) -> None:
        User.objects.filter(pk=owner.pk).update(password="!unusable")
        browser = Client()
        sign_in(browser, add(), idp)
        assert browser.get("/api/v1/factors").json()["password"] is False
        begun = browser.post("/api/v1/factors/totp", {}, content_type=JSON)
        assert begun.status_code == 200
        with time_machine.travel(timezone.now() + dt.timedelta(minutes=11), tick=False):
            late = browser.post("/api/v1/factors/totp", {}, content_type=JSON)
            assert (late.status_code, "in again" in late.json()["detail"]) == (403, True)

    def test_whoever_has_a_password_still_gives_it(
        self, owner: User, add: Add, idp: Provider
    ) -> None:
        browser = Client()
        sign_in(browser, add(), idp)
        assert browser.post("/api/v1/factors/totp", {}, content_type=JSON).status_code == 403


class TestPasswords:
    def restrict(self, firm: Firm, whom: str = "administrators") -> Any:
        return firm.client("administrator").put(
            "/api/v1/identity-providers/passwords", {"passwords_for": whom}, content_type=JSON
        )

    def start(self, who: str) -> Any:
        credentials = {"username": who, "password": PASSWORD}
        return Client().post("/api/v1/session", credentials, content_type=JSON)

    def test_for_administrators_alone(self, firm: Firm, add: Add, idp: Provider) -> None:
        assert self.restrict(firm).json()["code"] == "provider_needed"
        provider = add()
        assert self.restrict(firm).status_code == 200
        refusal = self.start("owner")
        assert (refusal.status_code, refusal.json()["code"]) == (403, "use_provider")
        assert "Firm ID" in refusal.json()["detail"]
        assert self.start("administrator").status_code == 200
        path = f"/api/v1/identity-providers/{provider['id']}"
        boss = firm.client("administrator")
        off = boss.patch(path, {"is_active": False}, content_type=JSON)
        assert (off.status_code, off.json()["code"]) == (409, "provider_needed")
        assert boss.delete(path).status_code == 409
        assert self.restrict(firm, "everybody").status_code == 200
        assert self.start("owner").status_code == 200
        assert boss.delete(path).status_code == 204

    def test_a_wrong_password_is_told_nothing_else(self, firm: Firm, add: Add) -> None:
        add()
        self.restrict(firm)
        wrong = Client().post(
            "/api/v1/session", {"username": "owner", "password": "x"}, content_type=JSON
        )
        assert wrong.json()["code"] == "wrong_credentials"


class TestSigningOut:
    def test_goes_on_at_a_provider_that_offers_it(
        self, owner: User, add: Add, idp: Provider
    ) -> None:
        idp.said = {"end_session_endpoint": f"{idp.url}/leave"}
        browser = Client()
        sign_in(browser, add(), idp)
        go_on = browser.delete("/api/v1/session").json()["go_on"]
        assert go_on.startswith(f"{idp.url}/leave?client_id=guanxi&post_logout_redirect_uri=")
        assert name_of(browser) is None

    def test_ends_here_otherwise(self, owner: User, add: Add, idp: Provider) -> None:
        browser = Client()
        sign_in(browser, add(), idp)
        assert browser.delete("/api/v1/session").json() == {"go_on": None}


def test_sign_ins_and_refused_ones_are_told(
    owner: User, firm: Firm, add: Add, idp: Provider
) -> None:
    provider = add()
    sign_in(Client(), provider, idp)
    told = Event.objects.filter(object="sign_in").latest("id")
    assert (told.record_id, told.changes["provider"]) == (owner.pk, [None, "Firm ID"])
    sign_in(Client(), provider, idp, {"sub": "nobody"})
    entries = firm.client("administrator").get("/api/v1/audit").json()["items"]
    entry = next(e for e in entries if e["object"] == "sign_in_refused")
    facts = {c["name"]: c["new"] for c in entry["changes"]}
    assert facts["what"] == "identity provider"
    assert "verified" in facts["why"]
    added = next(e for e in entries if e["object"] == "identity_provider")
    assert added["record"]["label"] == "Firm ID"
    assert "secret" not in {c["name"] for c in added["changes"]}


def test_several_tabs_at_once(owner: User, add: Add, idp: Provider) -> None:
    provider, browser = add(), Client()
    first, second = set_out(browser, provider, "/a"), set_out(browser, provider, "/b")
    assert come_back(browser, idp.approve(second, OWNER)) == "/b"
    come_back(browser, idp.approve(first, OWNER))  # its tab finds that somebody is signed in
    assert name_of(browser) == "owner"
