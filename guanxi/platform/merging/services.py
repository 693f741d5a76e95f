"""Making one record of several. See docs/adr/0032."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.platform.access.predicate import Asker, missing, visible_to
from guanxi.platform.erasing.holds import refuse_held
from guanxi.platform.events.context import acting_meanwhile
from guanxi.platform.files.models import Attachment
from guanxi.platform.merging.models import Merge, MergedRecord, MergeStep
from guanxi.platform.merging.moving import Moving
from guanxi.platform.merging.survivorship import (
    Unit,
    column_of,
    mergeable_fields,
    units,
    value_of,
)
from guanxi.platform.objects.columns import derived_from
from guanxi.platform.objects.constraints import detail_of, problem_of_name
from guanxi.platform.objects.errors import EditConflict, Invalid, NotAllowed
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rules import Rules, refuse

UNDO_DAYS = 30  # as of imports
MOST = 10  # records at once: people compare them side by side

TOUCH = sql.SQL("update {table} set updated_at = clock_timestamp() where id = %s")


@dataclass(frozen=True)
class Wanted:
    """What to make one of, and what the person chose: {field: the record whose value it keeps}."""

    ids: Sequence[UUID]
    survivor: UUID | None = None
    choices: Mapping[str, UUID] = field(default_factory=dict)
    versions: Mapping[UUID, dt.datetime] = field(default_factory=dict)


@dataclass
class Prepared:
    """The records of a merge, the survivor, and a proposal for each field."""

    asker: Asker
    declared: ObjectType
    rows: dict[UUID, dict[str, Any]]
    survivor: UUID
    units: list[Unit]

    @property
    def absorbed(self) -> list[UUID]:
        return [pk for pk in self.rows if pk != self.survivor]


def prepare(*, asker: Asker, declared: ObjectType, wanted: Wanted, lock: bool = False) -> Prepared:
    """What a merge would do. Raises NotFound, NotAllowed, MergedAway, EditConflict or Invalid."""
    ids = [*dict.fromkeys(wanted.ids)]
    if len(ids) < 2 or len(ids) < len(wanted.ids):
        raise _invalid("ids", _("Choose two different records or more."))
    if len(ids) > MOST:
        raise _invalid("ids", _("At most %(n)s records become one at once.") % {"n": MOST})
    if not asker.may("merge", declared):
        raise NotAllowed(_("Your role does not allow merging."))
    if lock:  # in one order: of two merges that race one waits, and then finds what is left
        rows = declared.model._base_manager.filter(pk__in=ids).order_by("pk")
        list(rows.select_for_update().values_list("pk"))
    _require_changeable(asker, declared, ids)
    found = stored_rows(declared, ids)
    _refuse_other_versions(declared, ids, wanted.versions)
    _require_same(declared, found)
    survivor = wanted.survivor or min(ids, key=lambda pk: (found[pk]["created_at"], str(pk)))
    if survivor not in found:
        raise _invalid("survivor", _("Choose one of the records that are merged."))
    refuse_held(declared, [pk for pk in ids if pk != survivor])
    _refuse_erased(declared, ids)
    every = {**declared.own_fields, **asker.custom_fields(declared)}
    proposed = units(declared, mergeable_fields(declared, every), found, survivor)
    return Prepared(asker, declared, found, survivor, proposed)


@transaction.atomic
def merge_records(*, asker: Asker, declared: ObjectType, wanted: Wanted) -> Merge:
    """Make the records one: references move, fields keep what was chosen, the others redirect.

    What was not chosen follows the proposal. Raises as `prepare` does, or Invalid naming a field
    that a rule of the firm locks or finds lacking afterwards.
    """
    prepared = prepare(asker=asker, declared=declared, wanted=wanted, lock=True)
    chosen = _chosen(prepared, wanted.choices)
    merge = Merge(
        id=uuid4(),
        object=declared.name,
        survivor_id=prepared.survivor,
        absorbed=prepared.absorbed,
        actor=asker.user,
        undo_until=timezone.now() + dt.timedelta(days=UNDO_DAYS),
        chosen={f.name: str(pk) for f, pk in chosen},
    )
    with acting_meanwhile(actor_id=asker.user.pk, source=f"merge:{merge.pk}", request_id=merge.pk):
        merge.save(force_insert=True)
        rules_of = declared.merging and declared.merging.amount_to
        amount_to = rules_of and rules_of([merge.survivor_id, *merge.absorbed])
        _retire(merge, declared)  # while all is there yet that triggers keep of a record
        merge.counts = _moved(asker, merge, declared)
        merge.save(update_fields=["counts"])
        if declared.merging and amount_to and (made := amount_to(merge.survivor_id)):
            keys, place = [str(pk) for pk in made], declared.merging.made
            merge.steps.create(kind=MergeStep.Kind.COPIED, place=place, keys=keys)
        if declared.merging:
            declared.merging.before_fields(merge.survivor_id)
        custom = {f.key: value_of(prepared.rows[pk], f) for f, pk in chosen if f.key}
        names = [f.name for f, _pk in chosen]
        rules = Rules(asker, declared, names)
        rules.look([merge.survivor_id])
        refuse(rules.refuse_locked({merge.survivor_id: custom}))
        _take(declared, merge.survivor_id, chosen, prepared.rows)
        refuse(rules.refuse_lacking({merge.survivor_id: names}))
    return merge


def _moved(asker: Asker, merge: Merge, declared: ObjectType) -> dict[str, int]:
    """Raises Invalid where what names the records could not name one: a rule of theirs says why."""
    try:
        with transaction.atomic():
            return Moving(merge, declared).there()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        problem = problem_of_name(name, asker, detail_of(error))
        if problem is None:
            raise
        raise Invalid([{**problem, "field": "ids"}]) from error


def _require_changeable(asker: Asker, declared: ObjectType, ids: Sequence[UUID]) -> None:
    seen = set(visible_to(asker, declared.model).filter(pk__in=ids).values_list("pk", flat=True))
    for pk in ids:
        if pk not in seen:
            raise missing(asker, declared.model, pk)
    changeable = visible_to(asker.without_shares(), declared.model, "change").filter(pk__in=ids)
    if changeable.count() < len(ids):
        raise NotAllowed(_("Only who may change all of these records may merge them."))


def _refuse_other_versions(
    declared: ObjectType, ids: Sequence[UUID], versions: Mapping[UUID, dt.datetime]
) -> None:
    records = declared.model._base_manager.filter(pk__in=ids)
    now = dict(records.values_list("pk", "updated_at"))
    changed = [pk for pk, version in versions.items() if now.get(pk, version) != version]
    if changed:
        message = _("Somebody changed one of these records in the meantime. Look again.")
        raise EditConflict(message, changed=[str(pk) for pk in changed])


def stored_rows(declared: ObjectType, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The stored values of records, by column; numbers with a fraction stay text."""
    table = sql.Identifier(declared.model._meta.db_table)
    query = sql.SQL("select id, to_jsonb(t)::text from {} t where id = any(%s)").format(table)
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [list(ids)])
        found = {pk: json.loads(text, parse_float=str) for pk, text in cursor.fetchall()}
    return {pk: found[pk] for pk in ids}


