"""How long does a BG/NBD fit take, from raw columns to standard errors, against `lifetimes`?

    python bench/purchase_models.py --customers 1000000

Both fit the same simulated customers in whole days, in turn on the same machine; prints JSON.
Where lifetimes cannot be imported beside ours (it is old: numpy, pandas), name an interpreter
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

import numpy as np

REPOSITORY = Path(__file__).parent.parent
TRUTH = {"r": 0.243, "alpha": 4.414 * 7, "a": 0.793, "b": 2.426}
WATCHED_DAYS = (100, 730)

# Runs under the baseline's own interpreter, which need not know anything of ours.
BASELINE = """
import json, sys, time
import numpy as np
from lifetimes import BetaGeoFitter
columns = np.load(sys.argv[1])
history = columns["frequency"], columns["recency"], columns["age"]
BetaGeoFitter().fit(*(column[:1000] for column in history))
seconds = []
for _ in range(int(sys.argv[2])):
    started = time.perf_counter()
    model = BetaGeoFitter().fit(*history)
    seconds.append(time.perf_counter() - started)
print(json.dumps({"seconds": seconds, "params": {k: float(v) for k, v in model.params_.items()}}))
"""


def main() -> None:
    """Fit both, compare, print."""
    options = arguments()
    sys.path.insert(0, str(REPOSITORY))
    columns = simulate(options.customers, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "customers.npz"
        np.savez(data, **columns)
        ours = fit_ours(columns, options.repeats)
        baseline = fit_baseline(options.baseline_python, data, options.baseline_repeats)
    baseline["log_likelihood"] = log_likelihood(columns, baseline["params"])
    report = {
        "customers": options.customers,
        "seed": options.seed,
        "processors": os.cpu_count(),
        "truth": TRUTH,
        "guanxi": ours,
        "lifetimes": baseline,
        # The best time is the one least disturbed by what else the machine was doing.
        "ratio": round(min(baseline["seconds"]) / min(ours["seconds"]), 1),
        "ratio_of_medians": round(median(baseline["seconds"]) / median(ours["seconds"]), 1),
        "log_likelihood_gained": ours["log_likelihood"] - baseline["log_likelihood"],
    }
    print(json.dumps(report, indent=2))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7, help="fits of ours")
    parser.add_argument("--baseline-repeats", type=int, default=3)
    parser.add_argument("--baseline-python", default=sys.executable)
    return parser.parse_args()


def simulate(customers: int, seed: int) -> dict[str, np.ndarray]:
    """Draw customers as a shop's database has them: ages and purchases in whole days."""
    from guanxi.analytics import BetaGeometricNBD

    ages = np.random.default_rng(seed).integers(*WATCHED_DAYS, customers)
    model = BetaGeometricNBD.with_params(**TRUTH)
    history = model.simulate(size=customers, age=ages, seed=seed)
    return {**history._asdict(), "recency": np.ceil(history.recency)}


def fit_ours(columns: dict[str, np.ndarray], repeats: int) -> dict[str, object]:
    """Time the fit from raw columns, collapsing included."""
    from guanxi.analytics import BetaGeometricNBD

    BetaGeometricNBD().fit(**{name: column[:1000] for name, column in columns.items()})
    seconds, model = timed(lambda: BetaGeometricNBD().fit(**columns), repeats)
    return {
        "seconds": seconds,
        "params": model.params_,
        "standard_errors": model.standard_errors_,
        "log_likelihood": model.log_likelihood_,
    }


def fit_baseline(interpreter: str, data: Path, repeats: int) -> dict[str, object]:
    """Time lifetimes on the same columns in a process of its own."""
    command = [interpreter, "-W", "ignore", "-c", BASELINE, str(data), str(repeats)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def log_likelihood(columns: dict[str, np.ndarray], params: dict[str, float]) -> float:
    """Judge the baseline's parameters by the same yardstick: written out anew, row by row."""
    from scipy.special import betaln, gammaln

    r, alpha, a, b = (params[name] for name in ("r", "alpha", "a", "b"))
    x, t_x, age = columns["frequency"], columns["recency"], columns["age"]
    stayed = -(r + x) * np.log(alpha + age)
    left = np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + t_x)
    mixture = np.where(x > 0, np.logaddexp(stayed, left), stayed)
    counts = gammaln(r + x) - gammaln(r) + betaln(a, b + x) - betaln(a, b)
    return float((counts + r * np.log(alpha) + mixture).sum())


def timed(fit: Callable[[], object], repeats: int) -> tuple[list[float], object]:
    """Run `fit` several times; give the seconds of each and the last result."""
    seconds, result = [], None
    for _ in range(repeats):
        started = time.perf_counter()
        result = fit()
        seconds.append(time.perf_counter() - started)
    return seconds, result


if __name__ == "__main__":
    main()
