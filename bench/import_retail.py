"""The whole UCI Online Retail file by the path a user takes; prints JSON: counts, seconds, memory.

    python bench/import_retail.py [folder of the public data sets]

Fails unless imported and rejected rows add up to the file, and a second run changes nothing.
"""

import json
import lzma
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.workspace import bench_workspace

ROWS = 541_909


def measure(data: Path) -> dict[str, object]:
    """Import the file twice into this workspace."""
    from guanxi.platform.access.models import Role, User
    from guanxi.platform.access.predicate import Asker
    from guanxi.platform.exchange.services import import_file
    from guanxi.sales.models import Order, OrderLine

    user, _new = User.objects.get_or_create(
        username="bench",
        defaults={"full_name": "bench", "role": Role.objects.get(name="administrator")},
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "online_retail.csv"
        source = data / "online_retail" / "online_retail.csv.xz"
        with lzma.open(source) as packed, path.open("wb") as file:
            shutil.copyfileobj(packed, file)
        seconds, done = [], []
        for _run in range(2):
            started = time.perf_counter()
            done.append(import_file(asker=Asker(user), target="purchase", path=path))
            seconds.append(round(time.perf_counter() - started, 1))
    first, second = (d.counts for d in done)
    assert first["rows"] == first["create"] + first["reject"] == ROWS, first
    assert OrderLine.objects.filter(order__source="file").count() == first["create"]
    assert second["unchanged"] == first["create"], second
    return {
        "first": first,
        "second": second,
        "orders": Order.objects.count(),
        "seconds": seconds,
        "rows_per_second": round(ROWS / seconds[0]),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    default = os.environ.get("GUANXI_TEST_DATA") or "../shared/data"
    with bench_workspace():
        print(json.dumps(measure(Path(sys.argv[1] if len(sys.argv) > 1 else default)), indent=2))
