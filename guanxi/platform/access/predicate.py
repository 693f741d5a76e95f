"""The one place that decides which records a user may see or touch.

Every list, detail, count, search, export, timeline and aggregate starts from `visible_to`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.lookups import Lookup
from django.utils.translation import gettext as _

from guanxi.platform.access.grants import Grants
from guanxi.platform.access.models import User
from guanxi.platform.fields.definitions import custom_fields
from guanxi.platform.fields.version import current_version
from guanxi.platform.merging.models import MergedRecord
from guanxi.platform.merging.redirects import survivor_of
from guanxi.platform.objects.errors import DomainError, MergedAway, NotAllowed, NotFound
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectField, ObjectType, type_of_model, types
from guanxi.platform.objects.scopes import Everyone, Owned, Scope, Through

R = TypeVar("R", bound=Row)
NOBODY = Q(pk__in=[])
COLLEAGUES = """
with recursive team as (
    select id from platform_team where id = %s
    union
    select below.id from platform_team below join team on below.parent_id = team.id
)
select id from platform_user where team_id in (select id from team)
"""

# Shared with me, my team or one above it. Of a team in the recycle bin nobody has anything.
SHARED = """
with recursive team as (
    select id, parent_id from platform_team where id = %s and deleted_at is null
    union
    select above.id, above.parent_id
    from platform_team above join team on above.id = team.parent_id
    where above.deleted_at is null
)
select object, record_id, bool_or(may_change)
from platform_share
where (user_id = %s or team_id = any(array(select id from team))) and deleted_at is null
    and (ends_on is null or ends_on >= (
        now() at time zone coalesce((select min(time_zone) from platform_workspace), 'UTC')
    )::date)
group by object, record_id
"""
Shares = dict[tuple[str, str], list[UUID]]


@UUIDField.register_lookup
class AnyOf(Lookup):
    """Whether it is one of these, as one array: which an index finds and a filter hashes."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = any(%s)", [*parameters, self.rhs]


def people_in(team_id: UUID | None) -> list[UUID]:
    """Users of a team and of the teams below it."""
    with connection.cursor() as cursor:
        cursor.execute(COLLEAGUES, [team_id])
        return [pk for (pk,) in cursor.fetchall()]


