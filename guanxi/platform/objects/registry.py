"""Objects are declared once, here; lists, forms, API, import, search and permissions follow.

A plain field of a model needs no second mention: it is derived. Another app adds to an object
through `contribute` (fields of a one-to-one table by record id).

A firm declares objects of its own while the program runs. They are found by the same functions;
which there are depends on the definitions held to (`guanxi.platform.fields.version`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from guanxi.platform.masking.masks import OF_TYPES
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.computed import Computation
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.erasable import Erasable
from guanxi.platform.objects.errors import NotFound
from guanxi.platform.objects.fieldtypes import FieldType, type_of
from guanxi.platform.objects.mergeable import Duplicates, Mergeable
from guanxi.platform.objects.record import Customizable, Row, object_name
from guanxi.platform.objects.scopes import Everyone, Owned, Scope, Through

RowClass = type[Row]
TIMES = ("created_at", "updated_at")


@dataclass(frozen=True)
class Rule:
    """A condition on a record itself under which one of its fields is required, or locked."""

    condition: Any  # of the filter language
    uses: frozenset[str]  # the fields that decide, with those that these are worked out from


@dataclass(frozen=True, eq=False)
class ObjectField:
    """One field of an object as people and programs see it; one instance while it is declared so.

    A custom field has the name "custom.<key>".
    """

    name: str
    path: str  # how the ORM reaches it from the object's model
    column: "models.Field[Any, Any]"
    type: FieldType
    label: Any
    read_only: bool = False
    personal: bool = False
    mask: str | None = None  # how it is masked, if not as its type is
    is_masked: bool = False  # the twin that shows the mask in place of the value
    key: str = ""  # of a custom field, among the custom values of its record
    computation: Computation | None = None  # of a field that is worked out, not stored
    # What it is worked out from: fields as masks name them, and objects whose records are taken.
    uses: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    required_when: Rule | None = None
    locked_when: Rule | None = None

    @property
    def mask_kind(self) -> str | None:
        """Which mask is put over its values; None: they are not shown at all."""
        return self.mask or OF_TYPES.get(self.type.name)

    @cached_property
    def masked(self) -> "ObjectField":
        """The same field as it is shown to whoever may not see its values."""
        return replace(self, is_masked=True)

    @property
    def may_be_null(self) -> bool:
        """Whether a record may have no value: other tables need not have a row."""
        return self.column.null or "__" in self.path

    @property
    def required(self) -> bool:
        optional = self.column.blank or self.column.null
        filled = self.column.has_default() or self.column.db_default is not models.NOT_PROVIDED
        return not (self.read_only or optional or filled)

    @property
    def choices(self) -> list[tuple[Any, Any]]:
        return [(v, label) for v, label in getattr(self.column, "flatchoices", []) if v is not None]

    @property
    def target(self) -> RowClass | None:
        """The model a link or a set of tags points to."""
        if self.type.name not in ("link", "tags"):
            return None
        model: RowClass = self.column.related_model  # type: ignore[assignment]
        return model

    @property
    def makes_columns(self) -> bool:
        """Whether its values are few and known to all: choices, or records that everyone sees."""
        if self.type.name == "link" and self.target is not None and is_registered(self.target):
            return any(isinstance(rule, Everyone) for rule in type_of_model(self.target).scope)
        return self.type.name == "choice"


@dataclass(frozen=True)
class KnownBy:
    """A field of related records that names a record in files, such as an id in another system."""

    related: str
    field: str
    where: models.Q


@dataclass(frozen=True)
class Whole:
    """Several fields that files bring, and people type, as one text, such as an address.

    `split` tells a text's parts by field; where it finds none, all of it is that of `field`.
    """

    name: str  # what a column of a file is mapped to
    label: Any
    field: str  # where such a text is typed
    parts: Sequence[str]
    split: Callable[[str], Mapping[str, str]]
    synonyms: str = ""  # usual headers, with spaces between


@dataclass(frozen=True)
class Group:
    """A titled group of facts on the record page."""

    name: str
    label: Any
    fields: Sequence[str]


@dataclass(frozen=True)
class Action:
    """A business verb on records of one object; its endpoint is POST /{path}/{id}/{name}.

    `sets` tells what it is worth to a board: the field and the value a record has afterwards.
    """

    name: str
    label: Any
    icon: str = ""
    sets: tuple[str, str] | None = None


@dataclass(frozen=True)
class ObjectType:
    """The one declaration of an object type."""

    model: type[Row]
    area: str
    list: Sequence[str]
    path: str = ""
    title: str = "name"
    sort: str = "-created_at"
    icon: str = "file"
    search: Sequence[str] = ()  # the fields a record is found by
    search_through: Sequence[str] = ()  # related objects whose records lead to this one
    known_by: KnownBy | None = None
    scope: Sequence[Scope] = (Owned(),)
    read_only: Sequence[str] = ()
    hidden: Sequence[str] = ()
    personal: Sequence[str] = ()
    masks: Mapping[str, str] = field(default_factory=dict)  # of those not masked as their type is
    groups: Sequence[Group] = ()
    actions: Sequence[Action] = ()
    verbs: Sequence[str] = ("create", "change", "delete")
    finished: tuple[str, Sequence[str]] | None = None  # the values of a field that end the work
    locked: models.Q | None = None  # records nobody changes or deletes directly
    # Which records need another owner when theirs leaves; None: none, they tell who did them.
    left_behind: models.Q | None = field(default_factory=models.Q)
    contributed: dict[str, ObjectField] = field(default_factory=dict, compare=False)
    duplicates: Duplicates | None = None
    merging: Mergeable | None = None  # how several records become one, if they may
    wholes: Sequence[Whole] = ()
    # A field that shows a mask to everybody, of some records, and what such a record keeps sealed.
    seals: tuple[str, Callable[[Any], str | None]] | None = None
    erasing: Erasable | None = None  # how a person's values go and the books stay right
    validate: Callable[[Any], None] | None = None  # a rule over several fields of one record
    # What every record has in columns of a table that it shares with records of other objects.
    fixed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        return object_name(self.model)

    @property
    def url(self) -> str:
        return self.path or f"{self.name}s"

    @property
    def shape(self) -> str:
        """The name of the schemas its records have in the API."""
        return self.name

    @property
    def description(self) -> str:
        """What the firm says such a record is."""
        return ""

    @property
    def label(self) -> Any:
        return self.model._meta.verbose_name

    @property
    def label_plural(self) -> Any:
        return self.model._meta.verbose_name_plural

    @cached_property
    def own_fields(self) -> dict[str, ObjectField]:
        columns = [*self.model._meta.fields, *self.model._meta.many_to_many]
        columns.sort(key=lambda column: column.name in TIMES)
        return {
            c.name: ObjectField(
                name=c.name,
                path=c.name,
                column=c,
                type=type_of(c),
                label=c.verbose_name,
                read_only=not c.editable or c.name in self.read_only,
                personal=c.name in self.personal,
                mask=self.masks.get(c.name),
            )
            for c in columns
            if c.name not in ("id", "deleted_at", CUSTOM, *self.hidden)
            and not isinstance(c, DerivedField)
        }

    @property
    def maskable(self) -> bool:
        """Whether it has personal fields, or may be given some."""
        return bool(self.personal) or self.customizable

    @property
    def customizable(self) -> bool:
        """Whether a firm may give it fields of its own."""
        return issubclass(self.model, Customizable)

    @property
    def fields(self) -> dict[str, ObjectField]:
        """Declared fields: own ones in the model's order, times last, then contributed ones."""
        return {**self.own_fields, **self.contributed}

    @cached_property
    def sort_columns(self) -> dict[str, str]:
        """Fields sorted by a stored derived column, not their own: {"name": "name_sort"}."""
        return {
            c.source: c.name
            for c in self.model._meta.fields
            if isinstance(c, DerivedField) and c.name.endswith("_sort")
        }

    @property
    def searched(self) -> Sequence[str]:
        """The fields a record is found by, its title first."""
        return sorted(self.search, key=lambda name: name != self.title)

    @property
    def belongs_to(self) -> str | None:
        """The link to the record whose page shows this one, if it hangs on another."""
        return next((rule.field for rule in self.scope if isinstance(rule, Through)), None)

    @cached_property
    def deciding(self) -> frozenset[str]:
        """The fields that decide whose a record is: its owner, and the record it hangs on."""
        links = (rule.field for rule in self.scope if isinstance(rule, Through))
        areas = (rule.territory for rule in self.scope if isinstance(rule, Owned))
        return frozenset({"owner", *links, *(name for name in areas if name)})

    @property
    def parent(self) -> "ObjectType | None":
        """The object of the record whose page shows this one."""
        if self.belongs_to is None:
            return None
        link: Any = self.model._meta.get_field(self.belongs_to)
        return type_of_model(link.related_model)

    @property
    def related(self) -> dict[str, tuple["ObjectType", str]]:
        """Objects that point here, by the name filters use: {"orders": (order, "customer")}.

        A custom link has its name in all: "order.custom.partner".
        """
        built_in = {
            name: (other, link)
            for other in types()
            for target, name, link in other.named_links
            if target is self.model
        }
        return {**built_in, **_firms.links(self)}

    @cached_property
    def named_links(self) -> Sequence[tuple[Any, str, str]]:
        """What its links point to, how filters call its records from there, and the link."""
        return [
            (f.related_model, name, f.name)
            for f in self.model._meta.fields
            if isinstance(f, models.ForeignKey)
            and (name := f.remote_field.related_name)
            and name != "+"
        ]

    def new(self) -> Row:
        """A record that is not written yet."""
        return self.model(**self.fixed)


