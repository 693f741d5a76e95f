"""Search, and the search of lists, find a record by what one remembers of it, if one may see it."""

import string
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer, Identity
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.objects.registry import object_type, types
from guanxi.platform.search import services, triggers
from guanxi.platform.search.models import RecentRecord, SearchText
from guanxi.platform.search.tasks import index_waiting
from guanxi.standardizing.folding import fold
from tests.cast import NOON, Firm

pytestmark = pytest.mark.django_db
quick = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def search(client: Client, text: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/search", {"q": text, "limit": 50} | query)
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def titles(client: Client, text: str, kind: str = "customer", **query: Any) -> list[str]:
    return [item["title"]["text"] for item in search(client, text, type=kind, **query)]


def listed(client: Client, text: str, path: str = "customers") -> list[str]:
    rows = client.get(f"/api/v1/{path}", {"search": text, "limit": 200}).json()["items"]
    return [row["name"] for row in rows]


def customer(firm: Firm, name: str, **values: Any) -> Customer:
    made = Customer(kind="person", name=name, owner=firm["owner"], **values)
    made.save(force_insert=True)
    return made


@pytest.fixture(scope="module")
def known(firm: Firm) -> Firm:
    """Customers with names in several scripts."""
    made = customer(firm, "张伟", phone="139-5512-7734", email="wei.z+shop@mail.example.org")
    Identity(
        customer=made, kind="external", source="erp", value="KD-88123", normal="KD-88123"
    ).save()
    customer(firm, "張偉明")
    customer(firm, "单雄信", phone="010-6275 1234")
    customer(firm, "曾国藩", remark="喜欢龙井茶，周末不要打电话")
    customer(firm, "Jörg Müller-Straße")
    customer(firm, "ＡＢＣ貿易（上海）有限公司")
    customer(firm, "欧阳娜娜")
    customer(firm, "吕布")
    Interaction(
        customer=made, channel="note", subject="续约", body="他想要蓝色的包装", happened_at=NOON,
        owner=firm["owner"],
    ).save()  # fmt: skip
    return firm


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("伟", "张伟"), ("张伟", "张伟"), ("張偉", "张伟"), ("zhangwei", "张伟"),
        ("zhang wei", "张伟"), ("ZHANGW", "张伟"), ("zw", "张伟"), ("wei", "张伟"),
        ("张wei", "张伟"),
        ("张伟明", "張偉明"), ("zwm", "張偉明"), ("wm", "張偉明"),
        ("shan", "单雄信"), ("shanxiongxin", "单雄信"), ("danxiongxin", "单雄信"),
        ("sxx", "单雄信"),
        ("zeng", "曾国藩"), ("zgf", "曾国藩"), ("龙井", "曾国藩"), ("龍井", "曾国藩"),
        ("muller", "Jörg Müller-Straße"), ("JÖRG", "Jörg Müller-Straße"),
        ("strasse", "Jörg Müller-Straße"), ("jo", "Jörg Müller-Straße"),
        ("abc", "ＡＢＣ貿易（上海）有限公司"), ("贸易", "ＡＢＣ貿易（上海）有限公司"),
        ("ABC上海", "ＡＢＣ貿易（上海）有限公司"), ("gongsi", "ＡＢＣ貿易（上海）有限公司"),
        ("na", "欧阳娜娜"), ("ouyang", "欧阳娜娜"),
        ("lvbu", "吕布"), ("lubu", "吕布"), ("lb", "吕布"),
        ("13955127734", "张伟"), ("139 5512", "张伟"), ("5127", "张伟"), ("77", "张伟"),
        ("+8613955127734", "张伟"), ("1395512-7734", "张伟"),
        ("01062751234", "单雄信"), ("010-6275", "单雄信"), ("8610 6275", "单雄信"),
        ("wei.z", "张伟"), ("shop@mail", "张伟"), ("example.org", "张伟"),
        ("MAIL.EXAMPLE", "张伟"), ("张\u200b伟", "张伟"), ("\u202e张伟\u202c", "张伟"),
        ("张伟😀", "张伟"), ("  张伟\n", "张伟"),
        ("mu\u0308ller", "Jörg Müller-Straße"),
    ],
)  # fmt: skip
def test_any_part_finds_the_customer_here_and_in_the_list(
    known: Firm, text: str, name: str
) -> None:
    client = known.client("owner")
    assert name in titles(client, text)
    assert name in listed(client, text)


