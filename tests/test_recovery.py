"""The models find the truth of made-up firms: a few here, a hundred in bench/recovery.py."""

import pytest

from bench.recovery import SUBJECTS, missed, recovered

FIRMS = range(5)


@pytest.mark.parametrize("name", SUBJECTS)
def test_truth_is_recovered_and_forecasts_come_true(name: str) -> None:
    found = recovered(SUBJECTS[name], FIRMS, customers=3_000, judged=300)
    assert found["converged"] == len(FIRMS)
    # Of so few firms two may lie outside two standard errors, and totals be off by a tenth.
    assert min(found["covered"].values()) >= 3 / 5
    assert found["expected_to_came"] == pytest.approx(1, abs=0.1)
    assert all(one["within"] for one in found.get("bins", []))
    worse = [one for one in found.get("tenths", []) if one["error"] >= one["error_of_naive"]]
    assert len(worse) <= 1


def test_a_model_of_other_customers_misses_its_aims() -> None:
    loyal, fickle = SUBJECTS["BetaGeometricNBD"], SUBJECTS["ModifiedBetaGeometricNBD"]
    found = recovered(loyal._replace(draw=fickle.draw), FIRMS, customers=5_000, judged=500)
    said = missed(found)
    assert any("covered" in aim for aim in said)
    assert any("were there" in aim for aim in said)
