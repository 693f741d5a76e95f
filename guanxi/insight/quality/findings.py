"""Finding what is missing, invalid or old, a stretch of customers at a time."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.insight.duplicates import pairs_seen
from guanxi.insight.models import SuspectedPair
from guanxi.insight.quality.fields import Checked, Values, checked_fields
from guanxi.insight.quality.models import QualitySettings
from guanxi.insight.quality.settings import current_settings
from guanxi.platform.access.predicate import Asker
from guanxi.platform.filters.compiler import BadFilter, let_filter_by
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.workspaces.services import books_today

MISSING, INVALID, STALE = "missing", "invalid", "stale"
SUSPECTED = "suspected"  # of a customer, not of a field: one of a pair that nobody decided about
BESIDE = {"phone_normal", "country", "province", "kind"}  # what rules read besides the value

# Which fields of older customers were written since a day: only that far back the stream is read.
CHANGED = """
select distinct e.record_id, k.key
from platform_event e cross join lateral jsonb_object_keys(e.changes) k(key)
where e.object = 'customer' and e.action = 'update' and e.at >= %s
  and e.record_id = any(%s) and k.key = any(%s)
"""
WRITE = """
insert into insight_customerquality as q (customer_id, completeness, findings)
select u.id, u.completeness, u.findings::text[]
from unnest(%s::uuid[], %s::float8[], %s::text[]) u(id, completeness, findings)
join customers_customer c on c.id = u.id and c.deleted_at is null
on conflict (customer_id) do update
set completeness = excluded.completeness, findings = excluded.findings
where (q.completeness, q.findings) is distinct from (excluded.completeness, excluded.findings)
"""


@dataclass(frozen=True)
class Looking:
    """What is looked at in one go, and as of when."""

    settings: QualitySettings
    fields: Sequence[Checked]
    now: dt.datetime
    today: dt.date

    @classmethod
    def now_on(cls) -> "Looking":
        settings = current_settings()
        return cls(settings, checked_fields(settings.counted), timezone.now(), books_today())

    @property
    def old(self) -> dt.datetime:
        """What was written before has grown old."""
        return self.now - dt.timedelta(days=self.settings.stale_after_days)

    @cached_property
    def columns(self) -> list[str]:
        own = {c.column for c in self.fields if not c.field.key}
        return sorted(own | BESIDE | {"created_at", "custom", "id"})

    @property
    def heeded(self) -> list[str]:
        """What events call all that a finding depends on."""
        return sorted({c.column for c in self.fields} | BESIDE)

    def look(self, customers: "QuerySet[Customer]") -> int:
        """Write what is found of these customers; returns how many they are."""
        rows = list(customers.order_by("pk").values(*self.columns))
        changed = self._changed([row["id"] for row in rows if row["created_at"] < self.old])
        found = [(row["id"], *self.found_of(row, changed)) for row in rows]
        with connection.cursor() as cursor:
            ids, shares, findings = zip(*found, strict=True) if found else ((), (), ())
            texts = ["{" + ",".join(some) + "}" for some in findings]
            cursor.execute(WRITE, [list(ids), list(shares), texts])
        return len(rows)

    def found_of(
        self, row: Values, changed: Collection[tuple[UUID, str]] = ()
    ) -> tuple[float | None, list[str]]:
        """The share of filled fields, and the findings; `changed` tells fields that are young."""
        filled = applicable = 0
        found = []
        is_old = row["created_at"] < self.old
        for c in self.fields:
            if not c.applies_to(row):
                continue
            value = c.value(row)
            is_blank = value is None or value in ("", [], {})
            if c.counts and c.shown_to_all:
                applicable += 1
                filled += not is_blank
            if is_blank:
                found.append(f"{c.name}.{MISSING}")
                continue
            if c.rule and not c.rule.holds(value, row, self.today):
                found.append(f"{c.name}.{INVALID}")
            if is_old and c.ages and (row["id"], c.column) not in changed:
                found.append(f"{c.name}.{STALE}")
        return (round(filled / applicable, 4) if applicable else None), found

    def _changed(self, ids: Sequence[UUID]) -> set[tuple[UUID, str]]:
        if not ids:
            return set()
        with connection.cursor() as cursor:
            cursor.execute(CHANGED, [self.old, list(ids), [c.column for c in self.fields]])
            return set(cursor.fetchall())


def finding_of(name: str, what: str) -> dict[str, str]:
    """The filter of the customers of whom that was found."""
    return {"finding": f"{name}.{what}" if name else what}


def _found(asker: Asker, declared: ObjectType, finding: Any) -> Q:
    """The condition behind {"finding": ...}: as last measured; pairs as they are."""
    name, _dot, what = str(finding).rpartition(".")
    if declared.model is not Customer or not isinstance(finding, str):
        raise BadFilter(_('There is no finding "%(name)s".') % {"name": str(finding)[:60]})
    if finding == SUSPECTED:
        return suspected(asker)
    seen = asker.shown(declared) if what == MISSING else asker.fields(declared)
    if what not in (MISSING, INVALID, STALE) or name not in seen:
        raise BadFilter(_('There is no finding "%(name)s".') % {"name": finding[:60]})
    return Q(quality__findings__contains=[finding])


def suspected(asker: Asker) -> Q:
    """Customers of an open pair both of whom the asker sees."""
    opened = pairs_seen(asker).filter(state=SuspectedPair.State.OPEN)
    return Q(pk__in=opened.values("first_id")) | Q(pk__in=opened.values("second_id"))


def look_again(ids: Iterable[UUID]) -> int:
    """Look at some customers anew; of those out of use nothing is found any more."""
    there = Customer.objects.filter(pk__in=list(ids), deleted_at=None, erased_at=None)
    return Looking.now_on().look(there)


let_filter_by("finding", _found)
