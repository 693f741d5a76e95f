"""Which addresses webhooks may reach."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_listed(host: str) -> bool:
    """Whether the administrator of this server lets webhooks reach that host inside the firm."""
    return host.lower() in settings.WEBHOOK_HOSTS


def is_public(address: str) -> bool:
    """Whether an address is on the internet, and not ours by another way of writing it."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside:
            return is_public(str(inside))
    return ip.is_global and not ip.is_multicast


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
