"""Which fields a text says at once, for forms to offer them."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.objects.errors import Invalid
from guanxi.platform.objects.registry import ObjectType, Whole


def writable_wholes(asker: Asker, declared: ObjectType) -> Iterator[Whole]:
    """Those of which the asker may write every part."""
    if declared.wholes and not {"create", "change"}.isdisjoint(declared.verbs):
        writable = asker.writable(declared).keys()
        yield from (whole for whole in declared.wholes if writable >= {*whole.parts, whole.field})


def split_text(asker: Asker, declared: ObjectType, field: str, text: str) -> Mapping[str, str]:
    """The values of the parts; empty if the text is no more than the field itself.

    Raises Invalid for a field that takes no such text, or whose parts the asker may not write.
    """
    for whole in writable_wholes(asker, declared):
        if whole.field == field:
            parts = whole.split(text.strip())
            says_more = any(value for name, value in parts.items() if name != field)
            return {n: v for n, v in parts.items() if v or n == field} if says_more else {}
    message = _("This field is not divided.")
    raise Invalid([{"field": "field", "message": message, "code": "unknown"}])
