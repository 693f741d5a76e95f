"""Rows of a file that the rules of the firm's own fields refuse, found before they are written.

The compiled conditions are asked of the records as the rows would make them: they stand in a common
table expression of the table's own name. All rows are judged by one statement.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from psycopg import sql

from guanxi.platform.exchange.reasons import reason
from guanxi.platform.exchange.targets import Context
from guanxi.platform.objects.constraints import Problem
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.drafts import blank
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.objects.rules import Conditions, Rules, asking
from guanxi.platform.objects.updating import as_json

PAIRS = 45  # PostgreSQL functions take at most 100 arguments
STAGED = """
select v.row, v.verdict, v.record_id, coalesce(v.merged, r.values) as values
from platform_importverdict v
join platform_importrow r on r.imported = v.imported and r.row = v.row
where v.imported = {imported} and v.leader = v.row and v.part = {part}
  and v.verdict in ({verdicts})
"""
GATHERED = """
select row, verdict, record_id, values from i_batch
where leader = row and part = {part} and verdict in ({verdicts})
"""
DRAFTS = """
select h.* from judged r
left join {table} c on r.verdict = 'update' and c.id = r.record_id
cross join lateral jsonb_populate_record(
    c, case r.verdict when 'create' then {blank}::jsonb else '{{}}' end || {values}
        || jsonb_build_object('id', r.record_id)
) h
"""
# Nobody changes what was judged before it is written.
LOCK = """
select 1 from {table} c
where c.id in (select record_id from i_batch where part = {part} and verdict = 'update')
order by c.id for no key update
"""
REFUSE = """
with judged as materialized ({rows}),
locked (id, custom{lock_flags}) as materialized ({locked}),
{table} as materialized ({drafts}),
lacking (id{lack_flags}) as materialized ({lacking}),
told as (
    select r.row, {reasons} as reasons from judged r
    join {table} d on d.id = r.record_id
    left join locked k on k.id = r.record_id
    left join lacking l on l.id = r.record_id
)
update platform_importverdict x set verdict = 'reject', record_id = null, reasons = told.reasons
from told
where x.imported = {imported} and x.part = {part} and x.row = told.row and told.reasons <> '[]'
returning x.row
"""
ID, VALUES = ("pk", "uuid"), (CUSTOM, "jsonb")


class Rows(Protocol):
    """How the rows of a file become records: SQL over a row r, and the record c it is about."""

    def given(self, name: str) -> str | None:
        """What the row says of a field, the empty text if nothing; None if the file has none."""

    def drafted(self) -> list[tuple[str, str]]:
        """Each written column with its value; `r.verdict` tells if c is made or changed."""


def refuse_rows(
    context: Context,
    object_type: ObjectType,
    rows: Rows,
    *,
    part: int = 0,
    batch: bool = False,
    verdicts: Sequence[str] = ("create", "update"),
) -> None:
    """Reject the rows that a rule refuses, each with its reasons.

    Judged are all that are staged, or those of the `batch` that is about to be written.
    """
    rules = Rules(context.asker, object_type, context.asker.writable(object_type))
    lacks = rules.lacks()
    # Of what may be lacking too: a record that is there may have it locked.
    locks = {n: q for n, q in rules.locks().items() if n in lacks or rows.given(n) is not None}
    if not locks and not lacks:
        return
    records = object_type.model._default_manager.all()
    changed = RawSQL("select record_id from judged where verdict = 'update'", [])
    locked, params = _asked(records.filter(pk__in=changed), locks, ID, VALUES)
    lacking, more = _asked(records, lacks, ID)
    names = {"imported": f"'{context.imported.pk}'::uuid", "part": part}
    judged = (GATHERED if batch else STAGED).format(**names, verdicts=_listed(verdicts))
    table = connection.ops.quote_name(object_type.model._meta.db_table)
    statement = REFUSE.format(
        **names,
        table=table,
        rows=judged,
        locked=locked,
        lock_flags=_flags(locks),
        drafts=_drafts(object_type, rows, table).replace("%", "%%"),
        lacking=lacking,
        lack_flags=_flags(lacks),
        reasons=_reasons(rules, rows, locks, lacks).replace("%", "%%"),
    )
    with connection.cursor() as cursor:
        if batch:
            cursor.execute(LOCK.format(table=table, part=part))
        cursor.execute(statement, [*params, *more])
        refused = [row for (row,) in cursor.fetchall()]
        if batch and refused:
            cursor.execute("delete from i_batch where part = %s and row = any(%s)", [part, refused])


def _asked(
    records: "QuerySet[Any]", conditions: Conditions, *columns: tuple[str, str]
) -> tuple[str, list[Any]]:
    """The query of the records of which a condition holds, and its parameters."""
    if conditions:
        try:
            asked = asking(records, conditions, *(name for name, _type in columns))
            query, params = asked.query.sql_with_params()
            return query, list(params)
        except EmptyResultSet:
            pass
    nothing = [*(f"null::{type}" for _name, type in columns), *["false"] * len(conditions)]
    return f"select {', '.join(nothing)} where false", []


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def _flags(conditions: Conditions) -> str:
    return "".join(f", f{number}" for number in range(len(conditions)))


def _holds(alias: str, conditions: Conditions, name: str) -> str:
    return f"coalesce({alias}.f{[*conditions].index(name)}, false)"


def _reasons(rules: Rules, rows: Rows, locks: Conditions, lacks: Conditions) -> str:
    """The SQL of all that is to be said against the row r."""
    found = []
    for name in locks:
        key = rules.fields[name].key
        differs = f"k.custom -> '{key}' is distinct from d.custom -> '{key}'"
        said = _array(rules.problem(name, locked=True))
        found.append(
            f"case when {_holds('k', locks, name)} and {differs} then {said} else '[]' end"
        )
    for name, rule in rules.required.items():
        given = [rows.given(n) for n in sorted(rule.uses | {name})]
        written = " or ".join(f"{text} <> ''" for text in given if text is not None) or "false"
        said = _array(rules.problem(name, locked=False, required=True))
        if name in locks:
            both = _array(rules.problem(name, locked=True, required=True))
            said = f"case when {_holds('k', locks, name)} then {both} else {said} end"
        asked = f"{_holds('l', lacks, name)} and (r.verdict = 'create' or {written})"
        found.append(f"case when {asked} then {said} else '[]' end")
    return " || ".join(found)


def _array(problem: Problem) -> str:
    return sql.Literal(reason(**problem)).as_string(None) + "::jsonb"


def _drafts(object_type: ObjectType, rows: Rows, table: str) -> str:
    """The SQL of the records as the rows would make them."""
    pairs = [f"'{column}', {value}" for column, value in rows.drafted()]
    chunks = [pairs[i : i + PAIRS] for i in range(0, len(pairs), PAIRS)]
    values = " || ".join(f"jsonb_build_object({', '.join(chunk)})" for chunk in chunks)
    new = sql.Literal(as_json(blank(object_type))).as_string(None)
    return DRAFTS.format(table=table, blank=new, values=values)
