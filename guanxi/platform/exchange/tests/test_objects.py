"""Any declared object is importable from its declaration alone."""

import datetime as dt
from decimal import Decimal

import pytest

from guanxi.customers.models import Address, Consent, Customer, Purpose
from guanxi.platform.exchange import services
from guanxi.platform.exchange.tasks import run_here
from guanxi.platform.exchange.tests.cast import codes, make_asker, preview, run, table, undo, upload
from guanxi.platform.exchange.tests.snapshots import snapshot
from guanxi.platform.objects.errors import DomainError, NotAllowed, NotFound
from guanxi.products.models import Product
from guanxi.sales.models import ExchangeRate

pytestmark = pytest.mark.django_db

HEADER = ["code", "name", "list price", "on sale"]


def test_a_unique_key_recognizes_records() -> None:
    asker = make_asker()
    done = run(
        asker, "product", table(HEADER, ["P1", "杯子", "5.5", "是"], ["P2", "碟子", "3", "否"])
    )
    assert done.counts["create"] == 2
    assert Product.objects.get(code="P2").is_active is False
    done = run(asker, "product", table(HEADER, ["P1", "大杯子", "", ""], ["P2", "碟子", "3", "no"]))
    assert (done.counts["update"], done.counts["unchanged"]) == (1, 1)
    cup = Product.objects.get(code="P1")
    assert (cup.name, cup.list_price, cup.is_active) == ("大杯子", Decimal("5.5"), True)


def test_rows_of_one_key_are_brought_together() -> None:
    done = run(make_asker(), "product", table(HEADER, ["P1", "a", "", ""], ["P1", "a", "7", ""]))
    assert (done.counts["create"], codes(done)) == (1, {3: ["same_in_file"]})
    assert Product.objects.get().list_price == 7


def test_links_are_found_by_title() -> None:
    asker = make_asker()
    run(asker, "customer", table(["姓名"], ["张伟"], ["王芳"]))
    header = ["customer", "kind", "street address"]
    content = table(
        header, ["张伟", "delivery", "南京路1号"], ["李强", "delivery", "x"], ["王芳", "送到", "y"]
    )
    done = run(asker, "address", content)
    assert codes(done) == {3: ["not_found"], 4: ["no_choice"]}
    assert Address.objects.get().customer == Customer.objects.get(name="张伟")
    assert run(asker, "address", content).counts["unchanged"] == 1


def test_a_key_of_two_fields() -> None:
    asker = make_asker()
    content = table(["currency", "valid from", "exchange rate"], ["USD", "2024-01-01", "7.1"])
    assert run(asker, "exchange_rate", content).counts["create"] == 1
    changed = table(["currency", "valid from", "exchange rate"], ["USD", "2024-01-01", "7.2"])
    assert run(asker, "exchange_rate", changed).counts["update"] == 1
    assert ExchangeRate.objects.get(valid_from=dt.date(2024, 1, 1)).rate == Decimal("7.2")


def test_ids_that_are_not_there_are_rejected() -> None:
    content = table(
        ["id", "name"], ["0192f000-0000-7000-8000-000000000000", "x"], ["nonsense", "y"]
    )
    done = run(make_asker(), "tag", content)
    assert codes(done) == {2: ["not_found"], 3: ["not_an_id"]}


def test_required_fields() -> None:
    asker = make_asker()
    assert codes(run(asker, "product", table(HEADER, ["P1", "", "", ""]))) == {2: ["required"]}
    imported = upload(asker, "address", table(["street address"], ["x"]))
    with pytest.raises(DomainError, match="required"):
        run_here(services.start_preview(asker=asker, pk=imported.pk))


def test_undo() -> None:
    asker = make_asker()
    run(asker, "product", table(HEADER, ["P1", "a", "5", "yes"]))
    before = snapshot()
    done = run(asker, "product", table(HEADER, ["P1", "b", "6", "no"], ["P2", "c", "", ""]))
    undo(asker, done)
    assert snapshot() == before


def test_a_role_without_import_is_refused() -> None:
    with pytest.raises(NotAllowed):
        upload(make_asker("rep", "sales"), "product", table(HEADER, ["P1", "a", "", ""]))


def test_unknown_targets() -> None:
    with pytest.raises(NotFound):
        upload(make_asker(), "nothing", b"a\nb\n")


def test_ambiguous_dates_are_decided_by_the_file_or_stated() -> None:
    asker = make_asker()
    header = ["currency", "valid from", "exchange rate"]
    told = table(header, ["USD", "03/04/2024", "7"], ["USD", "25/12/2023", "7"])
    run(asker, "exchange_rate", told)
    assert ExchangeRate.objects.filter(valid_from=dt.date(2024, 4, 3)).exists()
    untold = table(header, ["EUR", "03/04/2024", "7"])
    assert codes(preview(asker, "exchange_rate", untold)) == {2: ["ambiguous_date"]}
    run(asker, "exchange_rate", untold, date_order="mdy")
    assert ExchangeRate.objects.filter(currency="EUR", valid_from=dt.date(2024, 3, 4)).exists()


def test_mixed_date_formats_in_one_column() -> None:
    content = table(
        ["currency", "valid from", "exchange rate"],
        ["A", "2024-01-02", "1"], ["B", "2024年1月3日", "1"], ["C", "45295", "1"],
        ["D", "5.1.2024", "1"],
        ["E", "31/12/2023", "1"],
    )  # fmt: skip
    done = run(make_asker(), "exchange_rate", content)
    assert done.counts["create"] == 5
    days = [
        d.day
        for d in ExchangeRate.objects.order_by("currency").values_list("valid_from", flat=True)
    ]
    assert days == [2, 3, 4, 5, 31]


def test_a_truncated_last_row_is_rejected() -> None:
    done = run(make_asker(), "product", b"code,name,list price\nP1,a,1\nP2,b")
    assert codes(done) == {3: ["cut_off"]}


def test_duplicate_headers_and_cells_too_many() -> None:
    asker = make_asker()
    imported = upload(asker, "product", b"code,name,name\nP1,a,b\n")
    assert [m["field"] for m in imported.mapping] == ["code", "name", None]
    done = run(asker, "product", b"code,name\nP1,a,b\nP2,c\n")
    assert codes(done) == {2: ["too_many_cells"]}


def test_what_a_file_brings_was_imported_whatever_it_says() -> None:
    asker = make_asker()
    run(asker, "customer", table(["姓名"], ["张伟"], ["王芳"]))
    Purpose.objects.create(name="营销信息")
    header = ["customer", "purpose", "channel", "state", "said at", "source"]
    content = table(
        header,
        ["张伟", "营销信息", "e-mail", "granted", "2024-05-01", "preference page"],
        ["张伟", "营销信息", "e-mail", "withdrawn", "2024-05-02", "call"],
        ["王芳", "", "phone", "do not contact", "", "call"],
    )
    done = run(asker, "consent", content)
    assert done.counts["create"] == 3, codes(done)
    words = Consent.objects.values_list("customer__name", "state", "in_force", "source")
    assert set(words) == {
        ("张伟", "granted", False, "import"),
        ("张伟", "withdrawn", True, "import"),
        ("王芳", "blocked", True, "import"),
    }
    undo(asker, done)
    assert not Consent.objects.exists()
