"""An address in one line: offered in its parts by forms, taken in its parts from files."""

from typing import Any

import pytest

from guanxi.customers.models import Address, Customer
from guanxi.platform.access.models import Role
from guanxi.platform.exchange.tests.cast import codes, make_asker, preview, run, table
from guanxi.platform.objects.errors import DomainError
from tests.cast import PEOPLE, Firm
from tests.oracle import may_create
from tests.writes.calls import post

pytestmark = pytest.mark.django_db
LINE = "浙江省杭州市西湖区文三路 100 号 A 座"
PARTS = {
    "province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "文三路 100 号 A 座",
}  # fmt: skip


def split(client: Any, text: str, path: str = "customers", field: str = "street") -> Any:
    return post(client, f"{path}/split", {"field": field, "text": text})


@pytest.mark.parametrize("path", ["customers", "addresses"])
@pytest.mark.parametrize(
    ("text", "values"),
    [
        (LINE, PARTS),
        ("余杭区文一西路969号",  # what it implies is said
         {**PARTS, "district": "余杭区", "street": "文一西路969号"}),
        ("106 臺北市大安區羅斯福路四段1號",
         {"city": "臺北市", "district": "大安區", "street": "羅斯福路四段1號"}),
        ("浙江省杭州市西湖区", {**PARTS, "street": ""}),
        ("文三路100号", {}), ("10 Downing Street, London", {}), ("", {}), ("🏠" * 50, {}),
    ],
)  # fmt: skip
def test_a_text_is_told_in_its_parts(firm: Firm, path: str, text: str, values: Any) -> None:
    answer = split(firm.client("owner"), text, path)
    assert answer.status_code == 200, answer.content
    assert answer.json()["values"] == values


def test_who_may_ask_and_for_what(firm: Firm, subtests: pytest.Subtests) -> None:
    for who in PEOPLE:
        with subtests.test(who=who):
            answer = split(firm.client(who), LINE)
            if who == "loner":  # whose role may not write the city
                assert answer.status_code == 422
            elif may_create(who, "customer"):
                assert answer.status_code == 200
    assert split(firm.client("read_only"), LINE).status_code == 403
    assert split(firm.client(None), LINE).status_code == 401
    boss = firm.client("administrator")
    assert split(boss, LINE, field="name").status_code == 422
    assert split(boss, "路" * 401).status_code == 422
    assert post(boss, "tasks/split", {"field": "title", "text": LINE}).status_code in (404, 405)


def of(name: str) -> dict[str, Any]:
    return Customer.objects.values(*PARTS).get(name=name)


@pytest.mark.parametrize("header", ["地址", "通讯地址", "Full address", "详细地址"])
def test_a_file_of_whole_addresses_is_understood(header: str) -> None:
    asker = make_asker()
    content = table(
        ["姓名", header], ["张伟", LINE], ["王芳", "北京市海淀区中关村大街1号"],
        ["李强", "Somewhere else 7"],
    )  # fmt: skip
    done = run(asker, "customer", content)
    assert [e["field"] for e in done.mapping] == ["name", "whole_address"]
    assert of("张伟") == PARTS
    assert of("王芳") == {"province": "北京市", "city": "北京市", "district": "海淀区",
                        "street": "中关村大街1号"}  # fmt: skip
    assert of("李强") == {"province": "", "city": "", "district": "", "street": "Somewhere else 7"}
    assert run(asker, "customer", content).counts["unchanged"] == 3


def test_streets_alone_stay_streets_and_a_city_of_its_own_column_holds() -> None:
    asker = make_asker()
    plain = preview(asker, "customer", table(["姓名", "地址"], ["张伟", "文三路100号"]))
    assert [e["field"] for e in plain.mapping] == ["name", "street"]
    both = table(["姓名", "城市", "通讯地址"], ["张伟", "Hangzhou", LINE])
    run(asker, "customer", both)
    assert of("张伟") == {**PARTS, "city": "Hangzhou"}


def test_a_line_that_is_too_long_is_refused_by_name() -> None:
    done = run(make_asker(), "customer", table(["姓名", "全地址"], ["张伟", LINE + "路" * 200]))
    assert codes(done) == {2: ["too_long"]}


def test_further_addresses_are_imported_by_line_too(firm: Firm) -> None:
    asker = make_asker()
    Customer.objects.create(kind="person", name="收货人")
    done = run(asker, "address", table(["客户", "kind", "完整地址"], ["收货人", "delivery", LINE]))
    assert done.counts["create"] == 1, codes(done)
    assert Address.objects.filter(customer__name="收货人").values(*PARTS).get() == PARTS


def test_whoever_may_not_write_a_part_imports_no_lines(firm: Firm) -> None:
    grants = {"areas": {"*": {"read": "all", "change": "all", "create": True, "import": True}},
              "fields": {"customer.city": "read_only"}}  # fmt: skip
    Role.objects.create(name="no_city", label="no city", grants=grants)
    asker = make_asker("nocity", "no_city")
    with pytest.raises(DomainError, match="every part"):
        preview(asker, "customer", table(["姓名", "完整地址"], ["张伟", LINE]))
