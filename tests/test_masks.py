"""Masked fields: what is left of a value wherever it could come out, and who looks at it.

The role of analysts masks how customers are reached; another here masks their names as well.
"""

import csv
import io
import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer, Identity
from guanxi.insight.models import AttentionItem
from guanxi.interactions.models import Task
from guanxi.platform.access.grants import MASKED as BY_DEFAULT
from guanxi.platform.access.models import Role
from guanxi.platform.events.models import Event
from guanxi.platform.masking.masks import MASKS, looks_masked, masked_value
from guanxi.platform.masking.reveals import AT_MOST
from guanxi.platform.objects.registry import built_in, object_type
from tests.cast import PEOPLE, Firm
from tests.oracle import Oracle, is_masked, reach
from tests.test_permissions import path

pytestmark = pytest.mark.django_db
PHONE, EMAIL, DAY, STREET = "13912345678", "zhang@example.com", "1985-03-02", "中山路 88 号"
MASKED = {
    "phone": "139****5678", "email": "z***@example.com", "birthday": "1985-**-**", "street": "***",
}  # fmt: skip
PLAIN = {"phone": PHONE, "email": EMAIL, "birthday": DAY, "street": STREET}
JSON = {"content_type": "application/json"}


@pytest.fixture
def zhang(firm: Firm) -> str:
    values = {"kind": "person", "name": "张三丰", "city": "北京", **PLAIN}
    made = firm.client("administrator").post("/api/v1/customers", values, **JSON)
    assert made.status_code == 201, made.content
    return str(made.json()["id"])


def grant(role: str, masks: dict[str, str | None], **objects: Any) -> None:
    """Give a role other masks, and rights on objects, for this test."""
    kept = Role.objects.get(name=role)
    fields = {**kept.grants.get("fields", {}), **masks}
    kept.grants = {
        **kept.grants,
        "fields": {n: m for n, m in fields.items() if m},
        "objects": {**kept.grants.get("objects", {}), **objects},
    }
    kept.save()


@pytest.mark.parametrize(
    ("kind", "value", "left"),
    [
        ("name", "张三丰", "张**"),
        ("name", "Wang", "W**"),
        ("phone", "13812345678", "138****5678"),
        ("phone", "+86 138-1234-5678", "+86138****5678"),
        ("phone", "010 8888", "****88"),
        ("phone", "110", "****"),
        ("email", "zhang@example.com", "z***@example.com"),
        ("email", "nobody", "***"),
        ("day", "1985-03-02", "1985-**-**"),
        ("contact", "a@b.c", "a***@b.c"),
        ("contact", "13812345678", "138****5678"),
        ("contact", "wxid_abc", "***"),
        ("all", "中山路 88 号", "***"),
        ("all", "", ""),
        (None, True, None),
    ],
)
def test_what_is_left(kind: str | None, value: Any, left: Any) -> None:
    assert masked_value(kind, value) == left
    assert not value or looks_masked(kind, left) == (kind is not None)
    assert value == left or not looks_masked(kind, value)


VALUES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40
) | st.from_regex(r"[+(]?[0-9][-0-9 ().+]{0,20}|\w{0,6}@\w{0,6}@?\w{0,3}", fullmatch=True).filter(
    lambda text: "\0" not in text
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(VALUES, min_size=1, max_size=20))
def test_python_and_sql_mask_alike(db: None, values: list[str]) -> None:
    with connection.cursor() as cursor:
        for kind in MASKS:
            cursor.execute(
                f"select guanxi_mask_{kind}(v) from unnest(%s::text[]) with ordinality u(v, n)"  # noqa: S608
                " order by n",
                [values],
            )
            assert [m for (m,) in cursor.fetchall()] == [masked_value(kind, v) for v in values]


