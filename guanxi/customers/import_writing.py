"""Writing a batch of judged rows: customers, identities, relationships and tags, set by set."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.customers.import_drafts import PartRows, default_owner
from guanxi.customers.import_values import DERIVED, Part
from guanxi.platform.exchange.batch import gather
from guanxi.platform.exchange.custom import with_defaults
from guanxi.platform.exchange.ids import id_sql
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.reasons import reason
from guanxi.platform.exchange.rules import refuse_rows
from guanxi.platform.exchange.targets import Context
from guanxi.platform.fields.definitions import custom_fields
from guanxi.platform.fields.values import defaults
from guanxi.platform.objects.registry import object_type

OWN = "coalesce(r.own, r.values)"  # without what other rows of the same customer say
RACED = """
with batch as materialized (
    select r.row, r.verdict, r.record_id, {external} as external, {code} as code
    from i_batch r where r.part = {part} and r.leader = r.row and r.verdict in ('create', 'update')
), taken as materialized (
    select i.normal, i.customer_id from customers_identity i
    where i.kind = 'external' and i.source = {source} and i.deleted_at is null
      and i.normal = any(array(select external from batch where external <> ''))
), raced as (
    update platform_importverdict x set verdict = 'reject', reasons = %s::jsonb
    from batch b
    left join customers_customer c on c.id = b.record_id and c.deleted_at is null
    left join taken t on t.normal = b.external and t.customer_id <> b.record_id
    left join customers_customer o on b.code <> '' and o.credit_code = b.code
      and o.deleted_at is null and o.id <> b.record_id
    where x.imported = {imported} and x.row = b.row and x.part = {part}
      and (b.verdict = 'update' and c.id is null or t.normal is not null or o.id is not null)
    returning x.row
)
delete from i_batch r using raced where r.row = raced.row and r.part = {part}
"""
FOLLOW_REJECTED = """
update platform_importverdict v set verdict = 'reject', reasons = l.reasons
from platform_importverdict l
where v.imported = %s and v.leader <> v.row and v.verdict <> 'reject' and l.imported = v.imported
  and l.row = v.leader and l.part = v.part and l.verdict = 'reject'
"""
INSERT = """
insert into customers_customer (id, kind, owner_id, {columns})
select r.record_id, {kind}, {owner}, {values}
from i_batch r where r.part = {part} order by r.row
"""
UPDATE = """
update customers_customer c set {assignments} from i_batch r
where r.part = {part} and c.id = r.record_id and r.verdict = 'update' and r.leader = r.row
  and not {same}
"""
IDENTIFY = """
insert into customers_identity (id, customer_id, kind, source, value, normal, sealed)
select {id}, r.record_id, {kind}, {source}, {value}, {normal}, {sealed} from i_batch r
where r.part = {part} and r.verdict = '{verdict}' and r.leader = r.row and {normal} <> ''
{conflict}
"""
TAG_NAMES = r"regexp_split_to_table({value}, '\s*[,;，；、|]\s*')"
NEW_TAGS = """
insert into customers_tag (name)
select distinct left(w.name, 60) from i_batch r, {tag_names} w(name)
where r.part = {part} and r.verdict in ('create', 'update') and {value} <> '' and w.name <> ''
on conflict do nothing
"""
TAGGED = """
insert into customers_customertag (customer_id, tag_id)
select distinct r.record_id, t.id from i_batch r, {tag_names} w(name)
join customers_tag t on t.name = left(w.name, 60) and t.deleted_at is null
where r.part = {part} and r.verdict in ('create', 'update') and {value} <> ''
  and exists (select 1 from customers_customer c where c.id = r.record_id)
on conflict do nothing
"""
RELATE = """
insert into customers_relationship (customer_id, kind, other_id, role, since)
select distinct on (r.record_id, o.record_id) r.record_id, 'contact_of', o.record_id, {role},
    case when f.until is not null then customers_today() end
from i_batch r
join i_batch o on o.row = r.row and o.part = 0
join platform_importverdict ol on ol.imported = {imported} and ol.row = o.leader and ol.part = 0
join platform_importverdict vl on vl.imported = {imported} and vl.row = r.leader and vl.part = 1
left join lateral (
    select max(coalesce(f.until, 'infinity')) as until from customers_relationship f
    where f.customer_id = r.record_id and f.other_id = o.record_id and f.kind = 'contact_of'
      and f.deleted_at is null
) f on true
where r.part = 1 and (f.until is null or f.until < customers_today())
  and vl.verdict in ('create', 'update', 'unchanged')
    and ol.verdict in ('create', 'update', 'unchanged')
  and r.record_id <> o.record_id and {kind} = 'person'
