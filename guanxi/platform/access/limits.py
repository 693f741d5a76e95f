"""How many requests a person, a token or an address may send: one bucket each, filled evenly.

The buckets lie in an unlogged table that all processes share; a crash of the database forgets them.
A process counts for itself and settles there with every STEP-th part of a bucket, so that ordinary
requests cost no statement. The bound that follows: of L requests a minute, P processes together let
through at most L + P * max(1, L / STEP) at one stroke, and no more than L a minute after that.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.utils.translation import gettext as _

from guanxi.platform.http.address import client_address
from guanxi.platform.http.problems import problem
from guanxi.platform.http.request import Request

Handler = Callable[[Request], HttpResponse]
LIMITED = ("/api/", "/sso/")
FREE = ("/api/v1/health", "/api/v1/ready")  # whoever watches the server asks often
WINDOW = 60.0  # seconds in which an empty bucket is full again
FITS = WINDOW + 1e-6  # the last one does, whatever was rounded
STEP = 50
KEPT = 20_000  # buckets that a process remembers

# What is missing from a bucket is kept as the moment at which it will be full again; one that lies
# too far off was written before the clock was set back.
SETTLE = """
insert into platform_ratebucket as b (key, full_at)
values (%(key)s, now() + make_interval(secs => %(spent)s))
on conflict (key) do update set full_at =
    least(greatest(b.full_at, now()), now() + make_interval(secs => %(window)s))
    + make_interval(secs => %(spent)s)
returning extract(epoch from full_at - now())::float8
"""


@dataclass
class Bucket:
    """What this process knows of one: the seconds until it is full, as of `at`.

    `unsettled` are the requests that nobody else knows of.
    """

    missing: float = 0.0
    at: float = 0.0
    unsettled: int = 0


class Buckets:
    """Those of one process; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, limit: int) -> float:
        """Take one request out; returns the seconds until the bucket is full.

        Above FITS it was not taken: it can be, once as many seconds as there are more are over.
        """
        cost, now = WINDOW / limit, time.monotonic()
        with self._lock:
            bucket = self._known.setdefault(key, Bucket(at=now))
            self._known.move_to_end(key)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
            missing = max(0.0, bucket.missing - (now - bucket.at)) + cost
            if missing > FITS:
                return missing
            bucket.missing, bucket.at = missing, now
            bucket.unsettled += 1
            if bucket.unsettled < max(1, limit // STEP):
                return missing
            spent, bucket.unsettled = bucket.unsettled * cost, 0
        settled = _settle(key, spent)
        with self._lock:
            now = time.monotonic()
            known = max(0.0, bucket.missing - (now - bucket.at))
            bucket.missing, bucket.at = max(known, settled + bucket.unsettled * cost), now
        return missing


def _settle(key: str, spent: float) -> float:
    """Tell all processes what was spent here; returns the seconds until the bucket is full."""
    digest = hashlib.sha256(key.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, {"key": digest, "spent": spent, "window": WINDOW})
        settled: float = cursor.fetchone()[0]
    return settled


buckets = Buckets()


def limit_requests(get_response: Handler) -> Handler:
    """Refuse what is too much, and tell in every answer how much is left."""

    def handle(request: Request) -> HttpResponse:
        if not request.path.startswith(LIMITED) or request.path in FREE:
            return get_response(request)
        key, limit = _bucket_of(request)
        if not limit:
            return get_response(request)
        missing = buckets.take(key, limit)
        if missing > FITS:
            response = _refusal(request, ceil(missing - WINDOW))
        else:
            response = get_response(request)
        left = max(0, int((WINDOW - missing) * limit / WINDOW + 0.001))
        response["RateLimit-Policy"] = f'"requests";q={limit};w={WINDOW:.0f}'
        response["RateLimit"] = f'"requests";r={left};t={ceil(missing)}'
        return response

    return handle


def _bucket_of(request: Request) -> tuple[str, int]:
    """Whose request it is, and how many of them a minute has; 0: as many as they like."""
    if request.token is not None:
        return f"token {request.token.pk}", settings.RATE_LIMIT
    if request.user is not None:
        return f"user {request.user.pk}", settings.RATE_LIMIT
    return f"address {_network(client_address(request))}", settings.RATE_LIMIT_OPEN


def _network(address: str) -> str:
    """The address, or the network that one subscriber has of the newer kind."""
    ip = ip_address(address) if address else None
    if isinstance(ip, IPv6Address) and not ip.ipv4_mapped:
        return str(ip_network((ip, 64), strict=False))
    return address


def _refusal(request: Request, wait: int) -> HttpResponse:
    detail = _("Too many requests. Try again in %(n)s seconds.") % {"n": wait}
    response = problem(request, 429, "too_many_requests", detail, retry_after=wait)
    response["Retry-After"] = str(wait)
    return response
