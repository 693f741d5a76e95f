"""Tells users of changes a moment after they are committed, for as long as the worker runs."""

import logging
import threading
import time

import psycopg
from django.db import connection

from guanxi.platform.live.triggers import CHANNEL
from guanxi.platform.notifications.making import notify_of_events

GATHER = 0.1  # seconds: changes so close together are looked at as one
SOON = 1.0  # seconds until another look: a change may have waited for an older transaction
IDLE = 10.0  # seconds between looks when nothing is heard of
AFTER_FAILURE = 5.0  # seconds

log = logging.getLogger(__name__)


def start() -> None:
    """Begin to read the event stream, in a thread that ends with the process."""
    threading.Thread(target=_read_for_good, name="notifications", daemon=True).start()


def _read_for_good() -> None:
    while True:
        try:
            _read()
        except Exception:  # whatever it is, people must be told once it is over
            log.exception("notifications were interrupted; trying again")
            time.sleep(AFTER_FAILURE)  # a database that is gone is back no sooner
        finally:
            connection.close()


def _read() -> None:
    """Look whenever the live notices of ADR 8 say that something was committed."""
    parameters = connection.get_connection_params()
    with psycopg.connect(**parameters, autocommit=True) as database:
        database.execute(f"listen {CHANNEL}")
        while True:
            notify_of_events()
            heard = list(database.notifies(timeout=IDLE, stop_after=1))
            while heard:
                list(database.notifies(timeout=GATHER))
                notify_of_events()
                heard = list(database.notifies(timeout=SOON, stop_after=1))