@pytest.mark.parametrize("text", ["KD-88123", "kd 88123", "88123", "蓝色的包装", "续约"])
def test_what_belongs_to_a_customer_leads_to_it(known: Firm, text: str) -> None:
    client = known.client("owner")
    found = search(client, text)
    assert [f["belongs_to"]["label"] for f in found if f["belongs_to"]] == ["张伟"]
    assert listed(client, text) == ["张伟"]


@pytest.mark.parametrize("text", ["伟张", "weizhangs", "139551277340", "张伟 nobody", "蓝的"])
def test_what_is_not_there_is_not_found(known: Firm, text: str) -> None:
    client = known.client("owner")
    assert titles(client, text) == listed(client, text) == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "😀", "\u200d", "…", "，", '"\u0301"'])
def test_a_text_without_letter_or_digit_finds_nothing(known: Firm, text: str) -> None:
    client = known.client("owner")
    assert search(client, text) == []
    assert listed(client, text) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "x" * 201}, "q"), ({"q": "x" * 10_000}, "q"), ({"q": "a\0b"}, "q"),
        ({"q": "a\x07"}, "q"), ({"q": "a", "type": "nothing"}, "type"),
        ({"q": "a", "type": "order_line"}, "type"), ({"q": "a", "limit": "0"}, "limit"),
        ({"q": "a", "limit": "51"}, "limit"),
    ],
)  # fmt: skip
def test_a_bad_search_names_the_parameter(known: Firm, query: dict[str, str], field: str) -> None:
    answer = known.client("owner").get("/api/v1/search", query)
    assert answer.status_code == 422
    assert [e["field"].split(".")[0] for e in answer.json()["errors"]] == [field]


def test_the_best_come_first_and_show_why(known: Firm) -> None:
    client = known.client("owner")
    customer(known, "大张伟")
    found = [f for f in search(client, "张伟") if f["type"] == "customer"]
    assert [f["title"]["text"] for f in found] == ["张伟", "張偉明", "大张伟"]
    assert [f["title"]["marks"] for f in found] == [[[0, 2]], [[0, 2]], [[1, 3]]]
    (by_phone,) = search(client, "5512 77", type="customer")
    assert by_phone["detail"] == {"field": "phone", "text": "139-5512-7734", "marks": [[4, 11]]}
    (by_initials,) = search(client, "zwm", type="customer")
    assert by_initials["title"]["marks"] == [[0, 3]]
    assert by_initials["can"] == ["change", "delete"]
    (by_remark,) = search(client, "电话", type="customer")
    assert by_remark["detail"]["text"][slice(*by_remark["detail"]["marks"][0])] == "电话"


def test_customers_come_before_colleagues(known: Firm) -> None:
    customer(known, "王先生")
    found = [f["type"] for f in search(known.client("owner"), "先生")]
    assert found.index("customer") < found.index("user")


def test_every_type_has_its_share(known: Firm) -> None:
    for number in range(9):
        customer(known, f"税务{number}")
        Task(title=f"税务 {number}", owner=known["owner"]).save()
    found = [f["type"] for f in search(known.client("owner"), "税务", limit=3)]
    assert sorted(found) == ["customer"] * 3 + ["task"] * 3


