"""Keys of the records an import makes, known before they are written and ordered as the rows
are."""

import hashlib

from guanxi.platform.exchange.models import Import


def id_sql(imported: Import, part: int, row: str) -> str:
    """The SQL of the key of the record that `part` of `row` (an SQL expression) makes.

    It is the same whenever the same preview is written, which makes batches repeatable.
    """
    seed = hashlib.sha256(f"{imported.pk}:{imported.attempt}".encode()).hexdigest()
    when = f"{int(imported.created_at.timestamp() * 1000):012x}"
    return f"guanxi_import_id('{when}7{seed[:3]}8{seed[3:6]}', {part}, '{seed[6:8]}', {row})"
