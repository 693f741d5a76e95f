"""Defining classifications, trying and applying them, and making exceptions for a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from guanxi.customers.classification.models import Classification, ClassOverride
from guanxi.customers.classification.placing import place, try_rules
from guanxi.customers.classification.rules import Rules, rules_of
from guanxi.customers.models import Customer
from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.fields import services as fields
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import describe, start_job
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.errors import DomainError, Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import object_type

KEEPER = "classification"
JOB_KIND = "classify"
MOST_RULES = 50
PATIENCE = 30_000  # milliseconds a trial may take
SHOWN, LOOKED_AT = 10, 500  # customers of a trial's sample, and among how many they are found
Draft = Mapping[str, Any]


class TakesTooLong(DomainError):
    """There are too many customers for an answer while somebody waits."""

    code = "too_slow"


def every_classification() -> "QuerySet[Classification]":
    """All of them, archived ones last."""
    found = Classification.objects.select_related("field")
    return found.order_by("-deleted_at", "created_at")


def get_classification(pk: UUID) -> Classification:
    """Raises NotFound."""
    found = Classification.objects.select_related("field").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such classification."))
    return found


@transaction.atomic
def create_classification(
    *, asker: Asker, labels: dict[str, str], classes: list[dict[str, Any]], key: str = "",
    rules: Sequence[Draft] = (), otherwise: str = "", nightly: bool = True,
) -> Classification:  # fmt: skip
    """Define one, with the field of customers that holds the class. Raises Invalid."""
    field = fields.create_field(
        asker=asker, object_type=object_type("customer"), key=key, labels=labels, type="choice",
        settings={"choices": classes}, kept_by=KEEPER,
    )  # fmt: skip
    made = Classification(
        field=field, rules=_with_keys(rules), otherwise=otherwise, nightly=nightly
    )
    rules_of(made).require_sound()
    made.save(force_insert=True)
    return made


@transaction.atomic
def change_classification(
    *, asker: Asker, pk: UUID, labels: dict[str, str] | None = None,
    classes: list[dict[str, Any]] | None = None, rules: Sequence[Draft] | None = None,
    **values: Any,
) -> Classification:  # fmt: skip
    """Change what is given; who is in which class changes with the next run. Raises Invalid."""
    changed = get_classification(pk)
    said: dict[str, Any] = {}
    if labels is not None:
        said["labels"] = labels
    if classes is not None:
        said["settings"] = {**changed.field.settings, "choices": classes}
    if said:
        changed.field = fields.change_field(asker=asker, pk=changed.field_id, keeper=KEEPER, **said)
    if rules is not None:
        values["rules"] = _with_keys(rules)
    for name, value in values.items():
        setattr(changed, name, value)
    if rules is not None or classes is not None or "otherwise" in values:
        rules_of(changed).require_sound()
    if values:
        changed.save(update_fields=list(values))
    return changed


@transaction.atomic
def archive_classification(*, asker: Asker, pk: UUID) -> Classification:
    """Take it out of use with its field; nobody loses their class, which comes back with it."""
    archived = get_classification(pk)
    archived.field = fields.archive_field(asker=asker, pk=archived.field_id, keeper=KEEPER)
    archived.deleted_at = archived.deleted_at or timezone.now()
    archived.save(update_fields=["deleted_at"])
    return archived


@transaction.atomic
def restore_classification(*, asker: Asker, pk: UUID) -> Classification:
    restored = get_classification(pk)
    restored.field = fields.restore_field(asker=asker, pk=restored.field_id, keeper=KEEPER)
    restored.deleted_at = None
    restored.save(update_fields=["deleted_at"])
    return restored


def _with_keys(rules: Sequence[Draft]) -> list[dict[str, Any]]:
    """The rules as they are kept: each with a key, which stays with it. Raises Invalid."""
    if len(rules) > MOST_RULES:
        message = _("A classification has at most %(n)s rules.") % {"n": MOST_RULES}
        raise Invalid([{"field": "rules", "message": message, "code": "too_many"}])
    kept: list[dict[str, Any]] = []
    taken: set[str] = set()
    for rule in rules:
        key = rule.get("key") or ""
        if not key or key in taken:
            key = uuid4().hex[:12]
        taken.add(key)
        kept.append({**rule, "key": key})
    return kept


@transaction.atomic
def try_out(
    *, asker: Asker, pk: UUID | None, rules: Sequence[Draft], otherwise: str, offered: Sequence[str]
) -> dict[str, Any]:
    """What rules would do, were they applied now: how many move from where to where, and some of
    those whom the asker sees. Raises Invalid, or TakesTooLong.
    """
    known = get_classification(pk) if pk else None
    drafted = Rules(known.key if known else "", _with_keys(rules), otherwise, offered)
    drafted.require_sound()
    with connection.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', %s, true)", [str(PATIENCE)])
    try:
        found = try_rules(pk, drafted, most=LOOKED_AT)
    except DatabaseError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        message = _("This takes too long to wait for. Apply it: that runs in the background.")
        raise TakesTooLong(message) from error
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout to default")
    names = _names_seen(asker, [pk for pk, *_rest in found.moving])
    sample = [
        {"id": str(pk), "name": names[pk], "from": was, "to": to, "rule": rule,
         "is_override": is_override}
        for pk, was, to, rule, is_override in found.moving if pk in names
    ]  # fmt: skip
    moves = [{"from": was, "to": to, "count": count} for was, to, count in found.moves]
    return {"moves": moves, "staying": found.staying, "sample": sample[:SHOWN]}


def _names_seen(asker: Asker, ids: Sequence[UUID]) -> dict[UUID, str]:
    declared = object_type("customer")
    if declared.title not in asker.fields(declared) or not asker.may("read", declared):
        return {}
    seen = visible_to(asker, Customer).filter(pk__in=ids)
    return dict(seen.values_list("pk", "name"))


@transaction.atomic
def apply(*, pk: UUID, asker: Asker | None = None) -> dict[str, Any]:
    """Queue a run over all customers, in the name of `asker` or of nobody; returns the job.

    One of theirs that waits to begin is returned instead. Raises Invalid.
    """
    classification = get_classification(pk)
    if classification.deleted_at is not None:
        message = _("This classification is archived. Restore it first.")
        raise Invalid([{"field": "__all__", "message": message, "code": "archived"}])
    rules_of(classification).require_sound()
    waiting = Job.objects.filter(
        kind=JOB_KIND, state=Job.State.QUEUED, params__subject=str(pk),
        actor=asker.user if asker else None,
    ).first()  # fmt: skip
    if waiting is not None:
        return describe(waiting)
    return start_job(JOB_KIND, asker=asker, params={"subject": str(pk)})


def latest_jobs(classifications: Sequence[Classification]) -> dict[str, Job]:
    """The last run of each, by the classification's id."""
    ids = [str(c.pk) for c in classifications]
    jobs = Job.objects.filter(kind=JOB_KIND, params__subject__in=ids)
    latest = jobs.annotate(subject=KT("params__subject")).order_by("subject", "-created_at")
    return {job.params["subject"]: job for job in latest.distinct("subject")}


