"""The page of pairs that may be one case: two reports side by side, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, cos, hypot, radians

from geo.crs import METRES_PER_DEGREE
from geo.records import Seizure
from geo.terms import Layer, SeizureUnit
from models import communes, duplicate_decisions, duplicates
from models.case_reports import StoredReport
from models.duplicates import Pair, PairState
from models.errors import NotFoundError
from models.repeating import repeatable
from models.reviews import hold_places
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.labels import DETECTED_BY, INCIDENT_KINDS, PRECISIONS
from webapp.services.consequences import class_anew, touched_rows
from webapp.services.import_changes import SUBSTANCES, UNITS
from webapp.services.stamps import require_seen
from webapp.told import Told, as_written, told, told_list

PAGE_SIZE = 10
MOST_DECIDED = 60
STRONG, FAIR = 0.65, 0.45
"""From these scores on the ground is called strong, or fair."""

SKETCH_PX = 132
_MARGIN_PX = 26


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that both reports say, or not; `own` where each report has its own by nature."""

    label: str
    kept: str
    other: str
    own: bool = False

    @property
    def differs(self) -> bool:
        """Whether the reports say two things."""
        return self.kept != self.other


@dataclass(frozen=True, slots=True)
class Sketch:
    """Two points on a square of `SKETCH_PX` pixels, north up, with a scale bar."""

    kept: tuple[float, float]
    other: tuple[float, float]
    bar_m: int
    bar_px: float


@dataclass(frozen=True, slots=True)
class Card:
    """A pair as the page shows it.

    `ground` is strong, fair or weak; `reasons` speak for one case, `doubts` against
    it. `may_swap` says whether the other report may stand in place of the kept one.
    """

    pair: Pair
    title: str
    ground: str
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    lines: tuple[Line, ...]
    sketch: Sketch | None
    may_swap: bool


@dataclass(frozen=True, slots=True)
class DuplicatesPage:
    """One page of proposals and what was decided last."""

    cards: tuple[Card, ...]
    total: int
    number: int
    pages: int
    decided: tuple[Pair, ...]
    names: Mapping[str, str]


def open_duplicates(database: Database, viewer: Viewer, number: int = 1) -> DuplicatesPage:
    """The proposals of a page, the likeliest first; past the last page the last one."""
    viewer.require_write()
    with unit_of_work(database, viewer, read_only=True) as session:
        total = duplicates.count_proposals(session, viewer)
        pages = max(1, ceil(total / PAGE_SIZE))
        number = min(max(number, 1), pages)
        offset = (number - 1) * PAGE_SIZE
        pairs = duplicates.list_proposals(session, viewer, offset=offset, limit=PAGE_SIZE)
        decided = tuple(duplicates.list_decided(session, viewer, MOST_DECIDED))
        names = _commune_names(session, viewer, [*pairs, *decided])
    cards = tuple(_card(pair, names) for pair in pairs)
    return DuplicatesPage(cards, total, number, pages, decided, names)


def waiting_count(database: Database, viewer: Viewer) -> int:
    """How many pairs wait for this viewer; none for one who may not decide."""
    if not viewer.may_write:
        return 0
    with unit_of_work(database, viewer, read_only=True) as session:
        return duplicates.count_proposals(session, viewer)


@repeatable
def merge_pair(
    database: Database,
    viewer: Viewer,
    pair_id: int,
    keep_id: int | None,
    at: datetime,
    *,
    seen: str | None = None,
) -> Pair:
    """One case: `keep_id` stands, or the report proposed for it; `seen` stamps both reports."""
    with unit_of_work(database, viewer) as session:
        _require_seen(session, viewer, pair_id, seen)
        pair = duplicate_decisions.merge(session, viewer, pair_id, keep_id=keep_id, at=at)
        _class_anew(session, pair, at)
        return pair


