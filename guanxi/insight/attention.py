"""The list of customers who need attention, and what people do with its items."""

import base64
import datetime as dt
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.customers.consent import contact
from guanxi.customers.consent.models import Channel
from guanxi.customers.models import Customer
from guanxi.insight import evidence, reasons
from guanxi.insight.models import NOT_SCORED, AttentionItem
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.predicate import Asker, predicate, visible_to
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed, NotFound
from guanxi.platform.objects.lists import COUNT_CAP, BadList, RowAfter
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.rows import title_shown
from guanxi.platform.objects.services import create_record
from guanxi.platform.workspaces.services import books_today

LONGEST_SNOOZE_DAYS = 366
FOLLOW_UP_DAYS = 2  # a task for which no day is named is due so soon


class ItemDecidedError(DomainError):
    """Somebody, or a later run, has dealt with this item."""

    status, code = 409, "attention_decided"


def open_items(asker: Asker, *, mine: bool = False) -> "QuerySet[AttentionItem]":
    """The open items of customers the asker may see, those snoozed left out.

    Who was made public-interest or internal since the last run is left out at once.
    `mine`: of customers they own, or if they own none, of those nobody follows.
    """
    customers = visible_to(asker, Customer).exclude(category__in=NOT_SCORED)
    if mine:
        owned = customers.filter(owner=asker.user.pk)
        customers = owned if owned.exists() else customers.filter(owner=None)
    return AttentionItem.objects.filter(
        Q(snoozed_until=None) | Q(snoozed_until__lte=books_today()),
        Exists(customers.filter(pk=OuterRef("customer_id"))),
        state=AttentionItem.State.OPEN,
    )


def attention_page(
    asker: Asker, *, mine: bool, cursor: str | None, limit: int, currency: str
) -> dict[str, Any]:
    """{"items", "next", "total"}: what is most at stake first."""
    items = open_items(asker, mine=mine)
    rest = items
    if cursor:
        stake, pk = _position(cursor)
        rest = rest.filter(
            RowAfter(
                F("stake"),
                F("pk"),
                _value("stake", stake),
                _value("id", pk),
                descending=True,
            )
        )
    found = list(
        rest.select_related("customer__owner")
        .annotate(may_change=Exists(_changeable(asker).filter(pk=OuterRef("customer_id"))))
        .order_by("-stake", "-pk")[: limit + 1]
    )
    total = items.order_by()[: COUNT_CAP + 1].count()
    shown = found[:limit]
    customers = {item.customer_id for item in shown}
    callable_ = contact.answers(customers, None, Channel.PHONE)
    bought = evidence.purchases_of(asker, customers, evidence.as_of_in_force())
    return {
        "items": [
            _shown(asker, item, currency)
            | {
                "records": _records(bought, item),
                "call": contact.as_json(callable_[item.customer_id]),
            }
            for item in shown
        ],
        "next": _cursor(found[limit - 1]) if len(found) > limit else None,
        "total": min(total, COUNT_CAP),
        "at_least": total > COUNT_CAP,
    }


def _records(bought: dict[UUID, dict[str, Any]], item: AttentionItem) -> list[dict[str, Any]]:
    """What the why-line of an item was said of: each kind speaks of the customer's purchases."""
    opened = bought.get(item.customer_id)
    return [opened] if opened else []


def _value(field: str, value: Any) -> Value:
    column: Any = AttentionItem._meta.get_field(field)
    return Value(value, output_field=column)


def _cursor(item: AttentionItem) -> str:
    return base64.urlsafe_b64encode(json.dumps([str(item.stake), str(item.pk)]).encode()).decode()


def _position(cursor: str) -> tuple[Decimal, UUID]:
    try:
        stake, pk = json.loads(base64.urlsafe_b64decode(cursor))
        position = Decimal(stake), UUID(pk)
        if not position[0].is_finite():
            raise ValueError
    except Exception as error:
        raise BadList(
            _("Start the list again: this page does not belong to it."), field="cursor"
        ) from error
    return position


def _changeable(asker: Asker) -> "QuerySet[Customer]":
    """Customers for whom the asker may decide: those they may change, and those nobody follows."""
    declared = object_type("customer")
    condition = predicate(asker, declared, "change")
    if condition and asker.may("change", declared):  # an empty condition is all: Q() | a is a
        condition |= predicate(asker, declared) & Q(owner=None)
    return Customer.objects.filter(condition, deleted_at=None)


def _may_do(asker: Asker) -> bool:
    return asker.may("create", object_type("task")) or asker.may(
        "create", object_type("interaction")
    )


def _shown(asker: Asker, item: Any, currency: str) -> dict[str, Any]:
    owner = item.customer.owner
    name = title_shown(asker, object_type("customer"), item.customer.name)
    can = ["do"] if _may_do(asker) else []
    if item.may_change:
        can += ["snooze", "dismiss"]
    return {
        "id": str(item.pk),
        "customer": {"id": str(item.customer_id), "label": name},
        "owner": {"id": str(owner.pk), "label": owner.full_name} if owner else None,
        "kind": item.kind,
        "label": str(item.get_kind_display()),
        "stake": {"amount": str(item.stake.quantize(Decimal("0.01"))), "currency": currency},
        "why": reasons.why(item.kind, item.facts, currency),
        "facts": item.facts,
        "suggestion": reasons.suggestion(item.kind, name),
        "as_of": item.as_of.isoformat(),
        "created_at": item.created_at.isoformat(),
        "can": can,
    }


