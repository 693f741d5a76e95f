"""Which customers call for somebody, and what is at stake: set by set, after each run.

What is at stake is turnover of the coming year, so that the list can be ranked by it:

    usual year    = expected spend per purchase x 365 / usual days between purchases,
                    at most what the customer has bought in all
    risk          = 1 - P(active), or without a model how unusual the silence is
    stake         = risk x usual year                    (late, stage fell, value at risk)
    stake         = expected purchases x expected spend, at most what was bought in all
                                                         (new and promising)

A stake below the firm's mean purchase is nobody's work. One kind a customer, the gravest first:

    stage_fell     from an active stage into termination, in this run or an open item of 60 days
    value_at_risk  among the best two fifths by spend, P(active) from 10 % to 60 %
    late           silent for longer than nine in ten of the customer's own gaps
    new_promising  came within 90 days; worth more than nine in ten of those in development

Somebody's decision counts: after "done" there is quiet for 30 days, after a dismissal for 90, over
all kinds that speak of risk, unless what is at stake has grown by half since.
"""

import datetime as dt
from typing import Any

import psycopg

LATE = 0.9
ALIVE_AT_RISK = (0.1, 0.6)
FELL_SHOWN_DAYS = 60
NEW_DAYS = 90
PROMISING = 0.9  # a quantile
QUIET_DAYS = {"done": 30, "dismissed": 90}
WORSE = 1.5  # times the stake that was decided on

CANDIDATES = """
create temp table insight_candidate on commit drop as
with scored as (
    select s.*, p.stage as stage_before,
           least(s.expected_spend * 365 / nullif(s.expected_gap_days, 0)::numeric, s.monetary)
               as usual_year,
           coalesce(1 - s.probability_alive, s.late_probability)::numeric as risk,
           least(s.expected_purchases_12m::numeric * s.expected_spend, s.monetary)
               as expected_turnover
    from insight_customerscore s
    left join insight_previous p using (customer_id)
    where s.purchases > 0
),
firm as (
    select avg(expected_spend) as mean_spend,
           percentile_cont(%(promising)s) within group (order by expected_turnover)
               filter (where stage = 'development') as promising
    from scored
),
judged as (
    select scored.*, firm.mean_spend,
        case
            when stage = 'termination' and purchases >= 3 and (
                stage_before in ('development', 'growth', 'maturity', 'return') or exists (
                    select from insight_attentionitem a
                    where a.customer_id = scored.customer_id and a.kind = 'stage_fell'
                      and a.state = 'open' and a.as_of >= %(as_of)s::date - %(fell_shown)s
                )
            ) then 'stage_fell'
            when probability_alive between %(low)s and %(high)s and purchases >= 2 and rfm_m >= 4
                then 'value_at_risk'
            when late_probability >= %(late)s and purchases >= 3 and stage <> 'termination'
                then 'late'
            when stage = 'development' and first_purchase_on >= %(as_of)s::date - %(new)s
                 and expected_turnover >= firm.promising
                then 'new_promising'
        end as kind
    from scored cross join firm
)
select customer_id, kind,
       round(case kind when 'new_promising' then expected_turnover else risk * usual_year end, 2)
           as stake,
       jsonb_strip_nulls(jsonb_build_object(
           'stage', stage, 'stage_before', stage_before, 'purchases', purchases,
           'monetary', round(monetary, 2), 'recency_days', recency_days,
           'last_purchase_on', last_purchase_on, 'first_purchase_on', first_purchase_on,
           'expected_gap_days', round(expected_gap_days::numeric, 1),
           'late_probability', round(late_probability::numeric, 3),
           'probability_alive', round(probability_alive::numeric, 3),
           'expected_spend', round(expected_spend, 2), 'usual_year', round(usual_year, 2),
           'expected_value_12m', round(expected_value_12m, 2)
       )) as facts
from judged
where kind is not null
  and case kind when 'new_promising' then expected_turnover else risk * usual_year end >= mean_spend
"""

# Risks are one family: who was called about being late needs no second item the day after.
DECIDED = """
delete from insight_candidate c
using insight_attentionitem a
where a.customer_id = c.customer_id
  and (a.kind = 'new_promising') = (c.kind = 'new_promising')
  and c.stake <= a.stake * %(worse)s
  and (a.state = 'done' and a.decided_at > %(done_since)s
       or a.state = 'dismissed' and a.decided_at > %(dismissed_since)s)
"""

SUPERSEDE = """
update insight_attentionitem a set state = 'superseded', decided_at = now()
where a.state = 'open' and not exists (
    select from insight_candidate c where c.customer_id = a.customer_id and c.kind = a.kind
)
"""

UPSERT = """
insert into insight_attentionitem as a (customer_id, kind, stake, facts, as_of)
select customer_id, kind, stake, facts, %(as_of)s from insight_candidate
on conflict (customer_id, kind) where state = 'open'
do update set stake = excluded.stake,
    -- what it fell from is known in the run that saw it fall only
    facts = case
        when a.kind = 'stage_fell' and a.as_of < %(as_of)s
            then excluded.facts || jsonb_build_object('stage_before', a.facts -> 'stage_before')
        else excluded.facts
    end
where (a.stake, a.facts) is distinct from (excluded.stake, excluded.facts)
"""


def refresh_items(cursor: psycopg.Cursor[Any], *, as_of: dt.date, today: dt.date) -> None:
    """Open, update and close items by the scores just written (and `insight_previous`)."""
    now = dt.datetime.combine(today, dt.time(), dt.UTC)
    values = {
        "as_of": as_of,
        "promising": PROMISING,
        "late": LATE,
        "low": ALIVE_AT_RISK[0],
        "high": ALIVE_AT_RISK[1],
        "fell_shown": FELL_SHOWN_DAYS,
        "new": NEW_DAYS,
        "worse": WORSE,
        "done_since": now - dt.timedelta(days=QUIET_DAYS["done"]),
        "dismissed_since": now - dt.timedelta(days=QUIET_DAYS["dismissed"]),
    }
    cursor.execute("analyze insight_customerscore")
    for statement in (CANDIDATES, DECIDED, SUPERSEDE, UPSERT):
        cursor.execute(statement, values)
    cursor.execute("drop table insight_candidate")
