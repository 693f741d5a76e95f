"""What a firm says of good data: which fields count, when they grow old, what is merged unasked."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.insight.quality.fields import measurable
from guanxi.insight.quality.models import THE_SETTINGS, QualitySettings
from guanxi.platform.access.predicate import Asker
from guanxi.platform.fields.services import require_administrator
from guanxi.platform.objects.errors import Invalid

NAMES = ("counted", "stale_after_days", "merges_by_itself", "precision", "merges_at_most")


def current_settings() -> QualitySettings:
    """The firm's settings, or the defaults."""
    found = QualitySettings.objects.filter(pk=THE_SETTINGS).first()
    return found or QualitySettings(
        id=THE_SETTINGS, counted=None, stale_after_days=365, merges_by_itself=False,
        precision=0.99, merges_at_most=100,
    )  # fmt: skip


@transaction.atomic
def change_settings(*, asker: Asker, values: Mapping[str, Any]) -> QualitySettings:
    """Change what is given. Raises NotAllowed, or Invalid for a field that cannot count."""
    require_administrator(asker, "write")
    counted = values.get("counted")
    known = measurable()
    if counted is not None and (unknown := [n for n in counted if n not in known]):
        message = _('There is no field "%(name)s".') % {"name": unknown[0]}
        raise Invalid([{"field": "counted", "message": message, "code": "invalid"}])
    settings = current_settings()
    for name, value in values.items():
        setattr(settings, name, value)
    settings.full_clean(exclude=["id"])
    exists = QualitySettings.objects.filter(pk=THE_SETTINGS).exists()
    settings.save(force_insert=not exists, update_fields=list(values) if exists else None)
    return settings
