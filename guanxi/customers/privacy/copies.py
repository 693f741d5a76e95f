"""Making, keeping and handing out the copy of what is held on a customer."""

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from guanxi.customers.privacy.dossier import COPY, COPY_OF, collect
from guanxi.customers.privacy.models import PrivacyProof, PrivacyRequest, rules
from guanxi.customers.privacy.services import (
    Proof,
    handled,
    made_copy,
    prove,
    require_copy,
    require_opening,
)
from guanxi.customers.privacy.writing import write_zip
from guanxi.platform.access.predicate import Asker, get_permitted
from guanxi.platform.files.models import Attachment
from guanxi.platform.files.sending import response_of
from guanxi.platform.files.storage import keep_content
from guanxi.platform.files.uploads import named_when_full
from guanxi.platform.http.request import Request
from guanxi.platform.jobs.services import RunningJob, job_kind, start_job
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.workspaces.services import books_zone, current_workspace

KIND = "subject_access"
ZIP = "application/zip"


def start_copy(*, asker: Asker, pk: UUID, language: str, request_id: UUID) -> dict[str, Any]:
    """Queue the making of the copy; returns the job. Raises NotFound, NotAllowed, RequestState."""
    require_copy(asker)
    with transaction.atomic():
        require_opening(asker, handled(asker, pk))
        params = {"object": COPY_OF, "subject": str(pk), "language": language}
        return start_job(KIND, asker=asker, params=params, request_id=request_id)


@job_kind(KIND, _("Copy of a customer's data"))
def make_copy(job: RunningJob) -> dict[str, Any]:
    """Collect, write and keep the ZIP, replacing one that was made before."""
    require_copy(job.asker)
    with job.step(), translation.override(job.params["language"]):
        request = handled(job.asker, UUID(job.params["subject"]))
        require_opening(job.asker, request)
        proof = _make(request, job.asker)
    return {"sha256": proof.details["sha256"], "size": proof.details["size"]}


def _make(request: PrivacyRequest, asker: Asker) -> PrivacyProof:
    workspace: Any = current_workspace()
    dossier = collect(request.customer_id)
    name = f"{request.number}.zip"
    with named_when_full(), TemporaryUploadedFile(name, ZIP, 0, None) as file:
        target: Any = file
        write_zip(target, dossier, firm=workspace.name, number=request.number, zone=books_zone())
        target.flush()
        file.size = Path(file.temporary_file_path()).stat().st_size
        file.seek(0)
        sha256 = keep_content(file)
    copies_of(request).delete()
    copy = Attachment(
        object=COPY_OF, record_id=request.pk, field=COPY, name=name, media_type=ZIP,
        size=file.size, sha256=sha256, owner=asker.user,
    )  # fmt: skip
    copy.save(force_insert=True)
    copy.refresh_from_db()
    until = timezone.now() + dt.timedelta(days=rules().kept_days)
    counts = {part.name: len(part.rows) for part in dossier.parts}
    return prove(
        request, Proof.EXPORTED, asker.user, file=str(copy.pk), sha256=sha256, size=copy.size,
        until=until.isoformat(), counts={**counts, "history": len(dossier.history)},
        language=translation.get_language(),
    )  # fmt: skip


def copies_of(request: PrivacyRequest) -> Any:
    return Attachment.objects.filter(object=COPY_OF, record_id=request.pk, field=COPY)


def kept_copy(request: PrivacyRequest) -> Attachment | None:
    """The copy as long as it is there."""
    found: Attachment | None = copies_of(request).first()
    return found


@transaction.atomic
def download_copy(request: Request, pk: UUID) -> HttpResponseBase:
    """The ZIP, for whoever may make one; that they took it is written down first.

    Raises NotFound or NotAllowed.
    """
    asked = get_permitted(request.asker.without_shares(), PrivacyRequest, pk)
    require_copy(request.asker)
    require_opening(request.asker, asked)
    copy, made = kept_copy(asked), made_copy(asked)
    if copy is None or made is None:
        raise NotFound(str(_("The copy is gone: make it again.")))
    response = response_of(request, copy, download=True)
    prove(asked, Proof.DOWNLOADED, request.user, sha256=copy.sha256)
    return response


@app.periodic(cron="23 3 * * *")
@app.task(name="forget_copies", pass_context=False)
def forget_copies(timestamp: int) -> None:
    """Every night: delete the copies whose time is over; their contents go with other files'."""
    before = timezone.now() - dt.timedelta(days=rules().kept_days)
    Attachment.objects.filter(object=COPY_OF, field=COPY, created_at__lt=before).delete()
