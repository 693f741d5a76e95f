"""Customers out of pairs: clusters that hang together as a whole, not by one chain of pairs."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

# What a pair says that was never compared, in bits. Two large clusters are so not made one by a
# single strong pair, as connected components would be; few records still are.
NOT_COMPARED = -0.1
Sums = dict[str, dict[str, tuple[float, int]]]


def cluster_pairs(
    ids: Iterable[object],
    pairs: pa.Table,
    *,
    threshold: float = 0.5,
    different: pa.Table | None = None,
) -> pa.Table:
    """Put each id into one cluster: a table of `id` and `cluster`, its smallest id.

    The strongest pairs (`id_l`, `id_r`, `weight`, `probability`) of at least `threshold` come
    first; two clusters become one if the mean weight of all pairs between them is positive
    (agglomerative average linkage, Sokal & Michener 1958, in one pass). Records that somebody
    called `different` (`id_l`, `id_r`) never share a cluster.
    """
    names = (
        [str(i) for i in ids.to_pylist()] if hasattr(ids, "to_pylist") else [str(i) for i in ids]
    )
    linkage = _Linkage(names)
    if different is not None:
        for one, other in _ends(different):
            linkage.keep_apart(one, other)
    compared = list(zip(_ends(pairs), pairs["weight"].to_pylist(), strict=True))
    for (one, other), weight in compared:
        linkage.add(one, other, weight)
    likely = pairs.filter(pc.greater_equal(pairs["probability"], threshold)).sort_by(
        [("weight", "descending"), ("id_l", "ascending"), ("id_r", "ascending")]
    )
    for one, other in _ends(likely):
        linkage.join(one, other)
    return linkage.clusters()


def _ends(pairs: pa.Table) -> Iterable[tuple[str, str]]:
    return zip(
        pairs["id_l"].cast(pa.string()).to_pylist(),
        pairs["id_r"].cast(pa.string()).to_pylist(),
        strict=True,
    )


class _Linkage:
    """Clusters, each known by one of its records, with the sums of weights between them."""

    def __init__(self, ids: list[str]) -> None:
        self.cluster = {i: i for i in ids}
        self.members = {i: [i] for i in ids}
        self.between: Sums = {i: {} for i in ids}
        self.apart: dict[str, set[str]] = {i: set() for i in ids}

    def keep_apart(self, one: str, other: str) -> None:
        if one in self.apart and other in self.apart:
            self.apart[one].add(other)
            self.apart[other].add(one)

    def add(self, one: str, other: str, weight: float) -> None:
        self.between[one][other] = self.between[other][one] = (weight, 1)

    def join(self, one: str, other: str) -> None:
        """Make the clusters of two records one, if they hang together."""
        a, b = self.cluster[one], self.cluster[other]
        if a == b or b in self.apart[a]:
            return
        if len(self.members[a]) < len(self.members[b]):
            a, b = b, a
        weights, count = self.between[a][b]
        missing = len(self.members[a]) * len(self.members[b]) - count
        if weights + NOT_COMPARED * missing > 0:
            self._take(a, b)

    def _take(self, a: str, b: str) -> None:
        for member in self.members[b]:
            self.cluster[member] = a
        self.members[a] += self.members.pop(b)
        for other in self.between.pop(b):
            weight, count = self.between[other].pop(b)
            if other != a:
                before, known = self.between[a].get(other, (0.0, 0))
                both = (before + weight, known + count)
                self.between[a][other] = self.between[other][a] = both
        for other in self.apart.pop(b):
            self.apart[other] = self.apart[other] - {b} | {a}
            self.apart[a].add(other)

    def clusters(self) -> pa.Table:
        smallest = {name: min(members) for name, members in self.members.items()}
        found = [smallest[name] for name in self.cluster.values()]
        return pa.table({"id": list(self.cluster), "cluster": found})
