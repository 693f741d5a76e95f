"""The queue of suspected duplicates: who sees which pairs, and what people say of them.

The search itself is imported by who searches only: the server, which never does, stays small.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, FloatField, OuterRef, QuerySet, UUIDField, Value
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.insight.models import SuspectedPair
from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import describe, start_job
from guanxi.platform.merging.showing import merges
from guanxi.platform.objects.errors import NotAllowed, NotFound
from guanxi.platform.objects.lists import COUNT_CAP, BadList, RowAfter
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.rows import row_json
from guanxi.platform.workspaces.home import workspace_home

JOB_KIND = "find_duplicates"
ACTOR = "guanxi:merging"  # no name that anybody can choose: it has a colon
State = SuspectedPair.State
# What is shown of both, side by side.
SHOWN = (
    "name", "category", "credit_code", "phone", "email", "birthday", "industry", "job_title",
    "province", "city", "district", "street", "postal_code", "source", "owner",
    "expected_value_12m", "created_at",
)  # fmt: skip
COMPARED_COLUMNS = (
    "kind", "name", "birthday", "phone", "email", "city", "district", "street", "postal_code",
    "industry", "credit_code",
)  # fmt: skip
# One number for all that is compared of the customers `a` and `b`.
COMPARED = "hashtextextended(jsonb_build_array({})::text, 0)".format(
    ", ".join(f"{of}.{column}" for of in "ab" for column in COMPARED_COLUMNS)
)
DECIDE = f"""
update insight_suspectedpair p
set state = 'not_the_same', decided_by_id = %s, decided_at = clock_timestamp(),
    compared = {COMPARED}
