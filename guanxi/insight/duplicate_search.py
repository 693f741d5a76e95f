"""The search for customers who may be one: who changed is compared with all, and the queue follows.

Once a week, and if many changed, all are compared with all, and how much a value says is learnt
anew: that depends on how rare it is. Nothing is written before everything is computed, and then all
of it or nothing is.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction

from guanxi.analytics.matching import Kind, MatchModel, match_standardized
from guanxi.analytics.matching.thresholds import threshold_for
from guanxi.insight import by_itself, compared, warehouse
from guanxi.insight.compared import READ, Compared
from guanxi.insight.duplicates import COMPARED
from guanxi.insight.models import SuspectedPair
from guanxi.insight.one_at_a_time import ENGINE_MEMORY, Tell, one_at_a_time
from guanxi.insight.quality.settings import current_settings
from guanxi.insight.write_back import as_csv

KINDS: tuple[Kind, ...] = ("person", "organization")
LIKELY = 0.5  # more likely one customer than two: worth a look
MOST = 100_000  # pairs of a kind, the likeliest; nobody looks at more
DIGITS = 6  # of a probability; sums in another order differ behind them
PAIRS = pa.schema(
    [
        ("one", pa.string()),
        ("other", pa.string()),
        ("probability", pa.float64()),
        ("evidence", pa.string()),
    ]
)

# What was found of customers still in use, with the number that a decision is kept with.
SUSPECTED = f"""
create temp table insight_suspected on commit drop as
select a.id as first_id, b.id as second_id, f.probability, f.evidence::jsonb as evidence,
    {COMPARED} as compared
from insight_found f
join customers_customer a on a.id = least(f.one, f.other) and a.deleted_at is null
join customers_customer b on b.id = greatest(f.one, f.other) and b.deleted_at is null
"""  # noqa: S608  constants only
# Of those that were looked at: all of some kinds, some of the others.
DROP = """
delete from insight_suspectedpair p using customers_customer a
where p.state = 'open' and a.id = p.first_id and not exists (
    select from insight_suspected s where s.first_id = p.first_id and s.second_id = p.second_id)
  and (a.kind = any(%s) or p.first_id in (select id from insight_looked_at)
    or p.second_id in (select id from insight_looked_at))
"""
# One decided comes again only if either was changed since in what is compared.
UPDATE = """
update insight_suspectedpair p
set probability = s.probability, evidence = s.evidence,
    state = 'open', decided_at = null, decided_by_id = null, compared = null
from insight_suspected s
where s.first_id = p.first_id and s.second_id = p.second_id and case p.state
    when 'open' then (p.probability, p.evidence) is distinct from (s.probability, s.evidence)
    else p.compared <> s.compared end
