"""The model of Fellegi & Sunter (1969, "A theory for record linkage"), fitted without labels.

A pair's weight is log2 of the odds that its two records are one customer:
    w = log2(lambda / (1 - lambda)) + sum over fields log2(m / u)
with m and u the probabilities of the level of agreement among matches and among others, and lambda
that of a match among all pairs. u is counted on random pairs, which are hardly ever matches; m is
fitted by expectation maximization (Dempster, Laird, Rubin 1977; Winkler 1988) on pairs that agree
on one field, for all the others; lambda afterwards as the share that the model itself expects:
    lambda = sum(p) / pairs,  p = 2^w / (1 + 2^w)
The work is done by splink (Linacre et al. 2022, "Splink: free software for probabilistic record
linkage at scale") on DuckDB, within the process and without extensions.
"""

import logging
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator

from guanxi.analytics.matching.comparisons import (
    BLOCKS,
    COMPARISONS,
    LARGEST_BLOCK,
    LEARN_FROM,
    comparison,
)
from guanxi.analytics.matching.records import Kind, standardized
from guanxi.analytics.matching.thresholds import threshold_for

RANDOM_PAIRS = 1_000_000  # on which u is counted
LEARNING_PAIRS = 300_000  # of each round of expectation maximization
LEAST_WEIGHT = -8.0  # bits; a pair below is not worth keeping
ROOM = 6.0  # bits by which the assumed lambda may be too small
KNOWN_SHARE = 0.01  # of records that must have a field for it to be compared
ENOUGH_PAIRS = 50  # that agree on a field, to learn from them
# The largest share of matches that may differ in a field, for what was learnt to be believed.
BELIEVABLE = {"name": 0.5, "birth_date": 0.9, "phone": 0.9, "email": 0.9, "code": 0.9}
MOST_STEPS = 100
CLOSE_ENOUGH = 0.001  # bits
SEED = 1


@dataclass(frozen=True)
class MatchModel:
    """What was learnt of a firm's records; plain JSON inside, to be kept between runs."""

    settings: dict[str, Any]
    threshold: float  # the probability from which on the expected precision is kept

    @property
    def match_share(self) -> float:
        """Lambda: the probability that two records drawn at random are one customer."""
        return float(self.settings["probability_two_random_records_match"])

    @property
    def prior_weight(self) -> float:
        """What a pair weighs before anything is compared, in bits."""
        return _log_odds(self.match_share)


@dataclass(frozen=True)
class Matches:
    """Pairs of records that may be one customer.

    `pairs` has `id_l`, `id_r`, `weight` (bits), `probability`, and `evidence`: for each field known
    of both its `field`, `level` and `weight`, which add up, with the model's `prior_weight`, to the
    pair's weight. Without anything to compare by there is no model.
    """

    pairs: pa.Table
    model: MatchModel | None

    @property
    def threshold(self) -> float:
        """The probability from which on a pair counts as one customer."""
        return self.model.threshold if self.model else 1.0


