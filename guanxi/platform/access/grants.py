"""What each role may do: verbs per area, a scope per verb, exceptions per object and field.

A grant maps "read", "change", "delete" to a scope ("own" < "territory", "team" < "all"; absent =
no) and "create", "export", "import", "merge", "erase", "reveal" to true. "fields" maps
"object.field" to "hidden", "masked" or "read_only"; whoever may reveal sees what is masked one by
one, and is logged.
"""

from dataclasses import dataclass
from typing import Any

from guanxi.platform.objects.registry import ObjectType, types

SCOPES = ("own", "territory", "team", "all")
RECORD_VERBS = ("read", "change", "delete")
TYPE_VERBS = ("create", "export", "import", "merge", "erase", "reveal")
MASKS = (None, "read_only", "masked", "hidden")

ALL: dict[str, Any] = {
    "read": "all", "change": "all", "delete": "all", "create": True, "export": True, "import": True,
    "merge": True, "reveal": True,
}  # fmt: skip
READ: dict[str, Any] = {"read": "all"}
TEAM: dict[str, Any] = {
    "read": "team", "change": "own", "delete": "own",
    "create": True, "export": True, "import": True, "merge": True,
}  # fmt: skip
SERVE: dict[str, Any] = {"read": "all", "change": "own", "create": True}
# How to reach somebody, where they live and when they were born; names tell records apart.
MASKED: dict[str, str] = dict.fromkeys(
    (
        "customer.phone", "customer.email", "customer.birthday", "customer.street",
        "identity.value", "address.street",
    ),
    "masked",
)  # fmt: skip

# "*" is every area that is not named; "custom" are the objects a firm declares itself.
BUILT_IN_ROLES: dict[str, dict[str, Any]] = {
    "administrator": {"areas": {"*": {**ALL, "erase": True}}, "administer": True},
    "manager": {"areas": {"*": {**ALL, "delete": "all"}, "people": READ}},
    "account_manager": {
        "areas": {
            "customers": TEAM,
            "activities": TEAM,
            "sales": TEAM,
            "products": {**READ, "create": True, "import": True},  # a purchase file brings them
            "custom": TEAM,
            "*": READ,
        }
    },
    "sales": {
        "areas": {
            "customers": {**TEAM, "export": False, "import": False, "merge": False},
            "activities": TEAM,
            "sales": {**TEAM, "export": False},
            "custom": {**TEAM, "export": False},
            "*": READ,
        }
    },
    "marketer": {
        "areas": {
            "customers": {**READ, "export": True},
            "activities": SERVE,
            "sales": READ,
            "*": READ,
        },
        "objects": {"tag": ALL},
    },
    "service": {
        "areas": {
            "customers": {**SERVE, "change": "all"},
            "activities": SERVE,
            "custom": SERVE,
            "*": READ,
        },
        "fields": {"customer.credit_limit": "hidden"},
    },
    "analyst": {"areas": {"*": {**READ, "export": True}}, "fields": MASKED},
    "read_only": {"areas": {"*": READ}, "fields": {"customer.credit_limit": "hidden", **MASKED}},
}


@dataclass(frozen=True)
class Grants:
    """One role's rights, asked by verb and object type."""

    data: dict[str, Any]

    @property
    def masks(self) -> dict[str, str]:
        """By "object.field"."""
        masks: dict[str, str] = self.data.get("fields", {})
        return masks

    @property
    def administer(self) -> bool:
        return bool(self.data.get("administer"))

    def _of(self, object_type: ObjectType) -> dict[str, Any]:
        by_object: dict[str, Any] = self.data.get("objects", {})
        areas: dict[str, Any] = self.data.get("areas", {})
        if object_type.name in by_object:  # {} there takes all rights of the area away
            own: dict[str, Any] = by_object[object_type.name]
            return own
        of_area: dict[str, Any] = areas.get(object_type.area, areas.get("*", {}))
        return of_area

    def scope(self, verb: str, object_type: ObjectType) -> str | None:
        """How far a record verb reaches: one of SCOPES, or None for not at all.

        Whoever sees none changes and deletes none, whatever else is granted.
        """
        if verb != "read" and verb not in object_type.verbs:
            return None
        if verb != "read" and self._administrators_alone(object_type):
            return None
        granted = self._of(object_type)
        return (granted.get(verb) or None) if granted.get("read") else None

    def outreaches(self, verb: str, object_type: ObjectType) -> bool:
        """Whether the verb reaches records that the role does not see."""
        return not _takes_in(self.scope("read", object_type), self.scope(verb, object_type))

    def may(self, verb: str, object_type: ObjectType) -> bool:
        """Whether the role has the verb on this object at all."""
        if verb in RECORD_VERBS:
            return self.scope(verb, object_type) is not None
        if verb in ("create", "import") and "create" not in object_type.verbs:
            return False
        if verb == "merge" and object_type.merging is None:
            return False
        if verb == "erase" and object_type.erasing is None:
            return False
        if verb == "reveal" and not object_type.maskable:
            return False
        if verb not in ("export", "reveal") and self._administrators_alone(object_type):
            return False
        return bool(self._of(object_type).get(verb))

    def _administrators_alone(self, object_type: ObjectType) -> bool:
        """Whoever moves people between teams decides who sees what: no role does by the way."""
        return object_type.area == "people" and not self.administer

    def includes(self, other: "Grants") -> bool:
        """Whether the other role may do nothing that this one may not."""
        return (
            (self.administer or not other.administer)
            and all(self._reaches(verb, t, other) for t in types() for verb in RECORD_VERBS)
            and all(
                self.may(verb, t) or not other.may(verb, t) for t in types() for verb in TYPE_VERBS
            )
            and self._masked_as_much_in(other)
        )

    def _masked_as_much_in(self, other: "Grants") -> bool:
        """Whether the other role is shown no field, and may write none, that this one may not."""
        readable = {t.name: t for t in types() if other.may("read", t)}
        return all(
            self._shows(declared, mask) >= other._shows(declared, other.masks.get(name))
            and (self._opens(declared, mask) or not other._opens(declared, other.masks.get(name)))
            for name, mask in self.masks.items()
            if (declared := readable.get(name.partition(".")[0])) is not None
        )

    def _shows(self, object_type: ObjectType, mask: str | None) -> int:
        """How much of the values of a field that is masked so can be known: 0 is nothing."""
        if mask == "masked":
            return 2 if self.may("reveal", object_type) else 1
        return 0 if mask == "hidden" else 2

    def _opens(self, object_type: ObjectType, mask: str | None) -> bool:
        """Whether a field that is masked so may be written: never blindly."""
        return mask is None or (mask == "masked" and self.may("reveal", object_type))

    def writes(self, object_type: ObjectType, field: str) -> bool:
        """Whether the role may write the field, where it may write the record."""
        return self._opens(object_type, self.mask(object_type, field))

    def _reaches(self, verb: str, object_type: ObjectType, other: "Grants") -> bool:
        """Whether the verb reaches every record here that it reaches with the other role."""
        return _takes_in(self.scope(verb, object_type), other.scope(verb, object_type))

    def mask(self, object_type: ObjectType, field: str) -> str | None:
        """ "hidden", "masked", "read_only" or None for one field."""
        return self.masks.get(f"{object_type.name}.{field}")


def _takes_in(wide: str | None, narrow: str | None) -> bool:
    """Whether one scope reaches every record that the other does."""
    return narrow is None or wide in ("all", narrow) or (narrow == "own" and wide is not None)
