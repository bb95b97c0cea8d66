"""Rows of the hotspot register become drafts with their dated events."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import partial

from geo.cells import parse_date, parse_flag
from geo.drafts import Drafts, RowRefusedError, place_query, read_cell, read_rows, row_ref
from geo.persons import plain_words
from geo.records import HotspotEvent, PlaceQuery
from geo.rows import Row
from geo.tables import Table
from geo.terms import DatePrecision, EventType, HotspotKind, HotspotStatus
from geo.words import parse_hotspot_kind, parse_status


@dataclass(frozen=True, slots=True)
class HotspotDraft:
    """A hotspot before it is placed."""

    line: int
    ref: str
    name: str
    kind: HotspotKind
    is_dwelling: bool
    address_text: str
    events: tuple[HotspotEvent, ...]
    place: PlaceQuery


def read_hotspots(table: Table, *, today: date) -> Drafts[HotspotDraft]:
    """Draft the hotspots of a table with the dated events the row states.

    The status column must agree with the dates, since the status is derived from
    the events and never stored: a row where they contradict is refused.
    """
    return read_rows(table, lambda row: _keyed(_hotspot(row, today)), "ref")


def _keyed(hotspot: HotspotDraft) -> tuple[str, HotspotDraft]:
    return hotspot.ref, hotspot


def _hotspot(row: Row, today: date) -> HotspotDraft:
    events = _events(row, today)
    kind = read_cell(row, "kind", parse_hotspot_kind) or HotspotKind.POINT
    name, address = row.cells.get("name", ""), row.cells.get("address_text", "")
    said = read_cell(row, "is_dwelling", parse_flag)
    ref = row_ref(row, name, kind, *((event.type, event.on) for event in events))
    dwelling = _DWELLING.search(plain_words(f"{name} {address}")) is not None
    return HotspotDraft(
        line=row.line,
        ref=ref,
        name=name or ref,
        kind=kind,
        is_dwelling=dwelling if said is None else said,
        address_text=address,
        events=events,
        place=place_query(row, events[-1].on),
    )


_DWELLING = re.compile(r"\b(?:nha (?:rieng|o|dan|tro|ong|ba|anh|chi|so)|ho gia dinh|phong tro)\b")
_EVENTS = {
    "suspected_on": EventType.SUSPECTED,
    "opened_on": EventType.OPENED,
    "cleared_on": EventType.CLEARED,
    "re_emerged_on": EventType.RE_EMERGED,
    "delisted_on": EventType.DELISTED,
}
_LAST = {
    HotspotStatus.SUSPECTED: EventType.SUSPECTED,
    HotspotStatus.ACTIVE: EventType.OPENED,
    HotspotStatus.CLEARED: EventType.CLEARED,
    HotspotStatus.RE_EMERGED: EventType.RE_EMERGED,
    HotspotStatus.DELISTED: EventType.DELISTED,
}


def _events(row: Row, today: date) -> tuple[HotspotEvent, ...]:
    status = read_cell(row, "status", parse_status)
    events: list[HotspotEvent] = []
    for name, kind in _EVENTS.items():
        dated = read_cell(row, name, partial(parse_date, today=today))
        if dated is None:
            continue
        if events and dated.on < events[-1].on:
            raise RowRefusedError(name, row.cells[name], _DISORDER.format(events[-1].on))
        suspected = name == "opened_on" and status is HotspotStatus.SUSPECTED
        note = "" if dated.precision is DatePrecision.DAY else f"chỉ biết {_KNOWN[dated.precision]}"
        events.append(HotspotEvent(EventType.SUSPECTED if suspected else kind, dated.on, note))
    if not events:
        raise RowRefusedError("opened_on", "", "thiếu ngày phát hiện: điền ô này rồi nạp lại")
    if status and _LAST[status] is not events[-1].type:
        raise RowRefusedError("status", row.cells["status"], _contradiction(status, events[-1]))
    return tuple(events)


_DISORDER = "ngày này trước ngày {:%d/%m/%Y} của sự kiện đứng trước: sửa lại thứ tự ngày"
_KNOWN = {DatePrecision.MONTH: "tháng", DatePrecision.YEAR: "năm"}


def _contradiction(status: HotspotStatus, last: HotspotEvent) -> str:
    needed = {
        HotspotStatus.CLEARED: "ngày triệt xóa",
        HotspotStatus.RE_EMERGED: "ngày tái phức tạp",
        HotspotStatus.DELISTED: "ngày đưa ra khỏi danh sách",
    }
    if status in needed:
        return f"trạng thái không khớp ngày: thiếu {needed[status]}, hoặc có ngày sau đó"
    return f"trạng thái không khớp ngày: sự kiện cuối cùng là ngày {last.on:%d/%m/%Y}; sửa một bên"
