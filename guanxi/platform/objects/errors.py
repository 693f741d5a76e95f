"""What a request can do wrong. Each error names the field and says what to do."""

from typing import Any

from django.utils.translation import gettext as _


class DomainError(Exception):
    """A refusal the caller can act on; becomes problem+json with `status`."""

    status = 422
    code = "invalid"

    def __init__(self, message: Any, *, field: str | None = None, **extra: Any):
        super().__init__(message)
        self.message, self.field, self.extra = message, field, extra


class Invalid(DomainError):
    """Several fields at once: `errors` is a list of {field, message, code}."""

    def __init__(self, errors: list[dict[str, Any]]):
        super().__init__(errors[0]["message"] if errors else "", errors=errors)


class NotAllowed(DomainError):
    status, code = 403, "not_allowed"


class NotFound(DomainError):
    """What is not there, or not for this asker: the two are told apart by nobody."""

    status, code = 404, "not_found"

    def __init__(self, message: str = ""):
        super().__init__(message or _("There is no such record, or you may not see it."))


class MergedAway(DomainError):
    """The record became part of another, `survivor`, which stands for it now."""

    status, code = 409, "merged"

    def __init__(self, survivor: Any):
        message = _("This record was merged into another one: use that.")
        super().__init__(message, survivor=str(survivor))


class EditConflict(DomainError):
    status, code = 409, "edit_conflict"


class TooLarge(DomainError):
    """A file beyond the limit, which is named."""

    status, code = 413, "too_large"

    def __init__(self, limit: int, field: str = "file"):
        message = _("A file may have at most %(limit)s bytes.") % {"limit": f"{limit:,}"}
        super().__init__(message, field=field, limit=limit)


class NoSpace(DomainError):
    """The disk is full; nothing half done is left behind."""

    status, code = 507, "no_space"
