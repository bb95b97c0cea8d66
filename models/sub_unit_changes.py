"""What a person does with the hamlets of a commune: adding, renaming, taking off, bringing back.

Each is an import of its own, made by the caller, so that it is listed, versioned and
undone as any other. Who may declare for a commune may do it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from geo.sub_unit_names import SubUnitName
from geo.terms import Layer
from models.additions import BY_HAND, insert_rows, keep_others_from_writing, update_rows
from models.disclosure import in_scope, provinces_of
from models.errors import ConflictError, NotFoundError
from models.record_versions import NewVersion, content_of, keep_versions
from models.sub_units import (
    HAND_SOURCE,
    StoredSubUnit,
    SubUnit,
    content_digest,
    stored_sub_unit_row,
    sub_unit_values,
)
from models.tables import imports, record_versions, sub_units
from models.viewers import Role, Viewer

MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class HamletChange:
    """One thing a person did, in a sentence; `undone`: taken back on the page of imports."""

    told: str
    at: datetime
    by: str
    undone: bool


def writer_in(session: Session, viewer: Viewer, commune_code: str) -> Viewer:
    """The viewer as one who may write to the register of a commune, within the same scope.

    The officer of a commune keeps its list of hamlets and writes nothing else.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare for the commune.
    """
    province = provinces_of(session, [commune_code]).get(commune_code)
    viewer.require_declare(province, commune_code)
    return viewer if viewer.may_write else replace(viewer, role=Role.PLANNER)


def find_hamlet(session: Session, viewer: Viewer, commune_code: str, id: int) -> StoredSubUnit:
    """One hamlet of a commune, taken off or not.

    Raises
    ------
    NotFoundError
        If the commune has none of this number that the viewer sees.
    """
    return stored_sub_unit_row(_row(session, viewer, commune_code, id))


def withdrawn_by_hand(session: Session, viewer: Viewer, commune_code: str) -> list[StoredSubUnit]:
    """The hamlets of a commune that a person took off the list, by name."""
    c = sub_units.c
    mine = (c.commune_code == commune_code, c.withdrawn == BY_HAND)
    statement = select(sub_units).where(*mine, in_scope(viewer, sub_units))
    found = session.execute(statement.order_by(c.name, c.id))
    return [stored_sub_unit_row(row) for row in found]


def changes_by_hand(session: Session, viewer: Viewer, commune_code: str) -> list[HamletChange]:
    """What persons did with the hamlets of a commune, the latest first, at most fifty."""
    c, v, i = sub_units.c, record_versions.c, imports.c
    units = session.execute(
        select(c.id, c.import_id).where(c.commune_code == commune_code, in_scope(viewer, sub_units))
    ).all()
    keys = [str(row.id) for row in units]
    of_units = (v.layer == Layer.SUB_UNITS.value, v.record_key.in_(keys))
    ids = {row.import_id for row in units}
    for row in session.execute(select(v.import_id, v.replaced_by_import).where(*of_units)):
        ids |= {row.import_id, row.replaced_by_import}
    statement = (
        select(i.file_name, i.at, i.by_user, i.undone_at)
        .where(i.id.in_(sorted(ids - {None})), i.source == HAND_SOURCE)
        .order_by(i.id.desc())
        .limit(MOST_CHANGES)
    )
    return [
        HamletChange(row.file_name, row.at, row.by_user, row.undone_at is not None)
        for row in session.execute(statement)
    ]


def add_hamlet(
    session: Session,
    viewer: Viewer,
    commune_code: str,
    *,
    name: str,
    normal: SubUnitName,
    import_id: int,
) -> int:
    """Add a hamlet to a commune; its number.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare for the commune.
    ConflictError
        If the list has one of this name, or a person took it off.
    """
    writer_in(session, viewer, commune_code)
    keep_others_from_writing(session, sub_units)
    _require_free(session, commune_code, normal)
    province = provinces_of(session, [commune_code]).get(commune_code)
    # An undone addition keeps its number; the import tells the two apart.
    ref = f"{commune_code}-{normal}-{import_id}"
    record = SubUnit(ref, HAND_SOURCE, name, normal, commune_code)
    (id_,) = insert_rows(session, sub_units, [sub_unit_values(record, province, import_id)])
    return id_


def rename_hamlet(
    session: Session,
    viewer: Viewer,
    commune_code: str,
    id: int,
    *,
    name: str,
    normal: SubUnitName,
    import_id: int,
    seen: int | None = None,
) -> None:
    """Give a hamlet another name; the one it had is kept as a version.

    `seen` is the import of the content on the screen of who renames.

    Raises
    ------
    NotFoundError, NotAllowedError
        If the commune has no such hamlet, or the viewer may not declare for it.
    ConflictError
        If it is taken off, was changed since, or another one has the name.
    """
    old = _to_change(session, viewer, commune_code, id, seen)
    _require_free(session, commune_code, normal, but=id)
    place = (commune_code, old.lon, old.lat)
    row = {
        "name": name,
        "name_key": str(normal),
        "kind": str(normal.kind),
        "content_sha256": content_digest(name, normal, place),
    }
    _rewrite(session, writer_in(session, viewer, commune_code), old, row, import_id)


def take_off_hamlet(
    session: Session,
    viewer: Viewer,
    commune_code: str,
    id: int,
    *,
    import_id: int,
    seen: int | None = None,
) -> None:
    """Take a hamlet off the list; nothing of it is lost, and no file brings it back.

    Raises
    ------
    NotFoundError, NotAllowedError, ConflictError
        As `rename_hamlet`.
    """
    old = _to_change(session, viewer, commune_code, id, seen)
    writer = writer_in(session, viewer, commune_code)
    _rewrite(session, writer, old, {"withdrawn": BY_HAND}, import_id)


def bring_back_hamlet(
    session: Session,
    viewer: Viewer,
    commune_code: str,
    id: int,
    *,
    import_id: int,
    seen: int | None = None,
) -> None:
    """Bring a hamlet back that a person took off.

    Raises
    ------
    NotFoundError, NotAllowedError
        If the commune has no such hamlet, or the viewer may not declare for it.
    ConflictError
        If nobody took it off, it was changed since, or another one has its name by now.
    """
    writer = writer_in(session, viewer, commune_code)
    keep_others_from_writing(session, sub_units)
    old = _row(session, viewer, commune_code, id)
    if old.withdrawn != BY_HAND:
        raise ConflictError(f"«{old.name}» đang có trong danh sách; không có gì để khôi phục.")
    _require_seen(old, seen)
    _require_free(session, commune_code, stored_sub_unit_row(old).normal, but=id)
    _rewrite(session, writer, old, {"withdrawn": None}, import_id)


def _to_change(
    session: Session, viewer: Viewer, commune_code: str, id: int, seen: int | None
) -> Row[Any]:
    """A hamlet on the list as it stands, held until the transaction ends."""
    writer_in(session, viewer, commune_code)
    keep_others_from_writing(session, sub_units)
    old = _row(session, viewer, commune_code, id)
    if old.withdrawn is not None:
        raise ConflictError(f"«{old.name}» không còn trong danh sách; hãy mở lại trang để xem.")
    _require_seen(old, seen)
    return old


def _require_seen(old: Row[Any], seen: int | None) -> None:
    if seen is not None and old.import_id != seen:
        raise ConflictError(
            f"«{old.name}» đã được sửa ở nơi khác sau khi đồng chí mở trang này. Chưa ghi gì; hãy "
            "xem lại tên đang lưu rồi làm lại nếu vẫn cần."
        )


def _row(session: Session, viewer: Viewer, commune_code: str, id: int) -> Row[Any]:
    c = sub_units.c
    mine = (c.id == id, c.commune_code == commune_code, in_scope(viewer, sub_units))
    row = session.execute(select(sub_units).where(*mine)).one_or_none()
    if row is None:
        raise NotFoundError(f"Xã có mã «{commune_code}» không có thôn, tổ dân phố số {id}.")
    return row


def _require_free(
    session: Session, commune_code: str, normal: SubUnitName, but: int | None = None
) -> None:
    """Refuse a name that another hamlet of the list has, or one that was taken off by hand."""
    c = sub_units.c
    listed = or_(c.withdrawn.is_(None), c.withdrawn == BY_HAND)
    same = (c.commune_code == commune_code, c.name_key == str(normal), listed)
    rows = session.execute(select(c.id, c.name, c.withdrawn).where(*same)).all()
    for row in rows:
        if row.id != but and row.withdrawn is None:
            raise ConflictError(
                f"Danh sách đã có «{row.name}». Nếu là hai nơi khác nhau, hãy ghi thêm để phân "
                "biệt, ví dụ khu phố hoặc xã cũ."
            )
        if row.id != but and but is None:
            raise ConflictError(
                f"«{row.name}» đã bị bỏ khỏi danh sách; hãy khôi phục ở cuối trang thay vì thêm "
                "mới."
            )


def _rewrite(
    session: Session, viewer: Viewer, old: Row[Any], row: dict[str, Any], import_id: int
) -> None:
    version = NewVersion(str(old.id), content_of(sub_units, old), old.import_id)
    keep_versions(session, viewer, Layer.SUB_UNITS, [version], replaced_by_import=import_id)
    update_rows(session, sub_units, {old.id: {**row, "import_id": import_id}})
