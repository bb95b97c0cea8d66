"""The commands about files that were taken in: imports list, imports undo."""

from __future__ import annotations

import click

from models.errors import ConflictError
from models.imports import StoredImport
from models.viewers import LOCAL_OPERATOR
from webapp.actors import actor
from webapp.cli.opening import now, opened_database, read_settings
from webapp.labels import LAYERS, vn_moment
from webapp.services import registers
from webapp.services.import_undo import UndoPreview, preview_undo, undo_import


@click.group(help="Xem các lần nhập, hoàn tác một lần nhập.")
def imports() -> None:
    """The group of commands about imports."""


@imports.command("list", help="Liệt kê các lần nhập, mới nhất trước.")
def list_() -> None:
    """One line an import."""
    with opened_database(read_settings()) as database:
        found = registers.list_imports(database, LOCAL_OPERATOR)
    for stored in found:
        click.echo(_line(stored))
    if not found:
        click.echo("Chưa có lần nhập nào.")


@imports.command("undo", help="Hoàn tác cả một lần nhập theo số của nó.")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--dry-run", is_flag=True, help="Chỉ cho biết sẽ làm gì.")
def undo(number: int, *, dry_run: bool) -> None:
    """Undo one import, or tell what undoing it would do."""
    with opened_database(read_settings()) as database:
        if dry_run:
            click.echo(_told(preview_undo(database, LOCAL_OPERATOR, number)))
            return
        done = undo_import(database, LOCAL_OPERATOR, number, at=now())
    click.echo(
        f"Đã hoàn tác lần nhập {number}: rút {done.removed} bản ghi, "
        f"trả {done.restored} bản ghi về nội dung trước đó. Nhập lại tệp nếu cần lấy lại; "
        "chạy lại «analyse» để cụm và phân loại theo dữ liệu mới."
    )


def _told(preview: UndoPreview) -> str:
    number = preview.stored.id
    if preview.stored.undone_at is not None:
        raise ConflictError(f"Lần nhập {number} đã được hoàn tác rồi.")
    if preview.hindrance:
        raise ConflictError(f"Chưa hoàn tác được lần nhập {number}: {preview.hindrance}.")
    parted = f" Bỏ gộp các hồ sơ: {', '.join(preview.parted)}." if preview.parted else ""
    return (
        f"Hoàn tác lần nhập {number} sẽ rút {preview.removed} bản ghi và trả "
        f"{preview.restored} bản ghi về nội dung trước đó.{parted}"
    )


def _line(stored: StoredImport) -> str:
    counts = (
        f"{stored.accepted} mới, {stored.changed} sửa, {stored.unchanged} không đổi, "
        f"{stored.rejected} loại"
    )
    undone = f" [đã hoàn tác {vn_moment(stored.undone_at)}]" if stored.undone_at else ""
    return (
        f"{stored.id}  {vn_moment(stored.at)}  {LAYERS[stored.layer]}  {stored.file_name}  "
        f"({actor(stored.by_user)}): {counts}{undone}"
    )
