"""The value ledger over HTTP: one customer's months, and those of all of somebody's customers."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import Field

from guanxi.insight.value import report
from guanxi.insight.value.equity import equity
from guanxi.platform.http.request import Request
from guanxi.platform.objects.schemas import Strict

router = Router(tags=["insight"])
customer_router = Router(tags=["customer"])
Answer = dict[str, Any]


class ValueIn(Strict):
    months: int = Field(24, ge=1, le=600, description="How many, this one included.")


class ValueSumOut(Schema):
    """Money is text, in the reporting currency. Null: nobody knows it, or it is not for you."""

    orders: int | None
    sales: str | None = Field(description="Amounts of lines that are sales.")
    discount: str | None = Field(description="Sales at their unit prices, less their amounts.")
    returns: str | None
    adjustments: str | None
    revenue: str | None = Field(description="Sales less returns plus adjustments.")
    costed: str | None = Field(description="The part of revenue whose cost is known.")
    margin: str | None = Field(description="Of that part.")
    interactions: int | None
    unpriced: int | None = Field(description="Interactions without a service rate.")
    cost_to_serve: str | None = Field(description="Of the others, at the rates of their days.")
    contribution: str | None = Field(description="Margin less cost to serve.")


class ValueMonthOut(ValueSumOut):
    month: dt.date = Field(description="Its first day.")
    orders_filter: dict[str, Any] | None = Field(description="Of the orders behind it.")


class EveryonesMonthOut(ValueMonthOut):
    customers: int = Field(description="Who bought, returned or were in touch.")
    buyers: int | None


class EquityIn(Strict):
    measure: Literal["revenue", "margin", "contribution"] | None = Field(
        None, description="Of what worth is; absent, the first you may know."
    )
    until: str | None = Field(
        None,
        pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$",
        description="The last month of the year, 2026-11; absent, the last complete one.",
    )


class EquityLineOut(Schema):
    amount: str
    customers: int
    filter: dict[str, Any] = Field(description="Of exactly these customers.")


class EquityOut(Schema):
    """closing = opening + acquired + returned + grown - shrunk - lost."""

    currency: str
    measure: str
    measures: list[str] = Field(description="Those that you may know.")
    until: dt.date
    opening: EquityLineOut
    acquired: EquityLineOut
    returned: EquityLineOut
    grown: EquityLineOut
    shrunk: EquityLineOut
    lost: EquityLineOut
    closing: EquityLineOut


class LedgerOut(Schema):
    currency: str
    figures: list[str] = Field(description="What of it is for you.")
    until: dt.date = Field(description="The first day of this month, in the books.")
    made: float = Field(description="The share of customers it is made of so far; 1: all.")
    in_all: ValueSumOut


class CustomerValueOut(LedgerOut):
    last_12_months: ValueSumOut
    months: list[ValueMonthOut]


class EveryonesValueOut(LedgerOut):
    months: list[EveryonesMonthOut]


@router.get(
    "/value",
    response=EveryonesValueOut,
    operation_id="read_value",
    summary="What my customers brought and cost, by month",
)
def everyones(request: Request, q: Query[ValueIn]) -> Answer:
    """The newest first; months in which nothing happened are left out."""
    return report.everyones_value(request.asker, months=q.months)


@router.get(
    "/equity",
    response=EquityOut,
    operation_id="read_customer_equity",
    summary="What a year changed in what my customers are worth",
)
def statement(request: Request, q: Query[EquityIn]) -> Answer:
    """Worth is what a customer brought in twelve months; compared with the twelve before."""
    until = dt.date.fromisoformat(f"{q.until}-01") if q.until else None
    return equity(request.asker, measure=q.measure, until=until)


@customer_router.get(
    "/{uuid:pk}/value",
    response=CustomerValueOut,
    operation_id="read_customer_value",
    summary="What a customer brought and cost, by month",
)
def of_customer(request: Request, pk: UUID) -> Answer:
    """The newest first; months in which nothing happened are left out."""
    return report.customer_value(request.asker, pk)
