"""The dry run of an import: every row staged, converted, matched and judged; nothing written
yet."""

from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.errors import BadMapping
from guanxi.platform.exchange.mapping import file_fields
from guanxi.platform.exchange.models import Import, ImportRow, ImportVerdict
from guanxi.platform.exchange.progress import tell
from guanxi.platform.exchange.readers.csv_file import ends_with_newline
from guanxi.platform.exchange.readers.table import Format, data_rows
from guanxi.platform.exchange.staging import Stager, chunks
from guanxi.platform.exchange.storage import path_of
from guanxi.platform.exchange.targets import Context, Target, may_write, target
from guanxi.platform.exchange.values import dates
from guanxi.platform.exchange.values.convert import decimal_mark
from guanxi.platform.jobs.services import RunningJob
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.workspaces.services import books_currency, books_zone

BATCH = 20_000  # rows of one step
SAMPLE = 2000  # rows looked at for the order of dates and the decimal mark
NUMBERS = ("number", "decimal", "money", "float", "score")
DATES = ("date", "datetime")
MATCH_MEMORY = "96MB"  # for each sort or hash of the matching


def file_of(imported: Import) -> Path:
    return path_of(imported.pk)


def format_of(imported: Import) -> Format:
    found = {
        k: imported.detected[k] for k in ("kind", "encoding", "delimiter", "sheet", "has_header")
    }
    return Format(**found)


def context_of(imported: Import, asker: Asker) -> Context:
    """What converting and matching this import needs; reads the file where evidence is wanting."""
    goal = target(imported.target)
    context = Context(
        imported=imported,
        asker=asker,
        options={**goal.options, **{k: v for k, v in imported.options.items() if v is not None}},
        zone=books_zone(),
        currency=books_currency(),
    )
    _read_evidence(context, goal)
    return context


def _read_evidence(context: Context, goal: Target) -> None:
    types = {(f.half, f.name): f.type for f in goal.fields()}
    by_type: dict[str, list[int]] = {"date": [], "number": []}
    for entry in context.imported.mapping:
        kind = types.get((entry.get("half") or "", entry.get("field") or ""))
        if kind in DATES:
            by_type["date"].append(entry["column"])
        elif kind in NUMBERS:
            by_type["number"].append(entry["column"])
    if not by_type["date"] and not by_type["number"]:
        return
    path, form = file_of(context.imported), format_of(context.imported)
    sample = [cells for _n, cells in islice(data_rows(path, form), SAMPLE)]
    stated_mark, stated_order = (
        context.options.get("decimal_mark"),
        context.options.get("date_order"),
    )
    for column in by_type["number"]:
        amounts = (r[column] for r in sample if len(r) > column)
        context.decimal_marks[column] = stated_mark or decimal_mark(amounts)
    for column in by_type["date"]:
        cells = [r[column] for r in sample if len(r) > column]
        order = stated_order if stated_order in ("dmy", "mdy") else dates.date_order(cells)
        if not order and any(map(dates.is_ordered, cells)):  # the evidence may come late
            order = dates.date_order(
                r[column] for _n, r in data_rows(path, form) if len(r) > column
            )
        context.date_orders[column] = order if order != "mixed" else ""


def check_mapping(goal: Target, asker: Asker, mapping: list[dict[str, Any]], width: int) -> None:
    """Raises BadMapping, or NotAllowed naming the field, before anything is read."""
    fields = {(f.half, f.name): f for f in goal.fields()}
    writable = {(f.half, f.name) for f in fields.values() if may_write(asker, f)}
    seen: set[tuple[str, str]] = set()
    for entry in mapping:
        if not entry.get("field"):
            continue
        key = (entry.get("half") or "", entry["field"])
        if key not in fields:
            message = _('There is no field "%(name)s" to import.') % {"name": entry["field"]}
            for f in file_fields(asker, goal.name):
                if f.name == entry["field"]:
                    message = _('No import fills "%(name)s": upload its files to the records.')
                    message %= {"name": f.label}
            raise BadMapping(message, field=entry["field"])
        if key not in writable:
            raise NotAllowed(_("You may not write this field."), field=entry["field"])
        if not 0 <= entry["column"] < width:
            message = _("The file has no column %(n)d.") % {"n": entry["column"] + 1}
            raise BadMapping(message, field=entry["field"])
        if key in seen and not fields[key].multiple:
            message = _('Two columns are mapped to "%(name)s". Keep one of them.')
            raise BadMapping(message % {"name": fields[key].label}, field=entry["field"])
        seen.add(key)
    if not seen:
        raise BadMapping(_("Map at least one column to a field."), field="mapping")


