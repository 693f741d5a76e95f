"""Consents as lists, forms, API, import and permissions see them."""

from django.utils.translation import gettext_lazy as _

from guanxi.customers.consent.models import Consent, ConsentText, Purpose
from guanxi.platform.objects.registry import Group, ObjectType, register
from guanxi.platform.objects.scopes import Everyone, Through

register(
    ObjectType(
        Purpose,
        area="privacy",
        icon="purpose",
        list=["name", "legal_basis", "by_channel", "double_opt_in", "is_offered"],
        sort="name",
        search=["name"],
        scope=[Everyone()],
    )
)
register(
    ObjectType(
        ConsentText,
        area="privacy",
        icon="note",
        title="version",
        list=["version", "purpose", "title_en", "title_zh_hans", "created_at"],
        scope=[Everyone()],
        verbs=["create"],  # what somebody agreed to stays as they read it
        groups=[
            Group("text", _("Text"), ["purpose", "version"]),
            Group("titles", _("Titles"), ["title_zh_hans", "title_zh_hant", "title_en"]),
            Group("texts", _("Texts"), ["text_zh_hans", "text_zh_hant", "text_en"]),
        ],
    )
)
register(
    ObjectType(
        Consent,
        area="customers",
        icon="consent",
        title="state",
        list=[
            "customer", "purpose", "channel", "state", "in_force", "given_at", "source",
            "recorded_by",
        ],
        sort="-given_at",
        scope=[Through("customer")],
        personal=["note"],
        verbs=["create"],
    )
)  # fmt: skip
