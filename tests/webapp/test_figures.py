"""The headline figures: one count for pages and reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from geo.records import Incident, Period, Seizure
from geo.terms import (
    DatePrecision,
    DetectedBy,
    IncidentKind,
    Layer,
    Precision,
    SeizureUnit,
    Substance,
)
from models import imports, incidents
from models.imports import NewImport
from models.periods import end_of_day, evaluation_period, half_year_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.seeded_site import PERIOD, point
from webapp.services.figure_lines import NOT_COMPARABLE, headline_lines
from webapp.services.figure_notes import comparison_notes, known_on_text
from webapp.services.figures import Comparison, Headline, compared, headline
from webapp.services.overview import View
from webapp.services.view_figures import summarise

TODAY = date(2026, 6, 14)


def figures(
    database: Database, province_code: str | None = None, today: date = TODAY, **asked: object
) -> Headline:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return headline(
            session, LOCAL_OPERATOR, PERIOD, province_code=province_code, today=today, **asked
        )


def comparison(database: Database, period: Period = PERIOD, today: date = TODAY) -> Comparison:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return compared(session, LOCAL_OPERATOR, period, province_code="51", today=today)


def add(database: Database, *records: Incident, at: datetime) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.INCIDENTS, f"{at}.xlsx", f"{at.isoformat():0<64}"[:64], "THÊM")
        number = imports.add_import(session, LOCAL_OPERATOR, new, at=at)
        incidents.add_incidents(session, LOCAL_OPERATOR, records, number)


def incident(ref: str, day: date, *seizures: Seizure, **other: object) -> Incident:
    record = Incident(
        ref=ref,
        source="THÊM",
        occurred_on=day,
        date_precision=DatePrecision.DAY,
        kind=IncidentKind.TRADING,
        detected_by=DetectedBy.PROVINCE,
        verified=True,
        address_text="",
        placement=point(107.65, 14.65, "23401", "51"),
        offenders=3,
        seizures=seizures,
    )
    return replace(record, **other)


@pytest.mark.parametrize("province_code", ["51", "66", None])
def test_the_figures_equal_those_of_the_map(
    seeded_database: Database, province_code: str | None
) -> None:
    shown = summarise(seeded_database, LOCAL_OPERATOR, View(province_code, PERIOD.start, TODAY))
    now = figures(seeded_database, province_code)
    assert (now.cases, now.offenders) == (shown.cases, shown.offenders)
    assert now.hotspots_active == shown.active
    assert now.hotspots_re_emerged == shown.re_emerged
    assert now.hotspots_watched == shown.cleared
    assert (now.drug_free or 0, now.n_communes) == (shown.drug_free, shown.communes)


def test_a_commune_has_its_own_figures(seeded_database: Database) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        now = headline(
            session,
            Viewer("x", Role.COMMUNE, Scope.commune("23401")),
            PERIOD,
            province_code="51",
            commune_code="23401",
            today=TODAY,
        )
    assert (now.cases, now.n_communes, now.persons_with_records) == (11, 1, 12)


def test_unverified_tips_are_not_counted(seeded_database: Database) -> None:
    before = figures(seeded_database, "51").cases
    tip = incident("T-1", date(2026, 3, 6), verified=False, detected_by=DetectedBy.TIP)
    add(seeded_database, tip, at=datetime(2026, 6, 1, tzinfo=UTC))
    assert figures(seeded_database, "51").cases == before


def test_weights_and_tablets_are_summed_by_substance(seeded_database: Database) -> None:
    heroin = Seizure(Substance.HEROIN, 0.1, SeizureUnit.KG)
    pills = Seizure(Substance.SYNTHETIC, 120, SeizureUnit.TABLET)
    add(
        seeded_database,
        incident("S-1", date(2026, 1, 5), heroin, pills),
        incident("S-2", date(2026, 1, 6), replace(heroin, quantity=0.2)),
        at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    now = figures(seeded_database, "51")
    assert (now.heroin_kg, now.synthetic_kg, now.synthetic_tablets) == (0.3, 0, 120)


def test_lines_come_in_the_prescribed_order(seeded_database: Database) -> None:
    codes = [line.code for line in headline_lines(comparison(seeded_database))]
    assert codes == [
        *("cases", "offenders", "heroin_kg", "synthetic_kg", "synthetic_tablets", "cannabis_kg"),
        *("persons_with_records", "hotspots_cleared", "drug_free"),
    ]


def test_a_year_before_without_data_is_no_fall_of_a_hundred_percent(
    seeded_database: Database,
) -> None:
    compare = comparison(seeded_database, evaluation_period(2024), date(2024, 12, 14))
    cases = headline_lines(compare)[0]
    assert (cases.now, cases.before) == (None, None)
    assert cases.difference_text == cases.percent_text == NOT_COMPARABLE
    first = headline_lines(comparison(seeded_database, evaluation_period(2025)))[0]
    assert first.now is not None and first.before is None
    assert first.percent_text == NOT_COMPARABLE
    assert "chưa có dữ liệu" in " ".join(comparison_notes(compare))


def test_a_running_year_is_compared_with_the_same_days(seeded_database: Database) -> None:
    late = incident("L-1", date(2025, 11, 1))
    early = [incident(f"E-{n}", date(2024, 12, 20 + n)) for n in range(5)]
    middle = [incident(f"M-{n}", date(2025, 5, 20 + n)) for n in range(5)]
    add(seeded_database, late, *early, *middle, at=datetime(2026, 6, 1, tzinfo=UTC))
    found = comparison(seeded_database, today=date(2026, 2, 20))
    assert found.before.until == date(2025, 2, 20)
    assert found.before.cases == 5
    assert found.now.provisional


def test_where_the_records_end_early_the_year_before_is_cut_too(seeded_database: Database) -> None:
    found = comparison(seeded_database)
    assert (found.now.data and found.now.data.end) == found.cut == date(2026, 4, 1)
    assert found.before.until == date(2025, 4, 1)
    assert "đến ngày 01/04/2026" in " ".join(comparison_notes(found))


def test_a_record_of_a_month_that_straddles_the_edge_is_told(seeded_database: Database) -> None:
    month = incident("V-1", date(2025, 12, 1), date_precision=DatePrecision.MONTH)
    add(seeded_database, month, at=datetime(2026, 6, 1, tzinfo=UTC))
    now = figures(seeded_database, "51")
    assert now.vague_dates == 1
    assert now.cases == 11


def test_persons_without_a_declaration_are_no_zero(seeded_database: Database) -> None:
    now = figures(seeded_database, "51")
    assert (now.persons_with_records, now.n_declared, now.n_communes) == (12, 2, 6)
    line = headline_lines(comparison(seeded_database))[6]
    assert "2/6 xã" in line.note
    assert line.difference_text == NOT_COMPARABLE


def test_what_came_later_is_not_known_yet(seeded_database: Database) -> None:
    june = figures(seeded_database, "51", date(2026, 6, 19))
    add(
        seeded_database,
        incident("N-1", date(2026, 2, 2)),
        at=datetime(2026, 10, 1, tzinfo=UTC),
    )
    december = date(2026, 12, 18)
    again = figures(seeded_database, "51", december, known_at=end_of_day(date(2026, 6, 19)))
    assert again.cases == june.cases
    assert again.until == june.until
    assert again.provisional
    assert figures(seeded_database, "51", december).cases == (june.cases or 0) + 1
    assert known_on_text(again) == "Số liệu như biết đến ngày 19/06/2026."


def test_only_a_known_share_of_communes_is_compared(seeded_database: Database) -> None:
    lines = headline_lines(comparison(seeded_database))
    assert lines[-1].code == "drug_free"
    assert lines[-1].now == 1
    assert "2/6" in lines[-1].note


def test_half_years_fall_back_on_the_figures_declared_for_the_year(
    seeded_database: Database,
) -> None:
    now = comparison(seeded_database, half_year_period(2026)).now
    assert now.class_period == PERIOD
    assert now.classes_provisional
    assert now.persons_with_records == 12


def test_a_change_is_that_of_the_two_figures_shown(seeded_database: Database) -> None:
    found = comparison(seeded_database)
    days = Period(date(2025, 1, 1), date(2025, 4, 1))
    before = replace(found.before, data=days, until=days.end, heroin_kg=0.0006, cases=3)
    now = replace(found.now, heroin_kg=0.0024)
    heroin = headline_lines(replace(found, now=now, before=before))[2]
    assert (heroin.now_text, heroin.before_text) == ("0,002", "0,001")
    assert (heroin.difference_text, heroin.percent_text) == ("+0,001", "+100,0 %")


def test_where_other_communes_declared_the_columns_hold_no_change(
    seeded_database: Database,
) -> None:
    found = comparison(seeded_database)
    now = replace(found.now, persons_with_records=24, persons_by_commune={"1": 10, "2": 8, "3": 6})
    before = replace(
        found.before, persons_with_records=30, persons_by_commune={"1": 12, "2": 9, "4": 9}
    )
    line = headline_lines(replace(found, now=now, before=before))[6]
    assert (line.difference_text, line.percent_text) == ("–", "–")
    told = "2 xã có số liệu cả hai kỳ: 21 → 18 (giảm 3 người, 14,3 %)"
    assert told in line.matched
    assert any(told in note for note in comparison_notes(replace(found, now=now, before=before)))


def test_a_percentage_is_rounded_and_signed(seeded_database: Database) -> None:
    line = replace(
        headline_lines(comparison(seeded_database))[0], difference=-1.0, percent=Fraction(-2, 3)
    )
    assert (line.difference_text, line.percent_text) == ("−1", "−66,7 %")


def test_a_place_known_by_its_commune_counts(seeded_database: Database) -> None:
    before = figures(seeded_database, "51").cases
    place = replace(point(0, 0, "23401", "51"), precision=Precision.COMMUNE, lon=None, lat=None)
    add(
        seeded_database,
        incident("C-1", date(2026, 2, 2), placement=place),
        at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    assert figures(seeded_database, "51").cases == (before or 0) + 1
