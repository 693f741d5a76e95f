"""Whether a filter can be understood, whoever will ask."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils import timezone

from guanxi.platform.access.models import Role, User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.filters.compiler import Clock, compile_filter
from guanxi.platform.objects.registry import ObjectField, ObjectType
from guanxi.platform.workspaces.services import books_zone

FieldsOf = Callable[[ObjectType], dict[str, ObjectField]]


class _Anybody(Asker):
    """One who may see these fields, but no record; nothing is asked of the database."""

    def __init__(self, fields_of: FieldsOf):
        super().__init__(User(pk=UUID(int=0), role=Role(grants={})))
        self._fields_of, self._colleagues = fields_of, []

    def fields(self, object_type: ObjectType) -> dict[str, ObjectField]:
        return self._fields_of(object_type)

    def shown(self, object_type: ObjectType) -> dict[str, ObjectField]:
        return self._fields_of(object_type)  # to anybody nothing is masked


def check_filter(object_type: ObjectType, tree: Any, fields_of: FieldsOf) -> None:
    """Raises BadFilter naming the part that is wrong."""
    clock = Clock(timezone.now(), books_zone())
    compile_filter(_Anybody(fields_of), object_type, tree, clock)
