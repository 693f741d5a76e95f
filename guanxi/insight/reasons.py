"""Reasons in the reader's language: a code and numbers become one whole sentence.

A new code of `guanxi.analytics` gets a function here; one without is left out, not shown raw.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.insight.models import AttentionItem, Stage
from guanxi.insight.words import ago, day, days, money, share

Numbers = Mapping[str, Any]
Sentence = Callable[[Numbers, str], str | None]
TITLE_NAME = 80  # characters of a customer's name in the title of a task
_reasons: dict[str, Sentence] = {}
_why: dict[str, Sentence] = {}


def sentence(code: str) -> Callable[[Sentence], Sentence]:
    """Register the wording of one reason code: a function of its numbers and the currency."""

    def add(words: Sentence) -> Sentence:
        _reasons[code] = words
        return words

    return add


def why_of(kind: str) -> Callable[[Sentence], Sentence]:
    """Register the why-line of one kind of attention item."""

    def add(words: Sentence) -> Sentence:
        _why[kind] = words
        return words

    return add


def worded(reasons: Iterable[Numbers], currency: str) -> list[tuple[Numbers, str]]:
    """Give each reason that there are words for with its sentence."""
    said = ((r, _said(_reasons.get(str(r.get("code"))), r, currency)) for r in reasons)
    return [(reason, text) for reason, text in said if text]


def in_words(reasons: Iterable[Numbers], currency: str) -> list[str]:
    """Give a sentence for each reason that there are words for."""
    return [text for _reason, text in worded(reasons, currency)]


def why(kind: str, facts: Numbers, currency: str) -> str:
    """Give the why-line of an attention item."""
    return _said(_why.get(kind), facts, currency) or str(AttentionItem.Kind(kind).label)


def _said(words: Sentence | None, numbers: Numbers, currency: str) -> str | None:
    """Say it, unless a number it needs is not known."""
    try:
        return words(numbers, currency) if words else None
    except (KeyError, TypeError):
        return None


def stage_label(stage: Any) -> str:
    return str(Stage(stage).label)


def _silence(n: Numbers) -> dict[str, str]:
    silent = n["days_since_last"] if "days_since_last" in n else n["recency_days"]
    return {"days": days(silent), "gap": days(n["expected_gap_days"])}


@sentence("no_purchase")
def no_purchase(n: Numbers, currency: str) -> str:
    return _("No purchase yet.")


@sentence("few_purchases")
def few_purchases(n: Numbers, currency: str) -> str:
    return ngettext(
        "%(purchases)s purchase so far, %(ago)s.",
        "%(purchases)s purchases so far, the last one %(ago)s.",
        n["purchases"],
    ) % {"purchases": n["purchases"], "ago": ago(n["days_since_last"])}


@sentence("came_back")
def came_back(n: Numbers, currency: str) -> str:
    return _("Back after %(absence)s without a purchase; the last purchase was %(ago)s.") % {
        "absence": days(n["absence_days"]),
        "ago": ago(n["days_since_last"]),
    }


@sentence("probably_left")
def probably_left(n: Numbers, currency: str) -> str:
    return _(
        "Probably gone: the probability of being active is %(probability)s."
        " No purchase for %(days)s, where about every %(gap)s was usual."
    ) % {"probability": share(n["probability_alive"]), **_silence(n)}


@sentence("long_silence")
def long_silence(n: Numbers, currency: str) -> str:
    return _("No purchase for %(days)s, where about every %(gap)s was usual.") % _silence(n)


def _trend(n: Numbers, currency: str) -> dict[str, str]:
    return {
        "recent": str(n["recent_purchases"]),
        "recent_amount": money(n["recent_amount"], currency),
        "earlier": str(n["earlier_purchases"]),
        "earlier_amount": money(n["earlier_amount"], currency),
        "window": days(n["window_days"]),
    }


@sentence("rising")
def rising(n: Numbers, currency: str) -> str:
    return ngettext(
        "Buys more than before: %(recent)s purchase for %(recent_amount)s in the last %(window)s,"
        " after %(earlier)s for %(earlier_amount)s in as long a time before.",
        "Buys more than before: %(recent)s purchases for %(recent_amount)s in the last %(window)s,"
        " after %(earlier)s for %(earlier_amount)s in as long a time before.",
        n["recent_purchases"],
    ) % _trend(n, currency)


@sentence("falling")
def falling(n: Numbers, currency: str) -> str:
    return ngettext(
        "Buys less than before: %(recent)s purchase for %(recent_amount)s in the last %(window)s,"
        " after %(earlier)s for %(earlier_amount)s in as long a time before.",
        "Buys less than before: %(recent)s purchases for %(recent_amount)s in the last %(window)s,"
        " after %(earlier)s for %(earlier_amount)s in as long a time before.",
        n["recent_purchases"],
    ) % _trend(n, currency)


@sentence("becoming_regular")
def becoming_regular(n: Numbers, currency: str) -> str:
    return ngettext(
        "Becomes a regular: %(purchases)s purchase so far, about every %(gap)s.",
        "Becomes a regular: %(purchases)s purchases so far, about every %(gap)s.",
        n["purchases"],
    ) % {"purchases": n["purchases"], "gap": days(n["expected_gap_days"])}


@sentence("steady")
def steady(n: Numbers, currency: str) -> str:
    return ngettext(
        "Buys steadily: %(purchases)s purchase so far, about every %(gap)s.",
        "Buys steadily: %(purchases)s purchases so far, about every %(gap)s.",
        n["purchases"],
    ) % {"purchases": n["purchases"], "gap": days(n["expected_gap_days"])}


@sentence("stage_held")
def stage_held(n: Numbers, currency: str) -> str:
    return _("Close to the stage %(stage)s, but the evidence for it is not yet plain enough.") % {
        "stage": stage_label(n["candidate"])
    }


@sentence("late")
def late(n: Numbers, currency: str) -> str:
    return _(
        "Late: no purchase for %(days)s, where about every %(gap)s was usual. With a chance of"
        " %(share)s a purchase would have come by now."
    ) % {"share": share(n["late_probability"]), **_silence(n)}


@sentence("many_returns")
def many_returns(n: Numbers, currency: str) -> str:
    return _("Returned goods for %(returned)s of the %(bought)s bought.") % {
        "returned": money(n["returned_amount"], currency),
        "bought": money(n["bought_amount"], currency),
    }


@why_of("late")
def why_late(n: Numbers, currency: str) -> str:
    return _(
        "No purchase for %(days)s, where about every %(gap)s is usual; bought for %(monetary)s"
        " in all."
    ) % {"monetary": money(n["monetary"], currency), **_silence(n)}


@why_of("stage_fell")
def why_stage_fell(n: Numbers, currency: str) -> str:
    return _(
        "Fell from %(before)s to %(stage)s: no purchase for %(days)s, where about every"
        " %(gap)s was usual."
    ) % {
        "before": stage_label(n["stage_before"]),
        "stage": stage_label(n["stage"]),
        **_silence(n),
    }


@why_of("value_at_risk")
def why_value_at_risk(n: Numbers, currency: str) -> str:
    return _(
        "Bought for %(monetary)s in all, but is active with a probability of only"
        " %(probability)s: no purchase for %(days)s, where about every %(gap)s was usual."
    ) % {
        "monetary": money(n["monetary"], currency),
        "probability": share(n["probability_alive"]),
        **_silence(n),
    }


@why_of("new_promising")
def why_new_promising(n: Numbers, currency: str) -> str:
    return ngettext(
        "New since %(first)s with %(purchases)s purchase, and worth about %(value)s in the next"
        " 12 months.",
        "New since %(first)s with %(purchases)s purchases, and worth about %(value)s in the next"
        " 12 months.",
        n["purchases"],
    ) % {
        "first": day(n["first_purchase_on"]),
        "purchases": n["purchases"],
        "value": money(n["expected_value_12m"], currency),
    }


def suggestion(kind: str, customer: str) -> dict[str, str]:
    """What to do about an item: "call" or "task", with the title it would have."""
    name = customer if len(customer) <= TITLE_NAME else customer[: TITLE_NAME - 1] + "…"
    match kind:
        case "late":
            title = _("Call %(customer)s: is anything missing?")
        case "stage_fell":
            title = _("Call %(customer)s: why did they stop buying?")
        case "value_at_risk":
            title = _("Call %(customer)s before they are gone")
        case _:
            title = _("Thank %(customer)s and suggest what else fits")
    how = "task" if kind == "new_promising" else "call"
    return {"kind": how, "title": title % {"customer": name}}
