"""The customer equity statement balances to the cent, and the gap board sets no bar by luck."""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.analytics import STAGES
from guanxi.analytics.value import (
    EquityStatement,
    customers_behind_gap,
    equity_statement,
    gap_board,
)

NAMES = ("customer_id", "value", "stage", "segment", "category")
BY_STAGE = {"stage": "stage", "segment": "segment", "category": "category"}


def snapshot(*rows: tuple[Any, ...]) -> pa.Table:
    columns = list(zip(*((*row, *[None] * 5)[:5] for row in rows), strict=True)) or [[]] * 5
    types = (pa.string(), pa.decimal128(19, 4), pa.string(), pa.string(), pa.string())
    read = [
        [Decimal(cell) if name == "value" and cell is not None else cell for cell in column]
        for name, column in zip(NAMES, columns, strict=True)
    ]
    return pa.table(
        {name: pa.array(cells, kind) for name, cells, kind in zip(NAMES, read, types, strict=True)}
    )


def movements(statement: EquityStatement) -> dict[str, str]:
    rows = statement.customers.to_pylist()
    return {row["customer_id"]: row["movement"] for row in rows}


def figures(row: dict[str, Any], *names: str) -> list[str]:
    return [f"{row[name]:.2f}" for name in names]


OPENING = snapshot(
    ("steady", "10.00", "maturity", "north"),
    ("grower", "10.10", "growth", "north"),
    ("shrinker", "10.20", "maturity", "south"),
    ("leaver", "99.99", "growth", "south"),
    ("mover", "5.00", "maturity", "south"),
    ("sleeper", "1.00", "termination", "north"),
    ("prospect", None, "potential", "north"),
    ("vanished", "3.00", "maturity", None),
    ("ministry", "1000", "maturity", "north", "public_interest"),
)
CLOSING = snapshot(
    ("steady", "10.00", "maturity", "north"),
    ("grower", "11.00", "maturity", "north"),
    ("shrinker", "10.00", "maturity", "south"),
    ("leaver", "2.00", "termination", "south"),
    ("mover", "6.00", "growth", "north"),
    ("sleeper", "4.00", "return", "north"),
    ("prospect", "7.77", "development", "north"),
    ("newcomer", "8.00", "development", "south"),
    ("ministry", "2000", "maturity", "north", "public_interest"),
)


def test_every_movement_and_the_balance() -> None:
    statement = equity_statement(OPENING, CLOSING, **BY_STAGE)
    assert movements(statement) == {
        "steady": "unchanged",
        "grower": "grown",
        "shrinker": "shrunk",
        "leaver": "lost",
        "mover": "grown",
        "sleeper": "returned",
        "prospect": "acquired",
        "newcomer": "acquired",
        "vanished": "lost",
    }
    assert statement.left_out == 1
    lines = ("opening", "acquired", "returned", "grown", "shrunk", "lost", "closing")
    assert figures(statement.total, *lines) == [
        "138.29",
        "19.77",
        "4.00",
        "1.90",
        "0.20",
        "102.99",
        "56.77",
    ]
    assert [statement.total[f"{name}_customers"] for name in lines] == [6, 3, 1, 2, 1, 2, 7]


def test_segments_balance_with_those_who_moved() -> None:
    statement = equity_statement(OPENING, CLOSING, **BY_STAGE)
    assert statement.segments is not None
    assert statement.moves is not None
    rows = {row["segment"]: row for row in statement.segments.to_pylist()}
    assert set(rows) == {"north", "south", None}
    lines = ("opening", "moved_in", "moved_out", "acquired", "grown", "shrunk", "lost", "closing")
    assert figures(rows["north"], *lines) == [
        "20.10",
        "5.00",
        "0.00",
        "11.77",
        "1.90",
        "0.00",
        "0.00",
        "38.77",
    ]
    assert figures(rows["south"], *lines) == [
        "115.19",
        "0.00",
        "5.00",
        "8.00",
        "0.00",
        "0.20",
        "99.99",
        "18.00",
    ]
    assert statement.moves.to_pylist() == [
        {"from_segment": "south", "to_segment": "north", "customers": 1, "value": Decimal(5)}
    ]


def test_by_value_alone_who_is_worth_more_than_least_counts() -> None:
    opening = snapshot(("a", "5"), ("b", "0"), ("c", None), ("d", "9"))
    closing = snapshot(("a", "1"), ("b", "6"), ("c", "6"), ("d", "9"))
    statement = equity_statement(opening, closing, least=Decimal(1))
    assert movements(statement) == {"a": "lost", "b": "returned", "c": "acquired", "d": "unchanged"}
    assert figures(statement.total, "opening", "acquired", "lost", "closing") == [
        "14.00",
        "12.00",
        "5.00",
        "21.00",
    ]
    assert statement.segments is None


