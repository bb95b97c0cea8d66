"""A boundary source that stands at an http(s) address, fetched to a passing file.

For the command line alone: a web page never makes this site fetch an address.
The address as recorded carries neither credentials nor query.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    getproxies,
)

from geo.errors import BoundaryError
from geo.sources import PARQUET, VECTOR
from webapp.services.checked_connections import (
    InnerAddressError,
    OpenHTTPHandler,
    OpenHTTPSHandler,
)

MAX_BYTES = 2 * 2**30
TIMEOUT_S = 60
"""How long the server may say nothing."""

WHOLE_S = 3_600
"""How long a download may take in all."""

_BLOCK = 2**18
_SCHEMES = ("http", "https")
_SUFFIXES = (*PARQUET, *VECTOR, ".zip")

Progress = Callable[[int, int], None]
"""Called with (bytes so far, bytes in all as far as known)."""


def is_address(source: str) -> bool:
    """Whether a source is an http(s) address and no path.

    >>> is_address("https://example.org/communes.zip"), is_address("communes.zip")
    (True, False)
    """
    return source.lower().startswith(("http://", "https://"))


def shown_address(address: str) -> str:
    """An address without credentials, query and fragment.

    >>> shown_address("https://a:b@example.org:8443/x.zip?token=1#y")
    'https://example.org:8443/x.zip'
    """
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, _host(parts), parts.path, "", ""))


@contextmanager
def downloaded(
    address: str,
    *,
    sha256: str | None = None,
    max_bytes: int = MAX_BYTES,
    timeout_s: float = TIMEOUT_S,
    whole_s: float = WHOLE_S,
    inner: bool = False,
    progress: Progress | None = None,
) -> Iterator[Path]:
    """A file with what stands at an address, gone when the block ends.

    The suffix comes from the name that the server gives, else from the path;
    redirects are followed within http(s) only; the declared type is not looked at.
    Addresses inside (private, loopback, link-local) are connected to only where the
    operator says so with `inner`; a proxy of the environment is the operator's word too.

    Raises
    ------
    BoundaryError
        If nothing can be fetched, it is too large, its name has no known suffix,
        or its SHA-256 is another than `sha256`; the message says what to do.
    """
    if sha256 is not None and not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise BoundaryError("--sha256 phải gồm 64 chữ số thập lục phân; hãy chép lại từ nguồn.")
    with TemporaryDirectory(prefix="diaban-") as folder:
        with _answer(address, timeout_s, inner) as answer:
            path = Path(folder) / f"source{_suffix(answer, address)}"
            limits = _Limits(max_bytes, time.monotonic() + whole_s)
            digest = _save(answer, path, address, limits, progress)
        if sha256 is not None and digest != sha256.lower():
            raise BoundaryError(
                f"Tệp tải từ «{shown_address(address)}» có mã SHA-256 {digest}, khác mã đã cho. "
                "Tệp có thể đã bị thay đổi; không cài."
            )
        yield path


@contextmanager
def _answer(address: str, timeout_s: float, inner: bool) -> Iterator[HTTPResponse]:
    """The opened answer; whatever the network does wrong ends as one clear error."""
    shown = shown_address(address)
    try:
        with _opener(inner).open(_request(address), timeout=timeout_s) as answer:
            yield answer
    except HTTPError as error:
        error.close()
        raise BoundaryError(
            f"Máy chủ của «{shown}» trả lời {error.code} ({error.reason}). {_advice(error.code)}"
        ) from None
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, InnerAddressError):
            raise BoundaryError(
                f"Không tải «{shown}»: {reason}. Nếu đây là máy chủ của đơn vị, hãy chạy lại với "
                "--inner, hoặc tải bằng trình duyệt rồi cài từ tệp."
            ) from None
        raise BoundaryError(
            f"Không tải được «{shown}» ({reason}). Hãy kiểm tra địa chỉ và kết nối mạng, hoặc tải "
            "bằng trình duyệt rồi cài từ tệp."
        ) from None


def _request(address: str) -> Request:
    parts = urlsplit(address)
    if parts.scheme.lower() not in _SCHEMES or not parts.hostname:
        raise ValueError("địa chỉ phải bắt đầu bằng http:// hoặc https://")
    bare = urlunsplit((parts.scheme, _host(parts), parts.path or "/", parts.query, ""))
    request = Request(bare, headers={"User-Agent": "dia-ban", "Accept": "*/*"})  # noqa: S310
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        told = base64.b64encode(pair.encode()).decode()
        # Not sent on to where a redirect leads.
        request.add_unredirected_header("Authorization", f"Basic {told}")
    return request


class _WebRedirects(HTTPRedirectHandler):
    """Redirects that stay within http(s)."""

    def redirect_request(  # noqa: PLR0917 - the signature of the library
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        """The next request, refused where it leaves http(s)."""
        if urlsplit(newurl).scheme.lower() not in _SCHEMES:
            raise URLError(f"bị chuyển hướng ra ngoài http(s): {shown_address(newurl)}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(inner: bool) -> OpenerDirector:
    """Nothing but http and https: no files, no FTP, no data addresses."""
    opener = OpenerDirector()
    anywhere = inner or bool(getproxies())
    plain, encrypted = (
        (HTTPHandler(), HTTPSHandler()) if anywhere else (OpenHTTPHandler(), OpenHTTPSHandler())
    )
    for handler in (
        *(ProxyHandler(), plain, encrypted),
        *(_WebRedirects(), HTTPDefaultErrorHandler(), HTTPErrorProcessor()),
    ):
        opener.add_handler(handler)
    return opener


@dataclass(frozen=True, slots=True)
class _Limits:
    max_bytes: int
    ends_at: float


def _save(
    answer: HTTPResponse, path: Path, address: str, limits: _Limits, progress: Progress | None
) -> str:
    """Write the answer to a file; its SHA-256."""
    max_bytes = limits.max_bytes
    declared = answer.headers.get("Content-Length") or ""
    size = int(declared) if declared.isdigit() else 0
    digest, done = hashlib.sha256(), 0
    with path.open("wb") as file:
        while size <= max_bytes and done <= max_bytes and (block := answer.read(_BLOCK)):
            if time.monotonic() > limits.ends_at:
                raise TimeoutError("tải quá lâu")
            done += len(block)
            digest.update(block)
            file.write(block)
            if progress is not None:
                progress(done, max(size, done))
    if max(size, done) > max_bytes:
        raise BoundaryError(
            f"Tệp tại «{shown_address(address)}» lớn quá {max_bytes // 2**20} MB; không tải. "
            "Hãy kiểm tra địa chỉ, hoặc tải riêng rồi cài từ tệp."
        )
    if not done or done < size:
        raise BoundaryError(
            f"Tải «{shown_address(address)}» bị đứt giữa chừng hoặc tệp trống. Hãy thử lại."
        )
    return digest.hexdigest()


def _suffix(answer: HTTPResponse, address: str) -> str:
    """The suffix of the name the server gives, of where it led, or of the address."""
    given = answer.headers.get_filename() or ""
    names = (given, urlsplit(answer.url).path, urlsplit(address).path)
    for name in names:
        suffix = PurePosixPath(unquote(name)).suffix.lower()
        if suffix in _SUFFIXES:
            return suffix
    raise BoundaryError(
        f"Không nhận ra định dạng của «{shown_address(address)}»: tên tệp cần có đuôi "
        f"{', '.join(_SUFFIXES)}. Hãy tải riêng, đặt lại đuôi rồi cài từ tệp."
    )


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _advice(code: int) -> str:
    if code < 400:
        return "Nguồn chuyển hướng quá nhiều lần hoặc ra ngoài http(s); hãy tải riêng."
    if code in (404, 410):
        return "Hãy kiểm tra lại địa chỉ."
    if code in (401, 403):
        return "Nguồn đòi quyền truy cập; hãy tải riêng rồi cài từ tệp."
    return "Hãy thử lại sau, hoặc tải riêng rồi cài từ tệp."
