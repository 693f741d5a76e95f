"""RFM: how lately, how often and for how much a customer bought, scored and put in eight classes.

Scores are k-tiles: one plus the whole number of k-ths of all customers that are strictly worse,
    score = 1 + floor(k * (rank - 1) / n),   rank = 1 + number of customers strictly worse
in whole-number arithmetic. Equal values get equal scores, whatever order the rows come in, and
without ties each score is given to n / k customers (Hughes 1994, "Strategic Database Marketing").

The classes are those of the Chinese textbooks: R, F and M each high or low against the mean.
"""

import ibis
import ibis.expr.types as ir

# A sum of floats depends on the order of adding: what is this close to the mean is at the mean.
_MEAN_TOLERANCE = 1e-9

# (recency high, frequency high) of the customers with high spend; general_* are those with low.
_ROLES = {
    (True, True): "value",  # 重要价值 / 一般价值
    (True, False): "develop",  # 重要发展 / 一般发展
    (False, True): "keep",  # 重要保持 / 一般保持
    (False, False): "win_back",  # 重要挽留 / 一般挽留
}
RFM_CLASSES = tuple(
    f"{rank}_{role}" for rank in ("important", "general") for role in _ROLES.values()
)
_ADDED = ("rfm_r", "rfm_f", "rfm_m", "rfm_class")


def rfm(
    table: ir.Table,
    k: int = 5,
    *,
    recency: str = "recency_days",
    frequency: str = "purchases",
    monetary: str = "amount",
) -> ir.Table:
    """Add `rfm_r`, `rfm_f`, `rfm_m` (1 to k, k best) and `rfm_class` to a table of customers.

    High means at least as good as the mean of all customers: `recency` (days since the last
    purchase) at or below it, the others at or above it. A customer who lacks one of the three
    is left out of the ranks and means and gets nulls.
    """
    if k < 2:
        raise ValueError(f"k must be 2 or more, not {k}")
    known = table[recency].notnull() & table[frequency].notnull() & table[monetary].notnull()
    table = table.mutate(_known=known)
    measured = {"r": -table[recency], "f": table[frequency], "m": table[monetary]}
    scored = table.mutate(
        **{f"rfm_{name}": _score(value, k) for name, value in measured.items()},
        **{f"_{name}_high": _is_high(value) for name, value in measured.items()},
    )
    scored = scored.mutate(rfm_class=_class_of(scored))
    hidden = {name: scored["_known"].ifelse(scored[name], ibis.null()) for name in _ADDED}
    return scored.mutate(**hidden).drop("_known", *(f"_{name}_high" for name in measured))


def _score(value: ir.NumericColumn, k: int) -> ir.IntegerColumn:
    ranked = ibis.window(group_by="_known", order_by=value)
    # Ibis counts ranks from 0: exactly the number of customers strictly worse.
    worse = ibis.rank().over(ranked)
    everybody = value.isnull().count().over(ibis.window(group_by="_known"))
    return ((worse * k) // everybody + 1).cast("int8")


def _is_high(value: ir.NumericColumn) -> ir.BooleanColumn:
    mean = value.cast("float64").mean().over(ibis.window(group_by="_known"))
    return value.cast("float64") >= mean - mean.abs() * _MEAN_TOLERANCE


def _class_of(scored: ir.Table) -> ir.StringColumn:
    role = ibis.cases(
        *(
            ((scored["_r_high"] == recent) & (scored["_f_high"] == often), name)
            for (recent, often), name in _ROLES.items()
        )
    )
    return scored["_m_high"].ifelse("important_", "general_") + role
