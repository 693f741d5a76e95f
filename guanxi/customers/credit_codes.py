"""The unified social credit code of an organization: one form, checked as it is written."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from guanxi.standardizing import credit_code, credit_code_fault

LENGTH = 18
LONGEST = 40  # characters as people write it, with spaces


class CreditCodeField(models.CharField):
    """A code by GB 32100, kept in its 18 characters."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        value = super().clean(value, model_instance)
        return checked_credit_code(value) if value else value

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def checked_credit_code(text: str) -> str:
    """The code in the form that is kept. Raises ValidationError saying what is wrong with it."""
    fault = credit_code_fault(text)
    if not fault:
        return credit_code(text)
    messages = {
        "length": _("A credit code has 18 characters. Count them."),
        "character": _(
            "A credit code has digits and letters without I, O, S, V and Z. Check for 0 and 1."
        ),
        "place": _("The third to eighth characters of a credit code are digits."),
        "check": _("The last character of this credit code does not fit the others. Check them."),
    }
    raise ValidationError(messages[fault], code=f"credit_code_{fault}")
