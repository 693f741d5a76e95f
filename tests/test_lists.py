"""Lists: over the pages every record exactly once, whatever the sort; counts and groups."""

import datetime as dt
import itertools
import json
import random
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.interactions.models import Task
from guanxi.platform.objects.lists import COUNT_CAP
from guanxi.platform.objects.totals import GROUP_CAP
from tests.cast import NOON, Firm

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def crowd(firm: Firm) -> Firm:
    """Sixty tasks and forty customers with many ties and many nulls."""
    chance = random.Random(7)
    for number in range(40):
        Customer(
            kind=chance.choice(["person", "organization"]),
            name=chance.choice(["张伟", "ann", "Ann", "李"]),
            city=chance.choice(["", "北京", "上海"]), birthday=chance.choice([None, NOON.date()]),
            credit_limit=chance.choice([None, "1.5", "10", "-3"]), owner=firm["owner"],
            phone=f"138-0013-9{number:03}",
        ).save(force_insert=True)  # fmt: skip
    customers = [*Customer.objects.filter(deleted_at=None), None, None]
    for number in range(60):
        Task(
            title=f"t{number % 5}", owner=chance.choice([None, firm["owner"], firm["manager"]]),
            customer=chance.choice(customers), kind=chance.choice(["call", "visit"]),
            due_on=chance.choice([None, NOON.date(), NOON.date() + dt.timedelta(1)]),
        ).save(force_insert=True)  # fmt: skip
    return firm


def pages(client: Client, path: str, **query: Any) -> list[list[str]]:
    """The ids of each page, to the last."""
    cursor, found = None, []
    while True:
        answer = client.get(path, query | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.content
        found.append([row["id"] for row in answer.json()["items"]])
        cursor = answer.json()["next"]
        if cursor is None:
            return found


SORTS = [
    "name", "-name", "city", "-birthday", "birthday", "credit_limit", "-credit_limit", "owner",
    "-owner", "territory", "city,-birthday", "-city,birthday", "birthday,-credit_limit,name",
    "-owner,kind", "created_at", "-updated_at,name", "kind,city,owner",
]  # fmt: skip


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 7, 50])
def test_pages_hold_the_whole_list_exactly_once(crowd: Firm, sort: str, limit: int) -> None:
    if limit == 1 and sort not in ("city,-birthday", "-birthday", "owner"):
        return
    client = crowd.client("owner")
    whole = client.get("/api/v1/customers", {"sort": sort, "limit": 200}).json()["items"]
    paged = pages(client, "/api/v1/customers", sort=sort, limit=limit)
    assert list(itertools.chain(*paged)) == [row["id"] for row in whole]
    assert len(whole) == client.get("/api/v1/customers/count", {"exact": True}).json()["count"]
    assert all(len(page) == limit for page in paged[:-1])


@pytest.mark.parametrize(
    "sort", ["due_on", "-due_on", "customer", "-customer,due_on", "title,-owner"]
)
def test_order_is_by_the_keys_with_nulls_last(crowd: Firm, sort: str) -> None:
    client = crowd.client("owner")
    query = {"sort": sort, "limit": 200, "fields": "title,due_on,customer,owner"}
    rows = client.get("/api/v1/tasks", query).json()["items"]
    key = sort.split(",")[0]
    values = [row[key.removeprefix("-")] for row in rows]
    shown = [v["label"] if isinstance(v, dict) else v for v in values]
    known = [v for v in shown if v is not None]
    assert shown[len(known) :] == [None] * (len(shown) - len(known))
    if key in ("due_on", "-due_on", "title"):
        assert known == sorted(known, reverse=key.startswith("-"))


def test_chinese_names_are_sorted_by_pinyin(crowd: Firm) -> None:
    query = {"sort": "name", "limit": 200, "search": "张"}
    first = crowd.client("owner").get("/api/v1/customers", query).json()["items"]
    everyone = crowd.client("owner").get("/api/v1/customers", {"sort": "name", "limit": 200}).json()
    names = [row["name"] for row in everyone["items"]]
    assert len(first) == names.count("张伟")
    assert names.index("李") < names.index("张伟")  # li < zhang
    assert names.index("ann") < names.index("李")


UNUSUAL = [
    "e\u0301clair", "éclair", "\u200bann", "a\u200dnn", "\ufeffann", "\u202eann\u202c",
    "שלום", "مرحبا", "مر\u0640حبا", "אבא ann", "😀", "👩\u200d👩\u200d👧 family", "🇹🇼",
    "Z\u0335\u0321\u0338algo\u0301\u0302\u0303", "𠀀", "ﬁne", "İstanbul",
    "ß", "\U0010fffd", "\ue000", "ａｎｎ", "张\u200b伟", "~", "٣", "½",
]  # fmt: skip


