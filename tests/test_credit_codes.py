"""The unified social credit code: checked where it is written, one customer's, known by it."""

from typing import Any

import pytest

from guanxi.customers.models import Customer, Identity
from guanxi.platform.exchange.tests.cast import codes, make_asker, preview, run, table, verdicts
from guanxi.standardizing import credit_code
from guanxi.standardizing.codes import CREDIT_ALPHABET
from tests.cast import Firm
from tests.writes.calls import get, patch, post

pytestmark = pytest.mark.django_db
TENCENT, HUAWEI, ALIBABA = "9144030071526726XG", "914403001922038216", "91330100799655058B"


def create(client: Any, name: str, code: str, *, insist: bool = False, **more: Any) -> Any:
    path = "customers?on_duplicate=create" if insist else "customers"
    return post(client, path, {"kind": "organization", "name": name, "credit_code": code, **more})


def problems(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.content
    return [(p["field"], p["code"]) for p in answer.json()["errors"]]


@pytest.fixture
def tencent(firm: Firm) -> Customer:
    made = create(firm.client("owner"), "腾讯科技", f" {TENCENT[:8].lower()} {TENCENT[8:]}")
    assert made.status_code == 201, made.content
    return Customer.objects.get(pk=made.json()["id"])


def test_it_is_kept_in_one_form_and_found(firm: Firm, tencent: Customer) -> None:
    client = firm.client("owner")
    assert get(client, f"customers/{tencent.pk}")["credit_code"] == TENCENT
    for text in (TENCENT, TENCENT[-8:], TENCENT[:6].lower()):
        found = client.get("/api/v1/search", {"q": text, "type": "customer"}).json()["items"]
        assert [item["id"] for item in found] == [str(tencent.pk)], text
    filter_ = f'{{"field": "credit_code", "value": "{TENCENT}"}}'
    assert client.get("/api/v1/customers/count", {"filter": filter_}).json()["count"] == 1


@pytest.mark.parametrize(
    ("written", "code", "word"),
    [
        (TENCENT[:17], "credit_code_length", "18"),
        (TENCENT + "0", "credit_code_length", "18"),
        ("914403007152672O0G", "credit_code_character", "without I, O"),
        ("91ABCDEF71526726XG", "credit_code_place", "third"),
        (TENCENT[:17] + "H", "credit_code_check", "last character"),
        (TENCENT[0] + TENCENT[2] + TENCENT[1] + TENCENT[3:], "credit_code_check", "last"),
        ("9" * 41, "too_long", "40"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(firm: Firm, written: str, code: str, word: str) -> None:
    client = firm.client("manager")
    acme = firm["customer:acme"]
    for answer in (
        create(client, "Somebody", written),
        patch(client, f"customers/{acme.pk}", {"credit_code": written}),
        post(client, "customers/bulk", {"ids": [str(acme.pk)], "set": {"credit_code": written}}),
    ):
        assert answer.status_code == 422, answer.content
        (problem,) = answer.json()["errors"]
        assert problem["field"].endswith("credit_code")
        assert problem["code"] == code
        assert word in problem["message"]


def test_it_belongs_to_one_in_use(firm: Firm, tencent: Customer) -> None:
    client = firm.client("owner")
    refusal = create(client, "Another name", TENCENT)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "may_exist")
    (candidate,) = refusal.json()["candidates"]
    assert (candidate["id"], candidate["level"]) == (str(tencent.pk), "certain")
    assert candidate["evidence"][0] == {
        "rule": "credit_code", "text": f"The same credit code: {TENCENT}",
    }  # fmt: skip
    # Insisting does not help: there are no two of one code.
    assert problems(create(client, "Another", TENCENT, insist=True)) == [("credit_code", "unique")]
    acme = firm["customer:acme"]
    answer = patch(firm.client("manager"), f"customers/{acme.pk}", {"credit_code": TENCENT})
    assert problems(answer) == [("credit_code", "unique")]
    # In the recycle bin it keeps nobody from it, and does not come back beside another.
    assert client.delete(f"/api/v1/customers/{tencent.pk}").status_code == 204
    assert create(client, "Another", TENCENT).status_code == 201
    assert problems(post(client, f"customers/{tencent.pk}/restore")) == [("credit_code", "unique")]


def test_whose_it_is_nobody_learns_who_does_not_see_them(firm: Firm, tencent: Customer) -> None:
    answer = create(firm.client("outsider"), "Another name", TENCENT)
    assert answer.status_code == 409
    assert answer.json()["candidates"] == [
        {"id": None, "label": "腾…", "owner": "owner 先生", "level": None, "evidence": []}
    ]


def test_of_one_name_another_code_is_somebody_else(firm: Firm, tencent: Customer) -> None:
    client = firm.client("owner")
    draft = {"name": tencent.name, "kind": "organization"}
    asked = post(client, "customers/duplicates", {**draft, "credit_code": HUAWEI}).json()
    assert asked["candidates"] == []
    asked = post(client, "customers/duplicates", {**draft, "credit_code": TENCENT}).json()
    assert [c["level"] for c in asked["candidates"]] == ["certain"]
    assert create(client, tencent.name, HUAWEI).status_code == 201


def test_it_is_kept_among_the_identities(firm: Firm, tencent: Customer) -> None:
    identity = Identity.objects.get(customer=tencent, kind="credit_code")
    assert (identity.normal, identity.is_primary) == (TENCENT, True)
    patch(firm.client("owner"), f"customers/{tencent.pk}", {"credit_code": HUAWEI})
    assert [i.normal for i in tencent.identities.filter(kind="credit_code")] == [HUAWEI]
    body = {"customer": str(tencent.pk), "kind": "credit_code", "value": ALIBABA}
    assert problems(post(firm.client("owner"), "identities", body)) == [("kind", "invalid")]


def test_merging_proposes_it_and_taking_back_gives_it_back(firm: Firm, tencent: Customer) -> None:
    client = firm.client("owner")
    twin = create(client, "腾讯", "").json()["id"]
    ids = {"ids": [twin, str(tencent.pk)], "survivor": twin}
    shown = post(client, "customers/merge/preview", ids).json()
    (unit,) = [u for u in shown["fields"] if u["names"] == ["credit_code"]]
    assert (unit["proposed"], unit["reason"]) == (str(tencent.pk), "only_value")
    done = post(client, "customers/merge", ids)
    assert done.status_code == 200, done.content
    assert get(client, f"customers/{twin}")["credit_code"] == TENCENT
    back = post(client, f"merges/{done.json()['id']}/undo", {})
    assert back.status_code == 200, back.content
    codes_ = dict(Customer.objects.values_list("pk", "credit_code").exclude(credit_code=""))
    assert codes_ == {tencent.pk: TENCENT}
    assert Identity.objects.get(kind="credit_code", normal=TENCENT).customer_id == tencent.pk


def test_of_two_merged_both_codes_lead_to_the_one_that_is_left(
    firm: Firm, tencent: Customer
) -> None:
    client = firm.client("owner")
    other = create(client, "腾讯计算机", HUAWEI).json()["id"]
    ids = {"ids": [other, str(tencent.pk)], "survivor": str(tencent.pk)}
    done = post(client, "customers/merge", {**ids, "choices": {"credit_code": str(tencent.pk)}})
    assert done.status_code == 200, done.content
    found = post(client, "customers/duplicates", {"credit_code": HUAWEI}).json()["candidates"]
    assert [c["id"] for c in found] == [str(tencent.pk)]
    # What came back must not take what another one got meanwhile.
    assert create(client, "A third", HUAWEI, insist=True).status_code == 201
    back = post(client, f"merges/{done.json()['id']}/undo", {})
    assert problems(back) == [("credit_code", "unique")]


HEADER = ["公司名称", "纳税人识别号", "公司电话"]


@pytest.mark.parametrize("header", ["统一社会信用代码", "税号", "USCC", "公司税号", "Tax ID"])
def test_usual_headers_are_guessed(header: str) -> None:
    imported = preview(make_asker(), "customer", table(["公司名称", header], ["腾讯", TENCENT]))
    (entry,) = [e for e in imported.mapping if e["field"] == "credit_code"]
    assert (entry["column"], entry["half"]) == (1, "organization")


def test_files_know_customers_by_it() -> None:
    asker = make_asker()
    done = run(
        asker, "customer",
        table(HEADER, ["腾讯科技", TENCENT.lower(), ""], ["腾讯", TENCENT, "0755-86013388"],
              ["华为技术", HUAWEI, ""], ["错误公司", TENCENT[:17] + "H", ""]),
    )  # fmt: skip
    assert codes(done) == {3: ["same_in_file"], 5: ["credit_code_check"]}
    assert Customer.objects.exclude(credit_code="").count() == 2
    again = run(
        asker, "customer",
        table(HEADER, ["深圳市腾讯计算机系统", TENCENT, ""], ["华为技术", ALIBABA, ""]),
    )  # fmt: skip
    assert verdicts(again) == [(2, 0, "update"), (3, 0, "create")]  # another code: another firm
    assert Customer.objects.get(credit_code=TENCENT).name == "深圳市腾讯计算机系统"
    assert Customer.objects.filter(name="华为技术").count() == 2


def test_a_file_gives_nobody_the_code_of_another() -> None:
    asker = make_asker()
    header = ["公司名称", "统一社会信用代码", "客户编号"]
    run(asker, "customer", table(header, ["甲公司", TENCENT, "C1"], ["乙公司", HUAWEI, "C2"]))
    wrong = table(header, ["乙公司", TENCENT, "C2"])  # known as one by its id, as another by code
    assert verdicts(preview(asker, "customer", wrong)) == [(2, 0, "ambiguous")]
    done = run(asker, "customer", wrong, on_ambiguous="new")
    assert codes(done) == {2: ["taken"]}
    assert Customer.objects.filter(credit_code=TENCENT).count() == 1


def test_the_code_of_an_employer_makes_no_colleagues_one() -> None:
    asker = make_asker()
    run(asker, "customer", table(HEADER, ["腾讯科技", TENCENT, ""]))
    header = ["姓名", "手机", "税号"]
    people = [
        ["张伟", "13800138000", HUAWEI], ["王芳", "13900139000", HUAWEI],
        ["李强", "13700137000", TENCENT], ["赵敏", "13600136000", ""],
    ]  # fmt: skip
    done = run(asker, "customer", table(header, *people))
    assert codes(done) == {n: ["of_organizations"] for n in (2, 3, 4)}
    assert not Customer.objects.filter(name__in=["张伟", "王芳", "李强"]).exists()
    assert Customer.objects.get(name="赵敏").kind == "person"
    assert Customer.objects.get(credit_code=TENCENT).name == "腾讯科技"
    Customer.objects.create(kind="person", name="个体户", credit_code=ALIBABA)
    taken = run(asker, "customer", table(HEADER, ["阿里巴巴", ALIBABA, ""]))
    assert codes(taken) == {2: ["taken"]}


def test_the_alphabet_has_a_code_for_every_number() -> None:
    """What the check character proves, for all it can be."""
    made = {credit_code(f"{TENCENT[:16]}{x}{y}") for x in "0123" for y in CREDIT_ALPHABET}
    assert len(made - {""}) == 4
