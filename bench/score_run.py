"""The score run against what the machine can do at best with the same data.

python bench/score_run.py --customers 1000000 prints JSON: seconds of each step, peak memory, and
the ratio of a run (Parquet to scores in force) to DuckDB's bare aggregation of that Parquet plus a
raw COPY of the result into a bare table. The refresh of the warehouse is told beside it.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from workspace import add_customers, analyze, bench_workspace, resting

DAYS = 1095  # three years of purchases
BETWEEN = (0.9, 45.0)  # Gamma shape and scale of a customer's rate: r, alpha in days
LEAVES = (1.2, 6.0)  # Beta of the chance to leave after a purchase
REPEATS = 3
DEEP = 20_000  # rows

RUN_ONCE = """
import datetime, json, resource, sys, time
import django
django.setup()
from guanxi.insight import services
from guanxi.insight.as_of import books_today
as_of = books_today() - datetime.timedelta(days=int(sys.argv[1]))
began = time.monotonic()
run = services.score_now(as_of=as_of)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": round(time.monotonic() - began, 2), "steps": run.timings,
                  "customers": run.customers, "warnings": run.warnings, "peak_mib": round(peak)}))
"""


def purchases(customers: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(customer number, day) of every purchase of a simulated MBG/NBD firm."""
    random = np.random.default_rng(seed)
    who = np.arange(1, customers + 1)
    rate = random.gamma(BETWEEN[0], 1 / BETWEEN[1], customers) + 1e-4
    leave = random.beta(*LEAVES, customers)
    when = random.uniform(0, DAYS, customers)
    found = []
    while len(who):
        found.append((who.copy(), when.astype(int)))
        stays = random.random(len(who)) > leave
        when = when + random.exponential(1 / rate)
        keep = stays & (when < DAYS)
        who, when, rate, leave = who[keep], when[keep], rate[keep], leave[keep]
    return np.concatenate([w for w, _d in found]), np.concatenate([d for _w, d in found])


LOAD = """
insert into sales_order (customer_id, source, number, ordered_at, ordered_on, currency)
select c.id, 'bench', p.n::text, (d.day + time '12:00') at time zone 'Asia/Shanghai', d.day, 'CNY'
from purchase p
join numbered c on c.no = p.customer
cross join lateral (select current_date - {days} + p.day as day) d;
insert into sales_orderline (order_id, position, quantity, unit_price, amount, cost)
select o.id, g, 1, a.amount, a.amount, round(a.amount * 0.7, 2)
from sales_order o
cross join generate_series(1, {lines}) g
cross join lateral (select round((exp(3 + random() * 2 + 0 * g))::numeric, 2) as amount) a;
"""

TOTALS = """
update sales_order o set total = s.amount
from (select order_id, sum(amount) as amount from sales_orderline group by order_id) s
where o.id = s.order_id
"""


def load(customers: int, lines_each: float, seed: int) -> dict[str, int]:
    """Make customers and purchases; triggers rest meanwhile, as this is not what is measured."""
    add_customers(1, customers)
    return add_purchases(customers, lines_each, seed)


def add_purchases(customers: int, lines_each: float, seed: int) -> dict[str, int]:
    """Orders of the customers that are there, with lines enough for `lines_each` on average."""
    who, day = purchases(customers, seed)
    per_order = max(1, round(lines_each * customers / len(who)))
    rows = io.StringIO()
    np.savetxt(rows, np.column_stack([np.arange(len(who)), who, day]), fmt="%d", delimiter="\t")
    with resting("sales_order", "sales_orderline") as owner:
        owner.execute("create temp table purchase (n int, customer int, day int)")
        owner.execute(
            "create temp table numbered as"
            " select id, row_number() over (order by created_at) as no from customers_customer"
        )
        with owner.cursor().copy("copy purchase from stdin") as copy:
            copy.write(rows.getvalue())
        owner.execute(LOAD.format(days=DAYS, lines=per_order))
        owner.execute(TOTALS)
    analyze()
    return {"customers": customers, "orders": len(who), "lines": len(who) * per_order}


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def bare_aggregation() -> float:
    """DuckDB alone: the simplest summary a customer of the very files that the run reads."""
    import duckdb

    from guanxi.insight import warehouse

    files = warehouse.line_files()
    engine = duckdb.connect(config={"memory_limit": "2GB"})
    lines = engine.read_parquet(files)
    measures = "count(distinct ordered_on), min(ordered_on), max(ordered_on), sum(amount)"
    return statistics.median(
        timed(lambda: lines.aggregate(f"customer_id, {measures}").to_arrow_table())
        for _ in range(REPEATS)
    )


