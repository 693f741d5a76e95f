"""Which rows are learnt from and which are held out to judge by, in turn.

Rows of one group (a customer seen at several cuts) are never on both sides; rows in time order
are judged by a model of earlier rows only.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from guanxi.analytics.propensity.inputs import Bools, CannotLearnError

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Folds:
    """Pairs of the places learnt from and the places held out; no row is held out twice."""

    parts: tuple[tuple[Places, Places], ...]
    rows: int

    @property
    def held_out(self) -> Bools:
        """The rows that are held out at some time."""
        return self.number >= 0

    @property
    def number(self) -> Places:
        """In which fold each row is held out; -1 for those that are in none."""
        number = np.full(self.rows, -1, dtype=np.int64)
        for place, (_, held) in enumerate(self.parts):
            number[held] = place
        return number

    def unseen(self, codes: Places) -> float:
        """Give the share of the rows held out whose code none of the rows learnt from had."""
        new = [~np.isin(codes[held], codes[train]) for train, held in self.parts]
        return float(np.concatenate(new).mean())

    @classmethod
    def stratified(cls, said: Bools, *, count: int, seed: int) -> Self:
        """Spread yes and no evenly over the folds, by chance."""
        from sklearn.model_selection import StratifiedKFold

        split = StratifiedKFold(count, shuffle=True, random_state=seed).split(said, said)
        return cls(tuple((train, held) for train, held in split), len(said))

    @classmethod
    def grouped(cls, said: Bools, groups: Places, *, count: int, seed: int) -> Self:
        """Keep each group's rows in one fold, and yes as even over the folds as groups allow."""
        from sklearn.model_selection import StratifiedGroupKFold

        if len(np.unique(groups)) < count:
            raise CannotLearnError(f"group has fewer than {count} groups: too few to hold some out")
        splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
        split = splitter.split(said, said, groups)
        return cls._usable(tuple((train, held) for train, held in split), said)

    @classmethod
    def in_time(cls, said: Bools, *, count: int) -> Self:
        """Cut the rows, the earliest first, into count + 1 blocks; judge each but the first by a
        model of all before it."""
        blocks = np.array_split(np.arange(len(said)), count + 1)
        pairs = [(np.concatenate(blocks[:place]), blocks[place]) for place in range(1, count + 1)]
        return cls._usable(tuple(pairs), said)

    @classmethod
    def _usable(cls, parts: tuple[tuple[Places, Places], ...], said: Bools) -> Self:
        """Keep the folds whose training rows have both outcomes."""
        usable = [
            (train, held)
            for train, held in parts
            if len(held) and said[train].any() and not said[train].all()
        ]
        number = np.concatenate([held for _, held in usable]) if usable else np.zeros(0, np.int64)
        if not (said[number].any() and not said[number].all()):
            raise CannotLearnError(
                "the rows cannot be split so that both outcomes are learnt from and held out"
            )
        return cls(tuple(usable), len(said))