"""
INSERT = """
insert into insight_suspectedpair (first_id, second_id, probability, priority, evidence)
select first_id, second_id, probability, 0, evidence from insight_suspected
on conflict (first_id, second_id) do nothing
"""
# What both are expected to bring, as of now, if they are one.
RANK = """
update insight_suspectedpair p set priority = r.priority
from (
    select q.id, q.probability * (1 + greatest(coalesce(s.expected_value_12m, 0), 0)
        + greatest(coalesce(t.expected_value_12m, 0), 0))::float8 as priority
    from insight_suspectedpair q
    left join insight_customerscore s on s.customer_id = q.first_id
    left join insight_customerscore t on t.customer_id = q.second_id
    where q.state = 'open'
) r
where r.id = p.id and r.priority is distinct from p.priority
"""
# How likely the pairs in use are, by kind.
LIKELIHOODS = """
select a.kind, array_agg(p.probability)
from insight_suspectedpair p
join customers_customer a on a.id = p.first_id and a.deleted_at is null
join customers_customer b on b.id = p.second_id and b.deleted_at is null
where p.probability >= %s
group by a.kind
"""


@dataclass(frozen=True)
class Looked:
    """What a look at the customers of a kind found."""

    at: Compared
    pairs: pa.Table
    model: MatchModel | None


def run(*, tell: Tell = lambda step, done, total: None) -> dict[str, int]:
    """Look for duplicates and bring the queue up to date, then merge by itself if that is wanted.

    Returns how many customers were {"looked_at"}, how many pairs are {"open", "new"}, and, if
    wanted, {"merged", "left"} to people. One run at a time: a second one waits.
    """
    looked = []
    settings = current_settings()
    with one_at_a_time(tell):
        for n, kind in enumerate(KINDS):
            tell("read", n, len(KINDS))
            now = compared.bring_up_to_date(kind)
            tell("compare", n, len(KINDS))
            looked.append(_look(now))
        tell("write", 0, None)
        kept = _keep(looked)
        for look in looked:
            if not look.at.is_as_before:
                compared.write(look.at, look.model)
        if not settings.merges_by_itself:
            return kept
        done = by_itself.merge_sure_pairs(_thresholds(settings.precision), tell)
        return {**kept, **done, "open": kept["open"] - done["merged"]}


def _look(at: Compared) -> Looked:
    if not at.looked_at:
        return Looked(at, PAIRS.empty_table(), at.model)
    table = at.table.drop_columns("number")
    found = match_standardized(table, model=at.model, changed=at.changed, engine=_engine())
    likely = found.pairs.filter(pc.greater_equal(found.pairs["probability"], LIKELY))
    return Looked(at, _incoming(likely.slice(0, MOST)), found.model)


def _thresholds(precision: float) -> dict[str, float]:
    """By kind the probability from which on pairs keep the precision that the firm expects."""
    with connection.cursor() as cursor:
        cursor.execute(LIKELIHOODS, [by_itself.LEAST])
        likely: dict[str, Any] = dict(cursor.fetchall())
    return {k: threshold_for(likely.get(k, []), precision, least=by_itself.LEAST) for k in KINDS}


def _engine() -> dict[str, str]:
    scratch = warehouse.warehouse_folder() / "scratch"
    scratch.parent.mkdir(parents=True, exist_ok=True)
    return {"memory_limit": ENGINE_MEMORY, "temp_directory": str(scratch)}


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
    columns = [
        pairs["id_l"],
        pairs["id_r"],
        pc.round(pairs["probability"], DIGITS),
        pa.array(evidence, pa.string()),
    ]
    return pa.table(columns, schema=PAIRS)


@transaction.atomic
def _keep(looked: Sequence[Looked]) -> dict[str, int]:
    """Write what was found; returns {"looked_at", "open", "new"}."""
    whole = [look.at.kind for look in looked if look.at.changed is None]
    ids = [pk for look in looked for pk in (*(look.at.changed or ()), *look.at.gone)]
    with connection.cursor() as cursor:
        raw: psycopg.Cursor[Any] = cursor.cursor
        _copy_in(raw, "insight_looked_at (id uuid)", pa.table({"id": pa.array(ids, pa.string())}))
        _copy_in(
            raw,
            "insight_found (one uuid, other uuid, probability float8, evidence text)",
            pa.concat_tables([look.pairs for look in looked]),
        )
        raw.execute(SUSPECTED)
        raw.execute("analyze insight_suspected")
        raw.execute(DROP, [whole])
        raw.execute(UPDATE)
        new = raw.execute(INSERT).rowcount
        raw.execute(RANK)
        for table in ("insight_looked_at", "insight_found", "insight_suspected"):
            raw.execute(f"drop table {table}")
    return {
        "looked_at": sum(look.at.looked_at for look in looked),
        "open": SuspectedPair.objects.filter(state=SuspectedPair.State.OPEN).count(),
        "new": new,
    }


def _copy_in(cursor: psycopg.Cursor[Any], table: str, rows: pa.Table) -> None:
    """Make a table of this transaction's own and fill it."""
    cursor.execute(f"create temp table {table} on commit drop")
    name = table.split()[0]
    if rows.num_rows:
        with cursor.copy(f"copy {name} from stdin (format csv)") as copy:
            for batch in rows.to_batches():
                copy.write(as_csv(batch))
    cursor.execute(f"analyze {name}")
