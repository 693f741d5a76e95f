"""Signing in, one's own settings, passwords, views: what is about no record."""

import json
from typing import Any

import pytest
from django.test import Client

from guanxi.platform.access.models import SignInAttempt
from tests.cast import PASSWORD, Firm

pytestmark = pytest.mark.django_db
JSON = "application/json"


def post(client: Client, path: str, body: Any, **options: Any) -> Any:
    return client.post(f"/api/v1/{path}", body, content_type=JSON, **options)


class TestSignIn:
    def test_in_and_out(self, firm: Firm) -> None:
        client = Client()
        before = client.get("/api/v1/session").json()
        assert before["user"] is None
        assert before["setup_needed"] is False
        answer = post(client, "session", {"username": " OWNER ", "password": PASSWORD})
        assert answer.status_code == 200
        assert answer.json()["user"]["username"] == "owner"
        assert client.get("/api/v1/session").json()["user"]["role"]["name"] == "account_manager"
        assert client.get("/api/v1/customers").status_code == 200
        assert client.delete("/api/v1/session").status_code == 200
        assert client.get("/api/v1/customers").status_code == 401

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            ({"username": "owner", "password": "wrong"}, 401),
            ({"username": "nobody", "password": PASSWORD}, 401),
            ({"username": "", "password": ""}, 401),
            ({"username": "a\0b", "password": PASSWORD}, 422),
            ({"username": "owner", "password": "\0"}, 401),
            ({"username": "owner"}, 422),
            ({"username": ["owner"], "password": PASSWORD}, 422),
            ({"username": "owner", "password": PASSWORD, "admin": True}, 422),
            ({"username": "x" * 101, "password": PASSWORD}, 422),
        ],
    )
    def test_wrong_credentials_are_refused(self, firm: Firm, sent: Any, status: int) -> None:
        answer = post(Client(), "session", sent)
        assert answer.status_code == status
        assert "guanxi_session" not in answer.cookies

    def test_guessing_is_slowed_down_though_each_guess_is_refused(self, firm: Firm) -> None:
        client = Client()
        for _ in range(10):
            assert (
                post(client, "session", {"username": "owner", "password": "x"}).status_code == 401
            )
        answer = post(client, "session", {"username": "Owner", "password": PASSWORD})
        assert answer.status_code == 429
        elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
        right = {"username": "owner", "password": PASSWORD}
        assert post(Client(), "session", right, **elsewhere).status_code == 200
        SignInAttempt.objects.update(window_started_at="2020-01-01T00:00:00Z")
        assert post(client, "session", right).status_code == 200

    @pytest.mark.parametrize("end", ["deactivated", "password"])
    def test_a_session_ends_with_its_user(self, firm: Firm, end: str) -> None:
        client, boss = firm.client("owner"), firm.client("administrator")
        path = f"/api/v1/users/{firm['owner'].pk}"
        match end:
            case "deactivated":
                leaving = post(boss, f"people/{firm['owner'].pk}/deactivate", {})
                assert leaving.status_code == 200
            case _:
                new = {"password": "another long password"}
                assert boss.post(f"{path}/password", new, content_type=JSON).status_code == 204
        assert client.get("/api/v1/customers").status_code == 401

    def test_a_browser_must_prove_its_page(self, firm: Firm) -> None:
        client = Client(enforce_csrf_checks=True)
        right = {"username": "owner", "password": PASSWORD}
        assert post(client, "session", right).status_code == 403
        client.get("/api/v1/session")
        proof = {"X-CSRFToken": client.cookies["csrftoken"].value}
        assert post(client, "session", right, headers=proof).status_code == 200
        sent = {"kind": "person", "name": "x"}
        assert post(client, "customers", sent).status_code == 403
        proof = {"X-CSRFToken": client.cookies["csrftoken"].value}
        assert post(client, "customers", sent, headers=proof).status_code == 201

    def test_a_token_needs_no_proof(self, firm: Firm) -> None:
        program, _token = firm.token_client("owner", "write")
        program.handler.enforce_csrf_checks = True
        assert post(program, "customers", {"kind": "person", "name": "x"}).status_code == 201

    @pytest.mark.parametrize(
        "header", ["Bearer", "Bearer ", "Bearer x", "Bearer \xff", "Basic eDp4"]
    )
    def test_a_wrong_key_is_nobody(self, firm: Firm, header: str) -> None:
        answer = Client(headers={"Authorization": header}).get("/api/v1/customers")
        assert answer.status_code == 401


