"""What others ask of this area: start a run, read what is known of a customer and of them all.

Models and engine are imported by who scores only: the server, which never does, stays small.
"""

import datetime as dt
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.insight import evidence
from guanxi.insight.as_of import AsOfInFutureError
from guanxi.insight.base import base_state
from guanxi.insight.models import SCORE_FIELDS, CustomerScore, ScoreRun, ScoreSnapshot
from guanxi.insight.reasons import worded
from guanxi.platform.access.predicate import Asker, require_visible
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import describe, start_job
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import object_type
from guanxi.platform.workspaces.services import books_today, current_workspace
from guanxi.sales.models import Order

if TYPE_CHECKING:
    from guanxi.insight.one_at_a_time import Tell

JOB_KIND = "score"
HISTORY_SHOWN = 120


def may_score(asker: Asker) -> bool:
    """Whoever brings data in or works on all of it may have it scored."""
    customer = object_type("customer")
    trusted = asker.grants.may("import", customer) or asker.grants.may("export", customer)
    return trusted and asker.token_allows("import", customer)


@transaction.atomic
def start_score_run(
    *, asker: Asker | None = None, as_of: dt.date | None = None, request_id: UUID | None = None
) -> dict[str, Any]:
    """Queue a run, in the name of `asker` or of nobody; returns the job as the API shows it.

    A run for the same day that waits to begin will see all there is now: it is returned instead.
    Raises NotAllowed, AsOfInFutureError.
    """
    if asker is not None and not may_score(asker):
        raise NotAllowed(_("Your role does not allow this."))
    if as_of is not None and as_of > books_today():
        raise AsOfInFutureError(_("Choose today or a day before it."), field="as_of")
    params = {"as_of": as_of.isoformat() if as_of else None}
    waiting = Job.objects.filter(
        kind=JOB_KIND,
        state=Job.State.QUEUED,
        params__as_of=params["as_of"],
        actor=asker.user if asker else None,
    ).first()
    if waiting is not None:
        return describe(waiting)
    return start_job(JOB_KIND, asker=asker, params=params, request_id=request_id)


def score_now(*, as_of: dt.date | None = None, progress: "Tell | None" = None) -> ScoreRun:
    """Score all customers in this process and wait for it. Raises AsOfInFutureError.

    `progress` hears (step, done, total or None): "wait", "refresh", "score", "write". It may raise
    to stop the run, but not use this thread's database connection.
    """
    from guanxi.insight import scoring

    return scoring.run(as_of=as_of, tell=progress or (lambda step, done, total: None))


def anything_to_score() -> bool:
    """Whether there is a single order."""
    return Order.objects.filter(deleted_at=None).exists()


def latest_run() -> ScoreRun | None:
    """The run whose scores are in force."""
    return ScoreRun.objects.select_related("job").order_by("-finished_at").first()


def describe_run(run: ScoreRun | None) -> dict[str, Any] | None:
    """A run as the API shows it."""
    if run is None:
        return None
    return {
        "id": str(run.pk),
        "as_of": run.as_of.isoformat(),
        "as_of_reason": run.as_of_reason,
        "newest_purchase": run.newest_purchase.isoformat() if run.newest_purchase else None,
        "finished_at": run.finished_at.isoformat(),
        "customers": run.customers,
        "currency": run.currency,
        "value_basis": run.value_basis,
        "counts": run.counts,
        "params": run.params,
        "warnings": run.warnings,
        "timings": run.timings,
        "job": describe(run.job) if run.job else None,
    }


def currency() -> str:
    """The reporting currency, in which all scores are."""
    workspace = current_workspace()
    return workspace.currency if workspace else ""


def read_base(asker: Asker) -> dict[str, Any]:
    """The state of the asker's customers, and of the run it is known from."""
    if not asker.may("read", object_type("customer")):
        raise NotAllowed(_("Your role does not allow this."))
    run = latest_run()
    return {
        **base_state(asker, run),
        "currency": currency(),
        "can": ["score"] if may_score(asker) else [],
        "run": describe_run(run),
    }


def customer_scores(asker: Asker, customer: UUID) -> dict[str, Any]:
    """One customer's scores with reasons and history, oldest first. Raises NotFound."""
    require_visible(asker, Customer, customer)
    visible = [name for name in SCORE_FIELDS if name in asker.fields(object_type("customer"))]
    score = CustomerScore.objects.filter(pk=customer).first()
    run = latest_run()
    entries = ScoreSnapshot.objects.filter(customer=customer).order_by("-as_of")[:HISTORY_SHOWN]
    return {
        "as_of": run.as_of.isoformat() if run and score else None,
        "currency": currency(),
        "current": {name: _plain(getattr(score, name)) for name in visible} if score else None,
        **_explained(asker, score, run.as_of if run else None, visible),
        "history": [
            {
                "as_of": entry.as_of.isoformat(),
                **{
                    name: _plain(getattr(entry, name)) for name in visible if name in HISTORY_FIELDS
                },
            }
            for entry in reversed(entries)
        ],
    }


def _explained(
    asker: Asker, score: CustomerScore | None, as_of: dt.date | None, visible: list[str]
) -> dict[str, Any]:
    """The reasons in words and the figures, each with the orders it rests on that one can open."""
    told = worded(score.reasons, currency()) if score else []
    if score is None or as_of is None:
        return {"reasons": [{"text": text, "records": []} for _r, text in told], "records": {}}
    by_reason = [evidence.of_reason(reason, as_of) for reason, _text in told]
    by_field = {n: o for n, o in evidence.of_fields(score, as_of).items() if n in visible}
    wanted = [*dict.fromkeys(chain(*by_reason, by_field.values()))]
    opened = dict(zip(wanted, evidence.opened_of(asker, score.pk, wanted), strict=True))
    return {
        "reasons": [
            {"text": text, "records": [opened[o] for o in orders if opened[o]["count"]]}
            for (_reason, text), orders in zip(told, by_reason, strict=True)
        ],
        "records": {name: opened[o] for name, o in by_field.items() if opened[o]["count"]},
    }


HISTORY_FIELDS = ("stage", "probability_alive", "expected_value_12m", "rfm_class", "abc_class")


def _plain(value: Any) -> Any:
    """As lists show it: money and dates as text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)
