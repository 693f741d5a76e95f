"""Who hears of changes of a record: those who follow it, and its owner, who needs not say so."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from guanxi.platform.access.predicate import Asker, get_permitted, require_visible
from guanxi.platform.notifications.models import Follow
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.objects.scopes import Owned


def is_handed_over(declared: ObjectType) -> bool:
    """Whether such records are given to people, or lie in a pool until somebody has them.

    Of others the owner is whoever made them, as of a call.
    """
    return any(isinstance(rule, Owned) and rule.unowned for rule in declared.scope)


def is_following(asker: Asker, declared: ObjectType, pk: UUID) -> bool:
    """Whether the asker hears of the record's changes. Raises NotFound for one they do not see."""
    record = get_permitted(asker, declared.model, pk)
    said = Follow.objects.filter(user=asker.user, object=declared.name, record_id=pk)
    wanted = said.values_list("is_wanted", flat=True).first()
    if wanted is not None:
        return wanted
    return is_handed_over(declared) and record.owner_id == asker.user.pk  # type: ignore[attr-defined]


def follow(asker: Asker, declared: ObjectType, pk: UUID, *, wanted: bool = True) -> None:
    """Hear of the record's changes from now on, or no more. Raises NotFound."""
    require_visible(asker, declared.model, pk)
    Follow.objects.update_or_create(
        user=asker.user, object=declared.name, record_id=pk, defaults={"is_wanted": wanted}
    )


def watchers(
    declared: ObjectType, owners: Mapping[UUID, UUID | None]
) -> tuple[dict[UUID, set[UUID]], dict[UUID, set[UUID]]]:
    """For records with their owners: who follows each, and who hears of it as its owner."""
    said: dict[bool, dict[UUID, set[UUID]]] = {True: defaultdict(set), False: defaultdict(set)}
    rows = Follow.objects.filter(object=declared.name, record_id__in=owners)
    for pk, user, wanted in rows.values_list("record_id", "user", "is_wanted"):
        said[wanted][pk].add(user)
    by_owning = {
        pk: {owner} - said[False][pk] - said[True][pk]
        for pk, owner in owners.items()
        if owner is not None and is_handed_over(declared)
    }
    return dict(said[True]), by_owning
