"""The import itself: previewed rows written batch by batch, each a transaction of its own."""

from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.platform.exchange.models import Import, ImportRow, ImportVerdict
from guanxi.platform.exchange.preview import context_of, count_rows, match
from guanxi.platform.exchange.progress import tell
from guanxi.platform.exchange.targets import target
from guanxi.platform.jobs.services import RunningJob

BATCH = 20_000  # rows a transaction: a second or two, so that cancelling is prompt


def run(job: RunningJob, imported: Import) -> dict[str, Any]:
    """Write the previewed rows; goes on after the last batch when it is started again.

    Whatever others changed since the preview is looked at anew before the first batch.
    """
    asker = job.asker
    goal = target(imported.target)
    with translation.override(asker.user.language or translation.get_language() or "en"):
        context = context_of(imported, asker)
        layout = goal.layout(context, imported.mapping)
        source = f"import:{imported.pk}"
        job.params = {**job.params, "request_id": str(imported.pk)}  # the change set undo reads
        if "row" not in job.checkpoint:
            with job.step(source=source):
                if _changed_since(imported, job):
                    match(context, goal)
                job.checkpoint["row"] = 0
        rows = ImportRow.objects.filter(imported=imported.pk)
        last = rows.aggregate(last=Max("row"))["last"] or 0
        while job.checkpoint["row"] < last:
            first = job.checkpoint["row"]
            with job.step(source=source):
                context.recheck = _changed_since(imported, job)
                goal.write(context, layout, first, min(first + BATCH, last))
                job.checkpoint["row"] = min(first + BATCH, last)
                tell(job.checkpoint["row"], last)
                job.progress(job.checkpoint["row"], last)
        with job.step(source=source):
            goal.finish(context, layout)
            reject_undecided(imported)
            imported.counts = {**imported.counts, **count_rows(imported)}
            imported.save(update_fields=["counts"])
    return dict(imported.counts)


def _changed_since(imported: Import, job: RunningJob) -> bool:
    """Whether anybody else changed any record since the last look: the preview or a batch."""
    since = job.checkpoint.get("looked_below") or imported.previewed_below
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from platform_event where xid >= %s::xid8 and source <> %s),"
            " pg_snapshot_xmin(pg_current_snapshot())::text",
            [since, f"import:{imported.pk}"],
        )
        changed, job.checkpoint["looked_below"] = cursor.fetchone()
    return bool(changed)


def reject_undecided(imported: Import) -> None:
    """Rows nobody chose for were not imported: from now on they count as rejected."""
    reason = {
        "field": None,
        "code": "undecided",
        "message": _("Several records fit and nobody chose one. Choose, and import the row again."),
    }
    ImportVerdict.objects.filter(imported=imported.pk, verdict="ambiguous").update(
        verdict="reject", reasons=[reason]
    )
