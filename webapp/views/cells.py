"""The fixed cells of a province: what everybody may be told of the cases of every commune."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from geo.records import Period
from models.errors import InvalidValueError
from webapp.delivery import CSV, send_download, send_json
from webapp.errors import BadParameterError
from webapp.parameter_words import named
from webapp.queries import parse_code, parse_term
from webapp.security import Access, rule, viewer
from webapp.services import fixed_cells
from webapp.told import as_written, told
from webapp.views.context import site

cells_data = Blueprint("cells_data", __name__)

_TAKEN = ("province", "period")


@cells_data.get("/api/cells")
@rule(Access.SIGNED_IN)
def cells() -> Response:
    """Cases by commune and side in a first half (`2025H1`) or an evaluation year (`2025`)."""
    _refuse_others(request.args, _TAKEN)
    code, period = parse_code(request.args, "province"), _period()
    if code is None:
        raise BadParameterError("province", told("Cần mã tỉnh, ví dụ province=51."))
    try:
        found = fixed_cells.cells_json(site().database, viewer(), code, period, site().today())
    except InvalidValueError as error:
        raise BadParameterError("period", str(error)) from None
    return send_json(found)


@cells_data.get("/provinces/<code>/cells.csv")
@rule(Access.SIGNED_IN)
def cells_file(code: str) -> Response:
    """Send the fixed cells of the evaluation year of a period for a spreadsheet."""
    _refuse_others(request.args, ("period",))
    table = fixed_cells.province_cells(site().database, viewer(), code, _period(), site().today())
    content = fixed_cells.write_cells(fixed_cells.title_of(table), table)
    return send_download(content, f"so-vu-theo-o-{code}-{table.year}.csv", CSV)


def _period() -> Period:
    period = parse_term(request.args)
    if period is None:
        raise BadParameterError("period", told("Cần kỳ, ví dụ period=2025 hoặc period=2025H1."))
    return period


def _refuse_others(args: Mapping[str, str], taken: tuple[str, ...]) -> None:
    """Refuse every other filter in words: freely chosen ones would give single cases away."""
    for name in args:
        if name not in taken:
            words = told(
                "Các ô số liệu cố định không nhận bộ lọc {name}; chỉ có: {known}.",
                name=named(name),
                known=as_written(", ".join(taken)),
            )
            raise BadParameterError(name[:40], words)
