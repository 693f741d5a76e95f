"""What a customer's referrals are worth: the customers it brought, and those that they brought.

Some of those referred would have come without it; for them a referral saves no more than the cost
of acquiring them. With p the share who would have come anyway (Kumar, Petersen and Leone 2007, How
valuable is word of mouth?, HBR 85(10), 139-146; 2010, Driving profitability by encouraging
customer referrals, Journal of Marketing 74(5), 1-17) a customer referred directly counts as

    credit = (1 - p) * value + saved cost

One at the second level was lost without the first referral only if neither would have come, so
each level more counts (1 - p) times as much: level l counts (1 - p)^(l - 1) * credit. Values are
present values as of now (realized, expected, or both), so time takes nothing off here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - as elsewhere in this package
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guanxi.analytics.checks import need_columns, refuse_missing, refuse_twice
from guanxi.analytics.models.inputs import Floats
from guanxi.analytics.purchases import as_table

Places = NDArray[np.int64]
_NAMED = 10  # of a circle of customers, how many a message names


@dataclass(frozen=True)
class ReferralValue:
    """What the referrals of each customer in the tree are worth.

    `customers`: customer_id, level (0: referred by nobody), direct_customers, direct_value,
    indirect_customers, indirect_value (levels 2 and on), referral_value (both). `warnings` names
    the circles that were cut and counts customers whose value is not known, who count as 0.
    """

    customers: pa.Table
    warnings: list[str]
    _tree: "_Tree"
    _credit: Floats
    _kept: float

    def brought_by(self, customer_id: Any) -> pa.Table:
        """Give whom one customer brought: customer_id, level (1: directly), credit."""
        levels = list(self._tree.below(self._tree.place_of(customer_id)))
        places = np.concatenate([np.zeros(0, np.int64), *levels])
        depth = np.repeat(np.arange(len(levels)), [len(level) for level in levels])
        return pa.table(
            {
                "customer_id": self._tree.ids.take(pa.array(places)),
                "level": depth + 1,
                "credit": self._credit[places] * self._kept**depth,
            }
        )


def referral_value(
    referrals: ir.Table | pa.Table,
    values: ir.Table | pa.Table,
    *,
    would_have_come: float,
    saved_cost: float = 0.0,
    as_of: Date | None = None,
    circles: Literal["refuse", "cut"] = "refuse",
) -> ReferralValue:
    """Add up each customer's referrals over the whole tree, level by level.

    `referrals`: customer_id, referrer_id, referred_on (may be null); those after `as_of` do not
    count. `values`: customer_id, value. `would_have_come` is the share p, `saved_cost` what
    acquiring a customer costs otherwise.

    Raises ValueError for a customer referred twice, and for referrals in a circle, naming it;
    with circles="cut" a circle loses its latest referral (one without a date before all), and
    a warning says so.
    """
    if not 0 <= would_have_come <= 1:
        raise ValueError(f"would_have_come must be between 0 and 1, not {would_have_come!r}")
    if not (np.isfinite(saved_cost) and saved_cost >= 0):
        raise ValueError(f"saved_cost must be 0 or more, not {saved_cost!r}")
    if circles not in ("refuse", "cut"):
        raise ValueError(f"circles must be refuse or cut, not {circles!r}")
    tree, warnings = _tree_of(as_table(referrals), as_of, cut=circles == "cut")
    value = _values(as_table(values), tree.ids)
    referred = tree.parent < len(tree.parent)
    if unknown := int((np.isnan(value) & referred).sum()):
        warnings.append(f"{unknown} referred customer(s) without a value count as 0")
    kept = 1 - would_have_come
    credit = kept * np.nan_to_num(value) + saved_cost
    return ReferralValue(_added_up(tree, credit, kept), warnings, tree, credit, kept)


@dataclass(frozen=True)
class _Tree:
    """Customers by place; `parent` is the place of the referrer, the number of customers if none.

    `depth` counts the steps to the root.
    """

    ids: pa.Array
    parent: Places
    depth: Places

    def levels_upwards(self) -> Iterator[Places]:
        """Give the places of each level below the roots, the deepest first."""
        order = np.argsort(self.depth, kind="stable")
        ends = np.searchsorted(self.depth[order], np.arange(self.depth.max(initial=0) + 2))
        for level in range(len(ends) - 2, 0, -1):
            yield order[ends[level] : ends[level + 1]]

    def below(self, place: int) -> Iterator[Places]:
        """Give the places of each level below one customer, the nearest first."""
        order = np.argsort(self.parent, kind="stable")
        parents = self.parent[order]
        level = np.array([place], np.int64)
        while True:
            starts, ends = (np.searchsorted(parents, level, side) for side in ("left", "right"))
            level = np.concatenate(
                [np.zeros(0, np.int64)]
                + [order[start:end] for start, end in zip(starts, ends, strict=True) if end > start]
            )
            if not len(level):
                return
            yield level

    def place_of(self, customer_id: Any) -> int:
        """Find a customer; one who is not in the tree referred nobody."""
        place = pc.index_in(pa.array([customer_id], self.ids.type), self.ids)[0].as_py()
        return len(self.parent) + 1 if place is None else int(place)


def _tree_of(table: ir.Table, as_of: Date | None, *, cut: bool) -> tuple[_Tree, list[str]]:
    need_columns(table, "referrals", ("customer_id", "referrer_id", "referred_on"))
    for name in ("customer_id", "referrer_id"):
        refuse_missing(table, "referrals", name)
    refuse_twice(table, "referrals", "customer_id")
    on = table["referred_on"].cast("date")
    if as_of is not None:
        table = table.filter(on.isnull() | (on <= ibis.literal(as_of)))
    found = table.select("customer_id", "referrer_id", on=on).to_pyarrow()
    referred, referrers = (found[name].combine_chunks() for name in ("customer_id", "referrer_id"))
    if referred.type != referrers.type:
        raise ValueError(f"referrer_id is {referrers.type} where customer_id is {referred.type}")
    coded = pa.chunked_array([referred, referrers]).combine_chunks().dictionary_encode()
    places = coded.indices.to_numpy().astype(np.int64)
    child, parent_of_child = places[: len(referred)], places[len(referred) :]
    ids = coded.dictionary
    days = pc.fill_null(pc.cast(found["on"], pa.int32()), 2**31 - 1).to_numpy()
    parent = np.full(len(ids), len(ids), np.int64)
    parent[child] = parent_of_child
    when = np.zeros(len(ids), np.int64)
    when[child] = days
    warnings = _without_circles(parent, when, ids, cut=cut)
    depth, _ = _depths(parent)
    return _Tree(ids, parent, depth), warnings


def _depths(parent: Places) -> tuple[Places, Places]:
    """Count each one's steps to its root, and give the places that are in a circle.

    Pointers are doubled: after k rounds each has gone 2^k steps, so that 20 rounds reach over a
    chain of a million. Who is not at the end by then goes round in a circle, and so is where
    it stands.
    """
    nobody = len(parent)
    ahead = np.append(parent, nobody)
    steps = (ahead < nobody).astype(np.int64)
    for _ in range(nobody.bit_length() + 1):
        steps += steps[ahead]
        ahead = ahead[ahead]
        if (ahead == nobody).all():
            return steps[:-1], np.zeros(0, np.int64)
    return steps[:-1], np.unique(ahead[ahead < nobody])


def _without_circles(parent: Places, when: Places, ids: pa.Array, *, cut: bool) -> list[str]:
    """Refuse circles, or take the latest referral out of each (in place) and say which."""
    _, round_about = _depths(parent)
    if not len(round_about):
        return []
    if not cut:
        raise ValueError(f"referrals go in a circle: {_circle(parent, int(round_about[0]), ids)}")
    circle = _circle_numbers(parent, round_about)
    order = np.lexsort((round_about, when[round_about], circle))
    latest = order[np.flatnonzero(np.diff(circle[order], append=len(parent)) != 0)]
    cut_at = round_about[latest]
    said = [
        f"a circle of referrals was cut: {_circle(parent, int(place), ids)};"
        f" {ids[int(place)]} now counts as referred by nobody"
        for place in cut_at[:_NAMED]
    ]
    if len(cut_at) > _NAMED:
        said.append(f"{len(cut_at) - _NAMED} more circles of referrals were cut")
    parent[cut_at] = len(parent)
    return said


def _circle_numbers(parent: Places, places: Places) -> Places:
    """Number the circles: all of one get its least place."""
    within = np.searchsorted(places, parent[places])
    least = places.copy()
    for _ in range(len(places).bit_length() + 1):
        least = np.minimum(least, least[within])
        within = within[within]
    return least


def _circle(parent: Places, start: int, ids: pa.Array) -> str:
    names, place = [str(ids[start])], int(parent[start])
    while place != start and len(names) < _NAMED:
        names.append(str(ids[place]))
        place = int(parent[place])
    names.append(names[0] if place == start else "…")
    return " referred by ".join(names)


def _values(table: ir.Table, ids: pa.Array) -> Floats:
    need_columns(table, "values", ("customer_id", "value"))
    refuse_twice(table, "values", "customer_id")
    found = table.select("customer_id", value=table["value"].cast("float64")).to_pyarrow()
    whose = found["customer_id"].combine_chunks()
    if len(whose) and whose.type != ids.type:
        raise ValueError(f"values.customer_id is {whose.type} where referrals have {ids.type}")
    worth = pc.take(found["value"], pc.index_in(ids, whose)) if len(whose) else None
    if worth is None:
        return np.full(len(ids), np.nan)
    read: Floats = worth.to_numpy().astype(float)
    if np.isinf(read).any():
        raise ValueError("values.value is infinite in some rows")
    return read


def _added_up(tree: _Tree, credit: Floats, kept: float) -> pa.Table:
    rows = len(tree.parent)
    direct, total = np.zeros(rows), np.zeros(rows)
    children, descendants = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    for level in tree.levels_upwards():
        above = tree.parent[level]
        np.add.at(direct, above, credit[level])
        np.add.at(total, above, credit[level] + kept * total[level])
        np.add.at(children, above, 1)
        np.add.at(descendants, above, 1 + descendants[level])
    return pa.table(
        {
            "customer_id": tree.ids,
            "level": tree.depth,
            "direct_customers": children,
            "direct_value": direct,
            "indirect_customers": descendants - children,
            "indirect_value": total - direct,
            "referral_value": total,
        }
    )
