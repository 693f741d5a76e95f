"""Everything that names a record of an object: found from the models, so that none is missed.

A table takes part when it has a foreign key to the object's table, or names records by `object` and
`record_id`. Custom links are a place of their own. Whoever adds a table that must not follow a
merge says so with `stays`, and why.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from psycopg import sql

from guanxi.platform.events.models import Event
from guanxi.platform.files.models import Attachment
from guanxi.platform.live.models import Presence
from guanxi.platform.merging.models import MergedRecord
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.search.models import SearchText

Model = type[models.Model]
# All records of a merge, the survivor first -> (row to put aside, row that stays) of a table.
Clashes = Callable[[Sequence[UUID]], Iterable[tuple[UUID, UUID]]]

_staying: dict[Model, str] = {}
_preferred: dict[Model, Sequence[Any]] = {}
_clashing: dict[Model, "Clashes"] = {}
# Files in fields are the fields' values, and go with them.
_narrowed: dict[Model, str] = {Attachment: "field = ''"}


def stays(model: Model, why: str) -> None:
    """Leave rows of this table with the absorbed record, for the reason given."""
    _staying[model] = why


def prefer(model: type[Row], *order: Any) -> None:
    """Where two rows would be the same afterwards, keep the first of this order, not the
    survivor's: of two consents the stricter one."""
    _preferred[model] = order


def clash(model: type[Row], clashes: Clashes) -> None:
    """Put aside rows that could not stand beside others afterwards, by a rule of the table that is
    no unique key."""
    _clashing[model] = clashes


stays(Event, "The stream is only added to; history reads that of absorbed records as well.")
stays(SearchText, "Triggers keep it: what is in the bin is not found.")
stays(Presence, "Whoever has a page open says so again in a moment.")
stays(MergedRecord, "Who was absorbed earlier is followed from one survivor to the next.")


@dataclass(frozen=True)
class Referrer:
    """A table whose rows name records of an object, in one column or several."""

    model: Model
    columns: tuple[str, ...]  # attnames
    object: str = ""  # set if the table names records of any object, this one's among them
    is_linking: bool = False  # only ties two records together: the rows of a set of tags

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def is_row(self) -> bool:
        return issubclass(self.model, Row)

    @cached_property
    def rows(self) -> "models.QuerySet[Any]":
        """Its rows that may name records of the object."""
        found = self.model._base_manager.all()
        return found.filter(object=self.object) if self.object else found

    @property
    def condition(self) -> sql.Composable:
        """The condition of the rows that move, in SQL."""
        narrowed = sql.SQL(_narrowed.get(self.model, "true"))
        if not self.object:
            return narrowed
        return sql.SQL("object = {} and {}").format(sql.Literal(self.object), narrowed)

    @property
    def order(self) -> Sequence[Any]:
        return _preferred.get(self.model, ())

    @property
    def clashes(self) -> "Clashes | None":
        return _clashing.get(self.model)

    @cached_property
    def keys(self) -> list[tuple[list[Any], models.Q]]:
        """What is unique through one of the columns: the expressions, and the condition."""
        meta = self.model._meta
        found: list[tuple[list[Any], models.Q]] = []
        for rule in meta.constraints:
            if isinstance(rule, models.UniqueConstraint):
                parts = [*rule.expressions] or [models.F(name) for name in rule.fields]
                found.append((parts, rule.condition or models.Q()))
        found += [([models.F(n) for n in names], models.Q()) for names in meta.unique_together]
        found += [([models.F(f.name)], models.Q()) for f in meta.concrete_fields if f.unique]
        return [(parts, c) for parts, c in found if self.named_in(parts)]

    def named_in(self, parts: Sequence[Any]) -> bool:
        return any(self.column_of(part) for part in parts)

    def column_of(self, part: Any) -> str | None:
        """The column of the object's records that an expression is, if it is one."""
        if not isinstance(part, models.F):
            return None
        named: Any = self.model._meta.get_field(plain_name(part))
        return named.attname if named.attname in self.columns else None

    @cached_property
    def must_differ(self) -> bool:
        """Whether a constraint says that its two columns never name the same record."""
        names = [f.name for f in self.model._meta.concrete_fields if f.attname in self.columns]
        differences = [~models.Q(**{a: models.F(b)}) for a in names for b in names if a != b]
        rules = [r for r in self.model._meta.constraints if isinstance(r, models.CheckConstraint)]
        return any(rule.condition in differences for rule in rules)


def referrers(
    declared: ObjectType, staying: Collection[Model] = _staying.keys()
) -> Iterator[Referrer]:
    """Every table whose rows move to the survivor of a merge: all but those that stay.

    Raises ImproperlyConfigured for one that neither can move nor says that it stays.
    """
    return (_checked(found) for found in naming(declared) if found.model not in staying)


def naming(declared: ObjectType) -> Iterator[Referrer]:
    """Every table that names records of the object, whether its rows would move or not."""
    whole: Any = declared.model._meta.concrete_model
    by_model: dict[Model, list[str]] = {}
    for relation in whole._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            by_model.setdefault(relation.related_model, []).append(relation.field.attname)
    linking = _linking_tables()
    for model, columns in by_model.items():
        yield Referrer(model, tuple(columns), is_linking=model in linking)
    for model in apps.get_models():
        if names_any_record(model):
            yield Referrer(model, ("record_id",), object=declared.name)


def names_any_record(model: Model) -> bool:
    """Whether rows of a table say of which object the record is that they name."""
    return {"object", "record_id"} <= {f.name for f in model._meta.concrete_fields}


def reasons_to_stay() -> dict[Model, str]:
    """The tables that take no part, and why."""
    return dict(_staying)


def plain_name(part: Any) -> str:
    """The name of the field that an `F` is."""
    name: str = part.name
    return name


def _linking_tables() -> set[Model]:
    """The tables of sets of tags, whose changes are told as those of the records they tie."""
    sets: list[Any] = [f for model in apps.get_models() for f in model._meta.many_to_many]
    return {f.remote_field.through for f in sets}


def _checked(referrer: Referrer) -> Referrer:
    """Raises ImproperlyConfigured for a table whose rows cannot be told apart once they moved."""
    key = {f.attname for f in referrer.model._meta.pk_fields}
    if key & set(referrer.columns) or len(key) > 1:
        raise ImproperlyConfigured(
            f"{referrer.table} names records in its key: say with `stays` why it keeps them"
        )
    return referrer