def test_masks_wherever_a_record_comes_out(firm: Firm, zhang: str) -> None:
    client, boss = firm.client("analyst"), firm.client("administrator")
    boss.patch(f"/api/v1/customers/{zhang}", {"phone": "13987654321"}, **JSON)
    boss.patch(f"/api/v1/customers/{zhang}", {"phone": PHONE, "birthday": DAY}, **JSON)
    shown = client.get(f"/api/v1/customers/{zhang}").json()
    assert {n: shown[n] for n in MASKED} == MASKED
    assert shown["name"] == "张三丰"
    fields = ",".join(["name", *MASKED])
    only = json.dumps({"field": "name", "op": "eq", "value": "张三丰"})
    (row,) = client.get("/api/v1/customers", {"fields": fields, "filter": only}).json()["items"]
    assert {n: row[n] for n in MASKED} == MASKED
    board = {"by": "kind", "fields": fields, "filter": only}
    answers = [
        client.get("/api/v1/customers/board", board),
        client.get(f"/api/v1/customers/{zhang}/history"),
        client.get(f"/api/v1/customers/{zhang}/timeline"),
        client.get("/api/v1/identities"),
        client.get("/api/v1/search", {"q": "张三丰"}),
        client.post(
            "/api/v1/customers/export", {"fields": ["name", *MASKED], "filter": None}, **JSON
        ),
    ]
    texts = [b"".join(answer).decode() for answer in answers]
    for answer, text in zip(answers, texts, strict=True):
        assert answer.status_code == 200, text
        for value in (*PLAIN.values(), "13987654321"):
            assert value not in text
        assert "139****" in text
    history = json.loads(texts[1])["items"]
    assert [c["new"] for e in history if (c := e["changes"].get("phone"))][:1] == ["139****5678"]
    table = list(csv.reader(io.StringIO(texts[5].lstrip("\ufeff"))))
    assert ["张三丰", *MASKED.values()] in table
    meta = {o["name"]: o for o in client.get("/api/v1/meta").json()["objects"]}
    phone = next(f for f in meta["customer"]["fields"] if f["name"] == "phone")
    assert (phone["masked"], phone["read_only"], phone["sortable"]) == (True, True, False)
    assert phone["operators"] == ["empty", "not_empty"]


def test_a_masked_field_is_no_oracle(firm: Firm, zhang: str) -> None:
    """Nothing tells more of the value than the mask: no filter, order, group, search or link."""
    client = firm.client("analyst")
    refused = [
        ("/api/v1/customers", {"sort": "phone"}),
        ("/api/v1/customers/aggregate", {"group": "birthday"}),
        ("/api/v1/customers/aggregate", {"group": "birthday:month"}),
    ]
    tests = [
        {"field": "phone", "op": "eq", "value": PHONE},
        {"field": "phone", "op": "starts", "value": "139"},
        {"field": "phone", "op": "in", "value": [PHONE]},
        {"field": "birthday", "op": "lt", "value": "1990-01-01"},
        {"field": "birthday", "op": "in_period", "value": "this_year"},
        {"has": "identities", "where": {"field": "value", "op": "contains", "value": "1"}},
    ]
    refused += [("/api/v1/customers", {"filter": json.dumps(t)}) for t in tests]
    far = {"field": "customer.phone", "op": "eq", "value": PHONE}
    refused += [("/api/v1/tasks", {"filter": json.dumps(far)})]
    for address, asked in refused:
        assert client.get(address, asked).status_code == 422, (address, asked)
    for text in (PHONE, "5678", EMAIL, STREET):
        assert client.get("/api/v1/customers", {"search": text}).json()["items"] == []
        assert client.get("/api/v1/search", {"q": text}).json()["items"] == []
    empty = json.dumps({"field": "phone", "op": "not_empty"})
    found = client.get("/api/v1/customers", {"filter": empty, "limit": 200}).json()["items"]
    assert zhang in {row["id"] for row in found}


