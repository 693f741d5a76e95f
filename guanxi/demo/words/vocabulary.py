"""What a locale has to say for a sample firm to be made in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Colleague:
    """Somebody of the sample firm who signs in; `team` counts the sales teams, then the others."""

    username: str
    full_name: str
    role: str
    team: int | None = None


@dataclass(frozen=True)
class Generation:
    """Given names of people born in the ten years from `since`: whole names, and parts of two.

    The parts are written "first characters / second characters"; any of one goes with any other.
    """

    since: int
    men: str
    women: str
    men_parts: str = ""
    women_parts: str = ""


@dataclass(frozen=True)
class Trade:
    """A line of business: the industry it counts to and the words company names are made with.

    A word that is a company name of its own kind (a hotel, a law firm) carries no legal form.
    """

    industry: str
    words: str
    weight: int
    has_legal_form: bool = True


@dataclass(frozen=True)
class Companies:
    """How firms are called. Patterns know {city}, {brand}, {trade} and {form}."""

    brands: str  # "first parts / second parts"
    joint: str  # between the two parts
    trades: tuple[Trade, ...]
    forms: dict[str, int]
    patterns: dict[str, int]
    plain_pattern: str  # for a trade without a legal form
    branch: str  # knows {parent} and {city}
    public: tuple[str, ...]  # know {city} and {district}
    internal: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """What was said on one occasion. `{product}` and `{number}` are the order's."""

    channel: str
    direction: str
    subject: str
    body: str
    outcome: str
    for_firms: bool = False  # not with private persons


@dataclass(frozen=True)
class Chore:
    """A task: about the customer `{name}` if the title says so."""

    kind: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Words:
    """One locale's words and habits."""

    locale: str
    language: str
    time_zone: str
    currency: str
    order_currencies: tuple[str, ...]  # a few orders are in these
    country: str
    firm: str
    head_office: str
    sales_teams: tuple[str, ...]
    other_teams: tuple[str, ...]
    territories: dict[str, int]  # to the sales team that looks after it
    colleagues: tuple[Colleague, ...]
    surnames: dict[str, float]
    generations: tuple[Generation, ...]
    family_name_first: bool
    companies: Companies
    streets: str
    addresses: tuple[str, ...]  # know {street}, {number}, {building}, {floor}, {room}
    buildings: str
    phone_country: int
    job_titles: dict[str, int]
    sources: dict[str, int]
    referral: str
    tags: dict[str, str]  # purpose to name
    remarks: tuple[str, ...]
    order_sources: tuple[str, str, str]  # the ERP, the web shop, the shop around the corner
    categories: dict[str, str]
    units: dict[str, str]
    scripts: dict[str, tuple[Script, ...]]
    chores: dict[str, tuple[Chore, ...]]
    own_chores: tuple[Chore, ...]
