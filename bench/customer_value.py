"""How long does it take to say what a firm's customers are worth, and does it add up at that size?

    python bench/customer_value.py --customers 1000000

Simulated customers with five order lines each on the average; every part of the library's `value`
and `over_time` in turn, each timed once, from Arrow tables to its result. Sums are held against
whole cents added up by NumPy. Prints JSON.
"""

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

REPOSITORY = Path(__file__).parent.parent
AS_OF = dt.date(2025, 12, 31)
LINES_PER_CUSTOMER = 5
SEGMENTS = np.array(["north", "south", "east", "west", "abroad"])
FIRST_DAY, DAYS = np.datetime64("2023-01-01"), 1095


def main() -> None:
    """Simulate, time each part, check the sums, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.path.insert(0, str(REPOSITORY))
    seconds: dict[str, float] = {}

    def timed(name: str, part: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        result = part()
        seconds[name] = round(time.perf_counter() - began, 2)
        return result

    random = np.random.default_rng(options.seed)
    checks = {
        **of_lines(random, options.customers, timed),
        **of_snapshots(random, options.customers, timed),
    }
    of_figures(random, options.customers, timed)
    report = {
        "customers": options.customers,
        "order_lines": options.customers * LINES_PER_CUSTOMER,
        "seed": options.seed,
        "processors": os.cpu_count(),
        "seconds": seconds,
        "seconds_in_all": round(sum(seconds.values()), 1),
        "adds_up": checks,
    }
    print(json.dumps(report, indent=2))
    if not all(checks.values()):
        sys.exit("sums differ")


Timed = Callable[[str, Callable[[], Any]], Any]


def of_lines(random: np.random.Generator, customers: int, timed: Timed) -> dict[str, bool]:
    """The ledger, cohorts, the repeat curve, and the sources that customers came from."""
    from guanxi.analytics.over_time import cohorts, repeat_curve
    from guanxi.analytics.value import acquisition_by_source, value_entries, value_ledger

    rows = customers * LINES_PER_CUSTOMER
    who = random.integers(0, customers, rows)
    on = FIRST_DAY + random.integers(0, DAYS, rows)
    cents = random.integers(100, 100_000, rows)
    lines = pa.table(
        {
            "customer_id": who,
            "order_id": np.arange(rows),
            "line_id": np.arange(rows),
            "ordered_on": pa.array(on),
            "kind": pa.array(np.full(rows, "sale")),
            "amount": money(cents),
            "list_amount": money(cents + 50),
            "cost": money(cents // 2),
        }
    )
    ledger = timed(
        "value_ledger",
        lambda: value_ledger(value_entries(lines=lines, as_of=AS_OF)).to_pyarrow(),
    )
    followed = timed("cohorts", lambda: cohorts(lines, as_of=AS_OF))
    timed(
        "repeat_curve",
        lambda: repeat_curve(lines, customer="customer_id", date="ordered_on", as_of=AS_OF),
    )
    people = pa.table(
        {
            "customer_id": np.arange(customers),
            "source": SEGMENTS[random.integers(0, len(SEGMENTS), customers)],
            "acquired_on": pa.array(FIRST_DAY + random.integers(0, DAYS, customers)),
            "expected_value": random.gamma(1, 100, customers),
            "kept": random.random(customers) < 0.6,
        }
    )
    costs = pa.table({"source": SEGMENTS, "cost": [10_000] * len(SEGMENTS)})
    timed(
        "acquisition_by_source",
        lambda: acquisition_by_source(people, ledger, costs, as_of=AS_OF),
    )
    return {
        "months_to_lines": in_cents(ledger["revenue"]) == int(cents.sum()),
        "margins_to_lines": in_cents(ledger["margin"]) == int((cents - cents // 2).sum()),
        "cohorts_to_lines": in_cents(followed["value"]) == int(cents.sum()),
    }


def of_snapshots(random: np.random.Generator, customers: int, timed: Timed) -> dict[str, bool]:
    """The equity statement with its gap board, and the flows between stages."""
    from guanxi.analytics import STAGES
    from guanxi.analytics.over_time import stage_flows_between, transition_matrix
    from guanxi.analytics.value import equity_statement, gap_board

    cents = [random.integers(1, 1_000_000, customers) for _ in range(2)]
    stages = [random.integers(0, len(STAGES), customers) for _ in range(2)]
    opening, closing = (
        pa.table(
            {
                "customer_id": np.arange(customers),
                "value": money(worth),
                "stage": np.array(STAGES)[stage],
                "segment": SEGMENTS[random.integers(0, len(SEGMENTS), customers)],
            }
        )
        for worth, stage in zip(cents, stages, strict=True)
    )
    statement = timed(
        "equity_statement",
        lambda: equity_statement(opening, closing, stage="stage", segment="segment"),
    )
    timed("gap_board", lambda: gap_board(statement))
    flows = timed("stage_flows_between", lambda: stage_flows_between(opening, closing))
    transition_matrix(flows)
    counted = [~np.isin(stage, (STAGES.index("potential"), STAGES.index("termination")))
               for stage in stages]  # fmt: skip
    total = statement.total
    change = total["acquired"] + total["grown"] - total["shrunk"] - total["lost"]
    held = [int(worth[counts].sum()) for worth, counts in zip(cents, counted, strict=True)]
    return {
        "statement_balances": total["opening"] + change == total["closing"],
        "statement_to_snapshots": [total[end] * 100 for end in ("opening", "closing")] == held,
    }


def of_figures(random: np.random.Generator, customers: int, timed: Timed) -> None:
    """The index with its sensitivity, wallets, and the referral tree."""
    from guanxi.analytics.value import (
        Indicator,
        rank_sensitivity,
        referral_value,
        share_of_wallet,
        value_index,
    )

    columns = {f"indicator_{n}": random.gamma(1, 10, customers) for n in range(6)}
    indicators = [Indicator(name, weight=n + 1) for n, name in enumerate(columns)]
    index = timed("value_index", lambda: value_index(columns, indicators))
    timed("rank_sensitivity", lambda: rank_sensitivity(index))
    peers = random.integers(0, 50, customers)
    timed("share_of_wallet", lambda: share_of_wallet(columns["indicator_0"], peers=peers))
    # Everybody but the first was referred by somebody who was there before.
    parents = (random.random(customers) * np.arange(customers)).astype(np.int64)
    links = pa.table(
        {
            "customer_id": np.arange(1, customers),
            "referrer_id": parents[1:],
            "referred_on": pa.nulls(customers - 1, pa.date32()),
        }
    )
    worth = pa.table({"customer_id": np.arange(customers), "value": columns["indicator_1"]})
    timed("referral_value", lambda: referral_value(links, worth, would_have_come=0.5))


def money(cents: np.ndarray) -> pa.Array:
    """Whole cents as decimals, without a Python object a row."""
    wide = np.zeros((len(cents), 2), "<i8")
    wide[:, 0] = cents * 100
    return pa.Array.from_buffers(
        pa.decimal128(19, 4), len(cents), [None, pa.py_buffer(np.ascontiguousarray(wide))]
    )


def in_cents(column: pa.ChunkedArray) -> int:
    """The exact sum of a column of decimals."""
    import pyarrow.compute as pc

    return int(pc.sum(column).as_py() * 100)


if __name__ == "__main__":
    main()