from customers_customer a, customers_customer b
where p.id = %s and a.id = p.first_id and b.id = p.second_id
"""  # noqa: S608  constants only


def actor() -> User | None:
    """The user in whose name obvious pairs are merged without asking; None before the first."""
    return User.objects.filter(username=ACTOR).first()


def require_right(asker: Asker, verb: str = "merge") -> None:
    """Raises NotAllowed for whoever may not merge customers, or a token without `verb` for them."""
    declared = object_type("customer")
    if not (asker.grants.may("merge", declared) and asker.token_allows(verb, declared)):
        raise NotAllowed(_("Your role does not allow merging."))


@transaction.atomic
def start_search(*, asker: Asker | None = None, request_id: UUID | None = None) -> dict[str, Any]:
    """Queue a search, in the name of `asker` or of nobody; returns the job as the API shows it.

    One of theirs that waits to begin will see all there is now: it is returned instead. Raises
    NotAllowed.
    """
    if asker is not None:
        require_right(asker)
    waiting = Job.objects.filter(
        kind=JOB_KIND, state=Job.State.QUEUED, actor=asker.user if asker else None
    ).first()
    if waiting is not None:
        return describe(waiting)
    return start_job(JOB_KIND, asker=asker, params={}, request_id=request_id)


def forget_compared() -> None:
    """Take away what the search keeps of customers between runs; the next one looks at all."""
    for path in workspace_home().matching.iterdir():
        path.unlink(missing_ok=True)


def anybody_to_compare() -> bool:
    """Whether there are two customers."""
    return len(Customer.objects.filter(deleted_at=None)[:2]) > 1


def pairs_seen(asker: Asker) -> "QuerySet[SuspectedPair]":
    """The pairs of which the asker, who may merge, sees both customers."""
    seen = visible_to(asker, Customer)
    return SuspectedPair.objects.filter(
        Exists(seen.filter(pk=OuterRef("first_id"))), Exists(seen.filter(pk=OuterRef("second_id")))
    )


def queue_page(asker: Asker, *, state: str, cursor: UUID | None, limit: int) -> dict[str, Any]:
    """{"items", "next", "total", …}: what is likeliest and worth most first.

    `cursor` is the last pair of the page before. Raises NotAllowed, or BadList if it is gone.
    """
    require_right(asker, "read")
    pairs = pairs_seen(asker).filter(state=state)
    total = pairs[: COUNT_CAP + 1].count()
    mine = visible_to(asker.without_shares(), Customer, "change")
    found = list(
        _after(pairs, cursor)
        .select_related("decided_by")
        .annotate(
            may_change_first=Exists(mine.filter(pk=OuterRef("first_id"))),
            may_change_second=Exists(mine.filter(pk=OuterRef("second_id"))),
        )
        .order_by("-priority", "-pk")[: limit + 1]
    )
    page = found[:limit]
    sides = _sides(asker, page)
    last = Job.objects.filter(kind=JOB_KIND, state=Job.State.DONE).order_by("-finished_at").first()
    return {
        "items": [_shown(asker, pair, sides) for pair in page],
        "next": str(page[-1].pk) if len(found) > limit else None,
        "total": min(total, COUNT_CAP),
        "at_least": total > COUNT_CAP,
        "searched_at": last.finished_at if last else None,
    }


def _after(pairs: "QuerySet[SuspectedPair]", cursor: UUID | None) -> "QuerySet[SuspectedPair]":
    if cursor is None:
        return pairs
    last = SuspectedPair.objects.filter(pk=cursor).values_list("priority", flat=True).first()
    if last is None:
        message = _("Start the list again: this page does not belong to it.")
        raise BadList(message, field="cursor")
    position = Value(last, FloatField()), Value(cursor, UUIDField())
    return pairs.filter(RowAfter(F("priority"), F("pk"), *position, descending=True))


def _sides(asker: Asker, page: Sequence[SuspectedPair]) -> dict[UUID, dict[str, Any]]:
    """The customers of these pairs, as far as the asker sees their fields."""
    declared = object_type("customer")
    seen = asker.shown(declared)
    body = row_json(asker, declared, [seen[name] for name in SHOWN if name in seen])
    ids = {pk for pair in page for pk in (pair.first_id, pair.second_id)}
    records = visible_to(asker, Customer).filter(pk__in=ids).annotate(_json=body)
    shown = {pk: json.loads(text) for pk, text in records.values_list("pk", "_json")}
    return {pk: {"id": str(pk), "values": values} for pk, values in shown.items()}


def _shown(asker: Asker, pair: Any, sides: dict[UUID, dict[str, Any]]) -> dict[str, Any]:
    fields = asker.fields(object_type("customer"))
    decider = pair.decided_by
    return {
        "id": str(pair.pk),
        "probability": pair.probability,
        "state": pair.state,
        "records": [sides[pk] for pk in (pair.first_id, pair.second_id) if pk in sides],
        "evidence": [e for e in pair.evidence if e["field"] in fields],
        "decided_at": pair.decided_at,
        "decided_by": decider and {"id": str(decider.pk), "label": decider.full_name},
        "can": ["merge", "decide"] if pair.may_change_first and pair.may_change_second else [],
    }


def merged_by_itself(asker: Asker, *, cursor: UUID | None, limit: int) -> dict[str, Any]:
    """{"items", "next"}: what was merged without asking, the newest first. Raises NotAllowed."""
    require_right(asker, "read")
    by = actor()
    if by is None:
        return {"items": [], "next": None}
    return merges(asker, object_type("customer"), actor=by.pk, before=cursor, limit=limit)


@transaction.atomic
def decide(*, asker: Asker, pk: UUID, state: str) -> dict[str, str]:
    """Say that a pair is not the same customer, or take that back.

    It does not come again until either is changed in what is compared. Raises NotAllowed, NotFound.
    """
    require_right(asker)
    pair = pairs_seen(asker).filter(pk=pk).select_for_update(of=("self",)).first()
    if pair is None:
        raise NotFound
    mine = visible_to(asker.without_shares(), Customer, "change")
    if mine.filter(pk__in=(pair.first_id, pair.second_id)).count() < 2:
        raise NotAllowed(_("Only who may change all of these records may merge them."))
    if state == State.OPEN:
        SuspectedPair.objects.filter(pk=pk).update(
            state=State.OPEN, decided_by=None, decided_at=None, compared=None
        )
    elif pair.state == State.OPEN:
        with connection.cursor() as cursor:
            cursor.execute(DECIDE, [asker.user.pk, pk])
    return {"id": str(pk), "state": state}
