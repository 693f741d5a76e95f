"""What hangs on customers: relationships, tags, further identities and addresses."""

import numpy as np
import pyarrow as pa

from guanxi.demo import columns
from guanxi.demo.columns import Flags, Ints, Keys, Texts
from guanxi.demo.contact_points import draw_streets
from guanxi.demo.customers import Crowd, Described, Part
from guanxi.demo.draws import chance, some, texts, weighted_texts
from guanxi.demo.firm import TABLES, Firm

RELATIONS = ("contact_of", "household", "parent_company", "referrer")
NEW_DAYS = 60
CHANGED_JOBS = 0.06  # share of contacts
# Sets of roles by how often they are met, as the column keeps them.
CONTACT_ROLES = {
    "": 30,
    '["decider"]': 14,
    '["decider", "payer"]': 9,
    '["buyer"]': 16,
    '["buyer", "receiver"]': 6,
    '["user"]': 12,
    '["user", "influencer"]': 5,
    '["receiver"]': 7,
    '["gatekeeper"]': 5,
    '["champion", "influencer"]': 4,
    '["technical"]': 6,
}
KEY_SHARE = 0.06  # of buyers, by what they spend on an order


def relation_tables(
    random: np.random.Generator, firm: Firm, crowd: Crowd, described: Described, *, block: int
) -> dict[str, pa.Table]:
    """The rows that hang on the customers of one block."""

    def keys(table: str, count: int) -> Keys:
        at = firm.millisecond(block)
        return columns.uuid7_keys(random, at=at, table=TABLES[table], count=count)

    who, tag = _tagged(random, firm, crowd)
    tagged = {
        "id": columns.key_column(keys("customers_customertag", len(who))),
        "customer_id": columns.key_column(crowd.keys, who),
        "tag_id": columns.key_column(firm.keys["customers_tag"], tag),
    }
    customer, kind, other = _related(crowd)
    since = np.maximum(crowd.since[customer], crowd.since[other])
    beside = random.spawn(1)[0]  # draws of its own, which move none of the others
    left = _changed_jobs(beside, firm, crowd, kind, since)
    last = since.copy()
    last[left] += np.floor((firm.today_number - 1 - since[left]) * beside.random(len(left))).astype(
        np.int64
    )
    # Where they went: another firm's contact from the day after.
    customer = np.concatenate([customer, customer[left]])
    kind = np.concatenate([kind, kind[left]])
    other = np.concatenate([other, _elsewhere(beside, crowd, other[left])])
    since = np.concatenate([since, last[left] + 1])
    over = np.zeros(len(customer), np.bool_)
    over[left] = True
    until = np.concatenate([last, last[left]])
    is_contact = kind == RELATIONS.index("contact_of")
    related = {
        "id": columns.key_column(keys("customers_relationship", len(customer))),
        "customer_id": columns.key_column(crowd.keys, customer),
        "kind": columns.choice_column(kind, RELATIONS),
        "other_id": columns.key_column(crowd.keys, other),
        "role": columns.text_column(np.where(is_contact, described.job_titles[customer], "")),
        "roles": columns.text_column(_contact_roles(beside, is_contact)),
        "since": columns.day_column(since),
        "until": columns.day_column(until, missing=~over),
    }
    identities = _identities(random, crowd)
    identities["id"] = columns.key_column(
        keys("customers_identity", len(identities["customer_id"]))
    )
    addresses = _addresses(random, firm, crowd)
    addresses["id"] = columns.key_column(keys("customers_address", len(addresses["customer_id"])))
    return {
        "customers_customertag": pa.table(tagged),
        "customers_relationship": pa.table(related),
        "customers_identity": pa.table(identities),
        "customers_address": pa.table(addresses),
    }


def _related(crowd: Crowd) -> tuple[Ints, Ints, Ints]:
    """Who is what of whom: customer, kind, other. Parents and referrers are the customer."""
    found = []
    for kind, links, is_customer in (
        ("contact_of", crowd.firm, True),
        ("household", crowd.partner, True),
        ("household", crowd.housemate, True),
        ("parent_company", crowd.parent, False),
        ("referrer", crowd.referrer, False),
    ):
        rows = np.flatnonzero(links >= 0)
        pair = (rows, links[rows]) if is_customer else (links[rows], rows)
        found.append((pair[0], np.full(len(rows), RELATIONS.index(kind), np.int64), pair[1]))
    customers, kinds, others = (np.concatenate(column) for column in zip(*found, strict=True))
    return customers, kinds, others


