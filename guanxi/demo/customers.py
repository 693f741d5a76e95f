"""Who the customers of one block are: firms, their contacts, and private persons."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa

from guanxi.demo import columns
from guanxi.demo.behaviour import Buyers
from guanxi.demo.columns import Flags, Floats, Ints, Keys, Texts
from guanxi.demo.contact_points import draw_emails, draw_phones, draw_streets
from guanxi.demo.draws import chance, some, texts, weighted, weighted_texts
from guanxi.demo.firm import Firm
from guanxi.demo.kinship import draw_advocates, draw_groups, draw_housemates, from_the_top
from guanxi.demo.names import draw_firms, draw_people, draw_surnames


class Part(IntEnum):
    """What a customer is to the firm. Only firms and persons buy."""

    FIRM = 0
    FIRM_PROSPECT = 1
    PUBLIC = 2
    INTERNAL = 3
    CONTACT = 4
    PERSON = 5
    PERSON_PROSPECT = 6


# Of a thousand customers; what is left are private persons who buy.
SHARES = {
    Part.FIRM: 370, Part.FIRM_PROSPECT: 55, Part.PUBLIC: 14, Part.INTERNAL: 3,
    Part.CONTACT: 225, Part.PERSON_PROSPECT: 43,
}  # fmt: skip
KINDS = ("person", "organization")
CATEGORIES = ("consumer", "intermediary", "public_interest", "internal")
NOBODYS = 0.12  # share of customers without an owner
DEALERS = 0.07
WESTERN = 0.03
HOUSEHOLDS = 0.05  # share of persons who live with another customer
REFERRED = 0.07
BRANCHES = 0.03
PEOPLE_LIKE_FIRMS = 0.4  # how little spending tells a person from a firm (spread of log spend)


@dataclass(frozen=True)
class Crowd:
    """The customers of one block as numbers; every array has one entry a customer.

    Links (`firm`, `partner`, `parent`, `referrer`, `housemate`) are rows of this crowd, or -1.
    """

    first: int  # how many customers came in blocks before
    keys: Keys
    part: Ints
    dealer: Flags
    western: Flags
    women: Flags
    born: Ints
    place: Ints
    owner: Ints
    since: Ints  # day
    currency: Ints  # of orders, as the firm's rates count them
    buyer_rows: Ints  # the customer of each buyer
    spend: Floats  # expected value of an order; 0 for who does not buy
    firm: Ints
    partner: Ints
    parent: Ints
    referrer: Ints
    housemate: Ints  # of a couple's first, who else lives with them

    @property
    def size(self) -> int:
        return len(self.part)

    @property
    def organizations(self) -> Flags:
        is_one: Flags = self.part <= Part.INTERNAL
        return is_one

    @property
    def private(self) -> Flags:
        """Who is no firm and speaks for none."""
        is_one: Flags = self.part >= Part.PERSON
        return is_one

    def rows(self, *parts: Part) -> Ints:
        return np.flatnonzero(np.isin(self.part, parts))


def draw_parts(random: np.random.Generator, count: int) -> Ints:
    """Draw what each customer is, in shares that hold in every block."""
    sizes = {part: round(count * share / 1000) for part, share in SHARES.items()}
    sizes[Part.PERSON] = count - sum(sizes.values())
    parts = np.repeat(list(sizes), list(sizes.values())).astype(np.int64)
    return random.permutation(parts)


def draw_crowd(
    random: np.random.Generator,
    firm: Firm,
    *,
    first: int,
    keys: Keys,
    part: Ints,
    buyers: Buyers,
    mean_value: Floats,
) -> tuple[Crowd, Ints]:
    """Draw the customers around the buyers; also which buyer each buying customer is.

    `mean_value` is what each buyer's orders are worth on average: large spenders become firms.
    """
    count = len(part)
    buyer_rows, buyer_of = _seat_buyers(random, part, mean_value)
    spend = np.zeros(count)
    spend[buyer_rows] = mean_value[buyer_of]
    organizations = np.flatnonzero(part <= Part.PUBLIC)
    employer = np.full(count, -1, np.int64)
    contacts = np.flatnonzero(part == Part.CONTACT)
    if len(organizations):
        employer[contacts] = random.choice(organizations, len(contacts))
    partner = _pairs(random, np.flatnonzero(part == Part.PERSON), count)
    beside = random.spawn(1)[0]  # draws of its own, which move none of the others
    housemate = draw_housemates(beside, part, partner)
    lives_with = np.maximum(partner, housemate)
    host = np.where(
        employer >= 0, employer, np.where(lives_with >= 0, lives_with, np.arange(count))
    )
    place = weighted(random, [p.weight for p in firm.places], count)[host]
    since = _since(random, firm, count, buyer_rows, buyers.age[buyer_of])
    their_firm = since[employer[contacts]]
    later = np.minimum(firm.today_number - their_firm, 240) * random.random(len(contacts))
    since[contacts] = their_firm + np.floor(later).astype(np.int64)
    crowd = Crowd(
        first=first,
        keys=keys,
        part=part,
        dealer=(part == Part.FIRM) & chance(random, DEALERS, count),
        western=_western(random, firm, count)[host],
        women=chance(random, 0.5, count),
        born=firm.today.year - 20 - np.floor(random.beta(1.6, 2.2, count) * 48).astype(np.int64),
        place=place,
        owner=_owners(random, firm, part, place)[host],
        since=since,
        currency=_currencies(random, firm, part),
        buyer_rows=buyer_rows,
        spend=spend,
        firm=employer,
        partner=partner,
        parent=draw_groups(
            beside, _parents(random, np.flatnonzero(part == Part.FIRM), count), part, place
        ),
        referrer=draw_advocates(beside, _referrers(random, part, since), part, since),
        housemate=housemate,
    )
    return crowd, buyer_of


def _seat_buyers(random: np.random.Generator, part: Ints, mean_value: Floats) -> tuple[Ints, Ints]:
    """Give the larger spenders to firms, mostly, which leaves the spending of all as it was."""
    firms = np.flatnonzero(part == Part.FIRM)
    persons = np.flatnonzero(part == Part.PERSON)
    noise = random.normal(0, PEOPLE_LIKE_FIRMS, len(mean_value))
    by_size = np.argsort(np.log(mean_value) + noise, kind="stable")
    few, many = by_size[: len(persons)], by_size[len(persons) :]
    seated = np.concatenate([random.permutation(few), random.permutation(many)])
    return np.concatenate([persons, firms]), seated


def _pairs(random: np.random.Generator, persons: Ints, count: int) -> Ints:
    """Let some persons live with another: the second of a pair points to the first."""
    together = random.permutation(persons)[: 2 * int(len(persons) * HOUSEHOLDS / 2)]
    partner = np.full(count, -1, np.int64)
    partner[together[1::2]] = together[::2]
    return partner


def _parents(random: np.random.Generator, firms: Ints, count: int) -> Ints:
    branches = max(1, int(len(firms) * BRANCHES))
    drawn = random.permutation(firms)
    parent = np.full(count, -1, np.int64)
    parent[drawn[:branches]] = drawn[branches : 2 * branches]
    return parent


def _referrers(random: np.random.Generator, part: Ints, since: Ints) -> Ints:
    """Let some customers have come through a buyer who was there before."""
    buying = np.isin(part, (Part.FIRM, Part.PERSON))
    came = some(random, np.flatnonzero(part != Part.INTERNAL), REFERRED)
    through = random.choice(np.flatnonzero(buying), len(came))
    earlier = since[through] < since[came] - 30
    referrer = np.full(len(part), -1, np.int64)
    referrer[came[earlier]] = through[earlier]
    return referrer


def _since(
    random: np.random.Generator, firm: Firm, count: int, buyer_rows: Ints, age: Ints
) -> Ints:
    """The day each became known: buyers some weeks before they bought first."""
    since = firm.today_number - 1 - random.integers(0, 420, count)
    lead = np.minimum(random.exponential(14, len(age)), 90).astype(np.int64)
    since[buyer_rows] = firm.today_number - age - lead
    return since


def _western(random: np.random.Generator, firm: Firm, count: int) -> Flags:
    return chance(random, WESTERN if firm.words.family_name_first else 0.0, count)


def _owners(random: np.random.Generator, firm: Firm, part: Ints, place: Ints) -> Ints:
    """Give each customer to somebody of the team of the territory, some to nobody."""
    team_of_place = np.array([firm.words.territories[p.territory] for p in firm.places])
    team = team_of_place[place]
    owner = np.full(len(part), -1, np.int64)
    for number in range(len(firm.words.sales_teams)):
        rows = np.flatnonzero(team == number)
        owner[rows] = random.choice(firm.sellers(number), len(rows))
    free = chance(random, NOBODYS, len(part)) | (part == Part.INTERNAL)
    owner[free] = -1
    return owner


def _currencies(random: np.random.Generator, firm: Firm, part: Ints) -> Ints:
    """Let a few firms order in another currency than the firm's own."""
    foreign = (part == Part.FIRM) & chance(random, 0.025, len(part))
    drawn = random.integers(1, len(firm.rates.currencies), len(part))
    return np.where(foreign, drawn, 0).astype(np.int64)


