"""Rows of a list of key routes: headings, words, days, widths."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.cells import UnreadableCellError
from geo.corridor_rows import CorridorDraft, parse_width_m, read_corridors
from geo.drafts import Drafts
from geo.standing_terms import CorridorMode, CorridorReach
from geo.tables import read_table
from geo.terms import Layer
from geo.words import parse_corridor_mode, parse_corridor_reach

LINE = "107.81 14.65, 107.9 14.65"


def read(folder: Path, *lines: str) -> Drafts[CorridorDraft]:
    path = folder / "tuyen.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return read_corridors(read_table(path, Layer.CORRIDORS))


def test_a_two_row_header_with_validity_over_from_and_to_is_read(tmp_path: Path) -> None:
    drafts = read(
        tmp_path,
        "UBND TỈNH A;;;;;;",
        "Mã tuyến;Tên tuyến;Phương thức;Hiệu lực;;Bề rộng (km);WKT",
        ";;;từ;đến;;",
        f"T1;Tuyến bắc;đường bộ;15/12/2025;12/2027;0,4;LINESTRING ({LINE})",
    )
    (draft,) = drafts.accepted
    assert drafts.rejected == []
    assert (draft.ref, draft.mode, draft.reach) == ("T1", CorridorMode.ROAD, None)
    assert (f"{draft.valid_from}", f"{draft.valid_to}") == ("2025-12-15", "2027-12-31")
    assert draft.width_m == 400.0


def test_snake_case_headings_and_english_codes_are_read(tmp_path: Path) -> None:
    drafts = read(
        tmp_path,
        "ref;name;mode;reach;decision;decided_on;valid_from;valid_to;width_m;note;geometry",
        f"1;A;sea;inter;5/QĐ;2025-01-02;2025-02-01;;250;x;LINESTRING ({LINE})",
    )
    (draft,) = drafts.accepted
    assert (draft.mode, draft.reach) == (CorridorMode.SEA, CorridorReach.INTER)
    assert (draft.decision, f"{draft.decided_on}", draft.width_m) == ("5/QĐ", "2025-01-02", 250.0)


def test_a_route_without_a_ref_is_known_by_its_name(tmp_path: Path) -> None:
    header = "Tên tuyến;Hiệu lực từ;Tọa độ tuyến"
    rows = (f"Tuyến A;01/01/2026;LINESTRING ({LINE})", f"TUYẾN a;02/01/2026;LINESTRING ({LINE})")
    drafts = read(tmp_path, header, *rows)
    assert drafts.accepted[0].ref.startswith("auto-")
    assert "trùng với dòng 2" in drafts.rejected[0].reason


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("Đường bộ", CorridorMode.ROAD),
        ("đường bộ biên giới", CorridorMode.ROAD),
        ("QL14", CorridorMode.ROAD),
        ("Đường sắt Bắc Nam", CorridorMode.RAIL),
        ("đường thuỷ nội địa", CorridorMode.INLAND_WATER),
        ("Đường biển", CorridorMode.SEA),
        ("Hàng không", CorridorMode.AIR),
        ("air", CorridorMode.AIR),
        ("khác", CorridorMode.OTHER),
    ],
)
def test_words_for_the_traffic_of_a_route(written: str, mode: CorridorMode) -> None:
    assert parse_corridor_mode(written) is mode


def test_words_for_the_reach_of_a_route() -> None:
    assert parse_corridor_reach("Liên tỉnh") is CorridorReach.INTER
    assert parse_corridor_reach("Tuyến nội tỉnh") is CorridorReach.INTRA
    assert parse_corridor_reach(None) is None
    with pytest.raises(UnreadableCellError, match="nội tỉnh, liên tỉnh"):
        parse_corridor_reach("cấp xã")


@pytest.mark.parametrize(
    ("written", "metres"), [("400 m", 400.0), ("1,2 km", 1_200.0), (0, 0.0), ("", None)]
)
def test_widths_with_their_units(written: object, metres: float | None) -> None:
    assert parse_width_m(written) == metres


@pytest.mark.parametrize("written", [-1, 50_001, "60 km"])
def test_a_width_that_no_route_has_is_refused(written: object) -> None:
    with pytest.raises(UnreadableCellError, match="từ 0 đến 50 km"):
        parse_width_m(written)
