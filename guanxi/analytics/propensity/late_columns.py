"""Which columns were known only after the outcome? From these nothing can be learnt for the future.

How long a sales call took, why somebody left, when a contract ended: in the past such columns tell
the outcome, when it is to be foretold they are not there. No test can prove it of a column; four
signs call for a person to look:

- `after_cut`: it holds dates later than the day at which it is to have been known.
- `settles`: one of its values, or its being filled at all, goes along with the rarer outcome
  nearly always.
- `decides`: it alone tells the outcomes apart nearly without fault.
- `outdoes_the_rest`: it alone tells more than all the other columns together.

Kaufman, S., Rosset, S., Perlich, C., Stitelman, O. (2012): Leakage in data mining: formulation,
detection, and avoidance. ACM Transactions on Knowledge Discovery from Data 6(4), 15.
"""

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - `date` is a word of this subject
from typing import Literal, NamedTuple

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guanxi.analytics.intervals import exact_share
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.propensity.columns import MISSING, Codes, Columns, Rows
from guanxi.analytics.propensity.folds import Folds
from guanxi.analytics.propensity.inputs import Bools, enough_of_both
from guanxi.analytics.propensity.logistic import LogisticSettings, fit_logistic
from guanxi.analytics.propensity.metrics import Auc, auc
from guanxi.analytics.propensity.table import read_arrow, read_target

Sign = Literal["after_cut", "settles", "decides", "outdoes_the_rest"]

_NEARLY_ALWAYS, _SURELY_OFTEN = 0.98, 0.9
_LEVEL = 0.99
_FEWEST_SETTLED = 30
_SETTLED_SHARE = 0.1
_DECIDES = 0.95
# Below this a column does not tell enough to be called strange, whatever the others tell.
_TELLS_MUCH = 0.7
_BINS = 20
_PRIOR_ROWS = 10.0
_FOLDS = 5
_REST = LogisticSettings(curved=True, strength=0.1)


class LateColumn(NamedTuple):
    """A column to ask about, the sign, and what was seen: figures, and the value that settles."""

    column: str
    sign: Sign
    evidence: dict[str, float | str]


def late_columns(
    table: ir.Table | pa.Table,
    *,
    target: str,
    positive: str | None = None,
    leave_out: Sequence[str] = (),
    categories: Sequence[str] = (),
    cut: Date | None = None,
    seed: int = 0,
) -> list[LateColumn]:
    """Name the columns that look as if they were known only after the outcome, with the evidence.

    Columns and target are those of `PropensityModel.fit`, and dates besides. `cut` is the day at
    which everything in the table is to have been known.
    """
    read = read_arrow(table)
    said = read_target(read, target, positive)
    enough_of_both(target, said)
    dates, read = _dates_as_days(read, without=(target, *leave_out))
    found = [] if cut is None else _after_cut(dates, cut)
    columns = Columns.learn(read, leave_out=[target, *leave_out], categories=categories)
    rows = columns.read(read)
    folds = Folds.stratified(
        said, count=min(_FOLDS, int(min(said.sum(), (~said).sum()))), seed=seed
    )
    for name in columns.names:
        finding = _settles(name, rows, said) or _tells(name, columns, rows, said, folds)
        if finding is not None:
            found.append(finding)
    return found


def _after_cut(dates: dict[str, pa.ChunkedArray], cut: Date) -> list[LateColumn]:
    found = []
    for name, days in dates.items():
        later = pc.fill_null(pc.greater(days, pa.scalar(cut, pa.date32())), False)
        count = int(pc.sum(later).as_py() or 0)
        if count:
            evidence: dict[str, float | str] = {
                "rows": count,
                "latest": pc.max(days).as_py().isoformat(),
            }
            found.append(LateColumn(name, "after_cut", evidence))
    return found


def _settles(name: str, rows: Rows, said: Bools) -> LateColumn | None:
    """Look for a value that goes along with the rarer outcome nearly always."""
    rarer = said if said.mean() <= 0.5 else ~said
    best, most = None, 0
    for value, here in _groups(name, rows):
        count, hits = int(here.sum()), int(rarer[here].sum())
        if count < _FEWEST_SETTLED or hits < _SETTLED_SHARE * rarer.sum():
            continue
        if hits < _NEARLY_ALWAYS * count:
            continue
        if exact_share(hits, count, level=_LEVEL)[0] < _SURELY_OFTEN:
            continue
        if count > most:
            most = count
            evidence: dict[str, float | str] = {
                "value": value,
                "rows": count,
                "share": hits / count,
                "overall_share": float(rarer.mean()),
            }
            best = LateColumn(name, "settles", evidence)
    return best


