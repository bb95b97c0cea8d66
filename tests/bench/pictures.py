"""`python -m tests.bench.pictures`: the main views of the demo, kept in docs/pictures."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.bench.imports import run_command
from tests.bench.pages import CHROMIUM, WHOLE, demo_account, mark, serving, sign_in

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
PROVINCE = "51"
WIDE, PHONE = (1366, 820), (360, 740)
SETTLED_MS = 1500
"""Tiles of light and names come a moment after everything is drawn."""


@dataclass(frozen=True, slots=True)
class View:
    """A picture: its file, the address, the size of the window, light or dark, the language."""

    name: str
    path: str
    size: tuple[int, int] = WIDE
    theme: str = "light"
    language: str = "vi"


VIEWS = (
    View("ban_do", f"/map?province={PROVINCE}"),
    View("toan_quoc", "/map?province="),
    View("so_ky_truoc", f"/map?province={PROVINCE}&cmp=diff"),
    View("hai_ban_do", f"/map?province={PROVINCE}&cmp=side"),
    View("nen_toi", f"/map?province={PROVINCE}", theme="dark"),
    View("tieng_anh", f"/map?province={PROVINCE}", language="en"),
    View("dien_thoai", f"/map?province={PROVINCE}", PHONE),
    View("bien_gioi", "/border"),
    View("co_so", "/facilities"),
    View("tuyen", "/corridors"),
)
SHEET = ("ban_in", f"/map/print.png?size=a4&province={PROVINCE}")


def main() -> None:
    """Build the demo, photograph each view, write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        run_command(Path(folder), "demo")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with serving(Path(folder)) as address:
            account = demo_account(Path(folder))
            for view in VIEWS:
                _keep(view.name, _photograph(browser, address, account, view))
            _keep(SHEET[0], _sheet(browser, address, account))
        browser.close()


def _photograph(browser: Browser, address: str, account: tuple[str, str], view: View) -> bytes:
    width, height = view.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if view.theme == "dark" else "light",
        has_touch=view.size == PHONE,
    )
    context.add_cookies([{"name": "diaban_language", "value": view.language, "url": address}])
    page = context.new_page()
    sign_in(page, address, account)
    page.goto(address + view.path)
    if view.path.startswith("/map"):
        mark(page, WHOLE)
    page.wait_for_timeout(SETTLED_MS)
    picture = page.screenshot()
    context.close()
    return picture


def _sheet(browser: Browser, address: str, account: tuple[str, str]) -> bytes:
    page = browser.new_page()
    sign_in(page, address, account)
    picture = page.context.request.get(address + SHEET[1], timeout=60_000).body()
    page.context.close()
    return picture


def _keep(name: str, picture: bytes) -> None:
    """Write a picture with a palette: a third of the bytes, and no eye sees it."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    image.thumbnail((2000, 2000))
    image.quantize(256, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
