"""One workspace at the size of a large firm: everything people wait for, in milliseconds.

python bench/scale.py makes 1,000,000 customers, as many order lines and interactions as ten each,
and a board of 100,000 tasks, all by the database itself and the same every time, and has them
scored. Prints JSON: the 95th percentile by role of lists, record, timeline, search, board, home and
totals; how long a change is on its way to a browser; an export of all against COPY TO.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import threading
import time
from functools import partial
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import board
import lists
import score_run
import search
from served import Browser, Served, serving
from workspace import analyze, bench_workspace, machine, resting
from writes import compared, exporting

PEOPLE = (("administrator", "user100"), ("account_manager", "user1"))
CHANGES = 200  # whose way to a browser is measured
ARRIVES = 30.0  # seconds at most
EVENT_MEDIAN = 300  # milliseconds at most, or the proof fails
BOARD_QUERIES = 2

# Words of search are made of them, as always; events, which nobody reads here, are not.
INTERACTIONS = """
insert into interactions_interaction
    (customer_id, owner_id, channel, direction, subject, happened_at, created_at)
select c.id, c.owner_id, (array['call', 'email', 'visit', 'meeting'])[1 + k % 4],
       case when k % 3 = 0 then 'in' else 'out' end, 'about ' || md5(c.no || ':' || k), d.at, d.at
from numbered c
cross join generate_series(1, {each}) k
cross join lateral (
    select timestamptz '2026-06-01'
           - (hashint8(c.no * 1000 + k) & 1048575) * interval '1 minute' as at
) d
where c.no between {first} and {last}
"""
STEP = 20_000  # customers whose interactions are one transaction


def fill(customers: int, each: int, cards: int, seed: int) -> dict[str, int]:
    """Make all rows; tells how many of which."""
    from guanxi.platform.search.tasks import index_waiting

    search.add_customers(1, customers)
    made = score_run.add_purchases(customers, each, seed)
    with resting("interactions_interaction", triggers="guanxi_event_insert") as owner:
        owner.execute(
            "create temp table numbered as select id, owner_id,"
            " row_number() over (order by created_at) as no from customers_customer"
        )
        for first in range(1, customers + 1, STEP):
            owner.execute(INTERACTIONS.format(each=each, first=first, last=first + STEP - 1))
    board.add_tasks(1, cards)
    index_waiting()
    analyze()
    return {**made, "interactions": customers * each, "tasks": cards}


def pages(client: Any) -> dict[str, Any]:
    """What people look at that no other measurement asks for."""
    by_stage = {"group": "stage", "measures": "sum:expected_value_12m"}
    by_month = {"group": "ordered_at:month", "measures": "sum:reporting_total"}
    some = json.dumps({"field": "city", "op": "eq", "value": "some"})
    return {
        "totals of customers by stage": partial(
            client.get, "/api/v1/customers/aggregate", by_stage
        ),
        "totals of 1 % of customers": partial(
            client.get, "/api/v1/customers/aggregate", {**by_stage, "filter": some}
        ),
        "totals of orders by month": partial(client.get, "/api/v1/orders/aggregate", by_month),
        "count of customers": partial(client.get, "/api/v1/customers/count"),
        "first page of order lines": partial(client.get, "/api/v1/order-lines"),
        "first page of interactions": partial(client.get, "/api/v1/interactions"),
        "home: state of the base": partial(client.get, "/api/v1/insight/base"),
        "home: who needs attention": partial(client.get, "/api/v1/insight/attention?mine=true"),
        "home: unread": partial(client.get, "/api/v1/notifications/unread"),
    }


def key_of(username: str) -> str:
    from guanxi.platform.access.models import User
    from guanxi.platform.access.sign_in import issue_token

    user = User.objects.get_by_natural_key(username)
    _token, key = issue_token(user=user, name="bench", scopes=["read", "write"])
    return str(key)


def measure() -> dict[str, float]:
    """Milliseconds at the 95th percentile of everything that is read, by role."""
    from django.test import Client

    found = {name: some["api_ms"] for name, some in lists.measure().items()}
    found |= {f"{name} in search": round(ms, 2) for name, ms in search.measure().items()}
    for role, username in PEOPLE:
        client = Client(headers={"authorization": f"Bearer {key_of(username)}"})
        for name, ask in pages(client).items():
            answer = ask()
            if answer.status_code != 200:
                raise SystemExit(f"{name}: {answer.content.decode()}")
            found[f"{role}: {name}"] = round(lists.p95(ask), 2)
    return found


def on_their_way(home: Path, changes: int) -> dict[str, float]:
    """Milliseconds from sending a change until another's open stream tells of it.

    The real server is asked over HTTP; the change itself, from request to answer, is part of it.
    """
    from guanxi.customers.models import Customer
    from guanxi.platform.access.models import User

    owner = User.objects.get_by_natural_key("user1")
    records = [
        str(pk)
        for pk in Customer.objects.filter(owner=owner).values_list("pk", flat=True)[:changes]
    ]
    served = Served(home)
    arrived: Queue[tuple[float, str]] = Queue()
    listener, writer = (
        Browser(served.port, headers={"Authorization": f"Bearer {key_of(name)}"})
        for name in ("user1", "user100")
    )
    taken = []
    with serving(served):
        stream = listener.listen()

        def listen() -> None:
            for line in stream:
                if line.startswith(b"data:"):
                    arrived.put((time.perf_counter(), line.decode()))

        threading.Thread(target=listen, daemon=True).start()
        for number, pk in enumerate(records):
            began = time.perf_counter()
            writer.must("PATCH", f"customers/{pk}", {"remark": f"live {number}"})
            taken.append((arrival(arrived, pk) - began) * 1000)
    served.log.unlink()  # it lies beside the workspace's folder
    cuts = statistics.quantiles(taken, n=20)
    return {
        "changes": len(taken),
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(cuts[-1], 1),
    }


def arrival(arrived: Queue[tuple[float, str]], pk: str) -> float:
    """When the stream told of that record."""
    while True:
        try:
            at, told = arrived.get(timeout=ARRIVES)
        except Empty:
            raise SystemExit(f"No stream told of {pk} within {ARRIVES:.0f} s.") from None
        if pk in told:
            return at


def export(customers: int) -> dict[str, float]:
    from django.test import Client

    client = Client(headers={"authorization": f"Bearer {key_of('user100')}"})
    return compared(*exporting(client, customers))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=10, help="order lines, interactions a customer")
    parser.add_argument("--cards", type=int, default=10_000 * board.COLUMNS)
    parser.add_argument("--changes", type=int, default=CHANGES, help="seen in another's browser")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    with bench_workspace() as home:
        made = fill(chosen.customers, chosen.each, chosen.cards, chosen.seed)
        scored = score_run.run_once()
        analyze()
        boards = board.measure()
        figures = {
            "made": made,
            "score_run_seconds": scored["seconds"],
            "p95_ms": measure(),
            "board": boards,
            "event_to_browser": on_their_way(home, chosen.changes),
            "export": export(chosen.customers),
            "load": os.getloadavg(),
            "machine": machine(),
        }
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    if figures["event_to_browser"]["median_ms"] > EVENT_MEDIAN:
        raise SystemExit(f"A change is on its way for more than {EVENT_MEDIAN} ms.")
    if any(some["queries_of_records"] > BOARD_QUERIES for some in boards.values()):
        raise SystemExit(f"A board asks for its cards more than {BOARD_QUERIES} times.")


if __name__ == "__main__":
    main()
