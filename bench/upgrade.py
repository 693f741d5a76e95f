"""A firm made by the oldest version of Guanxi that made one, brought to this version and back.

Builds that version from its commit with its own packages, makes its sample firm with it, and lets
this version update a copy of the workspace: with a migration that fails, killed in the middle,
without space for the backup, and at last to its end. Then the old version restores the backup.
Prints JSON: how much there was, and what was said. Ends with an error if any value of the firm is
another afterwards, or if the schema is not that of a new workspace.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.sql import SQL, Identifier
from served import ROOT, Browser, Served, filled, serving, small_disk, wait_until

from guanxi.platform.workspaces import archive, roles
from guanxi.platform.workspaces.cluster import Cluster

FIRST = "287aecef68ec"  # the first with `guanxi demo`
BREAKS = {"DJANGO_SETTINGS_MODULE": "bench.update_that_breaks.settings", "PYTHONPATH": str(ROOT)}
OF_LIBRARIES = ("django_", "procrastinate_")  # jobs run meanwhile, and everybody signs in again
TABLES = """
select c.relname, array_agg(a.attname order by a.attname) filter (where a.attnum > 0),
       (select array_agg(k.attname) from pg_index i
        join pg_attribute k on k.attrelid = c.oid and k.attnum = any(i.indkey)
        where i.indrelid = c.oid and i.indisprimary)
from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
group by c.oid, c.relname order by c.relname
"""
EVENTS = "platform_event"
# An update teaches the built-in roles new verbs and masks; what they were told before stays.
TAUGHT = {"platform_role": {"grants", "updated_at"}}
# The sum does not depend on the order of rows; the key ties each value to its row.
SUM = "coalesce(sum(hashtextextended(({key})::text || ':' || coalesce({column}::text, ''), 0)), 0)"
GIVEN_NAMES = re.compile(r"\b(\w+_)[0-9a-f]{8}(_\w+)?\b")  # Django's names of what it made
# A restored database says the same of constants in other casts.
CASTS = re.compile(r"::(?:text\[\]|text|character varying)|[()]")
RESTRICTED = re.compile(r"^\\(?:un)?restrict .*$", re.MULTILINE)  # with a word made at random


@dataclass(frozen=True)
class Table:
    """One table's rows, and a sum over every column by which a changed value is noticed."""

    rows: int
    sums: dict[str, str]


def tables(
    served: Served, known: dict[str, Table] | None = None, last_event: int | None = None
) -> dict[str, Table]:
    """What is in the database; of `known` tables, in the columns of then that are still there.

    Of events those until `last_event`.
    """
    found = {}
    with served.connect() as session:
        for name, columns, key in session.execute(TABLES).fetchall():
            if known is not None and name not in known:
                continue
            chosen = [c for c in columns if known is None or c in known[name].sums]
            row = SQL("row({})").format(SQL(", ").join(map(Identifier, key)))
            sums = [SQL(SUM).format(key=row, column=Identifier(c)) for c in chosen]
            query = SQL("select count(*), {} from {}").format(
                SQL(", ").join(sums), Identifier(name)
            )
            if name == EVENTS and last_event is not None:
                query += SQL(" where id <= {}").format(last_event)
            told = session.execute(query).fetchone()
            assert told is not None
            rows, *values = told
            found[name] = Table(rows, dict(zip(chosen, map(str, values), strict=True)))
    return found


def compared(before: dict[str, Table], after: dict[str, Table]) -> dict[str, Any]:
    """Table by table: rows before and after, the columns that are gone or hold something else."""
    found = {}
    for name, old in before.items():
        new = after.get(name, Table(0, {}))
        if new != old:
            changed = [column for column, sum_ in old.sums.items() if new.sums.get(column) != sum_]
            found[name] = {"rows": [old.rows, new.rows], "changed": changed}
    return found


def schema(served: Served) -> list[str]:
    """The schema as pg_dump tells it, without what a name alone tells apart."""
    parameters = roles.embedded_parameters(served.home, "owner")
    password = {"PGPASSWORD": str(parameters.pop("password"))}
    names = {"host": "--host", "port": "--port", "user": "--username", "dbname": "--dbname"}
    where = [f"{names[key]}={value}" for key, value in parameters.items()]
    program = served.home.path / "postgres" / "bin" / "pg_dump"
    if not program.exists():
        program = next(served.home.path.glob("postgres/**/pg_dump"))
    said = subprocess.run(
        [program, "--schema-only", "--no-comments", *where],
        check=True, stdout=subprocess.PIPE, text=True, env=password,
    ).stdout  # fmt: skip
    said = RESTRICTED.sub("", said)
    lines = (line.strip().rstrip(",") for line in said.splitlines())
    # The columns of an upgraded table stand in another order: lines are compared, not their order.
    kept = (line for line in lines if line and not line.startswith("--"))
    return sorted(CASTS.sub("", GIVEN_NAMES.sub(r"\1\2", line)) for line in kept)


