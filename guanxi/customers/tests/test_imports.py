"""Customers from files: matching, merging, permissions, idempotence, undo."""

import datetime as dt

import pytest
from django.utils import timezone

from guanxi.customers.models import Customer, Identity, Relationship, Tag
from guanxi.platform.events.context import acting
from guanxi.platform.exchange import services
from guanxi.platform.exchange.models import ImportVerdict
from guanxi.platform.exchange.tasks import run_here
from guanxi.platform.exchange.tests.cast import (
    codes,
    make_asker,
    preview,
    run,
    table,
    undo,
    upload,
    verdicts,
)
from guanxi.platform.exchange.tests.snapshots import snapshot
from guanxi.platform.objects.errors import DomainError, NotAllowed
from guanxi.platform.workspaces.services import books_zone

pytestmark = pytest.mark.django_db

HEADER = ["姓名", "手机", "邮箱", "城市", "客户编号"]
ZHANG = ["张伟", "13800138000", "zhang@example.com", "上海", "C1"]
WANG = ["王芳", "13900139000", "wang@example.com", "北京", "C2"]


def test_customers_are_created_with_everything_that_hangs_on_them() -> None:
    asker = make_asker()
    done = run(asker, "customer", table([*HEADER, "标签"], [*ZHANG, "VIP;老客户"], [*WANG, ""]))
    assert done.state == "done"
    assert done.counts["create"] == 2
    zhang = Customer.objects.get(name="张伟")
    assert (zhang.kind, zhang.city, zhang.owner, zhang.name_sort) == (
        "person", "上海", asker.user, "zhang wei",
    )  # fmt: skip
    kinds = Identity.objects.filter(customer=zhang).values_list("kind", "normal", "is_primary")
    assert sorted(kinds) == [
        ("email", "zhang@example.com", True),
        ("external", "C1", False),
        ("phone", "+8613800138000", True),
    ]
    assert sorted(zhang.tags.values_list("name", flat=True)) == ["VIP", "老客户"]


@pytest.mark.parametrize("columns", [5, 4, 1])
def test_the_same_file_twice_changes_nothing(columns: int) -> None:
    asker = make_asker()
    rows = [r[:columns] for r in (HEADER, ZHANG, WANG, ["李强", "021-55554444", "", "广州", "C3"])]
    run(asker, "customer", table(*rows))
    before = snapshot()
    again = run(asker, "customer", table(*rows))
    assert again.counts["unchanged"] == 3
    assert snapshot() == before


def test_one_row_makes_an_organization_a_person_and_their_relationship() -> None:
    asker = make_asker()
    content = table(
        ["公司名称", "公司电话", "联系人", "联系人手机", "联系人职位"],
        ["上海华美有限公司", "021-62345678", "张伟", "13800138000", "经理"],
        ["上海华美有限公司", "021-62345678", "王芳", "13900139000", "会计"],
        ["北京天成公司", "", "", "", ""],
    )
    done = run(asker, "customer", content)
    assert done.counts["create"] == 3
    assert Customer.objects.filter(kind="organization").count() == 2
    firm = Customer.objects.get(name="上海华美有限公司")
    related = Relationship.objects.filter(other=firm, kind="contact_of")
    assert sorted(related.values_list("customer__name", flat=True)) == ["张伟", "王芳"]
    assert Customer.objects.get(name="张伟").job_title == "经理"
    assert run(asker, "customer", content).counts["unchanged"] == 3
    assert Customer.objects.count() == 4


def test_a_contact_that_ended_begins_again_on_the_day_of_the_file() -> None:
    asker = make_asker()
    content = table(
        ["公司名称", "联系人", "联系人手机"], ["上海华美有限公司", "张伟", "13800138000"]
    )
    run(asker, "customer", content)
    today = timezone.now().astimezone(books_zone()).date()
    Relationship.objects.update(until=today - dt.timedelta(days=30))
    run(asker, "customer", content)
    assert Relationship.objects.get(until=None).since == today