def _changed_jobs(
    random: np.random.Generator, firm: Firm, crowd: Crowd, kind: Ints, since: Ints
) -> Ints:
    """Rows of contacts who work for another firm by now, and were known for a while before."""
    known_long = since < firm.today_number - 60
    contacts = np.flatnonzero((kind == RELATIONS.index("contact_of")) & known_long)
    enough = len(crowd.rows(Part.FIRM)) > 1
    return some(random, contacts, CHANGED_JOBS) if enough else contacts[:0]


def _elsewhere(random: np.random.Generator, crowd: Crowd, firms: Ints) -> Ints:
    """For each firm another one."""
    every = crowd.rows(Part.FIRM)
    at = random.integers(0, len(every), len(firms)) if len(every) else firms[:0]
    drawn = every[at]
    same = drawn == firms
    drawn[same] = every[(at[same] + 1) % len(every)]
    return drawn


def _contact_roles(random: np.random.Generator, is_contact: Flags) -> Texts:
    """What contacts are in what is bought, as JSON; None for most others."""
    drawn = weighted_texts(random, CONTACT_ROLES, len(is_contact))
    drawn[~is_contact | (drawn == "")] = None
    return drawn


def _tagged(random: np.random.Generator, firm: Firm, crowd: Crowd) -> tuple[Ints, Ints]:
    """Which customers carry which tags, in the order of tags."""
    buyers = crowd.rows(Part.FIRM, Part.PERSON)
    firms, persons = crowd.rows(Part.FIRM), crowd.rows(Part.PERSON)
    most = np.argsort(-crowd.spend[buyers], kind="stable")[: max(1, int(len(buyers) * KEY_SHARE))]
    carriers = {
        "key": np.sort(buyers[most]),
        "dealer": np.flatnonzero(crowd.dealer),
        "new": np.flatnonzero(crowd.since >= firm.today_number - NEW_DAYS),
        "monthly": some(random, firms, 0.22),
        "price": some(random, buyers, 0.06),
        "tea": some(random, buyers, 0.09),
        "filter": some(random, persons, 0.13),
        "chain": some(random, firms, 0.07),
    }
    tags = [np.full(len(carriers[purpose]), i) for i, purpose in enumerate(firm.words.tags)]
    rows = [carriers[purpose] for purpose in firm.words.tags]
    return np.concatenate(rows), np.concatenate(tags)


def _identities(random: np.random.Generator, crowd: Crowd) -> dict[str, pa.Array]:
    """The ERP's numbers of firms that buy, and WeChat openids of people."""
    firms = some(random, crowd.rows(Part.FIRM), 0.8)
    people = some(random, crowd.rows(Part.CONTACT, Part.PERSON, Part.PERSON_PROSPECT), 0.3)
    openids = random.integers(0, 2**62, len(people))
    values = texts(
        [f"C{crowd.first + row + 1:07d}" for row in firms]
        + [f"oDemo{number:016x}" for number in openids]
    )
    kinds = np.repeat([0, 1], [len(firms), len(people)])
    return {
        "customer_id": columns.key_column(crowd.keys, np.concatenate([firms, people])),
        "kind": columns.choice_column(kinds, ("external", "wechat")),
        "source": columns.choice_column(kinds, ("ERP", "")),
        "value": columns.text_column(values),
        "normal": columns.text_column(values),
    }


def _addresses(random: np.random.Generator, firm: Firm, crowd: Crowd) -> dict[str, pa.Array]:
    """Where some firms want the goods or the bill, in the city where they are."""
    rows = some(random, crowd.rows(Part.FIRM), 0.12)
    place = crowd.place[rows]
    return {
        "customer_id": columns.key_column(crowd.keys, rows),
        "kind": columns.choice_column(
            chance(random, 0.3, len(rows)).astype(np.int64), ("delivery", "billing")
        ),
        "country": columns.same_column(firm.words.country, len(rows)),
        "province": columns.choice_column(place, [p.province for p in firm.places]),
        "city": columns.choice_column(place, [p.city for p in firm.places]),
        "district": columns.text_column([firm.places[i].districts[0] for i in place]),
        "street": columns.text_column(draw_streets(random, firm.words, len(rows))),
        "postal_code": columns.choice_column(place, [p.postal_code for p in firm.places]),
    }
