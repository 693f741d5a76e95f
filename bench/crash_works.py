"""What Guanxi does in the background, and how to tell that all of it is there once."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from import_customers import write_file
from served import Served, wait_until
from upgrade import Table, compared, tables

from guanxi.platform.workspaces import archive
from guanxi.platform.workspaces import backup as backups

if TYPE_CHECKING:
    from crashes import World

AWAY = (OSError, http.client.HTTPException)  # what a browser notices of a server that died
VICTIMS = ("supervisor", "everything", "web", "worker", "database", "database restarted")
CHANGED_AT_ONCE = 40  # records of one round of messages
# What a customer is made of; other tables change by themselves, such as those of jobs.
OF_THE_FIRM = ("customers_", "sales_", "products_", "interactions_", "insight_", "platform_event")


class Work(ABC):
    """Something that takes a while, may be interrupted at any moment and must not be half done."""

    victims: tuple[str, ...] = VICTIMS

    def __init__(self, world: World):
        self.world, self.served = world, world.served

    @abstractmethod
    def begin(self, number: int) -> None:
        """Start it; returns while it goes on."""

    def check_interrupted(self) -> None:
        """Right after the crash, when the server answers again: nothing half done is shown."""
        return

    @abstractmethod
    def finish(self) -> None:
        """Wait until it has ended as it ought to; try again what only its user can."""

    @abstractmethod
    def check(self) -> None:
        """All is there, once."""

    def processes(self) -> list[Any]:
        """What it runs beside the server."""
        return []


class Job(Work):
    """Work that the worker does as a job, taken up again by itself."""

    job = ""

    def finish(self) -> None:
        state = wait_until("the job has ended", self.ended)
        if state != "done":
            error = self.served.sql("select error from platform_job where id = %s", self.job)
            raise SystemExit(f"{type(self).__name__} is {state}: {error}")

    def ended(self) -> str | None:
        with contextlib.suppress(*self.world.gone):
            state: str = self.served.one("select state from platform_job where id = %s", self.job)
            return None if state in ("queued", "running") else state
        return None


class Import(Job):
    """A file is tried, written and taken back; one of the three is interrupted."""

    PHASES = ("preview", "run", "undo")

    def begin(self, number: int) -> None:
        self.prepare(number)
        self.start(self.phase)

    def prepare(self, number: int) -> None:
        """Do all that comes before the phase that is interrupted."""
        self.rows = self.world.rows
        self.phase = self.PHASES[number % len(self.PHASES)]
        path = self.world.folder / "customers.csv"
        write_file(path, self.rows, first=number * self.rows)
        self.before = self.counted()
        answer = self.world.admin.upload(
            "imports", path.name, path.read_bytes(), target="customer", options="{}"
        )
        self.pk = answer.json["id"]
        for verb in self.PHASES[: self.PHASES.index(self.phase)]:
            self.start(verb)
            super().finish()

    def start(self, verb: str) -> None:
        self.world.admin.must("POST", f"imports/{self.pk}/{verb}")
        self.job = str(self.served.one("select job_id from platform_import where id = %s", self.pk))

    def counted(self) -> dict[str, int]:
        names = ("customers_customer", "customers_identity")
        return {
            name: self.served.one(f"select count(*) from {name} where deleted_at is null")  # noqa: S608
            for name in names
        }

    def check_interrupted(self) -> None:
        """Customers come with what identifies them, batch by batch: none without its three.

        To take them back goes object by object, and goes on where it was.
        """
        if self.phase == "undo":
            return
        bare = self.served.one(
            "select count(*) from customers_customer c where deleted_at is null"
            " and (select count(*) from customers_identity i"
            "      where i.customer_id = c.id and i.deleted_at is null) <> 3"
            " and exists (select from platform_event e where e.record_id = c.id"
            " and e.action = 'insert' and e.source = %s)",
            f"import:{self.pk}",
        )
        if bare:
            raise SystemExit(f"{bare} customers of import {self.pk} are there by half.")

    def finish(self) -> None:
        super().finish()
        if self.phase == "preview":
            self.start("run")
            super().finish()

    def check(self) -> None:
        added = 0 if self.phase == "undo" else self.rows
        wanted = {
            "customers_customer": self.before["customers_customer"] + added,
            "customers_identity": self.before["customers_identity"] + 3 * added,
        }
        events = self.served.sql(
            "select action, count(*), count(distinct record_id) from platform_event"
            " where object = 'customer' and source = %s group by action",
            f"import:{self.pk}",
        )
        made = {action: (n, records) for action, n, records in events}
        if self.counted() != wanted or made.get("insert") != (self.rows, self.rows):
            raise SystemExit(f"Import: {self.counted()} instead of {wanted}; events {made}")
        if self.phase != "undo":  # the next one finds as many as before
            self.start("undo")
            super().finish()


class BulkEdit(Job):
    """All customers that a filter picks are changed."""

    def begin(self, number: int) -> None:
        self.text = f"round {number}"
        body = {"filter": {}, "set": {"remark": self.text}}
        self.customers = self.served.one(
            "select count(*) from customers_customer where deleted_at is null"
        )
        answer = self.world.admin.must("POST", "customers/bulk", body)
        self.job = answer.json["id"]

    def check(self) -> None:
        changed = self.served.one(
            "select count(*) from customers_customer where deleted_at is null and remark = %s",
            self.text,
        )
        events = self.served.sql(
            "select count(*), count(distinct record_id) from platform_event"
            " where object = 'customer' and action = 'update' and changes->'remark'->>1 = %s",
            self.text,
        )
        if (changed, events) != (self.customers, [(self.customers, self.customers)]):
            raise SystemExit(f"Bulk edit: {changed} of {self.customers} changed, events {events}")


class Score(Job):
    """All customers are scored as of one of two days, whose scores an undisturbed run told."""

    SUM = """
    select count(*), sum(hashtextextended((customer_id, stage, rfm_class, abc_class, purchases,
        monetary, probability_alive, expected_value_12m)::text, 0))::text
    from insight_customerscore
    """
    # Two runs of the same day may differ in the last digits, never in what they add up to.
    TOLD = """
    select count(*), count(distinct stage), sum(purchases), sum(monetary),
           sum(hashtextextended((customer_id, stage, rfm_class, abc_class)::text, 0))::text,
           round(sum(probability_alive)::numeric, 4), round(sum(expected_value_12m), 1)
    from insight_customerscore
    """
    DAYS = ("2026-03-01", "2026-06-01")

    def __init__(self, world: World):
        super().__init__(world)
        self.known: dict[str, Any] = {}

    def begin(self, number: int) -> None:
        self.day = self.DAYS[number % 2]
        self.before = self.state()
        answer = self.world.admin.must("POST", "insight/runs", {"as_of": self.day})
        self.job = answer.json["id"]

    def state(self) -> tuple[Any, Any]:
        """The run in force and all its scores."""
        run = self.served.sql(
            "select id, as_of::text from insight_scorerun order by finished_at desc limit 1"
        )
        return run, self.served.sql(self.SUM)

    def check_interrupted(self) -> None:
        with self.served.connect() as session, session.transaction():
            session.execute("set transaction isolation level repeatable read")
            run = session.execute(
                "select id, as_of::text from insight_scorerun order by finished_at desc limit 1"
            ).fetchall()
            scores = session.execute(self.SUM).fetchall()
        if run == self.before[0] and scores != self.before[1]:
            raise SystemExit(f"Half of a run's scores are in force: {scores}, not {self.before}")

    def check(self) -> None:
        run, scores = self.state()[0], self.served.sql(self.TOLD)
        if run[0][1] != self.day:
            raise SystemExit(f"The run in force is {run}, not that of {self.day}.")
        if self.known.setdefault(self.day, scores) != scores:
            raise SystemExit(f"Scores of {self.day}: {scores}, not {self.known[self.day]}.")


class Backup(Work):
    """A backup is made by a command beside the server."""

    victims = (*VICTIMS, "backup", "backup")

    def begin(self, number: int) -> None:
        for file in self.served.home.backups.glob("*.tar.gz"):
            file.unlink()
        self.process = subprocess.Popen(
            self.served.command("backup"), env=self.served.environment, cwd="/",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def processes(self) -> list[Any]:
        return [self.process]

    def finish(self) -> None:
        self.process.wait()
        for file in self.made():
            archive.verify(file)
        if not self.made():
            self.served.guanxi("backup")

    def made(self) -> list[Path]:
        return list(self.served.home.backups.glob("*.tar.gz"))

    def check(self) -> None:
        """The one file there is restores to the same rows; a killed one's remains are gone."""
        (file,) = self.made()
        restored = self.world.elsewhere
        restored.guanxi("restore", file, "--force")
        with backups.opened(restored.home):
            there = of_the_firm(restored)
        if difference := compared(of_the_firm(self.served), there):
            raise SystemExit(f"The restored backup differs: {difference}")
        if self.process.returncode:
            left = [p.name for p in self.served.home.backups.iterdir() if p != file]
            if left:
                raise SystemExit(f"A killed backup left {left}.")


