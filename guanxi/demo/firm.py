"""The firm itself, the same at any size: colleagues, teams, territories, tags, products, rates."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import pyarrow as pa

from guanxi.demo import columns
from guanxi.demo.columns import Ints, Keys
from guanxi.demo.money import RATE_SCALE, Rates, draw_rates, priced
from guanxi.demo.places import Place, places_of
from guanxi.demo.products import Catalog, catalog
from guanxi.demo.words import Words
from guanxi.demo.words.vocabulary import Colleague

# The number that keeps the keys of one table apart from those of another; never reused.
TABLES = {
    name: number
    for number, name in enumerate(
        [
            "platform_user", "platform_team", "platform_territory", "customers_tag",
            "products_product", "sales_exchangerate", "customers_customer",
            "customers_customertag", "customers_identity", "customers_address",
            "customers_relationship", "sales_orderline", "sales_order",
            "interactions_interaction", "interactions_task", "own_task", "insight_servicerate",
        ]
    )
}  # fmt: skip
TAG_COLORS = {
    "key": "red", "dealer": "purple", "new": "green", "monthly": "blue", "price": "orange",
    "tea": "cyan", "filter": "gold", "chain": "magenta",
}  # fmt: skip
# What an interaction costs, in yuan; a note costs nothing worth counting.
SERVICE_COSTS = {
    "call": 6.0, "email": 2.0, "visit": 180.0, "meeting": 120.0, "chat": 3.0, "sms": 0.1,
    "wechat": 2.0, "web": 0.05,
}  # fmt: skip
OWNER_ROLES = ("account_manager", "sales")


@dataclass(frozen=True)
class Firm:
    """What every customer of the sample is made against."""

    words: Words
    today: dt.date
    currency: str
    time_zone: str
    places: tuple[Place, ...]
    catalog: Catalog
    rates: Rates
    keys: dict[str, Keys]

    @property
    def colleagues(self) -> tuple[Colleague, ...]:
        return self.words.colleagues

    @property
    def team_names(self) -> tuple[str, ...]:
        """The head office, then the teams in it in the order colleagues count them."""
        return (self.words.head_office, *self.words.sales_teams, *self.words.other_teams)

    @property
    def today_number(self) -> int:
        return columns.day_number(self.today)

    def millisecond(self, block: int = 0) -> int:
        """The time that keys of a block are made with."""
        return self.today_number * 86_400_000 + block

    def sellers(self, team: int) -> Ints:
        """The colleagues of a sales team whom customers are given to."""
        found = [
            i for i, c in enumerate(self.colleagues) if c.team == team and c.role in OWNER_ROLES
        ]
        return np.array(found, np.int64)

    def colleagues_as(self, role: str) -> Ints:
        return np.array([i for i, c in enumerate(self.colleagues) if c.role == role], np.int64)


def make_firm(
    random: np.random.Generator,
    words: Words,
    *,
    today: dt.date,
    currency: str,
    time_zone: str,
    administrator: UUID | None,
) -> Firm:
    """Make the firm. An `administrator` who is there already takes the sample one's place."""
    sizes = {
        "platform_user": len(words.colleagues),
        "platform_team": 1 + len(words.sales_teams) + len(words.other_teams),
        "platform_territory": len(words.territories),
        "customers_tag": len(words.tags),
    }
    at = columns.day_number(today) * 86_400_000
    keys = {
        name: columns.uuid7_keys(random, at=at, table=TABLES[name], count=count)
        for name, count in sizes.items()
    }
    if administrator is not None:
        keys["platform_user"][0] = str(administrator).encode()
    goods = catalog(words, currency)
    keys["products_product"] = columns.uuid7_keys(
        random, at=at, table=TABLES["products_product"], count=len(goods.codes)
    )
    others = tuple(c for c in (*words.order_currencies, words.currency) if c != currency)[:2]
    rates = draw_rates(random, reporting=currency, others=others, today=today)
    return Firm(words, today, currency, time_zone, places_of(words.locale), goods, rates, keys)


def firm_tables(firm: Firm, random: np.random.Generator) -> dict[str, pa.Table]:
    """The rows of tables that are the same at any size, in the order they can be written."""
    return {
        "platform_team": _teams(firm),
        "platform_territory": pa.table(
            {
                "id": columns.key_column(firm.keys["platform_territory"]),
                "name": list(firm.words.territories),
            }
        ),
        "customers_tag": pa.table(
            {
                "id": columns.key_column(firm.keys["customers_tag"]),
                "name": list(firm.words.tags.values()),
                "color": [TAG_COLORS[purpose] for purpose in firm.words.tags],
            }
        ),
        "products_product": _products(firm),
        "sales_exchangerate": _rates(firm, random),
        "insight_servicerate": _service_rates(firm),
    }


def _teams(firm: Firm) -> pa.Table:
    keys = firm.keys["platform_team"]
    parents = np.where(np.arange(len(keys)) == 0, -1, 0)
    return pa.table(
        {
            "id": columns.key_column(keys),
            "name": list(firm.team_names),
            "parent_id": columns.key_column(keys, parents),
        }
    )


def _products(firm: Firm) -> pa.Table:
    goods, words = firm.catalog, firm.words
    return pa.table(
        {
            "id": columns.key_column(firm.keys["products_product"]),
            "code": list(goods.codes),
            "name": list(goods.names),
            "category": [words.categories[c] for c in goods.categories],
            "unit": [words.units[u] for u in goods.units],
            "currency": [firm.currency] * len(goods.codes),
            "list_price": columns.decimal_column(goods.prices, 2),
            "unit_cost": columns.decimal_column(goods.costs, 2),
        }
    )


def _rates(firm: Firm, random: np.random.Generator) -> pa.Table:
    rates = firm.rates
    others = len(rates.currencies) - 1
    count = others * len(rates.first_days)
    table = TABLES["sales_exchangerate"]
    keys = columns.uuid7_keys(random, at=firm.millisecond(), table=table, count=count)
    return pa.table(
        {
            "id": columns.key_column(keys),
            "currency": list(rates.currencies[1:]) * len(rates.first_days),
            "valid_from": columns.day_column(np.repeat(rates.first_days, others)),
            "rate": columns.decimal_column(rates.millionths[:, 1:].reshape(-1), RATE_SCALE),
        }
    )


def _service_rates(firm: Firm) -> pa.Table:
    table, count = TABLES["insight_servicerate"], len(SERVICE_COSTS)
    # Draws of its own: everything else stays as it was before there were service rates.
    own = np.random.default_rng(table)
    keys = columns.uuid7_keys(own, at=firm.millisecond(), table=table, count=count)
    since = np.full(count, firm.rates.first_days[0])
    cents = [priced(yuan, firm.currency) for yuan in SERVICE_COSTS.values()]
    return pa.table(
        {
            "id": columns.key_column(keys),
            "channel": list(SERVICE_COSTS),
            "valid_from": columns.day_column(since),
            "cost": columns.decimal_column(np.array(cents), 2),
        }
    )
