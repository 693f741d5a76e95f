"""Models of occasions one after the other, against the papers' figures and against simulation."""

import csv
from pathlib import Path

import numpy as np
import pytest

from guanxi.analytics import BetaGeometricBetaBernoulli, ShiftedBetaGeometric

# Fader and Hardie (2007), table 1: of a hundred "high end" customers those left after each year.
HIGH_END = np.array([100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1])
DONORS = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}


@pytest.mark.outside_data
def test_donors_give_the_published_fit(outside_data: Path) -> None:
    with (outside_data / "donations/donations.csv").open() as file:
        columns = np.array(list(csv.reader(file))[1:], dtype=float).T
    named = dict(zip(("frequency", "recency", "periods", "weights"), columns, strict=True))
    fit = BetaGeometricBetaBernoulli().fit(**named)
    assert fit.params_ == pytest.approx(DONORS, abs=6e-4)
    assert fit.log_likelihood_ == pytest.approx(-33225.6, abs=0.05)
    assert fit.warnings_ == []


def test_donors_are_expected_to_give_as_published() -> None:
    model = BetaGeometricBetaBernoulli.with_params(**DONORS)
    # Fader, Hardie and Shang (2010): five more years of who gave six times of six, and never.
    columns = {"frequency": [6, 0], "recency": [6, 0], "periods": [6, 6]}
    expected = model.expected_purchases(horizon=5, **columns)
    assert expected == pytest.approx([3.75, 0.07], abs=0.005)
    assert model.expected_purchases_new([0, 10]) == pytest.approx([0, 3.18], abs=0.005)
    assert model.expected_purchases(horizon=0, **columns) == pytest.approx([0, 0])


@pytest.mark.parametrize("gamma", [0.4, 1.0, 2.5])  # at 1 the paper's closed form is 0/0
def test_forecasts_come_true_on_average(gamma: float) -> None:
    model = BetaGeometricBetaBernoulli.with_params(**DONORS | {"gamma": gamma})
    # Ten occasions, of which the model sees six and looks ahead to four.
    random = np.random.default_rng(3)
    buys, leaves = random.beta(1.204, 0.75, 200_000), random.beta(gamma, 2.783, 200_000)
    there, bought = np.ones(200_000, bool), np.zeros((10, 200_000))
    for occasion in range(10):
        there &= random.random(200_000) >= leaves
        bought[occasion] = there & (random.random(200_000) < buys)
    early = bought[:6]
    x = early.sum(axis=0)
    t_x = np.where(x > 0, 6 - np.argmax(early[::-1], axis=0), 0)
    columns = {"frequency": x, "recency": t_x, "periods": np.full(len(x), 6.0)}
    expected = model.expected_purchases(horizon=4, **columns)
    for group in range(7):
        here = x == group
        came = bought[6:, here].sum(axis=0)
        assert expected[here].mean() == pytest.approx(
            came.mean(), abs=4 * came.std() / np.sqrt(here.sum()) + 1e-3
        )
    drawn = model.simulate(size=200_000, periods=10, seed=4).frequency
    assert drawn.mean() == pytest.approx(bought.sum(axis=0).mean(), abs=0.05)


def test_discounting_adds_up_what_is_still_to_come() -> None:
    model = BetaGeometricBetaBernoulli.with_params(**DONORS)
    columns = {"frequency": [6, 2, 0], "recency": [6, 3, 0], "periods": [6, 6, 6]}
    until = np.array([model.expected_purchases(horizon=k, **columns) for k in range(301)])
    by_hand = (np.diff(until, axis=0).T * 1.1 ** -np.arange(1, 301)).sum(axis=1)
    assert model.discounted_purchases(discount=0.1, **columns) == pytest.approx(by_hand, rel=1e-6)
    with pytest.raises(ValueError, match="discount must be a rate a period above 0"):
        model.discounted_purchases(discount=0, **columns)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"frequency": [3], "recency": [2], "periods": [6]}, "frequency is greater than recency"),
        ({"frequency": [1], "recency": [7], "periods": [6]}, "recency is greater than periods"),
        ({"frequency": [0], "recency": [2], "periods": [6]}, "recency is above 0 where"),
    ],
)
def test_what_cannot_have_happened_is_refused(wrong: dict[str, list[int]], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        BetaGeometricBetaBernoulli().fit(**wrong)


def test_contracts_give_the_published_fit_and_forecast() -> None:
    lost = -np.diff(HIGH_END)
    fit = ShiftedBetaGeometric().fit(
        periods=[*range(1, 8), 7], lost=[1] * 7 + [0], weights=[*lost, HIGH_END[-1]]
    )
    assert fit.params_ == pytest.approx({"alpha": 0.668, "beta": 3.806}, abs=6e-4)
    # Five years on 39.4 were left, as the same table says.
    assert 100 * fit.survival([0, 12]) == pytest.approx([100, 39.4], abs=2)
    assert np.diff(fit.probability_renew(periods=np.arange(12))).min() > 0


@pytest.mark.outside_data
def test_both_segments_of_contracts_give_the_published_fit(outside_data: Path) -> None:
    with (outside_data / "retention/sbg_retention.csv").open() as file:
        rows = list(csv.DictReader(file))
    # Fader and Hardie (2007): fitted to seven years, and held against all twelve.
    published = {
        "high_end": {"alpha": 0.668, "beta": 3.806},
        "regular": {"alpha": 0.704, "beta": 1.182},
    }
    for segment, params in published.items():
        left = np.array([float(row[segment]) for row in rows])
        left *= 100 / left[0]
        fit = ShiftedBetaGeometric().fit(
            periods=[*range(1, 8), 7], lost=[1] * 7 + [0], weights=[*-np.diff(left[:8]), left[7]]
        )
        assert fit.params_ == pytest.approx(params, abs=1e-3)
        assert 100 * fit.survival(np.arange(13)) == pytest.approx(left, abs=2.5)


def test_contracts_that_tell_nothing_are_said_to_be_so() -> None:
    nobody = ShiftedBetaGeometric().fit(periods=[3, 4, 5, 6], lost=[0, 0, 0, 0])
    assert any("Nobody has refused a renewal" in doubt for doubt in nobody.warnings_)
    at_once = ShiftedBetaGeometric().fit(periods=[1, 1, 1], lost=[1, 1, 1])
    assert any("All left at the same renewal" in doubt for doubt in at_once.warnings_)
    assert at_once.expected_renewals(periods=[0]) == pytest.approx([0], abs=1e-3)


def test_renewals_still_to_come_add_up() -> None:
    model = ShiftedBetaGeometric.with_params(alpha=0.668, beta=3.806)
    k = np.arange(1, 400)
    by_hand = (model.survival(5 + k) / model.survival([5]) * 1.1**-k).sum()
    assert model.expected_renewals(periods=[5], discount=0.1) == pytest.approx([by_hand])
    assert model.expected_renewals(periods=[5]) == pytest.approx([np.inf])
    steady = ShiftedBetaGeometric.with_params(alpha=3.0, beta=6.0)
    k = np.arange(1, 100_000)
    assert steady.expected_renewals(periods=[0]) == pytest.approx(
        [steady.survival(k).sum()], rel=1e-4
    )


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"periods": [3], "lost": [2]}, "lost is neither 0 nor 1"),
        ({"periods": [0], "lost": [1]}, "periods is 0 where lost is 1"),
    ],
)
def test_contracts_that_cannot_be_are_refused(wrong: dict[str, list[int]], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ShiftedBetaGeometric().fit(**wrong)
