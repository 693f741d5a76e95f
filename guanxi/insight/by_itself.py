"""Merging obvious duplicates without asking, if the firm wants that; see docs/adr/0035.

The search says from which probability on pairs keep the precision that the firm expects. Of those
are left to people: pairs that somebody called different or took apart again, whatever was merged
into either since; and pairs of which a strict fact says that they are two. Each merge is one like
any other, by a user of its own who cannot sign in, so that it is found and taken back like any.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.insight.duplicates import ACTOR, actor
from guanxi.insight.models import SuspectedPair
from guanxi.insight.one_at_a_time import Tell
from guanxi.insight.quality.settings import current_settings
from guanxi.platform.access.grants import BUILT_IN_ROLES, Grants
from guanxi.platform.access.models import Role, User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.erasing.holds import held_among
from guanxi.platform.merging.services import Wanted, merge_records
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.registry import object_type
from guanxi.standardizing import organization_name

LEAST = 0.9  # the probability below which no pair is merged, whatever the others are like

# Open pairs that nothing speaks against, the surest first. `stands` says of merged records which
# one stands for them now.
SURE = """
with recursive way as (
    select record_id, survivor_id, 1 as steps from platform_mergedrecord
    where object = 'customer' and survivor_id is not null
    union all
    select w.record_id, m.survivor_id, w.steps + 1
    from way w join platform_mergedrecord m on m.record_id = w.survivor_id
    where m.survivor_id is not null
), stands as materialized (
    select distinct on (record_id) record_id, survivor_id from way order by record_id, steps desc
), apart as materialized (
    select coalesce(s.survivor_id, p.first_id) as one, coalesce(t.survivor_id, p.second_id) as other
    from insight_suspectedpair p
    left join stands s on s.record_id = p.first_id
    left join stands t on t.record_id = p.second_id
    where p.state <> 'open'
    union
    select coalesce(s.survivor_id, u.id), coalesce(t.survivor_id, w.id)
    from platform_merge m
    cross join lateral unnest(m.absorbed || m.survivor_id) u(id)
    cross join lateral unnest(m.absorbed || m.survivor_id) w(id)
    left join stands s on s.record_id = u.id
    left join stands t on t.record_id = w.id
    where m.object = 'customer' and m.deleted_at is not null and u.id <> w.id
)
select p.id, a.id, b.id, a.kind, a.name, b.name
from insight_suspectedpair p
join customers_customer a on a.id = p.first_id and a.deleted_at is null
join customers_customer b on b.id = p.second_id and b.deleted_at is null
where p.state = 'open' and a.kind = b.kind and a.category = b.category
  and a.erased_at is null and b.erased_at is null
  and p.probability >= (%(from)s::jsonb ->> a.kind)::float8
  and (a.birthday = b.birthday or a.birthday is null or b.birthday is null)
  and (a.owner_id = b.owner_id or a.owner_id is null or b.owner_id is null)
  and (a.territory_id = b.territory_id or a.territory_id is null or b.territory_id is null)
  and not exists (
    select from customers_identity i join customers_identity j using (kind, source)
    where i.customer_id = a.id and j.customer_id = b.id and i.normal <> j.normal
      and i.kind in ('external', 'wechat') and i.deleted_at is null and j.deleted_at is null)
  and (a.credit_code = b.credit_code or a.credit_code = '' or b.credit_code = '')
  and not exists (select from apart x
    where (x.one, x.other) in ((a.id, b.id), (b.id, a.id)))
order by p.probability desc, p.priority desc, p.id
"""


class _System(Asker):
    """The user of merges that nobody asked for: sees and changes all, whatever its role is."""

    def __init__(self, user: User):
        super().__init__(user)
        self.grants = Grants(BUILT_IN_ROLES["manager"])
        self._shares = {}

    def without_shares(self) -> Asker:
        return self


def _actor() -> User:
    found = actor()
    if found is None:  # may look at most, if somebody lets it in by mistake
        role = Role.objects.filter(name="read_only").first() or Role.objects.earliest("created_at")
        found = User(username=ACTOR, full_name=_("Automatic merging"), role=role, is_active=False)
        found.set_unusable_password()
        found.save(force_insert=True)
    return found


def merge_sure_pairs(thresholds: Mapping[str, float], tell: Tell) -> dict[str, int]:
    """Merge what the settings let be merged; returns how many pairs were {"merged", "left"}.

    `thresholds`: by kind the probability from which on the expected precision is kept. A customer
    takes part in one merge of a run; what is left waits for the next.
    """
    settings = current_settings()
    merged = left = 0
    if not settings.merges_by_itself:
        return {"merged": 0, "left": 0}
    asker = _System(_actor())
    for pair, ids in _sure_pairs(thresholds):
        if merged >= settings.merges_at_most:
            break
        tell("merge", merged, settings.merges_at_most)
        try:
            merged += _merge(asker, pair, ids)
        except DomainError:  # a rule of the firm, or somebody was quicker: for people to look at
            left += 1
    return {"merged": merged, "left": left}


def _sure_pairs(thresholds: Mapping[str, float]) -> Iterator[tuple[UUID, tuple[UUID, UUID]]]:
    """Of each customer the surest pair alone; of one under a legal hold none."""
    with connection.cursor() as cursor:
        cursor.execute(SURE, {"from": json.dumps(dict(thresholds))})
        rows: list[Any] = cursor.fetchall()
    taken = held_among("customer", {pk for row in rows for pk in row[1:3]})
    for pair, one, other, kind, *names in rows:
        if taken.isdisjoint((one, other)) and not _other_form(kind, *names):
            taken |= {one, other}
            yield pair, (one, other)


def _other_form(kind: str, one: str, other: str) -> bool:
    """Whether both name a legal form, and not the same one: 甲有限公司, 甲股份有限公司."""
    if kind != Customer.Kind.ORGANIZATION:
        return False
    forms = {organization_name(name).form for name in (one, other)} - {""}
    return len(forms) > 1


@transaction.atomic
def _merge(asker: Asker, pair: UUID, ids: tuple[UUID, UUID]) -> bool:
    opened = SuspectedPair.objects.filter(pk=pair, state=SuspectedPair.State.OPEN)
    if not opened.select_for_update().exists():  # somebody decided about it in this moment
        return False
    merge_records(asker=asker, declared=object_type("customer"), wanted=Wanted(ids))
    return True
