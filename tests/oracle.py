"""Who may see and touch what, said once more: in plain Python, record by record.

Nothing here is shared with the predicate that the server compiles to SQL. A wrong predicate would
have to be wrong here in the same way to pass.
"""

from typing import Any

from tests.cast import PEOPLE, Firm

TEAMS_BELOW = {"head": {"head", "north", "south"}, "north": {"north"}, "south": {"south"}}
SHARES_OF_TEAMS = {"head": {"head"}, "north": {"north", "head"}, "south": {"south", "head"}}
TERRITORIES = {"ranger": {"east"}}
AREAS = {
    "customer": "customers", "tag": "customers", "identity": "customers", "address": "customers",
    "relationship": "customers", "consent": "customers", "purpose": "privacy",
    "consent_text": "privacy", "privacy_request": "customers",
    "processing_activity": "privacy", "interaction": "activities", "task": "activities",
    "product": "products", "order": "sales", "order_line": "sales", "exchange_rate": "sales",
    "service_rate": "insight",
    "custom_equipment": "custom",
    "user": "people", "team": "people", "territory": "people", "role": "people",
}  # fmt: skip
FOR_ALL = {
    "tag", "purpose", "consent_text", "processing_activity", "product", "exchange_rate",
    "service_rate", "user", "team", "territory", "role",
}  # fmt: skip

# (role, area or object): how far read, change and delete reach, and whether it may create.
ALL = ("all", "all", "all", True)
LOOK = ("all", None, None, False)
TEAM = ("team", "own", "own", True)
POLICY: dict[tuple[str, str], tuple[str | None, str | None, str | None, bool]] = {
    ("administrator", "*"): ALL,
    ("manager", "*"): ALL,
    ("manager", "people"): LOOK,
    ("account_manager", "*"): LOOK,
    ("account_manager", "customers"): TEAM,
    ("account_manager", "activities"): TEAM,
    ("account_manager", "sales"): TEAM,
    ("account_manager", "products"): ("all", None, None, True),
    ("account_manager", "custom"): TEAM,
    ("sales", "*"): LOOK,
    ("sales", "customers"): TEAM,
    ("sales", "activities"): TEAM,
    ("sales", "sales"): TEAM,
    ("sales", "custom"): TEAM,
    ("marketer", "*"): LOOK,
    ("marketer", "activities"): ("all", "own", None, True),
    ("marketer", "tag"): ALL,
    ("service", "*"): LOOK,
    ("service", "customers"): ("all", "all", None, True),
    ("service", "activities"): ("all", "own", None, True),
    ("service", "custom"): ("all", "own", None, True),
    ("analyst", "*"): LOOK,
    ("read_only", "*"): LOOK,
    ("own_only", "*"): ("own", "own", "own", True),
    ("own_only", "product"): (None, None, None, False),
    ("by_territory", "*"): ("territory", "territory", "own", False),
    ("by_territory", "people"): LOOK,
}
HIDDEN = {
    ("service", "customer", "credit_limit"),
    ("read_only", "customer", "credit_limit"),
    ("own_only", "customer", "phone"),
}


# Shown as a mask to those who analyse or only look.
MASKED = {
    (role, kind, field)
    for role in ("analyst", "read_only")
    for kind, field in (
        ("customer", "phone"), ("customer", "email"), ("customer", "birthday"),
        ("customer", "street"), ("identity", "value"), ("address", "street"),
    )
}  # fmt: skip


def rights(who: str, kind: str) -> tuple[str | None, str | None, str | None, bool]:
    role = PEOPLE[who][0]
    for key in (kind, AREAS[kind], "*"):
        if (role, key) in POLICY:
            found = POLICY[role, key]
            if kind == "role":
                return found[0], None, None, False
            if kind in ("consent", "consent_text"):  # evidence: added to, never changed
                return found[0], None, None, found[3]
            if kind == "privacy_request":  # ended, never deleted
                return found[0], found[1], None, found[3]
            if AREAS[kind] == "people":  # others than administrators only look
                change, delete, create = found[1:] if role == "administrator" else (None,) * 3
                may_delete = None if kind == "user" else delete
                return found[0], change, may_delete, bool(create) and kind != "user"
            return found
    raise AssertionError(role)