_types: dict[str, ObjectType] = {}
_by_model: dict[type[models.Model], ObjectType] = {}
_waiting: dict[str, list[ObjectField]] = defaultdict(list)  # contributed before their object is


def register(object_type: ObjectType) -> ObjectType:
    """Declare an object type. Raises ValueError for a taken name or path, or an unknown field."""
    if object_type.name in _types or object_type.url in {t.url for t in _types.values()}:
        raise ValueError(f"object type {object_type.name!r} is declared twice")
    named = [
        object_type.title,
        *object_type.list,
        *object_type.search,
        *object_type.read_only,
        *object_type.hidden,
        *object_type.personal,
        *object_type.masks,
        *(f for g in object_type.groups for f in g.fields),
        *(object_type.finished[:1] if object_type.finished else ()),
        *(rule.field for rule in object_type.scope if isinstance(rule, Through)),
        *(name for whole in object_type.wholes for name in (whole.field, *whole.parts)),
    ]
    for name in named:
        try:
            object_type.model._meta.get_field(name.split("__")[0])
        except FieldDoesNotExist:
            raise ValueError(f"{object_type.name} has no field {name!r}") from None
    for contributed in _waiting.pop(object_type.name, []):
        object_type.contributed[contributed.name] = contributed
    _types[object_type.name] = object_type
    _by_model[object_type.model] = object_type
    return object_type


