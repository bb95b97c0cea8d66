"""Boundary sources at an http address, fetched from a real server."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from geo.errors import BoundaryError
from models import communes
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.small_world import commune_frame
from webapp.cli.maps import boundaries
from webapp.services import downloads
from webapp.services.checked_connections import is_open
from webapp.services.downloads import is_address

downloaded = partial(downloads.downloaded, inner=True)  # the server of these tests is our own

BODY = b"PK" + b"communes" * 1_000


class _Server(BaseHTTPRequestHandler):
    """Answers by path: files, redirects, refusals."""

    seen: list[dict[str, str]]

    def __init__(self, files: dict[str, bytes], *args: object) -> None:
        self.files = files
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/to/"):
            self._send(302, b"", {"Location": self.path.removeprefix("/to/")})
        elif path == "/named":
            self._send(200, BODY, {"Content-Disposition": 'attachment; filename="communes.zip"'})
        elif path == "/short.zip":
            self._send(200, BODY, {}, declared=len(BODY) * 2)
        elif path == "/secret.zip" and "Authorization" not in self.headers:
            self._send(401, b"", {})
        elif path == "/slow.zip":
            time.sleep(2)
        else:
            content = self.files.get(path)
            self._send(404 if content is None else 200, content or b"", {})

    def _send(
        self, code: int, body: bytes, headers: dict[str, str], declared: int | None = None
    ) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("served") / "communes.gpkg"
    commune_frame().to_file(path, driver="GPKG")
    files = {"/a.zip": BODY, "/secret.zip": BODY, "/a.txt": BODY, "/xa.gpkg": path.read_bytes()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Server, files))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("path", ["/a.zip?v=2", "/named", "/to//a.zip"])
def test_the_file_is_there_within_the_block_and_gone_after(site: str, path: str) -> None:
    steps: list[tuple[int, int]] = []
    with downloaded(site + path, progress=lambda *step: steps.append(step)) as file:
        assert file.read_bytes() == BODY
        assert file.suffix == ".zip"
    assert not file.exists()
    assert steps[-1] == (len(BODY), len(BODY))


def test_the_digest_is_held_against_the_one_given(site: str) -> None:
    digest = hashlib.sha256(BODY).hexdigest()
    with downloaded(f"{site}/a.zip", sha256=digest.upper()):
        pass
    with pytest.raises(BoundaryError, match=digest), downloaded(f"{site}/a.zip", sha256="0" * 64):
        pass


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/nope.zip", "404"),
        ("/secret.zip", "401"),
        ("/a.txt", "định dạng"),
        ("/short.zip", "đứt|Không tải được"),
        ("/to/file:///etc/passwd", "ra ngoài http"),
        ("/to/ftp://127.0.0.1/a.zip", "ra ngoài http"),
    ],
)
def test_what_cannot_be_had_is_told_in_one_sentence(site: str, path: str, told: str) -> None:
    with pytest.raises(BoundaryError, match=told), downloaded(site + path):
        pass


def test_a_file_beyond_the_limit_is_not_fetched(site: str) -> None:
    with (
        pytest.raises(BoundaryError, match="lớn quá"),
        downloaded(f"{site}/a.zip", max_bytes=100),
    ):
        pass


def test_a_server_that_does_not_answer_is_given_up(site: str) -> None:
    with (
        pytest.raises(BoundaryError, match="Không tải được"),
        downloaded(f"{site}/slow.zip", timeout_s=0.2),
    ):
        pass


def test_no_server_at_all_is_told() -> None:
    with pytest.raises(BoundaryError, match="kết nối mạng"), downloaded("http://127.0.0.1:9/a.zip"):
        pass


def test_credentials_open_the_source_and_are_not_told(site: str) -> None:
    address = site.replace("//", "//lan:mat%20khau@") + "/secret.zip?key=k"
    with downloaded(address) as file:
        assert file.read_bytes() == BODY
    with (
        pytest.raises(BoundaryError) as told,
        downloaded(address.replace("secret", "absent")),
    ):
        pass
    assert not {"lan", "mat", "key"} & set(
        str(told.value).replace("/", " ").replace(":", " ").split()
    )


@pytest.mark.parametrize("source", ["ftp://x/y.zip", "file:///etc/x", "data:,x", "communes.zip"])
def test_only_http_addresses_are_addresses(source: str) -> None:
    assert not is_address(source)


def test_a_coverage_is_installed_from_an_address_and_recorded_without_its_query(
    site: str, sqlite_template: Path, tmp_path: Path
) -> None:
    (tmp_path / "diaban.sqlite").write_bytes(sqlite_template.read_bytes())
    answer = CliRunner().invoke(
        boundaries,
        ["install", f"{site}/xa.gpkg?token=abc", "--inner", "--licence", "MIT"],
        env={"DIABAN_DATA_DIR": str(tmp_path), "DIABAN_DATABASE_URL": None},
    )
    assert answer.exit_code == 0, answer.output
    assert "12 xã" in answer.output
    assert "abc" not in answer.output
    database = open_database(f"sqlite:///{tmp_path / 'diaban.sqlite'}")
    assert source_of(database) == f"{site}/xa.gpkg"
    database.close()


def source_of(database: Database) -> str:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return communes.current_version(session, LOCAL_OPERATOR).source


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/a.zip",
        "http://localhost:{port}/a.zip",
        "http://[::1]:{port}/a.zip",
        "http://2130706433:{port}/a.zip",
        "http://0x7f.1:{port}/a.zip",
        "http://0.0.0.0:{port}/a.zip",
        "http://[::ffff:127.0.0.1]:{port}/a.zip",
        "http://169.254.169.254/latest/meta-data.zip",
        "http://10.0.0.1/a.zip",
        "https://192.168.1.1/a.zip",
    ],
)
def test_the_network_inside_is_shut_unless_the_operator_opens_it(site: str, address: str) -> None:
    port = site.rpartition(":")[2]
    with (
        pytest.raises(BoundaryError, match="mạng nội bộ"),
        downloads.downloaded(address.format(port=port), timeout_s=2),
    ):
        pass


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.0"),
        *("224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "2002:a00:1::"),
    ],
)
def test_no_inner_address_is_taken_for_an_open_one(address: str) -> None:
    assert not is_open(address)


def test_a_download_that_drags_on_is_given_up(site: str) -> None:
    with (
        pytest.raises(BoundaryError, match="Không tải được"),
        downloaded(f"{site}/a.zip", whole_s=-1),
    ):
        pass