def reach(who: str, kind: str, verb: str) -> str | None:
    return rights(who, kind)[("read", "change", "delete").index(verb)]  # type: ignore[return-value]


def may_create(who: str, kind: str) -> bool:
    return rights(who, kind)[3]


def is_hidden(who: str, kind: str, field: str) -> bool:
    return (PEOPLE[who][0], kind, field) in HIDDEN


def is_masked(who: str, kind: str, field: str) -> bool:
    return (PEOPLE[who][0], kind, field) in MASKED


class Oracle:
    """Answers for one firm."""

    def __init__(self, firm: Firm):
        self.firm = firm
        self.names = {user.pk: name for name, user in firm.people.items()}

    def may(self, who: str, verb: str, kind: str, record: Any, *, deleted: bool = False) -> bool:
        """Whether that person may use the verb on that record, in use or in the bin."""
        if (record.deleted_at is not None) != deleted:
            return False
        scope = reach(who, kind, verb)
        if scope is None or (verb != "read" and kind == "identity" and record.is_primary):
            return False
        if verb != "read" and kind == "privacy_request" and record.state != "open":
            return False
        return self.within(who, verb, scope, kind, record)

    def within(self, who: str, verb: str, scope: str, kind: str, record: Any) -> bool:
        if kind in FOR_ALL:
            return verb == "read" or scope == "all"
        if kind in ("customer", "custom_equipment"):
            return self.owned(who, verb, scope, kind, record, unowned=True)
        if kind == "task":
            return self.owned(who, verb, scope, kind, record, unowned=True) or self.through(
                who, verb, scope, "customer", record.customer
            )
        if kind == "interaction":
            return self.owned(who, verb, scope, kind, record, unowned=False) or self.through(
                who, verb, scope, "customer", record.customer
            )
        if kind in ("identity", "address", "consent", "privacy_request", "order"):
            return self.through(who, verb, scope, "customer", record.customer)
        if kind == "relationship":
            return any(
                self.through(who, verb, scope, "customer", end)
                for end in (record.customer, record.other)
            )
        if kind == "order_line":
            return self.through(who, verb, scope, "order", record.order)
        raise AssertionError(kind)

    def shared(self, who: str, verb: str, kind: str, record: Any) -> bool:
        """By a share with them or their team; it lets nobody delete."""
        mine = {who, *SHARES_OF_TEAMS.get(PEOPLE[who][1] or "", set())}
        return any(
            self.firm[name].pk == record.pk and whom in mine and (verb == "read" or may_change)
            for name, whom, may_change in self.firm.shares
            if name.startswith(f"{kind}:") and verb != "delete"
        )

    def owned(
        self, who: str, verb: str, scope: str, kind: str, record: Any, *, unowned: bool
    ) -> bool:
        owner = self.names.get(record.owner_id)
        territory = getattr(record, "territory", None)
        if scope == "all":
            return True
        if owner == who or self.shared(who, verb, kind, record):
            return True
        if scope == "team":
            if owner is None:
                return unowned
            return PEOPLE[owner][1] in TEAMS_BELOW.get(PEOPLE[who][1] or "", set())
        if scope == "territory" and territory is not None:
            return territory.name in TERRITORIES.get(who, set())
        return False

    def through(self, who: str, verb: str, scope: str, kind: str, parent: Any) -> bool:
        """As far as the record it hangs on: seen by this person, and within the verb's scope."""
        if parent is None:
            return scope == "all"
        parent = self.firm.records[kind][
            next(name for name, r in self.firm.records[kind].items() if r.pk == parent.pk)
        ]
        return self.may(who, "read", kind, parent) and self.within(who, verb, scope, kind, parent)