def _require_same(declared: ObjectType, rows: Mapping[UUID, Mapping[str, Any]]) -> None:
    for name in declared.merging.same if declared.merging else ():
        f = declared.own_fields[name]
        if len({repr(value_of(row, f)) for row in rows.values()}) > 1:
            message = _('Records that differ in "%(field)s" cannot become one.')
            raise _invalid("ids", message % {"field": f.label})


def _refuse_erased(declared: ObjectType, ids: Sequence[UUID]) -> None:
    if declared.erasing is None:
        return
    erased = {f"{declared.erasing.mark}__isnull": False}
    if declared.model._base_manager.filter(pk__in=ids, **erased).exists():
        raise _invalid("ids", _("One of them was erased: nobody knows any more who it was."))


def _chosen(prepared: Prepared, choices: Mapping[str, UUID]) -> list[tuple[ObjectField, UUID]]:
    """The fields that take another record's value. Raises Invalid for a choice that is none."""
    writable = prepared.asker.writable(prepared.declared)
    unit_of = {f.name: unit for unit in prepared.units for f in unit.fields}
    for name, pk in choices.items():
        if name not in unit_of or name not in writable:
            raise _invalid(f"choices.{name}", _("You may not choose this field's value."))
        if pk not in prepared.rows:
            message = _("Choose one of the records that are merged.")
            raise _invalid(f"choices.{name}", message)
    found = []
    for unit in prepared.units:
        picked = {choices[f.name] for f in unit.fields if f.name in choices}
        if len(picked) > 1:
            message = _("These fields belong together: take all from the same record.")
            raise _invalid(f"choices.{unit.name}", message)
        winner = picked.pop() if picked else unit.proposed
        if unit.differs and winner != prepared.survivor:
            found += [(f, winner) for f in unit.fields]
    return found


