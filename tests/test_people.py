"""Administrators invite people, change what they may do, and let them go."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from guanxi.customers.models import Customer
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.models import AccessLink, Role, Session, User
from guanxi.platform.access.tasks import hand_over
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import RunningJob
from tests.cast import PASSWORD, Firm

pytestmark = pytest.mark.django_db
JSON = "application/json"
NEW = "a quite new password"

assert hand_over


def call(client: Client, method: str, path: str, body: Any = None) -> Any:
    text = "" if body is None else json.dumps(body, default=str)
    return client.generic(method, f"/api/v1/{path}", text, content_type=JSON)


def invite(firm: Firm, **values: Any) -> Any:
    sent = {"username": "new", "full_name": "New 新", "role": firm["role:sales"].pk} | values
    return call(firm.client("administrator"), "POST", "people", sent)


def key_of(answer: Any) -> str:
    told = answer.json()
    url: str = told.get("link", told)["url"]
    address, _hash, key = url.partition("#")
    assert address.endswith("/welcome")
    return key


def use(key: str, password: str = NEW) -> int:
    status: int = call(
        Client(), "POST", "links/use", {"key": key, "password": password}
    ).status_code
    return status


def sign_in(username: str, password: str) -> Any:
    return call(Client(), "POST", "session", {"username": username, "password": password})


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run a job of the API here and now, as its worker would."""
    running = RunningJob(Job.objects.get(pk=job["id"]))
    return hand_over(running)


ENDPOINTS = [
    ("GET", "people"),
    ("POST", "people"),
    ("PATCH", "people/{owner}"),
    ("GET", "people/{owner}/work"),
    ("POST", "people/{owner}/deactivate"),
    ("POST", "people/{owner}/activate"),
    ("POST", "people/{owner}/link"),
    ("DELETE", "people/{owner}/link"),
]


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_they_are_for_administrators_in_person(firm: Firm, method: str, path: str) -> None:
    path = path.format(owner=firm["owner"].pk)
    body = {"username": "x", "full_name": "x", "role": firm["role:sales"].pk}
    sent = body if method == "POST" and path == "people" else {}
    for who, status in ((None, 401), ("owner", 403), ("manager", 403)):
        assert call(firm.client(who), method, path, sent).status_code == status
    program, _token = firm.token_client("administrator", "read", "write")
    assert call(program, method, path, sent).status_code == 403


class TestTheList:
    def test_it_shows_everybody(self, firm: Firm) -> None:
        invite(firm)
        call(firm.client("administrator"), "POST", f"people/{firm['loner'].pk}/deactivate", {})
        told = call(firm.client("administrator"), "GET", "people").json()
        status = {p["username"]: p["status"] for p in told["items"]}
        assert (status["new"], status["loner"], status["owner"]) == (
            "invited",
            "inactive",
            "active",
        )
        owner = next(p for p in told["items"] if p["username"] == "owner")
        assert owner["team"]["label"] == "north"
        assert owner["last_seen_at"] is not None
        assert told["mail"] is False


