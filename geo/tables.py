"""A file becomes a table: the rows of one layer, without a trace of persons.

Chooses the sheet, finds the header, drops the columns that name people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geo.delimited import is_garbled
from geo.errors import UnusableFileError
from geo.headers import SEIZED, Header, field_names, find_header, missing_columns
from geo.persons import blank_numbers, compact, is_blank, names_people
from geo.records import Period
from geo.rows import Row, issuing_body, records, stated_period, title_texts, without_names
from geo.sheets import DEFAULT_LIMITS, Limits, RawRow, Sheet, Workbook, open_workbook
from geo.terms import Layer

_SEARCHED_ROWS = 80


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds for a layer, without a trace of persons."""

    layer: Layer
    sheet: str
    titles: tuple[str, ...]
    fields: tuple[str, ...]
    rows: tuple[Row, ...]
    dropped_columns: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    source: str = ""
    period: Period | None = None
    headings: Mapping[str, str] = field(default_factory=dict)

    @property
    def seized_fields(self) -> tuple[str, ...]:
        """Fields that are quantities of one substance each, such as "Heroin (g)"."""
        return tuple(name for name in self.fields if name.startswith(SEIZED))


def read_table(
    path: Path,
    layer: Layer,
    *,
    mapping: Mapping[str, str] | None = None,
    sheet: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """Read the rows of a layer from a spreadsheet, a delimited text or a GeoJSON.

    `mapping` gives, per field, the heading as written in the file and overrides
    the known headings; `sheet` chooses a worksheet by name.

    Raises
    ------
    UnusableFileError
        When nothing of the file can be used; the message says what to do.
    """
    workbook = open_workbook(path, limits)
    wanted = checked_mapping(mapping or {}, layer)
    chosen, header = choose_sheet(path, workbook, layer, wanted, sheet=sheet, limits=limits)
    _require_columns(path, header, layer, wanted)
    raw = chosen.read(None)
    if len(raw) > limits.max_rows:
        raise UnusableFileError(
            f"Tệp «{path.name}» có hơn {limits.max_rows} dòng: chia thành nhiều tệp nhỏ."
        )
    header = without_names(header, raw)
    return _table(path, layer, workbook, chosen, raw=raw, header=header)


def checked_mapping(mapping: Mapping[str, str], layer: Layer) -> Mapping[str, str]:
    """A mapping of fields to headings, refused where it names no field or a person.

    Raises
    ------
    UnusableFileError
        Naming what cannot be mapped.
    """
    known = field_names(layer)
    for name, heading in mapping.items():
        if name not in known:
            raise UnusableFileError(f"--mapping: không có trường «{name}»; dùng {_quoted(known)}.")
        if names_people((str(heading),)):
            raise UnusableFileError(
                f"--mapping: cột «{heading}» nêu thông tin cá nhân nên không được nạp; bỏ dòng này."
            )
    return {name: str(heading) for name, heading in mapping.items()}


def _require_columns(path: Path, header: Header, layer: Layer, mapping: Mapping[str, str]) -> None:
    absent = [heading for name, heading in mapping.items() if name not in header.columns]
    missing = absent or missing_columns(header, layer)
    if missing:
        raise UnusableFileError(
            f"Tệp «{path.name}» thiếu cột {_quoted(missing)}; đã thấy {_quoted(header.labels)}: "
            "đặt lại tên cột, hoặc chỉ cột bằng --mapping."
        )


def _table(
    path: Path,
    layer: Layer,
    workbook: Workbook,
    sheet: Sheet,
    *,
    raw: Sequence[RawRow],
    header: Header,
) -> Table:
    rows, notes = records(raw, header, layer, workbook.epoch_1904)
    if not rows:
        raise UnusableFileError(
            f"Tệp «{path.name}» có tiêu đề (dòng {header.first + 1}) nhưng không có dữ liệu: "
            "kiểm tra lại trang hoặc tệp."
        )
    titles = title_texts(raw[: header.first])
    hidden = [page.name for page in workbook.sheets if page.hidden and page.name != sheet.name]
    return Table(
        layer=layer,
        sheet=sheet.name,
        titles=titles,
        fields=tuple(header.columns),
        rows=rows,
        dropped_columns=tuple(header.labels[j] for j in header.dropped),
        ignored_columns=tuple(header.labels[j] for j in header.ignored),
        warnings=(*workbook.warnings, *sheet.remarks(), *_remarks(header, layer, hidden), *notes),
        source=issuing_body(titles),
        period=stated_period(titles),
        headings={name: header.labels[j] for name, j in header.columns.items()},
    )


# --- choosing the sheet -----------------------------------------------------


def choose_sheet(
    path: Path,
    workbook: Workbook,
    layer: Layer,
    mapping: Mapping[str, str],
    *,
    sheet: str | None,
    limits: Limits,
) -> tuple[Sheet, Header]:
    """The sheet whose header explains most; a tie is for a person to decide.

    Raises
    ------
    UnusableFileError
        When no sheet has a header of the layer, or several have equally good ones.
    """
    found, garbled = [], False
    for candidate in sheets_to_read(path, workbook, sheet):
        rows = candidate.read(_SEARCHED_ROWS)
        _limit_columns(path, rows, limits)
        if header := find_header(rows, layer, mapping):
            filled = _is_filled(rows[header.end :])
            found.append(((header.fit, filled), candidate, header))
        garbled |= is_garbled(" ".join(c for row in rows for c in row if isinstance(c, str)))
    if sheet is None and not any(fit[1] for fit, _, _ in found):
        _refuse_hidden_data(path, workbook, layer, mapping)
    if not found:
        raise UnusableFileError(_no_header(path, layer, garbled))
    best = max(fit for fit, _, _ in found)
    winners = [(candidate, header) for fit, candidate, header in found if fit == best]
    if len(winners) > 1:
        raise UnusableFileError(
            f"Tệp «{path.name}» có nhiều trang cùng dạng: {_quoted(s.name for s, _ in winners)}. "
            "Chọn một trang bằng --sheet."
        )
    return winners[0]


def _refuse_hidden_data(
    path: Path, workbook: Workbook, layer: Layer, mapping: Mapping[str, str]
) -> None:
    """Name the hidden sheets when only they hold rows of the layer."""
    pages = {sheet.name: sheet.read(_SEARCHED_ROWS) for sheet in workbook.sheets if sheet.hidden}
    headers = ((name, rows, find_header(rows, layer, mapping)) for name, rows in pages.items())
    full = [name for name, rows, header in headers if header and _is_filled(rows[header.end :])]
    visible = (sheet.read(_SEARCHED_ROWS) for sheet in workbook.sheets if not sheet.hidden)
    if not full and not any(map(_is_filled, visible)):
        full = [name for name, rows in pages.items() if _is_filled(rows)]
    if full:
        raise UnusableFileError(
            f"Tệp «{path.name}» chỉ có dữ liệu ở trang ẩn {_quoted(full)}: bỏ ẩn trang đó rồi nạp "
            "lại, hoặc chọn bằng --sheet."
        )


def _is_filled(rows: Iterable[RawRow]) -> bool:
    return any(not is_blank(cell) for row in rows for cell in row)


def sheets_to_read(path: Path, workbook: Workbook, wanted: str | None) -> list[Sheet]:
    """The sheet of a name, else every sheet that is not hidden.

    Raises
    ------
    UnusableFileError
        When there is none.
    """
    if wanted is not None and workbook.sheets[0].name:
        named = [sheet for sheet in workbook.sheets if sheet.name == wanted]
        shown = _quoted(sheet.name for sheet in workbook.sheets)
        reason = f"không có trang «{wanted}»: chọn bằng --sheet một trong {shown}"
    else:
        named = [sheet for sheet in workbook.sheets if not sheet.hidden]
        shown = _quoted(sheet.name for sheet in workbook.sheets)
        reason = f"chỉ có trang ẩn {shown}: bỏ ẩn trang cần nạp, hoặc chọn bằng --sheet"
    if not named:
        raise UnusableFileError(f"Tệp «{path.name}» {reason}.")
    return named


def _limit_columns(path: Path, rows: Sequence[RawRow], limits: Limits) -> None:
    used = max((j + 1 for row in rows for j, c in enumerate(row) if not is_blank(c)), default=0)
    if used > limits.max_columns:
        raise UnusableFileError(
            f"Tệp «{path.name}» có {used} cột, quá mức {limits.max_columns}: xóa các cột thừa, chỉ "
            "giữ cột cần nạp rồi lưu lại."
        )


_EXPECTED = {
    Layer.INCIDENTS: "vụ việc (Ngày xảy ra, Hành vi, Địa điểm, …)",
    Layer.HOTSPOTS: "điểm, tụ điểm (Mã, Tên, Loại, Ngày phát hiện, …)",
    Layer.INDICATORS: "chỉ tiêu cấp xã (Mã xã, Nhân khẩu, …)",
    Layer.SUB_UNITS: "thôn, tổ dân phố (Tên, Xã hoặc Mã xã, Tỉnh, …)",
    Layer.CAMPAIGNS: "đợt cao điểm (Tên đợt, Từ ngày, Đến ngày, Địa bàn, …)",
    Layer.CORRIDORS: "tuyến trọng điểm (Tên tuyến, Hiệu lực từ, Tọa độ tuyến, …)",
    Layer.FACILITIES: "cơ sở, địa điểm (Tên cơ sở, Loại, Địa chỉ hoặc tọa độ, …)",
}


def _no_header(path: Path, layer: Layer, garbled: bool) -> str:
    if garbled:
        return (
            f"Chữ trong tệp «{path.name}» sai bảng mã, không phải TCVN3 hay VNI: chuyển sang "
            "Unicode (ví dụ bằng UniKey) rồi nạp lại."
        )
    return (
        f"Tệp «{path.name}» không có dòng tiêu đề cột nhận ra được của bảng {_EXPECTED[layer]}: "
        "kiểm tra loại dữ liệu, đặt lại tên cột, hoặc chỉ cột bằng --mapping."
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"«{blank_numbers(name)}»" for name in names if name)


def _remarks(header: Header, layer: Layer, hidden: Sequence[str]) -> Iterator[str]:
    if hidden:
        yield f"Bỏ qua trang ẩn: {_quoted(hidden)}."
    place = None if layer is Layer.FACILITIES else header.columns.get("address_text")
    if place is not None and header.dropped and compact(header.labels[place]) == "diachi":
        yield (
            f"Cột «{header.labels[place]}» được hiểu là nơi xảy ra; nếu đó là chỗ ở của đối tượng, "
            "đổi tên cột thành «Nơi ở» để bị loại bỏ."
        )
