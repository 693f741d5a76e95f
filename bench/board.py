"""A board of ten columns at two sizes, per role: the whole API against the same totals by hand.

python bench/board.py --small 1000 --large 100000 prints JSON: milliseconds at the 95th percentile,
their ratio between the sizes, the ratio to bare SQL that counts and adds up alone, and the queries.
"""

from __future__ import annotations

import argparse
import json
import os
from functools import partial
from typing import Any

from lists import p95
from workspace import add_people, analyze, bench_workspace, machine

COLUMNS = 10

# Ten owners are ten columns; the rest of the people have nothing.
TASKS = """
insert into interactions_task (title, kind, status, owner_id, due_on, created_at)
select 'task ' || md5(i::text), 'call', 'open', u.id,
       date '2026-01-01' + (hashint4(i) & 1023), timestamptz '2026-01-01' + i * interval '1 second'
from generate_series({first}, {last}) i
join (
    select id, row_number() over (order by length(username), username) - 1 as n from platform_user
) u
    on u.n = i % {columns} * 10
"""
BY_HAND = """
select owner_id, count(*) from interactions_task where deleted_at is null group by owner_id
"""


def add_tasks(first: int, last: int) -> None:
    from django.db import connection

    add_people()
    with connection.cursor() as cursor:
        cursor.execute(TASKS.format(first=first, last=last, columns=COLUMNS))
    analyze()


def measure() -> dict[str, dict[str, Any]]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from guanxi.platform.access.models import User
    from guanxi.platform.access.sign_in import issue_token

    def by_hand() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BY_HAND)
            cursor.fetchall()

    figures = {}
    for role, username in (("administrator", "user100"), ("account_manager", "user1")):
        user = User.objects.get_by_natural_key(username)
        _token, key = issue_token(user=user, name="bench", scopes=["read"])
        client = Client(headers={"authorization": f"Bearer {key}"})
        ask = partial(client.get, "/api/v1/tasks/board", {"by": "owner", "limit": 30})
        response = ask()
        assert response.status_code == 200, response.content
        with CaptureQueriesContext(connection) as queries:
            columns = ask().json()["columns"]
        figures[role] = {
            "columns": len([c for c in columns if c["count"]]),
            "queries_of_records": sum('FROM "interactions_task"' in q["sql"] for q in queries),
            "api_ms": round(p95(ask), 2),
            "sql_ms": round(p95(by_hand), 2),
        }
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=100 * COLUMNS)
    parser.add_argument("--large", type=int, default=10_000 * COLUMNS)
    options = parser.parse_args()
    with bench_workspace():
        add_tasks(1, options.small)
        small = measure()
        add_tasks(options.small + 1, options.large)
        large = measure()
    rows = {
        role: {
            **{name: large[role][name] for name in ("columns", "queries_of_records", "sql_ms")},
            "small_ms": small[role]["api_ms"],
            "large_ms": large[role]["api_ms"],
            "large_to_small": round(large[role]["api_ms"] / small[role]["api_ms"], 2),
            "to_sql": round(large[role]["api_ms"] / large[role]["sql_ms"], 1),
        }
        for role in small
    }
    figures = {
        "sizes": [options.small, options.large],
        "p95": rows,
        "load": os.getloadavg(),
        "machine": machine(),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
