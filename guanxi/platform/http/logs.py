"""Log lines as JSON, with the request's id and no personal value."""

import datetime as dt
import json
import logging
import traceback
from typing import Any


def told(error: BaseException | None) -> list[str]:
    """Where an error came from, its cause first: types and places, never its words.

    What an exception says may quote what somebody typed or a row of the database.
    """
    lines: list[str] = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
        code = getattr(error, "sqlstate", None)
        lines = [*places, f"{type(error).__qualname__}{f' {code}' if code else ''}", *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the places of an error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name in ("request_id", "status", "duration_ms"):
            if hasattr(record, name):
                line[name] = getattr(record, name)
        if record.exc_info:
            line["traceback"] = told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)
