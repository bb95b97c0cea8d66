"""Readers: from a clerk's file to drafts, with every refusal as data."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import UnusableFileError
from geo.persons import BLANKED, NAME_BLANKED, WITHHELD
from geo.readers import read_hotspots, read_incidents, read_indicators, read_table
from geo.records import Period
from geo.terms import DatePrecision, EventType, Layer, SeizureUnit, Substance

TODAY = date(2026, 6, 14)
HEAD = "Số hồ sơ;Ngày xảy ra;Hành vi;Địa điểm;Số đối tượng;Đơn vị phát hiện"
SPOTS = "Mã;Tên;Loại;Ngày phát hiện;Ngày triệt xóa;Ngày tái phức tạp;Trạng thái"


def _table(folder: Path, text: str, layer: Layer = Layer.INCIDENTS, **options):
    path = folder / "x.csv"
    path.write_text(text, "utf-8")
    return read_table(path, layer, **options)


def _incidents(folder: Path, *rows: str, head: str = HEAD, **options):
    table = _table(folder, "\n".join([head, *rows]), **options)
    return read_incidents(table, today=TODAY)


def _hotspots(folder: Path, *rows: str):
    return read_hotspots(_table(folder, "\n".join([SPOTS, *rows]), Layer.HOTSPOTS), today=TODAY)


def test_subtotals_repeated_headers_numbering_and_signatures_are_no_records(tmp_path):
    rows = [
        "(1);(2);(3);(4);(5);(6)",
        "I. XÃ BẮC RUỘNG;;;;;",
        "A-1;05/03/2024;mua bán;Xã Bắc Ruộng, Lâm Đồng;2;CAX",
        ";;;;;",
        "Cộng;;;;2;",
        "Cộng xã Bắc Ruộng: 1 vụ;;;;2;",
        HEAD,
        "A-2;06/03/2024;tàng trữ;Cộng Hòa, Phường 13;1;CAX",
        "Tổng cộng;;;;3;",
        ";;;;;Người lập biểu",
    ]
    table = _table(tmp_path, "\n".join([HEAD, *rows]))
    drafts = read_incidents(table, today=TODAY)
    assert [(d.ref, d.line) for d in drafts.accepted] == [("A-1", 4), ("A-2", 9)]
    assert drafts.rejected == []
    assert any("2 dòng không phải bản ghi" in w and "3, 11" in w for w in table.warnings)


def test_a_bad_row_is_kept_with_line_column_value_and_reason(tmp_path):
    drafts = _incidents(
        tmp_path,
        "A-1;31/02/2025;mua bán;x;1;CAX",
        "A-2;05/03/2024;trộm cắp;x;1;CAX",
        "A-3;05/03/2024;mua bán;x;-1;CAX",
        "A-4;;mua bán;x;1;CAX",
        "A-5;05/03/2024;mua bán;x;1;CAX",
        "A-5;05/03/2024;mua bán;x;1;CAX",
    )
    assert [d.ref for d in drafts.accepted] == ["A-5"]
    assert [(r.line, r.column, r.value) for r in drafts.rejected] == [
        (2, "Ngày xảy ra", "31/02/2025"),
        (3, "Hành vi", "trộm cắp"),
        (4, "Số đối tượng", "-1"),
        (5, "Ngày xảy ra", ""),
        (7, "Số hồ sơ", "A-5"),
    ]
    assert "dòng 6" in drafts.rejected[-1].reason


def test_persons_leave_no_trace_in_tables_drafts_or_refusals(tmp_path):
    head = HEAD + ";Họ và tên;CCCD;Ghi chú;Địa chỉ thường trú"
    tail = ";NGUYỄN VĂN AN;001090012345;ĐT 0912345678;12 Lê Lợi"
    table = _table(
        tmp_path,
        "\n".join(
            [
                head,
                f"A-1;05/03/2024;mua bán;nhà 12/3/4, gọi 0912 345 678;2;CAX{tail}",
                f"A-2;0912345678;mua bán;x;2;CAX{tail}",
                f"A-3;05/03/2024;mua bán;x;NGUYỄN VĂN AN;CAX{tail}",
            ]
        ),
    )
    drafts = read_incidents(table, today=TODAY)
    everything = repr(table) + repr(drafts)
    for secret in ("NGUYỄN", "001090012345", "0912", "12 Lê Lợi"):
        assert secret not in everything
    assert table.dropped_columns == ("Họ và tên", "CCCD", "Địa chỉ thường trú")
    assert table.ignored_columns == ("Ghi chú",)
    assert drafts.accepted[0].address_text == f"nhà 12/3/4, gọi {BLANKED}"


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("A;Nguyễn Văn Bình;mua bán;x;1;CAX", WITHHELD),
        ("A;05/03/2024;Nguyễn Văn Bình;x;1;CAX", WITHHELD),
        ("A;05/03/2024;đặng văn danh;x;1;CAX", WITHHELD),
        ("A;05/03/2024;Nguyễn Văn Bình trộm cắp;x;1;CAX", WITHHELD),
        ("A;05/03/2024;Trộm cắp tài sản;x;1;CAX", "Trộm cắp tài sản"),
        ("A;Quý;mua bán;x;1;CAX", WITHHELD),
        ("A;05/03/2024 Trần Năm;mua bán;x;1;CAX", WITHHELD),
        ("A;quý II/2025;mua bán;x;1;CAX", "quý II/2025"),
        ("A;ngày 31 tháng 02 năm 2025;mua bán;x;1;CAX", "ngày 31 tháng 02 năm 2025"),
        ("A;hôm qua;mua bán;x;1;CAX", "hôm qua"),
        ("A;0912345678;mua bán;x;1;CAX", BLANKED),
        ("A;05/03/2024;mua bán;x;Trần Thị Hoa;CAX", WITHHELD),
        ("A;05/03/2024;mua bán;x;2,5;CAX", "2,5"),
    ],
)
def test_a_refused_value_is_shown_only_when_its_field_could_hold_such_words(tmp_path, row, value):
    [rejected] = _incidents(tmp_path, row).rejected
    assert rejected.value == value
    assert not any(word in rejected.reason for word in ("Nguyễn", "Trần", "danh", "Quý", "0912"))


def test_a_name_among_quantities_is_withheld(tmp_path):
    head = "Ngày;Hành vi;Khối lượng;Heroin (g)"
    rows = ("1/2/2024;mua bán;Nguyễn Văn Bình;", "1/3/2024;mua bán;;Lê Thị Hoa")
    drafts = _incidents(tmp_path, *rows, "1/4/2024;mua bán;-5 gam;", head=head)
    assert [r.value for r in drafts.rejected] == [WITHHELD, WITHHELD, "-5 gam"]


def test_a_name_in_the_status_of_a_hotspot_is_withheld(tmp_path):
    drafts = _hotspots(tmp_path, "T;x;Tụ điểm;05/03/2024;;;Trần Văn B", "U;x;Lê Văn C;1/2/2024;;;")
    assert [r.value for r in drafts.rejected] == [WITHHELD, WITHHELD]


def test_only_what_can_be_a_coordinate_travels_as_one(tmp_path):
    head = "Ngày;Hành vi;Vĩ độ;Kinh độ"
    cells = {
        "Nguyễn Văn Bình": None,
        "12.5 Nguyễn": None,
        "0912345678": None,
        "0912 345 678": None,
        "12,66753": "12,66753",
        "12°19'28.0\"N": "12°19'28.0\"N",
        "106º 6'4,68''Đ": "106º 6'4,68''Đ",
        "vĩ độ 12 độ 19 phút Bắc": "vĩ độ 12 độ 19 phút Bắc",
        "12.345678901234": "12.345678901234",
        "08.123456": "08.123456",
    }
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = ([f"{i + 1}/3/2024", "mua bán", cell, ""] for i, cell in enumerate(cells))
        csv.writer(file, delimiter=";").writerows([head.split(";"), *rows])
    drafts = read_incidents(read_table(path, Layer.INCIDENTS), today=TODAY)
    assert [d.place.lat_cell for d in drafts.accepted] == list(cells.values())


def test_a_reference_that_identifies_a_person_is_replaced_with_one_warning(tmp_path):
    refs = ("001090012345", "0912345678", "Nguyễn Văn Bình", "12/2024")
    rows = [f"{ref};0{i + 1}/03/2024;mua bán;x;1;CAX" for i, ref in enumerate(refs)]
    table = _table(tmp_path, "\n".join([HEAD, *rows]))
    drafts = read_incidents(table, today=TODAY)
    assert [d.ref.startswith("auto-") for d in drafts.accepted] == [True, True, True, False]
    assert [w for w in table.warnings if w.startswith("3 dòng")] == list(table.warnings)
    assert not any(ref in repr(table) + repr(drafts) for ref in refs[:3])


def test_names_of_householders_leave_addresses_and_hotspots(tmp_path):
    address = "nhà ông Nguyễn Văn A, thôn 3, Xã Ea Bá"
    [incident] = _incidents(tmp_path, f"A;05/03/2024;mua bán;{address};1;CAX").accepted
    [spot] = _hotspots(tmp_path, "T;Nhà bà Lê Thị B;Tụ điểm;05/03/2024;;;").accepted
    kept = f"nhà ông {NAME_BLANKED}, thôn 3, Xã Ea Bá"
    assert (incident.address_text, incident.place.address) == (kept, kept)
    assert (spot.name, spot.is_dwelling) == (f"Nhà bà {NAME_BLANKED}", True)


@pytest.mark.parametrize("heading", ["Người bị bắt", "Người phạm tội", "Bị can", "Bị cáo"])
def test_a_column_of_people_is_a_count_only_when_all_its_cells_are(tmp_path, heading):
    head = f"Ngày;Hành vi;Địa điểm;{heading}"
    counts = _incidents(tmp_path, "05/03/2024;mua bán;x;2", head=head)
    names = _table(tmp_path, f"{head}\n05/03/2024;mua bán;x;Trần Văn B")
    assert counts.accepted[0].offenders == 2
    assert names.dropped_columns == (heading,)
    assert "Trần" not in repr(names)


def test_a_column_of_offenders_that_holds_names_is_dropped(tmp_path):
    head = "Ngày;Hành vi;Địa điểm;Đối tượng"
    names = _table(tmp_path, f"{head}\n05/03/2024;mua bán;x;Trần Văn B")
    counts = _table(tmp_path, f"{head}\n05/03/2024;mua bán;x;2")
    assert names.dropped_columns == ("Đối tượng",)
    assert "Trần" not in repr(names)
    assert counts.rows[0].cells["offenders"] == "2"


def test_a_tip_is_unverified_unless_the_row_says_otherwise(tmp_path):
    head = HEAD + ";Xác minh"
    rows = ("A;05/03/2024;mua bán;x;;tin báo;", "B;05/03/2024;mua bán;x;;tin báo;đã xác minh")
    rows += ("C;05/03/2024;mua bán;x;;CAX;", "D;05/03/2024;mua bán;x;;CAX;chưa")
    drafts = _incidents(tmp_path, *rows, head=head)
    assert [d.verified for d in drafts.accepted] == [False, True, True, False]


def test_a_missing_reference_comes_from_the_content_and_is_stable(tmp_path):
    rows = (";05/03/2024;mua bán;Xã A;1;CAX", ";06/03/2024;mua bán;Xã A;1;CAX")
    first, again = _incidents(tmp_path, *rows), _incidents(tmp_path, *reversed(rows))
    assert {d.ref for d in first.accepted} == {d.ref for d in again.accepted}
    assert len({d.ref for d in first.accepted}) == 2
    assert "dòng 2" in _incidents(tmp_path, rows[0], rows[0]).rejected[0].reason


def test_month_precision_survives(tmp_path):
    [draft] = _incidents(tmp_path, "A;06/2025;mua bán;x;;").accepted
    assert (draft.occurred_on, draft.date_precision) == (date(2025, 6, 1), DatePrecision.MONTH)


def test_quantities_without_unit_give_one_warning_for_the_table(tmp_path):
    head = "Ngày;Hành vi;Tang vật;Khối lượng"
    rows = ("1/2/2024;mua bán;heroin;2", "2/2/2024;mua bán;heroin;3", "3/2/2024;mua bán;heroin;4 g")
    drafts = _incidents(tmp_path, *rows, head=head)
    assert len(drafts.warnings) == 1
    assert "2 dòng" in drafts.warnings[0]
    assert _incidents(tmp_path, *rows, head=head + " (gam)").warnings == ()


def test_one_column_a_substance_adds_up(tmp_path):
    head = "Ngày;Hành vi;Heroin (g);MTTH (viên)"
    [draft] = _incidents(tmp_path, "1/2/2024;mua bán;12,5;20", head=head).accepted
    assert [(s.substance, s.quantity, s.unit) for s in draft.seizures] == [
        (Substance.HEROIN, 0.0125, SeizureUnit.KG),
        (Substance.SYNTHETIC, 20.0, SeizureUnit.TABLET),
    ]


def test_mapping_names_columns_and_refuses_persons(tmp_path):
    head = "Ký hiệu;Bữa nào;Hành vi;CCCD"
    mapping = {"ref": "Ký hiệu", "occurred_on": "Bữa nào"}
    [draft] = _incidents(tmp_path, "A;1/2/2024;mua bán;1", head=head, mapping=mapping).accepted
    assert draft.ref == "A"
    for wrong in ({"ref": "CCCD"}, {"nothing": "Ký hiệu"}, {"ref": "Không có"}):
        with pytest.raises(UnusableFileError):
            _incidents(tmp_path, "A;1/2/2024;mua bán;1", head=head, mapping=mapping | wrong)


def test_the_issuing_body_is_the_source(tmp_path):
    titles = "BỘ CÔNG AN;;;;;\nCông an  tỉnh Lâm Đồng;;;;;\nDANH SÁCH VỤ VIỆC;;;;;\n"
    table = _table(tmp_path, f"{titles}{HEAD}\nA;05/03/2024;mua bán;x;;")
    assert table.source == "CÔNG AN TỈNH LÂM ĐỒNG"
    assert table.rows[0].line == 5


def test_an_exported_geojson_comes_back(tmp_path):
    properties = {
        "ref": "A-1",
        "source": "CÔNG AN TỈNH",
        "occurred_on": "2025-06-01",
        "date_precision": "month",
        "kind": "organising_use",
        "side": "demand",
        "substances": [{"substance": "synthetic", "quantity": 12.345, "unit": "tablet"}],
        "offenders": 2,
        "detected_by": "tip",
        "verified": True,
        "address_text": "Xã Ea Bá",
    }
    feature = {"type": "Feature", "geometry": None, "properties": properties}
    path = tmp_path / "x.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    [draft] = read_incidents(read_table(path, Layer.INCIDENTS), today=TODAY).accepted
    assert (draft.kind, draft.verified, draft.offenders) == ("organising_use", True, 2)
    assert draft.date_precision is DatePrecision.MONTH
    assert draft.seizures[0].quantity == 12.345


def test_hotspot_events_follow_the_dates(tmp_path):
    drafts = _hotspots(
        tmp_path,
        "T1;Điểm 1;Tụ điểm phức tạp;05/03/2024;;;Đang hoạt động",
        "T2;Điểm 2;Điểm bán lẻ;05/03/2024;06/2024;;Đã triệt xóa",
        "T3;Nhà trọ B;Điểm tổ chức, chứa chấp;05/03/2024;;;Nghi vấn",
        "T4;Điểm 4;Điểm có nguy cơ;05/03/2024;01/02/2025;03/04/2025;Tái phức tạp",
    )
    events = {d.ref: [e.type for e in d.events] for d in drafts.accepted}
    assert drafts.rejected == []
    assert events == {
        "T1": [EventType.OPENED],
        "T2": [EventType.OPENED, EventType.CLEARED],
        "T3": [EventType.SUSPECTED],
        "T4": [EventType.OPENED, EventType.CLEARED, EventType.RE_EMERGED],
    }
    assert drafts.accepted[1].events[1].note == "chỉ biết tháng"
    assert [d.is_dwelling for d in drafts.accepted] == [False, False, True, False]
    assert [d.kind for d in drafts.accepted] == ["gathering", "retail", "use_den", "at_risk"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("T;x;Tụ điểm;05/03/2024;;;Đã triệt xóa", "Trạng thái"),
        ("T;x;Tụ điểm;05/03/2024;06/04/2024;;Đang hoạt động", "Trạng thái"),
        ("T;x;Tụ điểm;05/03/2024;04/03/2024;;", "Ngày triệt xóa"),
        ("T;x;Tụ điểm;;;;Đang hoạt động", "Ngày phát hiện"),
        ("T;x;Quán nước;05/03/2024;;;", "Loại"),
        ("T;x;Tụ điểm;05/03/2024;;;màu xanh", "Trạng thái"),
    ],
)
def test_a_hotspot_that_contradicts_itself_is_refused(tmp_path, row, column):
    drafts = _hotspots(tmp_path, row)
    assert drafts.accepted == []
    assert [r.column for r in drafts.rejected] == [column]


INDICATORS = "Mã xã;Tên xã;Nhân khẩu;Người nghiện có hồ sơ;Diện tích cây (ha);Tuyến trọng điểm"


def test_indicators_keep_missing_apart_from_zero(tmp_path):
    text = (
        f"Kỳ 15/12/2025 - 14/12/2026;;;;;\n{INDICATORS}\n103;Xã A;1.200;;0,5;x\n104;Xã B;0;0;0;\n"
    )
    table = _table(tmp_path, text + "Tổng cộng;;1.200;0;;\n104;Xã B;1;1;1;\n", Layer.INDICATORS)
    drafts = read_indicators(table, period=None)
    first, second = drafts.accepted
    assert (first.commune_code, first.residents, first.dependents) == ("00103", 1200, None)
    assert (first.plant_area_m2, first.on_key_route) == (5000.0, True)
    assert (second.residents, second.dependents, second.on_key_route) == (0, 0, None)
    assert first.period == Period(date(2025, 12, 15), date(2026, 12, 14))
    assert [r.line for r in drafts.rejected] == [6]


def test_a_declared_count_survives_a_bad_cell_and_a_column_of_names_does_not(tmp_path):
    head = "Kỳ 15/12/2025 - 14/12/2026;;\nMã xã;Nhân khẩu;Người nghiện\n"
    counts = _table(tmp_path, head + "103;1;5\n104;1;6\n105;1;Lê Văn A\n", Layer.INDICATORS)
    names = _table(tmp_path, head + "103;1;Trần Văn B\n104;1;Lê Văn A\n", Layer.INDICATORS)
    drafts = read_indicators(counts)
    assert [d.dependents for d in drafts.accepted] == [5, 6]
    assert [r.value for r in drafts.rejected] == [WITHHELD]
    assert names.dropped_columns == ("Người nghiện",)


def test_indicators_without_a_period_need_one(tmp_path):
    table = _table(tmp_path, f"{INDICATORS}\n103;Xã A;1;1;1;\n", Layer.INDICATORS)
    with pytest.raises(UnusableFileError, match="--period"):
        read_indicators(table, period=None)
    period = Period(date(2025, 12, 15), date(2026, 12, 14))
    assert read_indicators(table, period=period).accepted[0].period == period


CELL = st.one_of(
    st.text(max_size=12), st.sampled_from(["05/03/2024", "mua bán", "1e999", "nan", "=1+1", "Cộng"])
)


@given(st.lists(st.lists(CELL, min_size=6, max_size=6), min_size=1, max_size=8))
def test_no_row_whatever_stops_a_file(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "x.csv"
    with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEAD.split(";"))
        writer.writerow(["A-1", "05/03/2024", "mua bán", "x", "1", "CAX"])
        writer.writerows(rows)
    try:
        table = read_table(path, Layer.INCIDENTS)
    except UnusableFileError:
        return
    drafts = read_incidents(table, today=TODAY)
    assert len(drafts.accepted) + len(drafts.rejected) == len(table.rows)
    lines = [d.line for d in drafts.accepted] + [r.line for r in drafts.rejected]
    assert len(lines) == len(set(lines))


# --- against the shared samples ---------------------------------------------


def _sample(shared_dir: Path, name: str) -> Path:
    return shared_dir / "samples" / "seed1" / name


def test_the_sample_of_incidents_is_refused_exactly_where_its_truth_says(shared_dir):
    with _sample(shared_dir, "vu_viec.truth.csv").open(encoding="utf-8") as file:
        truth = {row["ref"]: row for row in csv.DictReader(file)}
    table = read_table(_sample(shared_dir, "vu_viec.xlsx"), Layer.INCIDENTS)
    drafts = read_incidents(table, today=TODAY)
    bad = {ref for ref, row in truth.items() if row["bad"] in ("bad_date", "future_date")}
    assert {d.ref for d in drafts.accepted} == truth.keys() - bad
    assert all(d.occurred_on.isoformat() == truth[d.ref]["date"] for d in drafts.accepted)
    columns = Counter(r.column for r in drafts.rejected)
    assert columns == {"Ngày xảy ra": len(bad) + 1, "Số hồ sơ": 20}
    assert table.dropped_columns == ("Họ và tên đối tượng",)
    assert "NGƯỜI" not in repr(table.rows)
    assert "0912345678" not in repr(table)


def test_the_sample_registers_are_read_whole(shared_dir):
    spots = read_table(_sample(shared_dir, "tu_diem.csv"), Layer.HOTSPOTS)
    with _sample(shared_dir, "tu_diem.truth.json").open(encoding="utf-8") as file:
        truth = {row["id"]: row for row in json.load(file)}
    drafts = read_hotspots(spots, today=TODAY)
    assert len(drafts.accepted) == 19
    for spot in drafts.accepted:
        assert spot.events[0].on.isoformat() == truth[spot.ref]["opened"]
        for event in spot.events[1:]:
            assert event.on.isoformat() == truth[spot.ref]["cleared"]
    table = read_table(_sample(shared_dir, "chi_tieu_xa.xlsx"), Layer.INDICATORS)
    indicators = read_indicators(table, period=None)
    assert (len(indicators.accepted), indicators.rejected) == (532, [])
    assert (table.dropped_columns, table.ignored_columns) == ((), ())
    assert all(None not in (i.fugitives, i.residents, i.plants) for i in indicators.accepted)


# Coordinates in metres

METRE_HEADS = [
    "Tọa độ X;Tọa độ Y;Kinh tuyến trục",
    "X (m);Y (m);Hệ tọa độ",
    "Tọa độ VN-2000 X;Tọa độ VN-2000 Y;KTT",
]


@pytest.mark.parametrize("heads", METRE_HEADS)
@pytest.mark.parametrize("stated", ["105°45'", "105,75", "9210", "VN2000 KTT 105-45 múi 3"])
def test_metres_and_the_column_of_their_system_reach_the_query(tmp_path, heads, stated):
    row = f"A-1;05/03/2024;mua bán;Xã Tân An;2;CAX;1195000,25;596000,5;{stated}"
    draft = _incidents(tmp_path, row, head=f"{HEAD};{heads}").accepted[0]
    assert draft.place.lat_cell == "1195000,25"
    assert draft.place.lon_cell == "596000,5"
    assert draft.place.coordinate_system == "EPSG:9210"


@pytest.mark.parametrize(
    ("title", "heads"),
    [
        ("Hệ tọa độ VN-2000, kinh tuyến trục 107°45', múi chiếu 3°", "X;Y"),
        ("DANH SÁCH VỤ VIỆC", "Tọa độ VN-2000 (KTT 107°45') X;Y"),
    ],
)
def test_a_title_or_a_heading_states_the_system_of_every_row(tmp_path, title, heads):
    rows = "A-1;05/03/2024;mua bán;Xã Tân An;2;CAX;1.195.000;596.000\nA-2;06/03/2024;mua bán;b;1;;;"
    text = f"{title};;;;;;;\n{HEAD};{heads}\n{rows}"
    drafts = read_incidents(_table(tmp_path, text), today=TODAY).accepted
    assert {draft.place.coordinate_system for draft in drafts} == {"EPSG:5899"}


def test_words_under_the_heading_of_the_system_are_not_kept(tmp_path):
    row = "A-1;05/03/2024;mua bán;Xã Tân An;2;CAX;1195000;596000;Nguyễn Văn An"
    draft = _incidents(tmp_path, row, head=f"{HEAD};X;Y;Hệ tọa độ").accepted[0]
    assert draft.place.coordinate_system is None


def test_both_metres_in_one_cell_are_kept_as_written(tmp_path):
    row = "A-1;05/03/2024;mua bán;Xã Tân An;2;CAX;X=1195000.2 Y=596000.5"
    draft = _incidents(tmp_path, row, head=f"{HEAD};Tọa độ VN-2000").accepted[0]
    assert draft.place.coordinate_cell == "X=1195000.2 Y=596000.5"
    assert draft.place.coordinate_system == "EPSG:4756"
