"""Retention rules: who is due, tried out before; and letting them go night by night."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.erasing.holds import holds_now
from guanxi.platform.erasing.models import Erasure, RetentionRule
from guanxi.platform.erasing.obstacles import obstacles
from guanxi.platform.erasing.outside import add_to_list
from guanxi.platform.erasing.services import JOB_KIND, Reach, erase, job_params
from guanxi.platform.events.context import acting
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import compile_filter
from guanxi.platform.jobs.services import start_job
from guanxi.platform.objects.errors import Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import ObjectType, is_declared, object_type
from guanxi.platform.workspaces.services import books_zone

SHOWN = 100  # of those who are due
LONGEST = 1200  # months
Action = RetentionRule.Action


@dataclass(frozen=True)
class Due:
    """Whom a rule would let go now: how many, and how many of them are kept for now."""

    count: int
    held: int
    records: Sequence[Any]


def rules() -> "QuerySet[RetentionRule]":
    found = RetentionRule.objects.filter(deleted_at=None).select_related("owner")
    return found.order_by("object", "name", "pk")


def get_rule(pk: UUID) -> RetentionRule:
    """Raises NotFound."""
    rule = rules().filter(pk=pk).first()
    if rule is None:
        raise NotFound(_("There is no such rule."))
    return rule


def cutoff(months: int, now: dt.datetime) -> dt.datetime:
    """The instant so many months ago; the 31st is the last of a shorter month."""
    month = now.month - 1 - months
    year, month = now.year + month // 12, month % 12 + 1
    for day in (now.day, 30, 29, 28):
        try:
            return now.replace(year=max(year, 1), month=month, day=day)
        except ValueError:
            continue
    return now


def check(asker: Asker, rule: RetentionRule) -> None:
    """Raises NotAllowed, BadFilter, or Invalid naming what cannot be."""
    declared = object_type(rule.object) if is_declared(rule.object) else None
    if declared is None:
        raise _invalid("object", _("There is no such object."))
    verb = "erase" if rule.action == Action.ERASE else "delete"
    if not asker.may(verb, declared):
        raise NotAllowed(_("Your role does not allow this to such records."), field="action")
    if not 1 <= rule.months <= LONGEST:
        raise _invalid("months", _("Choose a number of months from 1 to 1,200."))
    for name in rule.without:
        if name not in declared.related:
            message = _('"%(name)s" is not related to this object.') % {"name": name}
            raise _invalid("without", message)
    compile_filter(asker, declared, rule.filter, clock_of(asker))


def due(asker: Asker, rule: RetentionRule, now: dt.datetime | None = None) -> "QuerySet[Any]":
    """The records that the rule lets go, the oldest first, but for those under a hold."""
    declared = object_type(rule.object)
    before = cutoff(rule.months, (now or timezone.now()).astimezone(books_zone()))
    verb = "change" if rule.action == Action.ERASE else "delete"
    by_role = asker.without_shares()
    found = visible_to(by_role, declared.model, verb).filter(created_at__lt=before)
    found = found.filter(compile_filter(by_role, declared, rule.filter, clock_of(asker)))
    for name in rule.without:
        other, link = declared.related[name]
        f = asker.fields(other).get(link) or other.own_fields[link]
        since = other.model._base_manager.filter(**{f.path: OuterRef("pk")}, deleted_at=None)
        found = found.filter(~Exists(since.filter(**{f"{moment_of(other)}__gte": before})))
    if declared.erasing:
        found = found.filter(**{f"{declared.erasing.mark}__isnull": True})
    return found.filter(~Exists(_held(declared))).order_by("created_at", "pk")


def _held(declared: ObjectType) -> "QuerySet[Any]":
    return holds_now().filter(object=declared.name, record_id=OuterRef("pk"))


def moment_of(declared: ObjectType) -> str:
    """When such a record happened: the time by which their list is sorted, or when it was made."""
    name = declared.sort.lstrip("-")
    known = {f.name: f for f in declared.model._meta.concrete_fields}
    return name if isinstance(known.get(name), models.DateTimeField) else "created_at"


def try_out(asker: Asker, rule: RetentionRule) -> Due:
    """What the rule would do now, without doing it. Raises as `check` does."""
    check(asker, rule)
    found = due(asker, rule)
    held = holds_now().filter(object=rule.object).count()
    return Due(found.count(), held, list(found[:SHOWN]))


@transaction.atomic
def save(asker: Asker, rule: RetentionRule) -> RetentionRule:
    """Keep a rule; it acts with the rights of whoever saved it last. Raises as `check` does."""
    rule.owner = asker.user
    rule.name = rule.name.strip()
    if not rule.name:
        raise _invalid("name", _("Give the rule a name."))
    check(asker, rule)
    rule.save()
    rule.refresh_from_db()
    return rule


@transaction.atomic
def remove(pk: UUID) -> None:
    rule = get_rule(pk)
    rule.deleted_at, rule.is_active = timezone.now(), False
    rule.save(update_fields=["deleted_at", "is_active"])


def let_go(asker: Asker, rule: RetentionRule) -> Iterator[str]:
    """Let go whom the rule says, each in a transaction: "done", or why not for each that stays.

    Each is looked at again when its turn comes: somebody may have bought something meanwhile.
    """
    declared = object_type(rule.object)
    left, passed = rule.limit, set[UUID]()
    while left > 0:
        ids = due(asker, rule).exclude(pk__in=passed).values_list("pk", flat=True)[:left]
        chosen = list(ids)
        if not chosen:
            return
        for pk in chosen:
            passed.add(pk)
            left -= 1
            yield _let_go(asker, rule, declared, pk)


def _let_go(asker: Asker, rule: RetentionRule, declared: ObjectType, pk: UUID) -> str:
    with acting(actor_id=asker.user.pk, source=f"retention:{rule.pk}"):
        ids = Reach(declared, pk).ids() if declared.erasing else [pk]
        rows = declared.model._base_manager.filter(pk__in=ids).order_by("pk")
        list(rows.select_for_update().values_list("pk"))
        if not due(asker, rule).filter(pk=pk).exists():
            return "changed"
        if rule.action == Action.DELETE:
            declared.model._base_manager.filter(pk=pk).update(deleted_at=timezone.now())
            return "done"
        if found := obstacles(declared, ids):
            return found[0].code
        erasure = Erasure(
            id=uuid4(), object=declared.name, record_id=pk, records=ids, actor=asker.user,
            basis=Erasure.Basis.RETENTION,
        )  # fmt: skip
        erasing = erase(erasure, declared)
        transaction.on_commit(partial(add_to_list, erasure))
        if erasing.contents or erasing.files:
            start_job(JOB_KIND, asker=asker, params=job_params(erasing))
    return "done"


def _invalid(name: str, message: Any) -> Invalid:
    return Invalid([{"field": name, "message": message, "code": "invalid"}])
