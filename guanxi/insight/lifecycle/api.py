"""Lifecycle over HTTP: moves between stages, and cohorts."""

import datetime as dt
import re
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field

from guanxi.insight.lifecycle.cohorts import cohorts
from guanxi.insight.lifecycle.moves import stage_moves
from guanxi.platform.http.request import Request
from guanxi.platform.objects.fieldtypes import Date
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["insight"])
Answer = dict[str, Any]
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def as_written(day: object) -> object:
    """Refuse the numbers that are taken for seconds since 1970."""
    if isinstance(day, str) and not ISO_DAY.fullmatch(day):
        raise ValueError(_("Write a day as 2026-10-31."))
    return day


class MovesIn(Strict):
    since: Annotated[Date | None, BeforeValidator(as_written)] = Field(
        None,
        description="The day to compare with; absent, the end of the month before the scores'.",
    )


class StageOut(Schema):
    name: str
    label: str


class StageMoveOut(Schema):
    before: str = Field(description='A stage, or "none": not scored yet then.')
    now: str
    customers: int
    filter: dict[str, Any] = Field(description="Of exactly these customers.")


class StageMovesOut(Schema):
    since: dt.date | None
    as_of: dt.date | None = Field(description="The day of the scores; null: never scored.")
    stages: list[StageOut]
    moves: list[StageMoveOut]


class CohortsIn(Strict):
    months: int = Field(12, ge=1, le=60, description="How many cohorts, this month's included.")


class CohortMonthOut(Schema):
    bought: int = Field(description="How many of the cohort bought in that month.")
    revenue: str = Field(description="What the cohort has brought up to it.")


class CohortOut(Schema):
    month: dt.date = Field(description="In which they first bought.")
    name: str = Field(description='For filters: {"cohort": "<name>.<months later>"}.')
    customers: int
    ages: list[CohortMonthOut] = Field(description="From that month on.")


class CohortsOut(Schema):
    currency: str
    until: dt.date
    cohorts: list[CohortOut]


@router.get(
    "/stages",
    response=StageMovesOut,
    operation_id="read_stage_moves",
    summary="How my customers moved between lifecycle stages",
)
def moves(request: Request, q: Query[MovesIn]) -> Answer:
    return stage_moves(request.asker, since=q.since)


@router.get(
    "/cohorts",
    response=CohortsOut,
    operation_id="read_cohorts",
    summary="Who of those who came in a month still buys",
)
def read_cohorts(request: Request, q: Query[CohortsIn]) -> Answer:
    return cohorts(request.asker, months=q.months)