def test_who_is_relabelled_is_not_lost() -> None:
    opening = snapshot(("a", "5", "maturity", "x", "consumer"), ("b", "5", "maturity", "x"))
    closing = snapshot(("a", "5", "maturity", "x", "internal"), ("b", "5", "maturity", "x"))
    statement = equity_statement(opening, closing, **BY_STAGE)
    assert movements(statement) == {"b": "unchanged"}
    assert statement.left_out == 1


def test_nobody_at_all_balances_at_nothing() -> None:
    statement = equity_statement(snapshot(), snapshot(), **BY_STAGE)
    assert set(statement.total.values()) == {0}
    assert gap_board(statement).num_rows == 0


def test_snapshots_that_cannot_be_compared_are_refused() -> None:
    once = snapshot(("a", "1", "maturity"))
    with pytest.raises(ValueError, match=r"closing.customer_id is there twice for 1 .* a$"):
        equity_statement(once, pa.concat_tables([once, once]))
    with pytest.raises(ValueError, match=r"opening.value must be decimal, not float64"):
        equity_statement(once.set_column(1, "value", once["value"].cast(pa.float64())), once)
    with pytest.raises(ValueError, match=r"closing.value is missing for 1 customer\(s\) who count"):
        equity_statement(once, snapshot(("a", None, "maturity")), stage="stage")
    with pytest.raises(ValueError, match="opening.stage must be one of potential, "):  # noqa: RUF043
        equity_statement(snapshot(("a", "1", "asleep")), once, stage="stage")
    with pytest.raises(ValueError, match=r"opening lacks the column\(s\) area"):
        equity_statement(once, once, segment="area")
    with pytest.raises(ValueError, match="statement has no segments"):
        gap_board(equity_statement(once, once))


ROW = st.tuples(
    st.integers(-(10**12), 10**12).map(lambda number: Decimal(number).scaleb(-4)),
    st.sampled_from(STAGES),
    st.sampled_from(["x", "y", None]),
    st.sampled_from(["consumer", "internal", None]),
)
SNAPSHOT = st.dictionaries(st.sampled_from([f"c{n}" for n in range(12)]), ROW, max_size=12)


@settings(max_examples=8, deadline=None)
@given(before=SNAPSHOT, after=SNAPSHOT, by_stage=st.booleans())
def test_it_balances_whatever_comes_in(
    before: dict[str, Any], after: dict[str, Any], by_stage: bool
) -> None:
    statement = equity_statement(
        *(snapshot(*((who, *row) for who, row in end.items())) for end in (before, after)),
        segment="segment",
        category="category",
        stage="stage" if by_stage else None,
    )

    def held(end: dict[str, Any]) -> Decimal:
        latest = before | after
        return sum(
            (
                value
                for who, (value, stage, _, _) in end.items()
                if latest[who][3] != "internal"
                and (stage not in ("potential", "termination") if by_stage else value > 0)
            ),
            Decimal(0),
        )

    assert statement.total["opening"] == held(before)
    assert statement.total["closing"] == held(after)
    assert statement.segments is not None
    rows = statement.segments.to_pylist()
    for row in [*rows, {"moved_in": 0, "moved_out": 0, **statement.total}]:
        came = row["acquired"] + row["grown"] + row["moved_in"]
        went = row["shrunk"] + row["lost"] + row["moved_out"]
        assert row["opening"] + came - went == row["closing"]
        customers = {name.removesuffix("_customers"): n for name, n in row.items()}
        assert row["grown"] >= 0 <= row["shrunk"]
        assert customers["returned"] <= customers["acquired"]
    for name, amount in statement.total.items():
        assert sum(row[name] for row in rows) == amount
    assert sum(row["moved_in"] for row in rows) == sum(row["moved_out"] for row in rows)


def firm(**segments: tuple[int, int, str]) -> EquityStatement:
    """Segments of so many customers worth 10, so many of them lost, and what the others become."""
    opening, closing = [], []
    for name, (customers, lost, worth) in segments.items():
        for n in range(customers):
            key = f"{name}{n}"
            opening.append((key, "10", "maturity", name))
            closing.append(
                (key, "1", "termination", name) if n < lost else (key, worth, "maturity", name)
            )
    return equity_statement(snapshot(*opening), snapshot(*closing), **BY_STAGE)


def board_of(statement: EquityStatement, **options: Any) -> dict[tuple[str, str], dict[str, Any]]:
    rows = gap_board(statement, **options).to_pylist()
    return {(row["segment"], row["task"]): row for row in rows}


