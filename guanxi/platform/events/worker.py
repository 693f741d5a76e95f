"""Reads the event stream a moment after it grew, for as long as the worker runs."""

import logging
import threading
import time
from collections.abc import Callable

import psycopg
from django.db import connection

from guanxi.platform.fields.version import one_version
from guanxi.platform.live.triggers import CHANNEL

GATHER = 0.1  # seconds: changes so close together are looked at as one
SOON = 1.0  # seconds until another look: a change may have waited for an older transaction
IDLE = 10.0  # seconds between looks when nothing is heard of
AFTER_FAILURE = 5.0  # seconds

log = logging.getLogger(__name__)


Read = Callable[[], None]  # reads on to the end of the stream


def keep_reading(name: str, read: Read) -> None:
    """Let a consumer read what happens, in a thread of its own that ends with the process."""
    threading.Thread(target=_read_for_good, args=(name, read), name=name, daemon=True).start()


def _read_for_good(name: str, read: Read) -> None:
    while True:
        try:
            _read(read)
        except Exception:  # whatever it is, nothing may be missed once it is over
            log.exception("%s were interrupted; trying again", name)
            time.sleep(AFTER_FAILURE)  # a database that is gone is back no sooner
        finally:
            connection.close()


def _read(read: Read) -> None:
    """Look whenever the live notices of ADR 8 say that something was committed."""
    parameters = connection.get_connection_params()
    with psycopg.connect(**parameters, autocommit=True) as database:
        database.execute(f"listen {CHANNEL}")
        while True:
            _once(read)
            heard = list(database.notifies(timeout=IDLE, stop_after=1))
            while heard:
                list(database.notifies(timeout=GATHER))
                _once(read)
                heard = list(database.notifies(timeout=SOON, stop_after=1))


def _once(read: Read) -> None:
    with one_version():  # for each reading anew: definitions change while the process runs
        read()
