import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from guanxi.demo.copying import csv_bytes
from guanxi.demo.places import places_of
from guanxi.demo.products import price_list
from guanxi.demo.sample import BLOCK, Block, Sample
from guanxi.demo.words import WORDS
from guanxi.platform.objects.columns import normalize_phone

from .digest import TODAY, digest, sample

LOCALES = sorted(WORDS)
RESERVED = re.compile(r"@(example\.(com|net|org)|[a-z-]+\.example)\Z")  # RFC 2606
SIMPLIFIED_ONLY = set(
    "国产业务单说话时间发货价们开设备级机质厅电脑换买卖还没问题热爱妇汉语东车马鸟鱼门风飞"
)


@pytest.fixture(scope="module", params=LOCALES)
def made(request: pytest.FixtureRequest) -> Sample:
    return sample(600, locale=request.param)


@pytest.fixture(scope="module")
def block(made: Sample) -> Block:
    return next(made.blocks())


def values(block: Block, table: str, column: str) -> list:
    return block.tables[table][column].to_pylist()


def test_the_same_question_gets_the_same_bytes_in_another_process():
    there = subprocess.run(
        [sys.executable, "-m", "guanxi.demo.tests.digest", "zh-TW"],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        check=True,
        capture_output=True,
        text=True,
    )

    assert there.stdout == digest(sample(locale="zh-TW"))


def test_another_seed_locale_or_day_makes_another_firm():
    firms = [
        sample(),
        sample(seed=2),
        sample(locale="en"),
        Sample(customers=120, seed=1, locale="zh-CN", today=TODAY + dt.timedelta(days=1)),
    ]

    assert len({digest(firm) for firm in firms}) == len(firms)


def test_a_larger_firm_begins_with_the_same_customers():
    small, large = sample(BLOCK), sample(BLOCK + 100)

    first, second = large.blocks()

    alone = next(small.blocks())
    assert {name: csv_bytes(rows) for name, rows in first.tables.items()} == {
        name: csv_bytes(rows) for name, rows in alone.tables.items()
    }
    assert (first.customers, second.customers, second.first) == (BLOCK, 100, BLOCK)
    assert small.firm_tables() == large.firm_tables()


@pytest.mark.parametrize(
    "question",
    [{"customers": 49}, {"customers": 1_000_001}, {"locale": "fr"}, {"seed": -1}],
)
def test_what_cannot_be_made_is_refused(question: dict):
    with pytest.raises(ValueError, match=next(iter(question))):
        Sample(**{"customers": 50, "seed": 1, "locale": "en", "today": TODAY} | question)


def test_every_reference_points_to_a_row(made: Sample, block: Block):
    tables = {**made.firm_tables(), **block.tables}
    keys = {name: set(rows["id"].to_pylist()) for name, rows in tables.items()}
    keys["platform_user"] = {key.decode() for key in made.firm.keys["platform_user"]}
    targets = {
        "customer_id": "customers_customer", "other_id": "customers_customer",
        "owner_id": "platform_user", "order_id": "sales_order", "tag_id": "customers_tag",
        "product_id": "products_product", "territory_id": "platform_territory",
        "parent_id": "platform_team",
    }  # fmt: skip

    for name, rows in tables.items():
        for column in set(rows.column_names) & set(targets):
            found = set(rows[column].to_pylist()) - {None}
            assert found, (name, column)
            assert found <= keys[targets[column]], (name, column)
    assert sum(map(len, keys.values())) == len(set(chain.from_iterable(keys.values())))


def test_orders_add_up_to_the_cent(block: Block):
    lines, orders = block.tables["sales_orderline"], block.tables["sales_order"]
    priced = zip(lines["quantity"].to_pylist(), lines["unit_price"].to_pylist(), strict=True)
    sums = lines.group_by("order_id").aggregate([("amount", "sum")])

    assert [quantity * price for quantity, price in priced] == lines["amount"].to_pylist()
    assert dict(zip(*sums.to_pydict().values(), strict=True)) == dict(
        zip(orders["id"].to_pylist(), orders["total"].to_pylist(), strict=True)
    )


