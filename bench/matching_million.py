"""A million simulated persons: what is found, and in what time. Prints JSON.

    python bench/matching_million.py --records 1000000

Two in a hundred are copies with the stated shares of errors. Precision, recall and F1 of pairs
stand beside a plain comparison of what is written. The time stands beside that of splink set up by
hand with its own comparisons, of the same standardized records and the same pairs; and that of
looking for 10,000 new ones with the model that is there beside that of a whole run.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parent.parent
DATA = Path(os.environ.get("GUANXI_TEST_DATA") or REPOSITORY / "../shared/data").resolve()
NEW = 10_000
COPIES_EACH = 1.75  # of whoever comes again, on average


def main() -> None:
    """Make the persons, search, print."""
    options = arguments()
    sys.path.insert(0, str(REPOSITORY))
    import resource

    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from guanxi.analytics.matching import find_matches, match_standardized, standardized
    from guanxi.analytics.matching.tests import known_data

    customers = round(options.records * (1 - options.copies))
    again = options.copies * options.records / COPIES_EACH / customers
    known = known_data.chinese(DATA, "person", customers, options.seed, again=again)
    records, truth = known
    started = time.perf_counter()
    table = standardized(records, "person")
    report: dict[str, Any] = {
        "records": len(records),
        "true_pairs": known_data.pairs_within(truth.values()),
        "errors": known_data.PERSON_ERRORS,
        "missing_at_all": known_data.MISSING_AT_ALL,
        "standardizing_s": since(started),
    }
    started = time.perf_counter()
    found = find_matches(records, kind="person")
    report["whole_run_s"] = since(started)
    likely = found.pairs.filter(found.pairs["probability"].to_numpy() >= found.threshold)
    pairs = [list(p) for p in zip(*(likely[c].to_pylist() for c in ("id_l", "id_r")), strict=True)]
    report["threshold"] = round(found.threshold, 4)
    report["pairs"] = known_data.of_pairs(truth, pairs)
    report["exact_baseline"] = known_data.exact_baseline(known)
    new = random.Random(options.seed).sample(records["id"].to_pylist(), NEW)
    # As the product looks for them: all are kept as they are compared, the new ones are not yet.
    with tempfile.TemporaryDirectory() as folder:
        kept = f"{folder}/kept.parquet"
        is_new = pc.is_in(table["id"], pa.array(new))
        pq.write_table(table.filter(pc.invert(is_new)), kept, compression="zstd")
        arrived = records.filter(pc.is_in(records["id"], pa.array(new)))
        started = time.perf_counter()
        grown = pa.concat_tables([pq.read_table(kept), standardized(arrived, "person")])
        match_standardized(grown, model=found.model, changed=new)
        report["new_ones_s"] = since(started)
    started = time.perf_counter()
    by_hand(table)
    report["splink_by_hand_s"] = round(since(started) + report["standardizing_s"], 1)
    report |= {
        "to_splink_by_hand": round(report["whole_run_s"] / report["splink_by_hand_s"], 2),
        "new_ones_to_whole_run": round(report["new_ones_s"] / report["whole_run_s"], 3),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(report, indent=2, ensure_ascii=False))


def by_hand(table: Any) -> None:
    """What somebody would write who has splink and these records: its own comparisons."""
    import logging

    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator

    from guanxi.analytics.matching.comparisons import BLOCKS, LARGEST_BLOCK, LEARN_FROM

    with duckdb.connect(":memory:") as connection:
        connection.register("standardized", table)
        blocks = ", ".join(
            f"case when {known(keys)} and count(*) over "
            f"(partition by {', '.join(keys)}) between 2 and {LARGEST_BLOCK} "
            f"then hash({', '.join(keys)}) end as block_{n}"
            for n, keys in enumerate(BLOCKS)
        )
        connection.execute(f"create table records as select *, {blocks} from standardized")  # noqa: S608
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="id",
            comparisons=[
                cl.JaroWinklerAtThresholds("name", [0.95, 0.88]).configure(
                    term_frequency_adjustments=True
                ),
                cl.DamerauLevenshteinAtThresholds("birth_date", [1, 2]),
                cl.DamerauLevenshteinAtThresholds("phone", [1]),
                cl.JaroWinklerAtThresholds("email", [0.9]),
                cl.ExactMatch("city").configure(term_frequency_adjustments=True),
                cl.JaroWinklerAtThresholds("street", [0.9, 0.75]),
                cl.DamerauLevenshteinAtThresholds("code", [1]),
            ],
            blocking_rules_to_generate_predictions=[
                f"l.block_{n} = r.block_{n}" for n in range(len(BLOCKS))
            ],
        )
        database = DuckDBAPI(connection)
        linker = Linker(database.register("records"), settings, log_level=logging.ERROR)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for column in LEARN_FROM:
            if column != "postal_code":  # nobody has one here
                linker.training.estimate_parameters_using_expectation_maximisation(
                    f"l.{column} = r.{column}"
                )
        linker.inference.predict(threshold_match_weight=-8).as_pyarrow_table()


def known(keys: tuple[str, ...]) -> str:
    return " and ".join(f"{key} <> ''" for key in keys)


def since(started: float) -> float:
    return round(time.perf_counter() - started, 1)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--copies", type=float, default=0.02, help="the share of records")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
