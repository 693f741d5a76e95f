"""How well are duplicates found, with one configuration and no labels? Prints JSON.

    python bench/matching.py

Precision, recall and F1 of pairs, and of the pairs within clusters, on the public sets in
GUANXI_TEST_DATA (default ../shared/data) and on made-up Chinese persons and firms with stated
shares of errors, the latter beside a plain comparison of what is written.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parent.parent
DATA = Path(os.environ.get("GUANXI_TEST_DATA") or REPOSITORY / "../shared/data").resolve()


def main() -> None:
    """Measure each set, print."""
    options = arguments()
    sys.path.insert(0, str(REPOSITORY))
    from guanxi.analytics.matching.tests import known_data

    report: dict[str, Any] = {"processors": os.cpu_count()}
    for number in (1, 2, 3):
        report[f"febrl_{number}"] = timed(known_data, known_data.febrl(DATA, number))
    report["fake_1000"] = timed(known_data, known_data.fake_1000(DATA))
    report["historical_figures"] = timed(known_data, known_data.historical(DATA))
    for kind in ("person", "organization"):
        for gaps, name in ((1.0, f"chinese_{kind}s"), (2.0, f"chinese_{kind}s_twice_the_gaps")):
            known = known_data.chinese(DATA, kind, options.customers, options.seed, gaps)
            found = timed(known_data, known, kind)
            report[name] = found | {"exact_baseline": known_data.exact_baseline(known)}
    report["chinese_errors"] = {
        "missing_at_all": known_data.MISSING_AT_ALL,
        "persons": known_data.PERSON_ERRORS,
        "organizations": known_data.FIRM_ERRORS,
    }
    print(json.dumps(report, indent=2, ensure_ascii=False))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=5_000, help="Chinese ones of each kind")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def timed(known_data: Any, known: Any, kind: str = "person") -> dict[str, Any]:
    """Measure one set, with the seconds it takes."""
    measured: Callable[..., dict[str, Any]] = known_data.measured
    started = time.perf_counter()
    found = measured(known, kind)
    return found | {"seconds": round(time.perf_counter() - started, 1)}


if __name__ == "__main__":
    main()