@pytest.mark.parametrize("sort", ["name", "-name", "city,name"])
def test_any_writing_is_sorted_once_and_by_what_is_seen_of_it(crowd: Firm, sort: str) -> None:
    client = crowd.client("owner")
    for name in UNUSUAL:
        Customer(kind="person", name=name, city="北京", owner=crowd["owner"]).save()
    paged = [*itertools.chain(*pages(client, "/api/v1/customers", sort=sort, limit=3))]
    assert len(paged) == len(set(paged))
    rows = client.get("/api/v1/customers", {"sort": sort, "limit": 200}).json()["items"]
    assert [row["id"] for row in rows] == paged
    if sort != "name":
        return
    names = [row["name"] for row in rows]
    assert set(UNUSUAL) <= set(names)
    # The invisible moves nobody, and one letter written in two ways is one.
    of_ann = ("ann", "Ann", "\u200bann", "a\u200dnn", "\ufeffann", "\u202eann\u202c")
    anns = [n for n, name in enumerate(names) if name in of_ann]
    assert anns == list(range(anns[0], anns[0] + len(anns)))
    assert abs(names.index("éclair") - names.index("e\u0301clair")) == 1
    weis = [n for n, name in enumerate(names) if name in ("张伟", "张\u200b伟")]
    assert weis == list(range(weis[0], weis[0] + len(weis)))


@pytest.mark.parametrize("sort", ["name", "-birthday", "city,-birthday"])
def test_records_added_meanwhile_neither_double_nor_hide_others(crowd: Firm, sort: str) -> None:
    client = crowd.client("owner")
    whole = {row["id"] for row in client.get("/api/v1/customers", {"limit": 200}).json()["items"]}
    seen: list[str] = []
    cursor, number = None, 0
    while True:
        query = {"sort": sort, "limit": 9} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/customers", query).json()
        seen += [row["id"] for row in page["items"]]
        for name in ("aaa", "mmm", "zzz"):
            birthday = None if number % 2 else NOON.date()
            Customer(kind="person", name=name, owner=crowd["owner"], birthday=birthday).save()
            number += 1
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert whole <= set(seen)


class TestCursors:
    def cursor(self, client: Client, **query: Any) -> str:
        answer = client.get("/api/v1/customers", query | {"limit": 2}).json()
        return str(answer["next"])

    @pytest.mark.parametrize(
        "wrong", ["", "x", "=", "\0", "é" * 50, "WyJ4Il0", "W1tudWxsXSwi", "9" * 4000]
    )
    def test_a_cursor_somebody_wrote_is_refused(self, crowd: Firm, wrong: str) -> None:
        answer = crowd.client("owner").get("/api/v1/customers", {"cursor": wrong})
        assert answer.status_code == (200 if wrong == "" else 422)

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(place=st.integers(0, 200), character=st.characters(min_codepoint=33, max_codepoint=126))
    def test_a_changed_cursor_is_refused(self, crowd: Firm, place: int, character: str) -> None:
        client = crowd.client("owner")
        cursor = self.cursor(client)
        at = place % len(cursor)
        if cursor[at] == character:
            return
        changed = cursor[:at] + character + cursor[at + 1 :]
        answer = client.get("/api/v1/customers", {"cursor": changed})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "cursor"

    def test_a_cursor_of_another_sort_or_object_is_refused(self, crowd: Firm) -> None:
        client = crowd.client("owner")
        cursor = self.cursor(client, sort="name")
        for path, query in (
            ("customers", {"sort": "-name"}),
            ("customers", {"sort": "city"}),
            ("tags", {"sort": "name"}),
        ):
            answer = client.get(f"/api/v1/{path}", query | {"cursor": cursor})
            assert answer.status_code == 422

    def test_a_cursor_carries_no_label_its_owner_may_not_see(self, firm: Firm) -> None:
        """Tasks are theirs, the customers of the tasks are not: not even the sort key gets out."""
        for name in ("bell", "feng"):
            Task(title="mine", owner=firm["loner"], customer=firm[f"customer:{name}"]).save()
        client = firm.client("loner")
        answer = client.get("/api/v1/tasks", {"sort": "customer", "limit": 1})
        assert answer.json()["next"] is not None
        decoded = signing.b64_decode(answer.json()["next"].split(":")[0].encode())
        assert not [name for name in (b"bell", b"feng") if name in decoded]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"sort": "nme"}, "sort"),
        ({"sort": "tags"}, "sort"),
        ({"sort": ""}, None),
        ({"sort": ","}, "sort"),
        ({"sort": "--name"}, "sort"),
        ({"sort": "name,city,kind,phone"}, "sort"),
        ({"fields": "nme"}, "fields"),
        ({"fields": "name,,city"}, "fields"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"search": "x" * 201}, "search"),
        ({"search": "a\x01b"}, "search"),
        ({"deleted": "perhaps"}, "deleted"),
    ],
)
def test_a_bad_list_names_the_parameter(
    crowd: Firm, query: dict[str, str], field: str | None
) -> None:
    answer = crowd.client("owner").get("/api/v1/customers", query)
    if field is None:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == [field]


