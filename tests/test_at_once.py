"""Two at once: of two writers one wins and the other is told, whatever the order of their steps."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from guanxi.customers.models import Customer, Tag
from guanxi.interactions.models import Task
from guanxi.platform.access.models import Team, User
from guanxi.platform.access.services import setup_token
from guanxi.platform.fields.models import Link
from guanxi.platform.workspaces.models import Workspace
from tests.cast import PASSWORD, Firm, make_firm
from tests.fields.definitions import define
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
JSON = "application/json"


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    return make_firm()


def at_once(*requests: Callable[[], Any]) -> list[Any]:
    """The answers to requests that are sent in the same moment."""
    start = Barrier(len(requests))

    def send(request: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return request()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def statuses(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_two_people_editing_one_record(firm: Firm) -> None:
    path = f"/api/v1/customers/{firm['customer:acme'].pk}"
    clients = [firm.client("owner"), firm.client("administrator"), firm.client("service")]
    version = clients[0].get(path)["ETag"]
    headers = {"If-Match": version}
    cities = ["一", "二", "三"]
    answers = at_once(
        *(
            lambda c=c, city=city: c.patch(path, {"city": city}, content_type=JSON, headers=headers)
            for c, city in zip(clients, cities, strict=True)
        )
    )
    assert statuses(answers) == {200: 1, 409: 2}
    winner = next(city for a, city in zip(answers, cities, strict=True) if a.status_code == 200)
    assert Customer.objects.get(pk=firm["customer:acme"].pk).city == winner
    theirs = {a.json()["theirs"]["city"] for a in answers if a.status_code == 409}
    assert theirs == {winner}


def test_one_shortcut_for_two(firm: Firm) -> None:
    clients = [firm.client("owner") for _ in range(3)]
    body = {"name": "a", "text": "b", "shortcut": "hi"}
    answers = at_once(
        *(lambda c=c: c.post("/api/v1/snippets", body, content_type=JSON) for c in clients)
    )
    assert statuses(answers) == {201: 1, 422: 2}
    refused = [a.json()["errors"][0]["field"] for a in answers if a.status_code == 422]
    assert refused == ["shortcut"] * 2


def test_one_name_for_two(firm: Firm) -> None:
    clients = [firm.client("administrator") for _ in range(3)]
    answers = at_once(
        *(lambda c=c: c.post("/api/v1/tags", {"name": "same"}, content_type=JSON) for c in clients)
    )
    assert statuses(answers)[201] == 1
    for answer in answers:
        if answer.status_code != 201:
            assert answer.status_code in (409, 422)
            assert [e["field"] for e in answer.json()["errors"]] == ["name"]
    assert Tag.objects.filter(name="same").count() == 1


def test_one_request_sent_twice(firm: Firm) -> None:
    clients = [firm.client("owner") for _ in range(3)]
    sent, headers = {"kind": "person", "name": "once"}, {"Idempotency-Key": "k"}
    answers = at_once(
        *(
            lambda c=c: c.post("/api/v1/customers", sent, content_type=JSON, headers=headers)
            for c in clients
        )
    )
    assert statuses(answers) == {201: 3}
    assert len({a.json()["id"] for a in answers}) == 1
    assert Customer.objects.filter(name="once").count() == 1


def test_changing_what_is_being_deleted(firm: Firm) -> None:
    path = f"/api/v1/customers/{firm['customer:acme'].pk}"
    one, other = firm.client("owner"), firm.client("administrator")
    answers = at_once(
        lambda: one.patch(path, {"city": "x"}, content_type=JSON), lambda: other.delete(path)
    )
    assert answers[1].status_code == 204
    assert answers[0].status_code in (200, 404)
    changed = Customer.objects.get(pk=firm["customer:acme"].pk).city == "x"
    assert changed == (answers[0].status_code == 200)


def test_two_bulk_edits_that_overlap(firm: Firm) -> None:
    ids = [str(c.pk) for c in firm.records["customer"].values()]
    clients = [firm.client("administrator") for _ in range(4)]
    answers = at_once(
        *(
            lambda c=c, n=n: c.post(
                "/api/v1/customers/bulk",
                {"ids": ids if n % 2 else ids[::-1], "set": {"city": str(n)}},
                content_type=JSON,
            )
            for n, c in enumerate(clients)
        )
    )
    assert statuses(answers) == {200: 4}
    assert Customer.objects.filter(deleted_at=None).values("city").distinct().count() == 1


def test_two_undos_of_one_change(firm: Firm) -> None:
    path = f"/api/v1/customers/{firm['customer:acme'].pk}"
    clients = [firm.client("owner"), firm.client("owner")]
    changed = clients[0].patch(path, {"city": "x"}, content_type=JSON)
    undo = f"/api/v1/changes/{changed['X-Request-Id']}/undo"
    answers = at_once(*(lambda c=c: c.post(undo) for c in clients))
    assert statuses(answers) == {200: 1, 409: 1}
    assert clients[0].get(path).json()["city"] == "北京"


def test_setting_up_twice_at_once(transactional_db: None) -> None:
    cache.clear()
    sent = {
        "token": setup_token(), "firm": "F", "language": "en", "time_zone": "Asia/Shanghai",
        "currency": "CNY", "full_name": "A", "username": "a", "password": PASSWORD,
    }  # fmt: skip
    answers = at_once(
        *(
            lambda n=n: Client().post(
                "/api/v1/setup", sent | {"username": f"a{n}"}, content_type=JSON
            )
            for n in range(3)
        )
    )
    assert statuses(answers) == {200: 1, 409: 2}
    assert (Workspace.objects.count(), User.objects.count()) == (1, 1)


def test_ten_guesses_at_once_are_all_counted(firm: Firm) -> None:
    wrong = {"username": "owner", "password": "wrong"}
    answers = at_once(
        *(lambda: Client().post("/api/v1/session", wrong, content_type=JSON) for _ in range(12))
    )
    assert set(statuses(answers)) <= {401, 429}
    right = {"username": "owner", "password": PASSWORD}
    answer = Client().post("/api/v1/session", right, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer["Retry-After"]) <= 15 * 60
    other = Client().post("/api/v1/session", right | {"username": "teammate"}, content_type=JSON)
    assert other.status_code == 200


def test_teams_make_no_circle_even_if_both_move_at_once(firm: Firm) -> None:
    below = Team.objects.create(name="below", parent=firm["team:north"])
    south = firm["team:south"]
    moves = [(firm["team:north"], south), (south, below)]
    for _round in range(5):
        sends = [partial(move, firm, team, parent) for team, parent in moves]
        answers = at_once(*sends)
        assert sorted(a.status_code for a in answers) == [200, 422]
        (refused,) = [a for a in answers if a.status_code == 422]
        assert [e["field"] for e in refused.json()["errors"]] == ["parent"]
        Team.objects.filter(pk__in=[team.pk for team, _parent in moves]).update(parent=None)
    assert move(firm, firm["team:north"], below).status_code == 422
    assert move(firm, below, south).status_code == 200


def test_a_new_team_is_made_below_another(firm: Firm) -> None:
    body = {"name": "new", "parent": str(firm["team:north"].pk)}
    answer = firm.client("administrator").post("/api/v1/teams", body, content_type=JSON)
    assert answer.status_code == 201, answer.content


def move(firm: Firm, team: Team, parent: Team) -> Any:
    body = {"parent": str(parent.pk)}
    path = f"/api/v1/teams/{team.pk}"
    return firm.client("administrator").patch(path, body, content_type=JSON)


def is_kept_waiting() -> bool:
    """Whether somebody waits for what this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_locks where not granted"
            " and pg_backend_pid() = any(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def erase(pk: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from customers_customer where id = %s", [pk])


@pytest.mark.parametrize("erased_first", [True, False])
def test_a_record_is_erased_while_another_is_made_to_point_at_it(
    firm: Firm, erased_first: bool
) -> None:
    """Whoever comes first, no link leads to what is gone."""
    boss = firm.client("administrator")
    define(boss, "task", "link", "partner", settings={"target": "customer"})
    target = Customer.objects.create(kind="person", name="Gone soon").pk
    task = firm["task:free"]
    said = {"custom": {"partner": str(target)}}

    def point() -> Any:
        return boss.patch(f"/api/v1/tasks/{task.pk}", said, content_type=JSON)

    def apart(what: Callable[[], Any]) -> Any:
        try:
            return what()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            if erased_first:
                erase(target)
                other = pool.submit(apart, point)
            else:
                Task.objects.filter(pk=task.pk).update(custom={"partner": str(target)})
                other = pool.submit(apart, lambda: erase(target))
            wait_until(is_kept_waiting)
        answer = other.result()
    if erased_first:
        assert answer.status_code == 422
    assert Task.objects.get(pk=task.pk).custom == {}
    assert not Link.objects.exists()
