"""What an uploaded file or its mapping can do wrong; a refusal names the place and the way out."""

from typing import Any

from guanxi.platform.objects.errors import DomainError


class BadFile(DomainError):
    """The file cannot be read as a table. `row` counts from 1, the header included."""

    code = "bad_file"

    def __init__(self, message: Any, *, row: int | None = None, **extra: Any):
        super().__init__(message, field="file", **extra)
        if row is not None:
            self.extra["row"] = row


class FileTooLarge(BadFile):
    status, code = 413, "too_large"


class BadMapping(DomainError):
    """A column is mapped to a field it cannot fill."""

    code = "bad_mapping"


class WrongState(DomainError):
    """The import is not at the point where this can be done."""

    status, code = 409, "import_state"


class UndoRefused(DomainError):
    status, code = 409, "undo_conflict"


class DatabaseAway(DomainError):
    """The database ended in the middle of an import, which waits for it."""

    status, code = 503, "unavailable"
