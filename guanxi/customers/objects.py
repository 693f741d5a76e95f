"""The customer objects as lists, forms, API, import and permissions see them."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.customers.addresses import WHOLE_ADDRESS
from guanxi.customers.duplicates import FIELDS, find_customers
from guanxi.customers.erasure import ERASING
from guanxi.customers.id_numbers import opened_number
from guanxi.customers.merging import free_primary_identities, keep_strictest_word
from guanxi.customers.models import Address, Customer, Identity, Placement, Relationship, Tag
from guanxi.platform.merging.references import stays
from guanxi.platform.objects.mergeable import Duplicates, Mergeable
from guanxi.platform.objects.registry import Action, Group, KnownBy, ObjectType, register
from guanxi.platform.objects.scopes import Everyone, Owned, Through

register(
    ObjectType(
        Customer,
        area="customers",
        icon="customer",
        list=["name", "kind", "phone", "email", "city", "owner", "tags"],
        sort="name",
        search=["name", "phone", "email", "credit_code", "remark"],
        search_through=["identities", "addresses", "interactions"],
        known_by=KnownBy("identities", "normal", Q(kind=Identity.Kind.EXTERNAL)),
        scope=[Owned(territory="territory")],
        personal=["name", "phone", "email", "birthday", "street"],
        masks={"name": "name"},
        duplicates=Duplicates(FIELDS, find_customers),
        wholes=[WHOLE_ADDRESS],
        groups=[
            Group(
                "identity",
                _("Who"),
                [
                    "name",
                    "kind",
                    "category",
                    "credit_code",
                    "industry",
                    "job_title",
                    "birthday",
                    "tags",
                ],
            ),
            Group("contact", _("Contact"), ["phone", "email", "website"]),
            Group(
                "address",
                _("Address"),
                ["country", "province", "city", "district", "street", "postal_code"],
            ),
            Group(
                "business",
                _("Business"),
                [
                    "owner",
                    "territory",
                    "source",
                    "customer_since",
                    "credit_limit",
                    "currency",
                    "remark",
                ],
            ),
        ],
        merging=Mergeable(
            same=["kind"],
            together=[("country", "province", "city", "district", "street", "postal_code")],
            before_fields=free_primary_identities,
            amount_to=keep_strictest_word,
            made="customers_consent.customer_id",
        ),
        erasing=ERASING,
        hidden=["erased_at"],
    )
)
register(
    ObjectType(
        Tag,
        area="customers",
        icon="tag",
        list=["name", "color"],
        sort="name",
        search=["name"],
        scope=[Everyone()],
    )
)
register(
    ObjectType(
        Identity,
        area="customers",
        path="identities",
        icon="identity",
        title="value",
        list=["customer", "kind", "source", "value", "is_primary"],
        search=["value"],
        scope=[Through("customer")],
        personal=["value"],
        masks={"value": "contact"},
        hidden=["normal", "sealed"],
        seals=("value", opened_number),
        locked=Q(is_primary=True),  # follow the customer's own phone and e-mail
    )
)
register(
    ObjectType(
        Address,
        area="customers",
        path="addresses",
        icon="address",
        title="street",
        list=["customer", "kind", "province", "city", "street"],
        search=["street", "city"],
        scope=[Through("customer")],
        personal=["street"],
        wholes=[WHOLE_ADDRESS],
    )
)
register(
    ObjectType(
        Relationship,
        area="customers",
        icon="relationship",
        title="kind",
        list=["customer", "kind", "other", "roles", "role", "since", "until"],
        scope=[Through("customer"), Through("other")],
        actions=[Action("end", _("End"), "end")],
    )
)
stays(Placement, "What rules said of a customer alone: the next run says it of what became one.")