def test_a_switchboard_does_not_merge_people() -> None:
    asker = make_asker()
    people = [[f"{name}", "021-62345678"] for name in ("张伟", "王芳", "李强", "赵敏")]
    assert run(asker, "customer", table(HEADER[:2], *people)).counts["create"] == 4
    assert run(asker, "customer", table(HEADER[:2], *people)).counts["unchanged"] == 4
    assert run(asker, "customer", table(HEADER[:2], ["孙丽", "021-62345678"])).counts["create"] == 1
    assert Customer.objects.count() == 5


def test_the_same_customer_twice_in_a_file_is_one() -> None:
    asker = make_asker()
    content = table(
        HEADER, ["张伟", "13800138000", "", "", ""], ["张伟", "138 0013 8000", "", "上海", ""],
        ["张 伟", "", "z@x.cn", "", "C1"], ["张伟", "", "", "", "C1"],
    )  # fmt: skip
    done = run(asker, "customer", content)
    assert done.counts["create"] == 2
    assert codes(done) == {3: ["same_in_file"], 5: ["same_in_file"]}
    assert Customer.objects.get(city="上海").phone == "138 0013 8000"
    assert run(asker, "customer", content).counts["unchanged"] == 4


def test_a_phone_under_another_name_is_for_a_person_to_decide() -> None:
    asker = make_asker()
    run(asker, "customer", table(HEADER, ZHANG))
    zhang = Customer.objects.get()
    imported = preview(asker, "customer", table(HEADER[:2], ["李娜", "13800138000"]))
    assert imported.counts["ambiguous"] == 1
    verdict = ImportVerdict.objects.get(imported=imported.pk)
    assert verdict.candidates == [zhang.pk]
    services.choose(asker=asker, pk=imported.pk, row=2, choice="new")
    run_here(services.start_run(asker=asker, pk=imported.pk))
    assert Customer.objects.count() == 2


def test_rows_nobody_chose_for_count_as_rejected() -> None:
    asker = make_asker()
    run(asker, "customer", table(HEADER, ZHANG))
    done = run(
        asker, "customer", table(HEADER[:2], ["李娜", "13800138000"], ["周杰", "13600136000"])
    )
    assert (done.counts["reject"], done.counts["create"], done.counts["ambiguous"]) == (1, 1, 0)
    assert codes(done)[2] == ["undecided"]


def test_an_external_id_updates_whatever_else_differs() -> None:
    asker = make_asker()
    run(asker, "customer", table(HEADER, ZHANG))
    done = run(asker, "customer", table(HEADER, ["张大伟", "13700137000", "", "", "C1"]))
    assert done.counts["update"] == 1
    zhang = Customer.objects.get()
    assert (zhang.name, zhang.phone, zhang.email, zhang.city) == (
        "张大伟", "13700137000", "zhang@example.com", "上海",
    )  # fmt: skip
    assert Identity.objects.filter(kind="phone").get().normal == "+8613700137000"


def test_different_external_ids_are_different_customers() -> None:
    asker = make_asker()
    run(asker, "customer", table(HEADER, ZHANG))
    done = run(asker, "customer", table(HEADER, [*ZHANG[:4], "C9"]))
    assert done.counts["create"] == 1


def test_a_contact_with_the_id_of_an_organization_is_refused_with_what_to_do() -> None:
    content = table(
        ["公司名称", "公司编号", "联系人", "联系人编号"],
        ["甲公司", "1", "张伟", "1"],
        ["乙公司", "2", "王芳", "9"],
        ["丙公司", "3", "李强", "2"],
    )
    done = run(make_asker(), "customer", content)
    assert (done.counts["create"], done.counts["reject"]) == (1, 2)  # rows, each by its worse half
    assert set(Customer.objects.values_list("name", flat=True)) == {
        "甲公司", "乙公司", "丙公司", "王芳",
    }  # fmt: skip
    assert set(map(tuple, codes(done).values())) == {("taken",)}


def test_values_that_do_not_fit_are_refused_by_field() -> None:
    asker = make_asker()
    content = table(
        ["姓名", "邮箱", "生日", "信用额度"],
        ["张伟", "not an address", "1990-01-01", "5"],
        ["王芳", "w@x.cn", "31/31/1990", "5"],
        ["李强", "l@x.cn", "1990-01-01", "9" * 30],
        ["", "n@x.cn", "1990-01-01", "5"],
        ["赵敏", "m@x.cn", "1990年1月2日", "￥1,234.50"],
    )
    done = run(asker, "customer", content)
    assert codes(done) == {
        2: ["not_an_email"],
        3: ["not_a_date"],
        4: ["too_large"],
        5: ["required"],
    }
    assert (done.counts["rows"], done.counts["reject"], done.counts["create"]) == (5, 4, 1)
    assert str(Customer.objects.get().credit_limit) == "1234.5000"


