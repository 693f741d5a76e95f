"""Imports from the upload to the undo: what people and programs do with them."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange import storage
from guanxi.platform.exchange.errors import WrongState
from guanxi.platform.exchange.export import FORMATS, Export
from guanxi.platform.exchange.ids import id_sql
from guanxi.platform.exchange.mapping import called_like, file_fields, guess_mapping
from guanxi.platform.exchange.models import Import, ImportVerdict
from guanxi.platform.exchange.preview import check_mapping, count_rows
from guanxi.platform.exchange.readers.table import Detected, detect
from guanxi.platform.exchange.targets import Target, is_sealed, may_write, target
from guanxi.platform.jobs.services import cancel_job, resume_job, start_job
from guanxi.platform.objects.errors import Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import object_type

UNDO_DAYS = 30
FORMAT_OPTIONS = ("encoding", "delimiter", "has_header", "sheet")
COMMON_OPTIONS = (*FORMAT_OPTIONS, "date_order", "decimal_mark", "owner", "on_match", "source")
State = Import.State
BEFORE_RUN = (State.UPLOADED, State.PREVIEWED, State.FAILED, State.CANCELLED)


def permitted_target(asker: Asker, name: str) -> Target:
    """The target, if this user may import it. Raises NotFound or NotAllowed."""
    goal = target(name)
    if not goal.may(asker):
        raise NotAllowed(_("Your role does not allow importing this."), field="target")
    if is_sealed(goal):
        message = _("This is not imported by itself. Import the records it belongs to.")
        raise NotAllowed(message, field="target")
    return goal


def create_import(
    *, asker: Asker, target: str, file_name: str, blocks: Iterable[bytes],
    options: dict[str, Any] | None = None,
) -> Import:  # fmt: skip
    """Keep an uploaded file, look at it and guess the mapping.

    Raises BadFile, NotAllowed, or Invalid naming an unknown option.
    """
    goal = permitted_target(asker, target)
    pk = uuid4()
    size, digest = storage.keep(pk, blocks)
    try:
        found = detect(storage.path_of(pk), options)
        imported = Import(
            pk=pk, target=target, actor=asker.user, file_name=file_name[-255:], size=size,
            sha256=digest, options=_checked_options(goal, options or {}),
        )  # fmt: skip
        _take_over(imported, asker, goal, found)
        with transaction.atomic():
            imported.save(force_insert=True)
    except BaseException:
        storage.forget(pk)
        raise
    imported.refresh_from_db()
    return imported


def _take_over(imported: Import, asker: Asker, goal: Target, found: Detected) -> None:
    """Keep what was detected, with a mapping guessed for it."""
    writable = [f for f in goal.fields() if may_write(asker, f)]
    guessed = guess_mapping(found.header, found.sample, writable)
    imported.mapping = goal.settle(guessed, found.sample)
    files = called_like(file_fields(asker, goal.name), found.header, imported.mapping)
    imported.detected = {**found.as_json(), "files": files}


def _checked_options(goal: Target, options: dict[str, Any]) -> dict[str, Any]:
    known = {*COMMON_OPTIONS, *goal.options}
    if unknown := sorted(set(options) - known):
        message = _('There is no option "%(name)s".') % {"name": unknown[0]}
        raise Invalid([{"field": f"options.{unknown[0]}", "message": message, "code": "unknown"}])
    return options


def imports_of(asker: Asker) -> "Any":
    """A user's own imports; an administrator's are all."""
    imports = Import.objects.select_related("job", "actor")
    return imports if asker.grants.administer else imports.filter(actor=asker.user)


def get_import(asker: Asker, pk: UUID, *, lock: bool = False) -> Import:
    """Raises NotFound for an import that is not the asker's."""
    found = imports_of(asker)
    if lock:
        found = found.select_for_update(of=("self",))
    imported: Import | None = found.filter(pk=pk).first()
    if imported is None:
        raise NotFound(_("There is no such import."))
    return imported


@transaction.atomic
def change_import(
    *, asker: Asker, pk: UUID, options: dict[str, Any] | None, mapping: list[dict[str, Any]] | None
) -> Import:
    """Change how the file is read or what its columns mean; a preview made before is void.

    Raises NotAllowed naming a field the asker may not write, BadMapping, BadFile, WrongState.
    """
    imported = get_import(asker, pk, lock=True)
    goal = permitted_target(asker, imported.target)
    _require(imported, "change")
    if options is not None:
        before = {k: imported.options.get(k) for k in FORMAT_OPTIONS}
        merged = {**imported.options, **_checked_options(goal, options)}
        imported.options = {k: v for k, v in merged.items() if v is not None}
        if {k: imported.options.get(k) for k in FORMAT_OPTIONS} != before:
            _take_over(imported, asker, goal, detect(storage.path_of(pk), imported.options))
    if mapping is not None:
        check_mapping(goal, asker, mapping, len(imported.detected["header"]))
        imported.mapping = mapping
    imported.state, imported.counts, imported.error, imported.choices = State.UPLOADED, {}, "", {}
    imported.save()
    return imported


