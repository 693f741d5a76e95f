"""Where a request comes from."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks: the last one that no trusted proxy has; "" if none is known.

    What somebody else than such a proxy says of where they are is not believed.
    """
    told = request.headers.get("X-Forwarded-For", "").split(",")
    hops = [*told, request.META.get("REMOTE_ADDR", "")]
    trusted = [ip_network(proxy.strip()) for proxy in settings.TRUSTED_PROXIES]
    address = ""
    for hop in reversed(hops):
        try:
            parsed = ip_address(hop.strip())
        except ValueError:
            break
        address = str(parsed)
        if not any(parsed in network for network in trusted):
            break
    return address
