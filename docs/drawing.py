"""Lines, dots and words as SVG: enough for a chart in the documents, without another library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

FONTS = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans CJK SC', 'PingFang SC', sans-serif"

Points = Sequence[tuple[float, float]]


class Scale(NamedTuple):
    """Turns values from `low` to `high` into places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


class Drawing:
    """A picture of so many pixels, with a title and a description for who cannot see it."""

    def __init__(self, width: int, height: int, *, title: str, description: str) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
            f' font-family="{FONTS}" font-size="13">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(description)}</desc>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
        ]

    def line(self, points: Points, colour: str, dashes: str = "", width: float = 1) -> None:
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self._parts.append(
            f'<polyline points="{places}" fill="none" stroke="{colour}"'
            f' stroke-width="{width}"{dashed}/>'
        )

    def dots(self, points: Points, colour: str) -> None:
        self._parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points
        ]

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            f' fill="{colour}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        colour: str = "#1f1f1f",
        size: int = 13,
        weight: str = "400",
    ) -> None:
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
            f' font-size="{size}" font-weight="{weight}">{escape(words)}</text>'
        )

    def svg(self) -> str:
        return "\n".join([*self._parts, "</svg>\n"])
