"""The brake on guessing. It is kept in the database, so that every process holds it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from guanxi.platform.access.models import SignInAttempt
from guanxi.platform.objects.errors import DomainError

WINDOW_SECONDS = 15 * 60

# A window that begins in the future was begun before the clock was set back: it counts no more.
OVER = "a.window_started_at not between now() - make_interval(secs => %s) and now()"
COUNT = f"""
insert into platform_signinattempt as a (key, failures, window_started_at) values (%s, 1, now())
on conflict (key) do update set
    failures = case when {OVER} then 1 else a.failures + 1 end,
    window_started_at = case when {OVER} then now() else a.window_started_at end
"""  # noqa: S608  constants only
WAIT = f"""
select key, failures, extract(epoch from window_started_at - now())::int + %s
from platform_signinattempt a where key = any(%s) and not ({OVER})
"""  # noqa: S608  constants only


class TooManyAttempts(DomainError):
    status, code = 429, "too_many_attempts"


@dataclass(frozen=True)
class Brake:
    """So many failures of one thing, such as a name from an address, are let pass in a window."""

    what: str
    most: int

    @property
    def key(self) -> bytes:
        return hashlib.sha256(self.what.encode()).digest()


def of_sign_in(username: str, address: str) -> list[Brake]:
    """Guesses at one name, at all names from one address, and at one name from everywhere."""
    name = username.lower()
    return [
        Brake(f"{name}\0{address}", 10),
        Brake(f"address\0{address}", 60),
        Brake(f"name\0{name}", 100),
    ]


def refuse_if_braked(brakes: Sequence[Brake]) -> None:
    """Raises TooManyAttempts with the seconds to wait."""
    most = {brake.key: brake.most for brake in brakes}
    waits = [wait for key, failures, wait in _counted(brakes) if failures >= most[key]]
    if waits:
        wait = max(waits)
        raise TooManyAttempts(
            _("Too many failed attempts. Try again in %(n)s minutes.") % {"n": wait // 60 + 1},
            retry_after=wait,
        )


def failures_of(brakes: Sequence[Brake]) -> dict[bytes, int]:
    """How many were counted in the present window, of those with any."""
    return {key: failures for key, failures, _wait in _counted(brakes)}


def _counted(brakes: Sequence[Brake]) -> list[tuple[bytes, int, int]]:
    keys = [brake.key for brake in brakes]
    with connection.cursor() as cursor:
        cursor.execute(WAIT, [WINDOW_SECONDS, keys, WINDOW_SECONDS])
        return [(bytes(key), failures, wait) for key, failures, wait in cursor.fetchall()]


def count_failure(brakes: Sequence[Brake]) -> None:
    with connection.cursor() as cursor:
        for brake in sorted(brakes, key=lambda b: b.key):  # one order: no two lock crosswise
            cursor.execute(COUNT, [brake.key, WINDOW_SECONDS, WINDOW_SECONDS])


def forgive(brake: Brake) -> None:
    """Forget the failures before a success."""
    SignInAttempt.objects.filter(key=brake.key).delete()