@dataclass(frozen=True)
class Described:
    """The texts of the customers that other tables need, too."""

    names: Texts
    job_titles: Texts
    streets: Texts
    table: pa.Table


def describe_customers(random: np.random.Generator, firm: Firm, crowd: Crowd) -> Described:
    """Draw all that is written about the customers and put it in a table."""
    words, count = firm.words, crowd.size
    organizations = crowd.organizations
    names, latin, industries = _names(random, firm, crowd)
    phones = draw_phones(random, firm, crowd.first, crowd.place, organizations, crowd.firm)
    emails, websites = draw_emails(random, crowd.first, latin, organizations, crowd.firm)
    streets = draw_streets(random, words, count)
    for lives_with in (crowd.partner, crowd.housemate):
        shares_home = np.flatnonzero(lives_with >= 0)
        streets[shares_home] = streets[lives_with[shares_home]]
    titles = np.where(
        crowd.part == Part.CONTACT, weighted_texts(random, words.job_titles, count), ""
    )
    sources = weighted_texts(random, words.sources, count)
    sources[crowd.referrer >= 0] = words.referral
    described: dict[str, pa.Array] = {
        "id": columns.key_column(crowd.keys),
        "kind": columns.choice_column(organizations.astype(np.int64), KINDS),
        "name": columns.text_column(names),
        "category": columns.choice_column(_categories(crowd), CATEGORIES),
        "phone": columns.text_column(phones),
        "email": columns.text_column(emails),
        "website": columns.text_column(websites),
        "industry": columns.text_column(industries),
        "job_title": columns.text_column(titles),
        "birthday": _birthdays(random, crowd),
        "source": columns.text_column(sources),
        "customer_since": columns.day_column(crowd.since),
        "remark": columns.text_column(_remarks(random, firm, count)),
        "owner_id": columns.key_column(firm.keys["platform_user"], crowd.owner),
        "created_at": columns.instant_column(_morning(random, firm, crowd.since)),
        **_credit(random, firm, crowd),
        **_address(random, firm, crowd, streets),
    }
    return Described(names, titles, streets, pa.table(described))


