"""The one place that decides which records a user may see or touch.

Every list, detail, count, search, export, timeline and aggregate starts from `visible_to`.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from guanxi.platform.access.grants import Grants
from guanxi.platform.access.models import Team, User
from guanxi.platform.objects.errors import NotAllowed, NotFound
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import (
    Everyone,
    ObjectField,
    ObjectType,
    Owned,
    Through,
    type_of_model,
)

R = TypeVar("R", bound=Row)
NOBODY = Q(pk__in=[])


class Asker:
    """A signed-in user with what is asked about them again and again, read once a request."""

    def __init__(self, user: User, scopes: Iterable[str] | None = None):
        self.user = user
        self.grants = Grants(user.role.grants)
        self.scopes = None if scopes is None else frozenset(scopes)
        self._colleagues: list[UUID] | None = None
        self._territories: list[UUID] | None = None

    @property
    def colleagues(self) -> list[UUID]:
        """Users of my team and of the teams below it, me included."""
        if self._colleagues is None:
            self._colleagues = [self.user.pk]
            if self.user.team_id:
                teams = {self.user.team_id}
                children: dict[UUID, list[UUID]] = {}
                for team, parent in Team.objects.values_list("pk", "parent_id"):
                    children.setdefault(parent, []).append(team)
                queue = [self.user.team_id]
                while queue:
                    for child in children.get(queue.pop(), []):
                        if child not in teams:
                            teams.add(child)
                            queue.append(child)
                found = User.objects.filter(team__in=teams).values_list("pk", flat=True)
                self._colleagues = list({*found, self.user.pk})
        return self._colleagues

    @property
    def territories(self) -> list[UUID]:
        if self._territories is None:
            self._territories = list(self.user.territories.values_list("pk", flat=True))
        return self._territories

    def token_allows(self, verb: str, object_type: ObjectType) -> bool:
        """A session allows everything its user may; a token only its scopes."""
        if self.scopes is None:
            return True
        kind = "read" if verb in ("read", "export") else "write"
        return bool(self.scopes & {kind, f"{object_type.name}:{kind}"})

    def may(self, verb: str, object_type: ObjectType) -> bool:
        return self.token_allows(verb, object_type) and self.grants.may(verb, object_type)

    def fields(self, object_type: ObjectType) -> dict[str, ObjectField]:
        """The fields this user may see."""
        return {
            name: f
            for name, f in object_type.fields.items()
            if self.grants.mask(object_type, name) != "hidden"
        }

    def writable(self, object_type: ObjectType) -> dict[str, ObjectField]:
        """The fields this user may write."""
        return {
            name: f
            for name, f in object_type.own_fields.items()
            if not f.read_only and self.grants.mask(object_type, name) is None
        }


def _owned(asker: Asker, scope: str, rule: Owned) -> Q:
    me = Q(owner=asker.user.pk)
    if scope == "all":
        return Q()
    if scope == "team":
        return Q(owner__in=asker.colleagues) | Q(owner=None)
    if scope == "territory" and rule.territory:
        return me | Q(**{f"{rule.territory}__in": asker.territories})
    return me


def _through(asker: Asker, object_type: ObjectType, scope: str, field: str) -> Q:
    parent = type_of_model(object_type.model._meta.get_field(field).related_model)  # type: ignore[arg-type]
    condition = predicate(asker, parent)
    if scope != asker.grants.scope("read", parent):
        condition &= _reach(asker, parent, scope)
    inside = Exists(
        parent.model._default_manager.filter(condition, pk=OuterRef(field), deleted_at=None)
    )
    return Q(inside) | Q(**{field: None}) if scope == "all" else Q(inside)


def _reach(asker: Asker, object_type: ObjectType, scope: str) -> Q:
    """The records of one object that lie within `scope` of the asker."""
    rules = []
    for rule in object_type.scope:
        match rule:
            case Everyone():
                return Q()
            case Owned():
                rules.append(_owned(asker, scope, rule))
            case Through(field):
                rules.append(_through(asker, object_type, scope, field))
    return Q() if Q() in rules else reduce(or_, rules)


def predicate(asker: Asker, object_type: ObjectType, verb: str = "read") -> Q:
    """The condition under which `asker` may use `verb` on a record, the recycle bin aside."""
    scope = asker.grants.scope(verb, object_type)
    if scope is None or not asker.token_allows(verb, object_type):
        return NOBODY
    return _reach(asker, object_type, scope)


def visible_to(
    asker: Asker, model: type[R], verb: str = "read", *, deleted: bool = False
) -> "QuerySet[R]":
    """The records of `model` on which `asker` may use `verb`: in use, or if `deleted` in the bin."""
    condition = predicate(asker, type_of_model(model), verb)
    return model._default_manager.filter(condition, deleted_at__isnull=not deleted)


def get_permitted(
    asker: Asker, model: type[R], pk: UUID, verb: str = "read", *, deleted: bool = False
) -> R:
    """The record, if `verb` is allowed on it.

    Raises NotFound for one the asker cannot see, NotAllowed for one they see but may not touch.
    """
    found = visible_to(asker, model, deleted=deleted).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such record, or you may not see it.")
    if (
        verb != "read"
        and not visible_to(asker, model, verb, deleted=deleted).filter(pk=pk).exists()
    ):
        raise NotAllowed("You may see this record, but not do this with it.")
    return found