@repeatable
def separate_pair(
    database: Database, viewer: Viewer, pair_id: int, at: datetime, *, seen: str | None = None
) -> Pair:
    """Two cases, for good; `seen` stamps both reports."""
    with unit_of_work(database, viewer) as session:
        _require_seen(session, viewer, pair_id, seen)
        return duplicate_decisions.keep_apart(session, viewer, pair_id, at=at)


@repeatable
def undo_pair(
    database: Database, viewer: Viewer, pair_id: int, at: datetime, *, seen: str | None = None
) -> Pair:
    """The decision taken back; `seen` stamps it: what was decided and when."""
    with unit_of_work(database, viewer) as session:
        hold_places(session, viewer, [Layer.INCIDENTS])
        for pair in duplicates.pairs_of(session, viewer, [pair_id]):
            require_seen(seen, pair.state, pair.decided_at)
        pair = duplicate_decisions.undo_decision(session, viewer, pair_id, at=at)
        _class_anew(session, pair, at)
        return pair


def _require_seen(session: Session, viewer: Viewer, pair_id: int, seen: str | None) -> None:
    """Refuse to decide on reports that say something else by now; nobody changes them from here."""
    hold_places(session, viewer, [Layer.INCIDENTS])
    for pair in duplicates.pairs_of(session, viewer, [pair_id]):
        require_seen(seen, pair.kept, pair.other)


def _class_anew(session: Session, pair: Pair, at: datetime) -> None:
    rows = [(Layer.INCIDENTS, report.id) for report in (pair.kept, pair.other)]
    class_anew(session, touched_rows(session, rows), at=at)


def told_decision(pair: Pair) -> Told:
    """What was decided on a pair, in one sentence."""
    refs = {"kept": pair.kept.ref, "other": pair.other.ref}
    if pair.state is PairState.MERGED:
        return told("Đã gộp: giữ «{kept}», «{other}» không còn được tính.", **refs)
    if pair.state is PairState.SEPARATE:
        return told("Đã ghi nhận «{kept}» và «{other}» là hai vụ khác nhau.", **refs)
    return told("Đã hoàn tác: «{kept}» và «{other}» lại chờ quyết định.", **refs)


def _commune_names(session: Session, viewer: Viewer, pairs: Sequence[Pair]) -> dict[str, str]:
    codes = {report.commune_code for pair in pairs for report in (pair.kept, pair.other)}
    names = {}
    for code in sorted(code for code in codes if code):
        try:
            names[code] = communes.find_commune(session, viewer, code).full_name
        except NotFoundError:
            names[code] = code
    return names


def _card(pair: Pair, names: Mapping[str, str]) -> Card:
    kept, other = pair.kept, pair.other
    kind = INCIDENT_KINDS[kept.kind]
    reasons, doubts = tuple(_reasons(pair, names)), tuple(_doubts(pair))
    ground = "strong" if pair.score >= STRONG else "fair" if pair.score >= FAIR else "weak"
    return Card(
        pair=pair,
        title=told("{kind}, ngày {day}", kind=told(kind), day=kept.occurred_on),
        ground=ground,
        reasons=reasons,
        doubts=doubts,
        lines=tuple(_lines(kept, other, names)),
        sketch=_sketch(kept, other, pair.distance_m),
        may_swap=other.verified or not kept.verified,
    )


def _reasons(pair: Pair, names: Mapping[str, str]) -> Iterator[str]:
    signs = set(pair.signs)
    if pair.distance_m is not None:
        yield told("cách nhau {m} m", m=pair.distance_m)
    else:
        name = names.get(pair.kept.commune_code or "", told("một xã"))
        yield told("cùng {commune}, chưa biết khoảng cách", commune=name)
    if "same_seizures" in signs:
        yield told("cùng tang vật")
    if "similar_seizures" in signs:
        yield told("tang vật lệch nhau dưới 10 %")
    if "same_offenders" in signs:
        yield told("cùng {n} đối tượng", n=pair.kept.offenders)
    if "similar_address" in signs:
        yield told("nơi xảy ra được tả giống nhau")
    if "same_sub_unit" in signs:
        yield told("cùng thôn, tổ dân phố")
    if "two_levels" in signs:
        yield told("hai cấp cùng báo")


