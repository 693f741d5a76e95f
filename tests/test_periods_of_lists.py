"""Lists grouped by day, week, month, quarter and year: in the asker's zone and the firm's week."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.models import User
from guanxi.platform.workspaces.models import Workspace
from tests.cast import Firm

pytestmark = pytest.mark.django_db
PERIODS = ("day", "week", "month", "quarter", "year")
# Around midnights, month and year ends, a leap day and both changes of the clock in Europe.
MOMENTS = [
    dt.datetime.fromisoformat(f"{text}+00:00")
    for text in (
        "2023-12-31T15:59:59", "2023-12-31T16:00:00", "2023-12-31T22:59:59", "2023-12-31T23:00:00",
        "2024-01-01T00:00:00", "2024-02-29T12:00:00", "2024-02-29T16:00:00", "2024-03-31T00:30:00",
        "2024-03-31T22:00:00", "2024-06-30T21:59:00", "2024-06-30T22:00:00", "2024-10-27T00:30:00",
        "2024-10-26T22:30:00", "2024-12-29T12:00:00", "2024-12-30T12:00:00",
    )
]  # fmt: skip
OURS = json.dumps({"field": "outcome", "op": "eq", "value": "period"})


@pytest.fixture(scope="module")
def dated(firm: Firm) -> Firm:
    customer = firm["customer:acme"]
    for moment in MOMENTS:
        Interaction(
            customer=customer, channel="call", outcome="period", happened_at=moment,
            owner=firm["owner"],
        ).save(force_insert=True)  # fmt: skip
        Task(title="period", due_on=moment.date(), owner=firm["owner"]).save(force_insert=True)
    Task(title="period", owner=firm["owner"]).save(force_insert=True)
    return firm


@pytest.fixture(autouse=True)
def known_workspace() -> Iterator[None]:
    """What is kept of the workspace is that of this test, and of no other."""
    cache.clear()
    yield
    cache.clear()


def first_day(day: dt.date, period: str, week_start: int) -> dt.date:
    match period:
        case "week":
            return day - dt.timedelta(days=(day.isoweekday() - week_start) % 7)
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
        case "year":
            return day.replace(day=1, month=1)
    return day


def groups(firm: Firm, path: str, group: str, **query: Any) -> dict[str | None, int]:
    answer = firm.client("owner").get(f"/api/v1/{path}/aggregate", {"group": group, **query})
    assert answer.status_code == 200, answer.content
    return {g["key"]: g["count"] for g in answer.json()["groups"]}


@pytest.mark.parametrize("week_start", [1, 7, 6])
@pytest.mark.parametrize("zone", ["", "Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("period", PERIODS)
def test_moments_fall_into_periods_as_the_asker_has_them(
    dated: Firm, period: str, zone: str, week_start: int
) -> None:
    User.objects.filter(pk=dated["owner"].pk).update(time_zone=zone)
    Workspace.objects.update(week_start=week_start)
    cache.clear()
    where = ZoneInfo(zone or "Asia/Shanghai")
    expected = Counter(
        first_day(moment.astimezone(where).date(), period, week_start).isoformat()
        for moment in MOMENTS
    )
    assert groups(dated, "interactions", f"happened_at:{period}", filter=OURS) == expected


@pytest.mark.parametrize("period", PERIODS)
def test_days_fall_into_periods_whatever_the_zone(dated: Firm, period: str) -> None:
    days = Counter(first_day(m.date(), period, 1).isoformat() for m in MOMENTS)
    expected: dict[str | None, int] = {**days, None: 1}
    assert groups(dated, "tasks", f"due_on:{period}", search="period") == expected


def test_a_month_opens_the_records_it_counted(dated: Firm) -> None:
    for month, number in groups(dated, "interactions", "happened_at:month", filter=OURS).items():
        after = first_day(dt.date.fromisoformat(str(month)) + dt.timedelta(31), "month", 1)
        tree = {
            "and": [
                json.loads(OURS),
                {"field": "happened_at", "op": "gte", "value": month},
                {"field": "happened_at", "op": "lt", "value": after.isoformat()},
            ]
        }
        query = {"filter": json.dumps(tree), "exact": True}
        counted = dated.client("owner").get("/api/v1/interactions/count", query).json()
        assert counted["count"] == number


def test_periods_take_one_query_more_than_the_total(dated: Firm) -> None:
    with CaptureQueriesContext(connection) as queries:
        groups(dated, "interactions", "happened_at:month", measures="count")
    assert sum('FROM "interactions_interaction"' in q["sql"] for q in queries) == 2


@pytest.mark.parametrize(
    "group",
    ["happened_at", "happened_at:", "happened_at:hour", "channel:month", ":month", "nothing:month"],
)
def test_what_has_no_periods_is_refused(dated: Firm, group: str) -> None:
    answer = dated.client("owner").get("/api/v1/interactions/aggregate", {"group": group})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "group"
