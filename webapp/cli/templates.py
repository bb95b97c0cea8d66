"""The command that gives out blank workbooks: template."""

from __future__ import annotations

from pathlib import Path

import click

from geo.errors import UnusableFileError
from geo.terms import Layer
from models.periods import parse_period
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import opened_database, read_settings
from webapp.services.template_columns import COLUMNS
from webapp.services.template_workbooks import commune_template, template_workbook


@click.command(help="Ghi bảng tính mẫu để điền rồi nạp; có --commune thì ghi sẵn mã và tên xã.")
@click.argument("layer", type=click.Choice([layer.value for layer in COLUMNS]))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Tệp XLSX kết quả.")
@click.option("--commune", help="Mã xã ghi sẵn trong bảng.")
@click.option("--period", "period_text", help="Kỳ của bảng chỉ tiêu: 2026, 2026H1 hoặc hai ngày.")
def template(*, layer: str, out: Path, commune: str | None, period_text: str | None) -> None:
    """Write the blank workbook of a layer."""
    if not out.absolute().parent.is_dir():
        raise UnusableFileError(f"Thư mục của «{out}» không tồn tại; hãy tạo trước rồi chạy lại.")
    period = None if period_text is None else parse_period(period_text)
    if commune is None:
        content = template_workbook(Layer(layer), period=period)
    else:
        with opened_database(read_settings()) as database:
            code = commune.zfill(5)
            content = commune_template(database, LOCAL_OPERATOR, Layer(layer), code, period)
    out.write_bytes(content)
    click.echo(f"Đã ghi bảng mẫu vào «{out}».")
