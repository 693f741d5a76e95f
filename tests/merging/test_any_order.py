"""Whatever is merged, edited and taken back in whatever order: what remains is the edits alone."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer, CustomerTag, Identity
from guanxi.interactions.models import Task
from guanxi.platform.access.predicate import Asker
from guanxi.platform.merging.models import Merge
from guanxi.platform.merging.services import Wanted, merge_records
from guanxi.platform.merging.taking_back import (
    MergeConflict,
    MergeNotUndoable,
    Resolved,
    undo_merge,
)
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.services import change_record
from tests.cast import Firm

pytestmark = pytest.mark.django_db
FIELDS = ("phone", "city", "remark", "credit_limit")
SIZE = 4

record = st.integers(0, SIZE - 1)
edit = st.tuples(st.just("edit"), record, st.sampled_from(FIELDS))
merging = st.tuples(st.just("merge"), record, record, st.sets(st.sampled_from(FIELDS)))
back = st.tuples(st.just("back"), st.integers(0, 3))
add = st.tuples(st.just("add"), record)


class World:
    """Four customers, the edits made of each as a person means them, and the merges at present."""

    def __init__(self, firm: Firm):
        self.asker = Asker(firm["administrator"])
        self.declared = object_type("customer")
        self.tags = [firm["tag:vip"], firm["tag:cold"]]
        self.customers = [Customer(kind="person", name=f"c{i}") for i in range(SIZE)]
        for number, c in enumerate(self.customers):
            c.save(force_insert=True)
            CustomerTag.objects.create(customer=c, tag=self.tags[number % 2])
            Identity.objects.create(
                customer=c, kind="external", source="x", value=str(number), normal=str(number)
            )
        self.fields: dict[Any, dict[str, Any]] = {
            c.pk: dict.fromkeys(FIELDS, "") | {"credit_limit": None} for c in self.customers
        }
        self.values = 0
        self.tasks = {Task.objects.create(title="t", customer=c).pk: c.pk for c in self.customers}
        self.merges: list[Merge] = []

    def standing_for(self, pk: Any) -> Any:
        """Where a person finds the record now."""
        for m in self.merges:
            if pk in m.absorbed:
                pk = m.survivor_id
        return pk

    def edit(self, number: int, field: str) -> None:
        pk = self.standing_for(self.customers[number].pk)
        value = self.another(field)
        change_record(asker=self.asker, object_type=self.declared, pk=pk, values={field: value})
        self.fields[pk][field] = value

    def another(self, field: str) -> str:
        """A value that nothing else has: who typed the same again is not told from who did not."""
        self.values += 1
        if field == "phone":
            return f"139{self.values:08}"
        return f"{self.values}.5000" if field == "credit_limit" else f"{field} {self.values}"

    def add(self, number: int) -> None:
        pk = self.standing_for(self.customers[number].pk)
        self.tasks[Task.objects.create(title="t", customer_id=pk).pk] = pk

    def merge(self, one: int, two: int, taken: set[str]) -> None:
        ids = [self.standing_for(self.customers[n].pk) for n in (one, two)]
        if ids[0] == ids[1]:
            return
        choices = {f: ids[1 if f in taken else 0] for f in FIELDS}
        wanted = Wanted(ids, ids[0], choices)
        self.merges.append(merge_records(asker=self.asker, declared=self.declared, wanted=wanted))
        merged = self.merges[-1]
        found = set(Task.objects.filter(customer=ids[0]).values_list("pk", flat=True))
        assert found == {pk for pk, c in self.tasks.items() if self.standing_for(c) == ids[0]}
        assert merged.survivor_id == ids[0]

    def back(self, number: int) -> None:
        if not self.merges:
            return
        m = self.merges[number % len(self.merges)]
        try:
            with transaction.atomic():
                undo_merge(asker=self.asker, pk=m.pk)
        except MergeNotUndoable:
            return
        except MergeConflict as conflict:  # the survivor keeps what was changed since
            names = [c["field"] for c in conflict.extra["conflicts"]]
            undo_merge(
                asker=self.asker, pk=m.pk,
                resolved=Resolved(edits=dict.fromkeys(names, "survivor")),
            )  # fmt: skip
        self.merges.remove(m)

    def check(self) -> None:
        for m in reversed(self.merges.copy()):
            self.back(self.merges.index(m))
        assert not self.merges
        for number, c in enumerate(self.customers):
            c.refresh_from_db()
            now = {f: getattr(c, f) for f in FIELDS}
            now["credit_limit"] = now["credit_limit"] and str(now["credit_limit"])
            assert now == self.fields[c.pk]
            assert c.deleted_at is None
            assert CustomerTag.objects.get(customer=c).tag_id == self.tags[number % 2].pk
            assert Identity.objects.get(value=str(number)).customer_id == c.pk
            primary = Identity.objects.filter(customer=c, kind="phone", is_primary=True)
            assert [i.value for i in primary] == [v for v in [c.phone] if v]
        assert (
            dict(Task.objects.filter(pk__in=self.tasks).values_list("pk", "customer")) == self.tasks
        )


@given(st.lists(st.one_of(edit, merging, merging, back, add), max_size=12))
@settings(
    max_examples=10, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_what_remains_is_the_edits_alone(firm: Firm, steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        world = World(firm)
        for name, *arguments in steps:
            getattr(world, name)(*arguments)
        world.check()
        transaction.set_rollback(True)
