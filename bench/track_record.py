"""Would the scores have been right for real shops? Backtests on public data, beside naive rules.

    python bench/track_record.py

CDNOW (all 23,570 customers, cut where the papers cut) and Online Retail (a gift shop in the United
Kingdom, mostly with dealers as customers), by default settings: the scores as users get them, and
each purchase model by itself. Data in GUANXI_TEST_DATA (default ../shared/data). Prints JSON: by
forecaster the error of the total, the mean squared error saved against each rule in percent, the
difference with its 95 % interval, calibration, and the verdict.
"""

import argparse
import datetime as dt
import json
import lzma
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

REPOSITORY = Path(__file__).parent.parent
DATA = Path(os.environ.get("GUANXI_TEST_DATA") or REPOSITORY / "../shared/data").resolve()


def main() -> None:
    """Test every forecaster on every shop, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data
    sys.path.insert(0, str(REPOSITORY))
    shops = {
        # All of the calibration period but its first day, so that a horizon lies on either side.
        "cdnow": (cdnow(data), dt.date(1998, 6, 30), 272, [dt.date(1997, 9, 30)]),
        "online_retail": (online_retail(data), dt.date(2011, 12, 9), 120, None),
    }
    report = {
        shop: {name: tested(forecaster, *of_shop) for name, forecaster in forecasters().items()}
        for shop, of_shop in shops.items()
    }
    print(json.dumps(report, indent=2))


def forecasters() -> dict[str, Callable[..., Any]]:
    """The scores, and the purchase models one by one."""
    from guanxi.analytics import BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD
    from guanxi.analytics.trust import forecast_by_model, forecast_by_scores

    return {
        "scores": forecast_by_scores,
        "bg_nbd": forecast_by_model(BetaGeometricNBD),
        "mbg_nbd": forecast_by_model(ModifiedBetaGeometricNBD),
        "pareto_nbd": forecast_by_model(ParetoNBD),
    }


def tested(
    forecaster: Callable[..., Any],
    lines: pa.Table,
    as_of: dt.date,
    horizon_days: int,
    cuts: list[dt.date] | None,
) -> dict[str, Any]:
    """Backtest one forecaster on one shop."""
    from guanxi.analytics.trust import backtest

    found = backtest(
        lines, as_of=as_of, horizon_days=horizon_days, cuts=cuts, forecaster=forecaster
    )
    newest = found.cuts[-1]
    return {
        "cuts": [str(check.cut) for check in found.cuts],
        "horizon_days": horizon_days,
        "customers": newest.targets["purchases"].customers,
        "verdicts": found.verdicts,
        "total_error_percent": {
            target: {rule: percent(errors.total_error) for rule, errors in check.rules.items()}
            for target, check in newest.targets.items()
        },
        "saved_percent": {
            f"{one.target}_against_{one.rule}": percent(one.gain) for one in found.comparisons
        },
        "difference": {
            f"{one.target}_against_{one.rule}": one.difference._asdict()
            for one in found.comparisons
        },
        "calibration_bins": len(newest.calibration),
        "calibration_bins_held": sum(one.holds for one in newest.calibration),
        "doubts": [*found.doubts, *newest.doubts],
    }


def percent(share: float) -> float:
    return round(100 * share, 1)


def cdnow(data: Path) -> pa.Table:
    """Every purchase of the 23,570 customers."""
    with (data / "cdnow/CDNOW_master.txt").open() as file:
        rows = [row for line in file if (row := line.split()) and row[0].isdigit()]
    return order_lines(
        customers=[row[0] for row in rows],
        orders=[str(place) for place in range(len(rows))],
        days=pa.array([dt.date.fromisoformat(row[1]) for row in rows]),
        amounts=pa.array([float(row[3]) for row in rows]),
    )


def online_retail(data: Path) -> pa.Table:
    """Every line of a known customer; cancelled invoices are returns."""
    with lzma.open(data / "online_retail/online_retail.csv.xz") as file:
        lines = csv.read_csv(
            file,
            convert_options=csv.ConvertOptions(
                column_types={"InvoiceNo": pa.string(), "CustomerID": pa.string()},
                strings_can_be_null=True,
            ),
        )
    lines = lines.filter(pc.is_valid(lines["CustomerID"]))
    return order_lines(
        customers=lines["CustomerID"],
        orders=lines["InvoiceNo"],
        days=pc.cast(lines["InvoiceDate"], pa.date32()),
        amounts=pc.multiply(pc.cast(lines["Quantity"], pa.float64()), lines["UnitPrice"]),
    )


def order_lines(*, customers: Any, orders: Any, days: Any, amounts: Any) -> pa.Table:
    """The columns that scoring reads; nothing is known of margins."""
    columns = {"customer_id": customers, "order_id": orders, "ordered_on": days, "amount": amounts}
    return pa.table(columns | {"margin": pa.nulls(len(customers), pa.float64())})


if __name__ == "__main__":
    main()
