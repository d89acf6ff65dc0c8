"""How httpx reaches an address: whose certificates count, and whether a proxy of the environment is taken."""

from __future__ import annotations

import functools
import ipaddress
import ssl
from typing import TypedDict

import httpx


class Way(TypedDict):
    """What ``httpx.Client`` and its like are given."""

    verify: ssl.SSLContext
    trust_env: bool


def way_to(url: str) -> Way:
    """Certificates of the usual authorities; no proxy to what answers on this machine only, which none could reach."""
    return Way(verify=_trusted(), trust_env=not _is_loopback(url))


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Reading all authorities takes a tenth of a second."""
    return httpx.create_ssl_context()


def _is_loopback(url: str) -> bool:
    try:
        return ipaddress.ip_address(httpx.URL(url).host).is_loopback
    except (ValueError, httpx.InvalidURL):
        return False
