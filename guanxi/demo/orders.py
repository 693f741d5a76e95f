"""What customers bought: orders whose lines add up to the cent, returns, and sales to strangers."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from guanxi.demo import columns
from guanxi.demo.behaviour import WINDOW_DAYS, Parameters, Purchases
from guanxi.demo.columns import Flags, Floats, Ints, Keys
from guanxi.demo.customers import Crowd, Part
from guanxi.demo.draws import chance, texts, weighted
from guanxi.demo.firm import TABLES, Firm
from guanxi.demo.money import RATE_SCALE, priced, rounded, smallest_coin

LINES = (34, 27, 18, 11, 6, 4)  # of a hundred orders, how many have one line, two, ...
# How much dearer than its share of the order a line's product may be.
LINE_REACH, LAST_REACH, ONLY_REACH = 1.15, 0.67, 0.4
LINE_WORTH = (6_000, 1_200)  # yuan for which firms, and persons, choose one more product
RETURNED = 0.022  # share of lines
STRANGERS = 0.03  # sales to nobody we know, to each order of a customer
DISCOUNTS = (0, 3, 5, 8, 10, 12)  # per cent off for firms
NUMBER_STARTS = ("SO", "WEB", "POS", "RT")  # by the source; the last for returns
ERP, WEB, STORE = range(3)
STATUSES = ("placed", "completed")


@dataclass(frozen=True)
class Baskets:
    """Lines in boxes of orders × positions; quantity 0 where there is none. Money in cents."""

    product: Ints
    quantity: Ints
    price: Ints


@dataclass(frozen=True)
class Orders:
    """The orders of one block, by time. `returned` marks the documents of returns."""

    keys: Keys
    customer: Ints
    day: Ints
    returned: Flags
    product: Ints  # of the first line
    numbers: columns.Texts
    tables: dict[str, pa.Table]


@dataclass(frozen=True)
class _Documents:
    """Orders and returns, filled, before they are written down."""

    customer: Ints
    day: Ints
    source: Ints
    boxes: Baskets

    def in_order(self, rows: Ints) -> tuple[Ints, Ints, Ints, Baskets]:
        boxes = self.boxes
        sorted_boxes = Baskets(boxes.product[rows], boxes.quantity[rows], boxes.price[rows])
        return self.customer[rows], self.day[rows], self.source[rows], sorted_boxes


@dataclass(frozen=True)
class _Sales:
    """Orders before they are filled; value in the reporting currency."""

    customer: Ints
    day: Ints
    value: Floats


def draw_orders(
    random: np.random.Generator,
    firm: Firm,
    crowd: Crowd,
    purchases: Purchases,
    *,
    customer_of_buyer: Ints,
    parameters: Parameters,
    block: int,
) -> Orders:
    """Turn purchases into orders with lines."""
    known = _Sales(
        customer_of_buyer[purchases.buyer],
        firm.today_number - purchases.ago,
        purchases.value,
    )
    sales = _with_strangers(random, firm, known, parameters)
    at_home = (sales.customer < 0) | (crowd.part[sales.customer] == Part.PERSON)
    discount = random.choice(DISCOUNTS, crowd.size)[sales.customer]
    discount[at_home] = 0
    baskets = _fill(random, firm, sales.value, at_home.astype(np.int64), discount)
    source = _sources(random, crowd, sales.customer)
    returned, day, back = _returns(random, firm, sales.day, baskets)
    documents = _Documents(
        np.concatenate([sales.customer, sales.customer[returned]]),
        np.concatenate([sales.day, day]),
        np.concatenate([source, source[returned]]),
        Baskets(
            np.concatenate([baskets.product, back.product]),
            np.concatenate([baskets.quantity, back.quantity]),
            np.concatenate([baskets.price, back.price]),
        ),
    )
    return _written(random, firm, crowd, documents, block=block)


def _with_strangers(
    random: np.random.Generator, firm: Firm, known: _Sales, parameters: Parameters
) -> _Sales:
    """Add sales without a customer, smaller ones, on any day."""
    count = round(len(known.day) * STRANGERS)
    days = firm.today_number - 1 - random.integers(0, WINDOW_DAYS, count)
    value = random.gamma(2.0, 0.12 * parameters.v, count)
    return _Sales(
        np.concatenate([known.customer, np.full(count, -1, np.int64)]),
        np.concatenate([known.day, days]),
        np.concatenate([known.value, value]),
    )


def _fill(
    random: np.random.Generator, firm: Firm, value: Floats, audience: Ints, discount: Ints
) -> Baskets:
    """Fill each order with products worth about its value, the last line making up the rest."""
    count, most = len(value), len(LINES)
    worth = np.array([priced(yuan, firm.currency) for yuan in LINE_WORTH])[audience]
    lines = np.maximum(1 + weighted(random, LINES, count), np.rint(value * 100 / worth))
    lines = np.minimum(lines, most).astype(np.int64)
    shares = random.exponential(size=(count, most)) + 0.15
    shares[np.arange(most) >= lines[:, None]] = 0
    budget = shares / shares.sum(axis=1, keepdims=True) * (value * 100)[:, None]
    full = firm.catalog.prices * (100 - np.array(DISCOUNTS)[:, None]) / 100
    price = rounded(full, np.array(smallest_coin(firm.currency)))
    off = np.searchsorted(DISCOUNTS, discount)
    made = Baskets(*(np.zeros((count, most), np.int64) for _ in range(3)))
    rest = value * 100
    for position in range(most):
        rows = np.flatnonzero(position < lines)
        last: Flags = lines[rows] - 1 == position
        target = np.where(last, rest[rows], budget[rows, position])
        product = _choose(random, firm, target, last, audience[rows], made.product[rows, :position])
        unit = price[off[rows], product]
        # Only the first line is sure: what earlier lines took may leave nothing for the others.
        quantity = np.maximum(np.rint(target / unit).astype(np.int64), position == 0)
        quantity[(made.product[rows, :position] == product[:, None]).any(axis=1)] = 0
        made.product[rows, position] = product
        made.quantity[rows, position] = quantity
        made.price[rows, position] = unit
        rest[rows] -= quantity * unit
    return made


def _choose(
    random: np.random.Generator,
    firm: Firm,
    target: Floats,
    last: Flags,
    audience: Ints,
    taken: Ints,
) -> Ints:
    """Choose products by popularity among those that can make up the amounts, none twice.

    The cheaper a last line's product is, the better it makes up the rest.
    """
    price, most_units = firm.catalog.prices, firm.catalog.most_units[audience]
    reach = np.where(last, LAST_REACH if taken.shape[1] else ONLY_REACH, LINE_REACH)
    amount = target[:, None]
    suits = (price <= amount * reach[:, None]) & (price * most_units >= amount)
    weight = np.where(suits, firm.catalog.popularity[audience], 0.0)
    np.put_along_axis(weight, taken, 0.0, axis=1)
    edges = np.cumsum(weight, axis=1)
    drawn = random.random(len(target)) * edges[:, -1]
    chosen = (edges > drawn[:, None]).argmax(axis=1)
    affordable = np.maximum(np.searchsorted(price, target, side="right") - 1, 0)
    return np.where(edges[:, -1] > 0, chosen, affordable)


def _returns(
    random: np.random.Generator, firm: Firm, sold: Ints, baskets: Baskets
) -> tuple[Ints, Ints, Baskets]:
    """Let some lines of goods come back, wholly or in part, some days after they were sold.

    Gives for each return the row of the order it takes back, the day, and what comes back.
    """
    goods = np.array([category != "service" for category in firm.catalog.categories])
    order, position = np.nonzero((baskets.quantity > 0) & goods[baskets.product])
    comes = chance(random, RETURNED, len(order))
    order, position = order[comes], position[comes]
    day = sold[order] + random.integers(2, 16, len(order))
    over = day < firm.today_number
    order, position, day = order[over], position[over], day[over]
    quantity = baskets.quantity[order, position]
    back = np.where(chance(random, 0.6, len(order)), quantity, (quantity + 1) // 2)
    made = Baskets(*(np.zeros((len(order), len(LINES)), np.int64) for _ in range(3)))
    made.product[:, 0] = baskets.product[order, position]
    made.quantity[:, 0] = -back
    made.price[:, 0] = baskets.price[order, position]
    return order, day, made


def _written(
    random: np.random.Generator, firm: Firm, crowd: Crowd, documents: _Documents, *, block: int
) -> Orders:
    """Put the orders in the order of time and write them and their lines down."""
    seconds = random.integers(30_600, 70_200, len(documents.day))  # 8:30 to 19:30
    instant = columns.instants(documents.day, seconds, firm.time_zone)
    by_time = np.argsort(instant, kind="stable")
    customer, day, source, boxes = documents.in_order(by_time)
    instant = instant[by_time]
    returned = boxes.quantity.sum(axis=1) < 0
    currency = np.where(customer < 0, 0, crowd.currency[customer])
    rate = firm.rates.on(day, currency)
    coins = np.array([smallest_coin(c) for c in firm.rates.currencies])
    boxes = _in_currency(boxes, rate, coins[currency])
    keys = columns.uuid7_keys(
        random, at=firm.millisecond(block), table=TABLES["sales_order"], count=len(day)
    )
    numbers = _numbers(day, np.where(returned, len(NUMBER_STARTS) - 1, source), block)
    orders = {
        "id": columns.key_column(keys),
        "customer_id": columns.key_column(crowd.keys, customer),
        "owner_id": columns.key_column(
            firm.keys["platform_user"], np.where(customer < 0, -1, crowd.owner[customer])
        ),
        "source": columns.choice_column(source, firm.words.order_sources),
        "number": columns.text_column(numbers),
        "ordered_at": columns.instant_column(instant),
        "ordered_on": columns.day_column(day),
        "status": columns.choice_column(day < firm.today_number - 2, STATUSES),
        "currency": columns.choice_column(currency, firm.rates.currencies),
        "rate": columns.decimal_column(rate, RATE_SCALE),
        "total": columns.decimal_column((boxes.quantity * boxes.price).sum(axis=1), 2),
    }
    tables = {
        "sales_orderline": _lines(random, firm, keys, boxes, rate, block=block),
        "sales_order": pa.table(orders),
    }
    return Orders(keys, customer, day, returned, boxes.product[:, 0], numbers, tables)


def _in_currency(boxes: Baskets, rate: Ints, coin: Ints) -> Baskets:
    """The same baskets at prices in the orders' own currencies."""
    price = rounded(boxes.price * 10**RATE_SCALE / rate[:, None], coin[:, None])
    return Baskets(boxes.product, boxes.quantity, np.where(boxes.quantity != 0, price, 0))