class TestOneTimeLinks:
    def test_who_is_invited_chooses_a_password_once(self, firm: Firm) -> None:
        answer = invite(firm, team=firm["team:north"].pk, language="zh-TW")
        assert answer.status_code == 201, answer.content
        key = key_of(answer)
        opened = call(Client(), "POST", "links/read", {"key": key}).json()
        assert opened == {
            "purpose": "invite", "username": "new", "full_name": "New 新", "language": "zh-TW",
        }  # fmt: skip
        assert sign_in("new", "").status_code == 401
        assert use(key, "short") == 422  # and the link is still good
        assert use(key) == 204
        assert sign_in("new", NEW).status_code == 200
        assert use(key, "yet another password") == 404
        assert sign_in("new", NEW).status_code == 200

    def test_only_the_hash_of_the_key_is_kept(self, firm: Firm) -> None:
        key = key_of(invite(firm))
        link = AccessLink.objects.get(user__username="new")
        assert key.encode() not in bytes(link.digest)

    @pytest.mark.parametrize("end", ["expired", "revoked", "replaced", "deactivated", "unknown"])
    def test_dead_links_are_told_apart_by_nobody(self, firm: Firm, end: str) -> None:
        boss = firm.client("administrator")
        answer = invite(firm)
        key, pk = key_of(answer), answer.json()["person"]["id"]
        match end:
            case "expired":
                AccessLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
            case "revoked":
                assert call(boss, "DELETE", f"people/{pk}/link").status_code == 204
                assert call(boss, "DELETE", f"people/{pk}/link").status_code == 404
            case "replaced":
                assert call(boss, "POST", f"people/{pk}/link").status_code == 201
            case "deactivated":
                call(boss, "POST", f"people/{pk}/deactivate", {})
            case _:
                key = "x" * 43
        for path, body in (("read", {}), ("use", {"password": NEW})):
            refused = call(Client(), "POST", f"links/{path}", {"key": key} | body)
            assert (refused.status_code, refused.json()["code"]) == (404, "link_not_valid")

    def test_a_used_link_stays_used_when_the_clock_is_set_back(self, firm: Firm) -> None:
        key = key_of(invite(firm))
        assert use(key) == 204
        AccessLink.objects.update(
            created_at=timezone.now() + dt.timedelta(days=1),
            expires_at=timezone.now() + dt.timedelta(days=8),
            ended_at=timezone.now() + dt.timedelta(days=1),
        )
        assert use(key) == 404

    def test_a_reset_ends_every_session(self, firm: Firm) -> None:
        boss, owner = firm.client("administrator"), firm.client("owner")
        made = call(boss, "POST", f"people/{firm['owner'].pk}/link")
        assert sign_in("owner", PASSWORD).status_code == 200  # until the link is used
        assert use(key_of(made)) == 204
        assert owner.get("/api/v1/customers").status_code == 401
        assert sign_in("owner", PASSWORD).status_code == 401
        assert sign_in("owner", NEW).status_code == 200

    def test_another_site_cannot_use_one(self, firm: Firm) -> None:
        stranger = Client(enforce_csrf_checks=True)
        body = {"key": key_of(invite(firm)), "password": NEW}
        assert call(stranger, "POST", "links/use", body).status_code == 403

    def test_it_is_mailed_where_mail_is_set_up(self, firm: Firm, settings: Any) -> None:
        settings.EMAIL_HOST = "mail.example.com"
        answer = invite(firm, email="new@example.com", language="zh-CN")
        assert answer.json()["link"]["mailed"] is True
        assert answer.json()["link"]["url"] in mail.outbox[0].body
        assert mail.outbox[0].to == ["new@example.com"]
        assert "密码" in mail.outbox[0].body

    def test_a_mail_server_that_is_away_hinders_nobody(self, firm: Firm, settings: Any) -> None:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        answer = invite(firm, email="new@example.com")
        assert (answer.status_code, answer.json()["link"]["mailed"]) == (201, False)

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"username": "OWNER"}, "username"),
            ({"username": "a b"}, "username"),
            ({"username": ""}, "username"),
            ({"email": "x"}, "email"),
            ({"role": "0190a000-0000-7000-8000-000000000000"}, "role"),
            ({"team": "0190a000-0000-7000-8000-000000000000"}, "team"),
            ({"language": "fr"}, "language"),
            ({"is_active": False}, "is_active"),
            ({"full_name": "a\0b"}, "full_name"),
        ],
    )
    def test_what_does_not_fit(self, firm: Firm, sent: dict[str, Any], field: str) -> None:
        answer = invite(firm, **sent)
        assert answer.status_code == 422, answer.content
        assert field in str(answer.json()["errors"])
        assert not User.objects.filter(username="new").exists()


