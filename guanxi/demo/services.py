"""Putting the sample firm into a workspace that has nothing yet."""

import datetime as dt
import zoneinfo
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer, Tag
from guanxi.demo.copying import copy_rows
from guanxi.demo.firm import Firm
from guanxi.demo.sample import Sample
from guanxi.demo.words import WORDS
from guanxi.demo.words.vocabulary import Colleague
from guanxi.insight.models import ServiceRate
from guanxi.interactions.models import Interaction, Task
from guanxi.platform.access.models import Team, Territory, User
from guanxi.platform.access.services import ensure_roles
from guanxi.platform.events.context import acting
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.workspaces.models import Workspace
from guanxi.platform.workspaces.services import found_workspace
from guanxi.products.models import Product
from guanxi.sales.models import ExchangeRate, Order

MUST_BE_EMPTY = (
    Customer, Tag, Team, Territory, Product, Order, ExchangeRate, Interaction, ServiceRate, Task,
)  # fmt: skip
# The sign-in page shows colleagues in this order: one of each role before the second of any.
FRONT_ROLES = (
    "account_manager", "sales", "manager", "marketer", "service", "analyst", "read_only",
    "administrator",
)  # fmt: skip

Progress = Callable[[int, int], object]


class WorkspaceNotEmpty(DomainError):
    status, code = 409, "workspace_not_empty"


def load(
    *,
    customers: int = 2_000,
    seed: int = 1,
    locale: str = "zh-CN",
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Found the sample firm in an empty workspace, in one transaction.

    Returns {"counts": rows by table, "users": [...]}; `progress` is told customers done and all.
    Everybody's password is settings.DEMO_PASSWORD. Raises WorkspaceNotEmpty, or ValueError for a
    size, seed or locale that cannot be.
    """
    if Workspace.objects.exists():
        raise WorkspaceNotEmpty(
            _("This workspace is set up already. The sample firm needs an empty one.")
        )
    words = WORDS.get(locale)
    sample = Sample(
        customers=customers,
        seed=seed,
        locale=locale,
        today=today or _today(words.time_zone if words else "UTC"),
    )
    firm = sample.firm
    administrator = UUID(firm.keys["platform_user"][0].decode())
    with acting(actor_id=administrator, source="demo"):
        found_workspace(
            firm=firm.words.firm,
            language=firm.words.language,
            time_zone=firm.time_zone,
            currency=firm.currency,
            week_start=7 if locale == "en" else 1,
            is_demo=True,
        )
        with translation.override(firm.words.language):  # roles are named as the firm speaks
            ensure_roles()
        return _write(sample, firm.colleagues, make_password(settings.DEMO_PASSWORD), progress)


def load_into_existing(
    *,
    administrator: User,
    customers: int = 2_000,
    seed: int = 1,
    locale: str | None = None,
    today: dt.date | None = None,
    request_id: UUID | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Put the sample data into a workspace that its administrator has just set up.

    Language, currency and time zone are the workspace's. The colleagues come without a password
    that works: the administrator gives them one, or just looks at their work. Raises
    WorkspaceNotEmpty.
    """
    workspace = Workspace.objects.get()
    sample = Sample(
        customers=customers,
        seed=seed,
        locale=locale or _locale_of(workspace.language),
        today=today or _today(workspace.time_zone),
        currency=workspace.currency,
        time_zone=workspace.time_zone,
        administrator=administrator.pk,
    )
    with acting(actor_id=administrator.pk, source="demo", request_id=request_id):
        _refuse_unless_empty()
        return _write(sample, sample.firm.colleagues[1:], make_password(None), progress)


def _locale_of(language: str) -> str:
    return next((w.locale for w in WORDS.values() if w.language == language), "en")


def _today(time_zone: str) -> dt.date:
    return timezone.localdate(timezone=zoneinfo.ZoneInfo(time_zone))


def _refuse_unless_empty() -> None:
    """Raise WorkspaceNotEmpty if there is any data, bin included, or somebody else is loading."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('guanxi.demo', 0))")
    if any(model._default_manager.exists() for model in MUST_BE_EMPTY):
        raise WorkspaceNotEmpty(
            _("This workspace has data already. Sample data would mix with your own.")
        )


def _write(
    sample: Sample, colleagues: tuple[Colleague, ...], password: str, progress: Progress | None
) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for table, rows in sample.firm_tables().items():
        copy_rows(table, rows)
        counts[table] += rows.num_rows
    users = _add_colleagues(sample.firm, colleagues, password)
    for block in sample.blocks():
        for table, rows in block.tables.items():
            copy_rows(table, rows)
            counts[table] += rows.num_rows
        _check_links()
        if progress is not None:
            progress(block.first + block.customers, sample.customers)
    return {"counts": dict(counts), "users": users}


def _check_links() -> None:
    """Let the database check the block's foreign keys now.

    They are deferred, so that lines can be written before their orders: the trigger that adds
    lines to an order's total then finds nothing to do, as the total is known. Left to the end,
    the list of keys to check would grow with every block.
    """
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def _add_colleagues(
    firm: Firm, colleagues: tuple[Colleague, ...], password: str
) -> list[dict[str, str]]:
    """Create the users, under other names where theirs are taken."""
    roles = ensure_roles()
    taken = {name.lower() for name in User.objects.values_list("username", flat=True)}
    keys = dict(zip(firm.colleagues, firm.keys["platform_user"], strict=True))
    now = timezone.now()
    users = [
        User(
            id=UUID(keys[colleague].decode()),
            username=_free_name(colleague.username, taken),
            full_name=colleague.full_name,
            email=f"{colleague.username}@guanxi.example",
            role=roles[colleague.role],
            team_id=_team_key(firm, colleague),
            password=password,
            created_at=now + dt.timedelta(microseconds=position),
        )
        for position, colleague in enumerate(_in_front_order(colleagues))
    ]
    User.objects.bulk_create(users)
    _give_territories(firm, users)
    return [{"username": u.username, "full_name": u.full_name, "role": u.role.name} for u in users]


def _in_front_order(colleagues: tuple[Colleague, ...]) -> list[Colleague]:
    seen: Counter[str] = Counter()
    ranked = []
    for colleague in colleagues:
        ranked.append((seen[colleague.role], FRONT_ROLES.index(colleague.role), colleague))
        seen[colleague.role] += 1
    return [colleague for *_rank, colleague in sorted(ranked, key=lambda r: r[:2])]


def _free_name(name: str, taken: set[str]) -> str:
    candidates = (name, *(f"{name}{number}" for number in range(2, 1000)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _team_key(firm: Firm, colleague: Colleague) -> UUID:
    """The colleague's team; the head office for who is in none."""
    position = 0 if colleague.team is None else 1 + colleague.team
    return UUID(firm.keys["platform_team"][position].decode())


def _give_territories(firm: Firm, users: list[User]) -> None:
    """Let the sales teams look after their territories."""
    teams = {
        UUID(key.decode()): number
        for number, key in enumerate(firm.keys["platform_team"][1:])
        if number < len(firm.words.sales_teams)
    }
    through = User.territories.through
    through._default_manager.bulk_create(
        through(user_id=user.pk, territory_id=UUID(key.decode()))
        for user in users
        for key, team in zip(
            firm.keys["platform_territory"], firm.words.territories.values(), strict=True
        )
        if user.team_id and teams.get(user.team_id) == team
    )
