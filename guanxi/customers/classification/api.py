"""Classifications over HTTP: defining, trying and applying them; a customer's classes and why."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from guanxi.customers.classification import services
from guanxi.customers.classification.models import Classification
from guanxi.customers.classification.showing import classes_of, described
from guanxi.platform.fields.api import ChoiceIn, Key, Labels
from guanxi.platform.fields.services import require_administrator
from guanxi.platform.http.request import Request
from guanxi.platform.objects.fieldtypes import JsonMap, Text
from guanxi.platform.objects.schemas import JobOut, LinkOut, Strict

router = Router(tags=["classifications"])
of_customer = Router(tags=["customer"])
Answer = dict[str, Any]
Class = Annotated[Text, StringConstraints(max_length=60)]


class RuleIn(Strict):
    """Customers of whom the filter holds are in the class, unless a rule before took them."""

    key: Annotated[str, StringConstraints(max_length=40)] = Field(
        "", description="Of a rule that is there already: it stays the same one."
    )
    name: Annotated[Text, StringConstraints(max_length=200)] = ""
    result: Class
    filter: JsonMap = Field(description="Of the filter language; the same for everyone.")


class ClassificationIn(Strict):
    labels: Labels
    key: Key | None = None
    classes: list[ChoiceIn] = Field(max_length=50)
    rules: list[RuleIn] = Field([], max_length=100)
    otherwise: Class = Field("", description="The class of those no rule takes; empty: none.")
    nightly: bool = True


class ClassificationChange(Strict):
    labels: Labels | None = None
    classes: list[ChoiceIn] | None = Field(None, max_length=50)
    rules: list[RuleIn] | None = Field(None, max_length=100)
    otherwise: Class | None = None
    nightly: bool | None = None


class TrialIn(Strict):
    """Rules to be tried; `classification` tells who is in which class now."""

    classification: UUID | None = None
    classes: list[Class] = Field(max_length=50)
    rules: list[RuleIn] = Field(max_length=100)
    otherwise: Class = ""


class RuleOut(Schema):
    key: str
    name: str
    result: str
    filter: Any


class RuleProblemOut(Schema):
    field: str = Field(description='Where, such as "rules.2.filter"; counted from 0.')
    message: str


class ClassificationOut(Schema):
    id: str
    field: str = Field(description="The field of customers that holds the class.")
    key: str
    labels: dict[str, str]
    classes: list[dict[str, Any]]
    rules: list[RuleOut]
    otherwise: str
    nightly: bool
    archived: bool
    problems: list[RuleProblemOut] = Field(
        description="What keeps it from being applied; nobody loses their class meanwhile."
    )
    job: JobOut | None = Field(description="The last run.")


class ClassificationsOut(Schema):
    items: list[ClassificationOut]


class MoveOut(Schema):
    from_: str = Field(alias="from")
    to: str
    count: int


class MovingOut(Schema):
    id: str
    name: str
    from_: str = Field(alias="from")
    to: str
    rule: int = Field(description="The number of the rule, from 0; -1 if none takes them.")
    is_override: bool


class TrialOut(Schema):
    moves: list[MoveOut] = Field(description="Empty texts stand for no class.")
    staying: int
    sample: list[MovingOut] = Field(description="Some who would move, of those you see.")


class OfferedClassOut(Schema):
    value: str
    label: str
    color: str | None
    archived: bool


class WhyOut(Schema):
    kind: Literal["rule", "former_rule", "otherwise", "override", "none"]
    number: int | None = Field(description="Which rule, counted from 1.")
    name: str
    filter: Any = Field(description="Null if it asks for something that you do not see.")
    reason: str = Field(description="Of an exception.")
    actor: LinkOut | None
    at: dt.datetime | None = Field(description="Since when.")


class CustomerClassOut(Schema):
    id: str
    field: str
    label: str
    result: str | None
    classes: list[OfferedClassOut]
    why: WhyOut
    can: list[Literal["override"]]


class CustomerClassesOut(Schema):
    items: list[CustomerClassOut]


class OverrideIn(Strict):
    result: Class = Field(description="Empty: in no class.")
    reason: Annotated[Text, StringConstraints(min_length=1, max_length=500)]


def _one(classification: Classification) -> Answer:
    return described([classification])[0]


def _said(body: ClassificationIn | ClassificationChange) -> dict[str, Any]:
    said = body.model_dump(exclude_unset=True, exclude={"classes", "rules"})
    if body.classes is not None:
        said["classes"] = [c.model_dump(exclude_none=True) for c in body.classes]
    if body.rules is not None:
        said["rules"] = [rule.model_dump() for rule in body.rules]
    return {name: value for name, value in said.items() if value is not None}


@router.get("", response=ClassificationsOut, summary="Classifications, archived ones last")
def list_classifications(request: Request) -> Answer:
    require_administrator(request.asker, "read")
    return {"items": described(list(services.every_classification()))}


@router.post("", response={201: ClassificationOut}, summary="Define a classification")
def create_classification(request: Request, body: ClassificationIn) -> Status[Answer]:
    """It makes the field that holds the class; nobody is in one before it is applied."""
    require_administrator(request.asker, "write")
    made = services.create_classification(asker=request.asker, **_said(body))
    return Status(201, _one(made))


@router.post("/trial", response=TrialOut, by_alias=True, summary="What rules would change")
def try_classification(request: Request, body: TrialIn) -> Answer:
    require_administrator(request.asker, "read")
    return services.try_out(
        asker=request.asker, pk=body.classification,
        rules=[rule.model_dump() for rule in body.rules], otherwise=body.otherwise,
        offered=body.classes,
    )  # fmt: skip


@router.patch("/{uuid:pk}", response=ClassificationOut, summary="Change a classification")
def change_classification(request: Request, pk: UUID, body: ClassificationChange) -> Answer:
    """Customers move with the next run."""
    require_administrator(request.asker, "write")
    return _one(services.change_classification(asker=request.asker, pk=pk, **_said(body)))


@router.post("/{uuid:pk}/apply", response={202: JobOut}, summary="Apply a classification")
def apply_classification(request: Request, pk: UUID) -> Status[Answer]:
    require_administrator(request.asker, "write")
    return Status(202, services.apply(pk=pk, asker=request.asker))


@router.post("/{uuid:pk}/archive", response=ClassificationOut, summary="Archive a classification")
def archive_classification(request: Request, pk: UUID) -> Answer:
    """Its field goes with it; customers keep their class, which is shown again with it."""
    require_administrator(request.asker, "write")
    return _one(services.archive_classification(asker=request.asker, pk=pk))


@router.post("/{uuid:pk}/restore", response=ClassificationOut, summary="Use a classification again")
def restore_classification(request: Request, pk: UUID) -> Answer:
    require_administrator(request.asker, "write")
    return _one(services.restore_classification(asker=request.asker, pk=pk))


@of_customer.get(
    "/{uuid:pk}/classes", response=CustomerClassesOut, summary="A customer's classes, and why"
)
def read_classes(request: Request, pk: UUID) -> Answer:
    return {"items": classes_of(request.asker, pk)}


@of_customer.put(
    "/{uuid:pk}/classes/{uuid:classification}",
    response=CustomerClassesOut,
    summary="Put a customer into a class whatever the rules say",
)
def override_class(request: Request, pk: UUID, classification: UUID, body: OverrideIn) -> Answer:
    services.override(
        asker=request.asker, customer=pk, pk=classification, result=body.result, reason=body.reason
    )
    return {"items": classes_of(request.asker, pk)}


@of_customer.delete(
    "/{uuid:pk}/classes/{uuid:classification}",
    response=CustomerClassesOut,
    summary="Let the rules decide again",
)
def lift_override(request: Request, pk: UUID, classification: UUID) -> Answer:
    services.lift_override(asker=request.asker, customer=pk, pk=classification)
    return {"items": classes_of(request.asker, pk)}
