"""Columns in Arrow, built from NumPy without a loop: keys, money, instants, choices."""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Keys = NDArray[np.bytes_]  # of 36 characters each, as UUIDs are written
Texts = NDArray[np.object_]

_HEX = np.frombuffer(b"".join(b"%02x" % i for i in range(256)), np.uint8).reshape(256, 2)
_DASHES = (8, 13, 18, 23)
_DIGITS = [i for i in range(36) if i not in _DASHES]


def uuid7_keys(random: np.random.Generator, *, at: int, table: int, count: int) -> Keys:
    """Make version 7 UUIDs (RFC 9562) that grow with the row; `at` is their millisecond.

    `table` (below 4096) keeps the keys of tables of the same millisecond apart.
    """
    raw = np.empty((count, 16), np.uint8)
    raw[:, :6] = np.frombuffer(at.to_bytes(6, "big"), np.uint8)
    raw[:, 6:8] = np.frombuffer((0x7000 | table).to_bytes(2, "big"), np.uint8)
    raw[:, 8:12] = np.arange(count, dtype=">u4").view(np.uint8).reshape(count, 4)
    raw[:, 8] |= 0x80
    raw[:, 12:] = random.integers(0, 256, (count, 4), np.uint8)
    text = np.full((count, 36), ord("-"), np.uint8)
    text[:, _DIGITS] = _HEX[raw].reshape(count, 32)
    return text.reshape(-1).view("S36")


def key_column(keys: Keys, rows: Ints | None = None) -> pa.Array:
    """The keys, or those of the given rows, where -1 stands for none."""
    chosen = keys if rows is None else keys[rows]  # of -1 the last: there, but not valid
    valid = None if rows is None or (rows >= 0).all() else pa.array(rows >= 0).buffers()[1]
    offsets = np.arange(len(chosen) + 1, dtype=np.int32) * 36
    texts = [pa.py_buffer(offsets.tobytes()), pa.py_buffer(chosen.tobytes())]
    return pa.StringArray.from_buffers(len(chosen), *texts, valid)


def choice_column(codes: NDArray[Any], values: Sequence[str]) -> pa.Array:
    """The values that the codes count, where -1 stands for none."""
    different = list(dict.fromkeys(values))
    position = np.array([different.index(value) for value in values], np.int32)
    missing = np.asarray(codes) < 0
    indices = pa.array(position[np.where(missing, 0, codes)], mask=missing)
    return pa.DictionaryArray.from_arrays(indices, pa.array(different, pa.string()))


def same_column(value: str, count: int) -> pa.Array:
    """One text in every row."""
    return choice_column(np.zeros(count, np.int64), [value])


def text_column(texts: Texts | Sequence[str | None]) -> pa.Array:
    return pa.array(list(texts), pa.string())


def decimal_column(units: Ints, scale: int, missing: Flags | None = None) -> pa.Array:
    """Exact decimals from whole units of 10 to the power of -`scale`."""
    halves = np.empty((len(units), 2), "<i8")  # 128 bits: the number, then its sign
    halves[:, 0] = units
    halves[:, 1] = np.asarray(units) >> 63
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    kind = pa.decimal128(19, scale)
    return pa.Array.from_buffers(kind, len(units), [valid, pa.py_buffer(halves.tobytes())])


def day_column(days: Ints, missing: Flags | None = None) -> pa.Array:
    """Dates from days since 1970."""
    return pa.array(days.astype(np.int32), pa.date32(), mask=missing)


def instant_column(seconds: Ints, missing: Flags | None = None) -> pa.Array:
    """Instants from seconds since 1970 in UTC."""
    return pa.array(seconds.astype(np.int64), pa.timestamp("s", "UTC"), mask=missing)


def day_number(day: dt.date) -> int:
    """Days since 1970."""
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


def instants(days: Ints, seconds_of_day: Ints, time_zone: str) -> Ints:
    """Seconds since 1970 in UTC of a time of day in a zone, on days since 1970."""
    different, which = np.unique(days, return_inverse=True)
    offsets = np.array([_offset(int(day), time_zone) for day in different], np.int64)
    shifted: Ints = days * 86_400 + seconds_of_day
    return shifted - offsets[which] if len(different) else shifted


@lru_cache(maxsize=4096)
def _offset(day: int, time_zone: str) -> int:
    noon = dt.datetime.combine(
        dt.date(1970, 1, 1) + dt.timedelta(days=day),
        dt.time(12),
        zoneinfo.ZoneInfo(time_zone),
    )
    offset = noon.utcoffset()
    return int(offset.total_seconds()) if offset else 0
