"""Looking every day: rarely wrong, and not for ever undecided."""

import numpy as np
import pytest

from guanxi.analytics.actions import Look, always_valid, course
from guanxi.analytics.intervals import Sample

DAYS, A_DAY = 60, 20


def simulated(effect: float, seed: int, *, days: int = DAYS) -> list[Look]:
    """An experiment whose arms each gain customers every day: skewed money, most of it none."""
    random = np.random.default_rng(seed)
    size = (days + 5) * A_DAY
    arms = [
        np.where(random.random(size) < 0.3, random.lognormal(1, 0.6, size), 0) + shift
        for shift in (effect, 0.0)
    ]
    ends = (np.arange(days) + 6) * A_DAY
    sums, squares = (np.cumsum([arm**power for arm in arms], axis=1) for power in (1, 2))
    means = sums[:, ends - 1] / ends
    variances = (squares[:, ends - 1] / ends - means**2) * ends / (ends - 1)
    return [
        Look.of(*(Sample(int(n), mean[at], spread[at]) for mean, spread in sides), bought=int(n))
        for at, n in enumerate(ends)
        for sides in [list(zip(means, variances, strict=True))]
    ]


def test_interval_by_hand() -> None:
    found = always_valid(3.0, 0.04, spread=0.4)
    reach = np.sqrt(2 * 0.04 * 0.2 / 0.16 * (np.log(20) + np.log(5) / 2))
    assert found == pytest.approx((3.0, 3 - reach, 3 + reach))
    # At its ends the mixture likelihood ratio is 1 / alpha.
    ratio = np.sqrt(0.04 / 0.2) * np.exp(0.16 * reach**2 / (2 * 0.04 * 0.2))
    assert ratio == pytest.approx(20)


def test_daily_looking_is_wrong_as_rarely_as_stated() -> None:
    """Over 60 looks. The same experiments, each day held against its ordinary interval, are wrong
    many times as often."""
    wrong = fooled = 0
    for seed in range(400):
        looks = simulated(0.0, seed)
        wrong += course(looks, smallest=0.3).state in ("helps", "harms")
        z = [abs(look.difference) / np.sqrt(look.variance) for look in looks]
        fooled += max(z) > 1.96
    assert wrong / 400 <= 0.05
    assert fooled / 400 > 0.2


def test_all_intervals_cover_the_truth_at_once() -> None:
    kept = 0
    for seed in range(200):
        found = [
            always_valid(look.difference, look.variance, spread=0.5, level=0.8)
            for look in simulated(0.4, seed)
        ]
        kept += all(interval.low <= 0.4 <= interval.high for interval in found)
    assert kept / 200 >= 0.8


def test_real_effect_is_found_before_the_end() -> None:
    found = [course(simulated(0.8, seed), smallest=0.5) for seed in range(60)]
    assert np.mean([one.state == "helps" for one in found]) > 0.9
    assert np.median([one.decided_at for one in found if one.decided_at is not None]) < DAYS / 2
    assert course(simulated(-0.8, 1), smallest=0.5).state == "harms"


def test_effect_that_does_not_matter_is_given_up() -> None:
    found = course(simulated(0.0, 5, days=400), smallest=0.5)
    assert found.state == "no_matter"
    assert -0.5 < found.interval.low <= 0 <= found.interval.high < 0.5


def test_what_was_decided_stays() -> None:
    looks = simulated(0.8, 3)
    found = course(looks, smallest=0.5)
    assert found.decided_at is not None
    against = [look._replace(difference=-9.0) for look in looks]
    again = course([*looks[: found.decided_at + 1], *against], smallest=0.5)
    assert again.state == found.state
    assert again.interval == found.interval


def test_undecided_and_too_few_are_told_apart() -> None:
    few = [Look(9.0, 0.01, 99, 5000, 40)]
    assert course(few, smallest=1.0).state == "too_few"
    assert course([], smallest=1.0).state == "too_few"
    nobody_bought = Look.of(Sample(900, 0.0, 0.0), Sample(800, 0.0, 0.0), bought=0)
    assert course([nobody_bought], smallest=1.0).state == "too_few"
    open_yet = course([*few, Look(0.5, 0.5, 100, 5000, 40)], smallest=1.0)
    assert (open_yet.state, open_yet.decided_at, open_yet.looks) == ("go_on", None, 2)


def test_small_arm_that_looks_alike_is_not_believed() -> None:
    """Of a hundred held out nobody has bought yet: that is no proof that nobody will."""
    look = Look.of(Sample(900, 1.0, 81.0), Sample(100, 0.0, 0.0), bought=150)
    assert look.variance == pytest.approx(899 * 81 / 998 * (1 / 900 + 1 / 100))
    assert look.buyers == 15
    even = Look.of(Sample(50, 1.0, 4.0), Sample(50, 0.0, 2.0), bought=9)
    assert even.variance == pytest.approx(6 / 50)


def test_interval_keeps_what_earlier_days_settled() -> None:
    narrow, wide = Look(0.3, 0.02, 500, 500, 50), Look(0.9, 0.5, 600, 600, 60)
    both = course([narrow, wide], smallest=0.1)
    alone = course([narrow], smallest=0.1)
    assert both.interval[1:] == alone.interval[1:]
    # Days that contradict one another: the newest is believed.
    apart = course(
        [Look(-3.0, 1.0, 500, 500, 50), Look(8.0, 4.0, 900, 900, 90)], smallest=1.0, spread=9.0
    )
    assert apart.interval == always_valid(8.0, 4.0, spread=9.0)
    assert (apart.state, apart.decided_at) == ("helps", 1)


def test_what_makes_no_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="spread must be above 0"):
        always_valid(0, 1, spread=0)
    with pytest.raises(ValueError, match="variance must be 0 or more"):
        always_valid(0, -1, spread=1)
    with pytest.raises(ValueError, match="smallest must be above 0"):
        course([], smallest=0)
    assert always_valid(2.0, 0.0, spread=1) == (2, 2, 2)
