"""Key routes of a file on their way into the register: what a row leaves open, and who may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from geo.corridor_rows import CorridorDraft, read_corridors
from geo.drafts import refused_row
from geo.errors import GeoError
from geo.records import Corridor, RejectedRow
from geo.routes import line_length_km
from geo.standing_terms import CorridorMode, CorridorReach
from geo.tables import Table
from geo.typed_text import typed_text, without_marks
from models import communes
from models.corridor_crossings import (
    CommuneOn,
    load_route_map,
    may_decide,
    provinces_on,
    reached_outside,
)
from models.session import Session
from models.viewers import Scope, ScopeKind, Viewer
from webapp.labels import vn_number
from webapp.told import told

OFF_THE_MAP = told(
    "tuyến không chạm xã nào của bản đồ: kiểm tra lại tọa độ (WGS 84, kinh độ trước vĩ độ)"
)
NAMELESS = told("hãy ghi tên gọi của tuyến, không phải tên người")
_WITHOUT_GROUND = (CorridorMode.SEA, CorridorMode.AIR)
"""Such routes may run where there is no commune."""

_AWAY_KM = 1.0
_SHOWN = 10

NO_WIDTH = "Không ghi bề rộng nên chỉ tính đúng đường tuyến (0 m)"
NO_MODE = "Không ghi loại hình nên ghi là «khác»"
NO_DECISION = "Không ghi số quyết định"
SWAPPED = "Vĩ độ, kinh độ của đường tuyến bị ghi đảo, đã đổi lại"
STARTS_WITH_DECISION = "Không ghi ngày hiệu lực nên lấy ngày quyết định"
REACH_TAKEN = {
    CorridorReach.INTRA: "Không ghi phạm vi; tuyến chỉ qua một tỉnh nên ghi là nội tỉnh",
    CorridorReach.INTER: "Không ghi phạm vi; tuyến qua nhiều tỉnh nên ghi là liên tỉnh",
}
REACH_DIFFERS = {
    CorridorReach.INTRA: "Ghi là nội tỉnh nhưng đường tuyến qua nhiều tỉnh; giữ như tệp ghi",
    CorridorReach.INTER: "Ghi là liên tỉnh nhưng đường tuyến chỉ qua một tỉnh; giữ như tệp ghi",
}
AWAY = "Đường tuyến có đoạn ngoài ranh giới các xã (trên biển hoặc ngoài nước)"


class RefusedRouteError(GeoError):
    """A route is not taken; `name` is the field that says why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name


@dataclass(frozen=True, slots=True)
class PlacedCorridors:
    """The routes of a file that may be stored, and the rows that may not."""

    records: list[Corridor]
    rejected: list[RejectedRow]
    warnings: tuple[str, ...]


@dataclass(slots=True)
class _Remarks:
    """What was taken for granted, by the sentence that says so, and what the routes cross."""

    by_text: dict[str, list[str]] = field(default_factory=dict)
    crossed: list[str] = field(default_factory=list)

    def add(self, text: str, draft: CorridorDraft) -> None:
        """Note a sentence for a route."""
        self.by_text.setdefault(text, []).append(f"{draft.ref} (dòng {draft.line})")

    def told(self) -> tuple[str, ...]:
        """One sentence for each kind of remark, then what the routes cross."""
        remarks = (f"{text}: {_listed(refs, ', ')}." for text, refs in self.by_text.items())
        crossed = f"Các tuyến đi qua: {_listed(self.crossed, '; ')}." if self.crossed else ""
        return (*remarks, *filter(None, [crossed]))


def place_corridors(session: Session, viewer: Viewer, table: Table, source: str) -> PlacedCorridors:
    """Read the routes of a table, lay them over the map in force, fill in what is left open."""
    drafts = read_corridors(table)
    route_map = load_route_map(session, viewer)
    names = communes.province_names(session, viewer)
    records, rejected, remarks = [], list(drafts.rejected), _Remarks()
    for draft in drafts.accepted:
        crossings = route_map.lay(draft.geometry, draft.width_m or 0.0)
        try:
            require_sure(draft, crossings, viewer.scope, names)
        except RefusedRouteError as refused:
            rejected.append(refused_row(table, draft.line, refused.name, str(refused)))
            continue
        records.append(corridor_of(draft, source, provinces_on(crossings)))
        _remark(draft, crossings, remarks)
    rejected.sort(key=lambda row: row.line)
    return PlacedCorridors(records, rejected, (*drafts.warnings, *remarks.told()))


