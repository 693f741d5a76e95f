"""Rows of files obey the rules of fields: what breaks one is rejected, with its reason."""

from typing import Any

import pytest

from guanxi.customers.models import Customer
from guanxi.platform.events.context import acting
from guanxi.platform.exchange import services
from guanxi.platform.exchange.tasks import run_here
from guanxi.platform.exchange.tests.cast import codes, make_asker, preview, run, table, undo
from guanxi.platform.fields.services import create_field
from guanxi.platform.objects.registry import object_type

pytestmark = pytest.mark.django_db
STAGES = {"choices": [{"value": v, "labels": {"en": v}} for v in ("open", "sent", "lost")]}
LOST = {"field": "custom.stage", "op": "in", "value": ["lost"]}
SENT = {"field": "custom.stage", "op": "in", "value": ["sent"]}
KINDS = {"customer": ["external id", "name"], "product": ["code", "name"]}


def define(kind: str, key: str, type: str, **settings: Any) -> None:
    create_field(
        asker=make_asker(), object_type=object_type(kind), key=key, type=type,
        labels={"en": key}, settings=settings,
    )  # fmt: skip


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """An object with a target of its own, and one without."""
    name: str = request.param
    define(name, "stage", "choice", **STAGES)
    define(name, "reason", "text", required_when=LOST)
    define(name, "price", "decimal", locked_when=SENT)
    return name


def file(kind: str, columns: list[str], *rows: list[str]) -> bytes:
    return table([*KINDS[kind], *columns], *([row[0], row[0], *row[1:]] for row in rows))


def held(kind: str) -> dict[str, Any]:
    model: Any = object_type(kind).model
    return dict(model.objects.values_list("name", "custom"))


def test_rows_are_rejected_one_by_one(kind: str) -> None:
    rows = file(
        kind, ["stage", "reason", "price"],
        ["1", "lost", "", ""], ["2", "lost", "dear", ""], ["3", "sent", "", "7"],
        ["4", "open", "", "7"],
    )  # fmt: skip
    looked = preview(make_asker(), kind, rows)
    assert (looked.counts["create"], looked.counts["reject"]) == (3, 1)
    assert codes(looked) == {2: ["required"]}
    done = run(make_asker(), kind, rows)
    assert (done.counts["create"], codes(done)) == (3, {2: ["required"]})
    assert set(held(kind)) == {"2", "3", "4"}
    again = file(
        kind, ["stage", "reason", "price"],
        ["2", "", "", "8"], ["3", "", "", "8"], ["4", "lost", "", "8"],
    )  # fmt: skip
    done = run(make_asker(), kind, again)
    assert codes(done) == {3: ["locked"], 4: ["required"]}
    prices = {name: custom.get("price") for name, custom in held(kind).items()}
    assert prices == {"2": "8", "3": "7", "4": "7"}
    same = file(kind, ["stage", "price"], ["3", "open", "7"])
    assert run(make_asker(), kind, same).counts["update"] == 1


def test_what_a_file_does_not_speak_of_is_not_asked_for(kind: str) -> None:
    run(make_asker(), kind, file(kind, ["stage", "reason"], ["1", "lost", "dear"]))
    object_type(kind).model._default_manager.update(custom={"stage": "lost"})
    done = run(make_asker(), kind, file(kind, ["price"], ["1", "5"]))
    assert (done.counts["update"], codes(done)) == (1, {})


def test_a_rule_made_since_the_preview_holds_too() -> None:
    define("product", "stage", "choice", **STAGES)
    rows = file("product", ["stage"], ["1", "lost"], ["2", "open"])
    looked = preview(make_asker(), "product", rows)
    define("product", "reason", "text", required_when=LOST)
    run_here(services.start_run(asker=make_asker(), pk=looked.pk))
    assert codes(services.get_import(make_asker(), looked.pk)) == {2: ["required"]}
    assert set(held("product")) == {"2"}


def test_both_halves_of_a_row_are_judged() -> None:
    city = {"field": "city", "op": "eq", "value": "苏州"}
    define("customer", "why", "text", required_when=city)
    content = table(
        ["公司", "公司城市", "联系人", "联系人城市"],
        ["甲", "苏州", "张", "北京"], ["乙", "北京", "李", "苏州"],
    )  # fmt: skip
    done = run(make_asker(), "customer", content)
    assert codes(done) == {2: ["required"], 3: ["required"]}
    assert set(Customer.objects.values_list("name", flat=True)) == {"张", "乙"}


def test_an_undo_leaves_alone_what_was_locked_since(kind: str) -> None:
    run(make_asker(), kind, file(kind, ["stage", "price"], ["1", "open", "5"], ["2", "open", "5"]))
    rows = file(kind, ["stage", "price"], ["1", "", "6"], ["2", "sent", "6"])
    done = run(make_asker(), kind, rows)
    model: Any = object_type(kind).model
    with acting(actor_id=make_asker().user.pk, source="api"):
        model.objects.filter(name="1").update(custom={"stage": "sent", "price": "6"})
    undone = undo(make_asker(), done)
    assert undone.job is not None
    assert [c["code"] for c in undone.job.result["conflicts"]] == ["locked"]
    assert held(kind) == {
        "1": {"stage": "sent", "price": "6"}, "2": {"stage": "open", "price": "5"},
    }  # fmt: skip