def raw_copy() -> float:
    """COPY of the result as the run found it, as text already, into a table without any index."""
    from django.db import connection

    columns = "customer_id, " + ", ".join(
        f.column for f in score_model()._meta.fields if f.column != "customer_id"
    )
    times = []
    with connection.cursor() as cursor:
        raw = cursor.cursor
        buffer = bytearray()
        result = f"select {columns} from insight_customerscore"  # noqa: S608 - our own columns
        with raw.copy(f"copy ({result}) to stdout") as copy:
            for data in copy:
                buffer += data
        for _ in range(REPEATS):
            raw.execute(
                "create temp table bare as select * from insight_customerscore with no data"
            )
            began = time.perf_counter()
            with raw.copy(f"copy bare ({columns}) from stdin") as copy:
                for start in range(0, len(buffer), 1 << 20):
                    copy.write(bytes(buffer[start : start + (1 << 20)]))
            times.append(time.perf_counter() - began)
            raw.execute("drop table bare")
    return statistics.median(times)


def score_model() -> Any:
    from guanxi.insight.models import CustomerScore

    return CustomerScore


def run_once(days_ago: int) -> dict[str, Any]:
    """One whole run as of that day in a process of its own, as the worker does it."""
    command = [sys.executable, "-c", RUN_ONCE, str(days_ago)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return answer


def endpoints() -> dict[str, float]:
    """Milliseconds of the pages that show scores, median, for who sees all and who sees few."""
    from django.test import Client

    from guanxi.platform.access.models import User
    from guanxi.platform.access.sign_in import issue_token

    found = {}
    for role, username in (("all", "user100"), ("team", "user1")):
        user = User.objects.get_by_natural_key(username)
        _token, key = issue_token(user=user, name="bench", scopes=["read"])
        client = Client(headers={"authorization": f"Bearer {key}"})
        stage = '{"field":"stage","op":"in","value":["return"]}'
        for name, path in {
            "base": "/api/v1/insight/base",
            "attention": "/api/v1/insight/attention",
            "attention, mine": "/api/v1/insight/attention?mine=true",
            "customers by expected value": "/api/v1/customers?sort=-expected_value_12m",
            "customers of a stage": f"/api/v1/customers?filter={stage}",
            "customers of a stage by expected value": (
                f"/api/v1/customers?sort=-expected_value_12m&filter={stage}"
            ),
        }.items():
            times = []
            for _ in range(9):
                began = time.perf_counter()
                response = client.get(path)
                times.append((time.perf_counter() - began) * 1000)
                if response.status_code != 200:
                    raise SystemExit(response.content.decode())
            found[f"{name} ({role})"] = round(statistics.median(times), 1)
        found[f"customers by expected value, {DEEP:,}th ({role})"] = round(deep_page(client), 1)
    return found


def deep_page(client: Any) -> float:
    """Milliseconds of the page behind the first DEEP rows of a list sorted by a score."""
    path, cursor = "/api/v1/customers?sort=-expected_value_12m&limit=200", ""
    for _ in range(DEEP // 200):
        following = client.get(path + cursor).json()["next"]
        if following is None:
            break
        cursor = f"&cursor={following}"
    return statistics.median(timed(lambda: client.get(path + cursor)) for _ in range(9)) * 1000


def measure(customers: int, lines_each: float, seed: int) -> dict[str, Any]:
    loaded = load(customers, lines_each, seed)
    # The first of all; that of the night after, when nearly every score is another; the same again.
    runs = {"first": run_once(1), "next_day": run_once(0), "again": run_once(0)}
    analyze()
    best = {"aggregation": bare_aggregation(), "copy": raw_copy()}
    floor = sum(best.values())
    scored = {name: run["seconds"] - run["steps"]["refresh"] for name, run in runs.items()}
    return {
        "loaded": loaded,
        "runs": runs,
        "best_seconds": {name: round(seconds, 2) for name, seconds in best.items()},
        "ratio": {name: round(seconds / floor, 2) for name, seconds in scored.items()},
        "pages_ms": endpoints(),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=100_000)
    arguments.add_argument("--lines-each", type=float, default=10)
    arguments.add_argument("--seed", type=int, default=7)
    chosen = arguments.parse_args()
    with bench_workspace():
        print(json.dumps(measure(chosen.customers, chosen.lines_each, chosen.seed), indent=2))


if __name__ == "__main__":
    main()
