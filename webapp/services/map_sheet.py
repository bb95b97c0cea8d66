"""A map view on paper: one page in landscape as PDF or PNG, made here without a browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from geo.terms import CommuneClass, HotspotStatus
from models import audit
from models.periods import today
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services import import_undo
from webapp.services.map_sheet_areas import (
    Ground,
    draw_border,
    draw_classes,
    draw_land,
    draw_limits,
    lay_ground,
    outline_of,
)
from webapp.services.map_sheet_change import (
    DARK_STEPS,
    change_steps,
    change_texts,
    change_words,
    draw_arrows,
    draw_change,
)
from webapp.services.map_sheet_facts import SheetFacts, SheetRequest, read_sheet
from webapp.services.map_sheet_ink import PROVINCE_LINE
from webapp.services.map_sheet_legend import legend_of
from webapp.services.map_sheet_locator import draw_locator, has_archipelagos
from webapp.services.map_sheet_marks import (
    count_marks,
    draw_clusters,
    draw_density,
    draw_points,
    draw_routes,
    gate_marks,
    hotspot_marks,
    vague_texts,
)
from webapp.services.map_sheet_names import draw_names
from webapp.services.map_sheet_page import SheetPage, page_source
from webapp.services.map_sheet_paper import scale_number
from webapp.services.map_sheet_places import draw_segments, facility_marks
from webapp.services.map_sheet_text import (
    days_of,
    figures_of,
    figures_title,
    filters_of,
    marks_of,
    notes_of,
    stamp_of,
    title_of,
)
from webapp.services.mini_map import scale_bar
from webapp.services.overview import View
from webapp.services.typesetting import to_pdf, to_png

PPI = 200.0
"""Pixels of a picture to the inch: 2,339 by 1,654 on A4."""

BAR = 120.0


@dataclass(frozen=True, slots=True)
class MadeSheet:
    """A sheet as a file."""

    name: str
    content: bytes


def make_sheet(
    database: Database, viewer: Viewer, wanted: SheetRequest, suffix: str, at: datetime
) -> MadeSheet:
    """A map view as `.pdf` or `.png`, written down in the audit trail.

    Raises
    ------
    NotFoundError
        If no map of communes is installed, or it has no province of the code.
    """
    facts = read_sheet(database, viewer, wanted)
    is_stale = import_undo.stale_run(database, viewer) is not None
    source = page_source(compose(facts, wanted, at, is_stale=is_stale))
    content = to_pdf(source) if suffix == ".pdf" else to_png(source, PPI)
    view = wanted.view
    with unit_of_work(database, viewer) as session:
        detail = {
            "from": view.since.isoformat(),
            "to": view.until.isoformat(),
            "paper": wanted.paper.name,
            "format": suffix.lstrip("."),
            "box": [round(value, 4) for value in facts.frame.box.bounds],
            "filter": _filter(view),
        }
        audit.record(session, viewer, "map_sheet", view.province_code or "nation", detail, at=at)
    area = view.province_code or "toan-quoc"
    return MadeSheet(f"ban-do-{area}-{view.until:%Y%m%d}-{wanted.paper.name}{suffix}", content)


def compose(
    facts: SheetFacts, wanted: SheetRequest, at: datetime, *, is_stale: bool = False
) -> SheetPage:
    """All that is set on the sheet."""
    ground = lay_ground(facts, wanted)
    metres, length = scale_bar(facts.frame, BAR)
    change = change_words(facts) if facts.change else ""
    return SheetPage(
        paper=wanted.paper,
        title=title_of(facts),
        days=days_of(wanted.view),
        filters="; ".join(filter(None, (change, filters_of(wanted.view)))),
        marks=marks_of(facts),
        figures_title=figures_title(facts, wanted.view),
        figures=figures_of(facts),
        legend=legend_of(facts, wanted, ground, today(at)),
        drawing=draw_sheet(facts, wanted, ground),
        locator="" if has_archipelagos(facts) else draw_locator(facts),
        scale=scale_number(wanted.paper, facts.frame),
        bar=(metres, length),
        notes=notes_of(facts, wanted, is_stale=is_stale),
        stamp=stamp_of(at),
    )


def draw_sheet(facts: SheetFacts, wanted: SheetRequest, ground: Ground) -> str:
    """The map itself as one SVG, from the ground up to the names."""
    width, height = facts.frame.width_px, facts.frame.height_px
    bands, border = draw_border(facts, wanted)
    gates, spots = gate_marks(facts, wanted), hotspot_marks(facts, wanted)
    symbols = [*facility_marks(facts), *(mark for mark, _ in gates), *spots]
    texts = change_texts(facts) if facts.change else vague_texts(facts, wanted)
    counts = count_marks(facts, ground, texts, [mark.box for mark in symbols])
    drawn = (
        *draw_land(ground, facts),
        *(draw_change(ground, facts) if facts.change else draw_classes(ground, facts)),
        *draw_limits(ground, facts, wanted),
        *bands,
        *draw_segments(facts),
        *border,
        *draw_routes(facts, wanted),
        *draw_density(facts, wanted),
        *draw_points(facts, wanted),
        *draw_clusters(facts, wanted),
        outline_of(ground, wanted.pick.removeprefix("c:")),
        *(mark.svg for mark in (*counts, *symbols)),
        *_arrows(facts, wanted),
        *draw_names(facts, wanted, ground, [*symbols, *counts], gates, dark=_dark(facts, ground)),
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" font-family="Be Vietnam Pro">'
        f'<clipPath id="sheet"><rect width="{width:g}" height="{height:g}"/></clipPath>'
        f'<g clip-path="url(#sheet)">{"".join(drawn)}</g>'
        f'<rect x="0.7" y="0.7" width="{width - 1.4:g}" height="{height - 1.4:g}" fill="none"'
        f' stroke="{PROVINCE_LINE}" stroke-width="1.4"/></svg>'
    )


def _arrows(facts: SheetFacts, wanted: SheetRequest) -> list[str]:
    if not facts.change:
        return []
    shown = (s.value for s in HotspotStatus if wanted.shows(f"hotspots.{s.value}"))
    return draw_arrows(facts, frozenset(shown))


def _dark(facts: SheetFacts, ground: Ground) -> frozenset[str]:
    """The communes on which a name has to be light."""
    if facts.change:
        return frozenset(c for c, step in change_steps(facts).items() if step in DARK_STEPS)
    dark = (each for each in ground.own if each.is_shown and each.cls is CommuneClass.TYPE_1)
    return frozenset(each.shape.code for each in dark)


def _filter(view: View) -> dict[str, list[str]]:
    """What the view was cut to, in codes, for the audit trail."""
    near = () if view.near is None else view.near.kinds
    groups: dict[str, Iterable[str]] = {
        "kind": view.kinds,
        "substance": view.substances,
        "detected_by": view.detected_by,
        "side": view.sides,
        "hotspot_kind": view.hotspot_kinds,
        "near": tuple(f"{kind}:{within_m:g}" for kind, within_m in near),
    }
    return {name: [str(code) for code in codes] for name, codes in groups.items() if codes}
