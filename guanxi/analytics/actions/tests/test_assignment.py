"""Who is held out: always the same, evenly, and in no experiment by another's leave."""

import hashlib

import numpy as np
import pytest
from scipy import stats

from guanxi.analytics.actions import assign, hashed_evenly, ratio_check

CUSTOMERS = [f"0190-{number:05}" for number in range(20_000)]
HALVES = {"treated": 0.5, "held_out": 0.5}


def test_number_is_what_the_standard_hash_says() -> None:
    key = hashlib.blake2b(b"win_back").digest()
    digest = hashlib.blake2b(b"0190-00007", digest_size=8, key=key).digest()
    expected = int.from_bytes(digest, "big") / 2**64
    assert hashed_evenly(["0190-00007"], experiment="win_back")[0] == pytest.approx(expected)
    # Written down, so that no later version assigns anybody anew.
    known = hashed_evenly(["a", "b", "客户"], experiment="win_back")
    assert known.round(6).tolist() == [0.065883, 0.295412, 0.32723]


def test_same_customer_same_experiment_same_arm() -> None:
    once = assign(CUSTOMERS, experiment="one", shares=HALVES)
    again = assign(CUSTOMERS[::-1], experiment="one", shares=HALVES)
    assert (once == again[::-1]).all()
    assert (once != assign(CUSTOMERS, experiment="other", shares=HALVES)).mean() > 0.4


def test_numbers_are_even_in_every_experiment() -> None:
    p_values = [
        stats.kstest(hashed_evenly(CUSTOMERS[:2000], experiment=f"e{at}"), "uniform").pvalue
        for at in range(100)
    ]
    assert stats.kstest(p_values, "uniform").pvalue > 0.001


def test_experiments_know_nothing_of_one_another() -> None:
    p_values = []
    for at in range(60):
        one, other = (
            assign(CUSTOMERS[:3000], experiment=name, shares=HALVES) == "treated"
            for name in (f"e{at}", f"e{at + 1}")
        )
        table = [[(one & other).sum(), (one & ~other).sum()], [(~one & other).sum(), 0]]
        table[1][1] = (~one & ~other).sum()
        p_values.append(stats.chi2_contingency(table, correction=False).pvalue)
    assert stats.kstest(p_values, "uniform").pvalue > 0.001


def test_names_do_not_run_into_one_another() -> None:
    assert hashed_evenly(["bc"], experiment="a") != hashed_evenly(["c"], experiment="ab")


def test_growing_arm_keeps_whom_it_has() -> None:
    small, large = (
        assign(CUSTOMERS, experiment="e", shares={"treated": share, "held_out": 1 - share})
        for share in (0.2, 0.6)
    )
    assert (large[small == "treated"] == "treated").all()
    assert (large == "treated").mean() == pytest.approx(0.6, abs=0.01)


def test_ratio_mismatch_as_published() -> None:
    """Kohavi, Tang, Xu (2020), Trustworthy online controlled experiments, chapter 3."""
    arms = np.repeat(["treated", "held_out"], [815_482, 821_588])
    found = ratio_check(arms, HALVES)
    assert found.p_value == pytest.approx(1.8e-6, abs=5e-8)
    assert found.is_mismatch
    assert found.expected == {"treated": 818_535, "held_out": 818_535}


def test_ratio_of_hashing_is_no_mismatch() -> None:
    shares = {"call": 0.3, "mail": 0.5, "held_out": 0.2}
    checks = [
        ratio_check(assign(CUSTOMERS[:2000], experiment=f"e{at}", shares=shares), shares)
        for at in range(100)
    ]
    assert not any(found.is_mismatch for found in checks)
    assert stats.kstest([found.p_value for found in checks], "uniform").pvalue > 0.001


def test_customers_in_an_arm_without_a_share_are_a_mismatch() -> None:
    shares = {"treated": 1.0, "held_out": 0.0}
    assert not ratio_check(["treated"] * 9, shares).is_mismatch
    assert ratio_check(["treated"] * 9 + ["held_out"], shares).is_mismatch
    assert ratio_check([], HALVES).p_value == 1


def test_shares_and_names_that_make_no_sense_are_refused() -> None:
    for shares, complaint in (
        ({}, "shares is empty"),
        ({"a": 0.5, "b": 0.4}, "shares must add up to 1, not 0.9"),
        ({"a": 1.5, "b": -0.5}, "shares must be 0 or more"),
    ):
        with pytest.raises(ValueError, match=complaint):
            assign(["x"], experiment="e", shares=shares)
    with pytest.raises(ValueError, match="experiment must have a name"):
        assign(["x"], experiment="", shares=HALVES)
    with pytest.raises(ValueError, match="customers must be texts, not None"):
        assign([None], experiment="e", shares=HALVES)
    with pytest.raises(ValueError, match="arms has 'other'"):
        ratio_check(["other"], HALVES)
