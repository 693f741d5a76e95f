"""Settings → single sign-on: who may change what, and that the secret never leaves."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from guanxi.platform.access.models import IdentityProvider, Role
from tests.cast import Firm
from tests.sso.conftest import Add
from tests.sso.provider import SECRET, Provider

pytestmark = pytest.mark.django_db
JSON = "application/json"
PATH = "/api/v1/identity-providers"
UNKNOWN = "01900000-0000-7000-8000-000000000000"  # the same in every process of the tests


def test_the_secret_is_sealed_and_told_to_nobody(firm: Firm, add: Add) -> None:
    added = add()
    answers = [str(added), firm.client("administrator").get(PATH).content.decode()]
    assert not any(SECRET in answer for answer in answers)
    with connection.cursor() as cursor:
        cursor.execute("select to_jsonb(p)::text from platform_identityprovider p")
        assert SECRET not in cursor.fetchone()[0]
        cursor.execute("select string_agg(changes::text, '') from platform_event")
        told = cursor.fetchone()[0]
    assert SECRET not in told
    assert "guanxi" in told


def test_the_redirect_address_is_known_beforehand(firm: Firm, add: Add) -> None:
    pk = str(uuid4())
    template = firm.client("administrator").get(PATH).json()["redirect_address"]
    assert add(id=pk)["redirect_address"] == template.replace("{id}", pk)


def test_a_change_without_a_secret_keeps_it(firm: Firm, add: Add) -> None:
    added = add()
    before = bytes(IdentityProvider.objects.get(pk=added["id"]).secret)
    boss = firm.client("administrator")
    changed = boss.patch(f"{PATH}/{added['id']}", {"name": "New"}, content_type=JSON)
    assert (changed.status_code, changed.json()["name"]) == (200, "New")
    assert bytes(IdentityProvider.objects.get(pk=added["id"]).secret) == before


@pytest.mark.parametrize("who", ["manager", "owner", None])
def test_for_administrators_in_person(firm: Firm, add: Add, who: str | None) -> None:
    pk, client = add()["id"], firm.client(who)
    program, _token = firm.token_client("administrator", "read", "write")
    for one in (client, program):
        answers = [
            one.get(PATH),
            one.post(PATH, {"name": "x"}, content_type=JSON),
            one.patch(f"{PATH}/{pk}", {"name": "x"}, content_type=JSON),
            one.delete(f"{PATH}/{pk}"),
            one.post(f"{PATH}/{pk}/test"),
            one.put(f"{PATH}/passwords", {"passwords_for": "everybody"}, content_type=JSON),
        ]
        assert {a.status_code for a in answers} <= {401, 403, 422}
    assert IdentityProvider.objects.get().name == "Firm ID"


def test_administrators_who_may_do_less_cannot_say_who_people_are(firm: Firm, add: Add) -> None:
    """A provider of theirs could let them in as somebody who may do more."""
    added = add()
    Role.objects.filter(name="own_only").update(
        grants={"areas": {"*": {"read": "own"}}, "administer": True}
    )
    loner = firm.client("loner")
    assert loner.get(PATH).status_code == 200
    values = {"name": "x", "issuer": "https://x.example", "client_id": "x", "secret": "x",
              "domains": ["x.example"]}  # fmt: skip
    answers = [
        loner.post(PATH, values, content_type=JSON),
        loner.patch(f"{PATH}/{added['id']}", {"issuer": "https://x.example"}, content_type=JSON),
        loner.delete(f"{PATH}/{added['id']}"),
        loner.put(f"{PATH}/passwords", {"passwords_for": "everybody"}, content_type=JSON),
        loner.delete(f"/api/v1/people/{firm['owner'].pk}/provider-links"),
    ]
    assert [a.status_code for a in answers] == [403] * 5


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"issuer": "http://id.example"}, "issuer"),
        ({"issuer": "https://127.0.0.1"}, "issuer"),
        ({"issuer": "https://user@id.example"}, "issuer"),
        ({"domains": ["@firm.example"]}, "domains.0"),
        ({"domains": []}, "domains"),
        ({"role": UNKNOWN}, "role"),
        ({"claim": "g", "roles": [{"value": "x", "role": UNKNOWN}]}, "roles.0.role"),
        ({"name": ""}, "name"),
        ({"secret": ""}, "secret"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(firm: Firm, add: Add, values: dict[str, Any], field: str) -> None:
    path = f"{PATH}/{add()['id']}"
    answer = firm.client("administrator").patch(path, values, content_type=JSON)
    assert answer.status_code == 422, answer.content
    assert [e["field"] for e in answer.json()["errors"]] == [field]


def test_two_of_a_kind_are_refused(firm: Firm, add: Add, idp: Provider) -> None:
    add()
    other = {"name": "x", "issuer": idp.url, "client_id": "guanxi", "secret": "x",
             "domains": ["x.example"]}  # fmt: skip
    answer = firm.client("administrator").post(PATH, other, content_type=JSON)
    assert [e["field"] for e in answer.json()["errors"]] == ["client_id"]


def test_a_role_that_a_provider_gives_stays(firm: Firm, add: Add) -> None:
    boss = firm.client("administrator")
    roles = [Role.objects.create(name=f"r{n}", label=f"r{n}", grants={}) for n in range(2)]
    add(role=str(roles[0].pk), claim="g", roles=[{"value": "x", "role": str(roles[1].pk)}])
    for role in roles:
        refused = boss.delete(f"/api/v1/role-rights/{role.pk}")
        assert (refused.status_code, refused.json()["code"]) == (409, "role_in_use")


def test_a_test_says_in_words_what_is_wrong(firm: Firm, add: Add, idp: Provider) -> None:
    path, boss = f"{PATH}/{add()['id']}/test", firm.client("administrator")
    assert boss.post(path).json() == {"fault": None}
    idp.published = []
    assert "otherwise" in boss.post(path).json()["fault"]
    idp.said = {"issuer": "https://x.example"}
    assert "another issuer" in boss.post(path).json()["fault"]


def test_strangers_are_told_names_alone(firm: Firm, add: Add) -> None:
    added = add()
    add(name="Off", client_id="off", is_active=False)
    told = Client().get("/api/v1/session").json()["providers"]
    assert told == [{"id": added["id"], "name": "Firm ID"}]
