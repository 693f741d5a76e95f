"""What was said and what is to be done: interactions that follow each customer's story; tasks."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from guanxi.demo import columns
from guanxi.demo.columns import Flags, Ints, Texts
from guanxi.demo.customers import Crowd, Part
from guanxi.demo.draws import chance, some, texts
from guanxi.demo.firm import TABLES, Firm
from guanxi.demo.money import priced
from guanxi.demo.orders import Orders
from guanxi.demo.words.vocabulary import Chore, Script

GREETED = 0.75  # share of customers whose first contact was written down
FOLLOWED = 0.2  # share of orders
SERVED = 0.035
COMPLAINED = 0.4  # share of those who left
MISSED = 0.45  # share of those who left and were called afterwards
PRAISING = 0.05  # share of those who stay
INSTALLED_FROM = 800  # yuan; smaller machines come in a parcel
TASKED = 0.06  # share of customers with an owner
RECENT_DAYS = 60  # a complaint that young wants a task
OWN_TASKS = (("open", 3), ("open", -4), ("done", -9))  # of each colleague: status, due in days
TASK_STATUSES = ("open", "done", "cancelled")


@dataclass(frozen=True)
class _Occasions:
    """Interactions before they have words; `order` is -1 where none is meant."""

    script: str
    customer: Ints
    day: Ints
    order: Ints


def draw_activities(
    random: np.random.Generator,
    firm: Firm,
    crowd: Crowd,
    names: Texts,
    orders: Orders,
    *,
    left: Flags,
    block: int,
) -> dict[str, pa.Table]:
    """Draw the interactions and tasks of one block. `left` says who has left for good."""
    sales = np.flatnonzero((orders.customer >= 0) & ~orders.returned)
    last_order = np.full(crowd.size, -1, np.int64)
    last_order[orders.customer[sales]] = sales  # by time: the last one stays
    occasions = [
        *_meetings(random, crowd),
        *_visits(random, crowd, orders, last_order),
        *_after_orders(random, firm, orders, sales),
        *_ends(random, crowd, orders, last_order, left),
    ]
    upset = next(o for o in occasions if o.script == "complaint")
    recently = upset.day >= firm.today_number - RECENT_DAYS
    return {
        "interactions_interaction": _written(random, firm, crowd, orders, occasions, block=block),
        "interactions_task": _tasks(
            random, firm, crowd, names, upset=upset.customer[recently], block=block
        ),
    }


def _meetings(random: np.random.Generator, crowd: Crowd) -> list[_Occasions]:
    """First contacts, and what followed with those who have not bought yet."""
    greeted = some(random, np.flatnonzero(crowd.part != Part.INTERNAL), GREETED)
    prospects = np.repeat(crowd.rows(Part.FIRM_PROSPECT, Part.PERSON_PROSPECT), 2)
    later = crowd.since[prospects] + random.integers(3, 60, len(prospects))
    private = crowd.private[greeted]
    return [
        _plain("meet_organization", greeted[~private], crowd.since[greeted[~private]]),
        _plain("meet_person", greeted[private], crowd.since[greeted[private]]),
        _plain("prospect", prospects, later),
    ]


def _plain(script: str, customer: Ints, day: Ints) -> _Occasions:
    return _Occasions(script, customer, day, np.full(len(customer), -1, np.int64))


def _visits(
    random: np.random.Generator, crowd: Crowd, orders: Orders, last_order: Ints
) -> list[_Occasions]:
    """Visits to firms from their first contact to their last order: the larger the more often."""
    firms = crowd.rows(Part.FIRM)
    active_days = orders.day[last_order] - crowd.since
    years = active_days[firms] / 365
    typical = np.median(crowd.spend[firms]) if len(firms) else 1.0
    expected = 0.9 * years * np.minimum(crowd.spend[firms] / typical, 3)
    visited = np.repeat(firms, random.poisson(expected))
    after = np.floor(random.random(len(visited)) * active_days[visited]).astype(np.int64)
    day = crowd.since[visited] + 1 + after
    return [_plain("visit", visited, day)]


def _after_orders(
    random: np.random.Generator, firm: Firm, orders: Orders, sales: Ints
) -> list[_Occasions]:
    """Follow-ups that suit what was bought, service, and praise."""
    categories = np.array(firm.catalog.categories)[orders.product]
    large = firm.catalog.prices[orders.product] >= priced(INSTALLED_FROM, firm.currency)
    machine = np.isin(categories, ("machine", "tea_machine")) & large
    followed = chance(random, np.where(machine[sales], 0.7, FOLLOWED), len(sales))
    followed_sales = sales[followed]
    service = categories[followed_sales] == "service"
    about_machine = machine[followed_sales]
    return [
        _after(random, "follow_machine", orders, followed_sales[about_machine], 4, 12),
        _after(random, "follow_service", orders, followed_sales[service], 1, 4),
        _after(random, "follow_goods", orders, followed_sales[~about_machine & ~service], 2, 8),
        _after(random, "service", orders, some(random, sales, SERVED), 10, 50),
    ]


def _after(
    random: np.random.Generator, script: str, orders: Orders, rows: Ints, soonest: int, latest: int
) -> _Occasions:
    day = orders.day[rows] + random.integers(soonest, latest + 1, len(rows))
    return _Occasions(script, orders.customer[rows], day, rows)


def _ends(
    random: np.random.Generator, crowd: Crowd, orders: Orders, last_order: Ints, left: Flags
) -> list[_Occasions]:
    """What is heard around the end: complaints before customers leave, silence after."""
    gone = np.flatnonzero(left & (last_order >= 0))
    staying = np.flatnonzero(~left & (last_order >= 0))
    return [
        _after(random, "complaint", orders, last_order[some(random, gone, COMPLAINED)], 1, 12),
        _after(random, "quiet", orders, last_order[some(random, gone, MISSED)], 50, 130),
        _after(random, "praise", orders, last_order[some(random, staying, PRAISING)], 3, 20),
    ]


def _written(
    random: np.random.Generator,
    firm: Firm,
    crowd: Crowd,
    orders: Orders,
    occasions: list[_Occasions],
    *,
    block: int,
) -> pa.Table:
    """Put the occasions into words, in the order of time; what lies in the future falls away."""
    script = np.repeat(np.arange(len(occasions)), [len(o.customer) for o in occasions])
    customer = np.concatenate([o.customer for o in occasions])
    day = np.concatenate([o.day for o in occasions])
    order = np.concatenate([o.order for o in occasions])
    by_time = np.argsort(day, kind="stable")
    by_time = by_time[day[by_time] < firm.today_number]
    script, customer, day, order = (x[by_time] for x in (script, customer, day, order))
    said = [occasions[s].script for s in script.tolist()]
    chosen = _scripts(random, firm, crowd, customer, said)
    filled = [
        {"product": firm.catalog.names[orders.product[row]], "number": orders.numbers[row]}
        if row >= 0
        else {}
        for row in order.tolist()
    ]
    seconds = random.integers(32_400, 64_800, len(day))  # nine to six
    keys = columns.uuid7_keys(
        random,
        at=firm.millisecond(block),
        table=TABLES["interactions_interaction"],
        count=len(day),
    )
    owner = _speaker(random, firm, crowd, customer, said)
    return pa.table(
        {
            "id": columns.key_column(keys),
            "customer_id": columns.key_column(crowd.keys, customer),
            "owner_id": columns.key_column(firm.keys["platform_user"], owner),
            "channel": columns.text_column([s.channel for s in chosen]),
            "direction": columns.text_column([s.direction for s in chosen]),
            "happened_at": columns.instant_column(columns.instants(day, seconds, firm.time_zone)),
            "subject": columns.text_column(
                [s.subject.format_map(f) for s, f in zip(chosen, filled, strict=True)]
            ),
            "body": columns.text_column(
                [s.body.format_map(f) for s, f in zip(chosen, filled, strict=True)]
            ),
            "outcome": columns.text_column([s.outcome for s in chosen]),
        }
    )


def _scripts(
    random: np.random.Generator, firm: Firm, crowd: Crowd, customer: Ints, names: list[str]
) -> list[Script]:
    """Choose what was said among what suits the occasion and the kind of customer."""
    private = crowd.private[customer]
    choices = {
        (name, alone): [s for s in scripts if not (alone and s.for_firms)]
        for name, scripts in firm.words.scripts.items()
        for alone in (False, True)
    }
    drawn = random.integers(0, 60, len(customer))  # divides evenly by the numbers of choices
    said = (choices[name, alone] for name, alone in zip(names, private.tolist(), strict=True))
    return [scripts[d % len(scripts)] for scripts, d in zip(said, drawn, strict=True)]


def _speaker(
    random: np.random.Generator, firm: Firm, crowd: Crowd, customer: Ints, scripts: list[str]
) -> Ints:
    """The customer's owner, but service agents for service, complaints and nobody's customers."""
    agents = random.choice(firm.colleagues_as("service"), len(customer))
    owner = crowd.owner[customer]
    by_agent = np.isin(scripts, ("service", "complaint")) | (owner < 0)
    return np.where(by_agent, agents, owner)


def _tasks(
    random: np.random.Generator,
    firm: Firm,
    crowd: Crowd,
    names: Texts,
    *,
    upset: Ints,
    block: int,
) -> pa.Table:
    """Tasks about customers: of their owners, some overdue, some done."""
    chosen = some(random, np.flatnonzero((crowd.owner >= 0) & (crowd.part != Part.PUBLIC)), TASKED)
    upset = upset[crowd.owner[upset] >= 0]
    customer = np.concatenate([chosen, upset])
    due = firm.today_number + random.integers(-28, 22, len(customer))
    due[len(chosen) :] = firm.today_number + random.integers(0, 4, len(upset))
    status = _statuses(random, due - firm.today_number)
    status[len(chosen) :] = 0
    chores = _chores(random, firm, crowd, customer, len(chosen))
    created = np.minimum(due, firm.today_number) - random.integers(1, 12, len(due))
    done = columns.instants(due, random.integers(34_000, 62_000, len(due)), firm.time_zone)
    keys = columns.uuid7_keys(
        random, at=firm.millisecond(block), table=TABLES["interactions_task"], count=len(due)
    )
    return pa.table(
        {
            "id": columns.key_column(keys),
            "owner_id": columns.key_column(firm.keys["platform_user"], crowd.owner[customer]),
            "customer_id": columns.key_column(crowd.keys, customer),
            "title": columns.text_column(
                [c.title.format(name=names[i]) for c, i in zip(chores, customer, strict=True)]
            ),
            "kind": columns.text_column([c.kind for c in chores]),
            "description": columns.text_column([c.description for c in chores]),
            "due_on": columns.day_column(due),
            "status": columns.choice_column(status, TASK_STATUSES),
            "completed_at": columns.instant_column(done, missing=status != 1),
            "created_at": columns.instant_column(
                columns.instants(created, np.full(len(created), 33_000), firm.time_zone)
            ),
        }
    )


def _statuses(random: np.random.Generator, due_in: Ints) -> Ints:
    """Most past tasks are done, a few were cancelled, some are overdue; coming ones are open."""
    drawn = random.random(len(due_in))
    past = np.where(drawn < 0.7, 1, np.where(drawn < 0.76, 2, 0))
    return np.where(due_in < 0, past, 0)


def _chores(
    random: np.random.Generator, firm: Firm, crowd: Crowd, customer: Ints, calm: int
) -> list[Chore]:
    """Choose what to do: for the first `calm` customers the usual, for the others amends."""
    drawn = random.integers(0, 60, len(customer))
    found = []
    for i, row in enumerate(customer):
        kind = "person" if crowd.private[row] else "organization"
        choices = firm.words.chores[kind if i < calm else "upset"]
        found.append(choices[drawn[i] % len(choices)])
    return found


def own_tasks(random: np.random.Generator, firm: Firm) -> pa.Table:
    """Tasks that every colleague has: one open, one overdue, one done."""
    users, each = len(firm.colleagues), len(OWN_TASKS)
    chores = firm.words.own_chores
    first = random.integers(0, len(chores), users)
    count = users * each
    chosen = [chores[(first[i // each] + i % each) % len(chores)] for i in range(count)]
    status = np.tile([TASK_STATUSES.index(s) for s, _ in OWN_TASKS], users)
    due = firm.today_number + np.tile([days for _, days in OWN_TASKS], users)
    done = columns.instants(due, np.full(count, 58_000), firm.time_zone)
    keys = columns.uuid7_keys(random, at=firm.millisecond(), table=TABLES["own_task"], count=count)
    owner = np.repeat(np.arange(users), each)
    return pa.table(
        {
            "id": columns.key_column(keys),
            "owner_id": columns.key_column(firm.keys["platform_user"], owner),
            "title": columns.text_column(texts(c.title for c in chosen)),
            "kind": columns.text_column([c.kind for c in chosen]),
            "description": columns.text_column([c.description for c in chosen]),
            "due_on": columns.day_column(due),
            "status": columns.choice_column(status, TASK_STATUSES),
            "completed_at": columns.instant_column(done, missing=status != 1),
            "created_at": columns.instant_column(
                columns.instants(due - 12, np.full(count, 33_000), firm.time_zone)
            ),
        }
    )
