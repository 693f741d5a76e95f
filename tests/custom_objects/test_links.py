"""Custom fields that point at records: between built-in and declared objects, in all directions."""

import json
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.platform.fields.links import links_to
from guanxi.platform.fields.models import CustomField, Link
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.objects.names import name_sort_key
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import object_type
from tests.cast import EQUIPMENT, PEOPLE, Firm
from tests.fields.definitions import define
from tests.oracle import Oracle, reach
from tests.writes.calls import NOWHERE, fields, get, patch, post, refused, undo

pytestmark = pytest.mark.django_db
PAIRS = [
    ("customer", "customer"), (EQUIPMENT, "customer"), ("customer", EQUIPMENT),
    (EQUIPMENT, EQUIPMENT), ("task", EQUIPMENT), ("order", "user"),
]  # fmt: skip
ADDRESSES = {EQUIPMENT: "custom-equipment"}


def address(kind: str) -> str:
    return ADDRESSES.get(kind, f"{kind}s")


def link(boss: Client, source: str, target: str, key: str = "partner", **more: Any) -> Any:
    return define(boss, source, "link", key, settings={"target": target}, **more)


def targets(firm: Firm, kind: str) -> list[Row]:
    return list(firm.people.values() if kind == "user" else firm.records[kind].values())


def point(sources: list[Any], at: list[Any], key: str = "partner") -> dict[Any, Any]:
    """Each record at another one, in turn, by hand; what each points at."""
    found = {}
    for number, record in enumerate(sources):
        target = at[number % len(at)]
        record.custom = {**record.custom, key: str(target.pk)}
        record.save(update_fields=["custom"])
        found[record.pk] = target
    return found


def listed(client: Client, kind: str, **query: Any) -> list[Any]:
    query = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in query.items()}
    answer = client.get(f"/api/v1/{address(kind)}", {"limit": 200, **query})
    assert answer.status_code == 200, answer.content
    items: list[Any] = answer.json()["items"]
    return items


def paged(client: Client, kind: str, **query: str) -> list[str]:
    """The ids of a list read three records at a time."""
    found, page = [], {"next": ""}
    while page["next"] is not None:
        page = client.get(
            f"/api/v1/{address(kind)}", {"limit": 3, "cursor": page["next"], **query}
        ).json()
        found += [row["id"] for row in page["items"]]
    return found


