"""kill -9 at any moment of what Guanxi does in the background, and what is there afterwards.

python bench/crashes.py --times 200 serves a sample firm with `guanxi serve` and lets imports (and
their undoing), bulk edits, score runs, backups, and messages to a webhook and to people take turns.
In each a process is killed at a moment drawn from --seed: the supervisor, it with all it started, a
web process, the worker, the database; or the database is restarted, or the backup itself killed.
Then everything must run again by itself, or after `guanxi serve` if the supervisor died, and SQL
must find all rows, events, notifications and messages once. At last the disk is full. Prints JSON:
how often what was killed in what, and the seconds until all was well again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from crash_works import Backup, BulkEdit, Import, Job, Messages, Score, Work
from served import Browser, Served, filled, small_disk

from tests.webhooks.receiver import Receiver, receiving

LITTLE = 4 * 2**20  # bytes: enough to ask for work, too few to do it
FULL_NUMBER = 300_000  # of the first work on a full disk: no other has it


def kill(served: Served, victim: str, chance: random.Random, own: list[Any]) -> set[int]:
    """Kill one process of the workspace, or have its database restarted; `own` is the backup's.

    Returns the numbers of the main processes that this ended.
    """
    ended: list[Any] = []
    match victim:
        case "supervisor":
            served.kill()
        case "everything":
            doomed = [*served.children(), *filter(None, [served.postmaster()])]
            served.kill()
            for process in doomed:
                with contextlib.suppress(Exception):  # it went with its parent
                    process.kill()
        case "database" | "database restarted":
            postmaster = served.postmaster()
            if postmaster is not None:
                ended = [postmaster]
                # "Fast shutdown", as of an administrator who restarts it: sessions are ended.
                postmaster.send_signal(signal.SIGKILL if victim == "database" else signal.SIGINT)
        case "backup":
            for process in own:
                process.kill()
        case _:
            main = served.child(victim)
            if main is not None:
                ended = [chance.choice([main, *main.children(recursive=True)])]
                ended[0].kill()
    return {process.pid for process in ended}


class World:
    """The served sample firm, an administrator's browser, and another firm's server."""

    def __init__(self, folder: Path, receiver: Receiver, *, customers: int, rows: int):
        import psycopg

        self.folder, self.receiver, self.rows = folder, receiver, rows
        self.gone = (psycopg.Error,)
        self.served = Served(folder / "home", GUANXI_WEBHOOK_HOSTS="localhost")
        self.elsewhere = Served(folder / "elsewhere")
        self.elsewhere.guanxi("migrate")
        users = self.served.load_sample(customers)
        self.user = next(u for u in users if u["role"] == "administrator")
        self.colleague = next(u["username"] for u in users if u["role"] == "account_manager")
        self.admin = Browser(self.served.port)

    def start(self) -> None:
        self.served.start("--workers", "1")
        self.admin.close()
        if not self.admin.cookies:
            self.admin.sign_in(self.user)
            hook = {"name": "ERP", "url": self.receiver.url, "objects": ["customer"]}
            actions = ["created", "changed", "deleted", "restored"]
            made = self.admin.must("POST", "webhooks", {**hook, "actions": actions}).json
            self.secret = made["secret"]

    def recover(self, ended: Collection[int] = ()) -> None:
        """All runs again: by itself, or started again if the supervisor is gone."""
        served = self.served
        if served.process is None:
            self.start()

        def runs_again() -> bool:
            main = (served.child("web"), served.child("worker"), served.postmaster())
            return all(p is not None and p.pid not in ended for p in main) and served.is_ready()

        served.wait_for("all runs again", runs_again)
        self.admin.close()


def run(world: World, times: int, chance: random.Random) -> dict[str, Any]:
    """So many crashes, the works in turns; each work once undisturbed before."""
    works: list[Work] = [w(world) for w in (Import, BulkEdit, Score, Backup, Messages)]
    usual = {work: undisturbed(work) for work in works}
    killed: Counter[str] = Counter()
    well_after: dict[str, list[float]] = {}
    for number in range(times):
        work = works[number % len(works)]
        victim = chance.choice(work.victims)
        name = f"{victim} in {type(work).__name__}"
        print(f"{number + 1}: {name}", file=sys.stderr, flush=True)
        work.begin(len(works) * 2 + number)
        time.sleep(chance.uniform(0, usual[work]))  # the moment is what is tried
        ended = kill(world.served, victim, chance, work.processes())
        began = time.monotonic()
        world.recover(ended)
        work.check_interrupted()
        work.finish()
        well_after.setdefault(victim, []).append(time.monotonic() - began)
        work.check()
        killed[name] += 1
    return {
        "times": times,
        "killed": dict(sorted(killed.items())),
        "well_again_after_seconds": {
            victim: {"median": round(statistics.median(some), 1), "longest": round(max(some), 1)}
            for victim, some in sorted(well_after.items())
        },
        "undisturbed_seconds": {type(w).__name__: round(s, 1) for w, s in usual.items()},
    }


def undisturbed(work: Work) -> float:
    """The seconds that the work takes from its beginning, as the longest of some."""
    taken = []
    for number in range(3 if isinstance(work, Import) else 2):
        work.begin(number)
        began = time.monotonic()
        work.finish()
        taken.append(time.monotonic() - began)
        work.check()
    return max(taken)


class FullDisk:
    """A firm on a disk of its own that somebody else fills."""

    def __init__(self, world: World, disk: Path):
        self.world, self.disk, self.served = world, disk, world.served

    def during(self, work: Job, number: int) -> str:
        """Begin with little space; returns how the job ended, or that it waits for its end."""
        if isinstance(work, Import):
            work.prepare(number)
        with filled(self.disk, left=LITTLE):
            if isinstance(work, Import):
                work.start(work.phase)
            else:
                work.begin(number)
            told = self.settled(work)
        print(f"{type(work).__name__}: {told}", file=sys.stderr, flush=True)
        self.world.recover()
        if told.startswith("failed"):
            path = f"imports/{work.pk}" if isinstance(work, Import) else f"jobs/{work.job}"
            self.world.admin.must("POST", f"{path}/resume")
        work.check_interrupted()
        work.finish()
        work.check()
        return told

    def settled(self, work: Job) -> str:
        """What is to be seen meanwhile: the job's refusal, or a database that cannot run."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            state = work.ended()
            if state is not None:
                error = self.served.one("select error from platform_job where id = %s", work.job)
                return f"{state}: {error}"
            time.sleep(0.2)  # between looks: another process tells nobody
        return "goes on once there is space"

    def backup(self) -> str:
        with filled(self.disk, left=2**20):
            done = self.served.run("backup")
            if done.returncode != 1 or "Traceback" in done.stderr:
                raise SystemExit(f"A backup without space: {done}")
            left = [p.name for p in self.served.home.backups.iterdir()]
        if left:
            raise SystemExit(f"A backup without space left {left}.")
        self.served.guanxi("backup")
        return done.stderr.strip()