class ArrowStream(Protocol):
    """Arrow tables, DuckDB relations and data frames, by Arrow's PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


def find_matches(
    records: ArrowStream,
    *,
    kind: Kind,
    region: str = "CN",
    model: MatchModel | None = None,
    changed: Collection[str] | None = None,
    different: pa.Table | None = None,
    precision: float = 0.9,
    engine: Mapping[str, str] | None = None,
) -> Matches:
    """Find the pairs of records of one kind that may be one customer.

    Which columns are read says `standardized`; the rest is as `match_standardized` has it.
    """
    return match_standardized(
        standardized(pa.table(records), kind, region),
        model=model,
        changed=changed,
        different=different,
        precision=precision,
        engine=engine,
    )


def match_standardized(
    table: pa.Table,
    *,
    model: MatchModel | None = None,
    changed: Collection[str] | None = None,
    different: pa.Table | None = None,
    precision: float = 0.9,
    engine: Mapping[str, str] | None = None,
) -> Matches:
    """Find the pairs that may be one customer in what `standardized` gave, kept from another time.

    Without a model one is fitted on these records. With `changed`, ids of new and changed records,
    only pairs with one of them are looked at, each against all. Pairs in `different` (`id_l`,
    `id_r`), which somebody has looked at, do not come again. `engine` are settings of DuckDB, such
    as its `memory_limit`.
    """
    with duckdb.connect(":memory:", config=dict(engine or {})) as connection:
        _load(connection, table, changed)
        linker = _linker(connection, table, model)
        if linker is None:
            return Matches(_no_pairs(), model)
        if model is None:
            _learn(linker, connection)
            learnt = linker.misc.save_model_to_json()
            if _learnt_of_others(learnt):
                linker = _linker(connection, table, MatchModel(_as_stated(learnt), 1.0)) or linker
        least = LEAST_WEIGHT if model else LEAST_WEIGHT - ROOM
        predicted = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        pairs = _pairs(connection, predicted.physical_name, linker, different)
        if model is None:
            pairs, settings = _with_match_share(
                pairs, linker.misc.save_model_to_json(), table.num_rows
            )
            model = MatchModel(settings, threshold_for(pairs["probability"], precision))
    return Matches(pairs, model)


def _load(
    connection: duckdb.DuckDBPyConnection, table: pa.Table, changed: Collection[str] | None
) -> None:
    """Make the table `records`, each with the number of its block by every rule.

    Their ids are numbers here, `own_id` is what they are called: many more pairs are looked at than
    there are records.
    """
    numbered = table.append_column("number", pa.array(np.arange(table.num_rows)))
    connection.register("standardized", numbered)
    connection.register("changed", pa.table({"id": pa.array(changed or [], pa.string())}))
    is_changed = "true" if changed is None else "id in (select id from changed)"
    connection.execute(
        f"""
        create temp table marked as
        select * exclude (id, number), number as id, id as own_id, {is_changed} as is_changed
        from standardized
        """  # noqa: S608
    )
    for n, keys in enumerate(BLOCKS):
        connection.execute(f"create temp table block_{n} as {_block(keys)}")
    blocks = ", ".join(
        f"case when {_known(keys)} and {_hash(keys)} in (from block_{n}) then {_hash(keys)} end"
        f" as block_{n}"
        for n, keys in enumerate(BLOCKS)
    )
    connection.execute(f"create table records as select * exclude (own_id), {blocks} from marked")  # noqa: S608


def _block(keys: tuple[str, ...]) -> str:
    """The blocks of a rule in which somebody changed meets others, and not too many."""
    return f"""
        select block from (select {_hash(keys)} as block, is_changed from marked
                           where {_known(keys)})
        group by block having bool_or(is_changed) and count(*) between 2 and {LARGEST_BLOCK}
    """  # noqa: S608


def _known(keys: tuple[str, ...]) -> str:
    return " and ".join(f"{key} <> ''" for key in keys)


def _hash(keys: tuple[str, ...]) -> str:
    return f"hash({', '.join(keys)})"


def _linker(
    connection: duckdb.DuckDBPyConnection, table: pa.Table, model: MatchModel | None
) -> Linker | None:
    """What compares these records; None if there is nothing to compare them by."""
    known = {
        field: table.num_rows - table[column].null_count
        for field, (column, _levels) in COMPARISONS.items()
    }
    fields = [f for f, count in known.items() if count > max(1, KNOWN_SHARE * table.num_rows)]
    if not fields:
        return None
    database = DuckDBAPI(connection)
    settings: SettingsCreator | dict[str, Any] = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[comparison(field) for field in fields],
        blocking_rules_to_generate_predictions=[
            {"blocking_rule": f"l.block_{n} = r.block_{n} and (l.is_changed or r.is_changed)"}
            for n in range(len(BLOCKS))
        ],
        # As if half of the records had one double; what is learnt replaces it.
        probability_two_random_records_match=1 / max(table.num_rows, 10),
        retain_intermediate_calculation_columns=True,
        max_iterations=50,
        em_convergence=0.001,
    )
    registered = database.register("records")
    if model is not None:
        settings = model.settings
    return Linker(registered, settings, log_level=logging.ERROR, validate_settings=False)


def _learn(linker: Linker, connection: duckdb.DuckDBPyConnection) -> None:
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for column in LEARN_FROM:
        if _pairs_that_agree(connection, column) >= ENOUGH_PAIRS:
            linker.training.estimate_parameters_using_expectation_maximisation(
                f"l.{column} = r.{column}",
                estimate_without_term_frequencies=True,
                max_pairs=LEARNING_PAIRS,
            )


def _learnt_of_others(settings: dict[str, Any]) -> bool:
    """Whether matches are said to differ in what tells people apart: where hardly any record has a
    double, expectation maximization learns what neighbours have in common."""
    return any(
        one["comparison_levels"][-1].get("m_probability", 0)
        > BELIEVABLE.get(one["output_column_name"], 1)
        for one in settings["comparisons"]
    )


def _as_stated(settings: dict[str, Any]) -> dict[str, Any]:
    """The model with m as `COMPARISONS` states it, and u as it was counted."""
    for one in settings["comparisons"]:
        stated = comparison(one["output_column_name"])["comparison_levels"]
        for level, start in zip(one["comparison_levels"], stated, strict=True):
            if "m_probability" in start:
                level["m_probability"] = start["m_probability"]
    return settings


def _pairs_that_agree(connection: duckdb.DuckDBPyConnection, column: str) -> int:
    sizes = f"select count(*) as n from records where {column} is not null group by {column}"  # noqa: S608
    found = connection.execute(f"select sum(n * (n - 1) / 2) from ({sizes})").fetchall()  # noqa: S608
    return int(found[0][0] or 0)


def _pairs(
    connection: duckdb.DuckDBPyConnection,
    predicted: str,
    linker: Linker,
    different: pa.Table | None,
) -> pa.Table:
    """The pairs as they are handed out, without those known to be different."""
    empty = pa.table({"id_l": pa.array([], pa.string()), "id_r": pa.array([], pa.string())})
    connection.register("different", different if different is not None else empty)
    fields = [c.output_column_name for c in linker._settings_obj.comparisons]
    evidence = ", ".join(map(_evidence, fields))
    return connection.sql(
        f"""
        select a.own_id as id_l, b.own_id as id_r,
            match_weight as weight, match_probability as probability,
            list_filter([{evidence}], lambda e: e.level is not null) as evidence
        from {predicted} p
        join marked a on a.id = p.id_l
        join marked b on b.id = p.id_r
        where not exists (
            select 1 from different d
            where (d.id_l::text, d.id_r::text) in ((a.own_id, b.own_id), (b.own_id, a.own_id))
        )
        order by weight desc, a.own_id, b.own_id
        """  # noqa: S608
    ).to_arrow_table()


def _evidence(field: str) -> str:
    """One step of the waterfall; splink numbers the levels from the last, 0, up, -1 is unknown."""
    levels = [*(level.name for level in COMPARISONS[field][1]), "different"]
    cases = " ".join(f"when {n} then '{name}'" for n, name in enumerate(reversed(levels)))
    rarity = f"coalesce(mw_tf_adj_{field}, 0)" if COMPARISONS[field][1][0].frequency else "0"
    return (
        f"{{'field': '{field}', 'level': case gamma_{field} {cases} end,"
        f" 'weight': mw_{field} + {rarity}}}"
    )


def _with_match_share(
    pairs: pa.Table, settings: dict[str, Any], records: int
) -> tuple[pa.Table, dict[str, Any]]:
    """Put in place of the assumed lambda the share that the model expects, which again changes what
    it expects: a fixed point, found in a few steps. Pairs that no rule looks at count as none.
    """
    share = settings["probability_two_random_records_match"]
    weights = pairs["weight"].to_numpy() - _log_odds(share)
    all_pairs = records * (records - 1) / 2
    for _ in range(MOST_STEPS):
        expected = float(_probabilities(weights + _log_odds(share)).sum())
        # One match in all at least, half of all at most: logarithms need something to hold on to.
        new = min(max(expected, 1.0) / all_pairs, 0.5)
        if abs(_log_odds(new) - _log_odds(share)) < CLOSE_ENOUGH:
            break
        share = new
    weights += _log_odds(share)
    pairs = pairs.set_column(2, "weight", pa.array(weights))
    pairs = pairs.set_column(3, "probability", pa.array(_probabilities(weights)))
    likely = pairs.filter(pa.array(weights >= LEAST_WEIGHT))
    return likely, settings | {"probability_two_random_records_match": share}


def _log_odds(share: float) -> float:
    return math.log2(share / (1 - share))


def _probabilities(weights: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    return 1 / (1 + np.exp2(-weights))


def _no_pairs() -> pa.Table:
    step = pa.struct([("field", pa.string()), ("level", pa.string()), ("weight", pa.float64())])
    schema = [("id_l", pa.string()), ("id_r", pa.string()), ("weight", pa.float64())]
    schema += [("probability", pa.float64()), ("evidence", pa.list_(step))]
    return pa.schema(schema).empty_table()