def test_formula_marks_come_off() -> None:
    run(make_asker(), "customer", table(HEADER[:2], ["'=SUM(A1)", "+8613800138000"]))
    customer = Customer.objects.get()
    assert (customer.name, customer.phone) == ("=SUM(A1)", "+8613800138000")


def test_a_role_without_import_is_refused() -> None:
    with pytest.raises(NotAllowed):
        upload(make_asker("reader", "read_only"), "customer", table(HEADER, ZHANG))


def test_a_field_one_may_not_write_cannot_be_mapped() -> None:
    asker = make_asker("am", "account_manager")
    asker.user.role.grants["fields"] = {"customer.credit_limit": "read_only"}
    asker.user.role.save()
    asker = make_asker("am")
    imported = upload(asker, "customer", table(["姓名", "信用额度"], ["张伟", "5"]))
    assert [e["field"] for e in imported.mapping] == ["name", None]
    mapping = [{"column": 0, "field": "name"}, {"column": 1, "field": "credit_limit"}]
    with pytest.raises(NotAllowed) as refused:
        services.change_import(asker=asker, pk=imported.pk, options=None, mapping=mapping)
    assert refused.value.field == "credit_limit"


def test_a_customer_of_others_is_not_changed_and_not_shown() -> None:
    run(make_asker(), "customer", table(HEADER, ZHANG))
    other = make_asker("am", "account_manager")
    done = run(other, "customer", table(HEADER, [*ZHANG[:3], "广州", "C1"], WANG))
    assert codes(done) == {2: ["not_yours"]}
    assert (done.counts["reject"], done.counts["create"]) == (1, 1)
    assert Customer.objects.get(name="张伟").city == "上海"


def test_a_record_deleted_after_the_preview_is_matched_anew() -> None:
    asker = make_asker()
    run(asker, "customer", table(HEADER, ZHANG))
    imported = preview(asker, "customer", table(HEADER, [*ZHANG[:3], "广州", "C1"]))
    assert imported.counts["update"] == 1
    from django.utils import timezone

    Customer.objects.update(deleted_at=timezone.now())
    Identity.objects.update(deleted_at=timezone.now())
    run_here(services.start_run(asker=asker, pk=imported.pk))
    assert Customer.objects.filter(deleted_at=None).get().city == "广州"


def test_undo_restores_every_table() -> None:
    asker = make_asker()
    run(asker, "customer", table([*HEADER, "标签"], [*ZHANG, "VIP"]))
    before = snapshot()
    content = table(
        [*HEADER, "标签", "公司名称"],
        ["张大伟", "13700137000", "new@example.com", "广州", "C1", "VIP;新", "华美公司"],
        [*WANG, "新", "华美公司"],
    )
    done = run(asker, "customer", content)
    assert (done.counts["update"], done.counts["create"]) == (0, 2)
    assert snapshot() != before
    undone = undo(asker, done)
    assert undone.state == "undone"
    assert undone.job is not None
    assert undone.job.result["conflicts"] == []
    assert snapshot() == before


def test_undo_leaves_what_was_changed_since() -> None:
    asker = make_asker()
    done = run(asker, "customer", table(HEADER, ZHANG, WANG))
    with acting(actor_id=asker.user.pk, source="api"):
        Customer.objects.filter(name="张伟").update(city="深圳")
    undone = undo(asker, done)
    assert undone.job is not None
    kept = {c["code"] for c in undone.job.result["conflicts"]}
    assert "changed_since" in kept
    assert list(Customer.objects.values_list("name", flat=True)) == ["张伟"]