def test_orders_look_like_orders(block: Block):
    orders, lines = block.tables["sales_order"], block.tables["sales_orderline"]
    per_order = lines.group_by("order_id").aggregate([("position", "max"), ("position", "count")])
    is_return = [kind == "return" for kind in lines["kind"].to_pylist()]

    distinct = lines.group_by("order_id").aggregate([("product_id", "count_distinct")])
    assert distinct["product_id_count_distinct"] == per_order["position_count"]
    assert per_order["position_max"] == per_order["position_count"]
    assert pc.max(per_order["position_max"]).as_py() <= 6
    assert 0.01 < sum(is_return) / len(is_return) < 0.04
    assert [quantity < 0 for quantity in lines["quantity"].to_pylist()] == is_return
    assert len(set(orders["number"].to_pylist())) == orders.num_rows
    assert len(set(orders["currency"].to_pylist())) > 1
    assert 0 < orders["customer_id"].null_count < 0.05 * orders.num_rows


def test_nothing_happens_before_its_time(made: Sample, block: Block):
    past = [
        *values(block, "sales_order", "ordered_on"),
        *(at.date() for at in values(block, "interactions_interaction", "happened_at")),
        *values(block, "customers_customer", "customer_since"),
    ]
    assert max(past) < TODAY  # which is not over

    orders = block.tables["sales_order"]
    since = dict(
        zip(
            values(block, "customers_customer", "id"),
            values(block, "customers_customer", "customer_since"),
            strict=True,
        )
    )
    bought = zip(orders["customer_id"].to_pylist(), orders["ordered_on"].to_pylist(), strict=True)
    assert all(since[customer] <= day for customer, day in bought if customer)


def test_nobody_real_can_be_reached(block: Block):
    phones = [phone for phone in values(block, "customers_customer", "phone") if phone]
    emails = [email for email in values(block, "customers_customer", "email") if email]

    assert all(normalize_phone(phone) for phone in phones)
    assert [email for email in emails if not RESERVED.search(email)] == []
    assert len(phones) > 400
    assert len(emails) > 250


def test_customers_are_of_every_kind(block: Block):
    def kinds(table: str, column: str) -> set[str]:
        return set(values(block, table, column))

    assert kinds("customers_customer", "kind") == {"person", "organization"}
    assert kinds("customers_customer", "category") == {
        "consumer", "intermediary", "public_interest", "internal",
    }  # fmt: skip
    assert kinds("customers_relationship", "kind") == {
        "contact_of", "household", "parent_company", "referrer",
    }  # fmt: skip
    assert kinds("interactions_task", "status") >= {"open", "done"}
    assert len(kinds("interactions_interaction", "channel")) >= 5
    per_customer = block.tables["interactions_interaction"].num_rows / block.customers
    assert 2 < per_customer < 4


def test_texts_are_complete(made: Sample, block: Block):
    assert [text for text in all_texts(block) if "{" in text or "  " in text] == []
    assert "" not in values(block, "customers_customer", "name")
    assert "" not in values(block, "interactions_interaction", "subject")


def test_taiwan_reads_traditional_characters():
    block = next(sample(400, locale="zh-TW").blocks())
    found = {text for text in all_texts(block) if SIMPLIFIED_ONLY & set(text)}

    assert found == set()
    assert not [row["zh-TW"] for row in price_list() if SIMPLIFIED_ONLY & set(row["zh-TW"])]


def all_texts(block: Block) -> Iterator[str]:
    for rows in block.tables.values():
        for column in rows.columns:
            plain = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
            if pa.types.is_string(plain.type):
                yield from filter(None, plain.to_pylist())


@pytest.mark.parametrize("locale", LOCALES)
def test_the_firm_is_whole(locale: str):
    words = WORDS[locale]
    in_teams = {c.team for c in words.colleagues if c.role in ("account_manager", "sales")}

    assert {c.role for c in words.colleagues} == {
        "administrator", "manager", "account_manager", "sales", "marketer", "service", "analyst",
        "read_only",
    }  # fmt: skip
    assert words.colleagues[0].role == "administrator"
    assert in_teams == set(range(len(words.sales_teams)))
    assert {place.territory for place in places_of(locale)} == set(words.territories)
    assert {row["category"] for row in price_list()} == set(words.categories)
    assert {row["unit"] for row in price_list()} == set(words.units)
    assert len({row["code"] for row in price_list()}) == len(price_list())
