"""Who sees how good the data is: whoever answers for it, or works on all of it outside.

That is who may merge customers or take them out as a file. Figures are always of the customers and
fields that the asker sees: counts of what is hidden would tell about it. How they were day by day
is kept for all customers together, and so is told to those who see all of them.
"""

from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker, sees_every
from guanxi.platform.objects.errors import NotAllowed
from guanxi.platform.objects.registry import object_type


def may_see(asker: Asker, verb: str = "read") -> bool:
    customer = object_type("customer")
    trusted = asker.grants.may("merge", customer) or asker.grants.may("export", customer)
    return trusted and asker.grants.may("read", customer) and asker.token_allows(verb, customer)


def require_right(asker: Asker, verb: str = "read") -> None:
    """Raises NotAllowed; a token needs `verb` for customers."""
    if not may_see(asker, verb):
        raise NotAllowed(_("Your role does not allow this."))


def require_all_seen(asker: Asker) -> None:
    """Raises NotAllowed for whoever does not see every customer."""
    require_right(asker)
    if not sees_every(asker, object_type("customer")):
        raise NotAllowed(_("This is about all customers, of whom you see only some."))