def test_a_page_shows_the_fields_asked_for(crowd: Firm) -> None:
    client = crowd.client("owner")
    row = client.get("/api/v1/customers", {"fields": "credit_limit"}).json()["items"][0]
    assert set(row) == {
        "id",
        "updated_at",
        "can",
        "credit_limit",
        "currency",
    }  # money with its currency
    row = client.get("/api/v1/customers").json()["items"][0]
    assert {"name", "kind", "phone", "email", "city", "owner", "tags"} < set(row)


def in_many_cities(firm: Firm, count: int) -> None:
    Customer.objects.bulk_create(
        Customer(kind="person", name=f"c{n}", city=f"city {n}", owner=firm["owner"])
        for n in range(count)
    )


def test_counts_are_capped_unless_exact(crowd: Firm) -> None:
    in_many_cities(crowd, COUNT_CAP)
    client = crowd.client("owner")
    exact = client.get("/api/v1/customers/count", {"exact": "true"}).json()
    assert (exact["count"] > COUNT_CAP, exact["at_least"]) == (True, False)
    capped = client.get("/api/v1/customers/count").json()
    assert capped == {"count": COUNT_CAP, "at_least": True}


class TestSearch:
    def found(self, client: Client, text: str) -> set[str]:
        rows = client.get("/api/v1/customers", {"search": text, "limit": 200}).json()["items"]
        return {row["name"] for row in rows}

    def test_by_name_pinyin_and_number(self, crowd: Firm) -> None:
        client = crowd.client("owner")
        assert self.found(client, "张") == {"张伟"}
        assert self.found(client, "zhang") == {"张伟"}
        assert self.found(client, "ANN") == {"ann", "Ann"}
        number = Customer.objects.get(phone="138-0013-9003")
        assert number.phone_normal == "+8613800139003"
        assert self.found(client, "+86 138 0013 9003") == {number.name}

    @pytest.mark.parametrize("text", ["%", "_", "\\", "100%", "'"])
    def test_signs_are_text(self, crowd: Firm, text: str) -> None:
        assert self.found(crowd.client("owner"), text) == set()


class TestAggregate:
    def test_groups_add_up_to_the_total(self, crowd: Firm) -> None:
        client = crowd.client("owner")
        query = {"group": "city", "measures": "count,sum:credit_limit,min:credit_limit"}
        answer = client.get("/api/v1/customers/aggregate", query).json()
        assert sum(g["count"] for g in answer["groups"]) == answer["total"]["count"]
        sums = [float(g["sum_credit_limit"] or 0) for g in answer["groups"]]
        assert sum(sums) == pytest.approx(float(answer["total"]["sum_credit_limit"]))
        assert answer["at_least"] is False
        counts = [g["count"] for g in answer["groups"]]
        assert counts == sorted(counts, reverse=True)

    def test_groups_have_the_labels_of_choices(self, crowd: Firm) -> None:
        query = {"group": "kind"}
        groups = crowd.client("owner").get("/api/v1/customers/aggregate", query).json()["groups"]
        assert {(g["key"], g["label"]) for g in groups} == {
            ("person", "person"), ("organization", "organization"),
        }  # fmt: skip

    def test_more_groups_than_shown_are_told(self, crowd: Firm) -> None:
        in_many_cities(crowd, GROUP_CAP)
        answer = crowd.client("owner").get("/api/v1/customers/aggregate", {"group": "city"}).json()
        assert (len(answer["groups"]), answer["at_least"]) == (GROUP_CAP, True)

    @pytest.mark.parametrize(
        "measures", ["sum:name", "sum:", "sum", "median:credit_limit", "", "sum:phone"]
    )
    def test_what_cannot_be_added_up_is_refused(self, crowd: Firm, measures: str) -> None:
        query = {"measures": measures}
        answer = crowd.client("owner").get("/api/v1/customers/aggregate", query)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "measures"

    def test_filters_apply(self, crowd: Firm) -> None:
        tree = json.dumps({"field": "city", "op": "eq", "value": "北京"})
        query = {"filter": tree, "group": "city"}
        answer = crowd.client("owner").get("/api/v1/customers/aggregate", query).json()
        assert [g["key"] for g in answer["groups"]] == ["北京"]
