"""How fast customers are imported, against bare COPY of the same records within the same run.

    python bench/import_customers.py [ROWS …]

An import reads a file with id, name, phone, e-mail, city, street and date of each customer, and
writes the customers with three identities each, sort keys, indexes and events, by the path a user
takes: upload, preview, run. Bare COPY then writes what came of it, the customers in all their
columns and their identities, from files into tables with the same columns and neither indexes,
triggers nor constraints, written to the log like every table. (Their addresses are columns of the
customers.) Each import is a process of its own, whose peak memory is told; PostgreSQL's is not.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg

from bench.workspace import bench_workspace

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文斌宇浩凯健俊帆雪雯婷欣怡子涵梓轩"
CITIES = ("上海", "北京", "广州", "深圳", "杭州", "成都", "武汉", "西安", "南京", "重庆")
HEADER = ["客户编号", "姓名", "手机", "邮箱", "城市", "地址", "建档日期"]


def write_file(path: Path, rows: int, *, first: int = 0) -> None:
    """A seeded file: customers numbered from `first`, with id, phone and e-mail of their own."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for i in range(first, first + rows):
            name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
            month, day_ = chance.randrange(1, 13), chance.randrange(1, 28)
            day = f"20{chance.randrange(10, 25)}-{month:02d}-{day_:02d}"
            out.writerow(
                [f"B{i}", name, f"1{3_000_000_000 + i * 7 % 6_999_999_999}", f"u{i}@example.com",
                 chance.choice(CITIES), f"中山路{i % 4000}号", day]
            )  # fmt: skip


def import_here(path: Path) -> dict[str, float]:
    """Import the file in this process; seconds by phase, and the peak memory in MiB."""
    import django

    django.setup()
    from guanxi.platform.access.models import Role, User
    from guanxi.platform.access.predicate import Asker
    from guanxi.platform.exchange.services import import_file

    user, _new = User.objects.get_or_create(
        username="bench",
        defaults={"full_name": "bench", "role": Role.objects.get(name="administrator")},
    )
    began = time.perf_counter()
    marks: dict[str, list[float]] = {"staged": [], "written": []}

    def note(_done: int, total: int | None) -> None:
        marks["written" if total else "staged"].append(time.perf_counter() - began)

    done = import_file(asker=Asker(user), target="customer", path=path, progress=note)
    seconds = time.perf_counter() - began
    assert done.counts["create"] == done.counts["rows"], done.counts
    return {
        "rows": done.counts["create"],
        "seconds": seconds,
        "staged_after": marks["staged"][-1],
        "first_batch_written_after": marks["written"][0],
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def import_apart(path: Path) -> dict[str, float]:
    """The same in a process of its own, so that its memory is known."""
    command = [sys.executable, __file__, "--file", str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def bare_copy(owner: psycopg.Connection, folder: Path) -> float:
    """Seconds to COPY customers and identities from files into bare tables; the best of three."""
    tables = ("customers_customer", "customers_identity")
    for table in tables:
        with (
            (folder / table).open("wb") as file,
            owner.cursor() as cursor,
            cursor.copy(f"copy {table} to stdout") as blocks,
        ):
            for block in blocks:
                file.write(block)
    return min(_copied(owner, folder, tables) for _run in range(3))


def _copied(owner: psycopg.Connection, folder: Path, tables: tuple[str, ...]) -> float:
    for table in tables:
        owner.execute(f"create table bare_{table} (like {table})")
    owner.commit()
    began = time.perf_counter()
    for table in tables:
        with (
            (folder / table).open("rb") as file,
            owner.cursor() as cursor,
            cursor.copy(f"copy bare_{table} from stdin") as out,
        ):
            while block := file.read(1 << 17):
                out.write(block)
    owner.commit()
    seconds = time.perf_counter() - began
    for table in tables:
        owner.execute(f"drop table bare_{table}")
    owner.commit()
    return seconds


def measure(owner: psycopg.Connection, rows: int) -> dict[str, object]:
    """Import a file of so many rows into the empty workspace, and empty it again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        write_file(path, rows)
        load = os.getloadavg()[0]
        told = import_apart(path)
        assert told["rows"] == rows
        copy = bare_copy(owner, Path(folder))
    owner.execute("truncate customers_customer, platform_event cascade")
    owner.execute("truncate platform_import, platform_importrow, platform_importverdict")
    owner.commit()
    return {
        "rows": rows,
        "seconds": round(told["seconds"], 2),
        "rows_per_second": round(rows / told["seconds"]),
        "bare_copy_rows_per_second": round(rows / copy),
        "bare_copy_to_import": round(told["seconds"] / copy, 1),
        "staged_after_seconds": round(told["staged_after"], 2),
        "first_batch_written_after_seconds": round(told["first_batch_written_after"], 2),
        "peak_mib": round(told["peak_mib"]),
        "load_before": round(load, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="*", default=[100_000])
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.file:
        print(json.dumps(import_here(options.file)))
        return
    with bench_workspace():
        from guanxi.platform.workspaces import roles

        with psycopg.connect(**roles.connection_parameters("owner")) as owner:
            imports = [measure(owner, rows) for rows in options.rows]
    memory = [i["peak_mib"] for i in imports]
    figures = {"imports": imports, "memory_last_to_first": round(memory[-1] / memory[0], 2)}
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
