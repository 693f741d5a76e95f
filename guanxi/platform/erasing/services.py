"""Erasing a record: everything in the database in one transaction, files by a job behind it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, get_permitted, missing, visible_to
from guanxi.platform.custom_objects.models import CustomRecord
from guanxi.platform.erasing import stores
from guanxi.platform.erasing.models import Erasure
from guanxi.platform.erasing.obstacles import refuse_obstacles
from guanxi.platform.erasing.outside import add_to_list
from guanxi.platform.erasing.stores import Erasing, Hanging, kept_of
from guanxi.platform.events.context import acting_meanwhile
from guanxi.platform.events.telling import tell_of
from guanxi.platform.fields.links import links_to
from guanxi.platform.fields.models import CustomField
from guanxi.platform.jobs.services import start_job
from guanxi.platform.merging.models import Merge, MergeStep
from guanxi.platform.merging.redirects import absorbed_by
from guanxi.platform.objects.columns import derived_from
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.erasable import Erasable
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed
from guanxi.platform.objects.record import object_name
from guanxi.platform.objects.registry import ObjectType, is_declared, object_type
from guanxi.platform.objects.rows import title_shown
from guanxi.platform.workspaces.services import current_workspace

JOB_KIND = "erase_files"
REDACT = "select guanxi_redact_events(%s, %s, %s, %s)"


class AlreadyErased(DomainError):
    status, code = 409, "erased"


@dataclass(frozen=True)
class Reach:
    """The records that one erasure is about."""

    declared: ObjectType
    pk: UUID

    @property
    def rules(self) -> Erasable:
        rules = self.declared.erasing
        if rules is None:
            raise NotAllowed(_("Such records are not erased."))
        return rules

    def ids(self) -> list[UUID]:
        return [self.pk, *absorbed_by([self.pk])]


def require_erasable(asker: Asker, declared: ObjectType, pk: UUID) -> None:
    """Raises NotFound, MergedAway or NotAllowed; a record in the recycle bin can be erased too."""
    if not asker.may("erase", declared):
        raise NotAllowed(_("Your role does not allow erasing personal data."))
    by_role = asker.without_shares()
    for deleted in (False, True):
        if visible_to(asker, declared.model, deleted=deleted).filter(pk=pk).exists():
            get_permitted(by_role, declared.model, pk, "change", deleted=deleted)
            return
    raise missing(asker, declared.model, pk)


def is_erased(declared: ObjectType, pk: UUID) -> bool:
    mark = Reach(declared, pk).rules.mark
    found = declared.model._base_manager.filter(pk=pk, **{f"{mark}__isnull": False})
    return found.exists()


@transaction.atomic
def erase_record(
    *, asker: Asker, declared: ObjectType, pk: UUID, name: str
) -> tuple[Erasure, dict[str, Any]]:
    """Erase what is known of a record, and queue what is to be done outside of the database.

    `name` is the record's own as the asker sees it, typed by whoever means it. Returns the erasure
    and its job. Raises NotFound, MergedAway, NotAllowed, AlreadyErased, CannotBeErased, or Invalid
    for another name.
    """
    require_erasable(asker, declared, pk)
    ids = _locked(declared, pk)
    refuse_erased(declared, pk)
    if " ".join(name.split()) != " ".join(title_of(asker, declared, pk).split()):
        message = _("Type the name as it is, to be sure.")
        raise Invalid([{"field": "name", "message": message, "code": "another_name"}])
    refuse_obstacles(declared, ids)
    erasure = Erasure(
        id=uuid4(), object=declared.name, record_id=pk, records=ids, actor=asker.user,
        basis=Erasure.Basis.REQUEST,
    )  # fmt: skip
    erasing = erase(erasure, declared)
    transaction.on_commit(partial(add_to_list, erasure))
    job = start_job(JOB_KIND, asker=asker, params=job_params(erasing))
    return erasure, job


def title_of(asker: Asker, declared: ObjectType, pk: UUID) -> str:
    """What the record is called for the asker: a mask, where names are masked for them."""
    title = declared.model._base_manager.values_list(declared.title, flat=True).get(pk=pk)
    return title_shown(asker, declared, title)


def refuse_erased(declared: ObjectType, pk: UUID) -> None:
    if is_erased(declared, pk):
        raise AlreadyErased(_("The personal data of this record were erased before."))


def _locked(declared: ObjectType, pk: UUID) -> list[UUID]:
    """All records that are this one, which nobody else changes or merges until we are done."""
    ids = Reach(declared, pk).ids()
    rows = declared.model._base_manager.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update().values_list("pk"))
    return ids


def job_params(erasing: Erasing) -> dict[str, Any]:
    return {
        "object": erasing.erasure.object,
        "subject": str(erasing.erasure.record_id),
        "contents": sorted(erasing.contents),
        "imports": sorted(map(str, erasing.files)),
    }


def erase(erasure: Erasure, declared: ObjectType) -> Erasing:
    """Do it, within the caller's transaction; what lies outside of the database is left to them."""
    rules = Reach(declared, erasure.record_id).rules
    ids = list(erasure.records)
    source = f"erasure:{erasure.pk}"
    with acting_meanwhile(actor_id=erasure.actor_id, source=source, request_id=None):
        erasure.save(force_insert=True)
        tell_of("erasure", erasure.pk)
        erasing = Erasing(erasure, declared, ids, rules.traces(ids))
        rules.before(erasing)
        for hanging in stores.hanging_on(declared):
            name = object_name(hanging.model)
            found = list(hanging.of(ids).values_list("pk", flat=True))
            erasing.hanging[name] = [*erasing.hanging.get(name, ()), *found]
        _end_merges(erasing)
        _scrub_linked(erasing)
        for hanging in stores.hanging_on(declared):
            _empty(hanging, erasing)
        for function in stores.functions():
            function(erasing)
        _make_stubs(erasing, rules)
        _redact(erasing, rules)
    return erasing


