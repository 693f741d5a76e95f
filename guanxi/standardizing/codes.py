"""Numbers that states give to persons and organizations, each proved by its check character."""

import re
import unicodedata
from datetime import date
from typing import Literal, NamedTuple

# GB 32100-2015: digits and letters without I, O, S, V, Z.
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
# ISO 7064 MOD 11-2, as GB 11643-1999 writes it out.
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
BUSINESS_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)

CreditFault = Literal["", "length", "character", "place", "check"]


class ResidentId(NamedTuple):
    """What a resident identity number says."""

    number: str  # 18 characters
    division: str  # where it was given first: six digits of GB/T 2260
    birth_date: date


def credit_code(text: str) -> str:
    """The unified social credit code of a Chinese organization in its 18 characters; "" if it is
    none.

    GB 32100-2015: the last character makes sum(w_i * c_i) + c_18 divisible by 31, w_i = 3^(i-1).
    """
    return "" if credit_code_fault(text) else compact(text)


def credit_code_fault(text: str) -> CreditFault:
    """What is wrong with a credit code (GB 32100-2015), the first that is; "" if nothing is.

    "length": it has not 18 characters; "character": one that such codes do not have; "place": the
    third to eighth are no digits of GB/T 2260; "check": the last does not prove the others.
    """
    code = compact(text)
    if len(code) != 18:
        return "length"
    if not set(code) <= set(CREDIT_ALPHABET):
        return "character"
    if not re.fullmatch("[0-9]{6}", code[2:8]):
        return "place"
    values = map(CREDIT_ALPHABET.index, code[:17])
    total = sum(w * c for w, c in zip(CREDIT_WEIGHTS, values, strict=True))
    return "" if CREDIT_ALPHABET[-total % 31] == code[17] else "check"


def resident_id(text: str) -> ResidentId | None:
    """Read the identity number of a resident of mainland China; None if it is none.

    GB 11643-1999: division, birth date, three digits and a check by ISO 7064 MOD 11-2. One of 15
    digits (GB 11643-1989) gets the century 19 and its check character.
    """
    number = compact(text)
    if re.fullmatch("[0-9]{15}", number):
        number = f"{number[:6]}19{number[6:]}"
        number += _resident_check(number)
    if not re.fullmatch("[1-8][0-9]{16}[0-9X]", number) or _resident_check(number) != number[17]:
        return None
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return ResidentId(number, number[:6], birth_date)


def _resident_check(number: str) -> str:
    digits = map(int, number[:17])
    total = sum(w * d for w, d in zip(RESIDENT_WEIGHTS, digits, strict=True))
    return RESIDENT_CHECKS[total % 11]


def mask_resident_id(text: str) -> str:
    """What of an identity number a screen may show: its first and last character; "" if none.

    GB/T 35273-2020 (7.2) asks that identity numbers are shown in a form that names nobody.
    """
    found = resident_id(text)
    return f"{found.number[0]}{'*' * 16}{found.number[17]}" if found else ""


def business_number(text: str) -> str:
    """The 統一編號 of a business in Taiwan in its eight digits; "" if it is none.

    The rule of the Ministry of Finance since April 2023: the digits of d_i * w_i, w = 12121241, add
    up to a multiple of 5 (before, of 10). A seventh digit 7 gives 28, 2 + 8 = 10, which may count
    as 1 or as 0.
    """
    number = compact(text)
    if not re.fullmatch("[0-9]{8}", number) or number == "00000000":
        return ""
    products = [int(d) * w for d, w in zip(number, BUSINESS_WEIGHTS, strict=True)]
    total = sum(sum(divmod(product, 10)) for product in products)
    return number if total % 5 == 0 or (number[6] == "7" and (total + 1) % 5 == 0) else ""


def compact(text: str) -> str:
    """The characters of a number: capital, half width, without spaces, dots and dashes."""
    wide = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[\s.·\u2010-\u2015−-]", "", wide)
