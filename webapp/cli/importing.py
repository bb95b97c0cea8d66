"""The command that takes records in: import."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from geo.errors import UnusableFileError
from geo.records import RejectedRow
from geo.terms import Layer
from models.periods import parse_period
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import opened_database, read_mapping, read_settings, today
from webapp.cli.progress import rows_progress
from webapp.services.import_changes import ToldChange
from webapp.services.ingest import ImportReport, import_file
from webapp.services.rejects import write_rejects

ROWS_REJECTED = 3
UNWRITTEN = 4
_SHOWN = 10


@click.command("import", help="Nạp một tệp bảng tính hoặc GeoJSON.")
@click.argument("layer", type=click.Choice([layer.value for layer in Layer]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--period", "period_text", help="Kỳ của chỉ tiêu: 2026, 2026H1 hoặc hai ngày.")
@click.option("--mapping", type=click.Path(path_type=Path), help="TOML gán tiêu đề cho trường.")
@click.option("--sheet", help="Tên trang tính, khi tệp có nhiều trang.")
@click.option("--source", help="Đơn vị lập tệp; mã hồ sơ là duy nhất trong một đơn vị.")
@click.option("--dry-run", is_flag=True, help="Đọc và định vị nhưng không lưu.")
@click.option("--report", type=click.Path(path_type=Path), help="Ghi báo cáo JSON.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Ghi các dòng bị loại ra XLSX.")
def import_(
    *,
    layer: str,
    file: Path,
    period_text: str | None,
    mapping: Path | None,
    sheet: str | None,
    source: str | None,
    dry_run: bool,
    report: Path | None,
    rejects: Path | None,
) -> None:
    """Import one file; exit code 3 when some rows were rejected, 4 when only an output failed."""
    for out in (report, rejects):
        _require_folder(out)
    with opened_database(read_settings()) as database, rows_progress("Định vị") as progress:
        done = import_file(
            database,
            LOCAL_OPERATOR,
            Layer(layer),
            file,
            today=today(),
            period=None if period_text is None else parse_period(period_text),
            mapping=None if mapping is None else read_mapping(mapping),
            sheet=sheet,
            source=source,
            dry_run=dry_run,
            progress=progress,
        )
    _tell_import(done)
    _write_outputs(done, report, rejects)
    if done.rejected:
        sys.exit(ROWS_REJECTED)


def _require_folder(out: Path | None) -> None:
    """Refuse before anything is stored what could not be written after it."""
    if out is not None and not out.absolute().parent.is_dir():
        raise UnusableFileError(f"Thư mục của «{out}» không tồn tại; hãy tạo trước rồi nạp.")


def _write_outputs(done: ImportReport, report: Path | None, rejects: Path | None) -> None:
    """Write what was asked for besides; the import stands whether it can be written or not."""
    out = report
    try:
        if report is not None:
            report.write_text(_report_json(done), "utf-8")
        out = rejects
        if rejects is not None:
            write_rejects(done.rejected, rejects, titles=done.titles, headings=done.headings)
    except (OSError, ValueError) as error:
        click.echo(_unwritten(done, out, error), err=True)
        sys.exit(UNWRITTEN)


def _unwritten(done: ImportReport, out: Path | None, error: OSError | ValueError) -> str:
    why = error.strerror if isinstance(error, OSError) else error
    if done.dry_run:
        return f"Không ghi được «{out}» ({why}). Đọc thử đã xong, không lưu gì; hãy chọn nơi khác."
    return (
        f"Đã nạp xong và lưu (lần nhập số {done.import_id}), nhưng không ghi được «{out}» ({why}). "
        "Dòng bị loại vẫn được giữ: tải về từ trang của lần nhập ấy, hoặc nạp lại cùng tệp với "
        "nơi ghi khác."
    )


def _tell_import(done: ImportReport) -> None:
    what = "Đọc thử" if done.dry_run else "Đã nạp"
    click.echo(
        f"{what} «{done.file_name}» ({done.source}): {done.accepted} dòng mới, "
        f"{done.changed} dòng sửa bản đã có, {done.unchanged} dòng đã có, "
        f"{len(done.rejected)} dòng bị loại."
    )
    if done.placed:
        placed = ", ".join(f"{name} {n}" for name, n in sorted(done.placed.items()))
        click.echo(
            f"Độ chính xác vị trí: {placed}; {done.doubtful} dòng cần xem lại vị trí, "
            f"{done.noted} dòng có ghi chú về tọa độ hoặc địa chỉ."
        )
    if done.dropped_columns:
        click.echo(f"Cột nêu danh tính đã bỏ, không lưu: {', '.join(done.dropped_columns)}.")
    if done.ignored_columns:
        click.echo(f"Cột không dùng: {', '.join(done.ignored_columns)}.")
    for warning in done.warnings:
        click.echo(f"Lưu ý: {warning}")
    _tell_changes(done.changes)
    if done.rejected:
        columns = Counter(row.column for row in done.rejected)
        told = ", ".join(f"«{column}» {n}" for column, n in columns.most_common())
        click.echo(f"Dòng bị loại theo cột: {told}.", err=True)
    for row in done.rejected[:_SHOWN]:
        click.echo(f"Dòng {row.line}, cột «{row.column}»: {row.reason}", err=True)
    if len(done.rejected) > _SHOWN:
        click.echo(f"… và {len(done.rejected) - _SHOWN} dòng bị loại khác.", err=True)


def _tell_changes(changes: Sequence[ToldChange]) -> None:
    for change in changes[:_SHOWN]:
        told = [
            f"{f.label}: {f.before} → {f.after}" if f.before else f"{f.label}: {f.after}"
            for f in change.fields
        ]
        click.echo(f"Sửa {change.ref}: {'; '.join((*told, *change.notes))}")
    if len(changes) > _SHOWN:
        click.echo(f"… và {len(changes) - _SHOWN} bản ghi khác được sửa; xem --report.")


def _report_json(done: ImportReport) -> str:
    fields: dict[str, Any] = {
        f.name: getattr(done, f.name)
        for f in dataclasses.fields(done)
        if f.name not in ("rejected", "changes")
    }
    fields["changes"] = [dataclasses.asdict(change) for change in done.changes]
    fields["rejected"] = [_rejected_fields(row) for row in done.rejected]
    return json.dumps(fields, ensure_ascii=False, indent=2, default=str) + "\n"


def _rejected_fields(row: RejectedRow) -> dict[str, Any]:
    return {f.name: getattr(row, f.name) for f in dataclasses.fields(row)}