def _groups(name: str, rows: Rows) -> list[tuple[str, Bools]]:
    """Give the rows that share a value worth asking about, with a name for it."""
    if name in rows.numbers:
        values = rows.numbers[name]
        filled = ~np.isnan(values)
        known, counts = np.unique(values[filled], return_counts=True)
        commonest = known[counts.argmax()]
        return [
            ("filled", filled),
            ("missing", ~filled),
            (f"= {commonest:g}", values == commonest),
            (f"≠ {commonest:g}", filled & (values != commonest)),
        ]
    texts = rows.texts[name]
    levels = [str(level) for level in np.unique(texts) if level != MISSING]
    groups = [(f"= {level}", texts == level) for level in levels]
    return [("filled", texts != MISSING), ("missing", texts == MISSING), *groups]


def _tells(name: str, columns: Columns, rows: Rows, said: Bools, folds: Folds) -> LateColumn | None:
    """Hold what the column alone tells against what is usual, and against all others together."""
    alone = auc(said, _alone(_codes(name, rows), said, folds), level=_LEVEL)
    if alone.low >= _DECIDES or alone.value == 1:
        return LateColumn(name, "decides", _figures(alone))
    if alone.value < _TELLS_MUCH or len(columns.names) < 2:
        return None
    rest = auc(said, _by_the_rest(name, columns, rows, said, folds), level=_LEVEL)
    if alone.value < rest.value:
        return None
    return LateColumn(name, "outdoes_the_rest", {**_figures(alone), "auc_of_rest": rest.value})


def _figures(alone: Auc) -> dict[str, float | str]:
    return {"auc": alone.value, "low": alone.low, "high": alone.high}


def _codes(name: str, rows: Rows) -> Codes:
    """Give the place of each value: that of its level, or of its number among quantiles."""
    if name in rows.codes:
        return rows.codes[name] + 1
    values = rows.numbers[name]
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1]))
    codes: Codes = np.where(np.isnan(values), 0, 1 + np.searchsorted(edges, values, side="left"))
    return codes


def _alone(codes: Codes, said: Bools, folds: Folds) -> Floats:
    """Give the share of yes that rows of other folds with the same code had, drawn to the mean."""
    stated = np.zeros(len(said))
    size = int(codes.max()) + 1
    for train, held in folds.parts:
        rows = np.bincount(codes[train], minlength=size)
        yes = np.bincount(codes[train], weights=said[train], minlength=size)
        share = (yes + _PRIOR_ROWS * said[train].mean()) / (rows + _PRIOR_ROWS)
        stated[held] = share[codes[held]]
    return stated


def _by_the_rest(name: str, columns: Columns, rows: Rows, said: Bools, folds: Folds) -> Floats:
    others = columns.without({name: "it is looked at alone"})
    stated = np.zeros(len(said))
    for train, held in folds.parts:
        model = fit_logistic(others, rows.take(train), said[train], _REST)
        stated[held] = model.log_odds(rows.take(held))
    return stated


def _dates_as_days(
    table: pa.Table, *, without: Sequence[str]
) -> tuple[dict[str, pa.ChunkedArray], pa.Table]:
    """Take the columns of dates out, and put days since 1970 in their place."""
    dates: dict[str, pa.ChunkedArray] = {}
    for place, name in enumerate(table.column_names):
        kind = table.schema.field(name).type
        if name in without or not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
            continue
        # An instant counts as the day it shows, wherever that was.
        dates[name] = (
            pc.cast(pc.local_timestamp(table[name]), pa.date32())
            if (pa.types.is_timestamp(kind) and kind.tz)
            else pc.cast(table[name], pa.date32(), safe=False)
        )
        days = pc.cast(pc.cast(dates[name], pa.int32()), pa.float64())
        table = table.set_column(place, name, days)
    return dates, table
