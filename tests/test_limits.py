"""How many requests are let through: of whom, together in all processes, and what they are told."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanxi.platform.access import limits
from guanxi.platform.access.tasks import forget_sessions
from tests.cast import Firm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets of a process that has just started."""
    monkeypatch.setattr(limits, "buckets", limits.Buckets())


def statuses(client: Client, number: int, path: str = "/api/v1/meta") -> list[int]:
    return [client.get(path).status_code for _n in range(number)]


class TestWhoseBucket:
    def test_one_person_s_is_nobody_else_s(self, firm: Firm, settings: Any) -> None:
        settings.RATE_LIMIT = 5
        assert statuses(firm.client("owner"), 7) == [200] * 5 + [429] * 2
        assert statuses(firm.client("teammate"), 5) == [200] * 5
        program, _token = firm.token_client("owner", "read")
        assert statuses(program, 6) == [200] * 5 + [429]

    def test_every_browser_of_one_person_counts(self, firm: Firm, settings: Any) -> None:
        settings.RATE_LIMIT = 4
        assert statuses(firm.client("owner"), 2) == [200] * 2
        assert statuses(firm.client("owner"), 3) == [200] * 2 + [429]

    def test_strangers_by_address(self, firm: Firm, settings: Any) -> None:
        settings.RATE_LIMIT_OPEN = 3
        settings.TRUSTED_PROXIES = ["127.0.0.1"]

        def ask(address: str, path: str = "/api/v1/session") -> int:
            return Client(headers={"X-Forwarded-For": address}).get(path).status_code

        assert [ask("203.0.113.5") for _n in range(4)] == [200] * 3 + [429]
        assert ask("203.0.113.6") == 200
        # A subscriber has a whole network of the newer kind.
        assert [ask(f"2001:db8::{n}") for n in range(4)] == [200] * 3 + [429]
        assert ask("2001:db8:0:1::1") == 200
        assert [ask("203.0.113.7", f"/sso/{uuid4()}") for _n in range(4)] == [302] * 3 + [429]

    def test_whoever_watches_the_server_may_always(self, firm: Firm, settings: Any) -> None:
        settings.RATE_LIMIT_OPEN = 1
        assert statuses(Client(), 5, "/api/v1/health") == [200] * 5

    def test_writing_and_streams_count_too(self, firm: Firm, settings: Any) -> None:
        settings.RATE_LIMIT = 3
        client = firm.client("owner")
        made = client.post(
            "/api/v1/customers", {"name": "x", "kind": "person"}, content_type="application/json"
        )
        assert made.status_code == 201
        assert statuses(client, 1, "/api/v1/live") == [200]
        asked = {"format": "csv"}
        exported = client.post("/api/v1/customers/export", asked, content_type="application/json")
        assert exported.status_code in (200, 202)
        refused = client.post(
            "/api/v1/customers", {"name": "y", "kind": "person"}, content_type="application/json"
        )
        assert refused.status_code == 429

    def test_none_without_a_limit(self, firm: Firm, settings: Any) -> None:
        settings.RATE_LIMIT = 0
        answer = firm.client("owner").get("/api/v1/meta")
        assert "RateLimit" not in answer


class TestWhatIsTold:
    def test_how_much_is_left_and_when_to_come_again(self, firm: Firm, settings: Any) -> None:
        settings.RATE_LIMIT = 2
        client = firm.client("owner")
        first, second, third = (client.get("/api/v1/meta") for _n in range(3))
        assert first["RateLimit-Policy"] == '"requests";q=2;w=60'
        assert (first["RateLimit"], second["RateLimit"]) == (
            '"requests";r=1;t=30',
            '"requests";r=0;t=60',
        )
        assert third.status_code == 429
        assert third["Content-Type"] == "application/problem+json"
        problem = third.json()
        assert problem["code"] == "too_many_requests"
        assert problem["retry_after"] == int(third["Retry-After"]) == 30
        assert "30" in problem["detail"]
        chinese = client.get("/api/v1/meta", headers={"Accept-Language": "zh-CN"})
        assert "请求过多" in chinese.json()["detail"]

    def test_it_fills_evenly(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        at = [1000.0]
        monkeypatch.setattr(time, "monotonic", lambda: at[0])
        monkeypatch.setattr(limits, "_settle", lambda key, spent: 0.0)  # the others' part
        buckets = limits.Buckets()
        full = [buckets.take("x", 60) <= 60 for _n in range(61)]
        assert full == [True] * 60 + [False]
        at[0] += 3
        assert [buckets.take("x", 60) <= 60.01 for _n in range(4)] == [True] * 3 + [False]
        at[0] += 3600
        assert buckets.take("x", 60) == 1.0


def test_ordinary_requests_cost_no_statement(firm: Firm, settings: Any) -> None:
    client = firm.client("owner")
    client.get("/api/v1/meta")

    def counted(limit: int) -> list[int]:
        settings.RATE_LIMIT = limit
        counts = []
        for _n in range(20):
            with CaptureQueriesContext(connection) as queries:
                client.get("/api/v1/meta")
            counts.append(len(queries))
        return counts

    without, limited = counted(0), counted(500)  # which settles with every tenth
    assert [more - less for more, less in zip(limited, without, strict=True)] == [
        *([0] * 9), 1, *([0] * 9), 1,
    ]  # fmt: skip


def test_a_clock_set_back_locks_nobody_out(firm: Firm, settings: Any) -> None:
    settings.RATE_LIMIT = 10
    client = firm.client("owner")
    assert statuses(client, 2) == [200] * 2
    with connection.cursor() as cursor:
        cursor.execute("update platform_ratebucket set full_at = now() + interval '1 day'")
    limits.buckets = limits.Buckets()
    answer = client.get("/api/v1/meta")
    assert answer.status_code == 200
    refused = client.get("/api/v1/meta")
    assert (refused.status_code, 0 < int(refused["Retry-After"]) <= 12) == (429, True)


def test_full_buckets_are_forgotten_at_night(firm: Firm, settings: Any) -> None:
    settings.RATE_LIMIT = 10
    statuses(firm.client("owner"), 1)
    with connection.cursor() as cursor:
        cursor.execute("update platform_ratebucket set full_at = now() - interval '1 second'")
        forget_sessions(0)
        cursor.execute("select count(*) from platform_ratebucket")
        assert cursor.fetchone() == (0,)
