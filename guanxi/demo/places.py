"""Where customers live: cities with provinces, districts, telephone areas and postal codes."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A city that customers live in, in proportion to `weight`."""

    territory: str
    province: str
    city: str
    phone_area: str
    phone_digits: int  # of a number within the area
    postal_code: str
    weight: int
    districts: tuple[str, ...]

    @property
    def short_name(self) -> str:
        """The city as company names use it."""
        return self.city.removesuffix("市")


@cache
def places_of(locale: str) -> tuple[Place, ...]:
    with (Path(__file__).parent / "places.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Place(
                territory=row["territory"],
                province=row["province"],
                city=row["city"],
                phone_area=row["phone_area"],
                phone_digits=int(row["phone_digits"]),
                postal_code=row["postal_code"],
                weight=int(row["weight"]),
                districts=tuple(row["districts"].split(";")),
            )
            for row in csv.DictReader(file)
            if row["locale"] == locale
        )
