"""What an import changed, in Vietnamese words: the field, what it said, what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import shapely

from geo.records import Indicators
from geo.routes import line_length_km
from geo.sub_unit_names import KIND_NAMES
from geo.terms import Layer, SeizureUnit, Substance
from models import communes
from models.record_changes import FieldChange, RecordChange
from models.session import Session
from models.viewers import Viewer
from webapp.facility_labels import FACILITY_KINDS
from webapp.labels import (
    AT_HOME,
    DETECTED_BY,
    EVENT_TYPES,
    HOTSPOT_KINDS,
    INCIDENT_KINDS,
    PRECISIONS,
)
from webapp.standing_labels import CORRIDOR_MODES, CORRIDOR_REACHES
from webapp.told import Told, as_written, told, told_list

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "occurred_on": "Ngày xảy ra",
        "date_precision": "Ngày biết đến",
        "kind": "Loại",
        "detected_by": "Đơn vị phát hiện",
        "verified": "Đã xác minh",
        "offenders": "Số đối tượng",
        "seizures": "Tang vật",
        "address_text": "Địa chỉ",
        "home": "Nơi xảy ra có phải nơi ở",
        "commune_code_now": "Xã định vị được",
        "precision": "Mức định vị",
        "name": "Tên",
        "is_dwelling": "Là nhà ở",
        "events": "Diễn biến",
        "written.commune_code": "Mã xã ghi trong tệp",
        "written.commune_name": "Xã ghi trong tệp",
        "written.district_name": "Huyện ghi trong tệp",
        "written.province_name": "Tỉnh ghi trong tệp",
        "written.lat_cell": "Vĩ độ ghi trong tệp",
        "written.lon_cell": "Kinh độ ghi trong tệp",
        "written.coordinate_cell": "Tọa độ ghi trong tệp",
        "commune_code": "Xã",
        "starts_on": "Từ ngày",
        "ends_on": "Đến ngày",
        "area_text": "Địa bàn",
        "radius_m": "Bán kính (m)",
        "note": "Ghi chú",
        "withdrawn": "Đã rút",
        "mode": "Loại hình",
        "reach": "Phạm vi",
        "decision": "Số quyết định",
        "decided_on": "Ngày quyết định",
        "valid_from": "Hiệu lực từ",
        "valid_to": "Hiệu lực đến",
        "width_m": "Bề rộng (m)",
        "geom": "Đường tuyến",
        "lon": "Kinh độ",
        "lat": "Vĩ độ",
        "residents": "Nhân khẩu",
        "dependents": "Người nghiện có hồ sơ quản lý",
        "users": "Người sử dụng trái phép có hồ sơ quản lý",
        "substitution": "Đang điều trị thay thế",
        "home_rehab": "Đang cai nghiện tại gia đình, cộng đồng",
        "post_rehab": "Đang quản lý sau cai",
        "use_dens": "Điểm tổ chức, chứa chấp sử dụng",
        "offenders_arrested": "Người phạm tội bị bắt tại địa bàn",
        "resident_offenders": "Người cư trú phạm tội",
        "fugitives": "Đối tượng truy nã lẩn trốn",
        "plants": "Số cây đã phá",
        "plant_area_m2": "Diện tích cây đã phá (m²)",
        "on_key_route": "Nằm trên tuyến trọng điểm",
    }
)
"""Names of the fields that can change, as an official reads them."""

SUBSTANCES: Mapping[str, str] = MappingProxyType(
    {
        Substance.HEROIN: "heroin",
        Substance.SYNTHETIC: "ma túy tổng hợp",
        Substance.CANNABIS: "cần sa",
        Substance.OPIUM: "thuốc phiện",
        Substance.COCAINE: "cocain",
        Substance.KETAMINE: "ketamin",
        Substance.OTHER: "chất khác",
    }
)

UNITS: Mapping[str, str] = MappingProxyType(
    {
        SeizureUnit.KG: "kg",
        SeizureUnit.TABLET: "viên",
        SeizureUnit.PLANT: "cây",
        SeizureUnit.M2: "m²",
    }
)

DAY_KNOWN = {"day": "ngày", "month": "tháng", "year": "năm"}
WITHDRAWN = {"by_hand": "có", "undone": "khi hoàn tác lần nhập"}
_NOTHING = told("để trống")


@dataclass(frozen=True, slots=True)
class ToldField:
    """One field: its name, what it said before and what it says now."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One changed record in words; `notes` say what the fields do not."""

    ref: str
    source: str
    line: int | None
    import_id: int | None
    at: datetime
    by: str
    fields: tuple[ToldField, ...]
    notes: tuple[str, ...]


def tell_changes(
    session: Session, viewer: Viewer, changes: Sequence[RecordChange]
) -> tuple[ToldChange, ...]:
    """Changes in words, communes by their names on the map in force."""
    if not changes:
        return ()
    names = _commune_names(session, viewer, changes)
    return tuple(_told(change, names) for change in changes)


