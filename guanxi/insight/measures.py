"""What groups of customers are expected to bring."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from guanxi.customers.models import Customer
from guanxi.customers.relations.measures import Figure, measure
from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.objects.registry import object_type

FIELD = "expected_value_12m"


@measure(FIELD, _("expected value of 12 months"), "money", order=20)
def expected_value(asker: Asker, customers: Collection[UUID]) -> Mapping[UUID, Figure] | None:
    known = asker.fields(object_type("customer")).get(FIELD)
    if known is None:
        return None
    seen = visible_to(asker, Customer).filter(pk__in=customers)
    values = dict(seen.order_by().values_list("pk", known.path))
    return {pk: value for pk, value in values.items() if value is not None}
