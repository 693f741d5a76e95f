"""How often does an experiment without any effect get called, if one looks at it every day?

    python bench/daily_looks.py --experiments 4000

Simulated firms of several kinds, with and without an effect; each is followed by the always-valid
rule and, for comparison, by an ordinary 95 % interval read every day. Prints JSON: the share of
experiments called wrongly by each (with its exact 99 % interval), and how soon real effects are
found.
"""

import argparse
import json
import sys
from pathlib import Path
from statistics import median

import numpy as np

REPOSITORY = Path(__file__).parent.parent
# Of each kind: the share held out, how many buy, how skewed their amounts are (sigma of the log),
# and how many customers are assigned a day.
KINDS = {
    "halves": (0.5, 0.3, 0.6, 60),
    "tenth_held_out": (0.1, 0.3, 0.6, 60),
    "tenth_held_out_few_buy": (0.1, 0.05, 0.6, 240),
    "tenth_held_out_few_buy_very_skewed": (0.1, 0.05, 1.3, 240),
    "halves_very_skewed": (0.5, 0.1, 1.3, 120),
    "tenth_held_out_one_price": (0.1, 0.05, 0.0, 240),
}
Z = 1.959964


def main() -> None:
    """Simulate every kind, print."""
    options = arguments()
    sys.path.insert(0, str(REPOSITORY))
    report = {
        "experiments": options.experiments,
        "days": options.days,
        **{kind: of_kind(kind, options) for kind in KINDS},
    }
    print(json.dumps(report, indent=2))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=4000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def of_kind(kind: str, options: argparse.Namespace) -> dict[str, object]:
    """Follow many experiments of one kind without an effect, and some with one."""
    from guanxi.analytics.actions import course
    from guanxi.analytics.intervals import exact_share

    random = np.random.default_rng(options.seed)
    held_out, buying, skew, a_day = KINDS[kind]
    # The effect that matters: a fifth of the mean amount.
    smallest = 0.2 * buying * float(np.exp(1 + skew**2 / 2))
    called = fooled = 0
    for _ in range(options.experiments):
        looks = follow(random, kind, options, effect=0.0)
        called += course(looks, smallest=smallest).state in ("helps", "harms")
        seen = [look for look in looks if look.can_be_judged]
        fooled += any(abs(look.difference) > Z * look.variance**0.5 for look in seen)
    found = [
        course(follow(random, kind, options, effect=2 * smallest), smallest=smallest)
        for _ in range(max(options.experiments // 10, 1))
    ]
    decided = [one.decided_at + 1 for one in found if one.state == "helps"]
    low, high = exact_share(called, options.experiments, level=0.99)
    return {
        "held_out": held_out,
        "customers_a_day": a_day,
        "wrong_percent": round(100 * called / options.experiments, 2),
        "wrong_percent_low": round(100 * float(low), 2),
        "wrong_percent_high": round(100 * float(high), 2),
        "wrong_percent_by_ordinary_interval": round(100 * fooled / options.experiments, 2),
        "effect_found_percent": round(100 * len(decided) / len(found), 1),
        "effect_found_on_day": median(decided) if decided else None,
    }


def follow(
    random: np.random.Generator, kind: str, options: argparse.Namespace, *, effect: float
) -> list[object]:
    """Draw one experiment: what each evening's look at all customers so far says."""
    from guanxi.analytics.actions import Look

    held_out, buying, skew, a_day = KINDS[kind]
    size = options.days * a_day
    treated = random.random(size) >= held_out
    bought = random.random(size) < buying
    money = np.where(bought, random.lognormal(1, skew, size), 0) + effect * treated
    ends = np.arange(1, options.days + 1) * a_day - 1
    sides = [samples(money, arm, ends) for arm in (treated, ~treated)]
    buyers = np.cumsum(bought)[ends].tolist()
    pairs = zip(*sides, buyers, strict=True)
    return [Look.of(one, other, bought=so_far) for one, other, so_far in pairs if one and other]


def samples(money: np.ndarray, arm: np.ndarray, ends: np.ndarray) -> list[object]:
    """Sum up one arm as of each evening; None while it has fewer than two customers."""
    from guanxi.analytics.intervals import Sample

    size, total, squares = (np.cumsum(arm * money**power)[ends] for power in (0, 1, 2))
    least = np.maximum(size, 2)
    mean = total / least
    variance = np.maximum(squares / least - mean**2, 0) * least / (least - 1)
    rows = zip(size.tolist(), mean.tolist(), variance.tolist(), strict=True)
    return [Sample(int(n), *rest) if n >= 2 else None for n, *rest in rows]


if __name__ == "__main__":
    main()