def drifted(wanted: list[str], found: list[str]) -> str:
    """What one schema has and the other has not; "" if they are the same."""
    lacks, has = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    return f"lacks {sorted(lacks)}, has {sorted(has)}" if lacks or has else ""


def build(commit: str, folder: Path) -> Path:
    """Check a commit out and install its own pinned packages; returns its Python."""
    archive = subprocess.Popen(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE)
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", folder], stdin=archive.stdout, check=True)
    if archive.wait():
        raise SystemExit(f"There is no commit {commit}: fetch the whole history.")
    python = folder / ".venv/bin/python"
    subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pinned = [f"-r{folder}/requirements/{name}.txt" for name in ("build", "base")]
    subprocess.run([*pip, "--require-hashes", *pinned], check=True, stdout=sys.stderr)
    own = ["--no-deps", "--no-build-isolation", "--editable", folder]
    subprocess.run([*pip, *own], check=True, stdout=sys.stderr)
    return python


def make_old(python: Path, folder: Path, customers: int) -> dict[str, str]:
    """Make the sample firm by the old version; returns whom to sign in as."""
    old = Served(folder, python=python)
    users = old.load_sample(customers)
    user = next(user for user in users if user["role"] == "administrator")
    with serving(old, "--workers", "1"):
        browser = Browser(old.port)
        browser.sign_in(user)
        browser.must("POST", "tasks", {"title": "made by the old version"})
    return user


def copy(
    pattern: Path, folder: Path, python: Path | str = sys.executable, **variables: str
) -> Served:
    subprocess.run(["cp", "--archive", pattern, folder], check=True)
    return Served(folder, python=python, **variables)


