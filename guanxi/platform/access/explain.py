"""Why somebody may or may not see a record: each ground of the access predicate, asked alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from guanxi.platform.access.grants import RECORD_VERBS
from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import NOBODY, Asker, predicate, reach_by
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.objects.scopes import Everyone, Owned, Through


@dataclass(frozen=True)
class Ground:
    """One way in which a role lets people see such records, and whether it holds for this one.

    "all": the role reaches every record; "owner": one's own; "team": of somebody in one's team or
    below; "unowned": of nobody; "territory": in one of one's territories; "shared": with
    them or their team; "linked": by the record
    in the field `link`.
    """

    code: str
    holds: bool
    link: str | None = None


@dataclass(frozen=True)
class Explanation:
    """What a user may do with a record, and on which grounds they see it.

    `scope` is how far their role lets them see such records, None for not at all. They see the
    record if any ground holds.
    """

    verbs: list[str]
    scope: str | None
    grounds: list[Ground]
    hidden_fields: list[str]


def explain(user: User, declared: ObjectType, record: Row) -> Explanation:
    """Explain, with the predicate that decides, what `user` may do with the record."""
    asker = Asker(user)
    scope = asker.grants.scope("read", declared)
    shown = asker.shown(declared)
    return Explanation(
        verbs=[v for v in RECORD_VERBS if _holds(declared, record, predicate(asker, declared, v))],
        scope=scope,
        grounds=[] if scope is None else list(_grounds(asker, declared, record, scope)),
        hidden_fields=[
            name for name in (*declared.fields, *asker.custom_fields(declared)) if name not in shown
        ],
    )


def _holds(declared: ObjectType, record: Row, condition: Q) -> bool:
    if condition == NOBODY:
        return False
    return declared.model._default_manager.filter(condition, pk=record.pk).exists()


def _grounds(asker: Asker, declared: ObjectType, record: Row, scope: str) -> Iterator[Ground]:
    for rule in declared.scope:
        match rule:
            case Everyone():
                yield Ground("all", holds=True)
            case Owned():
                yield from _owner_grounds(asker, declared, record, scope, rule)
            case Through(field):
                reach = reach_by(asker, declared, "read", scope, rule)
                yield Ground("linked", _holds(declared, record, reach), link=field)


def _owner_grounds(
    asker: Asker, declared: ObjectType, record: Row, scope: str, rule: Owned
) -> Iterator[Ground]:
    owner: UUID | None = record.owner_id  # type: ignore[attr-defined]
    if scope == "all":
        yield Ground("all", holds=True)
        return
    yield Ground("owner", owner == asker.user.pk)
    if scope == "team":
        yield Ground("team", owner in asker.colleagues)
        if rule.unowned:
            yield Ground("unowned", owner is None)
    if scope == "territory" and rule.territory:
        yield Ground("territory", getattr(record, f"{rule.territory}_id") in asker.territories)
    yield Ground("shared", record.pk in asker.shares.get((declared.name, "read"), ()))
