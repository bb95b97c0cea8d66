"""The pure parts of the page of a commune: checklist, trend, hotspots, drawing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import shapely

from geo.records import Hotspot, HotspotEvent, Indicators, Period, Placement
from geo.terms import CommuneClass, EventType, HotspotKind, Precision
from models.communes import CommuneShape
from models.criteria import Counted, RegisterFigures, assess, load_ruleset
from models.hotspots import StoredHotspot
from models.periods import evaluation_period
from webapp.services.commune_checks import Checklist, checklist
from webapp.services.commune_map import HEIGHT_PX, WIDTH_PX, draw_commune_map
from webapp.services.commune_spots import SHOWN, drawn_spots, list_spots
from webapp.services.commune_trend import BAR_PX, PeriodStanding, draw_trend

PERIOD = evaluation_period(2026)
RULES = load_ruleset("qd28_2025")
CLEAN = dict.fromkeys(RULES.commune.indicators, 0) | {"residents": 9_000, "on_key_route": False}


def sheet(register: RegisterFigures | None = None, **declared: float | bool | None) -> Checklist:
    return checklist(assess(RULES, Indicators("23401", PERIOD, **CLEAN | declared), register))


def test_a_clean_commune_meets_all_three_and_has_nothing_to_do() -> None:
    found = sheet()

    assert [line.met for line in found.drug_free] == [True, True, True]
    assert found.n_free == 3
    assert found.goals == ()
    assert found.differences == ()


def test_a_declared_number_below_the_register_is_told_with_the_records_behind_it() -> None:
    found = sheet(RegisterFigures(use_dens=Counted(2, ("TĐ-1", "TĐ-2"))), use_dens=1)
    third = found.drug_free[2]

    assert third.met is False
    assert third.source == "hồ sơ"
    assert third.records is not None
    assert (third.records.kind, third.records.refs) == ("hotspot", ("TĐ-1", "TĐ-2"))
    assert [d.grave for d in third.differences] == [True]
    assert "khai báo 1, hồ sơ có 2; xếp loại theo số hồ sơ" in third.differences[0].text
    assert found.differences == third.differences


def test_a_declared_number_above_the_register_counts_and_is_flagged_too() -> None:
    found = sheet(RegisterFigures(offenders_arrested=Counted(3, ("V-1",))), offenders_arrested=5)

    assert [d.text for d in found.differences] == [
        "khai báo 5, hồ sơ có 3; xếp loại theo số khai báo, là số xấu hơn. Hồ sơ chỉ tính người"
        " bị bắt về tội phạm của Bộ luật Hình sự; sử dụng trái phép bị xử lý hành chính không tính."
    ]
    assert found.used["offenders_arrested"] == 5


def test_what_only_the_register_knows_is_a_missing_declaration_not_a_contradiction() -> None:
    found = sheet(RegisterFigures(use_dens=Counted(1, ("TĐ-1",))), use_dens=None)

    assert [d.grave for d in found.differences] == [False]
    assert found.differences[0].text.startswith("chưa khai báo, hồ sơ có 1")


def test_a_register_that_agrees_is_no_difference() -> None:
    assert sheet(RegisterFigures(use_dens=Counted(1, ("TĐ-1",))), use_dens=1).differences == ()


def test_the_notes_do_not_repeat_the_differences() -> None:
    found = sheet(RegisterFigures(use_dens=Counted(2, ("TĐ-1", "TĐ-2"))), use_dens=0)

    assert not any("TĐ-1" in note for note in found.notes)


def test_many_records_are_counted_and_the_first_named() -> None:
    refs = tuple(f"TĐ-{n:03d}" for n in range(40))
    third = sheet(RegisterFigures(use_dens=Counted(40, refs)), use_dens=0).drug_free[2]

    assert third.records is not None
    assert third.records.n == 40
    assert len(third.records.refs) < 10


def test_the_type_of_the_commune_comes_first_and_says_how_many_criteria_it_needs() -> None:
    found = sheet(dependents=12, use_dens=1, offenders_arrested=6)
    first = found.types[0]

    assert (first.cls, first.required, first.n_met, first.here) == ("type_2", 3, 3, True)
    assert [kind.cls for kind in found.types] == ["type_2", "type_3", "type_1"]


def test_a_better_class_is_told_as_things_to_do() -> None:
    found = sheet(dependents=12, use_dens=1, offenders_arrested=6)

    assert found.goals[-1].target == "drug_free"
    titles = [step.title for step in found.goals[-1].steps]
    assert titles == ["Người nghiện, người sử dụng", "Điểm tổ chức, chứa chấp"]


def test_the_other_reading_is_named_where_it_changes_the_class() -> None:
    found = sheet(dependents=60, use_dens=0, offenders_arrested=0, users=0)

    assert found.other_cls
    assert sheet().other_cls == ""


def test_a_missing_figure_is_unknown_and_named() -> None:
    found = sheet(dependents=None)

    assert found.drug_free[0].met is None
    assert "người nghiện có hồ sơ quản lý" in found.missing


def standing(
    year: int, cls: CommuneClass, dependents: int | None = None, parts: str = ""
) -> PeriodStanding:
    figures = None
    if dependents is not None:
        figures = {"dependents": dependents, "users": 0, "residents": 10_000, "use_dens": 0}
    return PeriodStanding(evaluation_period(year), cls, year == 2026, figures, parts)


def test_bars_are_drawn_to_one_scale_with_the_thresholds_in_reach() -> None:
    past = [
        standing(2025, CommuneClass.TYPE_2, 20),
        standing(2026, CommuneClass.TYPE_3, 5),
    ]
    trend = draw_trend(past, PERIOD, RULES.commune)

    assert trend is not None
    assert [(c.label, c.cls, c.provisional, c.here) for c in trend.columns] == [
        ("2025", "type_2", False, False),
        ("2026", "type_3", True, True),
    ]
    persons = trend.rows[0]
    assert [bar.text for bar in persons.bars] == ["0,2 %", "0,05 %"]
    heights = [bar.height for bar in persons.bars]
    assert heights[0] == pytest.approx(4 * heights[1], abs=0.3)  # type: ignore[operator]
    assert [line.text for line in persons.lines] == ["0,1 %"]
    assert max(line.height for line in persons.lines) < BAR_PX


def test_a_period_without_figures_has_no_bar_and_no_zero() -> None:
    past = [standing(2025, CommuneClass.UNKNOWN), standing(2026, CommuneClass.TYPE_3, 5)]
    trend = draw_trend(past, PERIOD, RULES.commune)

    assert trend is not None
    assert trend.rows[0].bars[0].height is None
    assert trend.rows[0].bars[0].text == "chưa rõ"


def test_one_period_alone_is_no_trend() -> None:
    assert draw_trend([standing(2026, CommuneClass.TYPE_3, 5)], PERIOD, RULES.commune) is None


def test_without_the_right_to_figures_the_trend_shows_classes_alone() -> None:
    past = [standing(2025, CommuneClass.TYPE_2), standing(2026, CommuneClass.TYPE_3)]
    trend = draw_trend(past, PERIOD, RULES.commune)

    assert trend is not None
    assert trend.rows == ()


TODAY = date(2026, 6, 14)


def spot(ref: str, *events: tuple[EventType, date], dwelling: bool = False) -> StoredHotspot:
    record = Hotspot(
        ref=ref,
        source="CÔNG AN TỈNH",
        name=f"Tụ điểm {ref}",
        kind=HotspotKind.USE_DEN,
        placement=Placement(
            Precision.EXACT, "23401", "23401", "51", 107.65, 14.65, "coordinates", 0.9
        ),
        events=tuple(HotspotEvent(kind, on) for kind, on in events),
        is_dwelling=dwelling,
    )
    values = {name: getattr(record, name) for name in Hotspot.__dataclass_fields__}
    return StoredHotspot(**values, id=1, import_id=1)


OPENED, CLEARED = EventType.OPENED, EventType.CLEARED


def test_hotspots_are_listed_by_what_they_ask_for() -> None:
    first = date(2025, 1, 10)
    spots = [
        spot("gone", (OPENED, first), (CLEARED, date(2025, 2, 1)), (EventType.DELISTED, TODAY)),
        spot("late", (OPENED, first), (CLEARED, date(2026, 2, 1))),
        spot("over", (OPENED, first), (CLEARED, date(2025, 3, 1))),
        spot("open", (OPENED, first)),
        spot("future", (OPENED, TODAY + timedelta(days=1))),
    ]
    found = list_spots(spots, TODAY)

    assert [line.ref for line in found.shown] == ["open", "over", "late"]
    assert [line.ref for line in found.more] == ["gone"]
    assert dict(found.counts) == {"active": 1, "cleared": 2, "delisted": 1}
    over, late = found.shown[1].watch, found.shown[2].watch
    assert over is not None
    assert over.is_over
    assert late is not None
    assert late.days_left == 48


def test_the_day_of_a_status_is_that_of_its_change_not_of_a_later_word() -> None:
    told = spot("x", (OPENED, date(2025, 1, 10)), (EventType.SUSPECTED, date(2026, 1, 1)))
    line = list_spots([told], TODAY).shown[0]

    assert (line.status, line.since) == ("active", date(2025, 1, 10))
    assert line.days == (TODAY - date(2025, 1, 10)).days


def test_many_hotspots_unfold() -> None:
    found = list_spots([spot(f"{n:02d}", (OPENED, date(2025, 1, 1))) for n in range(50)], TODAY)

    assert len(found.shown) == SHOWN
    assert found.total == 50


def test_a_home_is_drawn_in_the_middle_of_its_square() -> None:
    ((_, lon, lat),) = drawn_spots([spot("x", (OPENED, TODAY), dwelling=True)], TODAY)

    assert (lon, lat) != (107.65, 14.65)
    assert abs(lon - 107.65) < 0.002


def shape(code: str, name: str, province: str, box: tuple[float, ...]) -> CommuneShape:
    return CommuneShape(code, name, f"Xã {name}", province, shapely.box(*box), "")


NEAR = [
    shape("1", "Giữa", "51", (107, 14, 107.1, 14.1)),
    shape("2", "Bên", "51", (107.1, 14, 107.2, 14.1)),
    shape("3", "Chéo", "66", (107.1, 13.9, 107.2, 14)),
    shape("4", "Xa", "51", (109, 16, 109.1, 16.1)),
]


def test_the_drawing_has_the_commune_last_its_neighbours_and_the_limit_of_the_province() -> None:
    drawn = draw_commune_map("1", NEAR, {"1": "type_2"}, [("active", 107.05, 14.05)])

    assert drawn is not None
    assert [(unit.full_name, unit.cls) for unit in drawn.units] == [
        ("Xã Bên", "unknown"),
        ("Xã Chéo", "unknown"),
        ("Xã Giữa", "type_2"),
    ]
    assert [unit.full_name for unit in drawn.neighbours] == ["Xã Bên", "Xã Chéo"]
    assert len(drawn.provinces) == 2
    assert drawn.spots[0].x == pytest.approx(WIDTH_PX / 2, abs=0.2)
    assert drawn.spots[0].y == pytest.approx(HEIGHT_PX / 2, abs=0.2)


def test_a_commune_without_an_outline_is_not_drawn() -> None:
    assert draw_commune_map("9", [], {}, []) is None
    empty = CommuneShape("1", "Giữa", "Xã Giữa", "51", shapely.MultiPolygon(), "")
    assert draw_commune_map("1", [empty], {}, []) is None


def test_one_province_alone_has_no_limit_in_the_drawing() -> None:
    drawn = draw_commune_map("1", NEAR[:2], {}, [])

    assert drawn is not None
    assert drawn.provinces == ()


def test_a_half_year_is_named_by_its_last_month() -> None:
    half = Period(date(2025, 12, 15), date(2026, 6, 14))
    past = [
        PeriodStanding(
            Period(date(2024, 12, 15), date(2025, 6, 14)), CommuneClass.TYPE_3, False, None
        ),
        PeriodStanding(half, CommuneClass.TYPE_3, True, None),
    ]
    trend = draw_trend(past, half, RULES.commune)

    assert trend is not None
    assert [column.label for column in trend.columns] == ["06/2025", "06/2026"]
