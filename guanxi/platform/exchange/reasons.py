"""Why a row is judged as it is: {field, code, message}, as the API shows it."""

import json


def reason(field: str | None, code: str, message: str) -> str:
    """One reason as the JSON list that verdicts hold."""
    return json.dumps([{"field": field, "code": code, "message": str(message)}])