def test_gap_is_to_what_the_best_surely_reaches() -> None:
    board = board_of(firm(good=(100, 5, "11"), poor=(200, 80, "10"), lucky=(8, 0, "20")))
    keep = board["poor", "keep"]
    # Wilson's one-sided 95 % bound of 95 in 100, by hand: z = 1.6449.
    z2 = 1.6448536269514722**2
    bound = (95 + z2 / 2 - np.sqrt(z2 * (95 * 5 / 100 + z2 / 4))) / (100 + z2)
    assert keep["bar_segment"] == "good"
    assert keep["bar"] == pytest.approx(bound)
    assert keep["rate"] == pytest.approx(0.6)
    assert keep["gap"] == Decimal(float((bound - 0.6) * 2000)).quantize(Decimal("0.01"))
    assert board["good", "keep"]["gap"] == 0
    assert not board["lucky", "keep"]["is_comparable"]
    # All of the good segment grew by a tenth: nothing is left to chance.
    assert board["poor", "grow"]["bar"] == pytest.approx(0.1)
    assert board["poor", "grow"]["gap"] == Decimal("120.00")
    assert board["poor", "acquire"]["gap"] == 0


def test_luck_of_few_sets_no_bar_even_where_they_are_enough() -> None:
    board = board_of(firm(few=(10, 0, "10"), many=(1000, 30, "10")), fewest=5)
    assert board["few", "keep"]["rate"] == 1
    assert board["many", "keep"]["bar_segment"] == "many"
    assert board["many", "keep"]["gap"] == 0


def test_without_comparable_segments_there_is_no_bar() -> None:
    board = board_of(firm(a=(5, 1, "10"), b=(5, 0, "10")))
    assert {row["bar"] for row in board.values()} == {None}
    assert {row["gap"] for row in board.values()} == {None}
    with pytest.raises(ValueError, match="fewest must be 2 or more"):
        gap_board(firm(a=(5, 1, "10")), fewest=1)


def test_acquiring_is_judged_per_customer_held() -> None:
    old = [(f"{name}{n}", "10", "maturity", name) for name in "ab" for n in range(50)]
    new = [
        (f"{name}n{n}", "4", "development", name)
        for name, k in (("a", 40), ("b", 2))
        for n in range(k)
    ]
    prospects = [(f"p{n}", None, "potential", "b") for n in range(3)]
    statement = equity_statement(
        snapshot(*old, *prospects), snapshot(*old, *new, *prospects), **BY_STAGE
    )
    board = board_of(statement)
    # Garwood's lower 95 % bound of 40 events is 30.20 (chi-square with 80 degrees, 60.39).
    assert board["b", "acquire"]["bar"] == pytest.approx(30.196 / 50, abs=1e-4)
    assert board["b", "acquire"]["gap"] == pytest.approx(Decimal("112.78"), abs=Decimal("0.02"))
    found = customers_behind_gap(statement, segment="b", task="acquire")
    assert found["customer_id"].to_pylist() == ["p0", "p1", "p2"]


def test_growth_is_sure_by_as_much_as_customers_grow_alike() -> None:
    random = np.random.default_rng(3)
    worth = random.integers(50, 500, 60)
    become = worth + random.integers(-20, 60, 60)
    both = zip(worth.tolist(), become.tolist(), strict=True)
    ends = [(f"c{n}", str(v0), str(v1)) for n, (v0, v1) in enumerate(both)]
    statement = equity_statement(
        snapshot(*((who, v0, "growth", "x") for who, v0, _ in ends)),
        snapshot(*((who, v1, "growth", "x") for who, _, v1 in ends)),
        **BY_STAGE,
    )
    grow = board_of(statement)["x", "grow"]
    ratio = (become - worth).sum() / worth.sum()
    residual = (become - worth) - ratio * worth
    error = np.sqrt(60 * residual.var(ddof=1)) / worth.sum()
    assert grow["rate"] == pytest.approx(ratio)
    assert grow["surely"] == pytest.approx(ratio - 1.6448536 * error)
    assert grow["gap"] == 0


def test_each_gap_opens_its_customers() -> None:
    statement = equity_statement(OPENING, CLOSING, **BY_STAGE)

    def behind(segment: str | None, task: str, bar: float | None = None) -> list[str]:
        found = customers_behind_gap(statement, segment=segment, task=task, bar=bar)
        return found["customer_id"].to_pylist()

    assert behind("south", "keep") == ["leaver"]
    assert behind(None, "keep") == ["vanished"]
    assert behind("north", "grow", bar=0.1) == ["grower", "steady"]
    with pytest.raises(ValueError, match="bar must be given for grow"):
        behind("north", "grow")
    with pytest.raises(ValueError, match="task must be one of acquire, grow, keep"):
        behind("north", "win")
