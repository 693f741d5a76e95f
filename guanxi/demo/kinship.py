"""Who hangs together beyond pairs: groups of companies, larger households, those who refer many."""

import numpy as np

from guanxi.demo.columns import Ints

GROUPS = 0.012  # share of firms that head a group
SUBSIDIARIES = (3, 6)  # of a head, and one of them has some of its own
SECOND_LEVEL = (1, 3)
LARGER = 0.35  # share of couples with somebody else at home
ADVOCATES = 0.004  # share of buyers whom others follow
FOLLOWED = 0.5  # share of those referred who came through one of them
FIRM, PERSON = 0, 5  # as `Part` says


def draw_groups(random: np.random.Generator, parent: Ints, part: Ints, place: Ints) -> Ints:
    """Give some firms several subsidiaries in different places, and one of these its own."""
    parent = parent.copy()
    named = set(parent[parent >= 0].tolist())
    firms = np.flatnonzero(part == FIRM)
    free = [
        row for row in random.permutation(firms).tolist() if parent[row] < 0 and row not in named
    ]
    for _group in range(max(1, int(len(firms) * GROUPS))):
        wanted = int(random.integers(*SUBSIDIARIES))
        further = int(random.integers(*SECOND_LEVEL))
        if len(free) < 1 + wanted + further:
            break
        head = free.pop()
        first = _take(free, head, wanted, place)
        parent[first] = head
        if first:
            parent[_take(free, first[0], further, place)] = first[0]
    return parent


def _take(free: list[int], above: int, count: int, place: Ints) -> list[int]:
    """Firms out of `free`, none in the place of another or of the one above."""
    taken: list[int] = []
    places = {place[above]}
    for row in list(free):
        if len(taken) == count:
            break
        if place[row] not in places:
            places.add(place[row])
            taken.append(row)
            free.remove(row)
    return taken


def from_the_top(parent: Ints) -> list[int]:
    """Rows that have a parent, each after its parent."""
    depth = np.zeros(len(parent), np.int64)
    at = parent.copy()
    while (at >= 0).any():
        depth += at >= 0
        at = np.where(at >= 0, parent[at], -1)
    below = np.flatnonzero(parent >= 0)
    ordered: list[int] = below[np.argsort(depth[below], kind="stable")].tolist()
    return ordered


def draw_housemates(random: np.random.Generator, part: Ints, partner: Ints) -> Ints:
    """Let a parent or a grown child live with some of the couples."""
    housemate = np.full(len(part), -1, np.int64)
    firsts = partner[partner >= 0]
    alone = (part == PERSON) & (partner < 0)
    alone[firsts] = False
    hosts = firsts[random.random(len(firsts)) < LARGER]
    guests = random.permutation(np.flatnonzero(alone))[: len(hosts)]
    housemate[guests] = hosts[: len(guests)]
    return housemate


def draw_advocates(random: np.random.Generator, referrer: Ints, part: Ints, since: Ints) -> Ints:
    """Let a few buyers have brought many: half of those referred came through one of them."""
    referrer = referrer.copy()
    buying = np.flatnonzero(np.isin(part, (FIRM, PERSON)))
    oldest = buying[np.argsort(since[buying], kind="stable")][: max(8, len(buying) // 4)]
    advocates = random.choice(oldest, max(1, int(len(buying) * ADVOCATES)), replace=False)
    came = np.flatnonzero(referrer >= 0)
    followed = came[random.random(len(came)) < FOLLOWED]
    through = random.choice(advocates, len(followed))
    earlier = (since[through] < since[followed] - 30) & (through != followed)
    referrer[followed[earlier]] = through[earlier]
    return referrer