class TestChanges:
    def test_they_hold_for_who_is_signed_in(self, firm: Firm) -> None:
        boss, outsider = firm.client("administrator"), firm.client("outsider")
        path = f"people/{firm['outsider'].pk}"
        acme = f"/api/v1/customers/{firm['customer:acme'].pk}"
        assert outsider.get(acme).status_code == 404
        values = {"role": firm["role:manager"].pk, "team": None, "language": "en"}
        changed = call(boss, "PATCH", path, values)
        assert changed.json()["role"]["label"] == "manager"
        assert changed.json()["team"] is None
        assert outsider.get(acme).status_code == 200

    def test_a_role_goes_only_to_whom_an_administrator_gives_it(self, firm: Firm) -> None:
        boss, pk = firm.client("administrator"), firm["owner"].pk
        role = str(firm["role:administrator"].pk)
        for who in ("owner", "manager", "administrator"):
            for body in ({"role": role}, {"is_active": True}, {"username": "boss"}):
                answer = call(firm.client(who), "PATCH", f"users/{pk}", body)
                assert answer.status_code in (403, 422), body
        bulk = {"ids": [pk], "set": {"role": role}}
        assert call(boss, "POST", "users/bulk", bulk).status_code in (403, 422)

    def test_nobody_gives_more_than_they_have(self, firm: Firm) -> None:
        """An administrator whose role sees less cannot become or take over one who sees all."""
        less = Role.objects.create(
            name="less", grants={"areas": {"*": {"read": "own"}}, "administer": True}
        )
        User.objects.filter(username="loner").update(role=less)
        small, boss = firm.client("loner"), firm["administrator"]
        full = {"role": firm["role:administrator"].pk}
        assert call(small, "PATCH", f"people/{firm['loner'].pk}", full).status_code == 403
        assert call(small, "PATCH", f"people/{firm['owner'].pk}", full).status_code == 403
        for path in ("deactivate", "link", "password"):
            area = "users" if path == "password" else "people"
            body = {"password": NEW} if path == "password" else {}
            answer = call(small, "POST", f"{area}/{boss.pk}/{path}", body)
            assert answer.status_code == 403, path

    def test_the_last_administrator_stays(self, firm: Firm) -> None:
        boss, pk = firm.client("administrator"), firm["administrator"].pk
        sales = {"role": firm["role:sales"].pk}
        assert call(boss, "POST", f"people/{pk}/deactivate", {}).status_code == 403
        refused = call(boss, "PATCH", f"people/{pk}", sales)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_administrator")
        invited = invite(firm, role=firm["role:administrator"].pk)
        assert call(boss, "PATCH", f"people/{pk}", sales).status_code == 409  # cannot sign in yet
        assert use(key_of(invited)) == 204
        assert call(boss, "PATCH", f"people/{pk}", sales).status_code == 200
        assert call(boss, "GET", "people").status_code == 403


class TestLeaving:
    def test_everything_ends_at_once(self, firm: Firm) -> None:
        boss, owner = firm.client("administrator"), firm.client("owner")
        program, _token = firm.token_client("owner", "read")
        key = key_of(call(boss, "POST", f"people/{firm['owner'].pk}/link"))
        left = call(boss, "POST", f"people/{firm['owner'].pk}/deactivate", {})
        assert (left.status_code, left.json()["job"]) == (200, None)
        assert owner.get("/api/v1/customers").status_code == 401
        assert program.get("/api/v1/customers").status_code == 401
        assert sign_in("owner", PASSWORD).status_code == 401
        assert use(key) == 404
        assert not Session.objects.filter(user=firm["owner"]).exists()
        back = call(boss, "POST", f"people/{firm['owner'].pk}/activate")
        assert back.json()["status"] == "active"
        assert program.get("/api/v1/customers").status_code == 401  # the token stays revoked
        assert sign_in("owner", PASSWORD).status_code == 200

    def test_open_records_are_handed_over_and_taken_back(self, firm: Firm) -> None:
        boss, owner, other = firm.client("administrator"), firm["owner"], firm["outsider"]
        done = Task.objects.filter(owner=owner).first()
        made = Interaction.objects.filter(owner=owner).count()
        assert done is not None
        Task.objects.create(title="closed", owner=owner, status="done", completed_at=timezone.now())
        counts = {
            w["object"]: w["count"] for w in call(boss, "GET", f"people/{owner.pk}/work").json()
        }
        customers = Customer.objects.filter(owner=owner, deleted_at=None)
        orders = customers.model._meta.apps.get_model("sales", "Order")
        tasks = Task.objects.filter(owner=owner, status="open", deleted_at=None).count()
        owned = customers.count()
        assert counts == {
            "customer": owned, "task": tasks, "order": orders.objects.filter(owner=owner).count()
        }  # fmt: skip
        body = {"hand_to": other.pk}
        left = call(boss, "POST", f"people/{owner.pk}/deactivate", body).json()
        result = run(left["job"])
        assert (result["changed"], result["skipped"]) == (sum(counts.values()), 0)
        assert not customers.exists()
        assert Task.objects.filter(owner=owner).count() == 1  # the closed one tells who did it
        assert Interaction.objects.filter(owner=owner).count() == made
        undone = call(boss, "POST", f"changes/{result['request_id']}/undo")
        assert undone.json()["undone"] == result["changed"]
        assert customers.count() == owned

    def test_to_whom(self, firm: Firm) -> None:
        boss, pk = firm.client("administrator"), firm["owner"].pk
        User.objects.filter(username="loner").update(is_active=False)
        for nobody in (pk, firm["loner"].pk, "0190a000-0000-7000-8000-000000000000"):
            answer = call(boss, "POST", f"people/{pk}/deactivate", {"hand_to": nobody})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "hand_to")
        assert User.objects.get(pk=pk).is_active