def _is_written(imported: Import) -> bool:
    """Whether the run has begun: rows may be in the database already."""
    return imported.job is not None and imported.job.kind in ("import_run", "import_undo")


def what_can_be_done(imported: Import) -> list[str]:
    """The verbs that fit the import's state."""
    match imported.state_now:
        case State.UPLOADED:
            return ["change", "preview"]
        case State.PREVIEWED:
            return ["change", "preview", "run"]
        case State.PREVIEWING | State.RUNNING | State.UNDOING:
            return ["cancel"]
        case State.FAILED | State.CANCELLED if _is_written(imported):
            return ["resume", *_undo_in_time(imported)]
        case State.FAILED | State.CANCELLED:
            return ["change", "preview", *(["resume"] if imported.job else [])]
        case State.DONE:
            return _undo_in_time(imported)
        case _:
            return []


def _undo_in_time(imported: Import) -> list[str]:
    late = imported.undo_until is not None and imported.undo_until < timezone.now()
    return [] if late else ["undo"]


def _require(imported: Import, verb: str) -> None:
    if verb not in what_can_be_done(imported):
        raise WrongState(
            _("This cannot be done while the import is %(state)s.")
            % {"state": imported.get_state_display()}
        )
    if verb in ("change", "preview") and not storage.path_of(imported.pk).exists():
        raise WrongState(_("The file of this import is not kept any more. Upload it again."))


def _start(asker: Asker, pk: UUID, verb: str, kind: str, state: str) -> Import:
    imported = get_import(asker, pk, lock=True)
    permitted_target(asker, imported.target)
    _require(imported, verb)
    params = {"object": imported.target, "subject": str(pk)}
    job = start_job(kind, asker=asker, params=params)
    imported.job_id, imported.state, imported.error = UUID(job["id"]), state, ""
    if kind == "import_run":
        imported.undo_until = timezone.now() + dt.timedelta(days=UNDO_DAYS)
    imported.save()
    return get_import(asker, pk)


@transaction.atomic
def start_preview(*, asker: Asker, pk: UUID) -> Import:
    """Queue the dry run. Raises WrongState, BadMapping, NotAllowed."""
    imported = get_import(asker, pk)
    goal = permitted_target(asker, imported.target)
    check_mapping(goal, asker, imported.mapping, len(imported.detected["header"]))
    return _start(asker, pk, "preview", "import_preview", State.PREVIEWING)


@transaction.atomic
def start_run(*, asker: Asker, pk: UUID) -> Import:
    """Queue the import of the previewed rows. Raises WrongState."""
    return _start(asker, pk, "run", "import_run", State.RUNNING)


@transaction.atomic
def start_undo(*, asker: Asker, pk: UUID) -> Import:
    """Queue taking the whole import back. Raises WrongState, after `undo_until` too."""
    return _start(asker, pk, "undo", "import_undo", State.UNDOING)


@transaction.atomic
def cancel_import(*, asker: Asker, pk: UUID) -> Import:
    """Stop at the next batch; what is written stays until it is resumed or undone."""
    imported = get_import(asker, pk, lock=True)
    _require(imported, "cancel")
    if imported.job_id and cancel_job(asker, imported.job_id)["state"] == "cancelled":
        imported.state = State.CANCELLED
        imported.save(update_fields=["state"])
    return get_import(asker, pk)


RUNNING_STATE = {
    "import_preview": State.PREVIEWING, "import_run": State.RUNNING, "import_undo": State.UNDOING,
}  # fmt: skip


@transaction.atomic
def resume_import(*, asker: Asker, pk: UUID) -> Import:
    """Let a stopped or failed import go on after its last batch."""
    imported = get_import(asker, pk, lock=True)
    _require(imported, "resume")
    job = imported.job
    if job is None:
        raise WrongState(_("There is nothing to go on with."))
    resume_job(asker, job.pk)
    imported.state, imported.error = RUNNING_STATE[job.kind], ""
    imported.save(update_fields=["state", "error"])
    return get_import(asker, pk)