def _doubts(pair: Pair) -> Iterator[str]:
    signs = set(pair.signs)
    if "other_seizures" in signs:
        yield told("tang vật khác nhau")
    if "other_offenders" in signs:
        yield told("số đối tượng khác nhau")
    if "other_address" in signs:
        yield told("nơi xảy ra được tả khác nhau")
    if pair.same_body:
        yield told("cùng một đơn vị lập, hai số hồ sơ")


def _lines(kept: StoredReport, other: StoredReport, names: Mapping[str, str]) -> Iterator[Line]:
    def line(label: str, say: Callable[[StoredReport], Told], *, own: bool = False) -> Line:
        return Line(label, say(kept), say(other), own)

    yield line(told("Nguồn"), lambda report: as_written(report.source), own=True)
    yield line(told("Số hồ sơ"), lambda report: as_written(report.ref), own=True)
    yield line(told("Nơi xảy ra"), lambda report: as_written(report.address or "–"))
    yield line(
        told("Xã, phường"), lambda report: as_written(names.get(report.commune_code or "", "–"))
    )
    yield line(told("Mức định vị"), lambda report: told(PRECISIONS[report.precision]))
    yield line(told("Đơn vị phát hiện"), lambda report: told(DETECTED_BY[report.detected_by]))
    yield line(told("Số đối tượng"), lambda report: Told("{n}", {"n": report.offenders}))
    yield line(told("Tang vật"), lambda report: told_seizures(report.seizures))
    yield line(told("Xác minh"), lambda report: told("đã") if report.verified else told("chưa"))


def told_seizures(seized: Sequence[Seizure]) -> Told:
    """What was seized, small weights in grams.

    >>> from geo.terms import Substance
    >>> told_seizures([Seizure(Substance.HEROIN, 0.0125, SeizureUnit.KG)])
    'heroin 12,5 g'
    """
    if not seized:
        return as_written("–")
    said = [told_list([told(SUBSTANCES[each.substance]), _amount(each)], " ") for each in seized]
    return told_list(said, "; ")


def _amount(seizure: Seizure) -> Told:
    quantity, unit = seizure.quantity, UNITS[seizure.unit]
    if seizure.unit is SeizureUnit.KG and quantity < 1:
        quantity, unit = quantity * 1000, "g"
    digits = len(f"{quantity:.2f}".rstrip("0").partition(".")[2])
    return Told(f"{{n:{digits}}} {{unit}}", {"n": quantity, "unit": told(unit)})


def _sketch(kept: StoredReport, other: StoredReport, distance_m: float | None) -> Sketch | None:
    """The two points around their middle; none where they are one or a point is missing."""
    if distance_m is None or distance_m < 1 or None in (kept.lon, kept.lat, other.lon, other.lat):
        return None
    assert kept.lon and kept.lat and other.lon and other.lat  # noqa: S101 - told above
    shrink = cos(radians((kept.lat + other.lat) / 2))
    east_m = (other.lon - kept.lon) * METRES_PER_DEGREE * shrink
    north_m = (other.lat - kept.lat) * METRES_PER_DEGREE
    px_per_m = (SKETCH_PX - 2 * _MARGIN_PX) / hypot(east_m, north_m)
    x_px, y_px = east_m * px_per_m / 2, -north_m * px_per_m / 2
    middle = SKETCH_PX / 2
    bar_m = next(m for m in (500, 200, 100, 50, 20, 10, 5, 2, 1) if m <= distance_m)
    return Sketch(
        kept=(round(middle - x_px, 1), round(middle - y_px, 1)),
        other=(round(middle + x_px, 1), round(middle + y_px, 1)),
        bar_m=bar_m,
        bar_px=round(bar_m * px_per_m, 1),
    )
