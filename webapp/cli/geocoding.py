"""The command that places the rows of a file without a database: geocode."""

from __future__ import annotations

import time
from pathlib import Path

import click

from geo.errors import UnusableFileError
from geo.place_rows import read_places
from webapp.cli.opening import read_mapping
from webapp.cli.progress import rows_progress
from webapp.labels import PRECISIONS, vn_number
from webapp.services.geocode_file import (
    GeocodeReport,
    PlacesInForce,
    places_in_force,
    write_geocoded,
)


@click.command(
    help="""Định vị từng dòng của một tệp, không cần cơ sở dữ liệu.

    TỆP là bảng vụ việc hoặc điểm, tụ điểm như lệnh import nhận, hoặc danh sách địa chỉ bất kỳ
    (CSV, XLSX, XLS, GeoJSON). Kết quả là CSV (UTF-8, không BOM), mỗi dòng dữ liệu một dòng, theo
    thứ tự của
    tệp: ref, commune_code (xã đang có hiệu lực), lon, lat, precision, method, confidence (từ 0 đến
    1; từ 0.9 là chắc chắn), candidates (mã:điểm, ngăn bằng |), warnings (ngăn bằng ;).
    Dòng không có mã hồ sơ mang số dòng trong tệp."""
)
@click.argument("file", metavar="TỆP", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Tệp CSV kết quả.")
@click.option(
    "--boundaries",
    type=click.Path(path_type=Path),
    help="Ranh giới chính thức (tệp, thư mục, zip); mặc định ranh giới gần đúng kèm theo.",
)
@click.option("--column", help="Tiêu đề của cột địa chỉ, với danh sách địa chỉ.")
@click.option("--sheet", help="Tên trang tính, khi tệp có nhiều trang.")
@click.option("--mapping", type=click.Path(path_type=Path), help="TOML gán tiêu đề cho trường.")
def geocode(
    *,
    file: Path,
    out: Path,
    boundaries: Path | None,
    column: str | None,
    sheet: str | None,
    mapping: Path | None,
) -> None:
    """Place every row of a file; exit code 2 when nothing of it can be used."""
    _require_place_for(out, file)
    wanted = None if mapping is None else read_mapping(mapping)
    places = read_places(file, column=column, sheet=sheet, mapping=wanted)
    for note in places.warnings:
        click.echo(f"Lưu ý: {note}", err=True)
    if places.dropped_columns:
        click.echo(f"Cột nêu danh tính đã bỏ: {', '.join(places.dropped_columns)}.", err=True)
    known = places_in_force(boundaries)
    _tell_limits(known)
    began = time.monotonic()
    with rows_progress("Định vị") as progress:
        done = write_geocoded(places, known.geocoder, out, progress)
    _tell(done, time.monotonic() - began, out)


def _require_place_for(out: Path, file: Path) -> None:
    """Refuse before the work what could not be written after it."""
    if not out.absolute().parent.is_dir():
        raise UnusableFileError(f"Thư mục của «{out}» không tồn tại; hãy tạo trước rồi chạy lại.")
    if out.exists() and file.exists() and out.samefile(file):
        raise UnusableFileError("--out trùng với tệp cần định vị; hãy đặt tên khác cho kết quả.")


def _tell_limits(known: PlacesInForce) -> None:
    if not known.approximate_count:
        return
    whole = known.approximate_count == known.commune_count
    what = "Đang dùng" if whole else f"{vn_number(known.approximate_count)} đơn vị còn dùng"
    click.echo(
        f"Lưu ý: {what} ranh giới gần đúng; thêm --boundaries NGUỒN để dùng ranh giới chính thức.",
        err=True,
    )


def _tell(done: GeocodeReport, seconds: float, out: Path) -> None:
    placed = ", ".join(f"{label} {vn_number(done.placed[code])}" for code, label in _known(done))
    rate = done.rows / max(seconds, 1e-6)
    click.echo(
        f"Đã định vị {vn_number(done.rows)} dòng vào «{out}»: {placed}. "
        f"Chắc chắn {vn_number(done.confident)}, cần xem lại {vn_number(done.doubtful)}. "
        f"{vn_number(round(rate))} dòng một giây.",
        err=True,
    )


def _known(done: GeocodeReport) -> list[tuple[str, str]]:
    return [(code, label) for code, label in PRECISIONS.items() if code in done.placed]