class Asker:
    """A signed-in user with what is asked about them again and again, read once a request."""

    def __init__(self, user: User, scopes: Iterable[str] | None = None):
        self.user = user
        self.grants = Grants(user.role.grants)
        self.scopes = None if scopes is None else frozenset(scopes)
        self._colleagues: list[UUID] | None = None
        self._territories: list[UUID] | None = None
        self._shares: Shares | None = None
        self._fields_version = user.fields_version
        self._fields: dict[str, dict[str, ObjectField]] = {}
        self._shown: dict[str, dict[str, ObjectField]] = {}

    @property
    def colleagues(self) -> list[UUID]:
        """Users of my team and of the teams below it, me included."""
        if self._colleagues is None:
            self._colleagues = list({self.user.pk, *people_in(self.user.team_id)})
        return self._colleagues

    @property
    def territories(self) -> list[UUID]:
        if self._territories is None:
            self._territories = list(self.user.territories.values_list("pk", flat=True))
        return self._territories

    @property
    def shares(self) -> Shares:
        """What is shared with me at present, by object and verb: "read", or "change" as well."""
        if self._shares is None:
            self._shares = defaultdict(list)
            with connection.cursor() as cursor:
                cursor.execute(SHARED, [self.user.team_id, self.user.pk])
                for name, pk, may_change in cursor.fetchall():
                    self._shares[name, "read"].append(pk)
                    if may_change:
                        self._shares[name, "change"].append(pk)
        return self._shares

    def without_shares(self) -> "Asker":
        """The same user, as far as their role alone reaches."""
        other = Asker(self.user, self.scopes)
        other._shares = {}
        return other

    def deciding(self, object_type: ObjectType, names: Collection[str]) -> "Asker":
        """Who asks to change these fields: by a share alone nobody decides whose a record is."""
        return self if object_type.deciding.isdisjoint(names) else self.without_shares()

    def importing(self, verb: str) -> "Asker":
        """Who asks to use the verb on what a file names: files may give records away."""
        return self if verb == "read" else self.without_shares()

    def token_allows(self, verb: str, object_type: ObjectType) -> bool:
        """A session allows everything its user may; a token only its scopes."""
        if self.scopes is None:
            return True
        kind = "read" if verb in ("read", "export") else "write"
        return bool(self.scopes & {kind, f"{object_type.name}:{kind}"})

    def token_allows_all(self, kind: str) -> bool:
        """Whether a token has "read" or "write" for everything: what is about no one object."""
        return self.scopes is None or kind in self.scopes

    def may(self, verb: str, object_type: ObjectType) -> bool:
        return self.token_allows(verb, object_type) and self.grants.may(verb, object_type)

    @property
    def definitions_version(self) -> str:
        """Names the state of the firm's own fields and layouts; the same all the while."""
        if self._fields_version is None:
            self._fields_version = current_version()
        return self._fields_version

    def custom_fields(self, object_type: ObjectType) -> dict[str, ObjectField]:
        """The firm's own fields of this object, seen or not; the same ones all the while."""
        return custom_fields(object_type, self.definitions_version)

    def fields(self, object_type: ObjectType) -> dict[str, ObjectField]:
        """The fields whose values this user may see: to filter, sort, group and search by."""
        if object_type.name not in self._fields:
            shown = self.shown(object_type)
            self._fields[object_type.name] = {n: f for n, f in shown.items() if not f.is_masked}
        return self._fields[object_type.name]

    def shown(self, object_type: ObjectType) -> dict[str, ObjectField]:
        """Those and the masked ones, which show no more than their masks: for records shown."""
        if object_type.name not in self._shown:
            every = {**object_type.fields, **self.custom_fields(object_type)}
            masks = {name: self.grants.mask(object_type, name) for name in every}
            self._shown[object_type.name] = {
                name: f.masked if masks[name] == "masked" else f
                for name, f in every.items()
                if masks[name] != "hidden" and self.may_use(f)
            }
        return self._shown[object_type.name]

    def title(self, object_type: ObjectType) -> ObjectField | None:
        """The field that names its records, perhaps masked; None if it is hidden."""
        return self.shown(object_type).get(object_type.title)

    def may_use(self, f: ObjectField) -> bool:
        """Whether the user sees all kinds of things that the field is worked out from."""
        if not (f.uses or f.reads):
            return True
        unseen = ("hidden", "masked")  # what is worked out of a value would tell it
        shown = all(self.grants.masks.get(used) not in unseen for used in f.uses)
        return shown and all(self.may("read", t) for t in types() if t.name in f.reads)

    def writable(self, object_type: ObjectType) -> dict[str, ObjectField]:
        """The fields this user may write."""
        every = {**object_type.own_fields, **self.custom_fields(object_type)}
        return {
            name: f
            for name, f in every.items()
            if not f.read_only and self.grants.writes(object_type, name)
        }


def _owned(asker: Asker, object_type: ObjectType, verb: str, scope: str, rule: Owned) -> Q:
    if scope == "all":
        return Q()
    within = _owned_within(asker, scope, rule)
    shared = asker.shares.get((object_type.name, verb))
    return within | Q(pk__any_of=shared) if shared else within


def _owned_within(asker: Asker, scope: str, rule: Owned) -> Q:
    me = Q(owner=asker.user.pk)
    if scope == "team":
        team = Q(owner__in=asker.colleagues)
        return team | Q(owner=None) if rule.unowned else team
    if scope == "territory" and rule.territory:
        return me | Q(**{f"{rule.territory}__in": asker.territories})
    return me


def _target(object_type: ObjectType, link: str) -> ObjectType:
    return type_of_model(object_type.model._meta.get_field(link).related_model)  # type: ignore[arg-type]


def _through(
    asker: Asker, object_type: ObjectType, verb: str, scope: str, field: str, known: str
) -> Q:
    parent = _target(object_type, field)
    seen_suffices = (verb, scope) == ("read", asker.grants.scope("read", parent))
    if seen_suffices and field == known:
        return Q()
    condition = _granted(asker, parent, "read")
    if not seen_suffices:
        condition &= _reach(asker, parent, verb, scope)
    inside = Exists(
        parent.model._default_manager.filter(condition, pk=OuterRef(field), deleted_at=None)
    )
    return Q(inside) | Q(**{field: None}) if scope == "all" else Q(inside)


def reach_by(
    asker: Asker, object_type: ObjectType, verb: str, scope: str, rule: Scope, known: str = ""
) -> Q:
    """The records that one rule of the object puts within `scope` of the asker for `verb`."""
    match rule:
        case Everyone():
            return Q() if verb == "read" or scope == "all" else NOBODY
        case Owned():
            return _owned(asker, object_type, verb, scope, rule)
        case Through(field):
            return _through(asker, object_type, verb, scope, field, known)


