"""Which customers the rows of a file are: decided set-based, for all rows in one transaction.

By the rules of `matching`; without anything to be known by, a contact is one by its name within its
organization, and otherwise only a customer with exactly the values given.
Rows of one file are first brought together by the same keys, so that a customer who comes twice
becomes one record. Temporary tables keep each step a plain set operation.
"""

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.customers import matching
from guanxi.customers.import_values import Part
from guanxi.customers.models import Customer
from guanxi.customers.told_apart import told_apart
from guanxi.platform.access.predicate import visible_to
from guanxi.platform.exchange.ids import id_sql
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.reasons import reason
from guanxi.platform.exchange.targets import Context

JUMPS = 30  # more than any chain of rows that know each other by different keys

KEYS = """
create temp table i_key (row, part, kind, k, source, normal, name, external, code) on commit drop as
{keys}
"""
KEY = """
select r.row, {key} from platform_importrow r
where r.imported = {imported} and r.reasons is null and {normal} <> ''
"""
SHARED = """
create temp table i_shared on commit drop as
select part, kind, k, source, normal from i_key group by 1, 2, 3, 4, 5 having count(*) > 1
"""
LEADERS = """
create temp table i_leader on commit drop as
with edge as (
    select i.row, i.part, min(i.row) over (
        partition by i.part, i.kind, i.k, i.source, i.normal,
            case when i.k in ('p', 'e') then i.name end,
            case when i.k in ('p', 'e', 'n') then i.external end,
            case when i.k in ('p', 'e', 'n') then i.code end
    ) as leader
    from i_key i join i_shared s using (part, kind, k, source, normal)
)
select row, part, min(leader) as leader from edge group by 1, 2
"""
# Rows that lead to customers whom somebody called different are not of one customer.
TOLD_APART = """
with own as materialized (
    select distinct l.part, l.leader, l.row, i.customer_id
    from i_leader l
    join i_key k on k.row = l.row and k.part = l.part and (k.k in {sure} or k.k in ('p', 'e'))
    join customers_identity i on i.kind = case k.k when 'x' then 'external' when 'w' then 'wechat'
            when 'u' then 'credit_code' when 'i' then 'resident_id' when 'd' then 'passport'
            when 'p' then 'phone' else 'email' end
        and i.normal = k.normal and i.deleted_at is null
        and (k.k in ('p', 'e') or i.source = k.source)
), apart as (
    select distinct a.part, a.leader
    from own a join {told} t on t.one = a.customer_id
    join own b on b.part = a.part and b.leader = a.leader and b.customer_id = t.other
    where b.row <> a.row
)
delete from i_leader l using apart where l.part = apart.part and l.leader = apart.leader
"""
JUMP = """
update i_leader l set leader = up.leader from i_leader up
where up.part = l.part and up.row = l.leader and up.leader < l.leader
"""
MERGED = """
create temp table i_merged on commit drop as
select l.part, l.leader, array[{merged}] as values
from i_leader l join platform_importrow r on r.imported = {imported} and r.row = l.row
where (l.part, l.leader) in (select part, leader from i_leader where row <> leader)
group by 1, 2
"""
HITS = """
create temp table i_hit on commit drop as
select distinct coalesce(l.leader, k.row) as row, k.part, k.k, k.source, k.normal, k.name,
    k.external, k.code, c.id as customer_id, c.name_match as customer_name
from i_key k
join customers_identity i on i.kind = case k.k when 'x' then 'external' when 'w' then 'wechat'
        when 'u' then 'credit_code' when 'i' then 'resident_id' when 'd' then 'passport'
        when 'p' then 'phone' else 'email' end
    and i.normal = k.normal and i.deleted_at is null and (k.k in ('p', 'e') or i.source = k.source)
join customers_customer c on c.id = i.customer_id and c.deleted_at is null
    and (k.k in {sure} and k.k <> 'u' or c.kind = k.kind)
left join i_leader l on l.row = k.row and l.part = k.part
where k.k in {sure} or k.k in ('p', 'e')
"""
BY_NAME = """
insert into i_hit
select distinct coalesce(l.leader, k.row), k.part,
    case when c.name_sort = {name_sort} then 'n' else 'o' end, '', k.normal, k.name, k.external,
    k.code, c.id, c.name_match
from i_key k
left join i_leader l on l.row = k.row and l.part = k.part
join platform_importrow r on r.imported = {imported} and r.row = k.row
join customers_customer c on c.name_match = k.normal and c.kind = 'organization'
    and c.deleted_at is null
where k.k = 'n' and k.part = {part}
  and not exists (select 1 from i_hit h where h.row = coalesce(l.leader, k.row) and h.part = k.part)
"""
BY_VALUES = """
insert into i_hit
select k.row, k.part, 'v', '', k.normal, k.name, k.external, k.code, c.id, c.name_match
from i_key k
join platform_importrow r on r.imported = {imported} and r.row = k.row
join customers_customer c on c.name_sort = {name_sort} and c.name = {name} and c.kind = k.kind
    and c.deleted_at is null and {same}
where k.k = 'v' and k.part = {part}
"""
# A candidate with another external id of the same source is somebody else, whatever they share.
SOMEBODY_ELSE = """
delete from i_hit h using customers_identity i
where h.k not in {sure} and h.external <> '' and i.customer_id = h.customer_id
  and i.kind = 'external' and i.source = {source} and i.deleted_at is null
    and i.normal <> h.external
"""
OF_ANOTHER_CODE = """
delete from i_hit h using customers_customer c
where h.k not in {sure} and h.code <> '' and c.id = h.customer_id and (
    length(h.code) = 18 and c.credit_code not in ('', h.code)
    or length(h.code) = 64 and exists (
        select 1 from customers_identity i where i.customer_id = c.id and i.kind = 'resident_id'
          and i.deleted_at is null and i.normal <> h.code))
"""
CANDIDATES = f"""
create temp table i_candidate on commit drop as {matching.CANDIDATES.format(hits="i_hit")}
"""
EQUAL_VALUES = """
update i_candidate a set same_values = true
from platform_importrow r left join i_merged m on m.leader = r.row and m.part = {part},
    customers_customer c
where a.part = {part} and a.same_name and not a.same_values and r.imported = {imported}
  and r.row = a.row and c.id = a.customer_id and {same}
"""
DECISIONS = f"""
create temp table i_decision on commit drop as
{matching.DECISIONS.format(candidates="i_candidate")}
"""
VERDICTS = """
insert into platform_importverdict
    (imported, row, part, verdict, record_id, leader, merged, candidates, reasons)
select r.imported, r.row, {part},
    case
        when d.row is null or d.is_switchboard then 'create'
        when d.customer_id is not null then 'update'
        else 'ambiguous'
    end,
    case when d.customer_id is not null then d.customer_id
        when d.row is null or d.is_switchboard then {new_id} end,
    coalesce(l.leader, r.row),
    m.values,
    case when d.customer_id is null and not d.is_switchboard then d.candidates end,
    null
from platform_importrow r
left join i_leader l on l.row = r.row and l.part = {part}
left join i_decision d on d.row = coalesce(l.leader, r.row) and d.part = {part}
left join i_merged m on m.leader = r.row and m.part = {part}
where r.imported = {imported} and r.reasons is null and {present}
"""
EMPTY = """
insert into platform_importverdict (imported, row, part, verdict, leader, reasons)
select r.imported, r.row, 0, 'reject', r.row, %s::jsonb from platform_importrow r
where r.imported = {imported} and r.reasons is null
  and not exists (select 1 from platform_importverdict v where v.imported = r.imported
    and v.row = r.row)
"""
CONTACTS = """
create temp table i_contact on commit drop as
select v.row, min(c.id::text)::uuid as customer_id, count(*) as n, array_agg(c.id) as candidates
from platform_importverdict v
join platform_importverdict o on o.imported = v.imported and o.row = v.row and o.part = 0
join platform_importrow r on r.imported = v.imported and r.row = v.row
join customers_relationship s on s.other_id = o.record_id and s.kind = 'contact_of'
  and s.deleted_at is null
join customers_customer c on c.id = s.customer_id and c.deleted_at is null and c.kind = 'person'
    and c.name_match = {name}
where v.imported = {imported} and v.part = 1 and v.verdict = 'create' and v.leader = v.row
group by v.row
"""
TAKE_CONTACTS = """
update platform_importverdict v set
    verdict = case when c.n = 1 then 'update' else 'ambiguous' end,
    record_id = case when c.n = 1 then c.customer_id end,
    candidates = case when c.n > 1 then c.candidates end
from i_contact c, platform_importverdict w
where v.imported = {imported} and v.part = 1 and w.imported = v.imported and w.part = 1
  and w.row = c.row and v.leader = w.leader
"""


