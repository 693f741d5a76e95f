"""One number for all that a sample is made of."""

import datetime as dt
import sys
from hashlib import sha256

from guanxi.demo.copying import csv_bytes
from guanxi.demo.sample import Sample

TODAY = dt.date(2026, 3, 1)


def sample(customers: int = 120, *, seed: int = 1, locale: str = "zh-CN") -> Sample:
    return Sample(customers=customers, seed=seed, locale=locale, today=TODAY)


def digest(made: Sample) -> str:
    """The hash of every table, as it would be written."""
    hashed = sha256()
    blocks = [made.firm_tables(), *({**b.tables, "truth": b.truth} for b in made.blocks())]
    for tables in blocks:
        for name, rows in tables.items():
            hashed.update(name.encode() + csv_bytes(rows))
    return hashed.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(digest(sample(locale=sys.argv[1])))
