"""What is particular about erasing customers: what they are known by, and what hangs on them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.customers.consent.models import Consent, ConsentText, Purpose
from guanxi.customers.id_numbers import opened
from guanxi.customers.models import (
    Address,
    Classification,
    ClassOverride,
    Customer,
    CustomerTag,
    Identity,
    Placement,
    PrivacyProof,
    PrivacyRequest,
    PrivacySettings,
    ProcessingActivity,
    Relationship,
    Tag,
)
from guanxi.customers.privacy.services import prove_erased
from guanxi.customers.suppression import Suppression, suppress
from guanxi.platform.erasing import stores
from guanxi.platform.erasing.stores import Erasing, Hanging, erases, hangs, holds_none
from guanxi.platform.erasing.traces import Traces, is_ideographic, telling
from guanxi.platform.objects.columns import normalize_phone
from guanxi.platform.objects.erasable import Erasable

# What is written of customers elsewhere: these columns, now and in all their former states.
KNOWN_BY = ("name", "phone", "email", "credit_code", "website", "street", "value")
FORMER = """
select distinct c.key, v.value from platform_event e
cross join lateral jsonb_each(e.changes) c
cross join lateral jsonb_array_elements_text(c.value) v
where e.record_id = any(%s) and e.object in ('customer', 'identity', 'address')
    and (c.key = any(%s) or c.key like 'custom.%%')
    and jsonb_typeof(c.value) = 'array' and v.value is not null
"""


def traces(ids: Sequence[UUID]) -> Traces:
    """All that may be written anywhere of somebody who is these customers."""
    found = Traces()
    customers = Customer._base_manager.filter(pk__in=ids)
    identities = Identity._base_manager.filter(customer__in=ids)
    addresses = Address._base_manager.filter(customer__in=ids)
    columns = ("name", "phone", "email", "credit_code", "website", "street", "custom")
    for row in customers.values(*columns):
        _add(found, [(name, row[name]) for name in columns])
    _add(found, [("value", value) for value in identities.values_list("value", flat=True)])
    sealed = identities.exclude(sealed="").values_list("sealed", flat=True)
    _add(found, [("value", opened(token)[1]) for token in sealed])
    for street, custom in addresses.values_list("street", "custom"):
        _add(found, [("street", street), ("custom", custom)])
    keys = [*ids, *identities.values_list("pk", flat=True), *addresses.values_list("pk", flat=True)]
    with connection.cursor() as cursor:
        cursor.execute(FORMER, [keys, list(KNOWN_BY)])
        _add(found, cursor.fetchall())
    found.common = _common(found, ids)
    return found


def _add(found: Traces, values: Sequence[tuple[str, Any]]) -> None:
    for name, value in values:
        for text in _texts(value):
            if name in ("phone", "value") and (phone := normalize_phone(text)):
                found.phones.add(phone)
            found.texts |= (texts := telling([text]))
            # A street is many people's, and an id of another system may be any number.
            if name not in ("name", "phone", "email", "credit_code") and "@" not in text:
                found.common |= texts


def _texts(value: Any) -> Sequence[str]:
    """The texts in a value; short ones of a firm's own fields are choices rather than traces."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [v for v in value.values() if isinstance(v, str) and len(v) >= 6]
    return []


def _common(found: Traces, ids: Sequence[UUID]) -> set[str]:
    """What other customers are known by too, if only as a part of their names: 张伟 of 张伟明."""
    others = Customer._base_manager.exclude(pk__in=ids).filter(erased_at=None)
    shared = {*others.filter(name__in=found.texts).values_list("name", flat=True)}
    for text in filter(is_ideographic, found.texts - shared - found.common):
        if others.filter(name__contains=text).exists():
            shared.add(text)
    identities = Identity._base_manager.exclude(customer__in=ids)
    values = identities.filter(normal__in=[*found.phones, *(t.lower() for t in found.texts)])
    borne = set(values.values_list("normal", flat=True))
    shared |= borne & found.phones
    return shared | {t for t in found.texts if t.lower() in borne or normalize_phone(t) in borne}


def _remember(erasing: Erasing) -> None:
    suppress(erasing.ids)
    prove_erased(erasing.ids, erasing.erasure.pk, erasing.erasure.actor)


ERASING = Erasable(
    keeps=["kind", "category", "country", "province", "city", "currency", "owner", "territory",
           "customer_since", "source"],
    mark="erased_at",
    named=lambda code: _("Erased customer #%(code)s") % {"code": code},
    traces=traces,
    before=_remember,
)  # fmt: skip

hangs(
    "customer",
    Hanging(Identity, ["customer"], goes=True),
    Hanging(Address, ["customer"], goes=True),
    # A link to somebody by name would say who it was.
    Hanging(Relationship, ["customer", "other"], goes=True),
    Hanging(
        Consent,
        ["customer"],
        empties={"note": ""},
        why_it_stays=gettext_lazy("Which consent was given or withdrawn, and when: evidence."),
    ),
)
hangs(
    "customer",
    Hanging(
        ClassOverride,
        ["customer"],
        empties={"reason": ""},
        scrubs=["result"],
        why_it_stays=gettext_lazy("In which class the customer was put."),
    ),
)
hangs(
    "customer",
    Hanging(
        PrivacyRequest,
        ["customer"],
        empties={"note": "", "answer": ""},
        scrubs=["number"],
        why_it_stays=gettext_lazy("What was asked about the data, and that it was answered."),
    ),
)


def _scrub_rules(erasing: Erasing) -> None:
    """A rule may name somebody."""
    rules = Classification._base_manager.all()
    erasing.others += stores.scrub(rules, ["rules"], erasing.elsewhere)


erases(Classification, _scrub_rules)
holds_none("In which class a customer is, and by which rule.", Placement)
holds_none("It ties two ids together, and goes with the customer.", CustomerTag)
holds_none("Words and texts that are the firm's own.", Tag, Purpose, ConsentText)
holds_none("Ids, sums and counts: what was done about a request.", PrivacyProof)
holds_none("What the firm does with data in general.", ProcessingActivity, PrivacySettings)
holds_none("A hash that nobody reads without the key.", Suppression)
