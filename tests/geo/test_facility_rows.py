"""Rows of a list of facilities: kinds by column or name, no owner kept, references that last."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.drafts import Drafts
from geo.facility_rows import FacilityDraft, read_facilities
from geo.tables import Table, read_table
from geo.terms import FacilityKind, Layer
from geo.words import parse_facility_kind


def table(tmp_path: Path, text: str) -> Table:
    path = tmp_path / "co_so.csv"
    path.write_text(text, "utf-8")
    return read_table(path, Layer.FACILITIES)


def read(tmp_path: Path, text: str) -> Drafts[FacilityDraft]:
    return read_facilities(table(tmp_path, text))


def test_a_list_as_clerks_keep_it_is_read(tmp_path: Path) -> None:
    drafts = read(
        tmp_path,
        "STT;Mã trường;Tên cơ sở;Loại hình;Địa chỉ;Xã, phường;Tỉnh;Vĩ độ;Kinh độ;Ghi chú\n"
        "1;T01;Trường THCS Lê Quý Đôn;Trường học;Thôn 3;Xã Đắk Tô;Quảng Ngãi;14,65;107,85;mới\n"
        "2;;Karaoke Hoa Mai;;12 Hùng Vương;Xã Đắk Tô;Quảng Ngãi;;;\n",
    )

    assert drafts.rejected == []
    school, karaoke = drafts.accepted
    assert (school.ref, school.kind, school.note) == ("T01", FacilityKind.SCHOOL, "mới")
    assert school.name == "Trường THCS Lê Quý Đôn"
    assert school.place.lat_cell == "14,65"
    assert (karaoke.kind, karaoke.address_text) == (FacilityKind.KARAOKE, "12 Hùng Vương")
    assert karaoke.ref.startswith("auto-")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Trường mầm non Hoa Sen", FacilityKind.SCHOOL),
        ("THPT Nguyễn Trãi", FacilityKind.SCHOOL),
        ("TH Lê Văn Tám", FacilityKind.SCHOOL),
        ("Trung tâm GDTX tỉnh", FacilityKind.SCHOOL),
        ("Trường cao đẳng công nghiệp hóa chất", FacilityKind.SCHOOL),
        ("Cơ sở cai nghiện ma túy số 2", FacilityKind.TREATMENT_CENTRE),
        ("Trung tâm chữa bệnh, giáo dục lao động", FacilityKind.TREATMENT_CENTRE),
        ("Cơ sở điều trị Methadone", FacilityKind.SUBSTITUTION_CLINIC),
        ("Karaoke Trường Sơn", FacilityKind.KARAOKE),
        ("Bar - karaoke 99", FacilityKind.KARAOKE),
        ("Quán bar New", FacilityKind.BAR),
        ("Bar 1900", FacilityKind.BAR),
        ("Vũ trường Đêm", FacilityKind.DANCE_HALL),
        ("Khách sạn Sân Bay", FacilityKind.LODGING),
        ("Nhà nghỉ 79", FacilityKind.LODGING),
        ("Công ty TNHH hóa chất A", FacilityKind.PRECURSOR_BUSINESS),
        ("Kinh doanh khí N2O", FacilityKind.N2O_BUSINESS),
        ("Cảng hàng không Buôn Ma Thuột", FacilityKind.AIRPORT),
        ("Chu Lai International Airport", FacilityKind.AIRPORT),
        ("Cảng biển Vũng Áng", FacilityKind.SEAPORT),
        ("Cảng thủy nội địa", FacilityKind.INLAND_PORT),
        ("Port", FacilityKind.SEAPORT),
        ("Ga Hải Dương", FacilityKind.RAIL_STATION),
        ("Bến xe phía nam", FacilityKind.BUS_STATION),
        ("Khác", FacilityKind.OTHER),
        *((kind.value, kind) for kind in FacilityKind),
    ],
)
def test_the_words_of_clerks_mean_a_kind(text: str, kind: FacilityKind) -> None:
    assert parse_facility_kind(text) is kind


def test_a_row_that_tells_no_kind_is_refused_with_what_helps(tmp_path: Path) -> None:
    drafts = read(tmp_path, "Tên cơ sở;Địa chỉ\nHoa Hồng;Thôn 1, Xã Đắk Tô\n")

    assert [(r.line, r.column) for r in drafts.rejected] == [(2, "kind")]
    assert "ghi cột «Loại»" in drafts.rejected[0].reason


def test_a_kind_that_is_unknown_is_refused_with_those_that_are_taken(tmp_path: Path) -> None:
    drafts = read(tmp_path, "Tên cơ sở;Loại;Địa chỉ\nHoa Hồng;Sạp báo;Xã Đắk Tô\n")

    assert [(r.line, r.column) for r in drafts.rejected] == [(2, "Loại")]
    assert "quán bar" in drafts.rejected[0].reason


@pytest.mark.parametrize(
    "heading",
    [
        *("Chủ cơ sở", "Tên chủ cơ sở", "Chủ quán", "Giám đốc", "Hiệu trưởng", "Người đại diện"),
        *("Người quản lý", "Đại diện pháp luật", "Owner", "Điện thoại", "Người đứng tên"),
    ],
)
def test_a_column_that_names_an_owner_is_dropped(tmp_path: Path, heading: str) -> None:
    found = table(
        tmp_path, f"Tên cơ sở;Loại;{heading};Địa chỉ\nKaraoke A;Karaoke;Lò Văn Bí Mật;Xã Đắk Tô\n"
    )

    assert found.dropped_columns == (heading,)
    assert "Bí Mật" not in str(found.rows)


def test_a_business_under_its_owners_name_keeps_what_is_no_name(tmp_path: Path) -> None:
    drafts = read(
        tmp_path,
        "Tên cơ sở;Địa chỉ\n"
        "Nhà nghỉ Nguyễn Thị Hoa;Xã Đắk Tô\n"
        "Trường tiểu học Nguyễn Văn Trỗi;Xã Đắk Tô\n",
    )

    names = [draft.name for draft in drafts.accepted]
    assert names == ["Nhà nghỉ [tên đã xoá]", "Trường tiểu học Nguyễn Văn Trỗi"]


def test_without_a_code_a_point_measured_later_changes_no_reference(tmp_path: Path) -> None:
    head = "Tên cơ sở;Mã xã;Vĩ độ;Kinh độ\n"
    (before,) = read(tmp_path, f"{head}Trường THCS A;24133;;\n").accepted
    (after,) = read(tmp_path, f"{head}Trường thcs A;24133;14,5;107,9\n").accepted

    assert before.ref == after.ref


def test_the_same_facility_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    drafts = read(tmp_path, "Tên cơ sở;Mã xã\nTrường THCS A;24133\nTrường THCS A;24133\n")

    assert len(drafts.accepted) == 1
    assert "trùng với dòng 2" in drafts.rejected[0].reason