def _locked(asker: Asker, pk: UUID, *states: AttentionItem.State) -> AttentionItem:
    """The item, kept from others till the end of the transaction.

    Raises NotFound if the asker may not see its customer, ItemDecidedError if it is in none of the
    states.
    """
    seen = Exists(visible_to(asker, Customer).filter(pk=OuterRef("customer_id")))
    item = AttentionItem.objects.filter(seen, pk=pk).select_for_update(of=("self",)).first()
    if item is None:
        raise NotFound
    if item.state not in states:
        raise ItemDecidedError(_("This has been dealt with in the meantime."))
    return item


def _to_decide(asker: Asker, pk: UUID, *states: AttentionItem.State) -> AttentionItem:
    item = _locked(asker, pk, *states)
    if not _changeable(asker).filter(pk=item.customer_id).exists():
        raise NotAllowed(_("You may see this record, but not do this with it."))
    return item


def _close(item: AttentionItem, asker: Asker, state: str, **values: Any) -> None:
    item.state = state
    item.decided_at, item.decided_by = timezone.now(), asker.user
    for name, value in values.items():
        setattr(item, name, value)
    item.save(update_fields=["state", "decided_at", "decided_by", *values])


@transaction.atomic
def do_item(
    *,
    asker: Asker,
    pk: UUID,
    kind: str,
    currency: str,
    title: str = "",
    due_on: dt.date | None = None,
    note: str = "",
    outcome: str = "",
) -> AttentionItem:
    """Act on an item: create a task for the asker, or log the call they made.

    Raises NotFound, ItemDecidedError, or NotAllowed for who may not create such records.
    """
    item = _locked(asker, pk, AttentionItem.State.OPEN)
    customer = Customer.objects.get(pk=item.customer_id)
    name = title_shown(asker, object_type("customer"), customer.name)
    advice = reasons.suggestion(item.kind, name)
    title = title.strip() or advice["title"]
    if kind == "call":
        call = _log_call(asker, customer, title, note, outcome)
        _close(item, asker, AttentionItem.State.DONE, interaction=call, note=note)
    else:
        because = reasons.why(item.kind, item.facts, currency)
        description = f"{because}\n\n{note}" if note else because
        due = due_on or books_today() + dt.timedelta(days=FOLLOW_UP_DAYS)
        task = _make_task(
            asker, customer, title, description, due, is_call=advice["kind"] == "call"
        )
        _close(item, asker, AttentionItem.State.DONE, task=task, note=note)
    return item


def _log_call(
    asker: Asker, customer: Customer, subject: str, body: str, outcome: str
) -> Interaction:
    values = {
        "customer": customer.pk,
        "channel": Interaction.Channel.CALL,
        "direction": Interaction.Direction.OUT,
        "happened_at": timezone.now(),
        "subject": subject,
        "body": body,
        "outcome": outcome,
    }
    call = create_record(asker=asker, object_type=object_type("interaction"), values=values)
    assert isinstance(call, Interaction)  # noqa: S101 - for the type checker
    return call


def _make_task(
    asker: Asker,
    customer: Customer,
    title: str,
    description: str,
    due_on: dt.date,
    *,
    is_call: bool,
) -> Task:
    values = {
        "customer": customer.pk,
        "title": title,
        "kind": Task.Kind.CALL if is_call else Task.Kind.OTHER,
        "due_on": due_on,
        "description": description,
    }
    task = create_record(asker=asker, object_type=object_type("task"), values=values)
    assert isinstance(task, Task)  # noqa: S101 - for the type checker
    return task


@transaction.atomic
def snooze_item(*, asker: Asker, pk: UUID, until: dt.date) -> AttentionItem:
    """Hide an item until a day. Raises NotFound, NotAllowed, ItemDecidedError, Invalid."""
    item = _to_decide(asker, pk, AttentionItem.State.OPEN)
    today = books_today()
    if not today < until <= today + dt.timedelta(days=LONGEST_SNOOZE_DAYS):
        message = _("Choose a day after today, within a year.")
        raise Invalid([{"field": "until", "message": message, "code": "out_of_range"}])
    item.snoozed_until = until
    item.save(update_fields=["snoozed_until"])
    return item


@transaction.atomic
def dismiss_item(*, asker: Asker, pk: UUID, reason: str, note: str = "") -> AttentionItem:
    """Close an item for a reason, which keeps it away for a time (see `attention_rules`).

    Raises NotFound, NotAllowed, ItemDecidedError.
    """
    item = _to_decide(asker, pk, AttentionItem.State.OPEN)
    _close(item, asker, AttentionItem.State.DISMISSED, dismiss_reason=reason, note=note)
    return item


@transaction.atomic
def reopen_item(*, asker: Asker, pk: UUID) -> AttentionItem:
    """Put a snoozed or dismissed item back on the list.

    Raises NotFound, NotAllowed, or ItemDecidedError for what was done, and where a later run has
    put the customer on the list again.
    """
    item = _to_decide(asker, pk, AttentionItem.State.OPEN, AttentionItem.State.DISMISSED)
    newer = AttentionItem.objects.filter(
        customer=item.customer_id, kind=item.kind, state=AttentionItem.State.OPEN
    ).exclude(pk=pk)
    if newer.exists():
        raise ItemDecidedError(_("This has been dealt with in the meantime."))
    item.state = AttentionItem.State.OPEN
    item.snoozed_until = item.decided_at = item.decided_by = None
    item.dismiss_reason = item.note = ""
    item.save(
        update_fields=[
            "state", "snoozed_until", "decided_at", "decided_by", "dismiss_reason", "note",
        ]
    )  # fmt: skip
    return item
