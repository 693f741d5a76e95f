"""How long customers stay, against published tables and against simulation."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from guanxi.analytics import CoxModel, NotFittedError, kaplan_meier
from guanxi.analytics.propensity import CannotLearnError

# Freireich et al. (1963), weeks of remission; Kalbfleisch and Prentice (2002), table 1.2 and 1.4.
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
TREATED_LOST = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def remissions() -> pa.Table:
    return pa.table(
        {
            "weeks": [*TREATED, *PLACEBO],
            "lost": [*TREATED_LOST, *[1] * 21],
            "drug": ["6-MP"] * 21 + ["placebo"] * 21,
        }
    )


def contracts(seed: int, size: int = 3000) -> pa.Table:
    """Exponential lives whose rate is known, watched for up to two years."""
    random = np.random.default_rng(seed)
    visits, dear = random.normal(size=size), random.random(size) < 0.4
    life = random.exponential(1 / (0.5 * np.exp(-0.6 * visits + 0.5 * dear)))
    watched = random.uniform(0.2, 2, size)
    return pa.table(
        {
            "visits": visits,
            "tariff": np.where(dear, "dear", "cheap"),
            "years": np.minimum(life, watched),
            "lost": life <= watched,
        }
    )


def test_published_curve_is_found() -> None:
    curve = kaplan_meier(TREATED, TREATED_LOST)
    table = curve.table.to_pydict()
    at = [table["time"].index(week) for week in (6, 7, 10, 13, 16, 22, 23)]
    assert [table["at_risk"][place] for place in at] == [21, 17, 15, 12, 11, 7, 6]
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [table["survival"][place] for place in at] == pytest.approx(published, abs=6e-4)
    # Greenwood's standard errors as printed, read back from the interval.
    errors = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    for place, error in zip(at, errors, strict=True):
        share, low = table["survival"][place], table["low"][place]
        reach = np.log(np.log(low) / np.log(share)) * share * -np.log(share) / 1.959964
        assert reach == pytest.approx(error, abs=2e-4)
    assert curve.median == 23
    assert kaplan_meier(PLACEBO, [1] * 21).median == 8


def test_renewal_is_conditional_on_having_lasted() -> None:
    curve = kaplan_meier(TREATED, TREATED_LOST)
    given = curve.probability_renew(given=10, until=[10, 22, 35])
    assert given.probability == pytest.approx([1, 0.5378 / 0.7529, 0.4482 / 0.7529], abs=2e-4)
    # As if only those who lasted were ever looked at.
    rest = [k for k, weeks in enumerate(TREATED) if weeks > 10]
    alone = kaplan_meier([TREATED[k] for k in rest], [TREATED_LOST[k] for k in rest])
    for one, other in zip(given, alone.probability_renew(until=[22, 35]), strict=True):
        assert one[1:] == pytest.approx(other)
    assert np.isnan(curve.probability_renew(until=36).probability).all()


def test_intervals_of_renewal_cover_the_truth() -> None:
    random, covered = np.random.default_rng(1), 0
    for _ in range(80):
        life, watched = random.exponential(10, 80), random.uniform(5, 25, 80)
        curve = kaplan_meier(np.minimum(life, watched), life <= watched)
        found = curve.probability_renew(given=2, until=8)
        covered += bool(found.low[0] <= np.exp(-0.6) <= found.high[0])
    assert 0.88 < covered / 80 < 0.99


def test_weights_and_late_entry() -> None:
    plain = kaplan_meier([1, 1, 2, 3, 3], [1, 1, 0, 1, 0])
    weighted = kaplan_meier([1, 2, 3, 3], [1, 0, 1, 0], weights=[2, 1, 1, 1])
    assert weighted.table.equals(plain.table)
    late = kaplan_meier([2, 5, 5, 7], [1, 1, 0, 1], since=[0, 0, 3, 5])
    # At 2 two are watched, at 5 three less the one who enters at that very time.
    assert late.table["at_risk"].to_pylist() == [2, 2, 1]
    assert late.table["survival"].to_pylist() == [0.5, 0.25, 0.0]


def test_curves_at_their_ends() -> None:
    kept = kaplan_meier([3, 5, 5], [0, 0, 0])
    assert kept.table["survival"].to_pylist() == [1, 1]
    assert kept.median == np.inf
    assert kept.probability_renew(until=4).low == pytest.approx(0.025 ** (1 / 2))
    gone = kaplan_meier([3, 5], [1, 1])
    assert gone.survival([4, 5, 9]) == pytest.approx([0.5, 0, 0])
    assert np.isnan(gone.probability_renew(given=5, until=6).probability).all()


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"durations": [-1.0]}, "durations is negative"),
        ({"lost": [2]}, "lost is neither 0 nor 1"),
        ({"durations": [], "lost": []}, "durations is empty"),
        ({"since": [3]}, "since is not before the end of durations"),
        ({"level": 1.0}, "level must be between 0 and 1"),
    ],
)
def test_bad_durations_are_refused_by_name(wrong: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        kaplan_meier(**{"durations": [3.0], "lost": [1], **wrong})


def test_published_regression_is_found() -> None:
    # Cox (1972) by Efron's ties: 1.57, standard error .41, a rate 4.82 times as high.
    model = CoxModel().fit(remissions(), duration="weeks", lost="lost")
    (row,) = model.coefficients_.to_pylist()
    assert row["term"] in ("drug = placebo", "drug = 6-MP")
    sign = 1 if row["term"] == "drug = placebo" else -1
    assert sign * row["coefficient"] == pytest.approx(1.572, abs=1e-3)
    assert row["standard_error"] == pytest.approx(0.412, abs=1e-3)
    assert model.proportionality()["p_value"][0].as_py() > 0.5
    assert model.warnings_ == []


def test_truth_lies_within_the_stated_errors() -> None:
    model = CoxModel().fit(contracts(2), duration="years", lost="lost")
    truth = {"visits": -0.6, "tariff = dear": 0.5}
    for row in model.coefficients_.to_pylist():
        assert abs(row["coefficient"] - truth[row["term"]]) < 4 * row["standard_error"]
    someone = pa.table({"visits": [1.0, 0.0, -1.0], "tariff": ["cheap", "dear", "dear"]})
    found = model.probability_renew(someone, given=0.5, until=[1.0, 1.5, 1.0])
    rate = 0.5 * np.exp(np.array([-0.6, 0.5, 1.1]))
    assert found.probability == pytest.approx(np.exp(-rate * [0.5, 1.0, 0.5]), abs=0.05)
    assert (found.low < found.probability).all()
    assert (found.probability < found.high).all()
    nobody_watched = model.probability_renew(someone, until=[2.5, 1.0, 0.0])
    assert np.isnan(nobody_watched.probability[0])
    assert nobody_watched.probability[2] == nobody_watched.low[2] == 1


def test_intervals_of_the_regression_cover_the_truth() -> None:
    someone, covered = pa.table({"visits": [0.8], "tariff": ["dear"]}), 0
    truth = np.exp(-0.5 * np.exp(-0.48 + 0.5) * 0.6)
    for seed in range(20):
        model = CoxModel(level=0.8).fit(contracts(seed, 250), duration="years", lost="lost")
        found = model.probability_renew(someone, given=0.4, until=1.0)
        covered += bool(found.low[0] <= truth <= found.high[0])
    assert 0.55 < covered / 20 < 0.98


def test_what_cannot_be_fitted_is_said() -> None:
    table = contracts(3, 100)
    columns = {"duration": "years", "lost": "lost"}
    kept = table.set_column(3, "lost", pa.array([False] * 100))
    with pytest.raises(CannotLearnError, match="nobody was seen to leave"):
        CoxModel().fit(kept, **columns)
    twice = table.append_column("again", table["visits"])
    with pytest.raises(ValueError, match="say the same as others"):
        CoxModel().fit(twice, **columns)
    gaps = table.set_column(0, "visits", pa.array([None, *range(99)], pa.float64()))
    with pytest.raises(ValueError, match="column visits is missing in 1 row"):
        CoxModel().fit(gaps, **columns)
    with pytest.raises(NotFittedError, match="call fit first"):
        CoxModel().probability_renew(table, until=1)
    model = CoxModel().fit(table, **columns)
    with pytest.raises(ValueError, match="levels the model was not fitted on"):
        model.probability_renew(table.set_column(1, "tariff", pa.array(["new"] * 100)), until=1)


def test_a_column_that_parts_the_lost_from_the_kept_is_refused() -> None:
    parted = contracts(4, 200)
    parted = parted.append_column("cancelled", parted["lost"])
    with pytest.raises(CannotLearnError, match=r"cancelled parts who was lost|does not converge"):
        CoxModel().fit(parted, duration="years", lost="lost")