class Proof:
    """The workspace of the old version, and what was found out about updating it."""

    def __init__(self, old_python: Path, pattern: Path, user: dict[str, str]):
        self.python, self.pattern, self.user = old_python, pattern, user
        self.folder = pattern.parent
        with self.opened(Served(pattern)) as old:
            self.before, self.schema = tables(old), schema(old)
            self.grants = old.sql("select id, grants::text from platform_role")
            self.last_event = old.one(f"select max(id) from {EVENTS}")  # noqa: S608

    @contextmanager
    def opened(self, served: Served) -> Iterator[Served]:
        """Have the database run, by this version's programs, without touching what is in it."""
        with Cluster(served.home):
            yield served

    def assert_untouched(self, served: Served, when: str) -> None:
        """All rows and the schema are those of the old version, and it serves them."""
        with self.opened(served):
            if difference := compared(self.before, tables(served)):
                raise SystemExit(f"{when}, rows differ: {difference}")
            if drift := drifted(self.schema, schema(served)):
                raise SystemExit(f"{when}, the schema is not that of the old version: {drift}")
        old = Served(served.home.path, python=self.python)
        with serving(old, "--workers", "1"):
            self.look_around(old)

    def look_around(self, served: Served) -> int:
        """Sign in with the old password and count the customers."""
        browser = Browser(served.port)
        browser.sign_in(self.user)
        browser.must("GET", "customers")
        (task,) = browser.must(
            "GET",
            "tasks",
            filter={"field": "title", "op": "eq", "value": "made by the old version"},
        ).json["items"]
        browser.must("GET", f"tasks/{task['id']}/history")
        count: int = browser.must("GET", "customers/count").json["count"]
        return count

    def fails(self) -> str:
        """A migration fails behind all that go well."""
        served = copy(self.pattern, self.folder / "fails", **BREAKS)
        done = served.run("migrate")
        if done.returncode != 1 or "division by zero" not in done.stderr:
            raise SystemExit(f"A failing migration went unnoticed: {done}")
        (file,) = served.home.backups.glob("*-before-migration.tar.gz")
        if str(file) not in done.stderr:
            raise SystemExit(f"The backup is not named: {done.stderr}")
        self.assert_untouched(served, "After a migration that failed")
        archive.verify(file)
        # The old version restores what the new one backed up, into a workspace of its own.
        elsewhere = Served(self.folder / "restored", python=self.python)
        elsewhere.guanxi("restore", file)
        self.assert_untouched(elsewhere, "Restored by the old version")
        told: str = done.stderr.strip().splitlines()[0]
        return told

    def killed(self, times: int, chance: random.Random) -> dict[str, int]:
        """The update is killed at any moment, its database with it every other time."""
        unfinished = 0
        seconds = self.seconds_of_update()
        for number in range(times):
            served = copy(self.pattern, self.folder / f"killed-{number}")
            update = subprocess.Popen(
                served.command("migrate"), env=served.environment, cwd="/",
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(chance.uniform(0, seconds))  # the moment is what is tried
            postmaster = served.postmaster() if number % 2 else None
            unfinished += update.poll() is None
            for process in filter(None, (postmaster, update)):
                process.kill()
            update.wait()
            for file in served.home.backups.glob("*.tar.gz"):
                archive.verify(file)
            with self.opened(served):
                wait_until(
                    "sessions of the killed have ended",
                    lambda: (
                        not served.one(  # noqa: B023  called at once
                            "select count(*) from pg_stat_activity where usename = 'guanxi_owner'"
                        )
                    ),
                )
                is_old = schema(served) == self.schema
            if is_old:
                self.assert_untouched(served, "After an update that was killed")
            served.guanxi("migrate")
            self.assert_whole(served, "After an update that was killed, and made again")
            shutil.rmtree(served.home.path)
        return {"times": times, "unfinished": unfinished}

    def seconds_of_update(self) -> float:
        served = copy(self.pattern, self.folder / "timed")
        began = time.monotonic()
        served.guanxi("migrate")
        seconds = time.monotonic() - began
        shutil.rmtree(served.home.path)
        return seconds

    def without_space(self) -> str:
        """The disk is full before the backup is made: nothing happens, and the reason is told."""
        size = sum(f.lstat().st_size for f in self.pattern.rglob("*") if f.is_file()) // 2**20
        with small_disk(self.folder / "disk", size + 200) as disk:
            served = copy(self.pattern, disk / "home")
            with self.opened(served), filled(disk, left=2**18):
                done = served.run("migrate")
            if done.returncode != 1 or "Traceback" in done.stderr:
                raise SystemExit(f"A full disk is not told: {done}")
            self.assert_untouched(served, "After an update without space")
            for file in served.home.backups.iterdir():
                archive.verify(file)  # a small firm's may have had space; half of one stays nowhere
            served.guanxi("migrate")
            self.assert_whole(served, "Updated once there was space")
        said: str = done.stderr.strip().splitlines()[0]
        return said

    def update(self) -> dict[str, Any]:
        """The update to its end; what is the same, and what differs from a new workspace."""
        served = copy(self.pattern, self.folder / "updated")
        began = time.monotonic()
        with serving(served, "--workers", "1"):  # as people do: by starting the new version
            seconds = time.monotonic() - began
            count = self.look_around(served)
            self.assert_whole(served, "After the update")
            updated = schema(served)
        (file,) = served.home.backups.glob("*-before-migration.tar.gz")
        new = Served(self.folder / "new")
        new.load_sample(50)
        with self.opened(new):
            fresh = schema(new)
        if drift := drifted(fresh, updated):
            raise SystemExit(f"The schema is not that of a new workspace: {drift}")
        # And back: the old version, with the backup made before.
        back = Served(served.home.path, python=self.python)
        back.guanxi("restore", file, "--force")
        self.assert_untouched(back, "Restored after the update")
        return {
            "customers": count,
            "rows": sum(table.rows for table in self.before.values()),
            "tables": len(self.before),
            "until_it_answers_seconds": round(seconds, 1),
        }

    def assert_whole(self, served: Served, when: str) -> None:
        """Every row of the firm is there, with every value it had; roles may have learnt."""
        with self.opened(served):
            difference = compared(self.before, tables(served, self.before, self.last_event))
            self.assert_roles_only_learnt(served, when)
        ours = {
            name: table
            for name, table in difference.items()
            if not name.startswith(OF_LIBRARIES)
            and not (
                len(set(table["rows"])) == 1 and set(table["changed"]) <= TAUGHT.get(name, set())
            )
        }
        if ours:
            raise SystemExit(f"{when}, rows differ: {ours}")

    def assert_roles_only_learnt(self, served: Served, when: str) -> None:
        """Each role may do all it could; that and who looked around is all that was written."""
        forgot = "select name from platform_role where id = %s and not grants @> %s::jsonb"
        for role, grants in self.grants:
            for (name,) in served.sql(forgot, role, grants):
                raise SystemExit(f"{when}, the role {name} may do less than before.")
        others = served.sql(
            f"select object, action, count(*) from {EVENTS} "  # noqa: S608
            "where id > %s and object not in ('role', 'sign_in') group by object, action",
            self.last_event,
        )
        if others:
            raise SystemExit(f"{when}, rows of the firm were changed: {others}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commit", default=FIRST, help="of the old version")
    parser.add_argument("--python", type=Path, help="of that version, if it is built already")
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=20, help="how often the update is killed")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-full-disk", action="store_true", help="it needs root, to mount one")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guanxi-upgrade-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        python = chosen.python or build(chosen.commit, folder / "old")
        pattern = folder / "pattern"
        user = make_old(python, pattern, chosen.customers)
        proof = Proof(python, pattern, user)
        figures = {
            "from": chosen.commit,
            "update": proof.update(),
            "a_migration_fails": proof.fails(),
            "killed": proof.killed(chosen.times, random.Random(chosen.seed)),
            "without_space": None if chosen.no_full_disk else proof.without_space(),
        }
    print(json.dumps(figures, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
