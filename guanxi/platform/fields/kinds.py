"""What a custom field of each type can be told, and the column that checks its values.

The column belongs to no table: it says of a value what a real column would, to forms, API, filters
and imports alike.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    URLValidator,
)
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import StringConstraints, TypeAdapter
from pydantic import ValidationError as PydanticValidationError

from guanxi.platform.http.languages import TO_CLIENT
from guanxi.platform.objects.columns import MoneyField, PhoneField
from guanxi.platform.objects.fieldtypes import time_of_day
from guanxi.platform.objects.registry import object_type

Settings = Mapping[str, Any]
DIGITS = 20  # of a number, its decimal places included
URL_LENGTH = 500
FORMULA, ROLLUP, LINK = "formula", "rollup", "link"


def _in_language(texts: Mapping[str, str]) -> str:
    """The text in the language now spoken, else in the nearest that there is."""
    own = TO_CLIENT.get(get_language() or "", "en")
    chinese = ("zh-CN", "zh-TW") if own.startswith("zh") else ()
    languages = (own, *chinese, "en", *texts)
    return next((texts[name] for name in languages if texts.get(name)), "")


in_language = lazy(_in_language, str)


class Chosen:
    """A column of given choices; those that are archived stay readable and are not offered."""

    def __init__(self, *args: Any, offered: list[dict[str, Any]], **options: Any):
        self.colors = {c["value"]: c.get("color") for c in offered}
        self.archived = {c["value"] for c in offered if c.get("archived")}
        options["choices"] = [(c["value"], in_language(c["labels"])) for c in offered]
        super().__init__(*args, **options)


class OneColumn(Chosen, models.CharField):  # type: ignore[type-arg]
    """One of the choices."""


class SomeColumn(Chosen, models.JSONField):
    """Any of the choices, in their order."""

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        if not value and not self.blank:
            raise ValidationError(self.error_messages["blank"], code="blank")


class LinkColumn(models.UUIDField):  # type: ignore[type-arg]
    """The id of a record of `related_model`; who may name it is for the writer to say."""

    def __init__(self, *args: Any, related_model: type[models.Model], **options: Any):
        super().__init__(*args, **options)
        self.related_model = related_model


@cache
def fits_pattern(pattern: str) -> Callable[[str], None]:
    """A check that the whole text fits a regular expression.

    The engine is Rust's, whose time is linear in the text: no pattern can stall a server. Raises
    ValueError for a pattern it does not know.
    """
    try:
        text: TypeAdapter[str] = TypeAdapter(
            Annotated[str, StringConstraints(pattern=f"^(?:{pattern})$")]
        )
    except Exception as error:  # SchemaError tells the reason on its last line
        raise ValueError(str(error).strip().splitlines()[-1]) from None

    def check(value: str) -> None:
        try:
            text.validate_python(value)
        except PydanticValidationError:
            message = _("This does not have the form that is asked for.")
            raise ValidationError(message, code="pattern") from None

    return check


def _text(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return models.CharField(
        max_length=settings.get("max_length", 255), **_checked(settings, options)
    )


def _long_text(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return models.TextField(max_length=settings.get("max_length"), **_checked(settings, options))


def _checked(settings: Settings, options: dict[str, Any]) -> dict[str, Any]:
    checks: list[Any] = []
    if shortest := settings.get("min_length"):
        checks.append(MinLengthValidator(shortest))
    if pattern := settings.get("pattern"):
        checks.append(fits_pattern(pattern))
    return {**options, "validators": checks}


def _email(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return models.EmailField(**options)


def _phone(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return PhoneField(max_length=60, **options)


def _url(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    web_only = [URLValidator(schemes=["http", "https"])]
    return models.CharField(max_length=URL_LENGTH, validators=web_only, **options)


def _decimal(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    options |= {"max_digits": DIGITS, "decimal_places": settings.get("decimal_places", 0)}
    return models.DecimalField(validators=_between(settings, _number), **options)


def _money(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    currency = settings.get("currency", "")
    return MoneyField(currency=currency, validators=_between(settings, _number), **options)


def _number(text: str) -> Any:
    return models.DecimalField(max_digits=DIGITS, decimal_places=10).to_python(text)


def _between(settings: Settings, read: Callable[[str], Any]) -> list[Any]:
    ends = (("min", MinValueValidator), ("max", MaxValueValidator))
    return [check(read(settings[end])) for end, check in ends if settings.get(end) is not None]


def _boolean(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return models.BooleanField(**options)


def _date(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return models.DateField(validators=_between(settings, dt.date.fromisoformat), **options)


def _datetime(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return models.DateTimeField(**options)


def _time(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return models.CharField(max_length=5, validators=_between(settings, time_of_day), **options)


def _choice(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return OneColumn(max_length=60, offered=settings["choices"], **options)


def _multi_choice(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return SomeColumn(offered=settings["choices"], **options)


def _file(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return models.UUIDField(**options)


def _link(settings: Settings, **options: Any) -> "models.Field[Any, Any]":
    return LinkColumn(related_model=object_type(settings["target"]).model, **options)


@dataclass(frozen=True)
class Kind:
    """One type of custom field: its column, and the names of what it can be told.

    What is worked out has none here: it depends on what it is worked out from.
    """

    column: Callable[..., Any] | None
    settings: tuple[str, ...] = ()
    read: Callable[[str], Any] | None = None  # of the ends of what is allowed
    has_default: bool = True


KINDS: dict[str, Kind] = {
    "text": Kind(_text, ("min_length", "max_length", "pattern")),
    "long_text": Kind(_long_text, ("min_length", "max_length")),
    "decimal": Kind(_decimal, ("decimal_places", "min", "max"), _number),
    "money": Kind(_money, ("currency", "min", "max"), _number),
    "boolean": Kind(_boolean),
    "date": Kind(_date, ("min", "max"), dt.date.fromisoformat),
    "datetime": Kind(_datetime),
    "time": Kind(_time, ("min", "max"), time_of_day),
    "choice": Kind(_choice, ("choices",)),
    "multi_choice": Kind(_multi_choice, ("choices",)),
    "url": Kind(_url),
    "email": Kind(_email),
    "phone": Kind(_phone),
    LINK: Kind(_link, ("target",), has_default=False),
    "file": Kind(_file, has_default=False),  # a file is one record's alone
    FORMULA: Kind(None, ("formula", "decimal_places")),
    ROLLUP: Kind(None, ("related", "measure", "field", "by", "filter", "decimal_places")),
}
