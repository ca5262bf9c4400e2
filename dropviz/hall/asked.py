"""What is read from a request: who asks, the key, the body within its bound, and what may be answered."""

import asyncio
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network

from starlette.requests import Request

from dropviz.hall.refusals import Refusal

MOST_SECONDS = 10.0  # that a message may take to arrive
MOST_ADDRESS = 60  # characters
MOST_KEY = 200  # characters; no key of ours has so many


def address_of(request: Request, proxies: int) -> str:
    """Return the address that asks: behind ``proxies`` of ours, the one that the first of them was asked from."""
    address = request.client.host if request.client else "unknown"
    if proxies:
        named = [
            one.strip() for line in request.headers.getlist("x-forwarded-for") for one in line.split(",")
        ]
        address = named[-proxies][:MOST_ADDRESS] if len(named) >= proxies else address
    return _network(address) if ":" in address else address


@lru_cache(10_000)
def _network(address: str) -> str:
    """The network of an address of IPv6, of which a household has 2⁶⁴; one of IPv4 in its form; else as it is."""
    try:
        asked = IPv6Address(address.strip("[]"))
        return str(asked.ipv4_mapped or IPv6Network((asked, 64), strict=False))
    except ValueError:
        return address


def key_of(request: Request) -> str:
    """Return the key that a lecturer sends, or "" ."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip()[:MOST_KEY] if scheme.lower() == "bearer" else ""


async def body_of(request: Request, most: int) -> bytes:
    """Return the body, of which no more than ``most`` bytes are ever read."""
    refusal = Refusal(413, f"A message has at most {most:,} bytes.")
    length = request.headers.get("content-length", "0")
    if len(length) > 9 or not length.isdigit() or int(length) > most:
        raise refusal
    body = b""
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > most:
                    raise refusal
    except TimeoutError:
        raise Refusal(408, f"A message must arrive within {MOST_SECONDS:.0f} s.") from None
    return body


def wants_page(request: Request) -> bool:
    """Whether a browser asks that would show the answer as a page."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")


def wants_gzip(request: Request) -> bool:
    """Whether the answer may be compressed."""
    for one in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


def of_another_site(request: Request) -> bool:
    """Whether a page of another site asks; a browser that does not say so, as where there is no TLS, names its origin.

    A proxy may ask us under a name of its own, and then hands on the one that it was asked under.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site or not origin:
        return site == "cross-site"
    asked = [request.headers.get(name, "").lower() for name in ("host", "x-forwarded-host")]
    host = origin.partition("://")[2].lower()  # "" of null
    return not host or host not in asked
