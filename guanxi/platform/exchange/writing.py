"""The import itself: previewed rows written batch by batch, each a transaction of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.models import Import, ImportRow, ImportVerdict
from guanxi.platform.exchange.preview import context_of, count_rows, match
from guanxi.platform.exchange.progress import tell
from guanxi.platform.exchange.targets import Context, Target, Walk, target
from guanxi.platform.jobs.services import RunningJob

BATCH = 20_000  # rows a transaction: a second or two, so that cancelling is prompt
CONNECTIONS = 2  # that write at once; a third would take the processor from people at work


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
        if "walk" not in job.checkpoint:
            with job.step(source=source):
                changed, below = _changed_since(imported, imported.previewed_below)
                if changed:
                    match(context, goal)
                job.checkpoint.update(walk=0, looked_below=below)
        rows = ImportRow.objects.filter(imported=imported.pk)
        last = rows.aggregate(last=Max("row"))["last"] or 0
        for walk in goal.walks[job.checkpoint["walk"] :]:
            _Walking(job, context, goal, layout, walk, last).run()
            with job.step(source=source):
                job.checkpoint["walk"] += 1
                del job.checkpoint["shares"]
        with job.step(source=source):
            goal.finish(context, layout)
            reject_undecided(imported)
            imported.counts = {**imported.counts, **count_rows(imported)}
            imported.save(update_fields=["counts"])
    return dict(imported.counts)


class _Walking:
    """One walk over all rows, shared by connections if it allows it.

    Each share has its place in the checkpoint, saved with every batch of it.
    """

    def __init__(
        self, job: RunningJob, context: Context, goal: Target, layout: Layout, walk: Walk, last: int
    ):  # fmt: skip
        self.job, self.context, self.goal, self.layout = job, context, goal, layout
        self.walk, self.last = walk, last
        self.stop, self.lock = threading.Event(), threading.Lock()

    def run(self) -> None:
        """Go on with every share; raises what stopped the first of them that was stopped."""
        if "shares" not in self.job.checkpoint:
            with self.job.step():
                self.job.checkpoint["shares"] = self._cut()
        numbers = range(len(self.job.checkpoint["shares"]))
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            others = [pool.submit(copy_context().run, self._beside, n) for n in numbers[1:]]
            self._write(0)
        for other in others:
            other.result()

    def _cut(self) -> list[dict[str, Any]]:
        """Equal shares of the rows; a single one of what is not worth sharing."""
        count = CONNECTIONS if self.walk.at_once and self.last > CONNECTIONS * BATCH else 1
        ends = [self.last * n // count for n in range(count + 1)]
        below = self.job.checkpoint["looked_below"]
        return [
            {"row": first, "end": last, "looked_below": below} for first, last in pairwise(ends)
        ]

    def _beside(self, number: int) -> None:
        try:
            self._write(number)
        finally:
            connection.close()  # this thread's own

    def _write(self, number: int) -> None:
        share, imported = self.job.checkpoint["shares"][number], self.context.imported
        context = replace(self.context)
        try:
            while share["row"] < share["end"] and not self.stop.is_set():
                first, last = share["row"], min(share["row"] + BATCH, share["end"])
                with self.job.step(source=f"import:{imported.pk}", share=("shares", number)):
                    context.recheck, share["looked_below"] = _changed_since(
                        imported, share["looked_below"]
                    )
                    self.goal.write(context, self.layout, self.walk.name, first, last)
                    share["row"] = last
                    self._tell()
        except BaseException:
            self.stop.set()
            raise

    def _tell(self) -> None:
        """Note how far the rows are; each walk is its part of the way."""
        with self.lock:
            left = sum(s["end"] - s["row"] for s in self.job.checkpoint["shares"])
            walked = (self.job.checkpoint["walk"] + 1) * self.last - left
            done = walked // len(self.goal.walks)
            self.job.progress(done, self.last)
            tell(done, self.last)


def _changed_since(imported: Import, since: str) -> tuple[bool, str]:
    """Whether anybody else changed any record since the last look, and where the next begins."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from platform_event where xid >= %s::xid8 and source <> %s),"
            " pg_snapshot_xmin(pg_current_snapshot())::text",
            [since, f"import:{imported.pk}"],
        )
        changed, below = cursor.fetchone()
    return bool(changed), str(below)


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