def test_a_word_that_very_many_have_is_found_as_far_as_one_sees(
    known: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest come first, and the one that is mine though it is the oldest of all.

    Five are very many here, so that there need not be thousands.
    """
    monkeypatch.setattr(services, "SOME", 5)
    monkeypatch.setattr(services, "MANY", 5)
    monkeypatch.setattr(services, "NEWEST", 8)
    mine = customer(known, "小溪甲")
    Customer.objects.filter(pk=mine.pk).update(owner=known["loner"])
    made = [customer(known, f"小溪{number}") for number in range(60)]
    assert titles(known.client("loner"), "溪", limit=2) == ["小溪甲"]
    newest = {made[-1].name, made[-2].name}
    assert set(titles(known.client("owner"), "溪", limit=2)) == newest
    Customer.objects.filter(pk__in=[c.pk for c in made]).delete()


def test_a_name_said_so_from_its_beginning_is_first_among_very_many(
    known: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SOME", 5)
    monkeypatch.setattr(services, "NEWEST", 8)
    client = known.client("manager")
    made = [customer(known, f"大溪{number}") for number in range(30)]
    long = "溪边客栈连锁酒店管理有限公司"
    made += [customer(known, long)] + [customer(known, f"大溪{number}") for number in range(30)]
    for text in ("xib", "XI bian ke zhan", "xibiankezhanliansuojiudianguanli"):
        assert titles(client, text, limit=2) == [long]
    assert titles(client, "xi", limit=2)[0] == long
    Customer.objects.filter(pk__in=[c.pk for c in made]).delete()


class TestRecent:
    def open(self, client: Client, kind: str, pk: Any) -> int:
        body = {"type": kind, "id": str(pk)}
        return client.post("/api/v1/recent", body, content_type="application/json").status_code

    def test_the_last_opened_come_first(self, known: Firm) -> None:
        client = known.client("teammate")
        first, second = customer(known, "同名"), customer(known, "同名")
        task = Task(title="同名", owner=known["owner"])
        task.save()
        for kind, pk in (("customer", second.pk), ("task", task.pk), ("customer", first.pk)):
            assert self.open(client, kind, pk) == 204
        recent = search(client, "")
        assert [f["id"] for f in recent] == [str(first.pk), str(task.pk), str(second.pk)]
        assert all(f["recent"] for f in recent)
        assert search(client, "同名", type="customer")[0]["id"] == str(first.pk)
        self.open(client, "customer", second.pk)
        assert search(client, "同名", type="customer")[0]["id"] == str(second.pk)
        assert search(known.client("manager"), "") == []

    def test_nobody_remembers_what_they_cannot_see(self, known: Firm) -> None:
        client = known.client("loner")
        assert self.open(client, "customer", known["customer:acme"].pk) == 404
        mine = Task(title="mine", owner=known["loner"])
        mine.save()
        assert self.open(client, "task", mine.pk) == 204
        Task.objects.filter(pk=mine.pk).update(owner=known["owner"])
        assert search(client, "") == []

    def test_no_more_than_fifty_and_none_that_is_erased(self, known: Firm) -> None:
        client = known.client("manager")
        tasks = [Task(title=f"r{number}", owner=known["manager"]) for number in range(52)]
        for task in tasks:
            task.save()
            self.open(client, "task", task.pk)
        mine = RecentRecord.objects.filter(user=known["manager"])
        assert mine.count() == 50
        tasks[-1].delete()
        assert mine.count() == 49


def test_a_record_in_the_bin_is_found_there_alone(known: Firm) -> None:
    client = known.client("owner")
    gone = customer(known, "回收站客户")
    client.delete(f"/api/v1/customers/{gone.pk}")
    assert titles(client, "回收站") == []
    assert listed(client, "回收站") == []
    bin_ = client.get("/api/v1/customers", {"search": "回收站", "deleted": True}).json()["items"]
    assert [row["name"] for row in bin_] == ["回收站客户"]
    client.post(f"/api/v1/customers/{gone.pk}/restore")
    assert titles(client, "回收站") == ["回收站客户"]


class TestMasks:
    def test_a_hidden_field_finds_nothing_and_shows_nothing(self, known: Firm) -> None:
        mine = customer(known, "我的客户", phone="13377778888", email="own@example.com")
        Customer.objects.filter(pk=mine.pk).update(owner=known["loner"])
        client = known.client("loner")
        for text in ("13377778888", "7777", "77", "+86133"):
            assert titles(client, text) == listed(client, text) == []
        (found,) = search(client, "wodekehu", type="customer")
        assert (found["detail"]["field"], found["can"]) == ("email", ["change", "delete"])
        assert titles(client, "own@") == ["我的客户"]
        assert titles(client, "我的 7777") == []

    def test_a_hidden_title_neither_begins_nor_shows(self, known: Firm) -> None:
        role = known["loner"].role
        fields = role.grants["fields"]
        role.grants["fields"] = fields | {"task.title": "hidden"}
        role.save()
        Task(title="秘密任务", owner=known["loner"]).save()
        assert search(known.client("loner"), "秘密") == []
        role.grants["fields"] = fields
        role.save()
        assert len(search(known.client("loner"), "秘密")) == 1

    def test_a_token_searches_what_it_may_read(self, known: Firm) -> None:
        client, _token = known.token_client("owner", "task:read")
        Task(title="张伟的任务", owner=known["owner"], customer=known["customer:acme"]).save()
        found = search(client, "张伟")
        assert {f["type"] for f in found} == {"task"}
        assert found[0]["belongs_to"]["label"] is None
        assert client.get("/api/v1/search", {"q": "a", "type": "customer"}).status_code == 403


# ---------------------------------------------------------------- the words themselves

CHINESE = st.text(
    st.sampled_from("张伟王芳李娜单曾乐行欧阳长孙万俟龙龍貿易公司한글かな𠮷"), min_size=1
)
MIXED = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from("张伟 aZ9-.@é")),
    max_size=60,
)


def words(record: Any) -> str:
    kind = object_type("customer").name
    return SearchText.objects.get(object=kind, record_id=record.pk).text


def from_scratch() -> dict[Any, str]:
    """The words of all records, computed anew; nothing is changed."""
    with connection.cursor() as cursor:
        for declared in types():
            if declared.search:
                triggers.rebuild(declared, cursor)
    return dict(SearchText.objects.values_list("record_id", "text"))


class TestWords:
    @quick
    @given(name=CHINESE, data=st.data())
    def test_every_part_of_a_chinese_name(self, known: Firm, name: str, data: Any) -> None:
        made = customer(known, name[:200])
        first = data.draw(st.integers(0, len(name) - 1))
        part = name[first : data.draw(st.integers(first + 1, len(name)))][:60]
        client = known.client("owner")
        assert str(made.pk) in {f["id"] for f in search(client, part, type="customer")}

    @quick
    @given(number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), data=st.data())
    def test_every_part_of_a_phone(self, known: Firm, number: str, data: Any) -> None:
        made = customer(known, "p", phone=number)
        first = data.draw(st.integers(0, len(number) - 2))
        part = number[first : data.draw(st.integers(first + 2, len(number)))]
        Customer.objects.exclude(pk=made.pk).filter(name="p").update(phone="")
        found = search(known.client("owner"), part, type="customer")
        assert str(made.pk) in {f["id"] for f in found}

    @quick
    @given(parts=st.lists(st.text(string.ascii_lowercase + string.digits, min_size=1), min_size=3))
    def test_every_part_of_an_email(self, known: Firm, parts: list[str]) -> None:
        parts = [part[:15] for part in parts[:6]]
        made = customer(known, "e", email=f"{'.'.join(parts[:-2])}@{parts[-2]}.{parts[-1]}"[:254])
        client = known.client("owner")
        for part in (*parts, made.email):
            assert listed_ids(client, part, made), part

    @quick
    @given(text=MIXED)
    def test_the_database_folds_as_we_do(self, known: Firm, text: str) -> None:
        made = customer(known, "x", remark=text)
        assert words(made).split("\n")[-1].strip() == fold(text)
        Customer.objects.filter(pk=made.pk).update(name=text)
        assert words(made).split("!")[0].strip() == fold(text)

    def test_after_all_that_happened_they_are_as_from_scratch(self, known: Firm) -> None:
        client = known.client("administrator")
        names = ["曾单行", "x", "重庆长安", "张伟", ""]
        made = [customer(known, name, phone="13800000000") for name in names]
        made[0].delete()
        client.delete(f"/api/v1/customers/{made[1].pk}")
        client.delete(f"/api/v1/customers/{made[2].pk}")
        client.post(f"/api/v1/customers/{made[2].pk}/restore")
        Customer.objects.filter(pk=made[3].pk).update(name="改名", phone="", phone_normal="")
        identity = Identity.objects.filter(customer=made[4], is_primary=True).get()
        Identity.objects.filter(pk=identity.pk).update(is_primary=False)
        assert SearchText.objects.filter(record_id=identity.pk).count() == 1
        Identity.objects.filter(pk=identity.pk).update(is_primary=True)
        assert SearchText.objects.filter(record_id=identity.pk).count() == 0
        kept = dict(SearchText.objects.values_list("record_id", "text"))
        assert made[0].pk not in kept
        assert kept == from_scratch()

    def test_copy_and_bulk_are_found_before_they_are_indexed(self, known: Firm) -> None:
        with connection.cursor() as cursor:
            sql = "copy customers_customer (kind, name, phone, phone_normal, owner_id) from stdin"
            with cursor.copy(sql) as copy:
                for number in range(150):
                    phone = f"1590000{number:04}"
                    row = ("person", f"批量{number}号", phone, f"+86{phone}", known["owner"].pk)
                    copy.write_row(row)
        assert SearchText.objects.filter(indexed=False).count() == 150
        client = known.client("owner")
        assert titles(client, "pl 149") == titles(client, "15900000149") == ["批量149号"]
        assert index_waiting() == 150
        assert SearchText.objects.filter(indexed=False).count() == 0
        assert titles(client, "批量149") == ["批量149号"]


def listed_ids(client: Client, text: str, made: Customer) -> bool:
    query = {"search": text, "limit": 200, "sort": "-created_at"}
    rows = client.get("/api/v1/customers", query).json()["items"]
    return str(made.pk) in {row["id"] for row in rows}
