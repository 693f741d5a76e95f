"""Writing a batch of judged rows: customers, identities, relationships and tags, set by set."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.customers.import_values import DERIVED, Part
from guanxi.platform.exchange.ids import id_sql
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.reasons import reason
from guanxi.platform.exchange.targets import Context

VALUES = "coalesce(v.merged, r.values)"
BATCH = """
from platform_importverdict v
join platform_importrow r on r.imported = v.imported and r.row = v.row
where v.imported = {imported} and v.row > {first} and v.row <= {last} and v.part = {part}
"""
# Step by step: fresh rows have no statistics, and one join would read all identities for each row.
RACED = """
with batch as materialized (
    select v.row, v.verdict, v.record_id, {external} as external from platform_importverdict v
    join platform_importrow r on r.imported = v.imported and r.row = v.row
    where v.imported = {imported} and v.row > {first} and v.row <= {last} and v.part = {part}
      and v.leader = v.row and v.verdict in ('create', 'update')
), taken as materialized (
    select i.normal, i.customer_id from customers_identity i
    where i.kind = 'external' and i.source = {source} and i.deleted_at is null
      and i.normal = any(array(select external from batch where external <> ''))
)
update platform_importverdict x set verdict = 'reject', reasons = %s::jsonb
from batch b
left join customers_customer c on c.id = b.record_id and c.deleted_at is null
left join taken t on t.normal = b.external and t.customer_id <> b.record_id
where x.imported = {imported} and x.row = b.row and x.part = {part}
  and (b.verdict = 'update' and c.id is null or t.normal is not null)
"""
FOLLOW_REJECTED = """
update platform_importverdict v set verdict = 'reject', reasons = l.reasons
from platform_importverdict l
where v.imported = %s and v.leader <> v.row and v.verdict <> 'reject' and l.imported = v.imported
  and l.row = v.leader and l.part = v.part and l.verdict = 'reject'
"""
INSERT = """
insert into customers_customer (id, kind, {columns}, owner_id)
select v.record_id, {kind}, {values}, {owner}
{batch} and v.verdict = 'create' and v.leader = v.row order by v.row
"""
UPDATE = """
update customers_customer c set {assignments}
{batch} and c.id = v.record_id and v.verdict = 'update' and v.leader = v.row and not {same}
"""
OTHER = """
insert into customers_identity (id, customer_id, kind, source, value, normal)
select {id}, v.record_id, {kind}, {source}, {value}, {normal}
{batch} and v.verdict in ({verdicts}) and v.leader = v.row and {normal} <> ''
{conflict}
"""
TAG_NAMES = r"regexp_split_to_table(b.tags, '\s*[,;，；、|]\s*')"
NEW_TAGS = """
insert into customers_tag (name)
select distinct left(w.name, 60)
from (
    select v.*, {value} as tags {batch} and v.verdict in ('create', 'update') and {value} <> '') b,
    {tag_names} w(name)
where w.name <> ''
on conflict do nothing
"""
TAGGED = """
insert into customers_customertag (customer_id, tag_id)
select distinct b.record_id, t.id
from (select v.*, {value} as tags {batch} and v.verdict in ('create', 'update')
        and {value} <> '' and v.record_id is not null) b,
    {tag_names} w(name)
join customers_tag t on t.name = left(w.name, 60) and t.deleted_at is null
on conflict do nothing
"""
RELATE = """
insert into customers_relationship (customer_id, kind, other_id, role)
select distinct on (v.record_id, o.record_id) v.record_id, 'contact_of', o.record_id, {role}
from platform_importverdict v
join platform_importrow r on r.imported = v.imported and r.row = v.row
join platform_importverdict o on o.imported = v.imported and o.row = v.row and o.part = 0
join platform_importverdict ol on ol.imported = v.imported and ol.row = o.leader and ol.part = 0
join platform_importverdict vl on vl.imported = v.imported and vl.row = v.leader and vl.part = 1
where v.imported = {imported} and v.row > {first} and v.row <= {last} and v.part = 1
  and vl.verdict in ('create', 'update', 'unchanged')
    and ol.verdict in ('create', 'update', 'unchanged')
  and v.record_id <> o.record_id and {kind} = 'person'
