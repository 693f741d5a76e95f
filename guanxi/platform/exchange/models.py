"""An import as a durable object: the file, what was found in it, what is to be done with each
row."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from guanxi.platform.jobs.models import Job
from guanxi.platform.objects.record import UUID7


class Import(models.Model):
    """One uploaded file on its way into the database, and the way back until `undo_until`."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        PREVIEWING = "previewing", _("previewing")
        PREVIEWED = "previewed", _("previewed")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        UNDOING = "undoing", _("undoing")
        UNDONE = "undone", _("undone")

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    target = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, db_default=State.UPLOADED)
    options = models.JSONField(db_default={})
    detected = models.JSONField(db_default={})
    mapping = models.JSONField(db_default=[])
    counts = models.JSONField(db_default={})
    choices = models.JSONField(db_default={})  # {"part:leading row": an id, "new" or "skip"}
    attempt = models.PositiveIntegerField(
        db_default=0
    )  # previews made; part of the new records' ids
    previewed_below = models.CharField(max_length=20, db_default="")  # xid; later changes are news
    error = models.TextField(db_default="")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    undo_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["actor", "-created_at"], name="import_of_actor")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state_now(self) -> str:
        """The state; of an import whose job ended without it (a worker died), the job's."""
        busy = (Import.State.PREVIEWING, Import.State.RUNNING, Import.State.UNDOING)
        if self.state in busy and self.job and self.job.state in ("cancelled", "failed"):
            return str(self.job.state)
        return str(self.state)

    @property
    def detected_format(self) -> dict[str, object]:
        """How the file is read unless the options say otherwise."""
        names = ("encoding", "delimiter", "has_header", "sheet")
        return {n: self.detected.get(n) for n in names}


class ImportRow(models.Model):
    """One row of the file: its cells as they stood, and the values they were read as.

    Written once by COPY, a million at a time: no foreign key that would be checked row by row.
    `values` is laid out by the target (`Layout`); an absent value is the empty text. `reasons`
    says why the row cannot be read.
    """

    pk = models.CompositePrimaryKey("imported", "row")
    imported = models.UUIDField()
    row = models.PositiveIntegerField()
    cells = ArrayField(models.TextField())
    values = ArrayField(models.TextField())
    reasons = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.imported} {self.row}"


class ImportVerdict(models.Model):
    """What becomes of one part of one row, such as its organization.

    Rows that mean the same record share a `leader`, the first of them; the leader's verdict writes
    the record, with the rows' values `merged`.
    """

    class Verdict(models.TextChoices):
        CREATE = "create", _("create")
        UPDATE = "update", _("update")
        UNCHANGED = "unchanged", _("unchanged")
        AMBIGUOUS = "ambiguous", _("ambiguous")
        REJECT = "reject", _("reject")

    pk = models.CompositePrimaryKey("imported", "row", "part")
    imported = models.UUIDField()
    row = models.PositiveIntegerField()
    part = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=9, choices=Verdict)
    record_id = models.UUIDField(null=True)
    leader = models.PositiveIntegerField()
    merged = ArrayField(models.TextField(), null=True)
    reasons = models.JSONField(null=True)
    candidates = ArrayField(models.UUIDField(), null=True)
    chosen = models.CharField(max_length=36, null=True)  # noqa: DJ001  null: nobody has chosen

    class Meta:
        indexes = [
            models.Index(
                fields=["imported", "verdict", "row"],
                name="import_verdict_seldom",
                condition=~models.Q(verdict__in=["create", "unchanged"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.imported} {self.row} {self.verdict}"
