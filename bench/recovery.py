"""Do the models find the truth of firms whose truth is known, and come their forecasts true?

    python bench/recovery.py

A hundred firms a model, of the seeds 0 to 99 and no others. Of each firm some customers are fitted
and others, drawn alike, are judged: so what is judged is what the model makes of people it has not
seen. Far fewer are judged than fitted, for an interval about what is judged knows nothing of the
error of what was fitted. Prints JSON; ends with an error if an aim is missed:

- two standard errors about each parameter hold the truth in 88 of 100 firms or more;
- of those given a chance to be there, as many are, in ten bins by that chance: within the 99.9 %
  interval of the binomial distribution;
- what is expected of the next twelve months is within 5 % of what came, all in all, and nearer to
  it, customer by customer (squared error), than the last twelve months are, in every tenth by
  what is expected.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binom

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))

from bench import simulated_firms as firms  # noqa: E402 - found by the line above
from guanxi.analytics import (  # noqa: E402
    BetaGeometricBetaBernoulli,
    BetaGeometricNBD,
    GammaGamma,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
    ShiftedBetaGeometric,
)

SEEDS = 100
LEAST_COVERED = 0.88
WIDEST_OFF = 0.05
BINS = 10
SURE = 0.999


class Subject(NamedTuple):
    """A model, a truth to draw firms from, and what it says of customers."""

    model: type[Any]
    truth: firms.Truth
    draw: Callable[..., firms.Firm]
    expect: Callable[[Any, firms.Columns], np.ndarray]
    chance: Callable[[Any, firms.Columns], np.ndarray] | None  # to be there; None: all are


def year_ahead(model: Any, seen: firms.Columns) -> np.ndarray:
    horizon = firms.MONTHS if "periods" in seen else firms.YEAR
    return model.expected_purchases(horizon=horizon, **seen)


def alive(model: Any, seen: firms.Columns) -> np.ndarray:
    return model.probability_alive(**seen)


def renewals(model: Any, seen: firms.Columns) -> np.ndarray:
    months = np.arange(firms.MONTHS + 1.0)
    chances = model.renewal_chances(horizon=firms.MONTHS, periods=seen["periods"])
    return chances @ months


def renews(model: Any, seen: firms.Columns) -> np.ndarray:
    return model.probability_renew(periods=seen["periods"])


def spend(model: Any, seen: firms.Columns) -> np.ndarray:
    return model.expected_spend(**seen)


BG = {"r": 0.8, "alpha": 60.0, "a": 0.9, "b": 3.0}
PARETO = {"r": 0.8, "alpha": 60.0, "s": 0.8, "beta": 250.0}
MONTHLY = {"alpha": 0.9, "beta": 1.6, "gamma": 0.8, "delta": 6.0}
CONTRACTS = {"alpha": 0.7, "beta": 6.0}
SPEND = {"p": 5.0, "q": 4.0, "v": 60.0}
later, at_once = (partial(firms.after_purchases, first=first) for first in (False, True))
SUBJECTS = {
    subject.model.__name__: subject
    for subject in (
        Subject(BetaGeometricNBD, BG, later, year_ahead, alive),
        Subject(ModifiedBetaGeometricNBD, BG, at_once, year_ahead, alive),
        Subject(ParetoNBD, PARETO, firms.at_any_moment, year_ahead, alive),
        Subject(BetaGeometricBetaBernoulli, MONTHLY, firms.at_occasions, year_ahead, alive),
        Subject(ShiftedBetaGeometric, CONTRACTS, firms.under_contract, renewals, renews),
        Subject(GammaGamma, SPEND, firms.spending, spend, None),
    )
}


def main() -> int:
    """Recover all, print, and say by the exit code whether every aim was reached."""
    options = arguments()
    seeds = range(options.firms)
    models, wrong = {}, []
    for name in options.models:
        started = time.perf_counter()
        found = recovered(SUBJECTS[name], seeds, options.customers, options.judged)
        models[name] = found | {"seconds": round(time.perf_counter() - started, 1)}
        wrong += [f"{name}: {aim}" for aim in missed(found)]
    report = {
        "firms": options.firms,
        "customers_fitted": options.customers,
        "customers_judged": options.judged,
        "missed": wrong,
        "models": models,
    }
    print(json.dumps(report, indent=2))
    return int(bool(wrong))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    firms_at_most = range(1, SEEDS + 1)
    parser.add_argument("--firms", type=int, default=SEEDS, choices=firms_at_most, metavar="N")
    parser.add_argument("--customers", type=int, default=20_000, help="of each firm, to fit")
    parser.add_argument("--judged", type=int, default=1_000, help="of each firm, to judge")
    parser.add_argument("--models", nargs="+", default=list(SUBJECTS), choices=list(SUBJECTS))
    return parser.parse_args()


def recovered(subject: Subject, seeds: range, customers: int, judged: int) -> dict[str, Any]:
    """Fit a firm a seed, and hold what the fits say of its other customers against what came."""
    fits, said = [], []
    for seed in seeds:
        random = np.random.default_rng(seed)
        fit = subject.model().fit(**subject.draw(subject.truth, customers, random).seen)
        other = subject.draw(subject.truth, judged, random)
        fits.append(fit)
        # Of whoever is known to have left nothing is to be forecast.
        open_still = other.seen.get("lost", np.zeros(judged)) == 0
        seen = {name: column[open_still] for name, column in other.seen.items()}
        hidden = [column[open_still] for column in (other.there, other.came, other.before)]
        chance = subject.chance(fit, seen) if subject.chance else np.ones(len(hidden[0]))
        said.append(np.stack([chance, subject.expect(fit, seen), *hidden]))
    chance, expected, there, came, before = np.concatenate(said, axis=1)
    result = {
        "truth": subject.truth,
        "converged": sum(fit.converged_ for fit in fits),
        "covered": {
            name: float(
                np.mean(
                    [
                        abs(fit.params_[name] - truth) <= 2 * fit.standard_errors_[name]
                        for fit in fits
                    ]
                )
            )
            for name, truth in subject.truth.items()
        },
        "expected_to_came": round(float(expected.sum() / came.sum()), 4),
    }
    if subject.expect is year_ahead:
        result["tenths"] = tenths(expected, came, before)
    if subject.chance is not None:
        result["bins"] = bins(chance, there)
    return result


def bins(chance: np.ndarray, there: np.ndarray) -> list[dict[str, Any]]:
    """Compare, in ten bins of equal width, the mean chance with the share that was there."""
    place = np.minimum((chance * BINS).astype(int), BINS - 1)
    found = []
    for one in np.unique(place):
        own = place == one
        mean, count = float(chance[own].mean()), int(own.sum())
        low, high = binom.interval(SURE, count, min(mean, 1.0))
        were = float(there[own].sum())
        found.append(
            {
                "customers": count,
                "chance": round(mean, 4),
                "there": round(were / count, 4),
                "within": bool(low <= were <= high),
            }
        )
    return found


def tenths(expected: np.ndarray, came: np.ndarray, before: np.ndarray) -> list[dict[str, Any]]:
    """Compare, tenth by tenth of what is expected, both forecasts with what came."""
    return [
        {
            "expected": round(float(expected[own].mean()), 4),
            "came": round(float(came[own].mean()), 4),
            "before": round(float(before[own].mean()), 4),
            "error": float(np.sqrt(np.mean((expected[own] - came[own]) ** 2))),
            "error_of_naive": float(np.sqrt(np.mean((before[own] - came[own]) ** 2))),
        }
        for own in np.array_split(np.argsort(expected, kind="stable"), 10)
    ]


def missed(found: dict[str, Any]) -> list[str]:
    """Name the aims that were not reached."""
    wrong = [
        f"{name} is covered in {share:.2f}"
        for name, share in found["covered"].items()
        if share < LEAST_COVERED
    ]
    wrong += [
        f"of those given {one['chance']} {one['there']} were there"
        for one in found.get("bins", [])
        if not one["within"]
    ]
    if abs(found["expected_to_came"] - 1) > WIDEST_OFF:
        wrong.append(f"expected {found['expected_to_came']} times what came")
    wrong += [
        f"tenth {place + 1} is no better than the naive rule"
        for place, one in enumerate(found.get("tenths", []))
        if not one["error"] < one["error_of_naive"]
    ]
    return wrong


if __name__ == "__main__":
    sys.exit(main())
