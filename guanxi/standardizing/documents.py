"""Numbers of the documents by which persons prove who they are."""

import re
from typing import Literal

from guanxi.standardizing.codes import compact, resident_id

DocumentKind = Literal[
    "resident_id", "passport", "hk_macao_permit", "taiwan_permit", "residence_permit", "other_id"
]
# What each number is made of, where no check character proves it.
SHAPES: dict[str, str] = {
    "passport": "(?=.*[0-9])[A-Z0-9]{6,9}",  # ICAO 9303: at most nine
    "hk_macao_permit": "[HMC][0-9]{8}([0-9]{2})?",  # mainland travel permits of residents
    "taiwan_permit": "[0-9]{8}([0-9]{2})?|[TL][0-9]{8}",
    "residence_permit": "[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]",  # of foreigners, until and from 2023
    "other_id": "[A-Z0-9]{4,30}",
}
IDENTITY = 18  # characters of an identity number: place, birthday, sequence, check
ENDS = 4  # characters left at either end
ALL_ENDS = 12  # shorter numbers show one in front, two behind


def document_number(kind: DocumentKind, text: str) -> str:
    """The number in the form in which equal ones are equal; "" if it is none of that kind.

    Identity numbers by GB 11643, in 18 characters and with their check character.
    """
    if kind == "resident_id":
        found = resident_id(text)
        return found.number if found else ""
    number = compact(text)
    return number if re.fullmatch(SHAPES[kind], number) else ""


def mask_number(number: str) -> str:
    """The number with its middle hidden: 3****************4, E******56 (GB/T 35273-2020, 7.2).

    Of an identity number the place and the last four would, with a birthday that is shown beside
    it, leave a handful of numbers to try.
    """
    head, tail = (ENDS, ENDS) if len(number) >= ALL_ENDS else (1, 2)
    if len(number) == IDENTITY:
        head = tail = 1
    return f"{number[:head]}{'*' * (len(number) - head - tail)}{number[-tail:]}"
