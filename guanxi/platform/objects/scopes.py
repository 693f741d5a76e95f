"""Who may see a record of an object, as its declaration says it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Owned:
    """The owner and, by scope, the owner's team or the record's territory.

    `unowned`: a record without an owner lies in a pool that every team sees.
    """

    territory: str | None = None
    unowned: bool = True


@dataclass(frozen=True)
class Through:
    """Whoever may see the record that `field` points to."""

    field: str


@dataclass(frozen=True)
class Everyone:
    """Every signed-in user sees them: lists that all need to work, such as users and tags.

    Nobody owns them, so that only a role whose scope is "all" may change or delete them.
    """


Scope = Owned | Through | Everyone  # several of one object add up
