"""The sample must behave as its truth says, or no score could be judged by it."""

import numpy as np
import pyarrow as pa
import pytest

from guanxi.analytics.models.beta_geometric import BetaGeometricNBD
from guanxi.analytics.models.gamma_gamma import GammaGamma
from guanxi.analytics.purchases import purchase_summary
from guanxi.demo.behaviour import Parameters, simulate

from .digest import TODAY, sample

CUSTOMERS = 6_000


@pytest.fixture(scope="module")
def made() -> tuple[pa.Table, pa.Table]:
    """The truth, and what the orders alone say of the same buyers, in the same order."""
    firm = sample(CUSTOMERS)
    blocks = list(firm.blocks())
    truth = pa.concat_tables(block.truth for block in blocks)
    sales = [
        (customer, day, float(total * rate))
        for block in blocks
        for customer, day, total, rate in zip(
            *(
                block.tables["sales_order"][column].to_pylist()
                for column in ("customer_id", "ordered_on", "total", "rate")
            ),
            strict=True,
        )
        if customer and total > 0
    ]
    customer, day, amount = zip(*sales, strict=True)
    orders = pa.table({"customer": customer, "day": day, "amount": amount})
    seen = purchase_summary(
        orders, customer="customer", date="day", amount="amount", as_of=TODAY
    ).to_pyarrow()
    return truth.sort_by("customer_id"), seen.sort_by("customer")


def test_orders_show_each_buyer_as_simulated(made: tuple[pa.Table, pa.Table]):
    truth, seen = made

    assert truth["customer_id"].to_pylist() == seen["customer"].to_pylist()
    assert truth["repeats"].to_pylist() == seen["frequency"].to_pylist()
    assert truth["first_on"].to_pylist() == seen["first_on"].to_pylist()


def test_the_crowd_is_drawn_from_its_parameters(made: tuple[pa.Table, pa.Table]):
    truth, _seen = made
    known = Parameters()

    assert truth["rate"].to_numpy().mean() == pytest.approx(known.r / known.alpha, rel=0.04)
    assert truth["leave"].to_numpy().mean() == pytest.approx(
        known.a / (known.a + known.b), rel=0.05
    )
    assert np.median(truth["mean_value"].to_numpy()) == pytest.approx(
        known.p * known.v / 2.28, rel=0.05
    )  # the median of Gamma(2.6) is 2.28


def test_a_fit_finds_the_truth_again(made: tuple[pa.Table, pa.Table]):
    _truth, seen = made
    history = {name: seen[name].to_numpy() for name in ("frequency", "recency", "age", "monetary")}
    monetary = history.pop("monetary")
    rhythm = BetaGeometricNBD().fit(**history)
    spend = GammaGamma().fit(frequency=history["frequency"], monetary=monetary)

    for model in (rhythm, spend):
        for name, estimate in model.params_.items():
            off = abs(estimate - getattr(Parameters(), name)) / model.standard_errors_[name]
            assert off < 4, (name, estimate)


def test_who_is_gone_looks_gone(made: tuple[pa.Table, pa.Table]):
    truth, seen = made
    history = {name: seen[name].to_numpy() for name in ("frequency", "recency", "age")}
    chance = BetaGeometricNBD().fit(**history).probability_alive(**history)
    alive = truth["alive"].to_numpy()

    assert chance.mean() == pytest.approx(alive.mean(), abs=0.02)
    assert chance[alive].mean() - chance[~alive].mean() > 0.5


def test_nobody_leaves_who_bought_once():
    buyers, purchases = simulate(np.random.default_rng(3), Parameters(), 2_000)

    assert buyers.alive[buyers.repeats == 0].all()
    assert purchases.ago.min() >= 1
    assert len(purchases.buyer) == 2_000 + buyers.repeats.sum()
