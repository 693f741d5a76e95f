"""Custom fields in files: imported by their names in any language, exported, imported again."""

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.interactions.models import Task
from guanxi.platform.access.models import Role
from guanxi.platform.exchange.export import Export
from guanxi.platform.exchange.tests.cast import codes, make_asker, run, table, undo, upload
from guanxi.platform.fields.services import create_field
from guanxi.platform.objects.registry import object_type
from tests.fields.definitions import EVERY_TYPE

pytestmark = pytest.mark.django_db
NAMES = [f"custom.my_{kind}" for kind in EVERY_TYPE]
GOOD = {
    "my_text": " 甲级 ", "my_long_text": "two\nlines", "my_decimal": "1,234.5", "my_money": "￥99",
    "my_boolean": "是", "my_date": "2024年2月29日", "my_datetime": "2024-05-15 20:00+08:00",
    "my_time": "下午9:30", "my_choice": "高", "my_multi_choice": "low, 高", "my_url": "https://example.com/",
    "my_email": "a@example.com", "my_phone": "138 0013 8000",
}  # fmt: skip


def define(kind: str, **more: Any) -> None:
    """A field of every type."""
    for name, settings_ in EVERY_TYPE.items():
        create_field(
            asker=make_asker(),
        object_type=object_type(kind), key=f"my_{name}", type=name,
            labels={"en": f"My {name}", "zh-CN": f"我的{name}"}, settings=dict(settings_), **more,
        )  # fmt: skip


def exported(kind: str, fields: list[str]) -> bytes:
    parts = Export(make_asker(), object_type(kind), fields=fields).stream("csv")
    return b"".join(parts)


@pytest.mark.parametrize("kind", ["customer", "task"])
def test_columns_are_recognized_in_any_language_and_values_read(kind: str) -> None:
    define(kind)
    title, model = {"customer": ("name", Customer), "task": ("title", Task)}[kind]
    header = [title, *(f"我的{name}" for name in EVERY_TYPE)]
    done = run(make_asker(), kind, table(header, ["x", *GOOD.values()]))
    assert (done.counts["create"], codes(done)) == (1, {})
    assert model.objects.get().custom == {  # type: ignore[attr-defined]
        "my_text": "甲级", "my_long_text": "two\nlines", "my_decimal": "1234.50",
        "my_money": "99.0000", "my_boolean": True, "my_date": "2024-02-29",
        "my_datetime": "2024-05-15T12:00:00+00:00", "my_time": "21:30", "my_choice": "high",
        "my_multi_choice": ["low", "high"], "my_url": "https://example.com/",
        "my_email": "a@example.com", "my_phone": "138 0013 8000",
    }  # fmt: skip
    again = run(make_asker(), kind, table(header, ["x", *GOOD.values()]))
    assert again.counts["create"] == 0
    undone = undo(make_asker(), done)
    assert (undone.state_now, model.objects.count()) == ("undone", 0)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["customer", "task"])
def test_what_does_not_fit_is_rejected_with_its_reason(kind: str) -> None:
    define(kind)
    title = {"customer": "name", "task": "title"}[kind]
    bad = {
        "my_text": "x", "my_decimal": "-1001", "my_choice": "middle", "my_url": "ftp://x.org",
        "my_time": "9:30:15",
    }  # fmt: skip
    rows = [["x", *(value if k == key else "" for k in bad)] for key, value in bad.items()]
    done = run(make_asker(), kind, table([title, *(f"custom.{k}" for k in bad)], *rows))
    assert (done.counts["reject"], done.counts["create"]) == (len(bad), 0)


