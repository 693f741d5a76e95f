"""The people and the few dozen records that tests across areas play with.

Two teams under a head office, one territory, customers owned by different people or by nobody, and
what hangs on them. Everybody signs in with a session unless a test says otherwise.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from guanxi.customers.models import (
    Address,
    Consent,
    ConsentText,
    Customer,
    Identity,
    PrivacyRequest,
    ProcessingActivity,
    Purpose,
    Relationship,
    Tag,
)
from guanxi.insight.models import ServiceRate
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.models import Role, Share, Team, Territory, Token, User
from guanxi.platform.access.services import ensure_roles
from guanxi.platform.access.sign_in import issue_token
from guanxi.platform.custom_objects.services import declare_object
from guanxi.platform.objects.record import Row
from guanxi.platform.objects.registry import object_type
from guanxi.platform.workspaces.services import found_workspace
from guanxi.products.models import Product
from guanxi.sales.models import ExchangeRate, Order, OrderLine

PASSWORD = "correct horse battery"
NOON = dt.datetime(2024, 5, 15, 12, tzinfo=dt.UTC)
BACKEND = "guanxi.platform.access.sign_in.PasswordBackend"

# name: (role, team). own_only and by_territory are roles a firm made for itself.
PEOPLE = {
    "owner": ("account_manager", "north"),
    "teammate": ("account_manager", "north"),
    "outsider": ("sales", "south"),
    "manager": ("manager", "head"),
    "marketer": ("marketer", "head"),
    "service": ("service", "south"),
    "analyst": ("analyst", "head"),
    "read_only": ("read_only", "head"),
    "administrator": ("administrator", None),
    "loner": ("own_only", None),
    "ranger": ("by_territory", None),
}
MADE_ROLES: dict[str, dict[str, Any]] = {
    "own_only": {
        "areas": {"*": {"read": "own", "change": "own", "delete": "own", "create": True}},
        "objects": {"product": {}},
        "fields": {"customer.phone": "hidden", "customer.city": "read_only"},
    },
    "by_territory": {
        "areas": {
            "*": {"read": "territory", "change": "territory", "delete": "own"},
            "people": {"read": "all"},
        }
    },
}


# Shared at present: the record, with whom (or which team), and whether to be changed.
SHARES = [
    ("customer:chen", "loner", True),
    ("customer:bell", "south", False),
    ("customer:feng", "head", True),
    ("customer:dong", "ranger", True),
    ("customer:gone", "loner", True),
    ("customer:acme", "read_only", True),
    ("task:free", "owner", True),
    ("interaction:acme_service", "loner", False),
    ("interaction:chen_teammate", "ranger", False),
]
FORMER_SHARES = [
    ("customer:acme", "outsider", {"ends_on": NOON.date()}),
    ("customer:acme", "loner", {"deleted_at": NOON}),
]


@dataclass
class Firm:
    """Everything the cast has: people by name, records by object and name."""

    people: dict[str, User] = field(default_factory=dict)
    records: dict[str, dict[str, Row]] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    shares: list[tuple[str, str, bool]] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        """A person or a record by its name: firm["owner"], firm["customer:acme"]."""
        kind, _colon, key = name.partition(":")
        return self.records[kind][key] if key else self.people[kind]

    def client(self, who: str | None) -> Client:
        """A browser in which that person is signed in; None is a stranger."""
        client = Client()
        if who is not None:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client

    def sign_in(self, who: str) -> None:
        """Start a session of that person, once for all their browsers."""
        client = Client()
        client.force_login(self.people[who], backend=BACKEND)
        self.sessions[who] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def token_client(self, who: str, *scopes: str) -> tuple[Client, Token]:
        """A program with a token of that person."""
        token, key = issue_token(user=self.people[who], name="test", scopes=list(scopes))
        return Client(headers={"Authorization": f"Bearer {key}"}), token


def make_firm() -> Firm:
    """Set the workspace up and fill it."""
    cache.clear()  # of what it keeps of another test's workspace
    found_workspace(firm="Guanxi Test", language="en", time_zone="Asia/Shanghai", currency="CNY")
    roles = ensure_roles()
    for name, grants in MADE_ROLES.items():
        roles[name] = Role.objects.create(name=name, label=name, grants=grants)
    firm = Firm()
    head = Team.objects.create(name="head")
    teams = {"head": head}
    for name in ("north", "south"):
        teams[name] = Team.objects.create(name=name, parent=head)
    password = make_password(PASSWORD)  # slow on purpose: once is enough
    for name, (role, team) in PEOPLE.items():
        user = User(
            username=name, full_name=f"{name} 先生", role=roles[role], team=teams.get(team or "")
        )
        user.password = password
        user.save(force_insert=True)
        firm.people[name] = user
    east = Territory.objects.create(name="east")
    firm["ranger"].territories.add(east)
    firm.records = {
        "user": dict(firm.people),
        "team": dict(teams),
        "territory": {"east": east},
        "role": {name: role for name, role in roles.items()},
    }
    _customers(firm, east)
    _consents(firm)
    _privacy(firm)
    _activities(firm)
    _sales(firm)
    _bin(firm)
    for name in firm.people:
        firm.sign_in(name)
    return firm


EQUIPMENT = "custom_equipment"  # an object the firm declares itself
EQUIPMENT_SHARES = [
    (f"{EQUIPMENT}:lathe", "loner", True),
    (f"{EQUIPMENT}:drill", "south", False),
    (f"{EQUIPMENT}:oven", "head", True),
    (f"{EQUIPMENT}:robot", "ranger", True),
    (f"{EQUIPMENT}:gone", "loner", True),
    (f"{EQUIPMENT}:press", "read_only", True),
]


def equip(firm: Firm) -> None:
    """Declare an object of the firm's own, with records of different people, some shared."""
    declare_object(
        key="equipment",
        labels={"en": "Piece of equipment", "zh-CN": "设备", "zh-TW": "設備"},
        labels_plural={"en": "Equipment"},
        icon="wrench",
    )
    owned_by = {
        "press": "owner", "drill": "teammate", "lathe": "outsider", "robot": None,
        "crane": "outsider", "oven": "manager", "gone": "owner",
    }  # fmt: skip
    new = object_type(EQUIPMENT).new
    for number, (name, owner) in enumerate(owned_by.items(), 11):
        record: Any = new()
        record.name, record.owner = f"{name} 机 {number}", owner and firm[owner]
        record.territory = firm["territory:east"] if name == "crane" else None
        record.deleted_at = NOON if name == "gone" else None
        _add(firm, EQUIPMENT, name, record)
    for name, whom, may_change in EQUIPMENT_SHARES:
        _share(firm, name, whom, may_change=may_change, ends_on=timezone.now() + dt.timedelta(1))
    firm.shares = [*firm.shares, *EQUIPMENT_SHARES]


