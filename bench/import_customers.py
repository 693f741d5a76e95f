"""How fast customers are imported, against bare COPY of the same file within the same run.

    GUANXI_HOME=... python bench/import_customers.py [rows]

Prints JSON: rows a second (from the upload to the last row written, with events, identities
  and sort
keys), the ratio to COPY of the same text into a bare table, and the peak memory of this process.
"""

import csv
import json
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文斌宇浩凯健俊帆雪雯婷欣怡子涵梓轩"
CITIES = ("上海", "北京", "广州", "深圳", "杭州", "成都", "武汉", "西安", "南京", "重庆")
HEADER = ["客户编号", "姓名", "手机", "邮箱", "城市", "地址", "建档日期"]


def write_file(path: Path, rows: int) -> None:
    """A seeded file: every customer with id, phone and e-mail of their own."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for i in range(rows):
            name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
            month, day_ = chance.randrange(1, 13), chance.randrange(1, 28)
            day = f"20{chance.randrange(10, 25)}-{month:02d}-{day_:02d}"
            out.writerow(
                [f"B{i}", name, f"1{3_000_000_000 + i * 7 % 6_999_999_999}", f"u{i}@example.com",
                 chance.choice(CITIES), f"中山路{i % 4000}号", day]
            )  # fmt: skip


def bare_copy(path: Path) -> float:
    """Seconds to COPY the file into a table without keys or indexes, as fast as the driver can."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        columns = ", ".join(f"c{i} text" for i in range(len(HEADER)))
        cursor.execute(f"create temp table bare ({columns}) on commit drop")
        started = time.perf_counter()
        with (
            cursor.copy("copy bare from stdin (format csv, header)") as out,
            path.open("rb") as file,
        ):
            while block := file.read(1 << 17):
                out.write(block)
        return time.perf_counter() - started


def measure(rows: int) -> dict[str, object]:
    """Import `rows` customers into this workspace and tell how it went; the import stays."""
    import django

    django.setup()
    from guanxi.platform.access.models import Role, User
    from guanxi.platform.access.predicate import Asker
    from guanxi.platform.exchange.services import import_file

    clock = time.perf_counter
    user, _new = User.objects.get_or_create(
        username="bench",
        defaults={"full_name": "bench", "role": Role.objects.get(name="administrator")},
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        write_file(path, rows)
        copy = min(bare_copy(path) for _run in range(3))
        marks = [("start", time.perf_counter())]
        done = import_file(
            asker=Asker(user), target="customer", path=path,
            progress=lambda n, total: marks.append(("write" if total else "stage", clock())),
        )  # fmt: skip
        seconds = time.perf_counter() - marks[0][1]
    assert done.counts["create"] == rows, done.counts
    last = {name: at - marks[0][1] for name, at in marks}
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds),
        "bare_copy_rows_per_second": round(rows / copy),
        "ratio_to_bare_copy": round(copy / seconds, 4),
        "staged_after_seconds": round(last.get("stage", 0), 2),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
