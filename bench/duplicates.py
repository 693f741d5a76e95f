"""Asking whether a customer exists already, against reading one by its key through the same API.

python bench/duplicates.py --customers 1000000 prints JSON: milliseconds at the 95th percentile in
this process, both called in turns, for who sees all and who sees a team's: of somebody new,
somebody known, a firm, and a name and a phone that 5,000 share.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from workspace import add_customers, analyze, bench_workspace

SHARED = 5000
WARM, ROUNDS = 5, 200
PATH = "/api/v1/customers"
SWITCHBOARD = """
update customers_customer set phone = '01060000000', phone_normal = '+861060000000'
where id in (select id from customers_customer order by created_at limit {shared})
"""
NAMESAKES = """
update customers_customer set name = '王伟', name_sort = 'wang wei', name_match = '王伟'
where kind = 'person' and id in (
    select id from customers_customer order by created_at desc limit {shared})
"""


def drafts() -> dict[str, Any]:
    """Bodies to ask with, each time another where there are many."""
    from guanxi.customers.models import Customer

    known = Customer.objects.exclude(phone="01060000000").exclude(name="王伟").order_by("id")
    persons = list(known.filter(kind="person").values("name", "kind", "phone", "email")[:200])
    firms = list(known.filter(kind="organization").values("name", "kind", "city")[:200])
    new = [
        {"name": f"Newcomer {i}", "kind": "person", "phone": f"1399{i:07}", "city": "some"}
        for i in range(200)
    ]
    return {
        "somebody new": new,
        "somebody known": persons,
        "a firm": [{**f, "name": f"{f['name']} Co., Ltd."} for f in firms],
        "a name of thousands": [{"name": "王伟", "kind": "person", "phone": "13999999999"}],
        "a phone of thousands": [{"name": "Newcomer", "kind": "person", "phone": "01060000000"}],
    }


def compared(read: Callable[[], Any], ask: Callable[[], Any]) -> dict[str, float]:
    """Milliseconds of both, called in turns: whatever else the machine does slows both."""
    times: dict[Callable[[], Any], list[float]] = {read: [], ask: []}
    for turn in range(WARM + ROUNDS):
        for call, took in times.items():
            began = time.perf_counter()
            answer = call()
            if turn >= WARM:
                took.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise SystemExit(answer.content)
    p95 = {call: statistics.quantiles(took, n=20)[-1] for call, took in times.items()}
    return {
        "read_ms": round(p95[read], 2),
        "ask_ms": round(p95[ask], 2),
        "to_read": round(p95[ask] / p95[read], 2),
    }


def measure() -> dict[str, dict[str, float]]:
    from django.test import Client

    from guanxi.customers.models import Customer
    from guanxi.platform.access.models import User
    from guanxi.platform.access.sign_in import issue_token

    figures = {}
    for role, username in (("administrator", "user100"), ("account_manager", "user1")):
        user = User.objects.get_by_natural_key(username)
        _token, key = issue_token(user=user, name="bench", scopes=["read", "write"])
        client = Client(headers={"authorization": f"Bearer {key}"})
        mine = [str(pk) for pk in Customer.objects.filter(owner=user).values_list("pk", flat=True)]
        one = itertools.cycle(mine[:200])
        for name, bodies in drafts().items():
            body = itertools.cycle(bodies)

            def read(client: Any = client, one: Any = one) -> Any:
                return client.get(f"{PATH}/{next(one)}")

            def ask(client: Any = client, body: Any = body) -> Any:
                return client.post(f"{PATH}/duplicates", next(body), "application/json")

            figures[f"{role}: {name}"] = compared(read, ask)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    options = parser.parse_args()
    os.environ["GUANXI_RATE_LIMIT"] = "0"
    with bench_workspace():
        add_customers(1, options.customers)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(SWITCHBOARD.format(shared=SHARED))
            cursor.execute(NAMESAKES.format(shared=SHARED))
        analyze()
        figures = measure()
    print(json.dumps({"customers": options.customers, "shared": SHARED, "p95": figures}, indent=2))


if __name__ == "__main__":
    main()