def share_some(firm: Firm) -> None:
    """Share some of the records, with one more day to go, and some that are over by now."""
    for name, whom, may_change in SHARES:
        _share(firm, name, whom, may_change=may_change, ends_on=timezone.now() + dt.timedelta(1))
    for name, whom, over in FORMER_SHARES:
        _share(firm, name, whom, may_change=True, **over)
    firm.shares = SHARES


def _share(firm: Firm, name: str, whom: str, **details: Any) -> None:
    holder = {"user": firm[whom]} if whom in PEOPLE else {"team": firm[f"team:{whom}"]}
    kind, record_id = name.partition(":")[0], firm[name].pk
    share = Share(object=kind, record_id=record_id, given_by=firm["manager"], **holder, **details)
    share.save(force_insert=True)


def _add(firm: Firm, kind: str, name: str, record: Row) -> Any:
    record.save(force_insert=True)
    record.refresh_from_db()
    firm.records.setdefault(kind, {})[name] = record
    return record


def _customers(firm: Firm, east: Territory) -> None:
    vip = _add(firm, "tag", "vip", Tag(name="vip", color="gold"))
    _add(firm, "tag", "cold", Tag(name="cold"))
    made = [
        ("acme", "organization", "owner", None, "北京"),
        ("bell", "organization", "teammate", None, "上海"),
        ("chen", "person", "outsider", None, "Berlin"),
        ("dong", "person", None, None, ""),
        ("east", "organization", "outsider", east, "青岛"),
        ("feng", "person", "manager", None, "北京"),
        ("gone", "person", "owner", None, "北京"),
    ]
    for number, (name, kind, owner, territory, city) in enumerate(made):
        customer = _add(
            firm, "customer", name,
            Customer(
                name=f"{name} 公司", kind=kind, owner=owner and firm[owner], territory=territory,
                city=city, phone=f"1380013800{number}", credit_limit=1000 + number, currency="CNY",
            ),
        )  # fmt: skip
        _add(firm, "address", name, Address(customer=customer, kind="delivery", street=f"{name} 1"))
        primary = Identity.objects.get(customer=customer, is_primary=True)
        firm.records.setdefault("identity", {})[f"{name}_phone"] = primary
        external = Identity(
            customer=customer, kind="external", source="erp", value=name, normal=name
        )
        _add(firm, "identity", f"{name}_erp", external)
    firm["customer:acme"].tags.add(vip)
    for one, other in (("chen", "acme"), ("dong", "bell"), ("chen", "east")):
        relationship = Relationship(
            customer=firm[f"customer:{one}"], kind="contact_of", other=firm[f"customer:{other}"]
        )
        _add(firm, "relationship", f"{one}_{other}", relationship)


