"""How good the data is that the asker sees: by field, by source, by age, now.

Four statements whatever the number of customers, fields and sources. Every figure comes with the
filter of the list that shows its customers, and is counted by the same conditions.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.insight.duplicates import pairs_seen
from guanxi.insight.models import SuspectedPair
from guanxi.insight.quality.fields import Checked, checked_fields, seen_by
from guanxi.insight.quality.findings import INVALID, MISSING, STALE, SUSPECTED, finding_of
from guanxi.insight.quality.models import QualitySnapshot
from guanxi.insight.quality.rights import may_see, require_right
from guanxi.insight.quality.settings import current_settings
from guanxi.platform.access.predicate import Asker, sees_every, visible_to
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import compile_filter
from guanxi.platform.objects.errors import Invalid
from guanxi.platform.objects.metadata import sentence
from guanxi.platform.objects.registry import object_type

Filter = dict[str, Any]
MOST_SOURCES = 50  # rows of the table; the rarer sources are told of by their number
# Ages of records by the day of their last change, in days: from, to.
AGES: tuple[tuple[str, int | None, int | None], ...] = (
    ("quarter", None, 90), ("year", 90, 365), ("two_years", 365, 730), ("older", 730, None),
)  # fmt: skip
AGED_BY = "updated_at"
NOBODY_FOLLOWS: Filter = {"field": "owner", "op": "empty"}


@dataclass
class Counted:
    """What was counted of the customers of one source and kind."""

    customers: int = 0
    measured: int = 0
    waiting: int = 0  # who came since
    unfollowed: int = 0
    suspected: int = 0
    ages: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    by_kind: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # measured ones
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, kind: str, row: Mapping[str, Any]) -> None:
        self.customers += row["customers"]
        self.measured += row["measured"]
        self.waiting += row["waiting"]
        self.by_kind[kind] += row["measured"]
        self.unfollowed += row.get("unfollowed", 0)
        self.suspected += row["suspected"]
        for name, _from, _to in AGES:
            self.ages[name] += row.get(f"age_{name}", 0)

    def of(self, c: Checked) -> dict[str, int]:
        """The figures of a field: those it applies to, missing, filled in, invalid, old."""
        applicable = self.by_kind[c.kind] if c.kind else self.measured
        missing = self.found[f"{c.name}.{MISSING}"]
        return {
            "applicable": applicable,
            "missing": missing,
            "filled": max(applicable - missing, 0),
            "invalid": self.found[f"{c.name}.{INVALID}"],
            "stale": self.found[f"{c.name}.{STALE}"],
        }

    def shares(self, fields: Sequence[Checked]) -> dict[str, float | None]:
        """Completeness of what counts; validity and freshness of what has a rule, or ages."""
        figures = [(c, self.of(c)) for c in fields]
        counted = [f for c, f in figures if c.counts]
        ruled = [f for c, f in figures if c.rule]
        ageing = [f for c, f in figures if c.ages]
        return {
            "completeness": share_without(_sum(counted, MISSING), _sum(counted, "applicable")),
            "validity": share_without(_sum(ruled, INVALID), _sum(ruled, "filled")),
            "freshness": share_without(_sum(ageing, STALE), _sum(ageing, "filled")),
        }


def _sum(figures: Iterable[Mapping[str, int]], name: str) -> int:
    return sum(f[name] for f in figures)


def share_without(bad: int, whole: int) -> float | None:
    """The share of the whole that is not bad; None of nothing."""
    return round(max(whole - bad, 0) / whole, 4) if whole else None


def report(asker: Asker, *, source: str | None = None, kind: str | None = None) -> dict[str, Any]:
    """The measures, of one source or kind if asked. Raises NotAllowed, Invalid."""
    require_right(asker)
    declared = object_type("customer")
    visible = asker.fields(declared)
    for name, wish in (("source", source), ("kind", kind)):
        if wish is not None and name not in visible:
            message = _('There is no field "%(name)s".') % {"name": name}
            raise Invalid([{"field": name, "message": message, "code": "not_found"}])
    by = [n for n in ("source", "kind") if n in visible]
    settings = current_settings()
    fields = seen_by(asker, checked_fields(settings.counted))
    groups = _counted(asker, by)
    chosen = Counted()
    by_source: dict[str, Counted] = defaultdict(Counted)
    for (of_source, of_kind), counted in groups.items():
        if kind in (None, of_kind):
            _join(by_source[of_source], counted)
            if source in (None, of_source):
                _join(chosen, counted)
    last = QualitySnapshot.objects.order_by("-day").first()
    base = _base(source, kind)
    sources = sorted(by_source.items(), key=lambda item: (-item[1].customers, item[0]))
    return {
        "as_of": last.measured_at if last else None,
        "stale_after_days": settings.stale_after_days,
        "customers": _number(chosen.customers, base),
        "measured": chosen.measured,
        "waiting": chosen.waiting,
        **chosen.shares(fields),
        "filters": _any_of(fields, base),
        "unfollowed": _unfollowed(chosen, base, visible),
        "suspected": _suspected(chosen, base),
        "pairs": _pairs(asker),
        "ages": [
            {"age": name, **_number(chosen.ages[name], [*base, *_aged(since, until)])}
            for name, since, until in AGES
        ]
        if AGED_BY in visible
        else [],
        "fields": [_field(c, chosen, base) for c in fields],
        "sources": [
            {
                "source": name,
                **_number(counted.customers, _base(name, kind)),
                **counted.shares(fields),
                "unfollowed": _unfollowed(counted, _base(name, kind), visible),
                "suspected": _suspected(counted, _base(name, kind)),
            }
            for name, counted in sources[:MOST_SOURCES]
        ]
        if "source" in visible
        else [],
        "more_sources": max(len(sources) - MOST_SOURCES, 0) if "source" in visible else 0,
        "can": _can(asker),
    }


def _unfollowed(
    counted: Counted, base: Sequence[Filter], visible: Collection[str]
) -> dict[str, Any] | None:
    if "owner" not in visible:
        return None
    return _number(counted.unfollowed, [*base, NOBODY_FOLLOWS])


def _suspected(counted: Counted, base: Sequence[Filter]) -> dict[str, Any]:
    return _number(counted.suspected, [*base, finding_of("", SUSPECTED)])


def _any_of(fields: Sequence[Checked], base: Sequence[Filter]) -> dict[str, Filter | None]:
    """The customers behind each share: those with any such finding."""
    found = {
        MISSING: [finding_of(c.name, MISSING) for c in fields if c.counts],
        INVALID: [finding_of(c.name, INVALID) for c in fields if c.rule],
        STALE: [finding_of(c.name, STALE) for c in fields if c.ages],
    }
    return {what: {"and": [*base, {"or": some}]} if some else None for what, some in found.items()}


def _can(asker: Asker) -> list[str]:
    may = {
        "measure": may_see(asker, "import"),
        "trend": sees_every(asker, object_type("customer")),
        "merge": asker.may("merge", object_type("customer")),
        "configure": asker.grants.administer and asker.token_allows_all("write"),
    }
    return [name for name, allowed in may.items() if allowed]


def _field(c: Checked, counted: Counted, base: Sequence[Filter]) -> dict[str, Any]:
    figures = counted.of(c)

    def number(what: str) -> dict[str, Any]:
        return _number(figures[what], [*base, finding_of(c.name, what)])

    return {
        "name": c.name,
        "label": sentence(c.field.label),
        "counts": c.counts,
        "kind": c.kind or None,
        "standard": str(c.rule.standard) if c.rule else None,
        "applicable": figures["applicable"],
        "filled": figures["filled"],
        "missing": number(MISSING),
        "invalid": number(INVALID) if c.rule else None,
        "stale": number(STALE) if c.ages else None,
    }


def _number(count: int, conditions: Sequence[Filter]) -> dict[str, Any]:
    """A figure and the filter of its customers; none means all of them."""
    return {"count": count, "filter": {"and": [*conditions]} if conditions else None}


def _base(source: str | None, kind: str | None) -> list[Filter]:
    found: list[Filter] = []
    if source is not None:
        empty = {"field": "source", "op": "empty"}
        found.append({"field": "source", "op": "eq", "value": source} if source else empty)
    if kind is not None:
        found.append({"field": "kind", "op": "in", "value": [kind]})
    return found


def _aged(since: int | None, until: int | None) -> list[Filter]:
    """Last changed so many days ago; today is none."""
    found = []
    if until is not None:
        found.append({"field": AGED_BY, "op": "gte", "value": {"days": -until}})
    if since is not None:
        found.append({"field": AGED_BY, "op": "lt", "value": {"days": -since}})
    return found


def _counted(asker: Asker, by: Sequence[str]) -> dict[tuple[str, str], Counted]:
    """What is counted of the asker's customers, by source and kind as far as they see them."""
    declared, clock = object_type("customer"), clock_of(asker)
    seen = visible_to(asker, Customer)

    def condition(*parts: Filter) -> Q:
        return compile_filter(asker, declared, {"and": list(parts)}, clock)

    counts = {
        "customers": Count("pk"),
        "measured": Count("quality"),
        "waiting": Count("pk", filter=Q(quality=None, erased_at=None)),
        "suspected": Count("pk", filter=condition(finding_of("", SUSPECTED))),
    }
    visible = asker.fields(declared)
    if AGED_BY in visible:
        for name, since, until in AGES:
            counts[f"age_{name}"] = Count("pk", filter=condition(*_aged(since, until)))
    if "owner" in visible:
        counts["unfollowed"] = Count("pk", filter=condition(NOBODY_FOLLOWS))
    groups: dict[tuple[str, str], Counted] = defaultdict(Counted)
    rows = seen.order_by().values(*by).annotate(**counts) if by else [seen.aggregate(**counts)]
    for row in rows:
        kind = row.get("kind", "")
        groups[row.get("source", ""), kind].add(kind, row)
    for source, kind, finding, customers in _findings(seen, by):
        groups[source, kind].found[finding] += customers
    return groups


