"""Whatever names a record of a mergeable object takes part in a merge, or says why it does not."""

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models

from guanxi.customers.models import Customer
from guanxi.insight.models import CustomerScore, ScoreSnapshot
from guanxi.platform.merging.references import names_any_record, reasons_to_stay, referrers
from guanxi.platform.objects.registry import ObjectType, built_in

MERGEABLE = [t for t in built_in() if t.merging]

# Columns with ids that neither are foreign keys nor name an object beside: what they are.
OTHER_IDS = {
    "platform_link.record_id": "follows the value of its record",
    "platform_link.target_id": "custom links are moved with the values they follow from",
    "platform_merge.survivor_id": "the merges themselves",
    "platform_merge.absorbed": "the merges themselves",
    "platform_mergedrecord.survivor_id": "followed from one to the next",
    "platform_mergestep.was": "the merges themselves",
    "platform_erasure.records": "whoever is erased is merged no more",
    "platform_importrow.imported": "an import",
    "platform_importverdict.imported": "an import",
    "platform_importverdict.record_id": "a preview; a run refuses what is no more in use",
    "platform_importverdict.candidates": "a preview; a run refuses what is no more in use",
    "platform_notification.together": "what groups news; the record is named beside",
    "platform_notification.actor_id": "a user",
    "platform_event.actor_id": "a user",
    "platform_event.request_id": "a request",
    "platform_jobrefusal.record_id": "a report of what a job left out then",
    "platform_webhookdelivery.message_id": "a message",
    "platform_webhookdelivery.record_ids": "what was to be told then",
    "platform_presence.page": "a page",
    "platform_session.public_id": "a session",
    "insight_ledgerstate.last": "how far the making is: a place in an order, not who stands there",
}


def takes_part(declared: ObjectType) -> set[str]:
    return {f"{r.table}.{c}" for r in referrers(declared) for c in r.columns}


@pytest.mark.parametrize("declared", MERGEABLE, ids=lambda t: t.name)
def test_every_reference_takes_part(declared: ObjectType, db: None) -> None:
    """The database's own foreign keys are asked, not our models."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.conrelid::regclass::text, a.attname from pg_constraint c"
            " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
            " where c.contype = 'f' and c.confrelid = %s::regclass",
            [declared.model._meta.db_table],
        )
        keys = {f"{table}.{column}" for table, column in cursor.fetchall()}
    keep = {m._meta.db_table for m in reasons_to_stay()}
    missed = {k for k in keys if k.partition(".")[0] not in keep} - takes_part(declared)
    assert not missed, "say with `stays` why, or let it be found"
    named = {m._meta.db_table for m in apps.get_models() if names_any_record(m)}
    assert named - keep == {k.partition(".")[0] for k in takes_part(declared) - keys}
    assert all(reasons_to_stay().values())


def test_every_column_with_ids_is_known() -> None:
    unknown = set()
    for model in apps.get_models():
        if model.__module__.startswith("tests."):
            continue
        for f in model._meta.concrete_fields:
            of = f.base_field if isinstance(f, ArrayField) else f
            if not isinstance(of, models.UUIDField) or f.primary_key or f.is_relation:
                continue
            place = f"{model._meta.db_table}.{f.column}"
            if place not in OTHER_IDS and not (names_any_record(model) and f.name == "record_id"):
                unknown.add(place)
    assert not unknown, "does it name records that may be merged?"


def test_one_that_is_missed_is_noticed(db: None) -> None:
    """The check itself can fail."""
    declared = next(t for t in MERGEABLE if t.model is Customer)
    staying = reasons_to_stay().keys()
    assert CustomerScore in staying
    assert list(referrers(declared, staying))
    with pytest.raises(ImproperlyConfigured, match="names records in its key"):
        list(referrers(declared, staying - {ScoreSnapshot}))
