"""Report files opened again: by LibreOffice, as pictures of pages, as workbooks."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from openpyxl import load_workbook

from models.session import Database
from tests.webapp.test_reports import built, table
from webapp.services.report_docx import report_docx
from webapp.services.report_pdf import report_pdf
from webapp.services.report_xlsx import report_xlsx

MM_PER_POINT = 25.4 / 72


def test_word_opens_in_libreoffice_and_looks_like_paper(
    seeded_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "bao-cao.docx"
    path.write_bytes(report_docx(built(seeded_database)))
    pdf = pypdfium2.PdfDocument(converted(path, "pdf"))
    try:
        check_pages(pdf)
    finally:
        pdf.close()


def test_the_pdf_looks_like_paper(seeded_database: Database) -> None:
    pdf = pypdfium2.PdfDocument(report_pdf(built(seeded_database)))
    try:
        check_pages(pdf)
    finally:
        pdf.close()


def check_pages(pdf: pypdfium2.PdfDocument) -> None:
    """A4, margins blank, number on top from page 2 on, a coloured map, Vietnamese text."""
    assert len(pdf) >= 3
    said = []
    for page in pdf:
        width, height = (round(side * MM_PER_POINT) for side in page.get_size())
        assert (width, height) == (210, 297)
        ink = inked(page)
        assert not ink[:, : millimetres(ink, 28)].any()
        assert not ink[:, -millimetres(ink, 13) :].any()
        text = page.get_textpage()
        said.append(text.get_text_range())
        text.close()
        is_first = len(said) == 1 or "(Kèm theo Báo cáo số" in said[-1]
        assert ink[: millimetres(ink, 20), :].any() != is_first
    assert "Độc lập - Tự do - Hạnh phúc" in said[0]
    assert said[1].strip().startswith("2")
    assert any("Phụ lục I" in each for each in said)


def inked(page: pypdfium2.PdfPage) -> np.ndarray:  # type: ignore[type-arg]
    """Where a page is not white, two pixels a point."""
    picture = page.render(scale=2, grayscale=True)
    ink = picture.to_numpy().reshape(picture.height, -1) < 200
    picture.close()
    return ink


def millimetres(ink: np.ndarray, length_mm: float) -> int:  # type: ignore[type-arg]
    return int(length_mm / 210 * ink.shape[1])


def converted(path: Path, suffix: str) -> Path:
    """A file as LibreOffice reads it and writes it again."""
    program = shutil.which("soffice")
    if program is None or not Path("/usr/lib/libreoffice/program/libswlo.so").exists():
        if os.environ.get("CI") == "true":
            pytest.fail("under CI nothing is skipped for a missing tool: libreoffice-writer")
        pytest.skip("LibreOffice Writer is not installed")
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    call = [program, profile, "--headless", "--convert-to", suffix, "--outdir", path.parent, path]
    subprocess.run(call, check=True, capture_output=True, timeout=120)
    return path.with_suffix("." + suffix.split(":", maxsplit=1)[0])


def test_the_workbook_holds_numbers_and_guarded_texts(seeded_database: Database) -> None:
    report = built(seeded_database)
    spots = table(report, "Điểm, tụ điểm")
    wrong = replace(spots, rows=((1, "=1+1", *spots.rows[0][2:]),))
    annex = replace(report.annexes[-1], blocks=(wrong,))
    book = load_workbook(BytesIO(report_xlsx(replace(report, annexes=(annex,)))))
    sheet = book["Số liệu chính"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "TT")
    cases = next(sheet.iter_rows(min_row=head[0].row + 1))
    assert cases[3].value == 11
    assert sheet.freeze_panes == f"A{head[0].row + 1}"
    guarded = next(c for row in book["Điểm, tụ điểm"] for c in row if c.value == "=1+1")
    assert guarded.data_type == "s"


def test_the_workbook_opens_in_libreoffice(seeded_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "phu-luc.xlsx"
    path.write_bytes(report_xlsx(built(seeded_database)))
    told = converted(path, "csv:Text - txt - csv (StarCalc):44,34,76").read_text("utf-8")
    assert "Số vụ phát hiện, bắt giữ" in told
