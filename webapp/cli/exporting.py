"""The command that gives layers out: export."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from shlex import quote
from typing import Any, TypeVar

import click

from geo.cql2 import TEXT, filter_text, parse_filter
from geo.export_places import WGS84
from models.periods import parse_period
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import DAY, now, opened_database, read_settings, today
from webapp.services.export import export_file
from webapp.services.layer_catalogue import LAYERS
from webapp.services.layer_metadata import Made, filter_told
from webapp.services.layer_query import Boundaries, LayerQuery
from webapp.services.near_facility import read_near

F = TypeVar("F", bound=Callable[..., Any])

_FILTERS: dict[str, tuple[str, str]] = {
    "kinds": ("--kind", "Loại hành vi, loại điểm, loại cơ sở: các mã, cách nhau dấu phẩy."),
    "sides": ("--side", "Nhóm hành vi: supply, demand."),
    "substances": ("--substance", "Chất ma túy."),
    "detected_by": ("--detected", "Lực lượng phát hiện."),
    "statuses": ("--status", "Tình trạng điểm, tụ điểm."),
    "precisions": ("--precision", "Vị trí được biết rõ đến đâu."),
    "flags": ("--flag", "Cờ của cụm."),
    "classes": ("--class", "Phân loại xã."),
}
"""Filters of codes: each may name several."""


class BoxType(click.ParamType[tuple[float, float, float, float]]):
    """West, south, east, north in degrees of WGS 84, with commas between."""

    name = "tây,nam,đông,bắc"

    def convert(
        self,
        value: str | tuple[float, float, float, float],
        param: click.Parameter | None,
        ctx: click.Context | None,  # noqa: ARG002
    ) -> tuple[float, float, float, float]:
        """Parse one box or end the command with exit code 2."""
        if isinstance(value, tuple):
            return value
        try:
            west, south, east, north = (float(part) for part in value.split(","))
        except ValueError:
            west, south, east, north = 1.0, 1.0, 0.0, 0.0
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            self.fail(f"«{value}» không phải khung; hãy viết tây,nam,đông,bắc bằng độ.", param)
        return west, south, east, north


def _of_codes(command: F) -> F:
    """Give a command the options of `_FILTERS`."""
    for name, (option, help_text) in reversed(_FILTERS.items()):
        command = click.option(option, name, default="", metavar="MÃ,…", help=help_text)(command)
    return command


@click.command(help="Xuất một lớp dữ liệu ra tệp, định dạng theo đuôi tệp.")
@click.argument("layer", type=click.Choice(list(LAYERS)))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Tệp .geojson .gpkg .parquet .fgb .csv .xlsx .kml, hoặc thêm .zip để kèm siêu dữ liệu.",
)
@click.option("--as-of", type=DAY, help="Tình trạng tại ngày; mặc định hôm nay.")
@click.option("--from", "since", type=DAY, help="Từ ngày.")
@click.option("--to", "until", type=DAY, help="Đến hết ngày.")
@click.option("--period", "period_text", help="Kỳ phân loại xã; mặc định kỳ mới nhất.")
@click.option("--province", "province_code", help="Mã tỉnh.")
@click.option("--commune", "commune_code", help="Mã xã, phường, đặc khu.")
@click.option("--bbox", type=BoxType(), help="Khung theo độ WGS 84.")
@_of_codes
@click.option("--near", "near_text", default="", help="Gần cơ sở, ví dụ school:500 (mét).")
@click.option("--verified/--unverified", default=None, help="Chỉ vụ đã (chưa) xác minh.")
@click.option(
    "--boundaries",
    type=click.Choice([each.value for each in Boundaries]),
    default=Boundaries.NOW.value,
    help="Bản đồ hiện hành (now) hay của thời điểm ấy (then).",
)
@click.option("--crs", type=int, default=WGS84, help="Mã EPSG; mặc định 4326 (WGS 84).")
@click.option("--where", "expression", help="Điều kiện CQL2 (chữ).")
def export(
    layer: str,
    *,
    out: Path,
    as_of: date | None,
    period_text: str | None,
    near_text: str,
    crs: int,
    boundaries: str,
    expression: str | None,
    **filters: Any,
) -> None:
    """Write a layer with its metadata beside it."""
    codes: dict[str, Any] = {name: _words(filters.pop(name)) for name in _FILTERS}
    query = LayerQuery(
        layer,
        as_of or today(),
        period=None if period_text is None else parse_period(period_text),
        near=read_near(near_text),
        boundaries=Boundaries(boundaries),
        where=None if expression is None else parse_filter(expression, TEXT, LAYERS[layer].fields),
        **codes,
        **filters,
    )
    data = out.with_suffix("") if out.suffix.lower() == ".zip" else out
    made = Made(data.suffix[1:].lower(), now(), crs, _repeating(query, crs))
    with opened_database(read_settings()) as database:
        written = export_file(database, LOCAL_OPERATOR, query, out, made, sidecar=True)
    click.echo(f"Đã ghi {written.n} đối tượng của lớp «{layer}» vào «{out}».")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _repeating(query: LayerQuery, crs: int) -> str:
    """The command that gives the same again."""
    told = {"as-of": query.as_of.isoformat(), **filter_told(query), "crs": crs}
    if query.where is not None:
        told["where"] = filter_text(told.pop("filter"))
    if query.verified is not None:
        del told["verified"]
    options = [f"--{name} {quote(_said(value))}" for name, value in told.items()]
    if query.verified is not None:
        options.append("--verified" if query.verified else "--unverified")
    return f"python -m webapp export {query.layer} {' '.join(options)} --out"


def _said(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
