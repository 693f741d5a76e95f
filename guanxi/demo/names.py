"""Names of people and firms, as often as real life has them, and the addresses made from names."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from pypinyin import lazy_pinyin

from guanxi.demo.columns import Flags, Ints, Texts
from guanxi.demo.draws import chance, split, texts, weighted, weighted_texts
from guanxi.demo.words import WORDS, Words
from guanxi.demo.words.vocabulary import Trade

WHOLE_NAMES = 0.4  # share of given names that are popular as they are; others are put together
READ_OTHERWISE = {"曾": "zeng"}  # surnames that pypinyin reads as the common word


@dataclass(frozen=True)
class People:
    """Names drawn for a number of persons, and how the name is written in an e-mail address."""

    names: Texts
    latin: Texts


def draw_people(
    random: np.random.Generator,
    words: Words,
    *,
    born: Ints,
    women: Flags,
    western: Flags,
    families: Texts | None = None,
) -> People:
    """Draw names for persons born in those years. `families` gives surnames where not None.

    Those who are `western` have English names, whatever the locale.
    """
    names = _full_names(random, words, born, women, families)
    latin = texts(map(latin_name, names))
    if western.any():
        english = _full_names(random, WORDS["en"], born[western], women[western], None)
        names[western] = english
        latin[western] = texts(map(latin_name, english))
    return People(names, latin)


def draw_surnames(random: np.random.Generator, words: Words, count: int) -> Texts:
    return weighted_texts(random, words.surnames, count)


def _full_names(
    random: np.random.Generator, words: Words, born: Ints, women: Flags, families: Texts | None
) -> Texts:
    surnames = draw_surnames(random, words, len(born))
    if families is not None:
        known = families != np.array(None)
        surnames[known] = families[known]
    given = _given_names(random, words, born, women)
    full: Texts = surnames + given if words.family_name_first else given + " " + surnames
    return full


def _given_names(random: np.random.Generator, words: Words, born: Ints, women: Flags) -> Texts:
    generation = np.clip((born - words.generations[0].since) // 10, 0, len(words.generations) - 1)
    whole = chance(random, WHOLE_NAMES, len(born))
    drawn = random.random(len(born))
    given = np.empty(len(born), np.object_)
    for number in range(len(words.generations)):
        for is_woman in (False, True):
            pools = _pools(words.locale, number, is_woman)
            for pool, part in zip(pools, (whole, ~whole), strict=True):
                rows = (generation == number) & (women == is_woman) & part
                given[rows] = pool[(drawn[rows] * len(pool)).astype(np.int64)]
    return given


@cache
def _pools(locale: str, generation: int, woman: bool) -> tuple[Texts, Texts]:
    """Whole given names and those put together, of one generation."""
    names = WORDS[locale].generations[generation]
    whole = texts(split(names.women if woman else names.men))
    parts = names.women_parts if woman else names.men_parts
    return whole, texts(_joined(parts)) if parts else whole


def _joined(parts: str, joint: str = "") -> list[str]:
    first, _, second = parts.partition("/")
    return [a + joint + b for a in split(first) for b in split(second) if a != b]


def latin(text: str) -> str:
    """Lower-case Latin letters only; Chinese by its pinyin."""
    return "".join(map(_spelled, text))


@cache
def _spelled(character: str) -> str:
    letters = character if character.isascii() else "".join(lazy_pinyin(character))
    return "".join(c for c in letters.lower() if "a" <= c <= "z")


def latin_name(name: str) -> str:
    """A person's name as the front of an e-mail address: zhangwei, emily.carter."""
    if name.isascii():
        return ".".join(filter(None, map(latin, name.split())))
    surname = READ_OTHERWISE.get(name[0])
    return surname + latin(name[1:]) if surname else latin(name)


@dataclass(frozen=True)
class Firms:
    """Names drawn for a number of organizations, their industries, and their internet domains."""

    names: Texts
    industries: Texts
    domains: Texts


def draw_firms(
    random: np.random.Generator, words: Words, *, cities: Texts, western: Flags
) -> Firms:
    """Draw names for firms in those cities."""
    firms = _draw_firms(random, words, cities)
    if western.any():
        latin_cities = texts(latin(city).capitalize() for city in cities[western])
        english = _draw_firms(random, WORDS["en"], latin_cities)
        firms.names[western] = english.names
        firms.domains[western] = english.domains
    return firms


def _draw_firms(random: np.random.Generator, words: Words, cities: Texts) -> Firms:
    count, companies = len(cities), words.companies
    lines = _trades(words.locale)
    line = weighted(random, [weight for _, _, weight in lines], count)
    brands = texts(_joined(companies.brands, companies.joint))
    brand = brands[random.integers(0, len(brands), count)]
    form = weighted_texts(random, companies.forms, count)
    pattern = weighted_texts(random, companies.patterns, count)
    names = np.empty(count, np.object_)
    for i in range(count):
        trade, word, _ = lines[line[i]]
        shape = pattern[i] if trade.has_legal_form else companies.plain_pattern
        names[i] = shape.format(city=cities[i], brand=brand[i], trade=word, form=form[i])
    return Firms(
        names,
        texts(lines[i][0].industry for i in line),
        texts(f"{latin(b)}-{latin(c)}.example" for b, c in zip(brand, cities, strict=True)),
    )


@cache
def _trades(locale: str) -> list[tuple[Trade, str, float]]:
    """Every word of every line of business, with its weight."""
    return [
        (trade, word, trade.weight / len(split(trade.words)))
        for trade in WORDS[locale].companies.trades
        for word in split(trade.words)
    ]