def require_sure(
    draft: CorridorDraft, crossings: Sequence[CommuneOn], scope: Scope, names: Mapping[str, str]
) -> None:
    """Refuse a route without a name, off the map, or outside the account's area.

    Raises
    ------
    RefusedRouteError
        Naming the field that says why.
    """
    if not without_marks(draft.name):
        raise RefusedRouteError("name", NAMELESS)
    if not crossings and draft.mode not in _WITHOUT_GROUND:
        raise RefusedRouteError("geometry", OFF_THE_MAP)
    provinces = provinces_on(crossings)
    if not may_decide(scope, crossings):
        raise RefusedRouteError("geometry", _foreign(scope, crossings, names))
    if draft.reach is CorridorReach.INTER and scope.kind is not ScopeKind.NATION:
        _require_all_provinces(provinces)


def _foreign(scope: Scope, crossings: Sequence[CommuneOn], names: Mapping[str, str]) -> str:
    """Why an account may not decide on a route: the line leaves its area, or the band alone."""
    through = provinces_on(crossings)
    outside = reached_outside(scope, crossings)
    by_line = not through or set(through) & set(outside)
    codes = through if by_line else outside
    listed = ", ".join(names.get(code, code) for code in codes) or told("vùng biển, vùng trời")
    if by_line:
        return told(
            "tuyến qua {names}, có nơi ngoài phạm vi của tài khoản: tuyến liên tỉnh do cấp Bộ hoặc "
            "tài khoản phụ trách đủ các tỉnh ấy nhập",
            names=listed,
        )
    return told(
        "tuyến hoặc dải theo bề rộng chạm {names}, ngoài phạm vi của tài khoản: ghi bề rộng hẹp "
        "lại, vẽ đường lùi vào trong địa giới, hoặc đề nghị cấp Bộ nhập tuyến này",
        names=listed,
    )


def _require_all_provinces(provinces: Sequence[str]) -> None:
    """An account of provinces brings an inter-provincial route only with all of its provinces."""
    if len(provinces) < 2:
        raise RefusedRouteError(
            "reach",
            told(
                "tuyến ghi là liên tỉnh nhưng đường tuyến chỉ qua một tỉnh: vẽ đủ đường, sửa phạm "
                "vi, hoặc đề nghị cấp Bộ nhập"
            ),
        )


def corridor_of(draft: CorridorDraft, source: str, provinces: Sequence[str]) -> Corridor:
    """The route of a draft; what it leaves open is taken from the provinces it runs through."""
    return Corridor(
        ref=draft.ref,
        source=source,
        name=draft.name,
        mode=draft.mode or CorridorMode.OTHER,
        reach=draft.reach or _reach_of(provinces),
        decision=typed_text(draft.decision),
        decided_on=draft.decided_on,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        width_m=draft.width_m or 0.0,
        geometry=draft.geometry,
        note=typed_text(draft.note),
        line=draft.line,
    )


def _reach_of(provinces: Sequence[str]) -> CorridorReach:
    return CorridorReach.INTER if len(provinces) > 1 else CorridorReach.INTRA


def _remark(draft: CorridorDraft, crossings: Sequence[CommuneOn], remarks: _Remarks) -> None:
    """Note what a row left open, what it contradicts, and what its route crosses."""
    provinces = provinces_on(crossings)
    if draft.width_m is None:
        remarks.add(NO_WIDTH, draft)
    if draft.mode is None:
        remarks.add(NO_MODE, draft)
    if not draft.decision:
        remarks.add(NO_DECISION, draft)
    if draft.swapped:
        remarks.add(SWAPPED, draft)
    if draft.starts_with_decision:
        remarks.add(STARTS_WITH_DECISION, draft)
    if draft.reach is None:
        remarks.add(REACH_TAKEN[_reach_of(provinces)], draft)
    elif provinces and draft.reach is not _reach_of(provinces):
        remarks.add(REACH_DIFFERS[draft.reach], draft)
    inside_km = sum(each.length_km for each in crossings)
    if line_length_km(draft.geometry) - inside_km > _AWAY_KM:
        remarks.add(AWAY, draft)
    remarks.crossed.append(
        f"{draft.ref} qua {vn_number(len(crossings))} xã của {vn_number(len(provinces))} tỉnh"
    )


def _listed(texts: Iterable[str], mark: str) -> str:
    found = list(texts)
    more = f"{mark}và {vn_number(len(found) - _SHOWN)} tuyến khác" if len(found) > _SHOWN else ""
    return mark.join(found[:_SHOWN]) + more