def _names(random: np.random.Generator, firm: Firm, crowd: Crowd) -> tuple[Texts, Texts, Texts]:
    """Names, their Latin spelling or domain, and the industries of organizations."""
    words, count = firm.words, crowd.size
    is_organization = crowd.organizations
    persons, organizations = np.flatnonzero(~is_organization), np.flatnonzero(is_organization)
    names, latin = np.empty(count, np.object_), np.empty(count, np.object_)
    industries = texts([""] * count)
    families = _families(random, firm, crowd)
    people = draw_people(
        random,
        words,
        born=crowd.born[persons],
        women=crowd.women[persons],
        western=crowd.western[persons],
        families=families[persons],
    )
    names[persons], latin[persons] = people.names, people.latin
    cities = texts(firm.places[i].short_name for i in crowd.place[organizations])
    firms = draw_firms(random, words, cities=cities, western=crowd.western[organizations])
    names[organizations] = firms.names
    latin[organizations] = firms.domains
    industries[organizations] = firms.industries
    _rename(random, firm, crowd, names, industries)
    for row in from_the_top(crowd.parent):
        latin[row] = latin[crowd.parent[row]]
    latin[crowd.rows(Part.PUBLIC, Part.INTERNAL)] = ""
    return names, latin, industries


def _families(random: np.random.Generator, firm: Firm, crowd: Crowd) -> Texts:
    """Surnames that are settled before: in the West couples mostly share one."""
    families = np.full(crowd.size, None, np.object_)
    if not firm.words.family_name_first:
        second = np.flatnonzero(crowd.partner >= 0)
        families[second] = draw_surnames(random, firm.words, len(second))
        families[crowd.partner[second]] = families[second]
    return families