def preview(job: RunningJob, imported: Import) -> dict[str, Any]:
    """Stage what is not staged yet, then match all rows; resumable after each batch."""
    asker = job.asker
    goal = target(imported.target)
    with translation.override(asker.user.language or translation.get_language() or "en"):
        check_mapping(goal, asker, imported.mapping, len(imported.detected["header"]))
        context = context_of(imported, asker)
        _stage(job, context, goal)
        with job.step(source=f"import:{imported.pk}"):
            counts = match(context, goal)
            job.progress(counts["rows"], counts["rows"])
    return counts


def _stage(job: RunningJob, context: Context, goal: Target) -> None:
    imported = context.imported
    path, form = file_of(imported), format_of(imported)
    layout = goal.layout(context, imported.mapping)
    stager = Stager(imported.pk, layout, width=len(imported.detected["header"]))
    after, done = job.checkpoint.get("row", 0), job.checkpoint.get("rows", 0)
    if "row" not in job.checkpoint:
        with job.step():
            ImportVerdict.objects.filter(imported=imported.pk).delete()
            ImportRow.objects.filter(imported=imported.pk).delete()
            imported.attempt += 1
            imported.save(update_fields=["attempt"])
            job.checkpoint["row"] = 0
    size, rows = imported.size or 1, data_rows(path, form)
    for chunk in chunks((r for r in rows if r[0] > after), BATCH):
        with job.step():
            stager.copy(chunk)
            done += len(chunk)
            job.checkpoint.update(row=chunk[-1][0], rows=done)
            tell(done, None)
            job.progress(done, max(done, job.checkpoint.setdefault("guess", _guess(size, chunk))))
    _refuse_cut_row(context, path, form)


def _guess(size: int, chunk: list[tuple[int, list[str]]]) -> int:
    """About how many rows the file has, for the progress bar."""
    mean = sum(sum(map(len, cells)) + len(cells) for _n, cells in chunk) / len(chunk)
    return max(len(chunk), round(size / max(mean, 1)))


def _refuse_cut_row(context: Context, path: Path, form: Format) -> None:
    """A last line without its end and with cells missing was cut off."""
    width = len(context.imported.detected["header"])
    if form.kind != "csv" or ends_with_newline(path):
        return
    last = ImportRow.objects.filter(imported=context.imported.pk).order_by("-row").first()
    if last is not None and len(last.cells) < width:
        reason = Stager.reject_last()
        ImportRow.objects.filter(imported=last.imported, row=last.row).update(
            reasons=[*(last.reasons or []), reason]
        )


def match(context: Context, goal: Target) -> dict[str, int]:
    """Judge all staged rows anew; to be run in one transaction. Returns the counts."""
    imported = context.imported
    layout = goal.layout(context, imported.mapping)
    ImportVerdict.objects.filter(imported=imported.pk).delete()
    with connection.cursor() as cursor:
        cursor.execute(f"set local work_mem = '{MATCH_MEMORY}'")
        # The staged rows have no statistics yet, and guessing too few of them makes loops of joins.
        cursor.execute("set local enable_nestloop = off")
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text")
        (imported.previewed_below,) = cursor.fetchone()
        cursor.execute(LEFT_OVER)
        for (name,) in cursor.fetchall():
            cursor.execute(f"drop table pg_temp.{name}")
        cursor.execute(REJECT_UNREADABLE, [imported.pk])
    further = goal.match(context, layout)
    imported.counts = {**count_rows(imported), **further}
    imported.save(update_fields=["previewed_below", "counts"])
    return dict(imported.counts)


# Working tables of a matching earlier in the same transaction; others vanish at its end.
LEFT_OVER = r"""
select relname from pg_class
where relnamespace = pg_my_temp_schema() and relname like 'i\_%' and relkind = 'r'
"""
REJECT_UNREADABLE = """
insert into platform_importverdict (imported, row, part, verdict, leader, reasons)
select imported, row, 0, 'reject', row, reasons from platform_importrow
where imported = %s and reasons is not null
"""
# A row is what the worst of its parts is; writing an existing record beats leaving one alone.
RANK = "case verdict when 'reject' then 5 when 'ambiguous' then 4 when 'create' then 3 when 'update' then 2 else 1 end"  # noqa: E501
NAMES = {5: "reject", 4: "ambiguous", 3: "create", 2: "update", 1: "unchanged"}
COUNT = f"""
select rank, count(*) from (
    select max({RANK}) as rank from platform_importverdict where imported = %s group by row
) r group by 1
"""  # noqa: S608


def count_rows(imported: Import) -> dict[str, int]:
    """Rows by verdict."""
    counts = dict.fromkeys(("create", "update", "unchanged", "reject", "ambiguous"), 0)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [imported.pk])
        counts |= {NAMES[rank]: n for rank, n in cursor.fetchall()}
    return {"rows": sum(counts.values()), **counts}