def test_the_mapping_is_guessed_in_three_languages() -> None:
    asker = make_asker()
    for header in (
        ["姓名", "手机号码", "电子邮箱", "出生日期"],
        ["姓名", "手機號碼", "電子郵件", "生日"],
        ["Full Name", "Mobile Phone", "E-mail", "Date of Birth"],
    ):
        imported = upload(
            asker, "customer", table(header, ["x", "13800138000", "a@b.cn", "1990-01-01"])
        )
        assert [e["field"] for e in imported.mapping] == ["name", "phone", "email", "birthday"]


def test_columns_without_a_known_header_are_told_by_their_values() -> None:
    imported = upload(
        make_asker(),
        "customer",
        table(["name", "x", "y"], *[["a", f"1380013800{i}", f"u{i}@x.cn"] for i in range(5)]),
    )
    assert [e["field"] for e in imported.mapping] == ["name", "phone", "email"]


def test_a_file_without_a_name_is_refused() -> None:
    asker = make_asker()
    imported = upload(asker, "customer", table(["城市"], ["上海"]))
    with pytest.raises(DomainError, match="Map a column to the name"):
        run_here(services.start_preview(asker=asker, pk=imported.pk))
    assert services.get_import(asker, imported.pk).state == "failed"


def test_new_tags_are_made_once() -> None:
    run(make_asker(), "customer", table(["姓名", "标签"], ["a", "x,y"], ["b", "y，z"]))
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["x", "y", "z"]


def test_verdicts_by_half() -> None:
    imported = preview(make_asker(), "customer", table(["公司", "联系人"], ["A", "b"], ["", "c"]))
    assert verdicts(imported) == [(2, 0, "create"), (2, 1, "create"), (3, 1, "create")]


def test_a_contact_without_a_name_leaves_its_phone_and_mail_to_its_firm() -> None:
    asker = make_asker()
    content = table(
        ["公司名称", "公司电话", "联系人", "联系人手机", "联系人邮箱", "联系人职位"],
        ["上海华美有限公司", "", "", "13800138000", "hua@example.com", ""],
        ["北京天成公司", "010-62345678", "", "13900139000", "", "会计"],
        ["", "", "", "13700137000", "", ""],
        ["广州天河公司", "", "李强", "13600136000", "", ""],
    )
    done = run(asker, "customer", content)
    assert verdicts(done) == [
        (2, 0, "create"), (3, 0, "create"), (4, 1, "reject"), (5, 0, "create"), (5, 1, "create"),
    ]  # fmt: skip
    assert codes(done) == {
        2: ["contact_without_name"],
        3: ["contact_without_name"],
        4: ["required"],
    }
    told = ImportVerdict.objects.get(imported=done.pk, row=3).reasons
    assert "left out" in told[0]["message"]  # the job title has no place at a firm
    first = Customer.objects.get(name="上海华美有限公司")
    assert (first.phone, first.phone_normal, first.email) == (
        "13800138000", "+8613800138000", "hua@example.com",
    )  # fmt: skip
    second = Customer.objects.get(name="北京天成公司")
    known = Identity.objects.filter(customer=second).values_list("normal", "is_primary")
    assert sorted(known) == [("+861062345678", True), ("+8613900139000", False)]
    assert sorted(Customer.objects.filter(kind="person").values_list("name", flat=True)) == ["李强"]
    before = snapshot()
    assert run(asker, "customer", content).counts["unchanged"] == 3
    assert snapshot() == before


def test_rows_of_one_firm_all_leave_it_what_they_have() -> None:
    content = table(
        ["公司名称", "联系人", "联系人手机"],
        ["上海华美有限公司", "", "13800138000"],
        ["上海华美有限公司", "张伟", "13900139000"],
        ["上海华美有限公司", "", "13800138000"],
    )
    done = run(make_asker(), "customer", content)
    firm = Customer.objects.get(kind="organization")
    assert firm.phone == "13800138000"
    assert Customer.objects.get(kind="person").phone == "13900139000"
    assert codes(done)[4] == ["same_in_file", "contact_without_name"]


def test_tags_of_all_rows_of_a_customer_are_kept() -> None:
    run(make_asker(), "customer", table([*HEADER, "标签"], [*ZHANG, "VIP"], [*ZHANG, "老客户"]))
    tags = Customer.objects.get().tags.values_list("name", flat=True)
    assert sorted(tags) == ["VIP", "老客户"]
