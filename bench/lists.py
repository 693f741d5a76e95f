"""Lists and record pages at two sizes, per role, against the same rows by hand-written SQL.

python bench/lists.py --small 10000 --large 1000000 prints JSON: milliseconds at the 95th percentile
through the whole API (in this process), their ratio between the sizes, and the ratio to bare SQL.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection
from typing import Any

from workspace import add_customers, bench_workspace

ROUNDS = 60


def p95(call: Callable[[], Any]) -> float:
    """The 95th percentile of ROUNDS calls, in milliseconds, after five to warm up."""
    for _ in range(5):
        call()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(times, n=20)[-1]


def filtered(city: str) -> str:
    condition = json.dumps({"field": "city", "op": "eq", "value": city})
    return f"/api/v1/customers?filter={condition}"


COLUMNS = (
    "select id, name, kind, phone, email, city, owner_id"
    " from customers_customer where deleted_at is null"
)


TIMELINE = """
(select happened_at at, 'interaction' kind, to_jsonb(i) from interactions_interaction i
 where customer_id = %(id)s and deleted_at is null order by happened_at desc, id desc limit 51)
union all
(select created_at, 'task', to_jsonb(t) from interactions_task t
 where customer_id = %(id)s and deleted_at is null order by created_at desc, id desc limit 51)
union all
(select ordered_at, 'order', to_jsonb(o) from sales_order o
 where customer_id = %(id)s and deleted_at is null order by ordered_at desc, id desc limit 51)
union all
(select at, 'change', to_jsonb(e) from platform_event e
 where record_id = %(id)s and object = 'customer' order by id desc limit 51)
order by at desc limit 51
"""


def bare_sql(path: str, owners: list[Any] | None, record: str) -> tuple[str, Any]:
    """What a person would write by hand for the same rows."""
    if path.endswith("/timeline"):
        return TIMELINE, {"id": record}
    if record in path:
        return "select * from customers_customer where id = %s", [record]
    where, params = "", []
    for city in ("rare", "some", "half"):
        if f'"{city}"' in path:
            where, params = " and city = %s", [city]
    if owners:
        where, params = where + " and (owner_id = any(%s) or owner_id is null)", [*params, owners]
    return f"{COLUMNS}{where} order by name_sort, id limit 51", params


def measure() -> dict[str, dict[str, float]]:
    from django.db import connection
    from django.test import Client

    from guanxi.customers.models import Customer
    from guanxi.platform.access.models import User
    from guanxi.platform.access.predicate import Asker
    from guanxi.platform.access.sign_in import issue_token

    figures = {}
    for role, username in (("administrator", "user100"), ("account_manager", "user1")):
        user = User.objects.get_by_natural_key(username)
        _token, key = issue_token(user=user, name="bench", scopes=["read"])
        client = Client(headers={"authorization": f"Bearer {key}"})
        owners = None if role == "administrator" else Asker(user).colleagues
        mine = Customer.objects.filter(owner=user).order_by("-created_at").first()
        assert mine is not None
        record = str(mine.pk)
        pages = {
            "first page": "/api/v1/customers",
            "filter .01 %": filtered("rare"),
            "filter 1 %": filtered("some"),
            "filter 50 %": filtered("half"),
            "record": f"/api/v1/customers/{record}",
            "record timeline": f"/api/v1/customers/{record}/timeline",
        }
        for name, path in pages.items():
            response = client.get(path)
            assert response.status_code == 200, response.content
            query, params = bare_sql(path, owners, record)

            def by_hand(query: str = query, params: Any = params) -> None:
                with connection.cursor() as cursor:
                    cursor.execute(query, params)
                    cursor.fetchall()

            figures[f"{role}: {name}"] = {
                "api_ms": round(p95(partial(client.get, path)), 2),
                "sql_ms": round(p95(by_hand), 2),
            }
    return figures


def requests_per_second(seconds: float = 8, clients: int = 8) -> dict[str, float]:
    """First pages a second for several clients of a real server with two workers; its memory."""
    from guanxi.platform.access.models import User
    from guanxi.platform.access.sign_in import issue_token

    user = User.objects.get_by_natural_key("user100")
    _token, key = issue_token(user=user, name="bench", scopes=["read"])
    import psutil

    size = ["--workers", "2", "--threads", "4"]
    server = subprocess.Popen(
        [sys.executable, "-m", "guanxi.cli", "web", "--host=127.0.0.1", "--port=8899", *size],
        env={**os.environ, "GUANXI_DATABASE_POOL": "5", "GUANXI_RATE_LIMIT": "0"},
    )
    done = [0] * clients
    stop = threading.Event()

    def ask(i: int) -> None:
        connection = HTTPConnection("127.0.0.1", 8899)
        while not stop.is_set():
            connection.request(
                "GET", "/api/v1/customers", headers={"Authorization": f"Bearer {key}"}
            )
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError(response.status)
            done[i] += 1

    try:
        for _ in range(100):
            try:
                HTTPConnection("127.0.0.1", 8899).connect()
                break
            except OSError:
                time.sleep(0.1)  # the server is still starting
        threads = [threading.Thread(target=ask, args=(i,)) for i in range(clients)]
        for thread in threads:
            thread.start()
        time.sleep(2)  # the first answers are slower: every process and plan is new
        start, before = time.perf_counter(), sum(done)
        time.sleep(seconds)
        rate = (sum(done) - before) / (time.perf_counter() - start)
        tree = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        memory = sum(p.memory_full_info().pss for p in tree) / 2**20
        stop.set()
        for thread in threads:
            thread.join()
    finally:
        server.terminate()
        server.wait()
    return {"requests_per_second": round(rate, 1), "server_mib": round(memory, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    options = parser.parse_args()
    with bench_workspace():
        add_customers(1, options.small)
        small = measure()
        add_customers(options.small + 1, options.large)
        large = measure()
        rate = requests_per_second()
    rows = {
        name: {
            "small_ms": small[name]["api_ms"],
            "large_ms": large[name]["api_ms"],
            "large_to_small": round(large[name]["api_ms"] / small[name]["api_ms"], 2),
            "sql_ms": large[name]["sql_ms"],
            "to_sql": round(large[name]["api_ms"] / large[name]["sql_ms"], 1),
        }
        for name in small
    }
    print(
        json.dumps(
            {"sizes": [options.small, options.large], "p95": rows, **rate},
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