def _empty(hanging: Hanging, erasing: Erasing) -> None:
    rows = hanging.of(erasing.ids)
    if hanging.goes:
        # One by one table: what hangs on these in turn was seen to before, and Django's collector
        # would read every row.
        rows._raw_delete(rows.db)
        return
    stores.scrub(rows, hanging.scrubs, erasing.pattern)
    if hanging.empties:
        model: Any = hanging.model
        derived = {
            c.attname: c.of(hanging.empties[c.source])
            for c in derived_from(list(hanging.empties), model)
        }
        rows.update(**hanging.empties, **derived)


def _scrub_linked(erasing: Erasing) -> None:
    """Records of the firm's own objects that name the record: its values in their texts go."""
    links = links_to(erasing.ids).values_list("field__object", "record_id")
    by_object: dict[str, list[UUID]] = {}
    for name, pk in links:
        if name != erasing.declared.name and name not in erasing.hanging:
            by_object.setdefault(name, []).append(pk)
    for name, ids in by_object.items():
        model = object_type(name).model if is_declared(name) else CustomRecord  # archived
        columns = [
            f.name
            for f in model._meta.concrete_fields
            if isinstance(f, models.CharField | models.TextField) and not f.choices
            and f.editable
        ]  # fmt: skip
        rows = model._base_manager.filter(pk__in=ids)
        stores.scrub(rows, [*columns, CUSTOM], erasing.pattern)
        erasing.others += ids


def _end_merges(erasing: Erasing) -> None:
    """End the merges that could bring values back; they may have written to other records."""
    own = erasing.ids
    took_part = Merge.objects.filter(object=erasing.declared.name).filter(
        models.Q(survivor_id__in=own) | models.Q(absorbed__overlap=own)
    )
    found = list(took_part)
    Merge.objects.filter(pk__in=[m.pk for m in found], undo_until__gt=timezone.now()).update(
        undo_until=timezone.now()
    )
    MergeStep.objects.filter(merge__in=found).delete()
    others = {pk for m in found for pk in (m.survivor_id, *m.absorbed)}
    erasing.others += others - set(own)


def _make_stubs(erasing: Erasing, rules: Erasable) -> None:
    """Empty the records' own columns, in one statement for each."""
    declared, now = erasing.declared, timezone.now()
    model: Any = declared.model
    emptied = {f.name: _nothing(f) for f in own_columns(declared, rules)}
    for many in declared.own_fields.values():
        if many.type.name == "tags":
            column: Any = many.column
            through = column.remote_field.through
            through._base_manager.filter(**{f"{column.m2m_field_name()}__in": erasing.ids}).delete()
    by_rule = CustomField.objects.filter(object=declared.name).exclude(kept_by="")
    kept = set(by_rule.values_list("key", flat=True))
    for pk, custom in model._base_manager.filter(pk__in=erasing.ids).values_list("pk", CUSTOM):
        title = _title(rules, pk)
        values = {**emptied, declared.title: title, rules.mark: now}
        values[CUSTOM] = {key: value for key, value in custom.items() if key in kept}
        derived = {c.attname: c.of(values[c.source]) for c in derived_from(list(values), model)}
        values |= {name: value for name, value in derived.items() if name.endswith("_sort")}
        values |= {name: "" for name in derived if not name.endswith("_sort")}  # is matched no more
        model._base_manager.filter(pk=pk).update(**values)


def _title(rules: Erasable, pk: UUID) -> str:
    workspace = current_workspace()
    with translation.override(workspace.language if workspace else settings.LANGUAGE_CODE):
        return rules.named(pk.hex[-8:])


def own_columns(declared: ObjectType, rules: Erasable) -> list[Any]:
    """The columns of a record that an erasure empties."""
    model: Any = declared.model
    fixed = {"id", "created_at", "updated_at", "deleted_at", declared.title, rules.mark}
    derived = {c.name for c in derived_from([f.name for f in model._meta.concrete_fields], model)}
    return [
        f for f in model._meta.concrete_fields if f.name not in {*fixed, *derived, *rules.keeps}
    ]


def _nothing(f: Any) -> Any:
    """What a column holds that says nothing."""
    if f.name == CUSTOM:
        return {}
    return None if f.null else ""


def _redact(erasing: Erasing, rules: Erasable) -> None:
    """Take the values out of what the event stream tells, and leave that it happened."""
    own = [f.attname for f in _kept(erasing.declared, rules)]
    kept: dict[str, list[str]] = {erasing.declared.name: [*own, "deleted_at", rules.mark]}
    for hanging in stores.hanging_on(erasing.declared):
        model: Any = hanging.model
        kept[object_name(model)] = kept_of(model, personal=_personal(model))
    kept["attachment"] = ["deleted_at"]
    kept["merge"] = ["deleted_at"]
    with connection.cursor() as cursor:
        told: list[Any] = [erasing.everything, json.dumps(kept), erasing.pattern]
        cursor.execute(REDACT, [erasing.erasure.pk, *told])
        # Of these only what they had from this record.
        cursor.execute(REDACT, [erasing.erasure.pk, erasing.others, "{}", erasing.elsewhere])


def _kept(declared: ObjectType, rules: Erasable) -> list[Any]:
    model: Any = declared.model
    return [model._meta.get_field(name) for name in rules.keeps]


def _personal(model: Any) -> Sequence[str]:
    name = object_name(model)
    return object_type(name).personal if is_declared(name) else ()
