"""Connections to addresses of the open network alone, however a name leads elsewhere.

A name is looked up once and the connection goes to the very address that was looked at, so that
a second answer of the name's server changes nothing. Private, loopback, link-local (metadata of
clouds) and reserved addresses are refused unless the operator says otherwise.
"""

from __future__ import annotations

import ipaddress
import socket
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.request import HTTPHandler, HTTPSHandler, Request


class InnerAddressError(OSError):
    """An address leads into a network that is not the open one."""


def is_open(address: str) -> bool:
    """Whether an IP address belongs to the open network.

    >>> is_open("8.8.8.8"), is_open("169.254.169.254"), is_open("::ffff:10.0.0.1")
    (True, False, False)
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


def open_socket(
    address: tuple[str, int],
    timeout: Any = None,
    source_address: tuple[str, int] | None = None,
) -> socket.socket:
    """Connect to an address of the open network; as `socket.create_connection` otherwise.

    Raises
    ------
    InnerAddressError
        If the name, or one of its addresses, leads inside.
    """
    host, port = address
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for each in addresses:
        if not is_open(each):
            raise InnerAddressError(f"«{host}» dẫn vào mạng nội bộ ({each})")
    failed: OSError | None = None
    for each in addresses:
        try:
            return socket.create_connection((each, port), timeout, source_address)
        except OSError as error:
            failed = error
    raise failed or OSError(f"«{host}» không có địa chỉ nào")


class _Plain(HTTPConnection):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._create_connection = open_socket


class _Encrypted(HTTPSConnection):
    # The certificate is checked against the name, also where the address was chosen here.
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._create_connection = open_socket


class OpenHTTPHandler(HTTPHandler):
    """Opens http addresses of the open network."""

    def http_open(self, req: Request) -> HTTPResponse:
        """Send a request."""
        return self.do_open(_Plain, req)


class OpenHTTPSHandler(HTTPSHandler):
    """Opens https addresses of the open network."""

    def https_open(self, req: Request) -> HTTPResponse:
        """Send a request."""
        return self.do_open(_Encrypted, req)
