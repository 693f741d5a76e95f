"""Seeing one masked value: by right, one at a time, counted, and never without a trace."""

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access.braking import WINDOW_SECONDS, Brake, count_failure, failures_of
from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.events.history import actor_names
from guanxi.platform.events.models import Event
from guanxi.platform.events.telling import tell
from guanxi.platform.http.request import Request
from guanxi.platform.merging.redirects import absorbed_by
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.objects.rows import row_json

REVEAL = "reveal"  # what the event stream calls it
AT_MOST = 60  # values a person sees in a quarter of an hour
SHOWN = 200  # entries of the log of one record


class TooManyReveals(DomainError):
    status, code = 429, "too_many_reveals"


def reveal(request: Request, declared: ObjectType, pk: UUID, name: str, reason: str) -> Any:
    """The value of a field that is masked for the asker, once; who saw it is in the stream.

    What a record keeps sealed is masked for everybody. Raises NotAllowed, NotFound, Invalid for a
    field that is not masked, or TooManyReveals.
    """
    asker = request.asker
    if not asker.may("reveal", declared):
        raise NotAllowed(_("Your role does not allow this."))
    record = get_permitted(asker, declared.model, pk)
    f = asker.shown(declared).get(name)
    field, unseal = declared.seals or ("", None)
    sealed = unseal(record) if unseal and f and name == field else None
    if f is None or not (f.is_masked or sealed):
        message = _("This field is not masked for you.") if f else _("There is no such field.")
        raise Invalid([{"field": "field", "message": message, "code": "not_masked"}])
    with transaction.atomic():
        _count(asker)
        facts = {"object": declared.name, "field": name, "reason": reason}
        tell(request, REVEAL, pk, actor_id=asker.user.pk, **facts)
        if sealed:
            return sealed
        shown = {**declared.fields, **asker.custom_fields(declared)}[name]
        body = row_json(asker, declared, [shown])
        found = visible_to(asker, declared.model).filter(pk=pk).annotate(_json=body)
        row = json.loads(found.values_list("_json", flat=True).get())
    return row["custom"][f.key] if f.key else row[name]


def _count(asker: Asker) -> None:
    """Raises TooManyReveals once too many were seen in the present window."""
    brake = Brake(f"{REVEAL}\0{asker.user.pk}", AT_MOST)
    if failures_of([brake]).get(brake.key, 0) >= brake.most:
        message = _(
            "You have looked at very many masked values. Try again in a quarter of an hour."
        )
        raise TooManyReveals(message, retry_after=WINDOW_SECONDS)
    count_failure([brake])


def reveals_of(asker: Asker, declared: ObjectType, pk: UUID) -> list[dict[str, Any]]:
    """Who saw which masked value of a record, the latest first, for whoever answers for it.

    Raises NotFound, or NotAllowed for all but administrators and those who may change the record.
    """
    verb = "read" if asker.grants.administer else "change"
    get_permitted(asker, declared.model, pk, verb)
    ids = [pk, *absorbed_by([pk])] if declared.merging else [pk]
    events = Event.objects.filter(object=REVEAL, record_id__in=ids).order_by("-id")[:SHOWN]
    found = list(events)
    names = actor_names({e.actor_id for e in found})
    fields = asker.shown(declared)
    told = [{key: new for key, (_old, new) in (e.changes or {}).items()} for e in found]
    return [
        {
            "at": event.at,
            "actor": {"id": str(event.actor_id), "label": names.get(event.actor_id, "")},
            "source": event.source,
            "field": facts.get("field", ""),
            "label": str(fields[facts["field"]].label) if facts.get("field") in fields else "",
            "reason": facts.get("reason", ""),
        }
        for event, facts in zip(found, told, strict=True)
        if event.actor_id is not None
    ]
