"""What is compared and which pairs are looked at: one configuration for persons and organizations.

A field's comparison is a list of levels, from the strongest agreement down; a pair is at the first
that holds, at none if either value is unknown. `m` and `u`, the probabilities of a level among
matches and among others, are where learning begins and what stays where nothing could be learnt.
`frequency` names the column by whose rarity a level counts: two 欧阳 say more than two 王
(Winkler 2000, "Frequency-based matching in Fellegi-Sunter model of record linkage").

Texts are compared by the similarity of Jaro and Winkler (Winkler 1990, "String comparator metrics
and enhanced decision rules") and by the distance of Damerau (1964) and Levenshtein (1966).
"""

from typing import Any, NamedTuple


class Level(NamedTuple):
    """One degree of agreement."""

    name: str
    sql: str
    m: float
    u: float
    frequency: str | None = None


def _equal(column: str) -> str:
    return f"{column}_l = {column}_r"


def _alike(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def _edits(column: str, most: int) -> str:
    # Damerau's distance is dear. Levenshtein's, of which a swap is two edits, rules most pairs out.
    return (
        f"(abs(length({column}_l) - length({column}_r)) <= {most}"
        f" and levenshtein({column}_l, {column}_r) <= {2 * most}"
        f" and damerau_levenshtein({column}_l, {column}_r) <= {most})"
    )


# One wrong character is a slip in a long name. Chinese names are short: 13312 is U+3400.
LONG_ENOUGH = "least(length(name_l), length(name_r)) > if(unicode(name_l) >= 13312, 2, 5)"
WORDS_WITHIN = "list_has_all(words_l, words_r) or list_has_all(words_r, words_l)"
CHINESE_WITHIN = (
    "(unicode(name_l) >= 13312 and least(length(name_l), length(name_r)) > 1"
    " and (contains(name_l, name_r) or contains(name_r, name_l)))"
)
HALVES_ALIKE = (
    f"({_equal('family')} and {_alike('given', 0.8)})"
    f" or ({_equal('given')} and {_alike('family', 0.8)})"
    f" or ({_alike('given', 0.9)} and {_alike('family', 0.9)}) or {_alike('name', 0.88)}"
)
SAME_YEAR = "substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4)"
SAME_MONTH_OR_DAY = (
    "(substr(birth_date_l, 6, 2) = substr(birth_date_r, 6, 2)"
    " or right(birth_date_l, 2) = right(birth_date_r, 2))"
)
SWAPPED = (
    f"({SAME_YEAR} and substr(birth_date_l, 6, 2) = right(birth_date_r, 2)"
    " and right(birth_date_l, 2) = substr(birth_date_r, 6, 2))"
)
NEAR = (
    "abs(date_diff('day', try_cast(birth_date_l as date), try_cast(birth_date_r as date))) <= 366"
)
LOCAL_PART = "split_part(email_l, '@', 1) = split_part(email_r, '@', 1)"
STREET_WITHIN = "contains(street_l, street_r) or contains(street_r, street_l)"

STREET_ALIKE = f"{_alike('street', 0.9)} or {STREET_WITHIN}"

# By field: the column that must be known, and the levels; what is at none of them is "different".
COMPARISONS: dict[str, tuple[str, list[Level]]] = {
    "name": (
        "name_key",
        [
            Level("same", _equal("name_key"), 0.4, 0.0002, "name_key"),
            Level("sounds_same", _equal("sound"), 0.05, 0.0005, "sound"),
            Level(
                "one_slip",
                f"{_alike('name', 0.95)} or {_alike('name_key', 0.95)}"
                f" or ({_edits('name', 1)} and {LONG_ENOUGH})",
                0.2,
                0.0002,
            ),
            Level("contained", f"{WORDS_WITHIN} or {CHINESE_WITHIN}", 0.1, 0.0002),
            Level("similar", HALVES_ALIKE, 0.1, 0.001),
            Level("common_words", "len(list_intersect(words_l, words_r)) > 1", 0.03, 0.0001),
            Level("same_family", _equal("family"), 0.05, 0.003, "family"),
            Level("same_given", _equal("given"), 0.03, 0.005, "given"),
            Level("crossed", "given_l = family_r or family_l = given_r", 0.01, 0.0006),
            Level("faint", _alike("name", 0.75), 0.02, 0.003),
        ],
    ),
    "birth_date": (
        "birth_date",
        [
            Level("same", _equal("birth_date"), 0.8, 0.0003, "birth_date"),
            Level("one_slip", f"{_edits('birth_date', 1)} or {SWAPPED}", 0.1, 0.002),
            Level("same_year", f"{SAME_YEAR} and {SAME_MONTH_OR_DAY}", 0.02, 0.002),
            Level("two_slips", _edits("birth_date", 2), 0.03, 0.02),
            Level("near", NEAR, 0.02, 0.03),
        ],
    ),
    "phone": (
        "phone",
        [
            Level("same", _equal("phone"), 0.8, 0.0001, "phone"),
            Level("one_slip", _edits("phone", 1), 0.05, 0.0001),
        ],
    ),
    "email": (
        "email",
        [
            Level("same", _equal("email"), 0.6, 0.0001, "email"),
            Level("same_mailbox_name", LOCAL_PART, 0.1, 0.0002),
            Level("similar", _alike("email", 0.9), 0.1, 0.0003),
            Level("faint", _edits("email", 4), 0.03, 0.0003),
        ],
    ),
    "city": (
        "city",
        [
            Level("same", _equal("city"), 0.7, 0.02, "city"),
            Level(
                "similar",
                f"{_alike('city', 0.88)} or ({_edits('city', 2)} and length(city_l) > 4)",
                0.1,
                0.005,
            ),
        ],
    ),
    "postal_code": (
        "postal_code",
        [
            Level("same", _equal("postal_code"), 0.7, 0.001, "postal_code"),
            Level("one_slip", _edits("postal_code", 1), 0.1, 0.005),
            Level("same_area", "left(postal_code_l, 2) = left(postal_code_r, 2)", 0.1, 0.03),
        ],
    ),
    "street": (
        "street",
        [
            Level("same", _equal("street"), 0.4, 0.0002, "street"),
            Level("similar", STREET_ALIKE, 0.4, 0.001),
            Level("faint", _alike("street", 0.75), 0.1, 0.01),
        ],
    ),
    "code": (
        "code",
        [
            Level("same", _equal("code"), 0.9, 0.00001, "code"),
            Level("one_slip", _edits("code", 1), 0.05, 0.00005),
        ],
    ),
    "occupation": ("occupation", [Level("same", _equal("occupation"), 0.7, 0.05, "occupation")]),
}

# Only records that agree on one of these are compared. A block of more records than LARGEST_BLOCK
# is left out: what so many share tells nobody apart, and pairs grow with its square.
BLOCKS: list[tuple[str, ...]] = [
    ("code",),
    ("phone",),
    ("email",),
    # DuckDB 2.0 refuses a split_part of a column that it knows to hold nothing but nulls.
    ("split_part(coalesce(email, ''), '@', 1)",),
    ("split_part(coalesce(email, ''), '@', 2)",),  # of a firm; those of many: too large a block
    ("name_key",),
    ("sound",),
    ("birth_date", "family"),
    ("birth_date", "given"),
    ("birth_date", "left(given, 1)"),
    ("birth_date", "city"),
    ("birth_date", "postal_code"),
    ("left(birth_date, 7)", "family"),
    ("postal_code", "left(given, 2)"),
    ("postal_code", "left(family, 2)"),
    ("street", "city"),
    ("family", "left(given, 3)"),
    ("given", "left(family, 3)"),
    ("family", "city"),
    ("given", "city"),
    ("family", "left(birth_date, 4)"),
    ("given", "left(birth_date, 4)"),
    ("left(name_key, 5)", "left(birth_date, 7)"),
    ("left(name_key, 5)", "city"),
]
LARGEST_BLOCK = 500
# Each round of learning takes pairs that agree on one of these, and learns the other fields.
# Not a street: families and tenants of one building agree on it, and would be learnt as matches.
LEARN_FROM = ("name_key", "birth_date", "postal_code", "email", "phone", "code")
# Where this holds a field says nothing new: who has the same street has the same city.
SAID_ALREADY = {"city": STREET_ALIKE}


def comparison(field: str) -> dict[str, Any]:
    """The comparison as splink takes it."""
    column, levels = COMPARISONS[field]
    unsaid = f"{column}_l is null or {column}_r is null"
    unknown = {
        "sql_condition": f"{unsaid} or {SAID_ALREADY[field]}" if field in SAID_ALREADY else unsaid,
        "label_for_charts": "unknown",
        "is_null_level": True,
    }
    last = {
        "sql_condition": "ELSE",
        "label_for_charts": "different",
        "m_probability": max(1 - sum(level.m for level in levels), 0.01),
        "u_probability": 1 - sum(level.u for level in levels),
    }
    return {
        "output_column_name": field,
        "comparison_levels": [unknown, *map(_level, levels), last],
    }


def _level(level: Level) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sql_condition": level.sql,
        "label_for_charts": level.name,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if level.frequency:
        found["tf_adjustment_column"] = level.frequency
    return found