def _take(
    declared: ObjectType,
    survivor: UUID,
    chosen: Sequence[tuple[ObjectField, UUID]],
    rows: Mapping[UUID, Mapping[str, Any]],
) -> None:
    if not chosen:  # what triggers keep of a record follows even so, and its version is new
        touch(declared, survivor)
        return
    take_fields(declared, survivor, chosen)
    files = [value_of(rows[pk], f) for f, pk in chosen if f.type.name == "file"]
    Attachment.objects.filter(pk__in=filter(None, files)).update(record_id=survivor)


def take_fields(
    declared: ObjectType, taker: UUID, chosen: Sequence[tuple[ObjectField, UUID]]
) -> None:
    """Give one record the values that others have in these fields, in one statement.

    It is done inside the database, so that no digit is lost; triggers see one change.
    """
    by_record: dict[UUID, list[ObjectField]] = {}
    for f, pk in chosen:
        by_record.setdefault(pk, []).append(f)
    names = {pk: sql.Identifier(f"x{number}") for number, pk in enumerate(by_record)}
    table = sql.Identifier(declared.model._meta.db_table)
    own = [
        sql.SQL("{0} = {1}.{0}").format(sql.Identifier(column), names[pk])
        for pk, fields in by_record.items()
        for column in _columns(declared, fields)
    ]
    custom = [(f.key, names[pk]) for f, pk in chosen if f.key]
    if custom:
        own.append(
            sql.SQL(
                "custom = (t.custom - {}::text[]) || jsonb_strip_nulls(jsonb_build_object({}))"
            ).format(
                sql.Literal([key for key, _name in custom]),
                sql.SQL(", ").join(
                    sql.SQL("{0}, {1}.custom -> {0}").format(sql.Literal(key), name)
                    for key, name in custom
                ),
            )
        )
    statement = sql.SQL("update {table} t set {own} from {givers} where t.id = %s and {same}")
    same = [sql.SQL("{}.id = {}").format(name, sql.Literal(pk)) for pk, name in names.items()]
    query = statement.format(
        table=table,
        own=sql.SQL(", ").join(own),
        givers=sql.SQL(", ").join(sql.SQL("{} {}").format(table, n) for n in names.values()),
        same=sql.SQL(" and ").join(same),
    )
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(None), [taker])


def _columns(declared: ObjectType, fields: Sequence[ObjectField]) -> list[str]:
    """The columns of these fields, with what is stored beside them."""
    model: Any = declared.model
    own = [column_of(f) for f in fields if not f.key]
    beside = [c.attname for c in derived_from([f.name for f in fields], model)]
    beside += [model._meta.get_field(n).column for n, of in model.computed.items() if of in own]
    return [*own, *beside]


def touch(declared: ObjectType, pk: UUID) -> None:
    """Write a record as it is: it has another version, and triggers do their part."""
    table = sql.Identifier(declared.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(TOUCH.format(table=table).as_string(None), [pk])


def _retire(merge: Merge, declared: ObjectType) -> None:
    MergedRecord.objects.bulk_create(
        MergedRecord(record_id=pk, object=declared.name, survivor_id=merge.survivor_id, merge=merge)
        for pk in merge.absorbed
    )
    records = declared.model._base_manager.filter(pk__in=merge.absorbed)
    records.update(deleted_at=timezone.now())


def _invalid(name: str, message: Any) -> Invalid:
    return Invalid([{"field": name, "message": message, "code": "invalid"}])