def unregister(object_type: ObjectType) -> None:
    """Take a declaration back (an app that is switched off, a test's own object)."""
    del _types[object_type.name], _by_model[object_type.model]


def contribute(to: str, model: type[models.Model], *, via: str, fields: Sequence[str]) -> None:
    """Add read-only `fields` of a one-to-one table (reverse name `via`) to the type `to`."""
    for name in fields:
        column: Any = model._meta.get_field(name)
        contributed = ObjectField(
            name=name,
            path=f"{via}__{name}",
            column=column,
            type=type_of(column),
            label=column.verbose_name,
            read_only=True,
        )
        if to in _types:
            _types[to].contributed[name] = contributed
        else:
            _waiting[to].append(contributed)


Declared = Mapping[str, ObjectType]
Links = Mapping[str, tuple[ObjectType, str]]


@dataclass(frozen=True)
class Firms:
    """How objects that a firm declares itself are found."""

    find: Callable[[], Declared] = dict  # those that hold when it is asked
    may_name: Callable[[str], bool] = bool  # whether one of them could be called so
    links: Callable[[ObjectType], Links] = lambda _declared: {}  # custom ones to it, as `related`


_firms = Firms(may_name=lambda _name: False)
_patterns: dict[str, ObjectType] = {}  # what all objects of a shared table are like


def let_firms_declare(pattern: ObjectType, firms: Firms) -> None:
    """Have further types, all like `pattern`, that come and go while the program runs."""
    global _firms
    _patterns[pattern.shape], _firms = pattern, firms


def built_in() -> Iterator[ObjectType]:
    """The types that the program declares, whatever firm it serves."""
    return iter(list(_types.values()))


def patterns() -> Iterator[ObjectType]:
    return iter(list(_patterns.values()))


def of_shape(shape: str) -> ObjectType:
    """The type, or the pattern, that schemas of that name are made from. Raises KeyError."""
    return _patterns[shape] if shape in _patterns else _types[shape]


def types() -> Iterator[ObjectType]:
    """Every type there is: built in, and then the firm's own."""
    return iter([*_types.values(), *_firms.find().values()])


def _found(name: str) -> ObjectType | None:
    if name in _types:
        return _types[name]
    return _firms.find().get(name) if _firms.may_name(name) else None


def object_type(name: str) -> ObjectType:
    """The declared type of that name. Raises KeyError."""
    if (found := _found(name)) is None:
        raise KeyError(name)
    return found


def is_declared(name: str) -> bool:
    """Whether an object has that name: one may be archived, or an area switched off, after use."""
    return _found(name) is not None


def object_asked_for(name: str) -> ObjectType:
    """The declared type that a request names. Raises NotFound."""
    if (found := _found(name)) is None:
        raise NotFound
    return found


def type_of_model(model: type[models.Model]) -> ObjectType:
    """The declaration of a model. Raises KeyError if the model is none of the declared."""
    return _by_model[model] if model in _by_model else object_type(object_name(model))


def is_registered(model: type[models.Model]) -> bool:
    return model in _by_model or is_declared(object_name(model))