def _told(change: RecordChange, names: Mapping[str, str]) -> ToldChange:
    return ToldChange(
        ref=change.ref if change.layer is not Layer.INDICATORS else _named(change.ref, names),
        source=change.source,
        line=change.line,
        import_id=change.import_id,
        at=change.at,
        by=change.by,
        fields=tuple(_told_field(change.layer, field, names) for field in change.fields),
        notes=tuple(_notes(change)),
    )


def _told_field(layer: Layer, field: FieldChange, names: Mapping[str, str]) -> ToldField:
    before, after = field.before, field.after
    if field.name == "events":  # a history only grows: what is new tells all
        known = [(type_, on) for type_, on, _note in before or ()]
        after = [event for event in after or () if (event[0], event[1]) not in known]
        return ToldField(told("Diễn biến thêm"), "", _value(layer, "events", after, names))
    said = (_value(layer, field.name, value, names) for value in (before, after))
    of_incident = layer is Layer.INCIDENTS and field.name == "kind"
    label = "Hành vi" if of_incident else FIELDS.get(field.name, field.name)
    return ToldField(told(label), *said)


def _value(layer: Layer, name: str, value: Any, names: Mapping[str, str]) -> Told:
    if value is None or value in ("", []):
        return _NOTHING
    if isinstance(value, bool):
        return told("có") if value else told("không")
    if name in _TOLD:
        return _TOLD[name](value)
    if name in ("commune_code_now", "commune_code"):
        return as_written(_named(value, names))
    words = _words(layer, name)
    known = words is not None and value in words
    return told(words[value]) if words and known else as_written(str(value))


def _day(text: str) -> Told:
    return Told("{day}", {"day": date.fromisoformat(text)})


def _events(events: Sequence[Sequence[str]]) -> Told:
    said = [told_list([told(EVENT_TYPES[type_]), _day(on)], " ") for type_, on, *_note in events]
    return told_list(said, "; ")


def _seized(seizures: Sequence[tuple[str, float, str]]) -> Told:
    said = [
        told_list([told(SUBSTANCES[what]), _number(quantity), told(UNITS[unit])], " ")
        for what, quantity, unit in seizures
    ]
    return told_list(said, "; ")


def _number(value: float) -> Told:
    """A number with all of its digits.

    >>> _number(12345), _number(0.0125)
    ('12.345', '0,0125')
    """
    digits = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    return told(f"{{n:{digits}}}", n=value)


def _line(hexadecimal: str) -> Told:
    """A line by its length and the number of its corners."""
    line = shapely.from_wkb(hexadecimal)
    n_corners = len(shapely.get_coordinates(line))
    return told("dài {km:1} km, {n} điểm", km=line_length_km(line), n=n_corners)


_DECLARED = (f.name for f in fields(Indicators) if f.name not in ("commune_code", "period", "line"))
_TOLD: Mapping[str, Callable[[Any], Told]] = {
    **dict.fromkeys(("offenders", "radius_m", "width_m", *_DECLARED), _number),
    **dict.fromkeys(("occurred_on", "starts_on", "ends_on"), _day),
    **dict.fromkeys(("decided_on", "valid_from", "valid_to"), _day),
    "geom": _line,
    "events": _events,
    "seizures": _seized,
}


def _words(layer: Layer, name: str) -> Mapping[str, str] | None:
    if name == "kind":
        of_layer: dict[Layer, Mapping[Any, str]] = {
            Layer.INCIDENTS: INCIDENT_KINDS,
            Layer.HOTSPOTS: HOTSPOT_KINDS,
            Layer.SUB_UNITS: KIND_NAMES,
            Layer.FACILITIES: FACILITY_KINDS,
        }
        return of_layer.get(layer)
    known: Mapping[str, Mapping[str, str]] = {
        "detected_by": DETECTED_BY,
        "home": AT_HOME,
        "precision": PRECISIONS,
        "date_precision": DAY_KNOWN,
        "mode": CORRIDOR_MODES,
        "reach": CORRIDOR_REACHES,
        "withdrawn": WITHDRAWN,
    }
    return known.get(name)


def _notes(change: RecordChange) -> Iterable[str]:
    if change.revived:
        yield told("Đã bị rút khi hoàn tác một lần nhập, nay được đưa trở lại.")
    if change.kept_events:
        kept = _events(change.kept_events)
        yield told("Tệp không nêu nhưng vẫn giữ trong diễn biến: {events}.", events=kept)
    if change.overruled:
        yield told(
            "Nơi ghi trong tệp đã khác nên vị trí do người quyết định trước đây hết hiệu lực."
        )
    if change.hidden:
        yield told("Có nội dung ngoài phạm vi của tài khoản, không hiện ở đây.")
    if not change.fields and not change.revived and not change.hidden:
        yield told("Chỉ khác cách ghi, không khác nội dung hiển thị.")


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{names[code]} ({code})" if code in names else code


def _commune_names(
    session: Session, viewer: Viewer, changes: Sequence[RecordChange]
) -> dict[str, str]:
    codes = {change.ref for change in changes if change.layer is Layer.INDICATORS}
    for change in changes:
        for field in change.fields:
            if field.name in ("commune_code_now", "commune_code"):
                codes |= {code for code in (field.before, field.after) if code}
    return communes.names_of(session, viewer, codes)
