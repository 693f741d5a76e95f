"""Which addresses on other servers an administrator of the application may send us to."""

import ipaddress
from collections.abc import Container
from typing import Literal
from urllib.parse import urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_listed(host: str, hosts: Container[str]) -> bool:
    """Whether the host is one of those inside the firm that whoever runs this server listed."""
    return host.lower() in hosts


def fault_of(url: str, hosts: Container[str]) -> Literal["form", "inside"] | None:
    """What can be told of an address without asking a name server; None if nothing is wrong.

    It must be on the internet, by https, or of one of the `hosts` listed.
    """
    try:
        parts = urlsplit(url)
        host, _port = host_of(url), parts.port
        host.encode("idna")
    except ValueError:
        return "form"
    listed = is_listed(host, hosts)
    schemes = ("https", "http") if listed else ("https",)
    if parts.scheme not in schemes or not host or parts.username or not url.isprintable():
        return "form"
    return "inside" if is_address(host) and not is_public(host) and not listed else None


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
