"""Retention rules: whom they let go, night by night, and whom they never touch."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from guanxi.customers.models import Customer
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.erasing.models import Erasure, LegalHold, RetentionRule
from guanxi.platform.erasing.retention import cutoff
from guanxi.platform.erasing.tasks import apply_retention, start_rules
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.workspaces import erasures
from guanxi.platform.workspaces.home import Home
from guanxi.sales.models import Order
from tests.cast import NOON, Firm
from tests.files.calls import put as attach
from tests.writes.calls import get, post, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]
OLD = timezone.now() - dt.timedelta(days=1500)
RULE = {
    "object": "customer", "name": "Long gone", "months": 36, "action": "erase",
    "without": ["orders", "interactions"], "is_active": True,
    "filter": {"field": "city", "op": "eq", "value": "贵阳"},
}  # fmt: skip


@pytest.fixture
def old(firm: Firm) -> dict[str, Customer]:
    """Customers of long ago: some with something new about them."""
    made = {}
    for name in ("quiet", "buyer", "talker", "held", "ordering", "elsewhere"):
        city = "" if name == "elsewhere" else "贵阳"
        made[name] = Customer.objects.create(
            kind="person", name=f"{name} 旧", city=city, created_at=OLD
        )
    order: Any = {"currency": "CNY", "ordered_on": NOON.date()}
    Order.objects.create(customer=made["buyer"], number="new", ordered_at=timezone.now(), **order)
    Order.objects.create(customer=made["quiet"], number="old", ordered_at=OLD, **order)
    Order.objects.create(
        customer=made["ordering"], number="open", ordered_at=OLD, status="placed", **order
    )
    Interaction.objects.create(customer=made["talker"], channel="call")
    LegalHold.objects.create(
        object="customer", record_id=made["held"].pk, reason="x", placed_by=firm["manager"]
    )
    return made


def names(due: Any) -> set[str]:
    return {record["label"].split()[0] for record in due["records"]}


def night() -> dict[str, Any]:
    assert start_rules() == 1
    job = Job.objects.filter(kind="retention").latest("created_at")
    run_job(job_id=str(job.pk))
    job.refresh_from_db()
    assert job.state == "done", job.error
    result: dict[str, Any] = job.result
    return result


def erased() -> set[str]:
    return {c.name for c in Customer.objects.filter(erased_at__isnull=False)}


def test_it_is_tried_out_before(admin: Client, old: dict[str, Customer]) -> None:
    found = post(admin, "retention/try", RULE).json()
    assert (found["count"], names(found)) == (2, {"quiet", "ordering"})
    assert found["held"] == 1
    wider = post(admin, "retention/try", {**RULE, "without": []}).json()
    assert names(wider) == {"quiet", "ordering", "buyer", "talker"}
    assert not RetentionRule.objects.exists()
    assert not Erasure.objects.exists()


def test_by_night_those_go_of_whom_nothing_keeps(admin: Client, old: dict[str, Customer]) -> None:
    made = post(admin, "retention", RULE)
    assert made.status_code == 201, made.content
    assert night() == {"done": 1, "refused": {"open_orders": 1}, "left": 1}
    assert Erasure.objects.get().basis == "retention"
    assert erased() == {f"Erased customer #{old['quiet'].pk.hex[-8:]}"}
    (shown,) = get(admin, "retention")["items"]
    assert shown["last"] == {"done": 1, "left": 1, "refused": {"open_orders": 1}}


def test_what_goes_by_night_is_told_and_listed_and_its_files_go_by_a_job(
    firm: Firm, admin: Client, old: dict[str, Customer], tmp_path: Any, settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.HOME = Home(tmp_path / "home").create()
    attach(admin, f"customers/{old['quiet'].pk}", b"mine alone", "x.txt")
    post(admin, "retention", RULE)
    with django_capture_on_commit_callbacks(execute=True):
        night()
    (line,) = erasures.listed(settings.HOME)
    assert line["id"] == str(Erasure.objects.get().pk)
    job = Job.objects.get(kind="erase_files")
    assert len(job.params["contents"]) == 1
    # Killed after the only one: it is not counted again.
    Job.objects.filter(pk=job.pk).update(checkpoint={"contents": 1, "dropped": 1})
    run_job(job_id=str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.result["contents"]) == ("done", 1)


def test_a_list_that_was_cut_short_is_added_to(tmp_path: Any) -> None:
    home = Home(tmp_path / "home").create()
    home.erasures.write_text('{"id": "a"}\n{"id": "b', encoding="utf-8")
    for name in ("c", "d", "d"):
        erasures.append(home, {"id": name})
    assert [line["id"] for line in erasures.listed(home)] == ["a", "c", "d"]


def test_no_more_than_its_limit_a_night(admin: Client, old: dict[str, Customer]) -> None:
    Order.objects.filter(number="open").update(status="completed")
    post(admin, "retention", {**RULE, "limit": 1})
    assert [night()["left"], night()["left"]] == [1, 0]
    assert len(erased()) == 2


def test_a_paused_rule_does_nothing(admin: Client, old: dict[str, Customer]) -> None:
    made = post(admin, "retention", RULE).json()
    start_rules()
    body = {**RULE, "is_active": False}
    path = f"/api/v1/retention/{made['id']}"
    assert admin.put(path, body, content_type="application/json").status_code == 200
    run_job(job_id=str(Job.objects.get(kind="retention").pk))  # it was queued before
    assert start_rules() == 0
    assert erased() == set()
    assert admin.delete(path).status_code == 204
    assert get(admin, "retention")["items"] == []


def test_other_records_go_to_the_bin(firm: Firm, admin: Client) -> None:
    made = Task.objects.create(title="uralt", owner=firm["owner"], created_at=OLD)
    rule = {
        "object": "task", "name": "Tasks", "months": 24, "action": "delete", "is_active": True,
        "filter": {"field": "title", "op": "eq", "value": "uralt"},
    }  # fmt: skip
    answer = post(admin, "retention", rule)
    assert answer.status_code == 201
    assert night()["done"] == 1
    made.refresh_from_db()
    assert made.deleted_at is not None
    told = Event.objects.filter(record_id=made.pk).latest("id")
    assert told.actor_id == firm["administrator"].pk
    assert told.source == f"retention:{answer.json()['id']}"


def test_it_runs_at_two_where_the_books_are_kept(admin: Client) -> None:
    post(admin, "retention", RULE)
    two_in_shanghai = dt.datetime(2026, 5, 1, 18, tzinfo=dt.UTC)
    apply_retention(timestamp=int((two_in_shanghai - dt.timedelta(hours=1)).timestamp()))
    assert not Job.objects.filter(kind="retention").exists()
    apply_retention(timestamp=int(two_in_shanghai.timestamp()))
    assert Job.objects.filter(kind="retention").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"object": "nothing"}, "object"),
        ({"months": 0}, "months"),
        ({"without": ["moons"]}, "without"),
        ({"name": " "}, "name"),
        ({"filter": {"field": "moon", "op": "eq", "value": 1}}, "filter"),
    ],
)
def test_what_cannot_be_is_refused(admin: Client, change: Any, field: str) -> None:
    problem = refused(lambda: post(admin, "retention", {**RULE, **change}), 422)
    assert problem["errors"][0]["field"] == field


def test_only_of_those_who_can_be_erased(admin: Client) -> None:
    refused(lambda: post(admin, "retention", {**RULE, "object": "task", "without": []}), 403)


@pytest.mark.parametrize("who", ["manager", "owner", "analyst"])
def test_it_is_for_administrators(firm: Firm, who: str) -> None:
    client = firm.client(who)
    refused(lambda: client.get("/api/v1/retention"), 403)
    refused(lambda: post(client, "retention/try", RULE), 403)
    refused(lambda: post(client, "retention", RULE), 403)


def test_months_are_counted_as_people_do() -> None:
    at = dt.datetime(2026, 5, 31, 12, tzinfo=dt.UTC)
    assert [str(cutoff(n, at).date()) for n in (1, 3, 5, 12, 27)] == [
        "2026-04-30", "2026-02-28", "2025-12-31", "2025-05-31", "2024-02-29",
    ]  # fmt: skip


def test_it_says_what_is_kept_how_long(admin: Client) -> None:
    kept = {k["name"]: k["days"] for k in get(admin, "retention")["kept"]}
    assert kept["imports"] == kept["files"] == 30
    assert kept["answers"] == 1
    assert kept["backups"] is None
