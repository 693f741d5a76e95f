"""Which of the customers' fields are looked at, for whom they apply, and by which rule."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.customers.models import Customer
from guanxi.platform.access.models import Role
from guanxi.platform.access.predicate import Asker
from guanxi.platform.fields.definitions import custom_fields
from guanxi.platform.objects.registry import ObjectField, object_type
from guanxi.standardizing import credit_code, phone_number
from guanxi.standardizing.validity import (
    is_birthday,
    is_city,
    is_currency,
    is_e164,
    is_email,
    is_postal_code,
    is_province,
    is_website,
)

Values = Mapping[str, Any]  # a customer's row, by column

PERSON, ORGANIZATION = Customer.Kind.PERSON, Customer.Kind.ORGANIZATION
# What a firm that says nothing else wants to know of everybody, or of everybody of a kind.
USUALLY_COUNTED = (
    "phone", "email", "industry", "job_title", "birthday", "province", "city", "street",
    "postal_code", "owner", "source",
)  # fmt: skip
ONLY_OF = {
    "birthday": PERSON, "job_title": PERSON, "industry": ORGANIZATION, "website": ORGANIZATION,
    "credit_code": ORGANIZATION,
}  # fmt: skip
AGELESS = {
    "birthday", "source", "customer_since", "owner", "territory", "category", "currency",
    "credit_code",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """When a value is valid, and after which standard."""

    standard: Any
    holds: Callable[[Any, Values, dt.date], bool]  # the value, the customer, today


BY_NAME = {
    "phone": Rule("ITU-T E.164", lambda _v, row, _t: is_e164(row["phone_normal"])),
    "postal_code": Rule(
        "YZ/T 0136, UPU S42", lambda v, row, _t: is_postal_code(v, row["country"])
    ),
    "province": Rule("GB/T 2260", lambda v, row, _t: is_province(v, row["country"])),
    "city": Rule("GB/T 2260", lambda v, row, _t: is_city(v, row["province"], row["country"])),
    "birthday": Rule(_("a day somebody living can be born on"), lambda v, _r, t: is_birthday(v, t)),
    "credit_code": Rule("GB 32100-2015", lambda v, _r, _t: credit_code(v) != ""),
    "currency": Rule("ISO 4217", lambda v, _r, _t: is_currency(v)),
}  # fmt: skip
BY_TYPE = {
    "phone": Rule("ITU-T E.164", lambda v, _r, _t: phone_number(str(v)) != ""),
    "email": Rule("RFC 5321", lambda v, _r, _t: is_email(str(v))),
    "url": Rule("RFC 3986", lambda v, _r, _t: is_website(str(v))),
}


@dataclass(frozen=True)
class Checked:
    """A field that is looked at."""

    field: ObjectField
    counts: bool  # for completeness
    shown_to_all: bool  # no role has it hidden
    rule: Rule | None
    is_masked: bool = False  # for the asker: of its value no more is told than whether there is one

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def kind(self) -> str:
        """The kind of customer it applies to; "" for both."""
        return str(ONLY_OF.get(self.name, ""))

    @property
    def column(self) -> str:
        """What events call it."""
        return self.name if self.field.key else str(self.field.column.attname)

    @property
    def ages(self) -> bool:
        if self.is_masked or self.name in AGELESS:
            return False
        return self.field.type.name not in ("date", "datetime")

    def value(self, row: Values) -> Any:
        return row["custom"].get(self.field.key) if self.field.key else row[self.column]

    def applies_to(self, row: Values) -> bool:
        return self.kind in ("", row["kind"])


def measurable() -> dict[str, ObjectField]:
    """The fields that can be empty and that somebody fills in, those of the firm's own too."""
    declared = object_type("customer")
    own = {n: f for n, f in declared.own_fields.items() if not f.required and not _is_given(f)}
    own |= custom_fields(declared)
    return {
        n: f
        for n, f in own.items()
        if not f.read_only
        and f.computation is None
        and f.type.name not in ("tags", "boolean", "json", "long_text")
    }


def _is_given(f: ObjectField) -> bool:
    """Whether the database fills it in where nothing is said."""
    default = f.column.db_default
    return isinstance(default, str) and default != ""


def checked_fields(counted: Iterable[str] | None) -> list[Checked]:
    """The fields that count, by the settings or as usual, and those that have a rule."""
    fields = measurable()
    chosen = set(counted) if counted is not None else usually_counted(fields)
    hidden = _hidden_to_some()
    found = [
        Checked(f, n in chosen, f"customer.{n}" not in hidden, rule_of(f))
        for n, f in fields.items()
    ]
    return [c for c in found if c.counts or c.rule]


def usually_counted(fields: Mapping[str, ObjectField]) -> set[str]:
    """The usual fields, and those that the firm requires."""
    return {n for n, f in fields.items() if n in USUALLY_COUNTED or (f.key and f.required)}


def rule_of(f: ObjectField) -> Rule | None:
    if not f.key and f.name in BY_NAME:
        return BY_NAME[f.name]
    return BY_TYPE.get(f.type.name)


def _hidden_to_some() -> set[str]:
    """The fields that any role does not see, as "customer.phone": of those nothing goes into a
    figure that everybody sees."""
    roles = Role.objects.filter(deleted_at=None).values_list("grants", flat=True)
    masks = (mask for grants in roles for mask in grants.get("fields", {}).items())
    return {name for name, mask in masks if mask == "hidden"}


def seen_by(asker: Asker, fields: Iterable[Checked]) -> list[Checked]:
    """Those of the fields that the asker may see; what applies to one kind, if they see which.

    Of masked ones only whether they are filled in, which the mask tells anyway.
    """
    declared = object_type("customer")
    visible, shown = asker.fields(declared), asker.shown(declared)
    return [
        c if c.name in visible else replace(c, rule=None, is_masked=True)
        for c in fields
        if c.name in shown and (not c.kind or "kind" in visible)
    ]
