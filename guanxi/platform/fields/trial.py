"""A formula tried while it is being written: what is wrong with it, or what it gives."""

from typing import Any

import orjson

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.fields.formulas.reading import BadFormula
from guanxi.platform.fields.kinds import FORMULA
from guanxi.platform.fields.models import CustomField
from guanxi.platform.fields.services import made_field
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.objects.rows import row_json

TRIAL_KEY = "formula"


def try_formula(
    *, asker: Asker, object_type: ObjectType, key: str, formula: str, decimal_places: int | None
) -> dict[str, Any]:
    """The problem with a formula, or the type of its values and that of one visible record.

    Raises NotFound for an object that takes no custom fields.
    """
    if not object_type.customizable:
        raise NotFound
    settings = {"formula": formula, "decimal_places": decimal_places}
    tried = CustomField(
        object=object_type.name,
        key=key or TRIAL_KEY,
        type=FORMULA,
        labels={"en": key or TRIAL_KEY},
        settings=settings,
    )
    try:
        f = made_field(tried)
    except BadFormula as why:
        return {"problem": {"message": why.message, "at": why.at}}
    return {"type": f.type.name, "sample": _sample(asker, object_type, f)}


def _sample(asker: Asker, object_type: ObjectType, f: ObjectField) -> dict[str, Any] | None:
    """The value for the record changed last; none where the asker may not see what it uses."""
    title = asker.fields(object_type).get(object_type.title)
    if title is None or not asker.may_use(f):
        return None
    records = visible_to(asker, object_type.model).order_by("-updated_at", "-pk")
    body = row_json(asker, object_type, [title, f])
    text = records.annotate(_json=body).values_list("_json", flat=True).first()
    if text is None:
        return None
    row = orjson.loads(text)
    label = row[title.name]
    return {
        "id": row["id"],
        "label": label["label"] if isinstance(label, dict) else str(label or ""),
        "value": row["custom"][f.key],
    }
