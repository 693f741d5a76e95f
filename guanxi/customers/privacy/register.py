"""Filling the register of processing with what the program knows already."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.customers.consent.services import purposes_in_use
from guanxi.customers.models import ProcessingActivity, Purpose
from guanxi.platform.fields.definitions import custom_fields
from guanxi.platform.objects.registry import ObjectType, types
from guanxi.platform.webhooks.models import Webhook


@transaction.atomic
def fill_register() -> int:
    """Add an entry for the customer base and for each purpose without one; returns how many.

    What is there already stays as people wrote it.
    """
    there = ProcessingActivity.objects.filter(deleted_at=None)
    known = set(there.values_list("purpose_id", flat=True))
    names = set(there.values_list("name", flat=True))
    data, recipients = categories(), _recipients()
    entries = [
        ProcessingActivity(
            name=_("Keeping the customer base"),
            legal_basis=Purpose.Basis.CONTRACT,
            subjects=_("customers, prospects and their contacts"),
            data="\n".join(data),
            recipients=recipients,
            measures=_measures(),
        ),
        *(
            ProcessingActivity(
                name=purpose.name,
                purpose=purpose,
                legal_basis=purpose.legal_basis,
                subjects=_("customers, prospects and their contacts"),
                data="\n".join(data[:1]),
                recipients=recipients,
                measures=_measures(),
            )
            for purpose in purposes_in_use()
            if purpose.pk not in known
        ),
    ]
    new = [entry for entry in entries if entry.name not in names]
    ProcessingActivity.objects.bulk_create(new)
    return len(new)


def categories() -> list[str]:
    """The personal data by object, as their fields are marked: "customers: name, phone, …"."""
    return [
        f"{declared.label_plural}: {', '.join(labels)}"
        for declared in types()
        if (labels := _personal(declared))
    ]


def _personal(declared: ObjectType) -> list[str]:
    fields: dict[str, Any] = {**declared.own_fields, **custom_fields(declared)}
    return [str(f.label) for f in fields.values() if f.personal]


def _recipients() -> str:
    """Where programs of others are told of customers."""
    hooks = Webhook.objects.filter(is_active=True, objects_told__contains=["customer"])
    return "\n".join(sorted({hook.host for hook in hooks}))


def _measures() -> str:
    return _(
        "Rights by role, team and field; personal data masked, looking at them logged; audit log;"
        " second factor; backups."
    )
