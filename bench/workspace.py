"""A throw-away workspace for measurements, with synthetic customers made by the database itself."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[1]

PEOPLE = """
insert into platform_team (name) select 'team ' || i from generate_series(1, 10) i;
insert into platform_user (username, full_name, password, role_id, team_id, is_active)
select 'user' || i, 'User ' || i, '', r.id, t.id, true
from generate_series(1, 100) i
join platform_team t on t.name = 'team ' || (1 + i % 10)
join platform_role r on r.name = case when i = 100 then 'administrator' else 'account_manager' end;
"""

# Spread so that a filter picks a known share: city rare .01 %, some 1 %, half 50 %.
CITY = """case when i % 10000 = 0 then 'rare' when i % 100 = 1 then 'some'
         when i % 2 = 0 then 'half' else 'rest' end"""

# Who looks after a customer says nothing about the city.
CUSTOMERS = """
insert into customers_customer
    (kind, name, name_sort, name_match, phone, phone_normal, email, city, owner_id, created_at)
select
    case when i % 5 = 0 then 'organization' else 'person' end,
    'customer ' || md5(i::text), 'customer ' || md5(i::text), 'customer' || md5(i::text),
    '138' || lpad(i::text, 8, '0'), '+86138' || lpad(i::text, 8, '0'),
    'c' || i || '@example.com',
    {city},
    u.id,
    timestamptz '2023-01-01' + i * interval '30 seconds'
from generate_series({first}, {last}) i
join (select id, row_number() over (order by id) - 1 as n from platform_user) u
    on u.n = (hashint4(i) & 2147483647) % 100;
"""

INTERACTIONS = """
insert into interactions_interaction (customer_id, owner_id, channel, subject, happened_at)
select c.id, c.owner_id, 'call', 'call ' || k, now() - k * interval '1 day'
from (select id, owner_id from customers_customer order by created_at desc limit 1000) c
cross join generate_series(1, 10) k;
"""


@contextmanager
def bench_workspace() -> Iterator[Path]:
    """A migrated, empty workspace in a temporary folder; this process and its children use it."""
    with tempfile.TemporaryDirectory(prefix="guanxi-bench-", dir="/tmp") as folder:
        os.environ.update(GUANXI_HOME=folder, DJANGO_SETTINGS_MODULE="guanxi.config.settings")
        sys.path.insert(0, str(ROOT))
        from guanxi.platform.workspaces.cluster import Cluster
        from guanxi.platform.workspaces.home import workspace_home

        with Cluster(workspace_home()):
            subprocess.run(
                [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
                check=True,
                cwd=ROOT,
                env={**os.environ, "GUANXI_DATABASE_ROLE": "owner"},
            )
            import django

            django.setup()
            from guanxi.platform.http.memory import settle_memory
            from guanxi.platform.workspaces.services import found_workspace

            found_workspace(firm="Bench", language="en", time_zone="Asia/Shanghai", currency="CNY")
            settle_memory()
            yield Path(folder)
            from django.db import connections

            connections.close_all()


def add_people() -> None:
    """Add a hundred people in ten teams, unless they are there; the last is the administrator."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select from platform_user where username = 'user1'")
        if cursor.fetchone() is None:
            cursor.execute(PEOPLE)


def add_customers(first: int, last: int) -> None:
    """Add the customers numbered `first` to `last`; the same number is always the same customer."""
    from django.db import connection

    add_people()
    with connection.cursor() as cursor:
        for start in range(first, last + 1, 100_000):
            numbers = {"first": start, "last": min(last, start + 99_999)}
            cursor.execute(CUSTOMERS.format(**numbers, city=CITY))
        cursor.execute("delete from interactions_interaction")
        cursor.execute(INTERACTIONS)
    analyze()


def analyze() -> None:
    """Bring the planner's statistics up to date, as autovacuum would."""
    from guanxi.platform.workspaces import roles

    with psycopg.connect(**roles.connection_parameters("owner"), autocommit=True) as owner:
        owner.execute("vacuum analyze")


@contextmanager
def resting(*tables: str, triggers: str = "user") -> Iterator[psycopg.Connection]:
    """A session of the owner meanwhile, for whom these tables' triggers do nothing: all, or one."""
    from guanxi.platform.workspaces import roles

    with psycopg.connect(**roles.connection_parameters("owner")) as owner:
        for table in tables:
            owner.execute(f"alter table {table} disable trigger {triggers}")
        yield owner
        owner.commit()  # foreign keys are checked here; only then may triggers be touched
        for table in tables:
            owner.execute(f"alter table {table} enable trigger {triggers}")


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown",
    )
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gib": round(gib),
        "python": sys.version.split()[0],
    }
