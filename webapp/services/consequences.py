"""What follows when records come in, change or move: links to sub-units, likely duplicates,
classes of communes.

Called inside the transaction that stores them, so that nobody sees one without
the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from geo.terms import Layer
from models import sub_unit_links, sub_units, touched_communes
from models.duplicate_search import propose_for_import, propose_for_records
from models.session import Session, acting_for
from models.viewers import SITE, Viewer
from webapp.labels import vn_date, vn_number
from webapp.services import classify

UNNAMED_SOURCE = "chung"
"""Source of files that name no issuing body: two such files may come from two."""

CROWDED = (
    "Ngày {}: quá nhiều vụ giống nhau ({}) nên không đề xuất gộp. Hãy kiểm tra xem đó là ngày xảy "
    "ra hay ngày ghi thay."
)
_SHOWN = 10

PLACED_LAYERS = (Layer.INCIDENTS, Layer.HOTSPOTS, Layer.FACILITIES)
"""Layers whose records have a place of their own."""

CLASSED_LAYERS = (Layer.INCIDENTS, Layer.HOTSPOTS, Layer.INDICATORS, Layer.CORRIDORS)
"""Layers that the classes of communes follow from."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """`linked` records changed their link to a sub-unit; `proposed` pairs wait for a person.

    On the `crowded` days so many records were alike that none was compared.
    """

    linked: int = 0
    proposed: int = 0
    crowded: tuple[tuple[date, int], ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """The same as Vietnamese sentences; nothing where nothing followed."""
        sentences = (
            (self.linked, "{} bản ghi được gắn (hoặc gắn lại) với thôn, tổ dân phố đã đăng ký."),
            (
                self.proposed,
                "{} cặp vụ việc có thể trùng nhau: xem trang «Vụ trùng» (/duplicates).",
            ),
        )
        told = [sentence.format(n) for n, sentence in sentences if n]
        told += [CROWDED.format(vn_date(day), vn_number(n)) for day, n in self.crowded[:_SHOWN]]
        if (more := len(self.crowded) - _SHOWN) > 0:
            told.append(f"Còn {more} ngày khác cũng có quá nhiều vụ giống nhau.")
        return tuple(told)


def follow_import(
    session: Session, viewer: Viewer, layer: Layer, import_id: int, *, at: datetime | None = None
) -> Consequences:
    """Link and compare what an import brought or changed, class the communes it touches anew."""
    found = _follow_import(session, viewer, layer, import_id)
    if layer in CLASSED_LAYERS:
        class_anew(session, touched_by(session, layer, import_id), at=at)
    return found


def touched_by(session: Session, layer: Layer, import_id: int) -> frozenset[str] | None:
    """The communes that an import touches, or undoing it would; None for all, nobody knows less.

    A key route puts the communes of whole provinces on it or off it.
    """
    if layer is Layer.CORRIDORS:
        return None
    if layer not in CLASSED_LAYERS:
        return frozenset()
    with acting_for(session, SITE):
        return touched_communes.communes_of_import(session, SITE, layer, import_id)


def touched_rows(session: Session, rows: Iterable[tuple[Layer, int]]) -> frozenset[str]:
    """The communes that single records lie in, of the layers that classes follow from."""
    found: frozenset[str] = frozenset()
    with acting_for(session, SITE):
        for layer, ids in _by_layer(rows).items():
            if layer in CLASSED_LAYERS:
                found |= touched_communes.communes_of_records(session, SITE, layer, ids)
    return found


def class_anew(
    session: Session, touched: Collection[str] | None, *, at: datetime | None = None
) -> None:
    """Evaluate the communes touched and store their drafts; None for all."""
    classify.refresh(session, touched, at=at or datetime.now(UTC))


def _follow_import(session: Session, viewer: Viewer, layer: Layer, import_id: int) -> Consequences:
    if layer is Layer.SUB_UNITS:
        codes = sub_units.communes_of_import(session, viewer, import_id)
        return Consequences(_link_communes(session, viewer, codes))
    if layer not in PLACED_LAYERS:
        return Consequences()
    linked = sub_unit_links.link_import(session, viewer, layer, import_id)
    if layer is not Layer.INCIDENTS:
        return Consequences(linked)
    found = propose_for_import(session, viewer, import_id, unnamed=UNNAMED_SOURCE)
    return Consequences(linked, found.new, found.crowded)


def follow_placing(
    session: Session,
    viewer: Viewer,
    rows: Collection[tuple[Layer, int]],
    *,
    before: Collection[str] = (),
) -> None:
    """Link, compare and count single records that were placed anew, such as by a person.

    `before` are the communes that they lay in until now.
    """
    by_layer = _by_layer(rows)
    for layer, ids in by_layer.items():
        sub_unit_links.link_records(session, viewer, layer, ids)
    if moved := by_layer.get(Layer.INCIDENTS):
        propose_for_records(session, viewer, moved, unnamed=UNNAMED_SOURCE)
    class_anew(session, touched_rows(session, rows).union(before))


def _by_layer(rows: Iterable[tuple[Layer, int]]) -> dict[Layer, list[int]]:
    by_layer: dict[Layer, list[int]] = {}
    for layer, id_ in rows:
        by_layer.setdefault(layer, []).append(id_)
    return by_layer


def link_everything(session: Session, viewer: Viewer) -> int:
    """Link every record anew, after a new map or when a part of the register went."""
    return sum(sub_unit_links.link_all(session, viewer, layer) for layer in PLACED_LAYERS)


def _link_communes(session: Session, viewer: Viewer, codes: Sequence[str]) -> int:
    link = sub_unit_links.link_communes
    return sum(link(session, viewer, layer, codes) for layer in PLACED_LAYERS)