@transaction.atomic
def choose(*, asker: Asker, pk: UUID, row: int, choice: str) -> Import:
    """Settle an ambiguous row: a candidate's id, "new" or "skip"; rows that mean the same follow.

    Raises NotFound for a row that is not ambiguous, Invalid for a record that is no candidate.
    """
    imported = get_import(asker, pk, lock=True)
    _require(imported, "run")
    open_ = ImportVerdict.objects.filter(imported=pk, row=row, candidates__isnull=False)
    verdicts = list(open_.filter(Q(verdict="ambiguous") | Q(chosen__isnull=False)))
    if not verdicts:
        raise NotFound(_("There is nothing to choose in this row."))
    if choice not in ("new", "skip"):
        verdicts = [v for v in verdicts if choice in map(str, v.candidates or [])]
        if not verdicts:
            message = _("Choose one of the records offered.")
            raise Invalid([{"field": "id", "message": message, "code": "no_candidate"}])
    for verdict in verdicts:
        imported.choices[f"{verdict.part}:{verdict.leader}"] = choice
        _settle(imported, verdict, choice)
    imported.counts = {**imported.counts, **count_rows(imported)}
    imported.save(update_fields=["choices", "counts"])
    return imported


def _settle(imported: Import, verdict: ImportVerdict, choice: str) -> None:
    """Show the choice at once; the run reads it from `choices` when it judges."""
    alike = ImportVerdict.objects.filter(
        imported=imported.pk, part=verdict.part, leader=verdict.leader
    )
    kind = {"new": "create", "skip": "reject"}.get(choice, "update")
    record = UUID(choice) if kind == "update" else None
    skipped = [{"field": None, "code": "skipped", "message": _("Left out by choice.")}]
    reasons = skipped if kind == "reject" else None
    alike.update(verdict=kind, record_id=record, reasons=reasons, chosen=choice)
    if kind == "create":
        new_id = RawSQL(id_sql(imported, verdict.part, "leader"), [])  # noqa: S611  made here
        alike.update(record_id=new_id)
        alike.exclude(row=verdict.leader).update(verdict="update")


@transaction.atomic
def expire_imports(now: dt.datetime | None = None) -> int:
    """Remove files and staged rows whose undo window is over, and uploads never run for as long."""
    now = now or timezone.now()
    old = Import.objects.filter(undo_until__lt=now) | Import.objects.filter(
        undo_until=None, created_at__lt=now - dt.timedelta(days=UNDO_DAYS)
    )
    expired = [pk for pk in old.values_list("pk", flat=True) if storage.path_of(pk).exists()]
    forget_rows(expired)
    for pk in expired:
        transaction.on_commit(lambda pk=pk: storage.forget(pk))  # type: ignore[misc]
    return len(expired)


def forget_rows(imports: list[UUID]) -> None:
    """Erase the personal values kept of these imports."""
    with connection.cursor() as cursor:
        for table in ("platform_importverdict", "platform_importrow"):
            cursor.execute(f"delete from {table} where imported = any(%s)", [imports])  # noqa: S608
        cursor.execute(
            "update platform_import set detected = jsonb_set(detected, '{sample}', '[]')"
            " where id = any(%s) and detected ? 'sample'",
            [imports],
        )


def import_file(
    *, asker: Asker, target: str, path: Path, mapping: list[dict[str, Any]] | None = None,
    options: dict[str, Any] | None = None, dry_run: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
) -> Import:  # fmt: skip
    """Import a file of this machine from beginning to end, here and now.

    `progress` is called with (rows done, rows in all or None). Raises what the steps raise.
    """
    from guanxi.platform.exchange.tasks import run_here

    imported = create_import(
        asker=asker,
        target=target,
        file_name=path.name,
        blocks=storage.blocks_of(path),
        options=options,
    )
    if mapping is not None:
        change_import(asker=asker, pk=imported.pk, options=None, mapping=mapping)
    run_here(start_preview(asker=asker, pk=imported.pk), progress)
    if not dry_run:
        run_here(start_run(asker=asker, pk=imported.pk), progress)
    return get_import(asker, imported.pk)


def export_file(
    *, asker: Asker, object: str, filter: Any = None, format: str = "csv", out: BinaryIO,
    fields: Sequence[str] | None = None,
) -> int:  # fmt: skip
    """Write the asker's records of one object to `out`; returns the number of bytes."""
    export = Export(asker, object_type(object), tree=filter, fields=fields)
    if format not in FORMATS:
        message = _("A file is exported as csv or xlsx.")
        raise Invalid([{"field": "format", "message": message, "code": "no_choice"}])
    size = 0
    for block in export.stream(format):
        size += out.write(block)
    return size
