"""The search for customers who may be one: all are compared, and the queue follows.

Always of all of them, though matching could look at the changed ones alone: to read and standardize
everybody is most of the work either way, and how much a value says depends on how rare it is.
Nothing is written before everything is computed, and then all of it or nothing is.
"""

import io
import json
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from django.db import connection, transaction

from guanxi.analytics.matching import Kind, find_matches
from guanxi.analytics.matching.thresholds import threshold_for
from guanxi.insight import by_itself, warehouse
from guanxi.insight.duplicates import COMPARED
from guanxi.insight.models import SuspectedPair
from guanxi.insight.one_at_a_time import ENGINE_MEMORY, Tell, one_at_a_time
from guanxi.insight.quality.settings import current_settings
from guanxi.insight.write_back import as_csv

KINDS: tuple[Kind, ...] = ("person", "organization")
LIKELY = 0.5  # more likely one customer than two: worth a look
MOST = 100_000  # pairs of a kind, the likeliest; nobody looks at more
DIGITS = 6  # of a probability; sums in another order differ behind them
# What matching calls it: the customer's field, and its value in SQL.
READ = {
    "id": ("id", "id::text"),
    "name": ("name", "name"),
    "birth_date": ("birthday", "birthday"),
    "phone": ("phone", "coalesce(nullif(phone_normal, ''), phone)"),
    "email": ("email", "email"),
    "city": ("city", "city"),
    "district": ("district", "district"),
    "street": ("street", "street"),
    "postal_code": ("postal_code", "postal_code"),
    "occupation": ("industry", "industry"),
    "code": ("credit_code", "credit_code"),
}

# What was found of customers still in use, with the number that a decision is kept with.
SUSPECTED = f"""
create temp table insight_suspected on commit drop as
select a.id as first_id, b.id as second_id, f.probability, f.evidence::jsonb as evidence,
    f.probability * (1 + greatest(coalesce(s.expected_value_12m, 0), 0)
        + greatest(coalesce(t.expected_value_12m, 0), 0))::float8 as priority,
    {COMPARED} as compared
from insight_found f
join customers_customer a on a.id = least(f.one, f.other) and a.deleted_at is null
join customers_customer b on b.id = greatest(f.one, f.other) and b.deleted_at is null
left join insight_customerscore s on s.customer_id = a.id
left join insight_customerscore t on t.customer_id = b.id
"""  # noqa: S608  constants only
DROP = """
delete from insight_suspectedpair p where state = 'open' and not exists (
    select from insight_suspected s where s.first_id = p.first_id and s.second_id = p.second_id)
"""
# One decided comes again only if either was changed since in what is compared.
UPDATE = """
update insight_suspectedpair p
set probability = s.probability, priority = s.priority, evidence = s.evidence,
    state = 'open', decided_at = null, decided_by_id = null, compared = null
from insight_suspected s
where s.first_id = p.first_id and s.second_id = p.second_id and case p.state
    when 'open' then (p.probability, p.priority, p.evidence)
        is distinct from (s.probability, s.priority, s.evidence)
    else p.compared <> s.compared end
"""
INSERT = """
insert into insight_suspectedpair (first_id, second_id, probability, priority, evidence)
select first_id, second_id, probability, priority, evidence from insight_suspected
on conflict (first_id, second_id) do nothing
"""


def run(*, tell: Tell = lambda step, done, total: None) -> dict[str, int]:
    """Compare all customers and bring the queue up to date, then merge by itself if that is wanted.

    Returns how many pairs are {"open", "new"}, and, if wanted, {"merged", "left"} to people. One
    run at a time: a second one waits.
    """
    found = []
    thresholds: dict[str, float] = {}
    settings = current_settings()
    with one_at_a_time(tell):
        for n, kind in enumerate(KINDS):
            tell("read", n, len(KINDS))
            records = _read(kind)
            tell("compare", n, len(KINDS))
            pairs = find_matches(records, kind=kind, engine=_engine()).pairs
            thresholds[kind] = threshold_for(
                pairs["probability"], settings.precision, least=by_itself.LEAST
            )
            likely = pairs.filter(pc.greater_equal(pairs["probability"], LIKELY))
            found.append(_incoming(likely.slice(0, MOST)))
        tell("write", 0, None)
        kept = _keep(pa.concat_tables(found))
        if not settings.merges_by_itself:
            return kept
        done = by_itself.merge_sure_pairs(thresholds, tell)
        return {**kept, **done, "open": kept["open"] - done["merged"]}


def _engine() -> dict[str, str]:
    scratch = warehouse.warehouse_folder() / "scratch"
    scratch.parent.mkdir(parents=True, exist_ok=True)
    return {"memory_limit": ENGINE_MEMORY, "temp_directory": str(scratch)}


def _read(kind: Kind) -> pa.Table:
    """All customers of a kind in use, as text."""
    columns = ", ".join(f"{value} as {name}" for name, (_field, value) in READ.items())
    # Those who were erased are all called alike.
    there = f"deleted_at is null and erased_at is null and kind = '{kind}'"
    query = f"select {columns} from customers_customer where {there}"  # noqa: S608
    buffer = io.BytesIO()
    with connection.cursor() as cursor:
        raw: psycopg.Cursor[Any] = cursor.cursor
        with raw.copy(f"copy ({query}) to stdout (format csv)".encode()) as copy:
            for piece in copy:
                buffer.write(piece)
    if not buffer.tell():
        return pa.schema([(name, pa.string()) for name in READ]).empty_table()
    buffer.seek(0)
    return pa_csv.read_csv(
        buffer,
        pa_csv.ReadOptions(column_names=list(READ)),
        pa_csv.ParseOptions(newlines_in_values=True),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(READ, pa.string())),
    )


def _incoming(pairs: pa.Table) -> pa.Table:
    """Pairs as they are written: the evidence in words of ours, as JSON."""
    evidence = [
        json.dumps(
            [
                {"field": READ[e["field"]][0], "level": e["level"], "weight": round(e["weight"], 2)}
                for e in steps
            ]
        )
        for steps in pairs["evidence"].to_pylist()
    ]
    return pa.table(
        {
            "one": pairs["id_l"],
            "other": pairs["id_r"],
            "probability": pc.round(pairs["probability"], DIGITS),
            "evidence": pa.array(evidence, pa.string()),
        }
    )


@transaction.atomic
def _keep(found: pa.Table) -> dict[str, int]:
    with connection.cursor() as cursor:
        raw: psycopg.Cursor[Any] = cursor.cursor
        raw.execute(
            "create temp table insight_found"
            " (one uuid, other uuid, probability float8, evidence text) on commit drop"
        )
        if found.num_rows:
            with raw.copy("copy insight_found from stdin (format csv)") as copy:
                for batch in found.to_batches():
                    copy.write(as_csv(batch))
        raw.execute("analyze insight_found")
        raw.execute(SUSPECTED)
        raw.execute("analyze insight_suspected")
        raw.execute(DROP)
        raw.execute(UPDATE)
        new = raw.execute(INSERT).rowcount
        for table in ("insight_found", "insight_suspected"):
            raw.execute(f"drop table {table}")
    still = SuspectedPair.objects.filter(state=SuspectedPair.State.OPEN).count()
    return {"open": still, "new": new}
