"""Exports show what the list shows, and come back in as what they were."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.platform.access.predicate import Asker
from guanxi.platform.events.context import acting
from guanxi.platform.exchange.services import export_file
from guanxi.platform.exchange.tests.cast import make_asker, run, table
from guanxi.platform.exchange.tests.snapshots import snapshot
from guanxi.platform.exchange.tests.test_api import API, browser
from guanxi.platform.objects.errors import NotAllowed
from guanxi.products.models import Product

pytestmark = pytest.mark.django_db


def exported(asker: Any, name: str, **options: Any) -> bytes:
    out = io.BytesIO()
    export_file(asker=asker, object=name, out=out, **options)
    return out.getvalue()


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_labels_instead_of_values() -> None:
    asker = make_asker()
    run(asker, "customer", table(["姓名", "手机", "标签"], ["张伟", "+8613800138000", "a,b"]))
    header, row = cells(
        exported(asker, "customer", fields=["name", "kind", "phone", "owner", "tags"])
    )
    assert header == ["Name", "Kind", "Phone", "Owner", "Tags"]
    assert row == ["张伟", "Person", "+8613800138000", "admin", "a; b"]


def test_an_export_shows_the_records_of_the_list() -> None:
    run(make_asker(), "customer", table(["姓名", "城市"], ["a", "上海"], ["b", "北京"]))
    tree = {"field": "city", "op": "eq", "value": "上海"}
    answer = browser().post(
        f"{API}/customers/export",
        {"filter": tree, "fields": ["name", "city"], "format": "csv"},
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert cells(b"".join(answer)) == [["Name", "City"], ["a", "上海"]]


def test_an_export_is_in_the_order_of_the_list_by_a_linked_record_too() -> None:
    run(make_asker(), "customer", table(["姓名"], ["a"]))
    run(make_asker("b", "manager"), "customer", table(["姓名"], ["b"]))
    for sort, names in (("owner", ["a", "b"]), ("-owner", ["b", "a"])):
        body = {"sort": sort, "fields": ["name"], "format": "csv"}
        answer = browser().post(f"{API}/customers/export", body, content_type="application/json")
        assert [row[0] for row in cells(b"".join(answer))[1:]] == names


def test_others_customers_and_hidden_fields_stay_out() -> None:
    run(make_asker(), "customer", table(["姓名", "信用额度"], ["a", "5"]))
    am = make_asker("am", "account_manager")
    run(am, "customer", table(["姓名", "信用额度"], ["b", "5"]))
    am.user.role.grants["fields"] = {"customer.credit_limit": "hidden"}
    am = Asker(am.user)  # as of a request after that
    assert cells(exported(am, "customer", fields=["name"])) == [["Name"], ["b"]]
    from guanxi.platform.objects.lists import BadList

    with pytest.raises(BadList):
        exported(am, "customer", fields=["credit_limit"])


def test_a_role_without_export_is_refused() -> None:
    with pytest.raises(NotAllowed):
        exported(make_asker("reader", "read_only"), "customer")


def test_xlsx_is_written_row_by_row() -> None:
    asker = make_asker()
    run(asker, "customer", table(["姓名", "信用额度"], ["'=1+1", "1234.50"]))
    content = exported(asker, "customer", format="xlsx", fields=["name", "credit_limit"])
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    assert [[c.value for c in r] for r in sheet.rows] == [
        ["Name", "Credit limit"],
        ["'=1+1", 1234.5],
    ]


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]),
    min_size=1,
    max_size=12,
) | st.sampled_from(
    ["=1+1", "@x", "+8613800138000", "-5", "'=x", "a,b", 'say "x"', "a;b", "'", "+x"]
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.dictionaries(
        TEXT,
        st.tuples(TEXT, st.decimals(0, 10**9, places=4), st.booleans()),
        min_size=1,
        max_size=5,
    ),
    form=st.sampled_from(["csv", "xlsx"]),
)
def test_export_then_import_changes_nothing(rows: dict[str, Any], form: str) -> None:
    asker = make_asker()
    with acting(actor_id=None, source="test"):
        Product.objects.all().delete()
        Product.objects.bulk_create(
            Product(code=code, name=name, list_price=price, is_active=active)
            for code, (name, price, active) in rows.items()
        )
    before = snapshot()
    names = ["id", "code", "name", "list_price", "is_active"]
    content = exported(asker, "product", fields=names, format=form)
    done = run(asker, "product", content, has_header=True)
    assert done.counts["unchanged"] == len(rows), done.counts
    assert snapshot() == before


def test_customers_come_back_unchanged() -> None:
    asker = make_asker()
    run(
        asker,
        "customer",
        table(
            ["姓名", "手机", "生日", "信用额度", "类型"],
            ["a", "13800138000", "1990-1-2", "5.5", "企业"],
        ),
    )
    names = ["name", "kind", "phone", "birthday", "credit_limit", "owner", "tags"]
    before = snapshot()
    done = run(asker, "customer", exported(asker, "customer", fields=names))
    assert (done.counts["unchanged"], Customer.objects.count()) == (1, 1)
    assert snapshot() == before