def _rename(
    random: np.random.Generator, firm: Firm, crowd: Crowd, names: Texts, industries: Texts
) -> None:
    """Name the branches after their parents, and the public and internal ones what they are."""
    companies = firm.words.companies
    for row in from_the_top(crowd.parent):
        city = firm.places[crowd.place[row]].short_name
        names[row] = companies.branch.format(parent=names[crowd.parent[row]], city=city)
        industries[row] = industries[crowd.parent[row]]
    for part, patterns in ((Part.PUBLIC, companies.public), (Part.INTERNAL, companies.internal)):
        rows = crowd.rows(part)
        drawn = random.integers(0, 1_000_000, (len(rows), 2))
        for row, (which, where) in zip(rows, drawn, strict=True):
            place = firm.places[crowd.place[row]]
            names[row] = patterns[which % len(patterns)].format(
                city=place.short_name, district=place.districts[where % len(place.districts)]
            )
            industries[row] = ""


def _categories(crowd: Crowd) -> Ints:
    codes = crowd.dealer.astype(np.int64)
    codes[crowd.part == Part.PUBLIC] = 2
    codes[crowd.part == Part.INTERNAL] = 3
    return codes


def _birthdays(random: np.random.Generator, crowd: Crowd) -> pa.Array:
    known = chance(random, np.where(crowd.part == Part.CONTACT, 0.15, 0.55), crowd.size)
    year_starts = (crowd.born - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    days = year_starts.astype(np.int64) + random.integers(0, 365, crowd.size)
    return columns.day_column(days, missing=crowd.organizations | ~known)


def _remarks(random: np.random.Generator, firm: Firm, count: int) -> Texts:
    remarks = texts(firm.words.remarks)[random.integers(0, len(firm.words.remarks), count)]
    remarks[~chance(random, 0.06, count)] = ""
    return remarks


def _morning(random: np.random.Generator, firm: Firm, days: Ints) -> Ints:
    return columns.instants(days, random.integers(31_000, 64_000, len(days)), firm.time_zone)


def _credit(random: np.random.Generator, firm: Firm, crowd: Crowd) -> dict[str, pa.Array]:
    """Credit for some firms: a few orders' worth, in round thousands."""
    has_credit = (crowd.part == Part.FIRM) & chance(random, 0.35, crowd.size)
    times = random.integers(3, 9, crowd.size)
    limit = np.maximum(np.round(crowd.spend * times / 1000), 1).astype(np.int64) * 1000
    states = (crowd.part == Part.FIRM) & (has_credit | (crowd.currency > 0))
    return {
        "currency": columns.choice_column(
            np.where(states, np.where(has_credit, 0, crowd.currency), len(firm.rates.currencies)),
            [*firm.rates.currencies, ""],
        ),
        "credit_limit": columns.decimal_column(limit * 100, 2, missing=~has_credit),
    }


def _address(
    random: np.random.Generator, firm: Firm, crowd: Crowd, streets: Texts
) -> dict[str, pa.Array]:
    places, territories = firm.places, list(firm.words.territories)
    district = texts(
        places[place].districts[drawn % len(places[place].districts)]
        for place, drawn in zip(crowd.place, random.integers(0, 1000, crowd.size), strict=True)
    )
    territory = np.array([territories.index(p.territory) for p in places])
    return {
        "country": columns.same_column(firm.words.country, crowd.size),
        "province": columns.choice_column(crowd.place, [p.province for p in places]),
        "city": columns.choice_column(crowd.place, [p.city for p in places]),
        "district": columns.text_column(district),
        "street": columns.text_column(streets),
        "postal_code": columns.choice_column(crowd.place, [p.postal_code for p in places]),
        "territory_id": columns.key_column(firm.keys["platform_territory"], territory[crowd.place]),
    }
