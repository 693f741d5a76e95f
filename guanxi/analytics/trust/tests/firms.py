"""A simulated firm: what the models assume, with its whole future known."""

import datetime

import numpy as np
import pyarrow as pa

AS_OF = datetime.date(2026, 6, 30)


def day(ago: float) -> datetime.date:
    return AS_OF - datetime.timedelta(int(ago))


def firm(size: int, *, days: int, seed: int, leave: float = 0.8) -> pa.Table:
    """Customers won evenly over the days but for the last 100, buying at Gamma(1.2, 45) rates,
    leaving after a purchase with a chance from Beta(leave, 4).
    """
    random = np.random.default_rng(seed)
    rows = []
    for number in range(size):
        ago = float(random.integers(100, days))
        rate, leaves = random.gamma(1.2, 1 / 45), random.beta(leave, 4)
        mean = 20 * random.lognormal(0, 0.5)
        while ago >= 0:
            rows.append((f"c{number}", f"o{len(rows)}", day(ago), mean * random.lognormal(0, 0.4)))
            if random.random() < leaves:
                break
            ago -= max(random.exponential(1 / max(rate, 1e-9)), 1)
    return lines_of(rows)


def lines_of(rows: list[tuple[str, str, datetime.date, float]]) -> pa.Table:
    names = ("customer_id", "order_id", "ordered_on", "amount")
    types = (pa.string(), pa.string(), pa.date32(), pa.float64())
    columns = list(zip(*rows, strict=True)) or [()] * 4
    table = {name: pa.array(columns[at], types[at]) for at, name in enumerate(names)}
    return pa.table(table | {"margin": pa.nulls(len(rows), pa.float64())})
