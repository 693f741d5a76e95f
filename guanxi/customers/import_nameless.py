"""Contacts without a name: the firm of the row takes over what they are reached by."""

from django.utils.translation import gettext as _

from guanxi.platform.exchange.layout import Layout
from guanxi.platform.exchange.reasons import reason
from guanxi.platform.exchange.values import convert

NAMES = ("name", "external_id", "wechat")  # what tells who somebody is
REACHED_BY = (("phone", "phone_normal"), ("email",))
TAKEN = "0.taken"  # "all", or "some" if the contact had values a firm has no place for


def add_slots(layout: Layout) -> None:
    """Give the firm places for what a contact without a name may leave it."""
    if not all(any(f"{part}.{n}" in layout for n in NAMES) for part in (0, 1)):
        return
    for slots in REACHED_BY:
        if f"1.{slots[0]}" in layout:
            for name in (*slots, *_further(slots)):
                if f"0.{name}" not in layout:
                    layout.add(f"0.{name}", convert.text(), field=slots[0])
    layout.add(TAKEN, convert.text())
    layout.together = hand_over


def _further(slots: tuple[str, ...]) -> tuple[str, ...]:
    """Where a second phone or e-mail goes."""
    first = f"other_{slots[0]}.taken"
    return (first, f"{first}_normal") if len(slots) > 1 else (first,)


def hand_over(columns: dict[str, list[str]]) -> None:
    """Move the values of contacts without a name to the firms of their rows."""
    firm = [columns[f"0.{n}"] for n in NAMES if f"0.{n}" in columns]
    contact = [columns[f"1.{n}"] for n in NAMES if f"1.{n}" in columns]
    others = [column for name, column in columns.items() if name.startswith("1.")]
    for i in range(len(columns[TAKEN])):
        if any(c[i] for c in contact) or not any(c[i] for c in firm):
            continue
        if not any(c[i] for c in others):
            continue
        for slots in REACHED_BY:
            if f"1.{slots[0]}" in columns:
                _move(columns, slots, i)
        columns[TAKEN][i] = "some" if any(c[i] for c in others) else "all"
        for column in others:
            column[i] = ""


def _move(columns: dict[str, list[str]], slots: tuple[str, ...], i: int) -> None:
    free = not columns[f"0.{slots[0]}"][i]
    same = columns[f"0.{slots[-1]}"][i] == columns[f"1.{slots[-1]}"][i]
    for name, further in zip(slots, _further(slots), strict=True):
        if not same:
            columns[f"0.{name if free else further}"][i] = columns[f"1.{name}"][i]
        columns[f"1.{name}"][i] = ""


def reasons() -> dict[str, str]:
    """What is told of such rows, by the value of the slot TAKEN."""
    return {
        "all": reason(
            "name", "contact_without_name",
            _("The contact has no name: its phone and e-mail went to the organization."),
        ),
        "some": reason(
            "name", "contact_without_name",
            _("The contact has no name: its phone and e-mail went to the organization, and its"
              " other values were left out. Fill in the name to import them."),
        ),
    }  # fmt: skip