def on_a_full_disk(folder: Path, receiver: Receiver, options: argparse.Namespace) -> dict[str, Any]:
    with small_disk(folder / "disk", options.disk_mib) as disk:
        world = World(disk, receiver, customers=options.customers, rows=options.rows)
        world.start()
        try:
            full = FullDisk(world, disk)
            edit, load = BulkEdit(world), Import(world)
            print("a full disk", file=sys.stderr, flush=True)
            return {
                "backup": full.backup(),
                "bulk_edit": full.during(edit, FULL_NUMBER),
                "import": {
                    phase: full.during(load, FULL_NUMBER + n) for n, phase in enumerate(load.PHASES)
                },
            }
        finally:
            world.served.stop()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=200, help="something is killed; 0: never")
    parser.add_argument("--customers", type=int, default=20_000, help="of the sample firm")
    parser.add_argument("--rows", type=int, default=60_000, help="of each import")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--disk-mib", type=int, default=4096, help="of the disk to be filled")
    parser.add_argument("--no-full-disk", action="store_true", help="it needs root, to mount one")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="guanxi-crashes-", dir="/tmp") as name,
        receiving() as receiver,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        world = World(folder, receiver, customers=options.customers, rows=options.rows)
        world.start()
        try:
            chance = random.Random(options.seed)
            figures = run(world, options.times, chance) if options.times else {}
        finally:
            world.served.stop()
        figures["full_disk"] = (
            None if options.no_full_disk else on_a_full_disk(folder, receiver, options)
        )
    print(json.dumps(figures, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
