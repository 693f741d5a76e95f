"""What an erasure does with the platform's own tables, or why they hold nothing.

Whatever names a record by `object` and `record_id` is reached for the record and for all that hangs
on it.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.utils.translation import gettext as _

from guanxi.platform import models as platform
from guanxi.platform.erasing import stores
from guanxi.platform.erasing.models import Erasure, LegalHold, RetentionRule
from guanxi.platform.erasing.stores import Erasing, erases, holds_none
from guanxi.platform.exchange.preview import format_of
from guanxi.platform.exchange.readers.table import data_rows
from guanxi.platform.exchange.storage import path_of
from guanxi.platform.merging.references import stays

# Rows of files that became these records, or in which they are named.
STAGED = """
with about as (
    select distinct imported, row from platform_importverdict where record_id = any(%(ids)s)
    union
    select imported, row from platform_importrow
    where %(pattern)s <> ''
        and (array_to_string(cells, E'\\n') ~* %(pattern)s or "values"::text ~* %(pattern)s)
),
emptied as (
    update platform_importrow r
    set cells = array_fill(''::text, array[cardinality(r.cells)]),
        "values" = array_fill(''::text, array[cardinality(r."values")]), reasons = null
    from about a where r.imported = a.imported and r.row = a.row and cardinality(r.cells) > 0
),
judged as (
    update platform_importverdict v
    set verdict = case when i.state in ('done', 'undone') then v.verdict else 'reject' end,
        merged = null, candidates = null, chosen = null, reasons = %(reasons)s
    from about a join platform_import i on i.id = a.imported
    where v.imported = a.imported and v.row = a.row
)
select distinct imported from about
"""


def _named(erasing: Erasing, model: Any) -> "models.QuerySet[Any]":
    """Rows of a table that name the record, or what hangs on it, by object and id."""
    named = models.Q(object=erasing.declared.name, record_id__in=erasing.ids)
    for name, ids in erasing.hanging.items():
        named |= models.Q(object=name, record_id__in=ids)
    found: models.QuerySet[Any] = model._base_manager.filter(named)
    return found


def erase_attachments(erasing: Erasing) -> None:
    """Files go, from the recycle bin too; contents that others have as well stay theirs."""
    files = _named(erasing, platform.Attachment)
    rows = list(files.values_list("pk", "sha256"))
    erasing.hanging["attachment"] = [pk for pk, _sha256 in rows]
    erasing.contents |= {sha256 for _pk, sha256 in rows}
    files._raw_delete(files.db)


def erase_staged(erasing: Erasing) -> None:
    """Rows of imports are emptied; the files they came from go from the disk."""
    reason = [{"field": None, "code": "erased", "message": str(_("Erased."))}]
    with connection.cursor() as cursor:
        given: dict[str, Any] = {
            "ids": erasing.everything,
            "pattern": erasing.cells,
            "reasons": json.dumps(reason),
        }
        cursor.execute(STAGED, given)
        found = {pk for (pk,) in cursor.fetchall()}
    imports = platform.Import.objects.all()
    _empty_samples(imports, erasing.cells)
    stores.scrub(imports, ["detected", "options"], erasing.cells)
    stores.scrub(imports, ["file_name", "error"], erasing.elsewhere)
    erasing.files |= found | {i.pk for i in _unread() if names(i, erasing.cells)}


def _empty_samples(imports: Any, pattern: str) -> None:
    """The first rows of a file are kept to be shown: whoever is in one, all of it is theirs."""
    if not pattern:
        return
    found = re.compile(pattern, re.IGNORECASE)
    for imported in imports.filter(detected__sample__isnull=False):
        rows = imported.detected["sample"]
        kept = [[""] * len(r) if found.search("\n".join(map(str, r))) else r for r in rows]
        if kept != rows:
            imported.detected = {**imported.detected, "sample": kept}
            imported.save(update_fields=["detected"])


def _unread() -> Iterable[platform.Import]:
    """Imports whose rows are not all staged, and whose file is still there."""
    state = platform.Import.State
    unfinished = (state.UPLOADED, state.FAILED, state.CANCELLED)
    waiting = platform.Import.objects.filter(state__in=unfinished)
    return [i for i in waiting if path_of(i.pk).exists()]


def names(imported: platform.Import, pattern: str) -> bool:
    """Whether a row of the file holds what the pattern describes."""
    if not pattern:
        return False
    found, path = re.compile(pattern, re.IGNORECASE), path_of(imported.pk)
    rows = data_rows(path, format_of(imported))
    return any(found.search("\n".join(cells)) for _number, cells in rows)


def forget_answers(erasing: Erasing) -> None:
    """Answers kept for a day to be given again; each names by its id the record it is about."""
    ids = "|".join(map(str, erasing.everything))
    rows = platform.IdempotentResponse.objects.all()
    found = models.Q(body__regex=ids)
    if erasing.elsewhere:
        found |= models.Q(body__iregex=erasing.elsewhere)
    rows.filter(found).delete()


def scrub_what_people_keep(erasing: Erasing) -> None:
    """Views, webhooks, jobs and preferences may hold a value that somebody looked for."""
    for model, columns in (
        (platform.SavedView, ["name", "definition"]),
        (platform.Webhook, ["filter"]),
        (platform.Job, ["params", "checkpoint", "message", "result", "error"]),
        (platform.User, ["preferences"]),
        (RetentionRule, ["name", "filter"]),
    ):
        rows: Any = model
        erasing.others += stores.scrub(rows._base_manager.all(), columns, erasing.elsewhere)


def empty_excerpts(erasing: Erasing) -> None:
    """What a receiver answered may repeat what it was told."""
    told = platform.WebhookDelivery.objects.filter(record_ids__overlap=erasing.everything)
    told.exclude(excerpt="").update(excerpt="")


def forget_hold(erasing: Erasing) -> None:
    """Holds that were lifted said why."""
    _named(erasing, LegalHold).update(reason="")


stays(Erasure, "The list is only added to; and nobody who is on it is merged any more.")
erases(platform.Attachment, erase_attachments)
erases(platform.ImportRow, erase_staged)
erases(platform.ImportVerdict, erase_staged)
erases(platform.Import, erase_staged)
erases(platform.IdempotentResponse, forget_answers)
erases(platform.SavedView, scrub_what_people_keep)
erases(platform.Webhook, scrub_what_people_keep)
erases(platform.Job, scrub_what_people_keep)
erases(platform.User, scrub_what_people_keep)
erases(RetentionRule, scrub_what_people_keep)
erases(platform.WebhookDelivery, empty_excerpts)
erases(LegalHold, forget_hold)

holds_none(
    "It is redacted by the function that is made for it, at the end of the erasure.",
    platform.Event,
)
holds_none("Triggers keep it beside the record's own columns.", platform.SearchText, platform.Link)
holds_none(
    "It names records by their ids, and no value of theirs.",
    Erasure,
    platform.EventCursor,
    platform.Follow,
    platform.JobRefusal,
    platform.Merge,
    platform.MergedRecord,
    platform.MergeStep,
    platform.Notification,
    platform.Presence,
    platform.RecentRecord,
    platform.Share,
)
holds_none(
    "It is about the people who work here and how they sign in.",
    platform.AccessLink,
    platform.Factor,
    platform.IdentityProvider,
    platform.ProviderLink,
    platform.RateBucket,
    platform.RecoveryCode,
    platform.Role,
    platform.Session,
    platform.SignInAttempt,
    platform.Team,
    platform.Territory,
    platform.Token,
)
holds_none(
    "It says how the firm arranges its work, not whom it deals with.",
    platform.CustomField,
    platform.CustomObject,
    platform.FieldsVersion,
    platform.Layout,
    platform.Workspace,
    ContentType,
)
holds_none(
    "Those that name the record by a link of the firm's own are looked through for its values.",
    platform.CustomRecord,
)
# The runner of jobs keeps arguments, which are ids alone; Django's own tables are about users.
for other in ("procrastinate", "auth", "admin", "sessions"):
    if apps.is_installed(f"django.contrib.{other}") or other == "procrastinate":
        holds_none("It holds ids of jobs, or of users.", *apps.get_app_config(other).get_models())
