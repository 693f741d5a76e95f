"""A small firm's own files: customers with their contacts, and their purchases."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from dataclasses import dataclass

HEADERS = {
    "zh-CN": (
        ["客户编号", "单位名称", "联系人", "手机", "邮箱", "城市"],
        ["订单号", "下单时间", "客户编号", "产品编码", "产品", "数量", "单价"],
    ),
    "en": (
        ["Customer id", "Company", "Contact", "Mobile", "E-mail", "City"],
        [
            "Order number",
            "Date",
            "Customer id",
            "Product code",
            "Product",
            "Quantity",
            "Unit price",
        ],
    ),
}
CITIES = {"zh-CN": ["上海市", "北京市", "广州市"], "en": ["Hamburg", "Lyon", "Leeds"]}
NAMES = {
    "zh-CN": (
        "{}贸易有限公司",
        ["恒信", "瑞丰", "嘉禾", "宏远", "明德", "云帆"],
        ["王芳", "李强", "赵敏"],
    ),
    "en": (
        "{} Trading Ltd",
        ["Acorn", "Birch", "Cedar", "Delta", "Elm", "Fir"],
        ["Ann Lee", "Bob Roy"],
    ),
}
ENCODINGS = {"zh-CN": "gb18030", "en": "utf-8"}
FIRMS = 48


@dataclass(frozen=True)
class Firm:
    """Its files as bytes, in the encoding its old programs write; `names` of the firms in them."""

    customers: bytes
    purchases: bytes
    names: list[str]


def make_firm(language: str, today: dt.date) -> Firm:
    """Firms that buy about every `pace` days; every fourth stopped some time ago.

    One customer row names nobody, one purchase row has no number for a quantity: both are bad.
    """
    chance = random.Random(7)
    pattern, brands, people = NAMES[language]
    customers, purchases = [HEADERS[language][0]], [HEADERS[language][1]]
    for i in range(FIRMS):
        name = pattern.format(f"{brands[i % len(brands)]}{i + 1:02d}")
        person = people[i % len(people)]
        city = CITIES[language][i % 3]
        customers.append([f"C{i:03d}", name, person, f"138{i:08d}", f"c{i}@example.com", city])
        pace, stopped = 20 + i % 5 * 10, 40 + i * 3 if i % 4 == 0 else 0
        day = today - dt.timedelta(days=730 + chance.randrange(pace))
        while (day := day + dt.timedelta(days=chance.randint(pace // 2, pace * 3 // 2))) < (
            today - dt.timedelta(days=stopped)
        ):
            number = f"N{len(purchases):05d}"
            price = f"{chance.randint(50, 500)}.50"
            purchases.append([number, day.isoformat(), f"C{i:03d}", "P1", "P1", "2", price])
    customers.append(["C999", "", "", "", "", ""])
    purchases.append(["N99999", today.isoformat(), "C001", "P1", "P1", "many", "10"])
    encoding = ENCODINGS[language]
    names = [row[1] for row in customers[1:-1]]
    return Firm(_csv(customers, encoding), _csv(purchases, encoding), names)


def _csv(rows: list[list[str]], encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)
