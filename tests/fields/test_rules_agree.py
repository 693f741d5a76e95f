"""What a rule says of a record, written or still a draft, is what a list with that filter says."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guanxi.customers.models import Customer
from guanxi.platform.access.predicate import Asker
from guanxi.platform.fields.services import change_field, create_field
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.objects.drafts import rules_of_draft
from guanxi.platform.objects.lists import matching
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.rules import Rules
from tests.cast import Firm
from tests.filter_world import World, conditions, make_world

pytestmark = pytest.mark.django_db
BEYOND = ("tags", "owner.full_name", "custom.friend.name", "custom.friend.owner")
NAME = "custom.ruled"


@pytest.fixture(scope="module")
def world(firm: Firm) -> World:
    return make_world(firm)


def own_trees(world: World) -> st.SearchStrategy[Any]:
    leaves = conditions(world, "customer").filter(lambda leaf: leaf["field"] not in BEYOND)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"and": parts}),
            st.lists(inner, max_size=3).map(lambda parts: {"or": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    )


@pytest.mark.parametrize("who", ["administrator", "owner"])
def test_rules_and_lists_agree(world: World, who: str) -> None:
    boss, declared = Asker(world.firm["administrator"]), object_type("customer")
    field = create_field(
        asker=boss, object_type=declared, key="ruled", type="text", labels={"en": "ruled"}
    )
    everything = list(Customer.objects.order_by("pk").values_list("pk", flat=True))

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(tree=own_trees(world), some=st.sampled_from(everything))
    @example(tree={"not": {"or": []}}, some=everything[0])
    @example(tree={"field": "owner", "op": "in", "value": []}, some=everything[0])
    def check(tree: Any, some: Any) -> None:
        said = {"required_when": tree, "locked_when": tree}
        change_field(asker=boss, pk=field.pk, settings=said)
        asker = Asker(world.firm[who])
        found = matching(asker, declared, clock_of(asker), tree=tree, search="")
        listed = set(found.values_list("pk", flat=True))
        visible = set(matching(asker, declared, clock_of(asker), tree=None, search=""))
        seen = {record.pk for record in visible}
        rules = Rules(asker, declared, [NAME])
        rules.look(seen)
        assert rules.held.keys() == listed
        refused = rules.refuse_lacking(dict.fromkeys(seen))
        assert refused.keys() == listed
        assert all(problem["message"] for found in refused.values() for problem in found)
        if some in seen:
            drafted = rules_of_draft(asker=asker, object_type=declared, pk=some, values={})
            states = drafted[NAME]["required"], drafted[NAME]["locked"]
            assert states == (some in listed, some in listed)

    check()