class Matching:
    """One run of the matching of one import."""

    def __init__(self, context: Context, layout: Layout):
        self.context, self.layout = context, layout
        self.parts = [p for p in (Part(context, layout, 0), Part(context, layout, 1)) if p]
        self.imported = f"'{context.imported.pk}'::uuid"

    def run(self) -> dict[str, int]:
        """Write the verdicts of all readable rows; returns nothing further to count."""
        with connection.cursor() as cursor:
            self.cursor = cursor
            self._gather()
            self._decide()
            self._judge()
        return {}

    def _do(self, template: str, params: list[Any] | None = None, **names: Any) -> int:
        statement = template.format(imported=self.imported, sure=matching.SURE, **names)
        self.cursor.execute(statement, params) if params else self.cursor.execute(statement)
        return int(self.cursor.rowcount)

    def _gather(self) -> None:
        keys = [
            KEY.format(imported=self.imported, key=key, normal=normal)
            for part in self.parts
            for key, normal in part.match_keys()
        ]
        self._do(KEYS, keys=" union all ".join(keys))  # scans are cheaper than VALUES of each row
        self._do("analyze i_key")
        self._do(SHARED)
        self._do(LEADERS)
        self._do("analyze i_leader")
        for _jump in range(JUMPS):
            if not self._do(JUMP):
                break
        self.cursor.execute(f"select exists (select from {told_apart()} t)")  # noqa: S608
        if self.cursor.fetchone() == (True,):
            self._do(TOLD_APART, told=told_apart())
        merged = ", ".join(
            f"coalesce((array_agg(r.values[{i}] order by r.row desc) filter (where r.values[{i}] "
            f"<> ''))[1], '')"
            for i in range(1, len(self.layout.slots) + 1)
        )
        self._do(MERGED, merged=merged)
        self._do("analyze i_merged")

    def _decide(self) -> None:
        self._do(HITS)
        for part in self.parts:
            if part.has("name"):
                self._do(BY_NAME, part=part.number, name_sort=part.text("name_sort"))
                self._do(
                    BY_VALUES, part=part.number, name_sort=part.text("name_sort"),
                    name=part.text("name"), same=part.all_equal("r.values"),
                )  # fmt: skip
        self._do(SOMEBODY_ELSE, source=self._literal(self.context.options["source"]))
        if any(part.has(name) for part in self.parts for name in ("credit_code", "id_number")):
            self._do(OF_ANOTHER_CODE)
        self._do(CANDIDATES)
        for part in self.parts:
            same = part.all_equal("coalesce(m.values, r.values)")
            self._do(EQUAL_VALUES, part=part.number, same=same)
        self._do(DECISIONS)
        self._do("analyze i_decision")
        for part in self.parts:
            new_id = id_sql(self.context.imported, part.number, "coalesce(l.leader, r.row)")
            self._do(VERDICTS, part=part.number, new_id=new_id, present=part.present())
        person = self.parts[-1]
        if len(self.parts) == 2 and person.has("name"):
            self._do(CONTACTS, name=person.text("name_match"))
            self._do(TAKE_CONTACTS)
        missing = reason(None, "empty", _("The row names no customer. Fill in the name."))
        self._do(EMPTY, [missing])

    def _judge(self) -> None:
        from guanxi.customers.import_verdicts import judge

        judge(self, self.cursor)

    @staticmethod
    def _literal(value: str) -> str:
        return sql.Literal(value).as_string(None)

    def permitted(self, verb: str) -> tuple[str, tuple[Any, ...]]:
        """The subquery of the customers the asker may `verb`, and its parameters."""
        query = (
            visible_to(self.context.asker.importing(verb), Customer, verb)
            .order_by()
            .values("pk")
            .query
        )
        statement, params = query.sql_with_params()
        return statement, params
