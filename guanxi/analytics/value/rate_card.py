"""What serving a customer costs: so much for a call, so much for a delivery, from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - as elsewhere in this package
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from guanxi.analytics.value.exact import MONEY, amount_of, exactly


@dataclass(frozen=True)
class Rate:
    """What one unit of an activity costs; without a `kind` the rate of all kinds without their own.

    It holds from `valid_from` (without: from ever) until the next rate of the same kind.
    """

    activity: str
    rate: Decimal
    kind: str | None = None
    valid_from: Date | None = None


class RateCard:
    """The rates of all activities. Refuses two for the same activity, kind and day."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._rates: dict[tuple[str, str | None, Date | None], Decimal] = {}
        for rate in rates:
            key = (rate.activity, rate.kind, rate.valid_from)
            if key in self._rates:
                raise ValueError(f"rates has two for {_name(*key)}")
            self._rates[key] = amount_of(f"the rate for {_name(*key)}", rate.rate)

    def rate_on(self, *, activity: str, kind: ir.StringValue, day: ir.DateValue) -> ir.Value:
        """Give the rate of that kind on that day, null if the card names none.

        A kind's own rate goes before that of all kinds, but only from the day it holds on.
        """
        branches: list[tuple[Any, Any]] = []
        for (_, of_kind, since), rate in sorted(
            (item for item in self._rates.items() if item[0][0] == activity), key=_most_special
        ):
            holds = ibis.literal(True) if of_kind is None else kind == of_kind
            if since is not None:
                holds = holds & (day >= ibis.literal(since))
            branches.append((holds, exactly(rate)))
        none = ibis.null(MONEY)
        return ibis.cases(*branches, else_=none) if branches else none


def _most_special(item: tuple[tuple[str, str | None, Date | None], Decimal]) -> tuple[bool, int]:
    (_, kind, since), _ = item
    return (kind is None, -(since or Date.min).toordinal())


def _name(activity: str, kind: str | None, since: Date | None) -> str:
    return activity + (f" {kind}" if kind else "") + (f" from {since}" if since else "")
