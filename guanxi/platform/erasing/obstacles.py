"""Why a record cannot be erased just now: each area says what it needs the person for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from guanxi.platform.erasing.holds import hold_of, told
from guanxi.platform.exchange.models import Import
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.registry import ObjectType


@dataclass(frozen=True)
class Obstacle:
    """One reason, and how many records make it."""

    code: str
    message: str
    count: int = 1


class CannotBeErased(DomainError):
    """Something stands in the way; `obstacles` says what."""

    status, code = 409, "erasure_refused"


Look = Callable[[Sequence[UUID]], Obstacle | None]
_looks: dict[str, list[Look]] = {}


def stands_in_the_way(name: str, look: Look) -> None:
    """Let an area refuse to erase records of an object."""
    _looks.setdefault(name, []).append(look)


def obstacles(declared: ObjectType, ids: Sequence[UUID]) -> list[Obstacle]:
    return [o for o in _all(declared, ids) if o is not None]


def _all(declared: ObjectType, ids: Sequence[UUID]) -> Iterator[Obstacle | None]:
    for pk in ids:
        if hold := hold_of(declared.name, pk):
            yield Obstacle("legal_hold", told(hold))
    yield _imports()
    for look in _looks.get(declared.name, ()):
        yield look(ids)


def _imports() -> Obstacle | None:
    """An import that is being written may bring back what goes."""
    busy = [i for i in _perhaps_busy() if i.state_now == i.state]
    if not busy:
        return None
    message = _("An import is under way. Try again when it has ended.")
    return Obstacle("import_under_way", message, len(busy))


def _perhaps_busy() -> Iterator[Import]:
    states = (Import.State.PREVIEWING, Import.State.RUNNING, Import.State.UNDOING)
    yield from Import.objects.filter(state__in=states).select_related("job")


def refuse_obstacles(declared: ObjectType, ids: Sequence[UUID]) -> None:
    """Raises CannotBeErased with all that stands in the way."""
    if found := obstacles(declared, ids):
        about = [{"code": o.code, "message": o.message, "count": o.count} for o in found]
        raise CannotBeErased(found[0].message, obstacles=about)
