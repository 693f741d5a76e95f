"""The customers that rows would make, for the rules of the firm's own fields to be asked about."""

from guanxi.customers.import_values import Part
from guanxi.platform.exchange.custom import with_defaults
from guanxi.platform.exchange.targets import Context
from guanxi.platform.fields.definitions import custom_fields
from guanxi.platform.fields.values import defaults
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import object_type


def default_owner(context: Context) -> str:
    """The SQL of who owns what a row without an owner creates."""
    from guanxi.customers.imports import owner_of

    owner = owner_of(context)
    return f"'{owner}'::uuid" if owner else "null::uuid"


class PartRows:
    """One half of each row as a customer."""

    def __init__(self, part: Part):
        self.part = part

    def given(self, name: str) -> str | None:
        return self.part.text(name) if self.part.has(name) else None

    def drafted(self) -> list[tuple[str, str]]:
        part = self.part
        firms = defaults(custom_fields(object_type("customer")).values())
        values = {
            part.column(name): (part.inserted(name), part.updated(name))
            for name in part.columns
            if name != "owner"
        }
        owner = part.owner(default_owner(part.context))
        values["owner_id"] = (owner, part.updated("owner") if part.has("owner") else "c.owner_id")
        values["kind"] = (f"({part.kind})::text", "c.kind")
        values[CUSTOM] = (with_defaults(firms, part.custom_values()), part.updated_custom())
        return [
            (column, f"to_jsonb(case when r.verdict = 'create' then {made} else {changed} end)")
            for column, (made, changed) in values.items()
        ]
