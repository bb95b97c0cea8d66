"""The command that gives layers out: export."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from models.periods import parse_period
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import DAY, now, opened_database, read_settings, today
from webapp.services.export import LAYERS, ExportRequest, export_layer


@click.command(help="Xuất một lớp dữ liệu ra tệp, định dạng theo đuôi tệp.")
@click.argument("layer", type=click.Choice(list(LAYERS)))
@click.option("--out", required=True, type=click.Path(path_type=Path))
@click.option("--as-of", type=DAY, help="Tình trạng tại ngày; mặc định hôm nay.")
@click.option("--province", help="Mã tỉnh.")
@click.option("--period", "period_text", help="Kỳ phân loại xã; mặc định kỳ mới nhất.")
def export(
    layer: str, out: Path, as_of: date | None, province: str | None, period_text: str | None
) -> None:
    """Write a layer as .geojson, .gpkg, .parquet or .csv."""
    request = ExportRequest(
        layer=layer,
        as_of=as_of or today(),
        at=now(),
        province_code=province,
        period=None if period_text is None else parse_period(period_text),
    )
    with opened_database(read_settings()) as database:
        n = export_layer(database, LOCAL_OPERATOR, request, out)
    click.echo(f"Đã ghi {n} đối tượng của lớp «{layer}» vào «{out}».")