def _sources(random: np.random.Generator, crowd: Crowd, customer: Ints) -> Ints:
    """Firms order through sales, persons in the web shop or, as strangers do, in the store."""
    drawn = random.random(len(customer))
    person = np.where(drawn < 0.75, WEB, STORE)
    organization = np.where(drawn < 0.8, ERP, WEB)
    source = np.where(crowd.organizations[customer], organization, person)
    return np.where(customer < 0, STORE, source)


def _numbers(day: Ints, start: Ints, block: int) -> columns.Texts:
    """Numbers with their date; each block counts on from a hundred thousand of its own."""
    different, which = np.unique(day, return_inverse=True)
    dates = [date.strftime("%y%m%d") for date in different.astype("datetime64[D]").tolist()]
    return texts(
        f"{NUMBER_STARTS[s]}{dates[d]}-{block * 100_000 + i:06d}"
        for i, (s, d) in enumerate(zip(start.tolist(), which.tolist(), strict=True), start=1)
    )


def _lines(
    random: np.random.Generator, firm: Firm, keys: Keys, boxes: Baskets, rate: Ints, *, block: int
) -> pa.Table:
    order, box = np.nonzero(boxes.quantity)
    first = np.searchsorted(order, np.arange(len(keys)))
    product, quantity, price = (
        values[order, box] for values in (boxes.product, boxes.quantity, boxes.price)
    )
    unit_cost = rounded(firm.catalog.costs[product] * 10**RATE_SCALE / rate[order], np.array(1))
    own = columns.uuid7_keys(
        random, at=firm.millisecond(block), table=TABLES["sales_orderline"], count=len(order)
    )
    return pa.table(
        {
            "id": columns.key_column(own),
            "order_id": columns.key_column(keys, order),
            "position": np.arange(len(order)) - first[order] + 1,
            "kind": columns.choice_column(quantity < 0, ("sale", "return")),
            "product_id": columns.key_column(firm.keys["products_product"], product),
            "description": columns.choice_column(product, firm.catalog.names),
            "quantity": quantity,
            "unit_price": columns.decimal_column(price, 2),
            "amount": columns.decimal_column(quantity * price, 2),
            "cost": columns.decimal_column(quantity * unit_cost, 2),
        }
    )
