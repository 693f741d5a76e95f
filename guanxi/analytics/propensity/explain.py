"""Why a customer's probability is high or low: what each column adds, as codes with numbers.

In a table a customer's reasons are one JSON text (see `guanxi.analytics.reasons`):
    {"code": "raises", "column": "days_since_last", "number": 240, "contribution": 0.81}
`code` is raises or lowers; the value stands in `number` or `text`, and in neither if it is missing;
`contribution` is in log odds.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.columns import MISSING, Columns, Rows
from guanxi.analytics.propensity.inputs import Bools
from guanxi.analytics.reasons import Reason, reasons_as_json

# What moves the odds by less than one in a hundred is no reason.
_LEAST = 0.01


@dataclass(frozen=True)
class Explained:
    """log odds = base + the sum of `contributions`, a row a customer and a column a column."""

    columns: Columns
    rows: Rows
    base: float
    contributions: Floats

    def table(self) -> pa.Table:
        """Give the contributions by name."""
        return pa.table(dict(zip(self.columns.names, self.contributions.T, strict=True)))

    def importance(self) -> dict[str, float]:
        """Give each column's mean absolute contribution, the greatest first."""
        means = np.abs(self.contributions).mean(axis=0)
        order = np.argsort(-means, kind="stable")
        return {self.columns.names[place]: float(means[place]) for place in order}

    def reasons(self, *, most: int = 3) -> pa.Array:
        """Give for each row the `most` columns that move its log odds furthest, as JSON text."""
        if most < 1:
            raise ValueError(f"most must be 1 or more, not {most!r}")
        order = np.argsort(-np.abs(self.contributions), axis=1, kind="stable")[:, :most]
        reasons: list[Reason] = []
        for places in order.T:
            reasons += self._at(places)
        return reasons_as_json(reasons, rows=self.rows.count)

    def _at(self, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[Reason]:
        """Give the reasons of one rank; exactly one, or none, holds for each row."""
        rows = np.arange(self.rows.count)
        contribution = self.contributions[rows, places]
        named = np.array(self.columns.names, dtype=np.str_)[places]
        number, text = self._values(places)
        said = {"column": named, "contribution": contribution}
        kinds: list[tuple[Bools, dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]]] = [
            (~np.isnan(number), {"column": named, "number": number, "contribution": contribution}),
            (text != MISSING, {"column": named, "text": text, "contribution": contribution}),
            (np.isnan(number) & (text == MISSING), said),
        ]
        moves = {"raises": contribution >= _LEAST, "lowers": contribution <= -_LEAST}
        return [
            Reason(code, holds & moved, numbers)
            for code, moved in moves.items()
            for holds, numbers in kinds
        ]

    def _values(
        self, places: np.ndarray[tuple[int], np.dtype[np.int64]]
    ) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.str_]]]:
        """Give each row's own value in its column: as a number, or as a text, or neither."""
        number = np.full(self.rows.count, np.nan)
        text = np.full(self.rows.count, MISSING, dtype=object)
        for place, name in enumerate(self.columns.names):
            here = places == place
            if name in self.rows.numbers:
                number[here] = self.rows.numbers[name][here]
            else:
                text[here] = self.rows.texts[name][here]
        return number, text.astype(np.str_)
