"""Keeps the value ledger true: made once, followed from the event stream, checked every night.

One reader does all of it, a stretch of customers at a time, each one transaction with its place:
killed at any moment it goes on where it was. While the whole is made or checked, what happens is
heeded between two stretches.
"""

import datetime as dt
import logging

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.customers.models import Customer
from guanxi.insight.value.ledger import SOURCES, concerned, make_again
from guanxi.insight.value.models import THE_LEDGER, LedgerState
from guanxi.platform.events.reader import read_events, skip_events
from guanxi.platform.workspaces.services import books_zone

CONSUMER, AT_ONCE = "value_ledger", 5000
STRETCH = 5000  # customers
NIGHTLY_HOUR = 2  # before the scores
# With another rate, zone or currency of the books every month may be another.
WORTH = (
    f"e.object in {(*SOURCES, 'service_rate')!r}"
    " or e.object = 'workspace' and jsonb_exists_any(e.changes, array['time_zone', 'currency'])"
)

log = logging.getLogger(__name__)


def follow_changes() -> None:
    """Read to the end of the stream, and make what is still to be made."""
    if not LedgerState.objects.filter(pk=THE_LEDGER).exists():
        with transaction.atomic():
            skip_events(CONSUMER)
            begin()
    while True:
        _read_on()
        if not _make_some():
            return


def begin(*, checks: bool = False) -> None:
    """Have every customer's months made anew, or looked at whether they are as they should be."""
    LedgerState.objects.get_or_create(pk=THE_LEDGER)
    state = _locked()
    if checks and state.built_at is None:
        return  # it is being made already
    LedgerState.objects.filter(pk=THE_LEDGER).update(
        began_at=timezone.now(), checks=checks, last=None, done=0, changed=0, built_at=None,
        total=Customer.objects.count(),
    )  # fmt: skip


def _read_on() -> None:
    while True:
        with read_events(CONSUMER, AT_ONCE, worth=WORTH) as events:
            if any(event.object not in SOURCES for event in events):
                begin()
            _locked()
            make_again(concerned(events))
        if len(events) < AT_ONCE:
            return


def _make_some() -> bool:
    """Make the months of the next customers; False if there were none left to make."""
    with transaction.atomic():
        state = _locked()
        if state.built_at is not None:
            return False
        some = Customer.objects.order_by("pk")
        if state.last is not None:
            some = some.filter(pk__gt=state.last)
        ids = list(some.values_list("pk", flat=True)[:STRETCH])
        if ids:
            state.changed += make_again(ids)
            state.done += len(ids)
            state.last = ids[-1]
        else:
            state.built_at = timezone.now()
            if state.checks:
                state.checked_at, state.corrected = state.built_at, state.changed
        state.save()
    if state.checks and state.built_at and state.corrected:
        log.warning("%s months of the value ledger were put right", state.corrected)
    return bool(ids)


def _locked() -> LedgerState:
    """Whoever writes into the ledger takes turns."""
    return LedgerState.objects.select_for_update().get(pk=THE_LEDGER)


@app.periodic(cron="0 * * * *")
@app.task(name="check_value_ledger", pass_context=False)
def check_nightly(timestamp: int) -> None:
    """Have the whole ledger checked when it is two at night where the books are kept."""
    now = dt.datetime.fromtimestamp(timestamp, dt.UTC).astimezone(books_zone())
    if now.hour == NIGHTLY_HOUR:
        with transaction.atomic():
            begin(checks=True)
