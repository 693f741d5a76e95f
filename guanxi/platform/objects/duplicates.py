"""What is said to whoever describes a record that may be there already.

Who sees the other record gets its name and why it may be the same. To anybody else it is masked:
the initials of its name and its owner, and that much only so often, each time told in the audit
log. Which records may be the same an object decides itself (`ObjectType.duplicates`).
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from guanxi.platform.access.braking import Brake, count_failure, failures_of
from guanxi.platform.access.predicate import Asker, sees_every, visible_to
from guanxi.platform.events.telling import tell
from guanxi.platform.http.request import Request
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.registry import ObjectType
from guanxi.standardizing.folding import is_ideograph

Level = Literal["certain", "likely", "hint"]
SHOWN, MASKED = 5, 3  # candidates of one answer
MASKED_AT_MOST = 30  # records that one person is told of in a quarter of an hour
INITIALS = 3


@dataclass(frozen=True)
class Evidence:
    """One rule that holds, and the words for it."""

    rule: str
    text: str


@dataclass(frozen=True)
class Candidate:
    """A record that may be the one described; a "hint" is no reason to refuse another one."""

    pk: UUID
    label: str
    owner: str
    level: Level
    evidence: Sequence[Evidence]


@dataclass(frozen=True)
class Note:
    """What a rule says of nobody in particular; for whoever sees some of those it holds of."""

    rule: str
    text: str


@dataclass(frozen=True)
class Found:
    """The strongest first."""

    candidates: Sequence[Candidate] = ()
    notes: Sequence[Note] = ()


class EvidenceOut(Schema):
    rule: str
    text: str = Field(description="The rule and the value, in words.")


class CandidateOut(Schema):
    """`id` is null where you may not see the record: `label` is then the initials of its name."""

    id: str | None
    label: str
    owner: str = Field(description="Its owner's name, empty if it has none.")
    level: Level | None
    evidence: list[EvidenceOut]


class DuplicatesOut(Schema):
    candidates: list[CandidateOut]
    notes: list[str]
    refuses: bool = Field(description="Whether a new record is refused unless it is insisted on.")
    limited: bool = Field(description="For a while you are told of no more that you may not see.")


class MayExist(DomainError):
    """A new record that may be there already."""

    status, code = 409, "may_exist"


def initials(name: str) -> str:
    """Of the words of a name their first letters, of a Chinese one its first character."""
    words = name.split()
    if not words:
        return ""
    if is_ideograph(words[0][0]):
        return f"{words[0][0]}…"
    letters = [letter for word in words if (letter := _first_letter(word))][:INITIALS]
    return " ".join(f"{letter}." for letter in letters) or "…"


def _first_letter(word: str) -> str:
    return next((c for c in unicodedata.normalize("NFC", word) if c.isalnum()), "")[:1].upper()


def describe_duplicates(request: Request, declared: ObjectType, found: Found) -> dict[str, Any]:
    """What the asker may know of what was found, as DuplicatesOut has it.

    What is told masked is counted and written to the audit log when the request is over.
    """
    asker = request.asker
    shown = _seen(asker, declared, found.candidates)
    hidden = [c for c in found.candidates if c.pk not in shown and c.level != "hint"]
    masked, limited = _masked(request, declared, hidden[:MASKED])
    seen = [c for c in found.candidates if c.pk in shown]
    rules = {e.rule for c in seen for e in c.evidence}
    names_owner = "owner" in asker.fields(declared)
    out: list[dict[str, Any]] = [
        {
            "id": str(c.pk),
            "label": c.label,
            "owner": c.owner if names_owner else "",
            "level": c.level,
            "evidence": [{"rule": e.rule, "text": e.text} for e in c.evidence],
        }
        for c in seen[:SHOWN]
    ] + [
        {"id": None, "label": label, "owner": owner, "level": None, "evidence": []}
        for label, owner in sorted({(initials(c.label), c.owner) for c in masked})
    ]
    return {
        "candidates": out,
        "notes": [n.text for n in found.notes if n.rule in rules],
        "refuses": any(c["level"] != "hint" for c in out),
        "limited": limited,
    }


def _seen(asker: Asker, declared: ObjectType, candidates: Sequence[Candidate]) -> set[UUID]:
    """Those whose name the asker may read."""
    if not candidates or declared.title not in asker.fields(declared):
        return set()
    among = visible_to(asker, declared.model).filter(pk__in=[c.pk for c in candidates])
    return set(among.values_list("pk", flat=True))


def _masked(
    request: Request, declared: ObjectType, hidden: Sequence[Candidate]
) -> tuple[list[Candidate], bool]:
    """Those of the hidden that may be told of still, and whether that is all for a while."""
    asker = request.asker
    if sees_every(asker, declared) and not hidden:
        return [], False
    total = Brake(f"masked\0{asker.user.pk}", MASKED_AT_MOST)
    told = {c.pk: Brake(f"masked\0{asker.user.pk}\0{c.pk}", 1) for c in hidden}
    counted = failures_of([total, *told.values()])
    left = max(0, total.most - counted.get(total.key, 0))
    again = [c for c in hidden if told[c.pk].key in counted]
    new = [c for c in hidden if told[c.pk].key not in counted][:left]
    if new:

        def keep() -> None:
            count_failure([told[c.pk] for c in new] + [total] * len(new))
            for c in new:
                tell(
                    request, "masked_answer", c.pk, actor_id=asker.user.pk, object=declared.name
                )  # fmt: skip

        request.afterwards.append(keep)
    return [*again, *new], left == 0


def find_duplicates(
    request: Request, declared: ObjectType, values: Mapping[str, Any], *, but: UUID | None = None
) -> dict[str, Any]:
    """The records that one with these values may be, as the asker may know them; not `but`."""
    duplicates = declared.duplicates
    found = duplicates.find(request.asker, values, but) if duplicates else Found()
    return describe_duplicates(request, declared, found)


def refuse_duplicate(
    request: Request, declared: ObjectType, values: Mapping[str, Any], pk: UUID | None = None
) -> None:
    """Refuse a new record that may have been there; `pk`: it is written. Raises MayExist."""
    told = find_duplicates(request, declared, values, but=pk)
    if told["refuses"]:
        raise MayExist(_("This may already exist."), **told)