def test_a_duplicate_is_not_found_by_what_is_masked(firm: Firm, zhang: str) -> None:
    grant("own_only", {"customer.phone": "masked", "customer.email": "masked"},
          customer={"read": "all", "change": "all", "create": True})  # fmt: skip
    client = firm.client("loner")
    found = client.post("/api/v1/customers/duplicates", {"name": "李四", "phone": PHONE}, **JSON)
    assert found.json()["candidates"] == []
    also = client.post("/api/v1/customers/duplicates", {"name": "张三丰", "phone": PHONE}, **JSON)
    evidence = [e["rule"] for c in also.json()["candidates"] for e in c["evidence"]]
    assert "name" in evidence
    assert "phone" not in evidence


def test_a_masked_name_stands_wherever_the_record_is_named(firm: Firm, zhang: str) -> None:
    boss = firm.client("administrator")
    task = {"title": "x", "customer": zhang}
    made = boss.post("/api/v1/tasks", task, **JSON).json()["id"]
    grant("analyst", {"customer.name": "masked"})
    client = firm.client("analyst")
    assert client.get(f"/api/v1/customers/{zhang}").json()["name"] == "张**"
    assert client.get(f"/api/v1/tasks/{made}").json()["customer"]["label"] == "张**"
    groups = client.get("/api/v1/tasks/aggregate", {"group": "customer"}).json()["groups"]
    assert "张**" in {g["label"] for g in groups}
    assert client.get("/api/v1/tasks", {"sort": "customer"}).status_code == 422
    assert client.get("/api/v1/customers").status_code == 200  # its own order falls away
    for answer in (
        client.get("/api/v1/customers", {"search": "三丰"}),
        client.get("/api/v1/search", {"q": "三丰"}),
        client.get("/api/v1/search", {"q": "zhangsanfeng"}),
    ):
        assert answer.json()["items"] == []
    for pages in (f"/api/v1/customers/{zhang}/history", f"/api/v1/tasks/{made}/history"):
        assert "三丰" not in client.get(pages).content.decode()


def test_a_masked_name_needs_attention_by_its_mask(firm: Firm, zhang: str) -> None:
    item = AttentionItem.objects.create(
        customer_id=zhang, kind="late", stake=10**9, as_of="2026-03-31"
    )
    rights = {"read": "all", "create": True}
    grant("analyst", {"customer.name": "masked"}, task=rights)
    client = firm.client("analyst")
    page = client.get("/api/v1/insight/attention")
    (shown,) = [i for i in page.json()["items"] if i["id"] == str(item.pk)]
    assert shown["customer"]["label"] == "张**"
    assert "三丰" not in page.content.decode()
    done = client.post(f"/api/v1/insight/attention/{item.pk}/do", {"kind": "task"}, **JSON)
    assert done.status_code == 200, done.content
    assert Task.objects.get(pk=done.json()["task"]).title == "Call 张**: is anything missing?"


def test_a_mask_is_never_written_back(firm: Firm, zhang: str) -> None:
    boss, address = firm.client("administrator"), f"/api/v1/customers/{zhang}"
    for name, mask in MASKED.items():
        answer = boss.patch(address, {name: mask}, **JSON)
        assert answer.status_code == 422, name
    answer = boss.patch(address, {"phone": MASKED["phone"]}, **JSON)
    assert answer.json()["errors"][0] == {
        "field": "phone", "code": "mask",
        "message": '"139****5678" stands in place of a value that was hidden.',
    }  # fmt: skip
    bulk = boss.post(
        "/api/v1/customers/bulk", {"set": {"email": "z***@x.y"}, "ids": [zhang]}, **JSON
    )
    assert bulk.status_code == 422
    assert boss.get(address).json()["phone"] == PHONE
    identity = {"customer": zhang, "kind": "wechat", "value": "***"}
    assert boss.post("/api/v1/identities", identity, **JSON).status_code == 422