def _consents(firm: Firm) -> None:
    """A word of each kind, among them one of a deleted customer."""
    firm.records["purpose"] = {p.name: p for p in Purpose.objects.all()}
    firm.records["consent_text"] = {t.title_en: t for t in ConsentText.objects.all()}
    made = [
        ("acme", "Marketing", "email", "granted"),
        ("bell", "Surveys", "phone", "withdrawn"),
        ("chen", None, "phone", "blocked"),
        ("dong", "Marketing", "email", "pending"),
        ("east", "Personal offers", "data", "granted"),
        ("gone", "Marketing", "email", "granted"),
    ]
    for name, purpose, channel, state in made:
        consent = Consent(
            customer=firm[f"customer:{name}"], purpose=purpose and firm[f"purpose:{purpose}"],
            channel=channel, state=state, given_at=NOON, note=f"word {name}",
        )  # fmt: skip
        _add(firm, "consent", name, consent)


def _privacy(firm: Firm) -> None:
    """What customers asked about their data, one answered already, and an entry of the register."""
    for name, kind, state in [
        ("acme", "access", "open"), ("bell", "correction", "open"), ("chen", "stop", "done"),
        ("dong", "access", "open"), ("east", "erasure", "open"), ("gone", "access", "open"),
    ]:  # fmt: skip
        request = PrivacyRequest(
            customer=firm[f"customer:{name}"], kind=kind, state=state, number=f"240515-{name}",
            received_on=NOON.date(), due_on=NOON.date() + dt.timedelta(days=21),
            handled_by=firm["manager"], ended_at=None if state == "open" else NOON,
        )  # fmt: skip
        _add(firm, "privacy_request", name, request)
    kept = ProcessingActivity(name="Keeping the customer base", subjects="customers")
    _add(firm, "processing_activity", "base", kept)


def _activities(firm: Firm) -> None:
    made = [
        ("acme", "owner"),
        ("acme", "service"),
        ("chen", "teammate"),
        ("chen", None),
        ("dong", None),
        ("east", "outsider"),
    ]
    for number, (customer, owner) in enumerate(made):
        common = {"customer": firm[f"customer:{customer}"], "owner": owner and firm[owner]}
        interaction = Interaction(
            channel="call",
            subject=f"call {number}",
            happened_at=NOON + dt.timedelta(hours=number),
            **common,
        )
        _add(firm, "interaction", f"{customer}_{owner}", interaction)
        task = Task(
            title=f"task {number}", due_on=NOON.date() + dt.timedelta(days=number), **common
        )
        _add(firm, "task", f"{customer}_{owner}", task)
    _add(firm, "task", "free", Task(title="task free", owner=firm["loner"]))


def _sales(firm: Firm) -> None:
    tea = _add(
        firm, "product", "tea", Product(code="T1", name="tea 茶", list_price="9.50", currency="CNY")
    )
    _add(
        firm,
        "exchange_rate",
        "usd",
        ExchangeRate(currency="USD", valid_from=NOON.date(), rate="7.1"),
    )
    _add(
        firm,
        "service_rate",
        "call",
        ServiceRate(channel="call", valid_from=NOON.date(), cost="3.5"),
    )
    for number, customer in enumerate(["acme", "bell", "chen", "dong", "east", None]):
        at = NOON + dt.timedelta(days=number)
        order = Order(
            customer=customer and firm[f"customer:{customer}"], number=f"N{number}",
            currency="CNY", ordered_at=at, ordered_on=at.date(), owner=firm["owner"],
        )  # fmt: skip
        _add(firm, "order", str(customer), order)
        line = OrderLine(
            order=order, position=1, product=tea, description=f"line {number}",
            quantity=number + 1, unit_price="9.5", amount=f"{9.5 * (number + 1)}",
        )  # fmt: skip
        _add(firm, "order_line", str(customer), line)


def _bin(firm: Firm) -> None:
    """A deleted customer, whose address and so on vanish with it, and one of some other kinds."""
    for name in ("customer:gone", "tag:cold", "task:dong_None", "interaction:east_outsider"):
        record = firm[name]
        record.deleted_at = NOON
        record.save(update_fields=["deleted_at"])
