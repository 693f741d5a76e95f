"""One form for what people write in many: names, telephones, e-mail, addresses, identity codes.

Small pure functions, each after a standard that it names. What they return is for comparing; what
is stored stays as it was written. They raise on no text: "" or None says "this is none".
"""

from guanxi.standardizing.addresses import (
    Address,
    parse_address,
    split_address,
    without_place,
)
from guanxi.standardizing.codes import (
    ResidentId,
    business_number,
    credit_code,
    credit_code_fault,
    mask_resident_id,
    resident_id,
)
from guanxi.standardizing.contacts import email_address, email_key, phone_number
from guanxi.standardizing.documents import document_number, mask_number
from guanxi.standardizing.folding import fold, simplify
from guanxi.standardizing.names import (
    OrganizationName,
    PersonName,
    comparable_name,
    name_key,
    name_sound,
    organization_name,
    person_name,
    ways_to_write,
)

__all__ = [
    "Address",
    "OrganizationName",
    "PersonName",
    "ResidentId",
    "business_number",
    "comparable_name",
    "credit_code",
    "credit_code_fault",
    "document_number",
    "email_address",
    "email_key",
    "fold",
    "mask_number",
    "mask_resident_id",
    "name_key",
    "name_sound",
    "organization_name",
    "parse_address",
    "person_name",
    "phone_number",
    "resident_id",
    "simplify",
    "split_address",
    "ways_to_write",
    "without_place",
]
