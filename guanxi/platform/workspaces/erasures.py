"""The list of erasures beside the database, by which a restored backup is brought up to date.

A backup is older than what was erased since. So each erasure is also a line of a file in the
workspace's folder, which no restore replaces: ids, a day, and no value. The file is a copy of the
table `platform_erasure`, and is made up from it whenever something is erased or restored.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from .home import Home
from .locks import exclusive

Line = Mapping[str, Any]
TABLE = """
select jsonb_build_object(
    'id', id, 'object', object, 'record_id', record_id, 'records', records, 'basis', basis,
    'at', created_at
)::text from platform_erasure order by created_at, id
"""


def listed(home: Home) -> list[Line]:
    """The erasures of the file, the oldest first; none if there is no file."""
    try:
        text = home.erasures.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    # A line that was cut short when the machine stopped is in the table still.
    lines = text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]
    # One may be there twice, when it was added at once and by whoever made up the list.
    return list({one["id"]: one for one in (json.loads(line) for line in lines if line)}.values())


def add(home: Home, erasures: Iterable[Line]) -> int:
    """Write down those that the file does not have; returns how many. Safe to repeat."""
    with exclusive(home.run / "erasures.lock"):
        lines = listed(home)
        known = {line["id"] for line in lines}
        new = [line for line in erasures if line["id"] not in known]
        if new:
            draft = home.erasures.with_suffix(".new")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in [*lines, *new])
                file.flush()
                os.fsync(file.fileno())
            draft.replace(home.erasures)
    return len(new)


def append(home: Home, erasure: Line) -> None:
    """Write down one that is new, which takes no longer however many there are."""
    with exclusive(home.run / "erasures.lock"):
        descriptor = os.open(home.erasures, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            length = file.seek(0, os.SEEK_END)
            if length:
                file.seek(length - 1)
                if file.read(1) != b"\n":  # cut short: whatever it was is in the table
                    file.seek(0)
                    file.truncate(file.read().rfind(b"\n") + 1)
                    file.seek(0, os.SEEK_END)
            file.write(json.dumps(erasure).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def add_from(home: Home, database: psycopg.Connection[Any]) -> int:
    """Write down all that a database knows of; one of an older version knows of none."""
    there = database.execute("SELECT to_regclass('platform_erasure')").fetchone()
    if there is None or there[0] is None:
        return 0
    return add(home, [json.loads(text) for (text,) in database.execute(TABLE).fetchall()])
