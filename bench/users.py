"""People at work: so many at once, each in their role, on the real server over HTTP.

python bench/users.py --users 8 50 --minutes 10 serves a sample firm and lets simulated people sign
in and do what their role does all day: look at home and lists, filter, scroll, open customers, read
timelines, search as they type, note calls, edit in place (If-Match), make and complete tasks; each
with an open stream of live events, and with pauses in between. Prints JSON: for each number of
people milliseconds by action at the 50th, 95th and 99th percentile, errors, refused edits (409),
processor time and memory of the server; and what the most of them wait compared with the fewest.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from served import Answer, Browser, Served, serving, wait_until

from guanxi.platform.workspaces import processes
from guanxi.platform.workspaces.home import Home

CONFLICT = 409
OPEN = {"field": "status", "op": "in", "value": ["open"]}
RECONNECT = 2.0  # seconds, as the server asks of browsers
TYPED_EVERY = 0.15  # seconds between letters
# How often each does what, by role.
SELLS = {
    "home": 2, "list": 2, "filter": 3, "scroll": 1, "record": 6, "search": 3, "call": 3, "edit": 3,
    "task": 2, "complete": 1,
}  # fmt: skip
READS = {"home": 1, "list": 3, "filter": 3, "scroll": 2, "record": 4, "search": 3}
DAYS = {
    "account_manager": SELLS,
    "sales": SELLS,
    "service": {**SELLS, "search": 6, "filter": 1, "home": 1},
    "manager": {**READS, "home": 3, "totals": 2, "board": 1, "edit": 1, "task": 1},
    "marketer": {**READS, "filter": 6, "totals": 1},
    "analyst": {**READS, "totals": 4},
    "read_only": READS,
    "administrator": {**READS, "edit": 1},
}


@dataclass
class Noted:
    """What all people together waited for, and what went wrong."""

    waited: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    conflicts: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    events: int = 0

    def percentiles(self) -> dict[str, dict[str, float]]:
        found = {}
        for action, waits in sorted(self.waited.items()):
            cuts = statistics.quantiles(waits, n=100) if len(waits) > 1 else waits * 99
            some = {f"p{n}_ms": round(cuts[n - 1] * 1000, 1) for n in (50, 95, 99)}
            found[action] = {"times": len(waits), **some}
        return found


class Person(threading.Thread):
    """One person with a browser, from signing in to going home."""

    def __init__(self, served: Served, user: dict[str, str], noted: Noted, *, seed: str,
                 pause: float, end: float):  # fmt: skip
        super().__init__(daemon=True)
        self.noted, self.user, self.pause, self.end = noted, user, pause, end
        self.chance = random.Random(seed)
        self.browser = Browser(served.port)
        self.browser.sign_in(user)
        self.me = self.browser.must("GET", "session").json["user"]["id"]
        self.page = str(uuid4())
        self.rows: list[dict[str, Any]] = []
        self.query: dict[str, Any] = {}
        self.next: str | None = None
        self.open: Answer | None = None
        self.words = ["王", "li", "陈晓", "zhang", "138", "公司"]
        self.stream = threading.Thread(target=self.listen, daemon=True)
        self.is_gone = False

    def run(self) -> None:
        self.stream.start()
        day = DAYS[self.user["role"]]
        while time.monotonic() < self.end:
            (name,) = self.chance.choices(list(day), list(day.values()))
            try:
                getattr(self, f"do_{name}")()
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                self.noted.errors[f"{name}: {type(error).__name__}: {error}"[:200]] += 1
            # As people do: mostly quickly on, now and then a longer while.
            # People read what they see before they go on.
            time.sleep(min(self.chance.expovariate(1 / self.pause), self.left()))
        self.is_gone = True

    def left(self) -> float:
        return max(0.0, self.end - time.monotonic())

    def listen(self) -> None:
        """The stream stays open all day; one that ends is opened again, as browsers do."""
        while not self.is_gone:
            try:
                for line in self.browser.listen():
                    self.noted.events += line.startswith(b"event:")
                    if self.is_gone:
                        return
                why = "ended"
            except (OSError, http.client.HTTPException) as error:
                why = type(error).__name__
            if not self.is_gone:
                self.noted.errors[f"the stream: {why}"] += 1
                time.sleep(RECONNECT)  # as a browser waits

    def ask(self, method: str, path: str, body: Any = None, *, headers: Any = None,
            **query: Any) -> Answer:  # fmt: skip
        answer = self.browser.ask(method, path, body, headers, **query)
        if answer.status == CONFLICT:
            self.noted.conflicts += 1
        elif answer.status >= 400:
            said = answer.json if b'"code"' in answer.body else {}
            reason = f"{answer.status} {said.get('code')} {said.get('detail')}"
            self.noted.errors[f"{method} {path.split('/')[0]}: {reason}"] += 1
        return answer

    def timed(self, action: str, call: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        found = call()
        self.noted.waited[action].append(time.perf_counter() - began)
        return found

    def do_home(self) -> None:
        def look() -> None:
            self.ask("GET", "insight/base")
            self.ask("GET", "insight/attention", mine="true")
            self.ask("GET", "tasks", filter=OPEN, limit=20)
            self.ask("GET", "notifications/unread")

        self.timed("home", look)

    def show(self, action: str, **query: Any) -> None:
        self.query = {name: value for name, value in query.items() if name != "cursor"}
        answer = self.timed(action, lambda: self.ask("GET", "customers", **query))
        if answer.status == 200:
            self.rows, self.next = answer.json["items"], answer.json["next"]
            self.words += [row["name"] for row in self.rows[:5] if row.get("name")]

    def do_list(self) -> None:
        self.show("list", **self.chance.choice([{}, {"sort": "-expected_value_12m"}]))

    def do_filter(self) -> None:
        towns = [row["city"] for row in self.rows if row.get("city")] or ["上海"]
        conditions = [
            {"field": "city", "op": "eq", "value": self.chance.choice(towns)},
            {"field": "stage", "op": "in", "value": ["return"]},
            {"field": "kind", "op": "in", "value": ["organization"]},
        ]
        condition = self.chance.choice(conditions)
        self.show("filter", filter=condition)
        self.timed("count", lambda: self.ask("GET", "customers/count", filter=condition))

    def do_scroll(self) -> None:
        if self.next:
            self.show("scroll", **self.query, cursor=self.next)

    def do_record(self) -> None:
        if not self.rows:
            self.do_list()
        if not self.rows:
            return
        pk = self.chance.choice(self.rows)["id"]
        self.open = self.timed("record", lambda: self.ask("GET", f"customers/{pk}"))
        self.timed("timeline", lambda: self.ask("GET", f"customers/{pk}/timeline"))
        self.ask("GET", f"customers/{pk}/scores")
        here = {"object": "customer", "id": pk}
        self.ask("PUT", f"live/pages/{self.page}", here)

    def do_search(self) -> None:
        """A word, letter by letter: each asks again."""
        word = self.chance.choice(self.words[-200:])[:5]
        for length in range(1, len(word) + 1):
            part = word[:length]
            self.timed("search as typed", lambda: self.ask("GET", "search", q=part))  # noqa: B023  called at once
            time.sleep(TYPED_EVERY)  # as fast as people type

    def may(self, verb: str) -> bool:
        return bool(
            self.open and self.open.status == 200 and verb in self.open.json.get("can", [verb])
        )

    def do_edit(self) -> None:
        """A cell of the open record. Who comes second is asked whose to keep, and looks again."""
        self.do_record()
        if not self.may("change") or self.open is None:
            return
        version = {"If-Match": self.open.headers["etag"]}
        pk, text = self.open.json["id"], f"seen {self.chance.randrange(10**6)}"
        self.timed(
            "edit",
            lambda: self.ask("PATCH", f"customers/{pk}", {"remark": text}, headers=version),
        )

    def do_call(self) -> None:
        self.do_record()
        if self.open is None or self.open.status != 200:
            return
        body = {
            "customer": self.open.json["id"], "channel": "call", "direction": "out",
            "subject": f"call {self.chance.randrange(10**6)}",
        }  # fmt: skip
        once = {"Idempotency-Key": str(uuid4())}
        self.timed("call", lambda: self.ask("POST", "interactions", body, headers=once))

    def do_task(self) -> None:
        due = (datetime.now(UTC) + timedelta(days=self.chance.randrange(30))).date()
        body = {"title": f"task {self.chance.randrange(10**6)}", "due_on": due.isoformat()}
        once = {"Idempotency-Key": str(uuid4())}
        self.timed("task", lambda: self.ask("POST", "tasks", body, headers=once))

    def do_complete(self) -> None:
        mine = {"and": [
            OPEN,
            {"field": "owner", "op": "in", "value": [self.me]},
        ]}  # fmt: skip
        items = self.ask("GET", "tasks", filter=mine, limit=20).json.get("items")
        if items:
            pk = self.chance.choice(items)["id"]
            self.timed("complete", lambda: self.ask("POST", f"tasks/{pk}/complete"))

    def do_totals(self) -> None:
        query = {"group": "stage", "measures": "sum:expected_value_12m"}
        self.timed("totals", lambda: self.ask("GET", "customers/aggregate", **query))

    def do_board(self) -> None:
        self.timed("board", lambda: self.ask("GET", "tasks/board", by="status", limit=30))


def server_processes(served: Served) -> dict[int, psutil.Process]:
    """All of the server: supervisor, web, worker, and the sessions of its database."""
    own = [psutil.Process(served.process.pid)] if served.process else []
    database = processes.processes_of(Home(served.home.path).data)
    return {p.pid: p for p in [*own, *served.children(), *database]}


class Meter(threading.Thread):
    """Processor time and memory of the server, looked at every second."""

    def __init__(self, served: Served):
        super().__init__(daemon=True)
        self.served, self.is_over = served, threading.Event()
        self.seconds: dict[int, list[float]] = {}
        self.mib = 0.0

    def run(self) -> None:
        while not self.is_over.wait(1):
            memory = 0.0
            for pid, process in server_processes(self.served).items():
                with contextlib.suppress(psutil.Error):
                    times = process.cpu_times()
                    self.seconds.setdefault(pid, [times.user + times.system] * 2)
                    self.seconds[pid][1] = times.user + times.system
                    memory += process.memory_full_info().pss / 2**20
            self.mib = max(self.mib, memory)

    def end(self) -> dict[str, float]:
        self.is_over.set()
        self.join()
        used = sum(last - first for first, last in self.seconds.values())
        return {"cpu_seconds": round(used, 1), "most_mib": round(self.mib, 1)}


def day(served: Served, users: list[dict[str, str]], count: int, options: Any) -> dict[str, Any]:
    """So many people at work at once; accounts are shared when there are fewer."""
    noted, load = Noted(), os.getloadavg()[0]
    end = time.monotonic() + options.minutes * 60
    people = [
        Person(served, users[n % len(users)], noted, seed=f"{options.seed}:{count}:{n}",
               pause=options.pause, end=end)
        for n in range(count)
    ]  # fmt: skip
    for person in people:
        person.end = time.monotonic() + options.minutes * 60  # once all have signed in
    meter = Meter(served)
    meter.start()
    for person in people:
        person.start()
    for person in people:
        person.join()
    used = meter.end()
    actions = sum(len(waits) for waits in noted.waited.values())
    return {
        "users": count,
        "load_before": round(load, 2),
        "actions": actions,
        "errors": sum(noted.errors.values()),
        "conflicts": noted.conflicts,
        "live_events": noted.events,
        **used,
        "cpu_ms_per_action": round(used["cpu_seconds"] * 1000 / max(actions, 1), 1),
        "waited": noted.percentiles(),
        "what_went_wrong": dict(noted.errors.most_common(20)),
    }


def compared(fewest: dict[str, Any], most: dict[str, Any]) -> dict[str, float]:
    """By action, the 95th percentile of the most people as a multiple of that of the fewest."""
    pairs = {
        a: (fewest["waited"][a], w) for a, w in most["waited"].items() if a in fewest["waited"]
    }
    return {a: round(w["p95_ms"] / f["p95_ms"], 2) for a, (f, w) in pairs.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, nargs="+", default=[8, 50])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument(
        "--pause", type=float, default=5, help="seconds between actions, on average"
    )
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guanxi-users-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        served = Served(Path(name) / "home")
        users = served.load_sample(options.customers)
        with serving(served):
            waiting = "select count(*) from platform_searchtext where not indexed"
            wait_until(
                "all can be found", lambda: not served.one(waiting), seconds=4 * 3600, look=1
            )
            served.sql("vacuum analyze")  # as by the next morning
            days = [day(served, users, count, options) for count in options.users]
    figures = {
        "customers": options.customers,
        "minutes": options.minutes,
        "pause_seconds": options.pause,
        "days": days,
        "p95_last_to_first": compared(days[0], days[-1]),
    }
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    if any(some["errors"] for some in days):
        sys.exit("Some requests failed: see what_went_wrong.")


if __name__ == "__main__":
    main()
