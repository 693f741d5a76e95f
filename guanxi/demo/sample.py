"""The whole sample firm as tables, without a database: the same to the byte for the same question.

Customers are made in blocks that know nothing of each other, so that any number of them takes the
memory of one, and a firm begins with the same customers whatever its size (but for its last block).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np
import pyarrow as pa

from guanxi.demo import columns
from guanxi.demo.activities import draw_activities, own_tasks
from guanxi.demo.behaviour import Buyers, Parameters, simulate
from guanxi.demo.columns import Ints, Keys
from guanxi.demo.customers import Part, describe_customers, draw_crowd, draw_parts
from guanxi.demo.firm import TABLES, Firm, firm_tables, make_firm
from guanxi.demo.orders import draw_orders
from guanxi.demo.relations import relation_tables
from guanxi.demo.words import WORDS

BLOCK = 2_000  # customers
SMALLEST = 50
LARGEST = 1_000_000


@dataclass(frozen=True)
class Block:
    """Some of the customers with all that belongs to them."""

    number: int
    first: int  # how many customers came in blocks before
    customers: int
    tables: dict[str, pa.Table]  # in an order in which they can be written
    truth: pa.Table


@dataclass(frozen=True)
class Sample:
    """A sample firm of one seed, size, locale and day. Raises ValueError for what cannot be made.

    Currency and time zone are the locale's if not given. An `administrator` who is there already
    takes the place of the sample's own.
    """

    customers: int
    seed: int
    locale: str
    today: dt.date
    currency: str = ""
    time_zone: str = ""
    administrator: UUID | None = None

    def __post_init__(self) -> None:
        if self.locale not in WORDS:
            raise ValueError(f"locale must be one of {', '.join(WORDS)}, not {self.locale!r}")
        if not SMALLEST <= self.customers <= LARGEST:
            raise ValueError(f"customers must be from {SMALLEST} to {LARGEST:,}")
        if self.seed < 0:
            raise ValueError("seed must not be negative")

    @cached_property
    def firm(self) -> Firm:
        words = WORDS[self.locale]
        return make_firm(
            self._random("firm"),
            words,
            today=self.today,
            currency=self.currency or words.currency,
            time_zone=self.time_zone or words.time_zone,
            administrator=self.administrator,
        )

    @property
    def parameters(self) -> Parameters:
        """The truth about the crowd: alpha in days, v in the reporting currency."""
        return Parameters().in_currency(self.firm.currency)

    def firm_tables(self) -> dict[str, pa.Table]:
        """What is the same at any size: teams, territories, tags, products, rates, own tasks."""
        random = self._random("tables")
        return {
            **firm_tables(self.firm, random),
            "interactions_task": own_tasks(random, self.firm),
        }

    def blocks(self) -> Iterator[Block]:
        """The customers, a block at a time."""
        for number in range(-(-self.customers // BLOCK)):
            yield self._block(number, min(BLOCK, self.customers - number * BLOCK))

    def truth(self) -> pa.Table:
        """What is true of each buyer, to compare scores with; made anew, kept nowhere.

        `rate` (lambda, a day), `leave` (p, after each repeat purchase), `alive` at today,
        `mean_value` of an order, `first_on`, `repeats` (purchases after the first).
        """
        return pa.concat_tables(block.truth for block in self.blocks())

    def _random(self, purpose: str, block: int = 0) -> np.random.Generator:
        purposes = ("firm", "tables", "block")
        locale = list(WORDS).index(self.locale)
        return np.random.default_rng([self.seed, locale, purposes.index(purpose), block])

    def _block(self, number: int, count: int) -> Block:
        firm, random = self.firm, self._random("block", number)
        part = draw_parts(random, count)
        keys = columns.uuid7_keys(
            random, at=firm.millisecond(number), table=TABLES["customers_customer"], count=count
        )
        buyers, purchases = simulate(
            random, self.parameters, int(np.isin(part, (Part.FIRM, Part.PERSON)).sum())
        )
        crowd, buyer_of = draw_crowd(
            random,
            firm,
            first=number * BLOCK,
            keys=keys,
            part=part,
            buyers=buyers,
            mean_value=self.parameters.p / buyers.scale,
        )
        described = describe_customers(random, firm, crowd)
        customer_of_buyer = np.empty(len(buyer_of), np.int64)
        customer_of_buyer[buyer_of] = crowd.buyer_rows
        orders = draw_orders(
            random,
            firm,
            crowd,
            purchases,
            customer_of_buyer=customer_of_buyer,
            parameters=self.parameters,
            block=number,
        )
        left = np.zeros(count, np.bool_)
        left[customer_of_buyer] = ~buyers.alive
        tables = {
            "customers_customer": described.table,
            **relation_tables(random, firm, crowd, described, block=number),
            **orders.tables,
            **draw_activities(
                random, firm, crowd, described.names, orders, left=left, block=number
            ),
        }
        return Block(
            number, number * BLOCK, count, tables, self._truth(buyers, keys, customer_of_buyer)
        )

    def _truth(self, buyers: Buyers, keys: Keys, customer_of_buyer: Ints) -> pa.Table:
        return pa.table(
            {
                "customer_id": columns.key_column(keys, customer_of_buyer),
                "rate": buyers.rate,
                "leave": buyers.leave,
                "alive": buyers.alive,
                "mean_value": self.parameters.p / buyers.scale,
                "first_on": columns.day_column(self.firm.today_number - buyers.age),
                "repeats": buyers.repeats,
            }
        )
