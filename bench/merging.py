"""Merging two customers with many references each and taking it back, against bare UPDATEs.

python bench/merging.py --references 10000 prints JSON: seconds and ratios. The bare statements give
the rows of one customer of such a pair to the other, table by table, with the same triggers and
events, and give them back again by their ids.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
from typing import Any
from uuid import UUID

from workspace import add_customers, analyze, bench_workspace
from writes import seconds

PAIRS = 5
BYSTANDERS = 20_000  # customers with references of their own, so that tables are not the pairs'
# Of the references of one customer; the rest are orders.
INTERACTIONS, TASKS = 0.6, 0.1
REFERENCES = {
    "interactions_interaction": """
insert into interactions_interaction (customer_id, owner_id, channel, subject, happened_at)
select c.id, c.owner_id, 'call', 'call ' || k, now() - k * interval '1 hour'
from customers_customer c cross join generate_series(1, %(interactions)s) k where c.id = any(%(of)s)
""",
    "interactions_task": """
insert into interactions_task (customer_id, owner_id, title)
select c.id, c.owner_id, 'task ' || k
from customers_customer c cross join generate_series(1, %(tasks)s) k where c.id = any(%(of)s)
""",
    "sales_order": """
insert into sales_order
    (customer_id, owner_id, source, number, ordered_at, ordered_on, currency, status)
select c.id, c.owner_id, 'bench', c.id || '-' || k, d.day, d.day, 'CNY', 'completed'
from customers_customer c cross join generate_series(1, %(orders)s) k
cross join lateral (select current_date - k %% 1000 as day) d where c.id = any(%(of)s)
""",
}


def add_references(references: int, pairs: list[list[UUID]]) -> None:
    from django.db import connection

    counts = {
        "interactions": round(references * INTERACTIONS),
        "tasks": round(references * TASKS),
    }
    counts["orders"] = references - sum(counts.values())
    with connection.cursor() as cursor:
        for statement in REFERENCES.values():
            for pair in pairs:
                cursor.execute(statement, {**counts, "of": pair})
    analyze()


def bare(giver: UUID, taker: UUID) -> tuple[float, float]:
    """Seconds of giving all references of one customer to another, and back."""
    from django.db import connection, transaction

    moved: dict[str, list[Any]] = {}

    def there() -> None:
        for table in REFERENCES:
            cursor.execute(
                f"with moved as (update {table} set customer_id = %s where customer_id = %s"  # noqa: S608
                " returning id) select array_agg(id) from moved",
                [taker, giver],
            )
            (moved[table],) = cursor.fetchone()

    def back() -> None:
        for table, ids in moved.items():
            cursor.execute(
                f"update {table} set customer_id = %s where id = any(%s)",  # noqa: S608
                [giver, ids],
            )

    def whole(work: Any) -> None:
        with transaction.atomic():
            work()

    with connection.cursor() as cursor:
        return seconds(lambda: whole(there)), seconds(lambda: whole(back))


def measure(references: int) -> dict[str, Any]:
    from django.test import Client

    from guanxi.customers.models import Customer
    from guanxi.platform.access.models import User
    from guanxi.platform.access.sign_in import issue_token

    add_customers(1, BYSTANDERS)
    persons = Customer.objects.filter(kind="person").order_by("id").values_list("id", flat=True)
    ids = list(persons[: 4 * PAIRS])
    pairs = [ids[n : n + 2] for n in range(0, len(ids), 2)]
    add_references(references, pairs)
    user = User.objects.get_by_natural_key("user100")
    _token, key = issue_token(user=user, name="bench", scopes=["read", "write"])
    client = Client(headers={"authorization": f"Bearer {key}"})

    def ask(path: str, body: Any) -> Any:
        answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
        if answer.status_code >= 400:
            raise SystemExit(answer.content.decode())
        return answer.json()

    took: dict[str, list[tuple[float, float]]] = {"merge": [], "unmerge": []}
    for ours, others in zip(pairs[::2], pairs[1::2], strict=True):
        merges: list[Any] = []
        merged = seconds(
            lambda: merges.append(ask("customers/merge", {"ids": ours, "survivor": ours[0]}))  # noqa: B023
        )
        taken_back = seconds(lambda: ask(f"merges/{merges[0]['id']}/undo", {}))  # noqa: B023
        there, back = bare(others[1], others[0])
        took["merge"].append((merged, there))
        took["unmerge"].append((taken_back, back))
        analyze()
    return {name: told(pairs) for name, pairs in took.items()}


def told(pairs: list[tuple[float, float]]) -> dict[str, float]:
    """Medians of both, and of their ratios."""
    return {
        "seconds": round(statistics.median(ours for ours, _b in pairs), 3),
        "bare_seconds": round(statistics.median(bare for _o, bare in pairs), 3),
        "ratio": round(statistics.median(ours / bare for ours, bare in pairs), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--references", type=int, default=10_000)
    references = parser.parse_args().references
    os.environ["GUANXI_RATE_LIMIT"] = "0"
    with bench_workspace():
        figures = measure(references)
    print(json.dumps({"references": references, "pairs": PAIRS, **figures}, indent=2))


if __name__ == "__main__":
    main()