def _reach(asker: Asker, object_type: ObjectType, verb: str, scope: str, known: str = "") -> Q:
    """The records of one object that lie within `scope` of the asker for `verb`."""
    rules = [reach_by(asker, object_type, verb, scope, rule, known) for rule in object_type.scope]
    return Q() if Q() in rules else reduce(or_, rules)


def sees_every(asker: Asker, object_type: ObjectType) -> bool:
    """Whether the asker's role lets no record of the object out of their sight."""
    if asker.grants.scope("read", object_type) != "all":
        return False
    links = [rule.field for rule in object_type.scope if isinstance(rule, Through)]
    return len(links) < len(object_type.scope) or all(
        sees_every(asker, _target(object_type, link)) for link in links
    )


def predicate(asker: Asker, object_type: ObjectType, verb: str = "read", *, known: str = "") -> Q:
    """The condition under which `asker` may use `verb` on a record, the recycle bin aside.

    `known` names a link whose record the asker is known to see, which is not asked for again.
    """
    allowed = asker.token_allows(verb, object_type)
    return _granted(asker, object_type, verb, known) if allowed else NOBODY


def _granted(asker: Asker, object_type: ObjectType, verb: str, known: str = "") -> Q:
    """What the role grants; a token narrows the objects it opens, not the way to their records."""
    scope = asker.grants.scope(verb, object_type)
    if scope is None:
        return NOBODY
    condition = _reach(asker, object_type, verb, scope, known)
    if verb != "read" and object_type.locked is not None:
        condition &= ~object_type.locked
    return condition


def visible_to(
    asker: Asker, model: type[R], verb: str = "read", *, deleted: bool = False, known: str = ""
) -> "QuerySet[R]":
    """The records of `model` on which `asker` may use `verb`; those in the bin if `deleted`.

    `known` is a link that the caller narrows to records the asker is known to see.
    """
    condition = predicate(asker, type_of_model(model), verb, known=known)
    records = model._default_manager.filter(condition, deleted_at__isnull=not deleted)
    if deleted:  # what a merge took out of use comes back with the merge alone
        merged = MergedRecord.objects.filter(record_id=OuterRef("pk"))
        records = records.filter(~Exists(merged))
    return asked_by(asker, records)


def kept_for(asker: Asker) -> Q:
    """What somebody keeps for themselves, their team or everyone, as far as the asker has it."""
    team = Q(shared="team", owner__in=asker.colleagues)
    return Q(owner=asker.user) | Q(shared="everyone") | team


def asked_by(asker: Asker, records: "QuerySet[R]") -> "QuerySet[R]":
    """The records, known to be asked for by the asker: what they add up to depends on it."""
    records.query.asker = asker  # type: ignore[attr-defined]  # a copy of the query keeps it
    return records


def require_visible(asker: Asker, model: type[Row], pk: UUID) -> None:
    """Raise NotFound for a record the asker cannot see."""
    if not visible_to(asker, model).filter(pk=pk).exists():
        raise NotFound


def missing(asker: Asker, model: type[Row], pk: UUID) -> DomainError:
    """Why there is no such record for the asker: MergedAway if they see the one it is part of."""
    survivor = survivor_of(type_of_model(model).name, pk)
    if survivor is not None and visible_to(asker, model).filter(pk=survivor).exists():
        return MergedAway(survivor)
    return NotFound()


def get_permitted(
    asker: Asker,
    model: type[R],
    pk: UUID,
    verb: str = "read",
    *,
    deleted: bool = False,
    lock: bool = False,
) -> R:
    """The record, if `verb` is allowed on it; with `lock` nobody else changes it until we are done.

    Raises NotFound for one the asker cannot see, MergedAway for one that is part of another now,
    NotAllowed for one they see but may not touch.
    """
    seen = visible_to(asker, model, deleted=deleted)
    if lock:
        seen = seen.select_for_update(of=("self",))
    found = seen.filter(pk=pk).first()
    if found is None:
        raise NotFound if deleted else missing(asker, model, pk)
    if (
        verb != "read"
        and not visible_to(asker, model, verb, deleted=deleted).filter(pk=pk).exists()
    ):
        raise NotAllowed(_("You may see this record, but not do this with it."))
    return found
