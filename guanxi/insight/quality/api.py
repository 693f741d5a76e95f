"""Data quality over HTTP: the measures, how they were, a new measuring, and the settings."""

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema, Status
from pydantic import Field, StrictBool, StrictFloat, StrictInt

from guanxi.insight.quality import figures, measuring, settings
from guanxi.insight.quality.fields import measurable, usually_counted
from guanxi.insight.quality.models import QualitySettings
from guanxi.insight.quality.rights import require_right
from guanxi.insight.quality.trend import trend
from guanxi.platform.access.predicate import Asker
from guanxi.platform.http.request import Request
from guanxi.platform.objects.fieldtypes import Text
from guanxi.platform.objects.metadata import sentence
from guanxi.platform.objects.registry import object_type
from guanxi.platform.objects.schemas import JobOut, Strict
from guanxi.platform.workspaces.services import books_today

router = Router(tags=["data quality"])
Answer = dict[str, Any]
Kind = Literal["person", "organization"]
Source = Annotated[Text, Field(max_length=100)]
Name = Annotated[Text, Field(max_length=120)]
MOST_DAYS = measuring.KEPT_DAYS


class QualityIn(Strict):
    source: Source | None = Field(None, description="Only of this source; empty: of none.")
    kind: Kind | None = None


class TrendIn(QualityIn):
    field: Name | None = Field(None, description="Only of this field.")
    days: int = Field(180, ge=1, le=MOST_DAYS)


class FigureOut(Schema):
    count: int
    filter: dict[str, Any] | None = Field(description="Of exactly these customers; null: of all.")


class QualityPairsOut(Schema):
    open: int
    decided: int


class QualityAgeOut(FigureOut):
    age: Literal["quarter", "year", "two_years", "older"]


class QualitySharesOut(Schema):
    completeness: float | None
    validity: float | None
    freshness: float | None


class QualityFieldOut(Schema):
    name: str
    label: str
    counts: bool = Field(description="Whether completeness is of it.")
    kind: Kind | None = Field(description="The only kind of customer that it applies to.")
    standard: str | None = Field(description="By which its values are valid; null: they all are.")
    applicable: int
    filled: int
    missing: FigureOut
    invalid: FigureOut | None
    stale: FigureOut | None


class QualitySourceOut(FigureOut, QualitySharesOut):
    source: str
    unfollowed: FigureOut | None
    suspected: FigureOut


class QualityFiltersOut(Schema):
    missing: dict[str, Any] | None
    invalid: dict[str, Any] | None
    stale: dict[str, Any] | None


class QualityOut(QualitySharesOut):
    """How good the data of the customers is that you see."""

    as_of: dt.datetime | None = Field(description="When the last measuring ended.")
    stale_after_days: int
    customers: FigureOut
    measured: int = Field(description="Customers who were there when it was measured.")
    waiting: int = Field(description="Customers who came since.")
    filters: QualityFiltersOut = Field(description="Of the customers behind each share.")
    unfollowed: FigureOut | None
    suspected: FigureOut = Field(description="Customers who may be one with another.")
    pairs: QualityPairsOut | None
    ages: list[QualityAgeOut]
    fields: list[QualityFieldOut]
    sources: list[QualitySourceOut]
    more_sources: int
    can: list[Literal["measure", "trend", "merge", "configure"]]


class QualityDayOut(QualitySharesOut):
    day: dt.date
    customers: int
    followed: float | None
    unique: float | None


class TrendOut(Schema):
    items: list[QualityDayOut]


class CountableOut(Schema):
    name: str
    label: str
    usual: bool


class QualitySettingsOut(Schema):
    counted: list[str] | None = Field(description="Null: the usual ones.")
    stale_after_days: int
    merges_by_itself: bool
    precision: float
    merges_at_most: int
    fields: list[CountableOut] = Field(description="Those that can count.")


class QualitySettingsIn(Strict):
    counted: list[Name] | None = Field(None, max_length=200)
    stale_after_days: StrictInt = Field(365, ge=30, le=3650)
    merges_by_itself: StrictBool = False
    precision: StrictFloat = Field(0.99, ge=0.9, le=0.9999)
    merges_at_most: StrictInt = Field(100, ge=1, le=1000)


@router.get("", response=QualityOut, operation_id="read_data_quality", summary="How good data is")
def read(request: Request, q: Query[QualityIn]) -> Answer:
    """For whoever may merge or export customers; of the customers and fields they see."""
    return figures.report(request.asker, source=q.source, kind=q.kind)


@router.get(
    "/trend",
    response=TrendOut,
    operation_id="read_data_quality_trend",
    summary="How good data was, day by day",
)
def read_trend(request: Request, q: Query[TrendIn]) -> Answer:
    """Of all customers; for whoever sees them all."""
    since = books_today() - dt.timedelta(days=q.days)
    days = trend(request.asker, source=q.source, kind=q.kind, name=q.field, since=since)
    return {"items": days}


@router.post(
    "/measure",
    response={202: JobOut},
    operation_id="measure_data_quality",
    summary="Measure data quality now",
)
def measure(request: Request) -> Status[Answer]:
    job = measuring.start_measuring(asker=request.asker, request_id=request.request_id)
    return Status(202, job)


@router.get(
    "/settings",
    response=QualitySettingsOut,
    operation_id="read_data_quality_settings",
    summary="What counts as good data",
)
def read_settings(request: Request) -> Answer:
    require_right(request.asker)
    return shown(request.asker, settings.current_settings())


@router.patch(
    "/settings",
    response=QualitySettingsOut,
    operation_id="change_data_quality_settings",
    summary="Change what counts as good data",
)
def change_settings(request: Request, body: QualitySettingsIn) -> Answer:
    """For administrators. The next measuring goes by it."""
    values = body.model_dump(exclude_unset=True)
    return shown(request.asker, settings.change_settings(asker=request.asker, values=values))


def shown(asker: Asker, of: QualitySettings) -> Answer:
    fields = measurable()
    usual, visible = usually_counted(fields), asker.shown(object_type("customer"))
    return {
        **{name: getattr(of, name) for name in settings.NAMES},
        "fields": [
            {"name": n, "label": sentence(f.label), "usual": n in usual}
            for n, f in fields.items()
            if n in visible
        ],
    }