class TestOwnSettings:
    def test_language_follows_the_browser_until_one_chooses(self, firm: Firm) -> None:
        client = firm.client("owner")

        def label(**headers: str) -> str:
            objects = client.get("/api/v1/meta", headers=headers).json()["objects"]
            return str(next(o for o in objects if o["name"] == "customer")["label"])

        assert label(**{"Accept-Language": "en"}) == "Customer"
        traditional = label(**{"Accept-Language": "zh-Hant"})
        assert label(**{"Accept-Language": "fr, zh-TW;q=0.8"}) == traditional
        answer = client.patch("/api/v1/session/user", {"language": "en"}, content_type=JSON)
        assert answer.json()["language"] == "en"
        assert label(**{"Accept-Language": "zh-CN"}) == "Customer"

    def test_what_one_may_set(self, firm: Firm) -> None:
        client = firm.client("owner")
        sent = {
            "theme": "dark", "density": "compact", "time_zone": "Asia/Taipei",
            "preferences": {"a": [1]},
        }  # fmt: skip
        answer = client.patch("/api/v1/session/user", sent, content_type=JSON)
        assert {k: answer.json()[k] for k in sent} == sent
        assert client.get("/api/v1/session").json()["user"]["theme"] == "dark"

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"language": "fr"}, "language"),
            ({"theme": "pink"}, "theme"),
            ({"time_zone": "Mars"}, "time_zone"),
            ({"time_zone": "\0"}, "time_zone"),
            ({"preferences": []}, "preferences"),
            ({"preferences": {"a": "x" * 70_000}}, "preferences"),
            ({"preferences": {"a": "\0"}}, "preferences"),
            ({"role": "administrator"}, "role"),
            ({"username": "boss"}, "username"),
        ],
    )
    def test_what_one_may_not(self, firm: Firm, sent: dict[str, Any], field: str) -> None:
        answer = firm.client("owner").patch("/api/v1/session/user", sent, content_type=JSON)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field

    def test_ones_own_password_needs_the_old_one(self, firm: Firm) -> None:
        client = firm.client("owner")
        path = f"users/{firm['owner'].pk}/password"
        new = "a better password"
        assert post(client, path, {"password": new}).status_code == 403
        assert post(client, path, {"password": new, "current": "wrong"}).status_code == 403
        weak = post(client, path, {"password": "password12", "current": PASSWORD})
        assert (weak.status_code, weak.json()["errors"][0]["field"]) == (422, "password")
        assert post(client, path, {"password": new, "current": PASSWORD}).status_code == 204
        assert client.get("/api/v1/customers").status_code == 200  # this session stays
        signed_in = post(Client(), "session", {"username": "owner", "password": new})
        assert signed_in.status_code == 200

    @pytest.mark.parametrize(("who", "status"), [("owner", 403), ("manager", 403), (None, 401)])
    def test_others_passwords_are_the_administrators(
        self, firm: Firm, who: str | None, status: int
    ) -> None:
        path = f"users/{firm['teammate'].pk}/password"
        assert post(firm.client(who), path, {"password": "a better password"}).status_code == status


class TestWorkspace:
    def test_only_an_administrator_changes_it(self, firm: Firm) -> None:
        for who, status in (("owner", 403), ("manager", 403), ("administrator", 200)):
            answer = firm.client(who).patch("/api/v1/workspace", {"name": "新"}, content_type=JSON)
            assert answer.status_code == status
        assert answer.json()["workspace"]["name"] == "新"