order by v.record_id, o.record_id, v.row
on conflict do nothing
"""


class Writing:
    """Writes one import's rows; a batch repeated after a crash finds nothing left to do."""

    def __init__(self, context: Context, layout: Layout):
        from guanxi.customers.imports import owner_of

        self.context, self.layout, self.imported = context, layout, context.imported
        self.parts = [p for p in (Part(context, layout, 0), Part(context, layout, 1)) if p]
        owner = owner_of(context)
        self.owner = f"'{owner}'::uuid" if owner else "null::uuid"

    def batch(self, first: int, last: int) -> None:
        """Write the rows first < row <= last."""
        self.range = {"imported": f"'{self.imported.pk}'::uuid", "first": first, "last": last}
        with connection.cursor() as cursor:
            self.cursor = cursor
            for part in self.parts:
                if self.context.recheck:
                    self._refuse_raced(part)
                self._insert(part)
                self._update(part)
                self._identify(part)
                self._tag(part)
            if len(self.parts) == 2:
                role = self.parts[1].text("role")
                self._do(RELATE, role=role, kind=self.parts[1].kind)

    def finish(self) -> None:
        """Rows that follow a row rejected while it was written are rejected with it."""
        with connection.cursor() as cursor:
            cursor.execute(FOLLOW_REJECTED, [self.imported.pk])

    def _do(self, template: str, params: list[Any] | None = None, **names: Any) -> None:
        values = {**self.range, **names}
        batch = BATCH.format(**values) if "part" in names else ""
        statement = template.format(**values, batch=batch, tag_names=TAG_NAMES)
        self.cursor.execute(statement, params) if params else self.cursor.execute(statement)

    def _refuse_raced(self, part: Part) -> None:
        """Reject what somebody deleted or took in the moments since the last look."""
        source = sql.Literal(self.context.options["source"]).as_string(None)
        message = _("Somebody deleted or changed this customer meanwhile. Import the row again.")
        self._do(
            RACED, [reason(None, "meanwhile", message)], part=part.number, source=source,
            external=part.text("external_id", VALUES),
        )  # fmt: skip

    def _insert(self, part: Part) -> None:
        given = [c for c in part.columns if c != "owner"]
        derived = [d for d in DERIVED if part.has(d)]
        values = [self._inserted(part, c) for c in given]
        owner = self.owner
        if part.has("owner"):
            owner = f"coalesce({part.value('owner', VALUES)}, {owner})"
        self._do(
            INSERT, part=part.number, kind=part.kind, owner=owner,
            columns=", ".join([*(part.column(c) for c in given), *derived]),
            values=", ".join([*values, *(part.text(d, VALUES) for d in derived)]),
        )  # fmt: skip

    def _inserted(self, part: Part, name: str) -> str:
        value = part.value(name, VALUES)
        # an empty choice means the column's default
        return f"coalesce(nullif({value}, ''), 'consumer')" if name == "category" else value

    def _update(self, part: Part) -> None:
        if not part.columns:
            return
        fill = self.context.options["on_match"] == "fill"
        assignments = []
        for name in [*part.columns, *(d for d in DERIVED if part.has(d))]:
            column, text = part.column(name), part.text(name, VALUES)
            keep = f"{text} = ''"
            if fill:
                source = {"name_sort": "name", "phone_normal": "phone"}.get(name, column)
                keep += f" or coalesce(c.{source}::text, '') <> ''"
            assignments.append(
                f"{column} = case when {keep} then c.{column} else {part.value(name, VALUES)} end"
            )
        same = part.all_equal(VALUES)
        self._do(UPDATE, part=part.number, assignments=", ".join(assignments), same=same)

    def _identify(self, part: Part) -> None:
        # A new customer's external id conflicts with nothing, and looking for conflicts row by row
        # doubles the cost. Other phones may equal the first one.
        for number, (kind, source, value, normal) in enumerate(part.identities(VALUES), 6):
            new_id = id_sql(self.imported, 2 * number + part.number, "v.row")
            for verdict in ("create", "update"):
                sure = verdict == "create" and kind in ("'external'", "'wechat'")
                self._do(
                    OTHER,
                    part=part.number,
                    id=new_id,
                    kind=kind,
                    source=source,
                    value=value,
                    normal=normal,
                    verdicts=f"'{verdict}'",
                    conflict="" if sure else "on conflict do nothing",
                )

    def _tag(self, part: Part) -> None:
        for value in part.several("tags", VALUES):
            self._do(NEW_TAGS, part=part.number, value=value)
            self._do(TAGGED, part=part.number, value=value)
