"""Matching and writing of one declared object's rows, set by set."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.platform.access.predicate import visible_to
from guanxi.platform.exchange.batch import gather
from guanxi.platform.exchange.custom import current_json, value_json, values_json, with_defaults
from guanxi.platform.exchange.ids import id_sql
from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.reasons import reason
from guanxi.platform.exchange.rules import refuse_rows
from guanxi.platform.exchange.targets import Context
from guanxi.platform.fields.values import defaults
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import ObjectField

if TYPE_CHECKING:
    from guanxi.platform.exchange.objects import ObjectTarget

CASTS = {
    "number": "bigint", "decimal": "numeric", "money": "numeric", "float": "float8",
    "score": "float8",
    "boolean": "boolean", "date": "date", "datetime": "timestamptz", "link": "uuid",
    "multi_choice": "jsonb",
}  # fmt: skip
VALUES = "coalesce(v.merged, r.values)"  # of a verdict v and its row r
WRITTEN = "r.values"  # of a row r of i_batch
KEYS = """
create temp table i_row on commit drop as
select r.row, first_value(r.row) over w as leader, {key} as key
from platform_importrow r where r.imported = {imported} and r.reasons is null
window w as (partition by {key}, case when {key} = '' then r.row end order by r.row)
"""
MERGED = """
create temp table i_merged on commit drop as
select i.leader, array[{merged}] as values
from i_row i join platform_importrow r on r.imported = {imported} and r.row = i.row
where i.leader in (select leader from i_row where row <> leader)
group by 1
"""
VERDICTS = """
insert into platform_importverdict (imported, row, part, verdict, record_id, leader, merged)
select {imported}, i.row, 0, case when c.id is null then 'create' else 'update' end,
    coalesce(c.id, {new_id}), i.leader, case when i.leader = i.row then m.values end
from i_row i
join platform_importrow r on r.imported = {imported} and r.row = i.leader
left join i_merged m on m.leader = i.leader
left join lateral (
    select c.id from {table} c where c.deleted_at is null and {found} order by c.id limit 1
) c on true
"""
LACKING = """
update platform_importverdict v set verdict = 'reject', record_id = null, reasons = %s::jsonb
from platform_importrow r
where v.imported = {imported} and v.verdict = 'create' and v.leader = v.row
  and r.imported = v.imported and r.row = v.row and {value} = ''
"""
NO_SUCH_ID = """
update platform_importverdict v set verdict = 'reject', record_id = null, reasons = %s::jsonb
from platform_importrow r
where v.imported = {imported} and v.verdict = 'create' and r.imported = v.imported and r.row = v.row
  and {value} <> ''
"""
UNCHANGED = """
update platform_importverdict v set verdict = 'unchanged' from platform_importrow r, {table} c
where v.imported = {imported} and v.verdict = 'update' and v.leader = v.row
  and r.imported = v.imported
  and r.row = v.row and c.id = v.record_id and ({skip} or {same})
"""
HIDDEN = """
update platform_importverdict v set verdict = 'reject', record_id = null, reasons = %s::jsonb
where v.imported = {imported} and v.verdict = '{verdict}' and v.record_id not in ({permitted})
"""
FOLLOW = """
update platform_importverdict v set
    verdict = case when l.verdict = 'create' then 'update' else l.verdict end,
    record_id = l.record_id,
    reasons = coalesce(l.reasons, jsonb_build_array(jsonb_build_object(
        'field', null, 'code', 'same_in_file', 'message', replace(%s, '#', l.row::text))))
from platform_importverdict l
where v.imported = {imported} and v.leader <> v.row and l.imported = v.imported and l.part = v.part
  and l.row = v.leader