def where(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def ids(rows: list[Any]) -> set[str]:
    return {row["id"] for row in rows}


def kept() -> None:
    """The table of links says what the records do, neither more nor less."""
    rows = {(link.field.full_name, link.record_id, link.target_id) for link in
            Link.objects.select_related("field")}  # fmt: skip
    told = set()
    for defined in CustomField.objects.filter(type="link"):
        model: Any = object_type(defined.object).model
        for record in model.objects.exclude(**{f"custom__{defined.key}": None}):
            if value := record.custom.get(defined.key):
                told.add((defined.full_name, record.pk, uuid.UUID(value)))
    assert rows == told


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_everybody_sees_the_labels_of_what_they_see(
    firm: Firm, boss: Client, source: str, target: str
) -> None:
    """Lists, filters, groups and related records, for all people, against the oracle."""
    link(boss, source, target)
    sources = list(firm.records[source].values())
    named = point(sources, targets(firm, target))
    oracle = Oracle(firm)
    title = {"user": "full_name"}.get(target, "name")
    for who in PEOPLE:
        client = firm.client(who)
        if reach(who, source, "read") is None:
            continue

        def sees(record: Any, who: str = who, *, kind: str = target, bin: bool = True) -> bool:
            return oracle.may(who, "read", kind, record) or (
                bin and oracle.may(who, "read", kind, record, deleted=True)
            )

        seen = [r for r in sources if oracle.may(who, "read", source, r)]
        rows = listed(client, source, fields="custom.partner", sort="custom.partner")
        assert ids(rows) == {str(r.pk) for r in seen}
        shown = {row["id"]: row["custom"]["partner"] for row in rows}
        for record in seen:
            at = named[record.pk]
            label = getattr(at, title) if sees(at) else None
            assert shown[str(record.pk)] == {"id": str(at.pk), "label": label}
        labels = [row["custom"]["partner"]["label"] for row in rows]
        assert paged(client, source, sort="-custom.partner") == [
            row["id"] for row in listed(client, source, sort="-custom.partner")
        ]
        without = labels.index(None) if None in labels else len(labels)
        assert not any(labels[without:])  # what is not seen comes last
        if target != "user":
            assert labels[:without] == sorted(labels[:without], key=name_sort_key)
        groups = get(client, f"{address(source)}/aggregate?group=custom.partner")["groups"]
        assert sum(g["count"] for g in groups) == len(seen)
        by_key = {str(at.pk): at for at in named.values()}
        for group in groups:
            at = by_key[group["key"]]
            assert group["label"] == (getattr(at, title) if sees(at) else None)
        is_read = sees if reach(who, target, "read") else lambda *_a, **_k: False
        in_use = {str(r.pk) for r in seen if is_read(named[r.pk], bin=False)}
        full = where(f"custom.partner.{title}", "not_empty")
        assert ids(listed(client, source, filter=full)) == in_use
        assert ids(listed(client, source, filter={"not": full})) == ids(rows) - in_use
        one = sources[0]
        same = {str(r.pk) for r in seen if named[r.pk].pk == named[one.pk].pk}
        picked = where("custom.partner", "in", [str(named[one.pk].pk)])
        assert ids(listed(client, source, filter=picked)) == same
        others = where("custom.partner", "not_in", [str(named[one.pk].pk)])
        assert ids(listed(client, source, filter=others)) == ids(rows) - same
        if reach(who, target, "read"):
            pointed = {str(named[r.pk].pk) for r in seen}
            has = {"has": f"{source}.custom.partner"}
            alive = {str(r.pk) for r in targets(firm, target) if is_read(r, bin=False)}
            assert ids(listed(client, target, filter=has)) == alive & pointed
            no = {"has_no": f"{source}.custom.partner"}
            assert ids(listed(client, target, filter=no)) == alive - pointed
    kept()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_only_what_the_writer_sees_can_be_named(
    firm: Firm, boss: Client, source: str, target: str
) -> None:
    link(boss, source, target)
    oracle = Oracle(firm)
    for who in PEOPLE:
        client = firm.client(who)
        own = [r for r in firm.records[source].values() if oracle.may(who, "change", source, r)]
        if not own:
            continue
        path = f"{address(source)}/{own[0].pk}"
        for at in targets(firm, target):
            answer = patch(client, path, {"custom": {"partner": str(at.pk)}})
            if oracle.may(who, "read", target, at):
                assert answer.status_code == 200, answer.content
                if reach(who, source, "read"):
                    assert answer.json()["custom"]["partner"]["id"] == str(at.pk)
            else:
                assert answer.status_code == 422
                assert (fields(answer.json()), answer.json()["errors"][0]["code"]) == (
                    ["custom.partner"], "not_found",
                )  # fmt: skip
    kept()


def test_what_is_no_record_is_refused(firm: Firm, boss: Client) -> None:
    link(boss, "task", "customer")
    order = str(next(iter(firm.records["order"].values())).pk)
    path = f"tasks/{firm['task:free'].pk}"
    for value in ("x", 7, True, {}, ["x"], {"id": NOWHERE}, NOWHERE, order, "\ud800"):
        refused(lambda value=value: patch(boss, path, {"custom": {"partner": value}}), 422)
        bulk = {"ids": [str(firm["task:free"].pk)], "set": {"custom": {"partner": value}}}
        refused(lambda bulk=bulk: post(boss, "tasks/bulk", bulk), 422)


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(value=st.uuids(), data=st.data())
def test_one_record_is_named_in_one_form(value: uuid.UUID, data: st.DataObject) -> None:
    """However an id is written, it is kept in the form that equal ids share."""
    from guanxi.platform.fields.kinds import LinkColumn
    from guanxi.platform.fields.values import kept as kept_form
    from guanxi.platform.objects.fieldtypes import TYPES
    from guanxi.platform.objects.registry import ObjectField

    column = LinkColumn(related_model=Customer, null=True, blank=True)
    f = ObjectField("custom.x", "custom__x:link", column, TYPES["link"], "x", key="x")
    form = data.draw(st.sampled_from([str, lambda v: v.hex, lambda v: v.urn, lambda v: f"{{{v}}}"]))
    text = data.draw(st.sampled_from([str.upper, str.lower]))(form(value).removeprefix("urn:uuid:"))
    assert kept_form(f, f" {text} ") == str(value)


def test_it_is_made_changed_in_bulk_pasted_and_undone(firm: Firm, client: Client) -> None:
    boss = firm.client("administrator")
    link(boss, EQUIPMENT, "customer")
    acme, bell = str(firm["customer:acme"].pk), str(firm["customer:bell"].pk)
    made = post(client, "custom-equipment", {"name": "泵", "custom": {"partner": acme}})
    assert made.json()["custom"]["partner"] == {
        "id": acme, "label": firm["customer:acme"].name
    }  # fmt: skip
    pk = made.json()["id"]
    changed = patch(client, f"custom-equipment/{pk}", {"custom": {"partner": bell}})
    items = get(client, f"custom-equipment/{pk}/history")["items"]
    assert items[0]["changes"] == {
        "custom.partner": {
            "old": {"id": acme, "label": firm["customer:acme"].name},
            "new": {"id": bell, "label": firm["customer:bell"].name},
        }
    }
    assert undo(client, changed).json()["undone"] == 1
    assert get(client, f"custom-equipment/{pk}")["custom"]["partner"]["id"] == acme
    rows = [{"id": pk, "set": {"custom": {"partner": bell}}}]
    assert patch(client, "custom-equipment", {"rows": rows}).json()["changed"] == 1
    kept()
    bulk = post(client, "custom-equipment/bulk", {"ids": [pk], "set": {"custom": {"partner": ""}}})
    assert bulk.json()["changed"] == 1
    assert not links_to([firm["customer:bell"].pk]).exists()
    assert undo(client, bulk).json()["undone"] == 1
    kept()


def test_a_target_in_the_bin_is_shown_and_an_erased_one_is_gone(firm: Firm, boss: Client) -> None:
    for source in ("customer", EQUIPMENT):
        link(boss, source, "customer")
    gone = post(boss, "customers", {"kind": "person", "name": "Gone"}).json()["id"]
    body = {"custom": {"partner": gone}}
    one = post(boss, "customers", {"kind": "person", "name": "One", **body}).json()["id"]
    two = post(boss, "custom-equipment", {"name": "Two", **body}).json()["id"]
    assert boss.delete(f"/api/v1/customers/{gone}").status_code == 204
    for path in (f"customers/{one}", f"custom-equipment/{two}"):
        assert get(boss, path)["custom"]["partner"] == {"id": gone, "label": "Gone"}
    assert refused(lambda: patch(boss, f"customers/{one}", body), 422)
    Customer.objects.filter(pk=gone).delete()
    for path in (f"customers/{one}", f"custom-equipment/{two}"):
        assert get(boss, path)["custom"]["partner"] is None
        change = get(boss, f"{path}/history")["items"][0]["changes"]
        assert change == {"custom.partner": {"old": {"id": gone, "label": None}, "new": None}}
    assert not Link.objects.filter(target_id=gone).exists()
    kept()


def test_the_database_lets_no_link_lead_nowhere(firm: Firm, boss: Client) -> None:
    """Whoever writes: another table's record, another object's, or none is refused."""
    link(boss, EQUIPMENT, EQUIPMENT)
    post(boss, "custom-objects", {"key": "van", "labels": {"en": "Van"}})
    van = post(boss, "custom-van", {"name": "van 1"}).json()["id"]
    press = firm[f"{EQUIPMENT}:press"]
    for target in (NOWHERE, van, str(firm["customer:acme"].pk)):
        press.custom = {"partner": target}
        with pytest.raises(IntegrityError, match="names a record"), transaction.atomic():
            press.save(update_fields=["custom"])
    with connection.cursor() as cursor:  # one that points at itself goes with its link
        cursor.execute(
            "update platform_customrecord set custom = jsonb_build_object('partner', id)"
            " where name = 'van 1' or id = %s", [press.pk],
        )  # fmt: skip
        kept()
        cursor.execute("delete from platform_customrecord where id = %s", [press.pk])
    kept()


def test_a_definition_is_archived_and_comes_back(firm: Firm, boss: Client) -> None:
    defined = link(boss, EQUIPMENT, "customer")
    point([firm[f"{EQUIPMENT}:press"]], [firm["customer:acme"]])
    base = f"custom-fields/{defined['id']}"
    path = f"custom-equipment/{firm[f'{EQUIPMENT}:press'].pk}"
    other = {"settings": {"target": EQUIPMENT}}
    assert fields(refused(lambda: patch(boss, base, other), 422)) == ["settings.target"]
    assert patch(boss, base, {"labels": {"en": "Used by"}}).status_code == 200
    name = f"{EQUIPMENT}.custom.partner"
    related = {r["name"]: r for r in meta(boss, "customer")["related"]}
    assert related[name]["object"] == EQUIPMENT
    assert related[name]["field"] == "custom.partner"
    assert post(boss, f"{base}/archive").status_code == 200
    assert "partner" not in get(boss, path).get("custom", {})
    assert name not in [r["name"] for r in meta(boss, "customer")["related"]]
    assert links_to([firm["customer:acme"].pk]).count() == 1
    Customer.objects.filter(pk=firm["customer:acme"].pk).update(name="Acme anew")
    assert post(boss, f"{base}/restore").status_code == 200
    assert get(boss, path)["custom"]["partner"]["label"] == "Acme anew"


def meta(client: Client, name: str) -> Any:
    return next(o for o in get(client, "meta")["objects"] if o["name"] == name)


@pytest.mark.parametrize("target", [None, "nothing", "custom_none"])
def test_a_link_points_at_an_object_that_there_is(boss: Client, target: str | None) -> None:
    body = {"object": "customer", "type": "link", "labels": {"en": "x"}, "settings": {}}
    if target:
        body["settings"] = {"target": target}
    assert fields(refused(lambda: post(boss, "custom-fields", body), 422)) == ["settings.target"]


def test_an_object_that_is_pointed_at_is_not_archived(firm: Firm, boss: Client) -> None:
    defined = link(boss, "customer", EQUIPMENT)
    (object,) = [o for o in get(boss, "custom-objects")["items"] if o["name"] == EQUIPMENT]
    archive = f"custom-objects/{object['id']}/archive"
    problem = refused(lambda: post(boss, archive), 422)
    assert "My link" in problem["detail"]
    assert post(boss, f"custom-fields/{defined['id']}/archive").status_code == 200
    assert post(boss, archive).status_code == 200
    problem = refused(lambda: post(boss, f"custom-fields/{defined['id']}/restore"), 422)
    assert fields(problem) == ["settings.target"]


def test_who_may_not_see_the_field_learns_nothing(firm: Firm, boss: Client) -> None:
    link(boss, EQUIPMENT, "customer", masks={"own_only": "hidden"})
    point([firm[f"{EQUIPMENT}:lathe"]], [firm["customer:acme"]])
    client, name = firm.client("loner"), f"{EQUIPMENT}.custom.partner"
    assert name not in [r["name"] for r in meta(client, "customer")["related"]]
    for tree in ({"has": name}, {"has_no": name}):
        answer = client.get("/api/v1/customers", {"filter": json.dumps(tree)})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_filter")
    lathe = get(client, f"custom-equipment/{firm[f'{EQUIPMENT}:lathe'].pk}")
    assert "partner" not in lathe.get("custom", {})


def test_related_records_are_added_up(firm: Firm, boss: Client) -> None:
    """Roll-ups over custom links, to another object and within one, for each asker."""
    link(boss, EQUIPMENT, "customer")
    link(boss, "customer", "customer", "parent")
    define(boss, "customer", "rollup", "machines",
           settings={"related": f"{EQUIPMENT}.custom.partner"})  # fmt: skip
    named_ones = {"related": "customer.custom.parent", "filter": where("name", "not_empty")}
    define(boss, "customer", "rollup", "daughters", settings=named_ones)
    pieces, customers = firm.records[EQUIPMENT], firm.records["customer"]
    named = point(list(pieces.values()), [firm["customer:acme"], firm["customer:chen"]])
    parents = point(list(customers.values()), [firm["customer:acme"]], "parent")
    oracle = Oracle(firm)
    for who in ("administrator", "owner", "outsider", "manager"):
        rows = listed(firm.client(who), "customer", fields="custom.machines,custom.daughters",
                      sort="-custom.machines")  # fmt: skip
        for row in rows:
            machines = [r for r in pieces.values() if oracle.may(who, "read", EQUIPMENT, r)]
            daughters = [r for r in customers.values() if oracle.may(who, "read", "customer", r)]
            assert row["custom"] == {
                "machines": sum(str(named[r.pk].pk) == row["id"] for r in machines),
                "daughters": sum(str(parents[r.pk].pk) == row["id"] for r in daughters),
            }
    defined = CustomField.objects.get(object="customer", key="parent")
    problem = refused(lambda: post(boss, f"custom-fields/{defined.pk}/archive"), 422)
    assert "My rollup" in problem["detail"]


def test_a_bulk_edit_of_all_that_match_is_a_job(firm: Firm, boss: Client) -> None:
    link(boss, EQUIPMENT, "customer")
    acme = str(firm["customer:acme"].pk)
    body = {"filter": {}, "set": {"custom": {"partner": acme}}}
    job = post(boss, "custom-equipment/bulk", body)
    assert job.status_code == 202
    run_job(job.json()["id"])
    rows = listed(boss, EQUIPMENT, fields="custom.partner")
    assert {r["custom"]["partner"]["id"] for r in rows} == {acme}
    hidden = {"filter": {}, "set": {"custom": {"partner": NOWHERE}}}
    assert fields(refused(lambda: post(boss, "custom-equipment/bulk", hidden), 422)) == [
        "custom.partner"
    ]
    kept()


def test_nothing_of_a_target_comes_out_whose_object_is_closed(firm: Firm, boss: Client) -> None:
    """A role without the object sees that there is a link, as of built-in ones, and no name."""
    link(boss, EQUIPMENT, "product")
    product = next(iter(firm.records["product"].values()))
    point(list(firm.records[EQUIPMENT].values()), [product])
    client = firm.client("loner")
    rows = listed(client, EQUIPMENT, fields="custom.partner")
    assert rows
    assert {r["custom"]["partner"]["label"] for r in rows} == {None}
    full = where("custom.partner.name", "not_empty")
    assert listed(client, EQUIPMENT, filter=full) == []


@pytest.mark.parametrize("source", ["task", EQUIPMENT])
def test_a_rule_asks_for_the_link_of_a_draft(firm: Firm, boss: Client, source: str) -> None:
    """Before anything is written, when the table of links knows nothing of it."""
    link(boss, source, "customer")
    acme, bell = (str(firm[f"customer:{name}"].pk) for name in ("acme", "bell"))
    rule = {"required_when": where("custom.partner", "in", [acme])}
    define(boss, source, "text", "why", settings=rule)
    title = {"task": "title"}.get(source, "name")
    for target, is_required in ((acme, True), (bell, False), (None, False)):
        draft = {title: "x", "custom": {"partner": target}}
        told = post(boss, f"{address(source)}/rules", {"set": draft}).json()["fields"]
        assert told["custom.why"]["required"] == is_required
        if is_required:
            assert firm["customer:acme"].name in told["custom.why"]["reason"]
            problem = refused(lambda body=draft: post(boss, address(source), body), 422)
            assert fields(problem) == ["custom.why"]
        else:
            assert post(boss, address(source), draft).status_code == 201
