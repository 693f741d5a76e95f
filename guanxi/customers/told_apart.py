"""Customers whom somebody called different, so that nothing takes them for one again.

Who they are is kept by the area in which people decide about pairs, which stands above this one.
"""

_query = "select null::uuid as first_id, null::uuid as second_id where false"


def let_tell_apart(query: str) -> None:
    """Say where they are: SQL whose rows are pairs of ids, `first_id` and `second_id`."""
    global _query
    _query = query


def told_apart() -> str:
    """SQL of a table of the pairs, each from both sides: `one`, `other`."""
    return (
        f"(select first_id as one, second_id as other from ({_query}) p"  # noqa: S608  constants only
        f" union all select second_id, first_id from ({_query}) p)"
    )