def test_writing_takes_the_right_to_reveal(firm: Firm, zhang: str) -> None:
    address = f"/api/v1/customers/{zhang}"
    rights = {"read": "all", "change": "all"}
    grant("own_only", {"customer.phone": "masked"}, customer=rights)
    client = firm.client("loner")
    assert client.patch(address, {"phone": "13900000000"}, **JSON).status_code == 403
    grant("own_only", {}, customer={**rights, "reveal": True})
    client = firm.client("loner")
    answer = client.patch(address, {"phone": "13900000000"}, **JSON)
    assert (answer.status_code, answer.json()["phone"]) == (200, "139****0000")
    assert client.patch(address, {"phone": "139****0000"}, **JSON).status_code == 422
    assert Customer.objects.get(pk=zhang).phone == "13900000000"


def see(client: Client, pk: str, field: str = "phone", **more: str) -> Any:
    body = {"field": field, **more}
    return client.post(f"/api/v1/customers/{pk}/reveal", body, **JSON)


def test_who_looks_is_written_down(firm: Firm, zhang: str) -> None:
    grant("analyst", {}, customer={"read": "all", "export": True, "reveal": True})
    client, boss = firm.client("analyst"), firm.client("administrator")
    before = Event.objects.count()
    answer = see(client, zhang, reason="回电")
    assert (answer.status_code, answer.json()) == (200, {"value": PHONE})
    assert see(client, zhang, "birthday").json() == {"value": DAY}
    assert Event.objects.count() == before + 2
    log = boss.get(f"/api/v1/customers/{zhang}/reveals").json()["items"]
    assert [(e["actor"]["label"], e["field"], e["reason"]) for e in log] == [
        ("analyst 先生", "birthday", ""), ("analyst 先生", "phone", "回电"),
    ]  # fmt: skip
    assert client.get(f"/api/v1/customers/{zhang}/reveals").status_code == 403  # may not change
    (entry, _other) = boss.get("/api/v1/audit", {"object": "reveal", "record": zhang}).json()[
        "items"
    ]
    facts = {c["name"]: c["new"] for c in entry["changes"]}
    assert facts["field"] == "birthday"
    assert DAY not in json.dumps(entry)
    for who, field, status in [
        ("analyst", "name", 422), ("analyst", "nothing", 422), ("administrator", "phone", 422),
        ("read_only", "phone", 403), ("outsider", "phone", 403),
    ]:  # fmt: skip
        assert see(firm.client(who), zhang, field).status_code == status, (who, field)
    assert Event.objects.count() == before + 2


def test_nobody_looks_at_everybody(firm: Firm, zhang: str) -> None:
    grant("analyst", {}, customer={"read": "all", "reveal": True})
    client = firm.client("analyst")
    assert all(see(client, zhang).status_code == 200 for _ in range(AT_MOST))
    answer = see(client, zhang)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_reveals")


def test_a_token_reveals_only_if_it_may_write(firm: Firm, zhang: str) -> None:
    grant("analyst", {}, customer={"read": "all", "reveal": True})
    reader, _token = firm.token_client("analyst", "read")
    writer, _token = firm.token_client("analyst", "customer:read", "customer:write")
    assert see(reader, zhang).status_code == 403
    assert see(writer, zhang).json() == {"value": PHONE}


def test_a_custom_field_is_personal_if_the_firm_says_so(firm: Firm, zhang: str) -> None:
    boss = firm.client("administrator")
    made = boss.post(
        "/api/v1/custom-fields",
        {"object": "customer", "type": "text", "key": "card", "labels": {"en": "ID card"},
         "personal": True, "masks": {"analyst": "masked"}},
        **JSON,
    )  # fmt: skip
    assert made.status_code == 201, made.content
    grade = {"object": "customer", "type": "number", "labels": {"en": "x"}}
    sent = {**grade, "type": "decimal", "key": "grade", "masks": {"analyst": "masked"}}
    assert boss.post("/api/v1/custom-fields", sent, **JSON).status_code == 422  # not personal
    address = f"/api/v1/customers/{zhang}"
    boss.patch(address, {"custom": {"card": "110101198503021234"}}, **JSON)
    client = firm.client("analyst")
    assert client.get(address).json()["custom"] == {"card": "***"}
    assert "1101011985" not in client.get(f"{address}/history").text
    for test in ({"field": "custom.card", "op": "eq", "value": "x"},):
        asked = {"filter": json.dumps(test)}
        assert client.get("/api/v1/customers", asked).status_code == 422
    assert boss.patch(address, {"custom": {"card": "***"}}, **JSON).status_code == 422
    grant("analyst", {}, customer={"read": "all", "reveal": True})
    shown = see(firm.client("analyst"), zhang, "custom.card")
    assert shown.json() == {"value": "110101198503021234"}