def _findings(seen: "QuerySet[Customer]", by: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    inner, params = seen.order_by().values("pk", *by).query.sql_with_params()
    columns = ", ".join(f"c.{n}" if n in by else "''" for n in ("source", "kind"))
    statement = (
        f"select {columns}, f.finding, count(*) from ({inner}) c(id"  # noqa: S608 - the ORM's query
        f"{''.join(f', {n}' for n in by)})"
        " join insight_customerquality q on q.customer_id = c.id"
        " cross join lateral unnest(q.findings) f(finding) group by 1, 2, 3"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def _join(into: Counted, other: Counted) -> None:
    into.customers += other.customers
    into.measured += other.measured
    into.waiting += other.waiting
    into.unfollowed += other.unfollowed
    into.suspected += other.suspected
    for mine, its in ((into.ages, other.ages), (into.by_kind, other.by_kind),
                      (into.found, other.found)):  # fmt: skip
        for key, n in its.items():
            mine[key] += n


def _pairs(asker: Asker) -> dict[str, int] | None:
    """The pairs that the asker may decide about: how many are open, how many decided."""
    if not asker.may("merge", object_type("customer")):
        return None
    states = pairs_seen(asker).values_list("state").annotate(n=Count("*")).order_by()
    found = dict(states)
    opened = found.pop(SuspectedPair.State.OPEN, 0)
    return {"open": opened, "decided": sum(found.values())}