class TestViews:
    def view(self, **sent: Any) -> dict[str, Any]:
        return {"object": "customer", "name": "mine", "definition": {"sort": "name"}} | sent

    def names(self, client: Client) -> set[str]:
        items = client.get("/api/v1/views", {"object": "customer"}).json()["items"]
        return {view["name"] for view in items}

    def test_who_sees_which(self, firm: Firm) -> None:
        owner = firm.client("owner")
        for shared in ("private", "team", "everyone"):
            made = post(owner, "views", self.view(name=shared, shared=shared))
            assert (made.status_code, made.json()["can"]) == (201, ["change", "delete"])
        assert self.names(owner) == {"private", "team", "everyone"}
        assert self.names(firm.client("manager")) == {"team", "everyone"}
        assert self.names(firm.client("outsider")) == {"everyone"}

    def test_a_view_keeps_its_kind_and_all_that_belongs_to_it(self, firm: Firm) -> None:
        owner = firm.client("owner")
        layout = {
            "columns": ["name"], "widths": {"name": 200}, "pinned": 1, "by": "kind",
            "sum": "credit_limit", "filter": {"field": "city", "op": "not_empty"},
        }  # fmt: skip
        made = post(owner, "views", self.view(kind="board", definition=layout)).json()
        assert (made["kind"], made["definition"]) == ("board", layout)
        path = f"/api/v1/views/{made['id']}"
        change = {"kind": "chart", "definition": {"by": "birthday:month", "shape": "line"}}
        changed = owner.patch(path, change, content_type=JSON).json()
        assert {name: changed[name] for name in change} == change

    def test_who_changes_them(self, firm: Firm) -> None:
        made = post(firm.client("owner"), "views", self.view(shared="everyone")).json()
        path = f"/api/v1/views/{made['id']}"
        for who, status in (("outsider", 403), ("administrator", 200), ("owner", 200)):
            answer = firm.client(who).patch(path, {"pinned": True}, content_type=JSON)
            assert answer.status_code == status
        private = post(firm.client("owner"), "views", self.view()).json()
        hidden = f"/api/v1/views/{private['id']}"
        assert firm.client("outsider").delete(hidden).status_code == 404
        assert firm.client("outsider").delete(path).status_code == 403
        assert firm.client("owner").delete(path).status_code == 204

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"object": "planet"}, "object"),
            ({"name": ""}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"definition": []}, "definition"),
            ({"definition": {"a": 1}}, "definition.a"),
            ({"definition": {"columns": ["\0"]}}, "definition.columns.0"),
            ({"definition": {"widths": {"name": 0}}}, "definition.widths.name"),
            ({"definition": {"sort": "x" * 201}}, "definition.sort"),
            ({"definition": {"shape": "pie"}}, "definition.shape"),
            ({"definition": {"span": "year"}}, "definition.span"),
            ({"definition": {"filter": {"field": "nme", "op": "eq", "value": "x"}}}, "filter"),
            ({"shared": "world"}, "shared"),
            ({"kind": "wall"}, "kind"),
            ({"owner": "x"}, "owner"),
        ],
    )
    def test_what_does_not_fit(self, firm: Firm, sent: dict[str, Any], field: str) -> None:
        answer = post(firm.client("owner"), "views", self.view(**sent))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field


class TestHttp:
    def test_every_answer_has_its_id_and_the_refusals_of_the_framework_are_problems(
        self, firm: Firm
    ) -> None:
        client = firm.client("owner")
        for method, path, status in (
            ("get", "nowhere", 404), ("get", "customers/x", 404), ("put", "customers", 405),
            ("get", "customers/bulk", 405), ("delete", "customers", 405),
            ("head", "customers", 405),
        ):  # fmt: skip
            answer = getattr(client, method)(f"/api/v1/{path}")
            assert answer.status_code == status
            assert answer["Content-Type"] == "application/problem+json"
            if method != "head":
                assert answer.json()["request_id"] == answer["X-Request-Id"]
        assert "GET" in client.put("/api/v1/customers")["Allow"]

    def test_problems_speak_the_askers_language_and_survive_what_they_quote(
        self, firm: Firm
    ) -> None:
        tree = json.dumps({"field": "\ud800", "op": "eq"})
        answer = firm.client("owner").get("/api/v1/customers", {"filter": tree})
        assert answer.status_code == 422

    def test_no_personal_value_is_logged(
        self, firm: Firm, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(0)
        client = firm.client("owner")
        sent = {"kind": "person", "name": "秘密", "email": "secret@example.com", "phone": "x"}
        made = post(client, "customers", sent)
        client.get("/api/v1/customers", {"search": "秘密"})
        client.patch(f"/api/v1/customers/{made.json()['id']}", {"email": "秘密"}, content_type=JSON)
        post(Client(), "session", {"username": "秘密", "password": "秘密"})
        post(client, "tags", {"name": "秘密"})
        post(client, "tags", {"name": "秘密"})
        from guanxi.platform.http.logs import JsonFormatter

        for record in caplog.records:
            line = JsonFormatter().format(record)
            assert "秘密" not in line
            assert "secret@" not in line
