"""Numbers of persons' documents: sealed, masked, and known again by a keyed hash.

The number itself is in no column but the sealed one. What is shown, searched, exported and told by
the event stream is the mask; what is compared is the hash, which needs the key of the workspace.
"""

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from guanxi.platform.workspaces.sealing import keyed_hash, seal, unseal
from guanxi.standardizing import document_number, mask_number
from guanxi.standardizing.documents import DocumentKind

SEALED_FOR = "id_number"
DOCUMENTS: tuple[DocumentKind, ...] = (
    "resident_id", "passport", "hk_macao_permit", "taiwan_permit", "residence_permit", "other_id",
)  # fmt: skip

# What files bring, by the name of the field that a column is mapped to.
IMPORTED = {"id_number": "resident_id", "passport": "passport"}


def is_document(kind: str) -> bool:
    return kind in DOCUMENTS


def hashed(kind: str, number: str) -> str:
    """By what a number is known again; "" if it is none of that kind."""
    normal = document_number(cast(DocumentKind, kind), number)
    return keyed_hash(f"{kind}:{normal}", purpose=SEALED_FOR) if normal else ""


def masked(kind: str, number: str) -> str:
    return mask_number(document_number(cast(DocumentKind, kind), number))


def sealed(kind: str, number: str) -> str:
    """The number to be kept, with its kind."""
    normal = document_number(cast(DocumentKind, kind), number)
    return seal(f"{kind}:{normal}", purpose=SEALED_FOR).decode()


def opened(token: str) -> tuple[str, str]:
    """The kind and the number that were sealed."""
    kind, _colon, number = unseal(token.encode(), purpose=SEALED_FOR).partition(":")
    return kind, number


def opened_number(identity: Any) -> str | None:
    """The number behind the mask that is an identity's value; None if it keeps none."""
    return opened(identity.sealed)[1] if identity.sealed else None


def seal_identity(identity: Any) -> None:
    """Put a new number away, in the identity itself; one that is there stays as it is.

    Raises ValidationError for one that is none, another number in place of one put away, or
    another kind of what is there: taking that back would bring the value back and not the seal.
    """
    kind, number = opened(identity.sealed) if identity.sealed else ("", "")
    if kind != identity.kind and not identity._state.adding:
        message = _(
            "A document stays what it is, and nothing becomes one. Delete it and add it anew."
        )
        raise ValidationError({"kind": message})
    if identity.sealed:
        if (identity.kind, identity.value) == (kind, mask_number(number)):
            return
        message = _("A number that was put away is not changed. Delete it, and add the right one.")
        raise ValidationError({"value": message})
    if not document_number(identity.kind, identity.value):
        raise ValidationError({"value": why_not(identity.kind)})
    number = identity.value
    identity.normal, identity.sealed = hashed(identity.kind, number), sealed(identity.kind, number)
    identity.value = masked(identity.kind, number)


def why_not(kind: str) -> str:
    """What is wrong with a number that is none, without saying it."""
    if kind == "resident_id":
        return _(
            "This is no identity number: 18 characters, with a birthday and a last one that fits."
        )
    return _("This is no number of such a document.")