def test_every_role_sees_what_the_oracle_says(firm: Firm, subtests: pytest.Subtests) -> None:
    """Every personal field of every object in every list: plain, or exactly its mask."""
    oracle = Oracle(firm)
    for declared in built_in():
        personal = [f for f in declared.own_fields.values() if f.personal]
        for who in PEOPLE:
            if not personal or reach(who, declared.name, "read") is None:
                continue
            with subtests.test(kind=declared.name, who=who):
                names = ",".join(f.name for f in personal if not _is_hidden(who, declared.name, f))
                asked = {"fields": names, "limit": 200}
                rows = firm.client(who).get(path(declared), asked).json()["items"]
                by_id = {str(r.pk): r for r in firm.records[declared.name].values()}
                for row in rows:
                    record = by_id[row["id"]]
                    assert oracle.may(who, "read", declared.name, record)
                    for f in personal:
                        if f.name not in row:
                            continue
                        value = getattr(record, f.column.attname)
                        plain = value if value is None else str(value)
                        masked = is_masked(who, declared.name, f.name)
                        wanted = masked_value(f.mask_kind, plain) if masked else plain
                        assert row[f.name] == wanted, (f.name, plain)


def _is_hidden(who: str, kind: str, f: Any) -> bool:
    from tests.oracle import is_hidden

    return is_hidden(who, kind, f.name)


def test_an_import_takes_no_mask_for_a_value(firm: Firm, zhang: str) -> None:
    from guanxi.platform.exchange.fields import unmasked
    from guanxi.platform.exchange.values import convert
    from guanxi.platform.exchange.values.convert import BadValue, Column

    column = Column(unmasked("phone", convert.text(60)))
    mask, plain = column(["138****5678", "13812345678"])
    assert isinstance(mask, BadValue)
    assert mask.code == "mask"
    assert plain == "13812345678"


def test_identities_are_masked_by_their_form(firm: Firm, zhang: str) -> None:
    Identity.objects.create(customer_id=zhang, kind="wechat", value="wx_zhang", normal="wx_zhang")
    client = firm.client("analyst")
    asked = {"filter": json.dumps({"field": "customer", "op": "in", "value": [zhang]})}
    rows = client.get("/api/v1/identities", asked).json()["items"]
    shown = {row["kind"]: row["value"] for row in rows}
    assert shown == {"phone": "139****5678", "email": "z***@example.com", "wechat": "***"}
    assert object_type("identity").maskable


def test_roles_that_are_there_get_masks_and_keep_what_was_said(firm: Firm) -> None:
    kept = {"customer.phone": "hidden", "order.total": "read_only"}
    everything = {"*": {"read": "all"}}
    Role.objects.filter(name="read_only").update(grants={"areas": everything, "fields": kept})
    Role.objects.filter(name="analyst").update(grants={"areas": everything})
    Role.objects.filter(name="manager").update(grants={"areas": everything})
    migration = import_module("guanxi.platform.migrations.0033_masking")
    migration.mask_by_default(None, SimpleNamespace(connection=connection))
    grants = dict(Role.objects.values_list("name", "grants"))
    assert grants["read_only"]["fields"] == {**BY_DEFAULT, **kept}
    assert grants["analyst"]["fields"] == BY_DEFAULT
    assert grants["manager"]["areas"]["*"] == {"read": "all", "reveal": True}
    assert "fields" not in grants["manager"]
