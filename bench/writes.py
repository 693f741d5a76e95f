"""Many records changed or read at once through the API, against the bare statement for them.

python bench/writes.py --customers 200000 prints JSON: seconds and ratios of a bulk edit of half of
them (a job, batch by batch) and of a pasted block of 10,000 cells against one UPDATE with the same
triggers and events, and of an export of all as CSV against COPY TO of the same columns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from workspace import add_customers, analyze, bench_workspace

REPEATS = 3
BLOCK_ROWS = 2000
BLOCK = ("remark", "city", "email", "credit_limit", "birthday")
HALF = {"field": "city", "op": "eq", "value": "half"}
COLUMNS = "name, kind, phone, email, city"


def seconds(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def compared(ours: Callable[[int], Any], bare: Callable[[int], Any]) -> dict[str, float]:
    """Medians of both in turn, and of their ratios."""
    pairs = [(seconds(lambda: ours(n)), seconds(lambda: bare(n))) for n in range(REPEATS)]  # noqa: B023  called at once
    return {
        "seconds": round(statistics.median(o for o, _b in pairs), 3),
        "bare_seconds": round(statistics.median(b for _o, b in pairs), 3),
        "ratio": round(statistics.median(o / b for o, b in pairs), 2),
    }


def exporting(client: Any, customers: int) -> tuple[Callable[[int], Any], Callable[[int], Any]]:
    """An export of all as CSV, and COPY TO of the same columns."""
    from django.db import connection

    def export(_n: int) -> None:
        body = {"fields": COLUMNS.split(", ")}
        answer = client.post("/api/v1/customers/export", body, content_type="application/json")
        if sum(part.count(b"\n") for part in answer.streaming_content) <= customers:
            raise SystemExit("the export is too short")

    def copy(_n: int) -> None:
        listed = f"select {COLUMNS} from customers_customer where deleted_at is null order by id"  # noqa: S608
        with (
            connection.cursor() as cursor,
            cursor.cursor.copy(f"copy ({listed}) to stdout (format csv)") as rows,
        ):
            for _part in rows:
                pass

    return export, copy


def measure(customers: int) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client

    from guanxi.platform.access.models import User
    from guanxi.platform.access.sign_in import issue_token
    from guanxi.platform.jobs.tasks import run_job

    add_customers(1, customers)
    user = User.objects.get_by_natural_key("user100")
    _token, key = issue_token(user=user, name="bench", scopes=["read", "write"])
    client = Client(headers={"authorization": f"Bearer {key}"})

    def ask(method: str, path: str, body: Any) -> Any:
        call = getattr(client, method)
        answer = call(f"/api/v1/{path}", body, content_type="application/json")
        if answer.status_code >= 400:
            raise SystemExit(answer.content.decode())
        return answer.json()

    def run(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    def bulk_edit(n: int) -> None:
        job = ask("post", "customers/bulk", {"filter": HALF, "set": {"remark": f"ours {n}"}})
        run_job(str(job["id"]))

    def bare_edit(n: int) -> None:
        run(f"update customers_customer set remark = 'bare {n}' where city = 'half'")  # noqa: S608

    with connection.cursor() as cursor:
        cursor.execute("select id::text from customers_customer order by id limit %s", [BLOCK_ROWS])
        ids = [pk for (pk,) in cursor.fetchall()]

    def block(n: int) -> None:
        values = (f"note {n}", f"town {n}", f"new{n}@example.com", f"{n}00", f"199{n}-01-31")
        cells = dict(zip(BLOCK, values, strict=True))
        ask("patch", "customers", {"rows": [{"id": pk, "set": cells} for pk in ids]})

    def bare_block(n: int) -> None:
        listed = ", ".join(f"'{pk}'" for pk in ids)
        run(
            f"update customers_customer set remark = 'bare {n}', city = 'bare {n}',"  # noqa: S608
            f" email = 'bare{n}@example.com', credit_limit = {n}, birthday = '198{n}-01-31'"
            f" where id in ({listed})"
        )

    # As in a server that has served: its triggers keep the plans they made for one row.
    for n in range(3):
        ask("patch", f"customers/{ids[0]}", {"remark": f"first {n}"})
    found = {}
    for name, ours, bare in (
        ("export", *exporting(client, customers)),
        ("bulk_edit", bulk_edit, bare_edit),
        ("block", block, bare_block),
    ):
        found[name] = compared(ours, bare)
        analyze()
    return {
        "customers": customers,
        "edited": customers // 2,
        "cells": BLOCK_ROWS * len(BLOCK),
        **found,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=200_000)
    chosen = arguments.parse_args()
    with bench_workspace():
        print(json.dumps(measure(chosen.customers), indent=2))


if __name__ == "__main__":
    main()
