"""Telephone numbers, e-mail addresses and streets that nobody has: a demo must not reach people.

E-mail lives under example.com and .example (RFC 2606). North American numbers are 555-01xx, kept
for fiction. China and Taiwan keep none: mobile numbers here start as no operator's do, and
landline numbers with a 9, which subscribers' do not.
"""

import numpy as np

from guanxi.demo.columns import Flags, Ints, Texts
from guanxi.demo.draws import chance, split, texts
from guanxi.demo.firm import Firm
from guanxi.demo.words import Words

MOBILE_STARTS = {86: ("154", "160", "161", "163", "164", "168", "169", "194"),
                 886: ("994", "995", "997", "999")}  # fmt: skip
MAIL_HOSTS = ("example.com", "example.net", "example.org")
STRIDE = 61_803_399  # odd and no multiple of 5: steps through all numbers before one comes again


def draw_phones(
    random: np.random.Generator,
    firm: Firm,
    first: int,
    place: Ints,
    organizations: Flags,
    employer: Ints,
) -> Texts:
    """Draw numbers: landlines for organizations, mobiles for people, some the switchboard's."""
    count = len(place)
    has_phone = chance(random, np.where(organizations, 0.8, 0.93), count)
    start = int(random.integers(0, 1_000_000))
    numbers = (start + (first + np.arange(count)) * STRIDE) % 100_000_000
    kinds = random.integers(0, 1000, count)
    phones = texts(
        _phone(firm, int(place[i]), bool(organizations[i]), int(numbers[i]), int(kinds[i]))
        if has_phone[i]
        else ""
        for i in range(count)
    )
    by_switchboard = np.flatnonzero((employer >= 0) & chance(random, 0.12, count))
    phones[by_switchboard] = phones[employer[by_switchboard]]
    return phones


def _phone(firm: Firm, place: int, landline: bool, number: int, kind: int) -> str:
    country, area = firm.words.phone_country, firm.places[place].phone_area
    if country == 1:
        return f"+1 {area} 555 01{number % 100:02d}"
    if landline:
        digits = f"9{number:08d}"[: firm.places[place].phone_digits]
        return f"+{country} {area} {digits[:-4]} {digits[-4:]}"
    start = MOBILE_STARTS[country][kind % len(MOBILE_STARTS[country])]
    if country == 886:
        return f"+886 {start} {number % 1000:03d} {number // 1000 % 1000:03d}"
    return f"{start}{number:08d}"


def draw_emails(
    random: np.random.Generator, first: int, latin: Texts, organizations: Flags, employer: Ints
) -> tuple[Texts, Texts]:
    """Draw e-mail addresses and, for organizations, websites.

    `latin` is a person's name, or an organization's domain, empty where it has none.
    """
    count = len(latin)
    has_email = chance(random, np.where(organizations, 0.55, 0.72), count) & (latin != "")
    host = random.integers(0, len(MAIL_HOSTS), count)
    has_site = chance(random, 0.6, count) & organizations & (latin != "")
    emails, websites = texts([""] * count), texts([""] * count)
    for i in np.flatnonzero(has_email):
        if organizations[i]:
            emails[i] = f"info@{latin[i]}"
        elif employer[i] >= 0 and latin[employer[i]]:
            emails[i] = f"{latin[i]}@{latin[employer[i]]}"
        else:
            emails[i] = f"{latin[i]}{first + i + 1}@{MAIL_HOSTS[host[i]]}"
    for i in np.flatnonzero(has_site):
        websites[i] = f"https://www.{latin[i]}"
    return emails, websites


def draw_streets(random: np.random.Generator, words: Words, count: int) -> Texts:
    """Draw street addresses."""
    streets, buildings = split(words.streets), split(words.buildings) or [""]
    drawn = random.integers(0, 1_000_000, (count, 4))
    return texts(
        words.addresses[shape % len(words.addresses)].format(
            street=streets[street % len(streets)],
            number=1 + number % 880,
            building=buildings[street // 100 % len(buildings)],
            floor=2 + room % 22,
            room=_room(words, room),
        )
        for street, number, room, shape in drawn.tolist()
    )


def _room(words: Words, drawn: int) -> int:
    """A room by floor and number; in Taiwan the flat on the floor."""
    return 1 + drawn % 6 if words.phone_country == 886 else (2 + drawn % 22) * 100 + 1 + drawn % 18
