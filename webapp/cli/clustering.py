"""The command that clusters the points of a file without a database: cluster."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from geo.clusters import DEFAULT_EPS_M, DEFAULT_MIN_SAMPLES
from geo.engines import AUTO, ENGINES
from webapp.cli.opening import DAY, today
from webapp.labels import vn_date, vn_number
from webapp.services.cluster_file import ClusterReport, ClusterRequest, write_clusters

SOME_UNUSABLE = 3


@click.command(
    help="""Tìm cụm (DBSCAN) trong một tệp điểm, không cần cơ sở dữ liệu.

    TỆP là CSV có cột lon, lat (hoặc kinh độ, vĩ độ) bằng độ WGS 84, có thể thêm ref (mã) và
    date (ngày); cũng nhận XLSX và GeoJSON điểm. --out là các cụm: số vụ, số điểm lõi, ngày đầu,
    ngày cuối, diện tích và đường bao. --labels là CSV ref,label,core: mỗi dòng đầu vào một dòng,
    theo thứ tự của tệp; điểm lẻ mang nhãn -1; dòng không tham gia để trống.
    Mã thoát: 0 xong, 3 có dòng không dùng được, 2 tệp không dùng được."""
)
@click.argument("file", metavar="TỆP", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Tệp cụm (.geojson).")
@click.option("--labels", type=click.Path(path_type=Path), help="Tệp CSV nhãn của từng dòng.")
@click.option("--eps-m", type=float, default=DEFAULT_EPS_M, show_default=True, help="Bán kính, m.")
@click.option(
    "--min-samples",
    type=int,
    default=DEFAULT_MIN_SAMPLES,
    show_default=True,
    help="Số vụ tối thiểu.",
)
@click.option("--window-days", type=click.IntRange(1, 36_500), help="Chỉ lấy số ngày gần nhất.")
@click.option("--as-of", type=DAY, help="Ngày cuối; với --window-days mặc định ngày cuối của tệp.")
@click.option("--eps-days", type=click.IntRange(0, 36_500), help="Gom cả theo thời gian, ngày.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=AUTO,
    show_default=True,
    help="Cách tính; kết quả như nhau.",
)
@click.option("--lon", metavar="CỘT", help="Tiêu đề cột kinh độ.")
@click.option("--lat", metavar="CỘT", help="Tiêu đề cột vĩ độ.")
@click.option("--date", "day", metavar="CỘT", help="Tiêu đề cột ngày.")
@click.option("--ref", metavar="CỘT", help="Tiêu đề cột mã.")
def cluster(
    *,
    file: Path,
    out: Path,
    labels: Path | None,
    eps_m: float,
    min_samples: int,
    window_days: int | None,
    as_of: date | None,
    eps_days: int | None,
    engine: str,
    lon: str | None,
    lat: str | None,
    day: str | None,
    ref: str | None,
) -> None:
    """Cluster the points of a file; exit code 3 when some rows could not be used."""
    named = {"lon": lon, "lat": lat, "date": day, "ref": ref}
    request = ClusterRequest(
        eps_m=eps_m,
        min_samples=min_samples,
        window_days=window_days,
        as_of=as_of,
        eps_days=eps_days,
        engine=engine,
        columns={field: heading for field, heading in named.items() if heading is not None},
    )
    done = write_clusters(file, request, out, labels, today=today())
    _tell(done, out)
    if done.unusable:
        sys.exit(SOME_UNUSABLE)


def _tell(done: ClusterReport, out: Path) -> None:
    used = ", ".join(f"{field} «{heading}»" for field, heading in done.headings.items())
    if used:
        click.echo(f"Cột đã dùng: {used}.", err=True)
    if done.ignored:
        click.echo(f"Cột bỏ qua: {', '.join(f'«{name}»' for name in done.ignored)}.", err=True)
    if not done.rows:
        click.echo("Tệp không có dòng dữ liệu nào nên không có cụm.", err=True)
    if done.as_of is not None:
        outside = f"{vn_number(done.outside)} dòng ngoài khoảng thời gian"
        click.echo(f"Tính đến ngày {vn_date(done.as_of)}: {outside}.", err=True)
        if done.outside and not done.taken:
            told = f"Trong khoảng thời gian có 0 trong {vn_number(done.rows)} dòng nên không có cụm"
            click.echo(f"{told}; hãy xem lại --as-of và --window-days.", err=True)
    if done.wrong_days:
        told = f"{vn_number(done.wrong_days)} dòng có ngày trước năm 1900 hoặc ở tương lai"
        click.echo(f"{told}: ngày ấy không được dùng, hãy sửa lại.", err=True)
    for fault in done.unusable:
        where = f"đầu tiên ở dòng {fault.first_line}"
        click.echo(f"Không dùng được {vn_number(fault.n)} dòng: {fault.reason}; {where}.", err=True)
    click.echo(
        f"{vn_number(done.clusters)} cụm từ {vn_number(done.taken)} trong {vn_number(done.rows)} "
        f"dòng vào «{out}»; {vn_number(done.noise)} điểm lẻ; cách tính {done.engine}.",
        err=True,
    )
