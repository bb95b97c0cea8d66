"""A read file goes into the database: import, records, rejected rows and audit event at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geo.records import RejectedRow
from geo.terms import Layer
from models import (
    audit,
    campaigns,
    corridors,
    facilities,
    hotspots,
    imports,
    incidents,
    indicators,
    sub_units,
)
from models.additions import Added
from models.audit_fields import told_changes
from models.imports import NewImport
from models.record_changes import changes_by_import
from models.session import Session
from models.viewers import Viewer
from webapp.services.consequences import follow_import
from webapp.services.import_changes import ToldChange, tell_changes

_SHOWN = 10

_ADD: dict[Layer, Callable[..., Added[Any]]] = {
    Layer.INCIDENTS: incidents.add_incidents,
    Layer.HOTSPOTS: hotspots.add_hotspots,
    Layer.INDICATORS: indicators.add_indicators,
    Layer.SUB_UNITS: sub_units.add_sub_units,
    Layer.CAMPAIGNS: campaigns.add_campaigns,
    Layer.CORRIDORS: corridors.add_corridors,
    Layer.FACILITIES: facilities.add_facilities,
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What the store made of a file; `changes` are the differences record by record.

    `revived` of the `accepted` had been withdrawn when an import was undone;
    `refused` rows could be read but must not be stored.
    """

    import_id: int
    accepted: int
    unchanged: int
    changed: int
    revived: int
    refused: tuple[RejectedRow, ...]
    changes: tuple[ToldChange, ...]
    warnings: tuple[str, ...]


def store_file(
    session: Session,
    viewer: Viewer,
    new: NewImport,
    records: Sequence[Any],
    rejected: Sequence[RejectedRow],
    *,
    at: datetime | None = None,
) -> StoredFile:
    """Store the records of a file and the rows that were not taken, in the caller's transaction.

    `at` is the moment of a declaration by form; files are stored at the current one.
    """
    import_id = imports.add_import(session, viewer, new, at=at)
    moment = {} if at is None else {"at": at}
    added = _ADD[new.layer](session, viewer, records, import_id, **moment)
    imports.add_rejected(session, viewer, import_id, [*rejected, *(refused := _refused(added))])
    followed = follow_import(session, viewer, new.layer, import_id, at=at)
    warnings = (*_remarks(added), *followed.told)
    counts = {
        "accepted": added.added,
        "unchanged": added.unchanged,
        "changed": added.changed,
        "rejected": len(rejected) + len(refused),
    }
    imports.finish_import(session, viewer, import_id, **counts, more_warnings=warnings)
    changes = changes_by_import(session, viewer, import_id) if added.changed else []
    what = {"layer": new.layer.value, "import_id": import_id, "sha256": new.file_sha256}
    what |= counts | told_changes(changes)
    audit.record(session, viewer, "import", f"import:{import_id}", what, at=at)
    return StoredFile(
        import_id=import_id,
        accepted=added.added,
        unchanged=added.unchanged,
        changed=added.changed,
        revived=added.revived,
        refused=refused,
        changes=tell_changes(session, viewer, changes),
        warnings=warnings,
    )


def _refused(added: Added[Any]) -> tuple[RejectedRow, ...]:
    return (
        *map(_repeated, added.conflicts),
        *map(_foreign, added.foreign),
        *map(_put_away, added.put_away),
    )


def _repeated(record: Any) -> RejectedRow:
    return _refusal(
        record,
        "«{}» đã có ở một dòng trước trong tệp này với nội dung khác; dòng trước được nhận. "
        "Hãy bỏ một trong hai dòng.",
    )


def _foreign(record: Any) -> RejectedRow:
    return _refusal(
        record,
        "«{}» đã có trong hệ thống ở ngoài phạm vi của tài khoản, với nội dung khác; bản đã có "
        "được giữ nguyên. Hãy kiểm tra lại mã hoặc đề nghị đơn vị cấp trên nhập.",
    )


def _put_away(record: Any) -> RejectedRow:
    return _refusal(
        record,
        "«{}» đã được một người rút khỏi danh sách và giữ nguyên như vậy. Muốn dùng lại thì khôi "
        "phục trên trang của nó (cơ sở, địa điểm: hoàn tác lần rút) rồi nhập lại.",
    )


def _refusal(record: Any, reason: str) -> RejectedRow:
    column = "ref" if hasattr(record, "ref") else "commune_code"
    name: str = getattr(record, column)
    return RejectedRow(record.line or 0, column, name, reason.format(name))


def _remarks(added: Added[Any]) -> tuple[str, ...]:
    """What a reader of the counts should know besides, as Vietnamese sentences."""
    told = []
    if added.revived:
        told.append(
            f"{added.revived} bản ghi đã bị rút khi hoàn tác một lần nhập trước nay được đưa "
            "trở lại; được tính vào số dòng mới."
        )
    if added.merged:
        refs = ", ".join(record.ref for record in added.merged[:_SHOWN])
        more = ", …" if len(added.merged) > _SHOWN else ""
        told.append(
            f"{len(added.merged)} dòng là hồ sơ đã được gộp vào hồ sơ khác, giữ nguyên như đã gộp "
            f"({refs}{more}); muốn cập nhật thì bỏ gộp trước."
        )
    if added.by_hand:
        refs = ", ".join(record.ref for record in added.by_hand[:_SHOWN])
        more = ", …" if len(added.by_hand) > _SHOWN else ""
        told.append(
            f"{len(added.by_hand)} dòng ghi như trước khi được sửa trên bản đồ nên giữ bản đã sửa "
            f"({refs}{more}); muốn trở lại như tệp thì hoàn tác lần sửa ấy."
        )
    return tuple(told)
