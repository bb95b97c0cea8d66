"""Blank workbooks: filled in, they import without a rejected row."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from geo.headers import header_at
from geo.persons import names_people
from geo.readers import read_hotspots, read_incidents, read_indicators, read_table
from geo.records import Period
from geo.seizures import substance_of, unit_of
from geo.terms import Layer, Substance
from geo.words import parse_detected_by, parse_hotspot_kind, parse_kind, parse_status
from models.errors import NotFoundError
from models.session import Database
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn
from tests.webapp.small_world import TODAY, install_small_map
from webapp.cli.templates import template
from webapp.labels import DETECTED_BY, HOTSPOT_KINDS, HOTSPOT_STATUSES, INCIDENT_KINDS
from webapp.services.ingest import import_file
from webapp.services.template_columns import COLUMNS, SUBSTANCES, UNITS
from webapp.services.template_workbooks import (
    GUIDE,
    HEADER_ROW,
    Prefill,
    commune_template,
    template_workbook,
)

DAK_TO = Prefill("23401", "Xã Đắk Tô", "Tỉnh Quảng Ngãi")
YEAR = Period(date(2025, 12, 15), date(2026, 12, 14))

FILLED: dict[Layer, list[dict[str, object]]] = {
    Layer.INCIDENTS: [
        {
            "ref": "VV-1",
            "occurred_on": date(2026, 3, 1),
            "kind": kind,
            "address_text": "12/3 đường Trần Phú",
            "offenders": 2,
            "substance": "heroin",
            "quantity": "12,5",
            "unit": "g",
            "detected_by": "Tin báo",
            "verified": "có",
        }
        for kind in INCIDENT_KINDS.values()
    ],
    Layer.HOTSPOTS: [
        {
            "ref": "TD-1",
            "name": "Tụ điểm chợ",
            "kind": kind,
            "opened_on": date(2026, 1, 5),
            "cleared_on": date(2026, 3, 5),
            "status": "Đã triệt xóa",
            "is_dwelling": "không",
        }
        for kind in HOTSPOT_KINDS.values()
    ],
    Layer.INDICATORS: [{"residents": 12_000, "dependents": 4, "on_key_route": "không"}],
    Layer.CAMPAIGNS: [
        {
            "ref": "CD-1",
            "name": "Cao điểm hè",
            "starts_on": date(2026, 7, 1),
            "ends_on": date(2026, 8, 31),
            "area_text": "Xã Đắk Tô; 23377",
            "province_name": "Quảng Ngãi",
        },
        {
            "ref": "CD-2",
            "name": "Cao điểm quanh chợ",
            "starts_on": date(2026, 3, 1),
            "ends_on": date(2026, 3, 31),
            "lat": 14.65,
            "lon": 107.85,
            "radius_m": 800,
        },
    ],
}


def filled(folder: Path, layer: Layer, content: bytes) -> Path:
    """The workbook with the rows of `FILLED` typed in below its headings."""
    book = load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    place = {column.field: j for j, column in enumerate(COLUMNS[layer], 1)}
    for line, cells in enumerate(FILLED[layer], HEADER_ROW + 1):
        for name, value in cells.items():
            sheet.cell(line, place[name], f"{value}-{line}" if name == "ref" else value)
    path = folder / f"{layer.value}.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("layer", list(COLUMNS))
def test_every_heading_is_read_as_its_field_and_none_asks_for_a_person(layer: Layer) -> None:
    columns = COLUMNS[layer]
    header = header_at([[column.heading for column in columns]], 0, layer)
    assert header.columns == {column.field: j for j, column in enumerate(columns)}
    assert not any(names_people((column.heading,)) for column in columns)


def test_every_choice_of_a_list_is_understood() -> None:
    for words, parse in (
        (INCIDENT_KINDS, parse_kind),
        (HOTSPOT_KINDS, parse_hotspot_kind),
        (HOTSPOT_STATUSES, parse_status),
        (DETECTED_BY, parse_detected_by),
    ):
        assert [parse(word) for word in words.values()] == list(words)  # type: ignore[operator]
    assert {substance_of(word) for word in SUBSTANCES} == set(Substance)
    assert all(map(unit_of, UNITS))


@pytest.mark.parametrize("layer", list(FILLED))
def test_a_filled_in_workbook_imports_without_a_rejected_row(
    sqlite_database: Database, tmp_path: Path, layer: Layer
) -> None:
    install_small_map(sqlite_database, tmp_path)
    content = commune_template(sqlite_database, LOCAL_OPERATOR, layer, "23401", YEAR)
    path = filled(tmp_path, layer, content)
    done = import_file(sqlite_database, LOCAL_OPERATOR, layer, path, today=TODAY)
    assert (done.accepted, done.rejected) == (len(FILLED[layer]), ())
    assert done.source == "CÔNG AN XÃ ĐẮK TÔ, TỈNH QUẢNG NGÃI"
    assert not done.dropped_columns
    assert done.doubtful == 0


def test_rows_with_nothing_but_the_commune_are_passed_over(tmp_path: Path) -> None:
    path = filled(tmp_path, Layer.INCIDENTS, template_workbook(Layer.INCIDENTS, DAK_TO))
    drafts = read_incidents(read_table(path, Layer.INCIDENTS), today=TODAY)
    assert len(drafts.accepted) == len(INCIDENT_KINDS)
    assert {draft.place.commune_code for draft in drafts.accepted} == {"23401"}


def test_the_period_of_the_title_is_that_of_the_indicators(tmp_path: Path) -> None:
    content = template_workbook(Layer.INDICATORS, DAK_TO, YEAR)
    path = filled(tmp_path, Layer.INDICATORS, content)
    (found,) = read_indicators(read_table(path, Layer.INDICATORS)).accepted
    assert (found.period, found.commune_code, found.residents) == (YEAR, "23401", 12_000)


def test_without_a_commune_the_source_waits_to_be_written(tmp_path: Path) -> None:
    path = filled(tmp_path, Layer.HOTSPOTS, template_workbook(Layer.HOTSPOTS))
    assert read_table(path, Layer.HOTSPOTS).source == ""
    book = load_workbook(path)
    book.worksheets[0]["A1"] = "Đơn vị lập: Công an xã Ea Bá"
    book.save(path)
    table = read_table(path, Layer.HOTSPOTS)
    assert table.source == "Công an xã Ea Bá"
    assert len(read_hotspots(table, today=TODAY).accepted) == len(HOTSPOT_KINDS)


@pytest.mark.parametrize("layer", list(COLUMNS))
def test_cells_are_typed_and_a_second_sheet_explains_every_column(layer: Layer) -> None:
    book = load_workbook(BytesIO(template_workbook(layer)))
    sheet, guide = book.worksheets
    assert guide.title == GUIDE
    explained = {cell.value for cell in guide["A"]}
    assert {column.heading for column in COLUMNS[layer]} <= explained
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert len(lists) == sum(bool(column.choices) for column in COLUMNS[layer])
    if layer is Layer.INCIDENTS:
        assert sheet.cell(HEADER_ROW + 1, 2).number_format == "dd/mm/yyyy"
        assert sheet.cell(HEADER_ROW + 1, 4).number_format == "@"


def test_a_commune_that_is_on_no_map_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    install_small_map(sqlite_database, tmp_path)
    with pytest.raises(NotFoundError, match="99999"):
        commune_template(sqlite_database, LOCAL_OPERATOR, Layer.INCIDENTS, "99999")


def test_the_command_writes_a_workbook_without_a_database(tmp_path: Path) -> None:
    out = tmp_path / "mau.xlsx"
    done = CliRunner().invoke(template, ["indicators", "--out", str(out), "--period", "2026"])
    assert done.exit_code == 0, done.output
    book: Workbook = load_workbook(out)
    assert book.worksheets[0]["A3"].value == "Kỳ số liệu: 15/12/2025 - 14/12/2026"


# --- on the site ------------------------------------------------------------


def test_the_officer_of_a_commune_finds_its_workbook_on_its_page(signed_in: SignIn) -> None:
    officer = signed_in("commune")
    link = "/imports/template/indicators.xlsx?commune=23401"
    assert link in officer.get("/communes/23401").text
    answer = officer.get(link + "&period=2026")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].endswith('"mau_indicators_23401.xlsx"')
    assert load_workbook(BytesIO(answer.data)).worksheets[0]["A6"].value == "23401"


def test_the_page_of_imports_links_every_workbook(signed_in: SignIn) -> None:
    planner = signed_in("planner")
    page = planner.get("/imports").text
    for layer in COLUMNS:
        assert f"/imports/template/{layer.value}.xlsx" in page
        assert planner.get(f"/imports/template/{layer.value}.xlsx").status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("x.xlsx", 404),
        ("incidents.xlsx?commune=abc", 400),
        ("incidents.xlsx?commune=99999", 404),
        ("indicators.xlsx?period=hom+nay", 400),
    ],
)
def test_what_there_is_no_workbook_for_is_told(signed_in: SignIn, query: str, status: int) -> None:
    assert signed_in("planner").get(f"/imports/template/{query}").status_code == status


def test_visitors_get_no_workbook(visitor) -> None:  # type: ignore[no-untyped-def]
    assert visitor.get("/imports/template/incidents.xlsx").status_code in (302, 401)
