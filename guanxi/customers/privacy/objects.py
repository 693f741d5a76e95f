"""Requests and the register as lists, forms, API and permissions see them."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.customers.privacy.models import PrivacyRequest, ProcessingActivity
from guanxi.platform.objects.registry import Group, ObjectType, register
from guanxi.platform.objects.scopes import Everyone, Through

ENDED = (PrivacyRequest.State.DONE, PrivacyRequest.State.REFUSED)

register(
    ObjectType(
        PrivacyRequest,
        area="customers",
        path="privacy-requests",
        icon="shield",
        title="number",
        list=["number", "customer", "kind", "way", "received_on", "due_on", "state", "handled_by"],
        sort="due_on",
        scope=[Through("customer")],
        read_only=["state", "ended_at", "answer"],
        personal=["note", "answer"],
        verbs=["create", "change"],  # evidence: ended, never deleted
        locked=Q(state__in=ENDED),
        left_behind=None,
        finished=("state", list(ENDED)),
    )
)
register(
    ObjectType(
        ProcessingActivity,
        area="privacy",
        path="processing-activities",
        icon="note",
        list=["name", "purpose", "legal_basis", "subjects", "retention", "assessed_on"],
        sort="name",
        search=["name"],
        scope=[Everyone()],
        groups=[
            Group("what", _("What for"), ["name", "purpose", "legal_basis", "assessed_on"]),
            Group("data", _("Which data"), ["subjects", "data", "sensitive", "retention"]),
            Group("who", _("Who gets them"), ["recipients", "transfers", "measures"]),
        ],
    )
)
