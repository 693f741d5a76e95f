"""Search through the whole API at two sizes, per role and kind of text; what words cost writes.

python bench/search.py --small 10000 --large 1000000 prints JSON: milliseconds at the 95th
percentile over many different texts of each kind, the ratio between the sizes, and the time to
insert customers with the words of search against the same without.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from workspace import CITY, add_people, analyze, bench_workspace, machine

TEXTS = 40  # of each kind; each is asked once to warm up and once to measure
WRITTEN = 10_000  # customers of one insert whose time is taken
INSERTS = 6  # with the words and without, in turns

# As frequent as in life: one person in fourteen is a Wang, few are a Shan.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕"
    "丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方邹熊白孟秦邱侯江尹薛闫雷龙史陶贺毛郝顾龚邵万覃武钱戴单"
)
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂玉萍红华建文辉力斌波宇浩然子轩欣怡梓涵一诺雨晨思"
    "佳嘉俊雅婷晓琳梦瑶志国海燕春梅德福永和光荣天翔凯旋佩玲淑贞慧君彤博鹏飞雪莹倩颖鑫森林泽阳紫萱若曦"
)
CUSTOMERS = """
insert into customers_customer
    (kind, name, name_match, phone, phone_normal, email, city, owner_id, created_at)
select 'person', c.name, c.name, c.phone, '+86' || c.phone,
       'c' || substr(c.h, 1, 6) || '.' || i || '@' ||
       (array['qq.com', '163.com', 'gmail.com', 'firm.example'])[1 + i % 4],
       {city}, u.id, timestamptz '2023-01-01' + i * interval '30 seconds'
from generate_series({first}, {last}) i
join (select id, row_number() over (order by id) - 1 as n from platform_user) u on u.n = i % 100
cross join lateral (select md5(i::text) as h, ('x' || md5(i::text))::bit(28)::int as r) r
cross join lateral (
    select r.h,
           substr('{surnames}',
                  1 + floor(length('{surnames}') * power(r.r % 9973 / 9973.0, 2.2))::int, 1)
           || substr('{given}', 1 + r.r / 7 % length('{given}'), 1)
           || case when r.r % 10 < 7 then substr('{given}', 1 + r.r / 1009 % length('{given}'), 1)
              else '' end as name,
           '1' || substr('3589', 1 + i % 4, 1)
               || lpad((r.r::bigint * 7919 % 1000000000)::text, 9, '0')
               as phone
) c
"""


def add_customers(first: int, last: int) -> None:
    from django.db import connection

    from guanxi.platform.search.tasks import index_waiting

    add_people()
    with connection.cursor() as cursor:
        for start in range(first, last + 1, 50_000):
            insert(cursor, start, min(last, start + 49_999))
            index_waiting()
    analyze()


def insert(cursor: Any, first: int, last: int) -> None:
    words = {"surnames": SURNAMES, "given": GIVEN, "city": CITY}
    cursor.execute(CUSTOMERS.format(first=first, last=last, **words))


def texts(chance: random.Random) -> Iterator[tuple[str, str]]:
    """(kind, text): parts of customers that there are at every size, as people type them."""
    from guanxi.customers.models import Customer
    from guanxi.standardizing.folding import readings

    known = list(
        Customer.objects.filter(name__regex="^...$")
        .order_by("created_at")
        .values_list("name", "phone", "email")[:5000]
    )
    for name, phone, email in chance.sample(known, TEXTS):
        said = [readings(character)[0] for character in name]
        at = chance.randrange(1, 7)
        yield "1 Chinese character", chance.choice(name)
        yield "2 Chinese characters", chance.choice([name[:2], name[1:]])
        yield "3 Chinese characters", name
        yield "pinyin", chance.choice(["".join(said), said[0], "".join(said)[:-1], " ".join(said)])
        yield "initials", "".join(syllable[0] for syllable in said)
        yield "phone, middle 4", phone[at : at + 4]
        yield "phone, middle 2", phone[at : at + 2]
        yield (
            "e-mail part",
            chance.choice([email.split(".")[0], email.split("@")[0][:5], email[:8]]),
        )


def measure() -> dict[str, float]:
    """Milliseconds at the 95th percentile, by role and kind of text."""
    from django.test import Client

    from guanxi.platform.access.models import User
    from guanxi.platform.access.sign_in import issue_token

    figures = {}
    for role, username in (("administrator", "user100"), ("account_manager", "user1")):
        user = User.objects.get_by_natural_key(username)
        _token, key = issue_token(user=user, name="bench", scopes=["read"])
        client = Client(headers={"authorization": f"Bearer {key}"})
        times: dict[str, list[float]] = {}
        for kind, text in texts(random.Random(7)):
            client.get("/api/v1/search", {"q": text})
            start = time.perf_counter()
            response = client.get("/api/v1/search", {"q": text})
            times.setdefault(kind, []).append((time.perf_counter() - start) * 1000)
            assert response.status_code == 200, response.content
        for kind, taken in times.items():
            figures[f"{role}: {kind}"] = statistics.quantiles(taken, n=20)[-1]
    return figures


def write_cost(size: int) -> dict[str, float]:
    """Seconds to insert customers with the words of search and without, and their ratio."""
    import psycopg

    from guanxi.platform.workspaces import roles

    taken: dict[bool, list[float]] = {True: [], False: []}
    with psycopg.connect(**roles.connection_parameters("owner"), autocommit=True) as owner:
        for round_ in range(2 * INSERTS):
            has_words = round_ % 4 in (0, 3)
            with owner.transaction(force_rollback=True):
                if not has_words:
                    for table in ("customers_customer", "customers_identity"):
                        owner.execute(f"alter table {table} disable trigger guanxi_search_insert")
                start = time.perf_counter()
                insert(owner, size + 1, size + WRITTEN)
                taken[has_words].append(time.perf_counter() - start)
    with_words, without = (statistics.median(taken[key]) for key in (True, False))
    return {
        "customers": WRITTEN,
        "without_s": round(without, 3),
        "with_words_s": round(with_words, 3),
        "ratio": round(with_words / without, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    options = parser.parse_args()
    with bench_workspace():
        add_customers(1, options.small)
        small = measure()
        add_customers(options.small + 1, options.large)
        large = measure()
        written = write_cost(options.large)
    rows = {
        name: {
            "small_ms": round(small[name], 2),
            "large_ms": round(large[name], 2),
            "large_to_small": round(large[name] / small[name], 2),
        }
        for name in small
    }
    figures = {
        "sizes": [options.small, options.large],
        "p95": rows,
        "insert": written,
        "load": os.getloadavg(),
        "machine": machine(),
    }
    print(json.dumps(figures, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
