"""What a refused relationship is told in words: the rules themselves are in relationships.sql."""

import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _


def explain_overlap(_asker: Any, _detail: str) -> str:
    return _(
        "The same relationship of these two is recorded for some of that time already."
        " End that one first, or choose other days."
    )


def explain_second_parent(asker: Any, detail: str) -> str:
    (name,) = _names(asker, json.loads(detail) if detail else [""])
    if name == UNSEEN:
        return _("It has another parent company at that time. End that first.")
    return _('"%(name)s" is its parent company at that time. End that first.') % {"name": name}


def explain_circle(asker: Any, detail: str) -> str:
    """Which link would close the circle, and by whom the two hang together already."""
    names = _names(asker, json.loads(detail) if detail else [])
    if len(names) < 3:
        return _("This would close a circle: a company would be its own parent.")
    message = _('This would close a circle: "%(child)s" is above "%(parent)s" already (%(way)s).')
    return message % {"child": names[0], "parent": names[1], "way": " → ".join(names[:0:-1])}


UNSEEN = "…"


def _names(asker: Any, ids: Sequence[str]) -> list[str]:
    """What customers are called, in their order; whom the asker may not see has no name."""
    from guanxi.customers.models import Customer
    from guanxi.platform.objects.rows import labels_of

    known = labels_of(asker, Customer, [pk for pk in ids if pk]) if asker is not None else {}
    return [known.get(pk, UNSEEN) for pk in ids]