@pytest.mark.parametrize("kind", ["customer", "task"])
def test_other_values_stay_and_an_undo_gives_each_back(kind: str) -> None:
    define(kind)
    title, model = {"customer": ("external id", Customer), "task": ("id", Task)}[kind]
    asker = make_asker()
    first = {"customer": ["name", "external id"], "task": ["title"]}[kind]
    run(
        asker,
        kind,
        table([*first, "My text", "My decimal"], ["x", *["7"][: len(first) - 1], "aa", "1"]),
    )
    record: Any = model.objects.get()  # type: ignore[attr-defined]
    key = "7" if kind == "customer" else str(record.pk)
    done = run(asker, kind, table([title, "My decimal", "My date"], [key, "2", "2024-01-01"]))
    assert done.counts["update"] == 1, codes(done)
    record.refresh_from_db()
    assert record.custom == {"my_text": "aa", "my_decimal": "2.00", "my_date": "2024-01-01"}
    undo(asker, done)
    record.refresh_from_db()
    assert record.custom == {"my_text": "aa", "my_decimal": "1.00"}


def test_a_default_is_filled_in_and_a_required_field_wanted() -> None:
    create_field(
        asker=make_asker(),
        object_type=object_type("task"), key="stage", type="text", required=True,
        labels={"en": "Stage"}, settings={"default": "new"},
    )  # fmt: skip
    done = run(make_asker(), "task", table(["title"], ["x"]))
    assert (done.counts["create"], Task.objects.get().custom) == (1, {"stage": "new"})
    create_field(
        asker=make_asker(),
        object_type=object_type("task"), key="need", type="text", required=True,
        labels={"en": "Need"},
    )  # fmt: skip
    done = run(make_asker(), "task", table(["title", "Need"], ["y", ""], ["z", "yes"]))
    assert (done.counts["create"], codes(done)) == (1, {2: ["required"]})


def test_a_field_hidden_from_whoever_imports_is_not_offered() -> None:
    create_field(
        asker=make_asker(), object_type=object_type("task"), key="secret", type="text",
        labels={"en": "Secret"},
    )  # fmt: skip
    role = Role.objects.get(name="account_manager")
    role.grants["fields"] = {"task.custom.secret": "hidden"}
    role.save()
    asker = make_asker("somebody", "account_manager")
    imported = upload(asker, "task", table(["title", "Secret"], ["x", "y"]))
    assert [entry["field"] for entry in imported.mapping] == ["title", None]


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=2, max_size=20
).filter(lambda s: s == s.strip())
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "my_text": texts,
        "my_decimal": st.decimals(-999, 99_999, places=2).map(lambda d: f"{d:.2f}"),
        "my_money": st.decimals(-(10**9), 10**9, places=4).map(lambda d: f"{d:.4f}"),
        "my_boolean": st.booleans(),
        "my_date": st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)).map(str),
        "my_time": st.times(dt.time(6)).map(lambda t: f"{t:%H:%M}"),
        "my_choice": st.sampled_from(["low", "high", "old"]),
        "my_multi_choice": st.sampled_from([["low"], ["low", "high"], ["high", "old"]]),
    },
)


def test_export_then_import_changes_nothing() -> None:
    define("task")
    asker = make_asker()

    @settings(max_examples=25, deadline=None, derandomize=True, database=None)
    @given(rows=st.lists(VALUES, min_size=1, max_size=5))
    def check(rows: list[dict[str, Any]]) -> None:
        Task.objects.all().delete()
        for number, custom in enumerate(rows):
            Task(title=f"t{number}", custom=custom).save(force_insert=True)
        before = dict(Task.objects.values_list("pk", "custom"))
        done = run(asker, "task", exported("task", ["id", "title", *NAMES]), has_header=True)
        assert done.counts["unchanged"] == len(rows), codes(done)
        assert dict(Task.objects.values_list("pk", "custom")) == before

    check()


def test_an_export_reads_well() -> None:
    define("task")
    Task(
        title="x",
        custom={"my_choice": "high", "my_multi_choice": ["low", "high"], "my_decimal": "12.50"},
    ).save(force_insert=True)
    rows = list(csv.DictReader(io.StringIO(exported("task", NAMES).decode("utf-8-sig"))))
    shown = {key: value for key, value in rows[0].items() if value}
    assert shown == {
        "My choice": "High", "My multi_choice": "Low; High", "My decimal": str(Decimal("12.5")),
    }  # fmt: skip
