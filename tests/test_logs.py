"""The log of an installation: one file that all its processes write."""

import json
import logging.config
import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from django.conf import settings

LINES = 700
SMALL = 20_000  # bytes: so that the processes rotate the file many times


def _write(writer: int, logging_settings: dict[str, Any], all_here: Barrier) -> None:
    logging.config.dictConfig(logging_settings)
    all_here.wait(60)
    for line in range(LINES):
        logging.getLogger("guanxi").info("%d:%d", writer, line)


def test_processes_that_write_and_rotate_together_lose_no_line(tmp_path: Path) -> None:
    handlers: dict[str, Any] = settings.LOGGING["handlers"]
    file = handlers["file"] | {
        "filename": str(tmp_path / "guanxi.log"),
        "maxBytes": SMALL,
        "backupCount": 12,  # room for all, with no file rotated before it is full
    }
    ours = settings.LOGGING | {"handlers": handlers | {"file": file}}
    fresh = multiprocessing.get_context("spawn")
    all_here = fresh.Barrier(3)
    writers = [fresh.Process(target=_write, args=(i, ours, all_here)) for i in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    files = list(tmp_path.glob("guanxi.log*"))
    assert len(files) > 5
    found = [json.loads(line)["message"] for f in files for line in f.read_text().splitlines()]
    assert sorted(found) == sorted(f"{i}:{n}" for i in range(3) for n in range(LINES))