def may_override(asker: Asker, classification: Classification) -> bool:
    """Whether the asker's role may write the class, of customers that it may change."""
    declared = object_type("customer")
    name = f"{CUSTOM}.{classification.key}"
    return asker.may("change", declared) and asker.grants.mask(declared, name) is None


@transaction.atomic
def override(*, asker: Asker, customer: UUID, pk: UUID, result: str, reason: str) -> Classification:
    """Put one customer into a class whatever the rules say.

    Raises NotFound, NotAllowed or Invalid.
    """
    classification, rules = _to_override(asker, customer, pk)
    if result and result not in rules.offered:
        message = _("Choose a class in use.")
        raise Invalid([{"field": "result", "message": message, "code": "invalid"}])
    ClassOverride.objects.update_or_create(
        customer_id=customer, classification=classification, deleted_at=None,
        defaults={"result": result, "reason": reason, "actor": asker.user},
    )  # fmt: skip
    if rules.problems:  # what the others say can wait: the exception decides
        rules = replace(rules, rules=[])
    place(classification, rules, only=[customer])
    return classification


@transaction.atomic
def lift_override(*, asker: Asker, customer: UUID, pk: UUID) -> Classification:
    """Let the rules decide again about one customer. Raises NotFound, NotAllowed, Invalid."""
    classification, rules = _to_override(asker, customer, pk)
    rules.require_sound()
    ClassOverride.objects.filter(
        customer_id=customer, classification=classification, deleted_at=None
    ).update(deleted_at=timezone.now())
    place(classification, rules, only=[customer])
    return classification


def _to_override(asker: Asker, customer: UUID, pk: UUID) -> tuple[Classification, Rules]:
    get_permitted(asker, Customer, customer, "change", lock=True)
    classification = get_classification(pk)
    seen = asker.fields(object_type("customer"))
    if classification.deleted_at or f"{CUSTOM}.{classification.key}" not in seen:
        raise NotFound(_("There is no such classification."))
    if not may_override(asker, classification):
        raise NotAllowed(_("You may not write this field."))
    return classification, rules_of(classification)
