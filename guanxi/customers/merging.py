"""What is particular about merging customers."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from guanxi.customers.consent.models import Consent
from guanxi.customers.consent.services import hold_to, strictest_words
from guanxi.customers.models import Identity, Relationship
from guanxi.platform.merging.references import clash


def free_primary_identities(survivor: UUID) -> None:
    """Keep every phone and e-mail that led to the customer, whichever becomes the first now.

    A trigger deletes the primary identity whose value is replaced, and makes the new one primary:
    with none marked it only does the latter.
    """
    Identity.objects.filter(customer=survivor, is_primary=True).update(is_primary=False)


def keep_strictest_word(customers: Sequence[UUID]) -> Callable[[UUID], Sequence[UUID]]:
    """What one who is all of these has said: the one that remains is held to it."""
    words = strictest_words(customers)

    def hold(survivor: UUID) -> Sequence[UUID]:
        said = Consent.objects.filter(customer=survivor)
        before = set(said.values_list("pk", flat=True))
        hold_to(survivor, words)
        return [pk for pk in said.values_list("pk", flat=True) if pk not in before]

    return hold


# Of relationships as they will be those that say something of the same two, or of one child's
# parent, at the same time as another: the survivor's own first, then the older ones.
ALIKE = """
with mapped as (
    select id, kind, since, until,
        case when customer_id = any(%(absorbed)s) then %(survivor)s else customer_id end as one,
        case when other_id = any(%(absorbed)s) then %(survivor)s else other_id end as other,
        customer_id = any(%(absorbed)s) or other_id = any(%(absorbed)s) as moves
    from customers_relationship
    where deleted_at is null
        and (customer_id = any(%(everyone)s) or other_id = any(%(everyone)s))
),
placed as (
    select *, kind in ('household', 'partner') as is_mutual from mapped where one <> other
)
select id,
    jsonb_build_array(
        kind,
        case when kind = 'parent_company' then null when is_mutual then least(one, other)
            else one end,
        case when is_mutual then greatest(one, other) else other end
    )::text,
    since, until
from placed order by moves, id
"""


def relationships_that_clash(everyone: Sequence[UUID]) -> Iterator[tuple[UUID, UUID]]:
    """Relationships of customers that become the first of them, beside which another stands.

    Of two of a kind with the same customer only what overlaps is one too many; of two parent
    companies the survivor's stays.
    """
    survivor, *absorbed = everyone
    asked: dict[str, Any] = {"survivor": survivor, "absorbed": absorbed, "everyone": list(everyone)}
    kept: dict[str, list[tuple[UUID, Any, Any]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, asked)
        rows = cursor.fetchall()
    for pk, place, since, until in rows:
        stays = next((k for k, *days in kept[place] if _overlap((since, until), days)), None)
        if stays is None:
            kept[place].append((pk, since, until))
        else:
            yield pk, stays


def _overlap(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two spans of days, open where they have no end, have a day in common."""
    (since, until), (begins, ends) = one, other
    return (until is None or begins is None or begins <= until) and (
        ends is None or since is None or since <= ends
    )


clash(Relationship, relationships_that_clash)
