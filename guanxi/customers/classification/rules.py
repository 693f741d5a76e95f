"""What the rules of a classification mean, and what is wrong with those that mean nothing more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from guanxi.customers.classification.models import Classification
from guanxi.platform.filters.compiler import BadFilter
from guanxi.platform.filters.firm import Firm, compile_for_firm, fields_named, firm_clock
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.errors import Invalid
from guanxi.platform.objects.registry import object_type

NONE = -1  # the number of no rule
Problem = dict[str, Any]


@dataclass
class Rules:
    """An ordered list of rules and what becomes of those that none takes."""

    key: str  # of the field that holds the class
    rules: Sequence[Mapping[str, Any]]
    otherwise: str
    offered: Sequence[str]  # the classes in use
    firm: Firm = field(default_factory=Firm)

    @cached_property
    def problems(self) -> list[Problem]:
        """What is wrong, by its place: "rules.2.filter"."""
        found = []
        classes = set(self.offered)
        for number, rule in enumerate(self.rules):
            if rule["result"] not in classes:
                found.append(_problem(f"rules.{number}.result", _("Choose a class in use.")))
            try:
                self._condition(rule["filter"])
            except BadFilter as why:
                found.append(_problem(f"rules.{number}.filter", str(why.message)))
        if self.otherwise and self.otherwise not in classes:
            found.append(_problem("otherwise", _("Choose a class in use.")))
        return found

    def require_sound(self) -> None:
        """Raises Invalid naming what is wrong with which rule."""
        if self.problems:
            raise Invalid(self.problems)

    @property
    def results(self) -> list[str]:
        """The class by the number of the rule, NONE first."""
        return [self.otherwise, *(rule["result"] for rule in self.rules)]

    @property
    def keys(self) -> list[str]:
        return ["", *(rule["key"] for rule in self.rules)]

    def number(self) -> Case | Value:
        """The number of the rule that decides about a customer, as the database tells it."""
        whens = [
            When(self._condition(rule["filter"]), then=Value(number))
            for number, rule in enumerate(self.rules)
        ]
        none: Any = Value(NONE, IntegerField())
        return Case(*whens, default=none, output_field=IntegerField()) if whens else none

    def _condition(self, tree: Any) -> Q:
        name = f"{CUSTOM}.{self.key}"
        if any(f == name or f.endswith(f".{name}") for f in fields_named(tree)):
            raise BadFilter(_("A classification cannot ask for its own class."))
        return compile_for_firm(self.firm, object_type("customer"), tree, firm_clock())


def rules_of(classification: Classification) -> Rules:
    """The rules as they are kept."""
    offered = [c["value"] for c in classification.field.settings["choices"] if not _is_archived(c)]
    return Rules(classification.key, classification.rules, classification.otherwise, offered)


def _is_archived(choice: Mapping[str, Any]) -> bool:
    return bool(choice.get("archived"))


def _problem(place: str, message: str) -> Problem:
    return {"field": place, "message": message, "code": "rule"}