order by r.record_id, o.record_id, r.row
on conflict do nothing
"""


class Writing:
    """Writes one import's rows, batch by batch."""

    def __init__(self, context: Context, layout: Layout):
        self.context, self.layout, self.imported = context, layout, context.imported
        self.parts = [p for p in (Part(context, layout, 0), Part(context, layout, 1)) if p]
        self.owner = default_owner(context)
        self.defaults = defaults(custom_fields(object_type("customer")).values())

    def create(self, first: int, last: int) -> None:
        """Write the new customers of the rows first < row <= last, and what they are known by.

        No two rows make the same customer, so ranges of rows can be written at once.
        """
        self._gather(first, last, "v.verdict = 'create' and v.leader = v.row")
        for part in self.parts:
            self._refuse(part, "create")
            self._insert(part)
            self._identify(part, "create")

    def join(self, first: int, last: int) -> None:
        """Write what rows add to customers that are there by now: values, tags, relationships."""
        wanted = "v.verdict = 'update'"
        if len(self.parts) == 2 or any(part.several("tags") for part in self.parts):
            wanted = "v.verdict in ('create', 'update', 'unchanged')"
        self._gather(first, last, wanted)
        for part in self.parts:
            self._refuse(part, "update")
            self._update(part)
            self._identify(part, "update")
            self._tag(part)
        if len(self.parts) == 2:
            self._do(RELATE, role=self.parts[1].text("role"), kind=self.parts[1].kind)

    def finish(self) -> None:
        """Rows that follow a row rejected while it was written are rejected with it."""
        with connection.cursor() as cursor:
            cursor.execute(FOLLOW_REJECTED, [self.imported.pk])

    def _gather(self, first: int, last: int, wanted: str) -> None:
        """Make the table i_batch, without those that others were quicker with."""
        gather(self.imported, first, last, wanted=wanted)
        if self.context.recheck:
            for part in self.parts:
                self._refuse_raced(part)

    def _do(self, template: str, params: list[Any] | None = None, **names: Any) -> None:
        statement = template.format(imported=f"'{self.imported.pk}'::uuid", **names)
        with connection.cursor() as cursor:
            cursor.execute(statement, params) if params else cursor.execute(statement)

    def _refuse_raced(self, part: Part) -> None:
        """Reject what somebody deleted or took in the moments since the last look."""
        source = sql.Literal(self.context.options["source"]).as_string(None)
        message = _("Somebody deleted or changed this customer meanwhile. Import the row again.")
        self._do(
            RACED, [reason(None, "meanwhile", message)], part=part.number, source=source,
            external=part.text("external_id"), code=part.text("credit_code"),
        )  # fmt: skip

    def _refuse(self, part: Part, verdict: str) -> None:
        """Reject what a rule of the firm's own fields has against it."""
        refuse_rows(
            self.context, object_type("customer"), PartRows(part),
            part=part.number, batch=True, verdicts=[verdict],
        )  # fmt: skip

    def _insert(self, part: Part) -> None:
        given = [c for c in part.columns if c != "owner"]
        derived = [d for d in DERIVED if part.has(d)]
        values = [part.inserted(c) for c in given]
        custom = with_defaults(self.defaults, part.custom_values())
        owner = part.owner(self.owner)
        self._do(
            INSERT, part=part.number, kind=part.kind, owner=owner,
            columns=", ".join([*(part.column(c) for c in given), *derived, "custom"]),
            values=", ".join([*values, *(part.text(d) for d in derived), custom]),
        )  # fmt: skip

    def _update(self, part: Part) -> None:
        if not part.columns and not part.custom:
            return
        names = [*part.columns, *(d for d in DERIVED if part.has(d))]
        assignments = [f"{part.column(name)} = {part.updated(name)}" for name in names]
        if part.custom:
            assignments.append(f"custom = {part.updated_custom()}")
        same = part.all_equal("r.values")
        self._do(UPDATE, part=part.number, assignments=", ".join(assignments), same=same)

    def _identify(self, part: Part, verdict: str) -> None:
        for number, identity in enumerate(part.identities("r.values"), 6):
            kind, source, value, normal, sealed = identity
            # A new customer's external id conflicts with nothing, and looking for conflicts row by
            # row doubles the cost. Other phones may equal the first one.
            sure = verdict == "create" and kind in ("'external'", "'wechat'")
            self._do(
                IDENTIFY, part=part.number, kind=kind, source=source, value=value, normal=normal,
                sealed=sealed, verdict=verdict,
                id=id_sql(self.imported, 2 * number + part.number, "r.row"),
                conflict="" if sure else "on conflict do nothing",
            )  # fmt: skip

    def _tag(self, part: Part) -> None:
        for value in part.several("tags", OWN):
            names = TAG_NAMES.format(value=value)
            self._do(NEW_TAGS, part=part.number, value=value, tag_names=names)
            self._do(TAGGED, part=part.number, value=value, tag_names=names)
