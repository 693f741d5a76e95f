"""What the API offers of customers beyond what every object has."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from guanxi.customers.credit_codes import LONGEST
from guanxi.customers.models import Customer, Identity
from guanxi.platform.access.predicate import require_visible
from guanxi.platform.http.request import Request
from guanxi.platform.objects.duplicates import DuplicatesOut, find_duplicates
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["customer"])
Value = Annotated[Text, Field(max_length=254)]


class IdentityIn(Strict):
    kind: Identity.Kind
    source: Annotated[Text, Field(max_length=100)] = ""
    value: Value


class DescribedCustomer(Strict):
    """What is known of somebody who may be a customer already; all of it may be left out."""

    id: UUID | None = Field(
        None,
        description="If it is a customer already: not told of, nor whom it is told apart from.",
    )
    name: Annotated[Text, Field(max_length=200)] = ""
    kind: Customer.Kind | None = None
    phone: Annotated[Text, Field(max_length=60)] = ""
    email: Value = ""
    credit_code: Annotated[Text, Field(max_length=LONGEST)] = ""
    city: Annotated[Text, Field(max_length=60)] = ""
    street: Annotated[Text, Field(max_length=200)] = ""
    birthday: date | None = None
    identities: Annotated[list[IdentityIn], Field(max_length=20)] = []


@router.post(
    "/duplicates", response=DuplicatesOut, summary="The customers that somebody described may be"
)
def duplicates(request: Request, body: DescribedCustomer) -> dict[str, Any]:
    """Whoever may create customers may ask. Of those they may not see, only initials and owner."""
    declared = object_type("customer")
    if not request.asker.may("create", declared):
        raise NotAllowed(_("Your role does not allow this."))
    further = [(i.kind.value, i.source, i.value) for i in body.identities]
    if body.id is not None:
        require_visible(request.asker, Customer, body.id)
    values = body.model_dump(exclude={"id", "identities"}) | {"identities": further}
    return find_duplicates(request, declared, values, but=body.id)
