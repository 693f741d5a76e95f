"""Gamma-Gamma against the CDNOW sample, and where it must not answer."""

import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.analytics import GammaGamma, purchase_summary
from guanxi.analytics.tests.known_data import CALIBRATION_END, cdnow_purchases

PUBLISHED = {"p": 6.25, "q": 3.74, "v": 15.44}


@pytest.mark.outside_data
def test_cdnow_fit_as_published(outside_data: Path) -> None:
    summary = purchase_summary(
        cdnow_purchases(outside_data),
        customer="customer",
        date="bought_on",
        amount="dollars",
        as_of=CALIBRATION_END,
        unit="week",
    ).to_pyarrow()
    fit = GammaGamma().fit(frequency=summary["frequency"], monetary=summary["monetary"])
    assert fit.params_ == pytest.approx(PUBLISHED, abs=6e-3)
    assert fit.log_likelihood_ == pytest.approx(-4055.9, abs=0.05)
    assert fit.expected_spend(frequency=[2], monetary=[22.35]) == pytest.approx(24.66, abs=5e-3)
    assert fit.expected_spend(frequency=[0], monetary=[0]) == pytest.approx(35.2, abs=0.05)
    assert summary.num_rows == 2357
    assert summary["last_on"].to_pylist() <= [CALIBRATION_END] * 2357
    assert isinstance(summary["first_on"][0].as_py(), datetime.date)


@given(
    x=st.integers(1, 100),
    spend=st.floats(0.01, 1e6),
    p=st.floats(0.1, 30),
    q=st.floats(1.1, 30),
    v=st.floats(0.1, 1e4),
)
def test_forecast_lies_between_the_customer_and_the_firm(
    x: int, spend: float, p: float, q: float, v: float
) -> None:
    model = GammaGamma.with_params(p=p, q=q, v=v)
    firm, customer = model.expected_spend(frequency=[0, x], monetary=[0, spend])
    low, high = sorted((firm, spend))
    assert low * (1 - 1e-9) <= customer <= high * (1 + 1e-9)


def test_mean_that_does_not_exist_is_no_number() -> None:
    model = GammaGamma.with_params(p=2, q=0.5, v=10)
    none, some = model.expected_spend(frequency=[0, 3], monetary=[0, 20])
    assert np.isnan(none)
    assert some > 0


def test_spend_without_a_mean_is_said_plainly() -> None:
    random = np.random.default_rng(1)
    x = random.integers(1, 9, 2000).astype(float)
    scale = random.gamma(0.6, 1 / 10, 2000)
    fit = GammaGamma().fit(frequency=x, monetary=random.gamma(4 * x) / scale / x)
    assert any("no population mean" in warning for warning in fit.warnings_)


def test_everybody_spending_the_same_is_said_plainly() -> None:
    fit = GammaGamma().fit(frequency=[2.0] * 40, monetary=[10.0] * 40)
    assert fit.warnings_
    assert fit.expected_spend(frequency=[2], monetary=[10]) == pytest.approx(10, rel=1e-3)


def test_purchases_that_brought_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="monetary is 0 where frequency is above 0"):
        GammaGamma().fit(frequency=[1, 2], monetary=[5, 0])
