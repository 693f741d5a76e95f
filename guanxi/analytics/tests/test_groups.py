"""Groups fitted together: large ones as they are, small ones much like the rest."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from guanxi.analytics import BetaGeometricNBD, GammaGamma, fit_groups

TRUTH = {"r": 0.9, "alpha": 25.0, "a": 0.8, "b": 2.5}
PARAMETERS = ("r", "alpha", "a", "b")

Columns = dict[str, np.ndarray]


def drawn(size: int, seed: int, **changed: float) -> Columns:
    ages = np.random.default_rng(seed).integers(100, 500, size)
    model = BetaGeometricNBD.with_params(**TRUTH | changed)
    return model.simulate(size=size, age=ages, seed=seed)._asdict()


def together(parts: dict[Any, Columns]) -> tuple[np.ndarray, Columns]:
    group = np.repeat(np.array(list(parts)), [len(part["age"]) for part in parts.values()])
    names = next(iter(parts.values()))
    return group, {name: np.concatenate([p[name] for p in parts.values()]) for name in names}


@pytest.fixture(scope="module")
def unlike() -> tuple[np.ndarray, Columns]:
    """Three large groups, of which buyers of one are thrice as slow, and a handful."""
    return together(
        {
            "north": drawn(3_000, 1),
            "south": drawn(3_000, 2, alpha=75.0),
            "east": drawn(3_000, 3, a=2.0),
            "few": drawn(4, 4),
        }
    )


def test_large_groups_are_what_they_are(unlike: tuple[np.ndarray, Columns]) -> None:
    group, columns = unlike
    fits = fit_groups(BetaGeometricNBD, group=group, **columns)
    truths = {"north": TRUTH, "south": TRUTH | {"alpha": 75.0}, "east": TRUTH | {"a": 2.0}}
    for name, truth in truths.items():
        model = fits.models[name]
        for parameter, value in truth.items():
            assert abs(model.params_[parameter] - value) < 4 * model.standard_errors_[parameter]
    rows = {row["group"]: row for row in fits.table.to_pylist()}
    assert list(rows) == ["east", "few", "north", "south"]
    assert rows["few"]["customers"] == 4
    assert rows["north"]["own_share"] > 0.6 > 0.4 > rows["few"]["own_share"] > 0
    assert all(row["converged"] for row in rows.values())
    assert fits.spread["alpha"] > 0.3
    assert rows["south"]["alpha"] == fits.models["south"].params_["alpha"]
    assert rows["south"]["alpha_error"] == fits.models["south"].standard_errors_["alpha"]


def test_a_handful_is_held_to_be_much_like_the_rest(unlike: tuple[np.ndarray, Columns]) -> None:
    group, columns = unlike
    fits = fit_groups(BetaGeometricNBD, group=group, **columns)
    few = fits.models["few"]
    for name in PARAMETERS:
        apart = np.log(few.params_[name] / fits.pooled.params_[name])
        assert abs(apart) < 2 * fits.spread[name]
        # It is known about as well as groups are alike, no better.
        error = few.standard_errors_[name] / few.params_[name]
        assert 0.2 * fits.spread[name] < error < 1.5 * fits.spread[name] + 0.1


def test_fitted_together_small_groups_come_nearer_to_the_truth() -> None:
    random = np.random.default_rng(5)
    alphas = 25 * np.exp(random.normal(0, 0.5, 24))
    parts = {place: drawn(150, 100 + place, alpha=alpha) for place, alpha in enumerate(alphas)}
    group, columns = together(parts)
    fits = fit_groups(BetaGeometricNBD, group=group, **columns)
    apart = [BetaGeometricNBD().fit(**part) for part in parts.values()]
    everybody = [fits.pooled] * len(parts)
    off = {}
    for name, models in (("together", fits.models.values()), ("apart", apart), ("all", everybody)):
        rates = np.array([model.params_["r"] / model.params_["alpha"] for model in models])
        off[name] = np.abs(np.log(rates * alphas / 0.9)).mean()
    assert off["together"] < 0.95 * off["apart"]
    assert off["together"] < 0.6 * off["all"]


def test_groups_that_do_not_differ_are_all_as_the_whole() -> None:
    columns = drawn(4_000, 6)
    group = np.random.default_rng(6).integers(0, 4, 4_000)
    fits = fit_groups(BetaGeometricNBD, group=group, **columns)
    for model in fits.models.values():
        for name in PARAMETERS:
            assert model.params_[name] == pytest.approx(fits.pooled.params_[name], rel=0.25)
    assert max(fits.spread.values()) < 0.25


def test_one_group_is_the_whole() -> None:
    columns = drawn(500, 7)
    fits = fit_groups(BetaGeometricNBD, group=["all"] * 500, **columns)
    assert fits.models["all"].params_ == BetaGeometricNBD().fit(**columns).params_
    assert fits.table["own_share"].to_pylist() == [1.0]


def test_weights_stand_for_repetitions_and_order_does_not_matter() -> None:
    group, columns = together({1: drawn(150, 8), 2: drawn(150, 9, alpha=60.0)})
    weights = np.random.default_rng(8).integers(0, 4, 300)
    order = np.random.default_rng(9).permutation(weights.sum())
    fits = fit_groups(BetaGeometricNBD, group=group, weights=weights, **columns)
    repeated = {name: np.repeat(column, weights)[order] for name, column in columns.items()}
    plain = fit_groups(BetaGeometricNBD, group=np.repeat(group, weights)[order], **repeated)
    assert fits.table["customers"].to_pylist() == plain.table["customers"].to_pylist()
    for name in PARAMETERS:
        assert fits.table[name].to_numpy() == pytest.approx(plain.table[name].to_numpy(), rel=1e-4)


def test_each_row_is_forecast_by_its_group(unlike: tuple[np.ndarray, Columns]) -> None:
    group, columns = unlike
    fits = fit_groups(BetaGeometricNBD, group=group, **columns)

    def year(model: BetaGeometricNBD, **rows: Any) -> np.ndarray:
        return model.expected_purchases(horizon=365, **rows)

    some = {name: np.tile(column[:5], 3) for name, column in columns.items()}
    spelt = pa.array(np.repeat(["south", "few", "never seen"], 5))
    names = pa.chunked_array([spelt.dictionary_encode()])
    found = fits.forecast(year, group=names, **some)
    first = {name: column[:5] for name, column in columns.items()}
    by_hand = [fits.models["south"], fits.models["few"], fits.pooled]
    assert found == pytest.approx(np.concatenate([year(model, **first) for model in by_hand]))
    chances = fits.forecast(
        lambda model, **rows: model.purchase_chances(horizon=30, most=2, **rows),
        group=names,
        **some,
    )
    assert chances.shape == (15, 3)
    assert len(fits.forecast(year, group=[], frequency=[], recency=[], age=[])) == 0


def test_a_group_of_which_nothing_is_known_is_said_to_be_so() -> None:
    x = np.array([0.0] * 5 + [2.0] * 60 + [3.0] * 60)
    spend = np.where(x > 0, np.random.default_rng(1).gamma(4, 10, 125), 0)
    group = ["silent"] * 5 + ["one"] * 60 + ["other"] * 60
    fits = fit_groups(GammaGamma, group=group, frequency=x, monetary=spend)
    silent = fits.models["silent"]
    assert silent.params_ == pytest.approx(fits.pooled.params_)
    assert any("No customer of this group" in warning for warning in silent.warnings_)
    assert fits.table["own_share"].to_pylist()[2] == pytest.approx(0, abs=1e-9)


def test_groups_that_cannot_be_are_refused() -> None:
    columns = drawn(4, 10)
    for group, complaint in (
        (["a", None, "b", "b"], "group is missing in 1 row"),
        ([1.0, np.nan, 2.0, 2.0], "group is missing in 1 row"),
        (["a"], "group has 1 values where the other columns have 4"),
    ):
        with pytest.raises(ValueError, match=complaint):
            fit_groups(BetaGeometricNBD, group=group, **columns)
    with pytest.raises(TypeError, match="spend"):
        fit_groups(BetaGeometricNBD, group=["a"] * 4, **columns, spend=np.ones(4))
