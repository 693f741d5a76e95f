"""Column types that say more than Django's: widgets, formats and checks are drawn from them."""

from collections.abc import Callable, Collection
from typing import Any

import pycountry
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from guanxi.standardizing.contacts import phone_number


def text(max_length: int, verbose_name: Any, **options: Any) -> "models.CharField[str, str]":
    """An optional text whose absence is the empty string, in the database as well."""
    return models.CharField(
        verbose_name, max_length=max_length, blank=True, db_default="", **options
    )


def long_text(verbose_name: Any) -> "models.TextField[str, str]":
    """An optional text of any length whose absence is the empty string."""
    return models.TextField(verbose_name, blank=True, db_default="")


class PhoneField(models.CharField):  # type: ignore[type-arg]
    """A telephone number as people write it; compared by `normalize_phone`."""


class MoneyField(models.DecimalField):  # type: ignore[type-arg]
    """An amount in the currency that the column `currency` of the same row names, or in that one
    itself if it is a code such as "CNY".

    The row's own rate into the currency of the books is in the column `rate`, if it has one.
    """

    def __init__(
        self,
        verbose_name: Any = None,
        *,
        currency: str = "currency",
        rate: str = "",
        **options: Any,
    ):
        self.currency, self.rate = currency, rate
        options.setdefault("max_digits", 19)
        options.setdefault("decimal_places", 4)
        super().__init__(verbose_name, **options)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "currency": self.currency}


class CurrencyField(models.CharField):  # type: ignore[type-arg]
    """An ISO 4217 code."""

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value and pycountry.currencies.get(alpha_3=value) is None:
            message = _("Choose a currency of the list, such as CNY, TWD or USD.")
            raise ValidationError(message, code="currency")

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class ChoicesField(models.JSONField):
    """Any of the choices, each once and in their order; null where there is none."""

    def __init__(self, verbose_name: Any = None, **options: Any):
        super().__init__(verbose_name, **{**options, "null": True, "blank": True})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        offered = [choice for choice, _label in self.flatchoices]
        if not isinstance(value, list) or any(chosen not in offered for chosen in value):
            message = self.error_messages["invalid_choice"]
            raise ValidationError(message, code="invalid_choice", params={"value": value})

    def tidy(self, value: Any) -> Any:
        """The value as it is kept: equal choices are equal values."""
        if not isinstance(value, list):
            return value
        return [choice for choice, _label in self.flatchoices if choice in value] or None

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.tidy(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(self.tidy(value), connection)


class ScoreField(models.FloatField):  # type: ignore[type-arg]
    """A share or probability from 0 to 1."""


class DerivedField(models.CharField):  # type: ignore[type-arg]
    """A stored text computed from another column of the row, for sorting and matching.

    `pre_save` keeps it for single rows; set-based writers ask `of` a value.
    """

    def __init__(self, *, source: str, derive: Callable[[str], str], **options: Any):
        self.source, self.derive = source, derive
        options.setdefault("max_length", 255)
        options.update(editable=False, db_default="")
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source, "derive": self.derive}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.of(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value

    def of(self, source: Any) -> str:
        """The text stored beside this value of the source column."""
        return self.derive(source)[: self.max_length] if source and isinstance(source, str) else ""


def derived_from(sources: Collection[str], model: type[models.Model]) -> list[DerivedField]:
    """The stored columns computed from any of these."""
    columns = model._meta.concrete_fields
    return [c for c in columns if isinstance(c, DerivedField) and c.source in sources]


DEFAULT_REGION = {"zh-hant": "TW", "zh-hans": "CN"}


def normalize_phone(value: str, region: str | None = None) -> str:
    """The number in E.164 (ITU-T), e.g. +8613800138000; "" when `value` is no possible number.

    Without a region, numbers are dialled where the user's language is spoken.
    """
    return phone_number(value, region or DEFAULT_REGION.get(get_language() or "", "CN"))


def validate_no_control_characters(value: str) -> None:
    """Refuse NUL and other control characters, which PostgreSQL or a screen cannot carry."""
    if any(ord(c) < 32 and c not in "\n\r\t" for c in value):
        raise ValidationError(_("Remove the control characters."), code="control_character")
