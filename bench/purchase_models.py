"""How long do fits of purchase models take, from raw columns to standard errors, by `lifetimes`?

    python bench/purchase_models.py --customers 1000000

Both fit the same simulated customers in whole days, in turn on the same machine; prints JSON, and
ends with an error where lifetimes finds a likelier point than ours, by likelihoods written apart
from both. Lifetimes' Pareto/NBD takes so long that it is timed on fewer customers, as the report
says; its time grows with their number, so for the ratio it is scaled by that.

Beside it, how long a fit of as many customers takes as the CDNOW sample has, which a page may wait
for. Where lifetimes cannot be imported beside ours (it is old: numpy, pandas), name an interpreter
that can with --baseline-python.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))

from bench import purchase_likelihoods as likelihoods  # noqa: E402 - found by the line above
from guanxi.analytics import (  # noqa: E402
    BetaGeometricNBD,
    GammaGamma,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
)

Columns = dict[str, np.ndarray]

BUYING = {"r": 0.243, "alpha": 4.414 * 7, "a": 0.793, "b": 2.426}
WATCHED_DAYS = (100, 730)
PAGE_CUSTOMERS = 2_357  # as the CDNOW sample has
WARM_UP = 1_000
# Sums of a million logarithms differ by this much however they are added up.
ROUNDING = 1e-4

# Runs under the baseline's own interpreter, which need not know anything of ours.
BASELINE = """
import json, sys, time
import lifetimes, numpy as np
loaded = np.load(sys.argv[1])
columns = [loaded[name] for name in loaded.files]
def fit(rows):
    return getattr(lifetimes, sys.argv[2])().fit(*(column[:rows] for column in columns))
fit(1000)
seconds = []
for _ in range(int(sys.argv[3])):
    started = time.perf_counter()
    model = fit(None)
    seconds.append(time.perf_counter() - started)
print(json.dumps({"seconds": seconds, "params": {k: float(v) for k, v in model.params_.items()}}))
"""


class Subject(NamedTuple):
    """A model of ours, lifetimes' of the same, a truth to draw from, and the yardstick."""

    model: type[Any]
    baseline: str
    truth: dict[str, float]
    log_likelihood: Callable[..., float]


SUBJECTS = {
    subject.model.__name__: subject
    for subject in (
        Subject(BetaGeometricNBD, "BetaGeoFitter", BUYING, likelihoods.beta_geometric),
        Subject(
            ModifiedBetaGeometricNBD,
            "ModifiedBetaGeoFitter",
            BUYING,
            likelihoods.modified_beta_geometric,
        ),
        Subject(
            ParetoNBD,
            "ParetoNBDFitter",
            {"r": 0.553, "alpha": 10.578 * 7, "s": 0.606, "beta": 11.669 * 7},
            likelihoods.pareto,
        ),
        Subject(
            GammaGamma,
            "GammaGammaFitter",
            {"p": 6.25, "q": 3.74, "v": 15.44},
            likelihoods.gamma_gamma,
        ),
    )
}


def main() -> int:
    """Fit all by both, compare, print."""
    options = arguments()
    models = {name: compared(SUBJECTS[name], options) for name in options.models}
    unlikelier = [
        name for name, found in models.items() if found["log_likelihood_gained"] < -ROUNDING
    ]
    report: dict[str, Any] = {
        "customers": options.customers,
        "seed": options.seed,
        "processors": os.cpu_count(),
        "unlikelier_than_lifetimes": unlikelier,
        "models": models,
    }
    if "BetaGeometricNBD" in models:
        report["ratio"] = models["BetaGeometricNBD"]["ratio"]
    print(json.dumps(report, indent=2))
    return int(bool(unlikelier))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", nargs="+", default=list(SUBJECTS), choices=list(SUBJECTS))
    parser.add_argument("--repeats", type=int, default=5, help="fits of ours")
    parser.add_argument("--baseline-repeats", type=int, default=5)
    parser.add_argument(
        "--pareto-customers", type=int, default=100_000, help="for lifetimes' Pareto/NBD, at most"
    )
    parser.add_argument("--pareto-repeats", type=int, default=1)
    parser.add_argument("--baseline-python", default=sys.executable)
    return parser.parse_args()


def compared(subject: Subject, options: argparse.Namespace) -> dict[str, Any]:
    """Fit one model by both, and ours once more at the size that a page refits."""
    columns = simulate(subject, options.customers, options.seed)
    rows = len(next(iter(columns.values())))
    slow = subject.model is ParetoNBD
    fewer = min(rows, options.pareto_customers) if slow else rows
    some = {name: column[:fewer] for name, column in columns.items()}
    repeats = options.pareto_repeats if slow else options.baseline_repeats
    ours = fit_ours(subject, columns, options.repeats)
    baseline = fit_baseline(subject, some, options.baseline_python, repeats)
    # Judged on the customers that both were fitted to.
    on_same = subject.model().fit(**some).params_ if fewer < rows else ours["params"]
    gained = subject.log_likelihood(some, **on_same) - subject.log_likelihood(
        some, **baseline["params"]
    )
    scale = rows / fewer
    page = fit_ours(subject, {n: c[:PAGE_CUSTOMERS] for n, c in columns.items()}, options.repeats)
    return {
        "truth": subject.truth,
        "customers": rows,
        "guanxi": ours,
        "lifetimes": baseline | {"customers": fewer, "scaled_by": round(scale, 3)},
        "ratio": round(scale * median(baseline["seconds"]) / median(ours["seconds"]), 1),
        # The best time is the one least disturbed by what else the machine was doing.
        "ratio_of_best": round(scale * min(baseline["seconds"]) / min(ours["seconds"]), 1),
        "log_likelihood_gained": gained,
        "page_milliseconds": round(1000 * median(page["seconds"]), 1),
    }


def simulate(subject: Subject, customers: int, seed: int) -> Columns:
    """Draw customers as a shop's database has them: ages and purchases in whole days, spend in
    hundredths."""
    ages = np.random.default_rng(seed).integers(*WATCHED_DAYS, customers)
    if subject.model is GammaGamma:
        buying = BetaGeometricNBD.with_params(**BUYING)
        repeats = buying.simulate(size=customers, age=ages, seed=seed).frequency
        spend = GammaGamma.with_params(**subject.truth)
        # As many as there were asked for: the first purchase counts as well.
        paid = spend.simulate(frequency=repeats + 1, seed=seed)
        return {**paid._asdict(), "monetary": np.maximum(np.round(paid.monetary, 2), 0.01)}
    history = subject.model.with_params(**subject.truth).simulate(
        size=customers, age=ages, seed=seed
    )
    return {**history._asdict(), "recency": np.ceil(history.recency)}


def fit_ours(subject: Subject, columns: Columns, repeats: int) -> dict[str, Any]:
    """Time the fit from raw columns, collapsing included."""
    subject.model().fit(**{name: column[:WARM_UP] for name, column in columns.items()})
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        model = subject.model().fit(**columns)
        seconds.append(time.perf_counter() - started)
    return {
        "seconds": seconds,
        "params": model.params_,
        "standard_errors": model.standard_errors_,
        "log_likelihood": model.log_likelihood_,
    }


def fit_baseline(
    subject: Subject, columns: Columns, interpreter: str, repeats: int
) -> dict[str, Any]:
    """Time lifetimes on the same columns in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "customers.npz"
        np.savez(data, **columns)
        command = [interpreter, "-W", "ignore", "-c", BASELINE]
        done = subprocess.run(
            [*command, str(data), subject.baseline, str(repeats)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    sys.exit(main())