def of_the_firm(served: Served) -> dict[str, Table]:
    """What a backup has to keep. The number of a transaction belongs to a server (see restore)."""
    return {
        name: Table(table.rows, {c: s for c, s in table.sums.items() if c != "xid"})
        for name, table in tables(served).items()
        if name.startswith(OF_THE_FIRM) and name != "platform_eventcursor"
    }


class Messages(Work):
    """Somebody changes a colleague's customers: the colleague and another server are told."""

    def begin(self, number: int) -> None:
        self.text = f"town {number}"
        self.served.sql("update platform_notification set read_at = now() where read_at is null")
        self.records = [
            str(pk) for (pk,) in self.served.sql(
                "select c.id from customers_customer c join platform_user u on u.id = c.owner_id"
                " where u.username = %s and c.deleted_at is null order by c.id limit %s",
                self.world.colleague, CHANGED_AT_ONCE,
            )
        ]  # fmt: skip
        self.waiting = list(self.records)
        self.since = len(self.world.receiver.requests)
        with contextlib.suppress(*AWAY):
            while len(self.waiting) > len(self.records) // 2:
                self.change(self.waiting[-1])
                self.waiting.pop()

    def change(self, pk: str) -> None:
        """As a careful program does: with the version it knows, unless it is done already."""
        admin = self.world.admin
        now = admin.ask("GET", f"customers/{pk}")
        if now.status >= 500:
            raise http.client.HTTPException(now.status)
        if now.json["city"] != self.text:
            answer = admin.ask(
                "PATCH", f"customers/{pk}", {"city": self.text}, {"If-Match": now.headers["etag"]}
            )
            if answer.status >= 500:
                raise http.client.HTTPException(answer.status)
            if answer.status != 200:
                raise SystemExit(f"PATCH: {answer.status} {answer.body!r}")

    def finish(self) -> None:
        while self.waiting:
            with contextlib.suppress(*AWAY):
                self.change(self.waiting[-1])
                self.waiting.pop()
        wait_until("everybody was told", self.is_told)

    def is_told(self) -> bool:
        with contextlib.suppress(*self.world.gone):
            return len(self.notified()) >= len(self.records) and not self.served.one(
                "select count(*) from platform_webhookdelivery where state = 'waiting'"
            ) and len(self.arrived()) >= len(self.records)  # fmt: skip
        return False

    def notified(self) -> list[Any]:
        return self.served.sql(
            "select n.cause from platform_notification n join platform_user u on u.id = n.user_id"
            " join platform_event e on n.cause = 'event:' || e.id"
            " where u.username = %s and e.changes->'city'->>1 = %s and e.object = 'customer'",
            self.world.colleague, self.text,
        )  # fmt: skip

    def arrived(self) -> list[str]:
        """The customers that the other server was told of, each message counted once."""
        by_id = {r.headers["webhook-id"]: r for r in self.world.receiver.requests[self.since :]}
        for request in by_id.values():
            request.verified(self.world.secret)
        return [
            event["id"]
            for request in by_id.values()
            for event in request.events
            if event["object"] == "customer"
            and event["changes"].get("city", {}).get("new") == self.text
        ]

    def check(self) -> None:
        events = self.served.one(
            "select count(*) from platform_event where object = 'customer'"
            " and changes->'city'->>1 = %s",
            self.text,
        )
        notified, arrived = len(self.notified()), Counter(self.arrived())
        if (events, notified) != (len(self.records),) * 2 or arrived != Counter(self.records):
            raise SystemExit(
                f"Messages: {len(self.records)} changes, {events} events, {notified} notifications,"
                f" arrived {sorted(arrived.values())}"
            )