"""
GONE = """
with gone as (
    update platform_importverdict x set verdict = 'reject', reasons = %s::jsonb from i_batch r
    where x.imported = {imported} and x.row = r.row and (
        r.verdict = 'update' and not exists (
            select 1 from {table} c where c.id = r.record_id and c.deleted_at is null)
        or r.verdict = 'create' and exists (
            select 1 from {table} c where c.deleted_at is null and c.id <> r.record_id and {found}))
    returning x.row
)
delete from i_batch r using gone where r.row = gone.row
"""
INSERT = """
insert into {table} ({columns})
select {values} from i_batch r where r.verdict = 'create' order by r.row
"""
UPDATE = """
update {table} c set {assignments} from i_batch r
where c.id = r.record_id and r.verdict = 'update' and not {same}
"""


class Statements:
    """The SQL of one import of one object type."""

    def __init__(self, target: "ObjectTarget", context: Context, layout: Layout):
        self.target, self.context, self.layout = target, context, layout
        self.model = target.declared.model
        self.names = {
            "imported": f"'{context.imported.pk}'::uuid",
            "table": sql.Identifier(self.model._meta.db_table).as_string(None),
        }
        self.columns = [
            f for f in self.model._meta.fields if f.name in layout and f.name != "id"
        ]  # fmt: skip
        self.custom = [f for name, f in target.custom.items() if name in layout]
        self.fixed = {
            column: sql.Literal(value).as_string(None)
            for column, value in target.declared.fixed.items()
        }

    def _do(self, template: str, params: list[Any] | None = None, **names: Any) -> None:
        with connection.cursor() as cursor:
            statement = template.format(**self.names, **names)
            cursor.execute(statement, params) if params else cursor.execute(statement)

    def _value(self, f: "models.Field[Any, Any]", array: str) -> str:
        text = self.layout.sql(f.name, array)
        known = self.target.declared.own_fields.get(f.name)
        cast = CASTS.get(known.type.name) if known else None
        if cast:
            return f"nullif({text}, '')::{cast}"
        return f"nullif({text}, '')" if f.null else text

    def _key(self) -> list[str]:
        """The slots rows are recognized by."""
        if "id" in self.layout:
            return ["id"]
        for key in self.target.unique_keys():
            if all(name in self.layout for name in key):
                return list(key)
        own = [f.name for f in self.columns if f.name in self.target.declared.own_fields]
        return own + [f.name for f in self.custom]

    def _found(self, array: str) -> str:
        key = self._key()
        tests = [f"c.{column} = {value}" for column, value in self.fixed.items()]
        if key == ["id"]:
            tests.append(f"c.id = nullif({self.layout.sql('id', array)}, '')::uuid")
            key = []
        for name in key:
            if name in self.target.custom:
                tests.append(self._holds(self.target.custom[name], array))
                continue
            f: Any = self.model._meta.get_field(name)
            tests.append(f"c.{f.column} is not distinct from {self._value(f, array)}")
            if not f.null:
                tests[-1] = f"c.{f.column} = {self._value(f, array)}"
        return " and ".join(tests)

    def match(self) -> None:
        """Write the verdict of every readable row."""
        key = " || '|' || ".join(f"replace({self.layout.sql(n)}, '|', '||')" for n in self._key())
        self._do(KEYS, key=f"({key})")
        merged = ", ".join(
            f"coalesce((array_agg(r.values[{i}] order by r.row desc)"
            f" filter (where r.values[{i}] <> ''))[1], '')"
            for i in range(1, len(self.layout.slots) + 1)
        )
        self._do(MERGED, merged=merged)
        new_id = id_sql(self.context.imported, 0, "i.leader")
        self._do(VERDICTS, new_id=new_id, found=self._found("coalesce(m.values, r.values)"))
        self._refuse_lacking()
        skip = str(self.context.options["on_match"] == "skip").lower()
        self._do(UNCHANGED, skip=skip, same=self._same(VALUES))
        self._hide()
        refuse_rows(self.context, self.target.declared, self)
        message = _("The same record as in row #; the values are brought together.")
        self._do(FOLLOW, [message])

    def _refuse_lacking(self) -> None:
        if "id" in self.layout:
            missing = reason("id", "not_found", _("There is no record with this id."))
            self._do(NO_SUCH_ID, [missing], value=self.layout.sql("id"))
        for name, f in self.target._importable().items():
            if f.required:
                lacking = reason(name, "required", _("This field is required. Fill it in."))
                self._do(LACKING, [lacking], value=self.layout.sql(name, VALUES))

    def _same(self, array: str) -> str:
        tests = [
            f"({self.layout.sql(f.name, array)} = ''"
            f" or c.{f.column} is not distinct from {self._value(f, array)})"
            for f in self.columns
        ]
        tests += [
            f"({self.layout.sql(f.name, array)} = '' or {self._holds(f, array)})"
            for f in self.custom
        ]
        return "(" + " and ".join(tests or ["true"]) + ")"

    def _holds(self, f: ObjectField, array: str) -> str:
        """The condition that record c has the value a row gives a custom field."""
        text = self.layout.sql(f.name, array)
        return f"{current_json(f)} is not distinct from {value_json(f, text)}"

    def _custom(self) -> str:
        """The custom values that a row gives."""
        return values_json((f, self.layout.sql(f.name, WRITTEN)) for f in self.custom)

    def _hide(self) -> None:
        """Reject rows whose record the asker may not change, in words that give nothing away."""
        why = reason(None, "not_yours", _("This record exists already, and you may not change it."))
        for verb, verdict in (("read", "unchanged"), ("change", "update")):
            records = (
                visible_to(self.context.asker.importing(verb), self.model, verb)
                .order_by()
                .values("pk")
            )
            try:
                permitted, params = records.query.sql_with_params()
            except EmptyResultSet:  # of an object whose records nobody changes
                permitted, params = "select null::uuid where false", ()
            statement = HIDDEN.format(**self.names, verdict=verdict, permitted=permitted)
            with connection.cursor() as cursor:
                cursor.execute(statement, [why, *params])

    def write(self, first: int, last: int) -> None:
        """Write the rows first < row <= last."""
        wanted = "v.leader = v.row and v.verdict in ('create', 'update')"
        gather(self.context.imported, first, last, wanted=wanted)
        message = _("Somebody deleted or changed this record meanwhile. Import the row again.")
        if self.context.recheck:
            self._do(GONE, [reason(None, "meanwhile", message)], found=self._found(WRITTEN))
        refuse_rows(self.context, self.target.declared, self, batch=True)
        columns, values = ["id", *self.fixed], ["r.record_id", *self.fixed.values()]
        for f in self.columns:
            columns.append(f.column or f.name)
            values.append(self._inserted(f))
        names = {f.name for f in self.model._meta.fields}
        if "owner" in names and "owner" not in self.layout:
            columns.append("owner_id")
            values.append(self._owner())
        if self.target.custom:
            columns.append(CUSTOM)
            values.append(with_defaults(defaults(self.target.custom.values()), self._custom()))
        self._do(INSERT, columns=", ".join(columns), values=", ".join(values))
        if self.columns or self.custom:
            assignments = [
                f"{f.column} = case when {self.layout.sql(f.name, WRITTEN)} = '' then c.{f.column}"
                f" else {self._value(f, WRITTEN)} end"
                for f in self.columns
            ]
            if self.custom:
                assignments.append(f"{CUSTOM} = c.{CUSTOM} || {self._custom()}")
            self._do(UPDATE, assignments=", ".join(assignments), same=self._same(WRITTEN))

    def given(self, name: str) -> str | None:
        """What a row says of a field; None if the file does not have it."""
        return self.layout.sql(name) if name in self.layout else None

    def drafted(self) -> list[tuple[str, str]]:
        """The values a record has when row r is written, by column."""
        is_new = "r.verdict = 'create'"
        pairs = []
        for f in self.columns:
            changed = f"case when {self.layout.sql(f.name)} <> '' then {self._value(f, WRITTEN)}"
            pairs.append(
                (
                    str(f.column),
                    f"case when {is_new} then to_jsonb({self._inserted(f)})"
                    f" else to_jsonb({changed} else c.{f.column} end) end",
                )
            )
        new = {column: f"to_jsonb({value})" for column, value in self.fixed.items()}
        if "owner" in self.target.declared.own_fields and "owner" not in self.layout:
            new["owner_id"] = f"to_jsonb({self._owner()})"
        pairs += [
            (column, f"case when {is_new} then {value} else to_jsonb(c.{column}) end")
            for column, value in new.items()
        ]
        made = with_defaults(defaults(self.target.custom.values()), self._custom())
        changed = f"c.{CUSTOM} || {self._custom()}"
        return [*pairs, (CUSTOM, f"case when {is_new} then {made} else {changed} end")]

    def _inserted(self, f: "models.Field[Any, Any]") -> str:
        value = self._value(f, WRITTEN)
        if f.null:
            return value
        default: Any = f.db_default if f.db_default is not models.NOT_PROVIDED else None
        if default is None or getattr(default, "value", default) in ("", None):
            return value
        if isinstance(default, models.Func):  # such as the time of day
            compiler = self.model._default_manager.all().query.get_compiler(connection=connection)
            literal = compiler.compile(default)[0]
        else:
            literal = sql.Literal(getattr(default, "value", default)).as_string(None)
        return f"coalesce(nullif({self.layout.sql(f.name, WRITTEN)}, ''), ({literal})::text)" + (
            f"::{f.db_type(connection)}"
        )

    def _owner(self) -> str:
        chosen = self.context.options.get("owner") or "me"
        return "null::uuid" if chosen == "nobody" else f"'{self.context.asker.user.pk}'::uuid"
