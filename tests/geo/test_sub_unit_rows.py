"""Rows of the register of sub-units: what is read, what is refused."""

from __future__ import annotations

from pathlib import Path

from geo.drafts import Drafts
from geo.sub_unit_rows import SubUnitDraft, read_sub_units
from geo.tables import read_table
from geo.terms import Layer, SubUnitKind


def read(tmp_path: Path, text: str) -> Drafts[SubUnitDraft]:
    path = tmp_path / "thon.csv"
    path.write_text(text, "utf-8")
    return read_sub_units(read_table(path, Layer.SUB_UNITS))


def test_a_register_as_clerks_keep_it_is_read(tmp_path: Path) -> None:
    drafts = read(
        tmp_path,
        "Mã;Tên thôn, tổ;Loại;Xã;Huyện;Tỉnh;Vĩ độ;Kinh độ\n"
        "T01;Thôn Phước Lý;;Xã Đắk Tô;Huyện Đắk Tô;Kon Tum;14,65;107,85\n"
        "T02;5;Tổ dân phố;Xã Đắk Tô;Huyện Đắk Tô;Kon Tum;;\n",
    )

    assert drafts.rejected == []
    first, second = drafts.accepted
    assert (first.ref, first.name, str(first.normal)) == ("T01", "Thôn Phước Lý", "thon:phuokli")
    assert first.place.commune_name == "Xã Đắk Tô"
    assert first.place.lat_cell == "14,65"
    assert (second.name, second.normal.kind) == ("Tổ dân phố 5", SubUnitKind.TO)


def test_the_kind_in_the_name_goes_before_that_of_the_column(tmp_path: Path) -> None:
    drafts = read(tmp_path, "Tên thôn;Loại;Mã xã\nBuôn Ea Khal;Thôn;24133\n")

    assert [d.normal.kind for d in drafts.accepted] == [SubUnitKind.BUON]


def test_a_row_without_a_name_is_refused_with_its_column(tmp_path: Path) -> None:
    drafts = read(tmp_path, "Tên thôn;Mã xã\nThôn;24133\nThôn 1;24133\n")

    assert [(r.line, r.column) for r in drafts.rejected] == [(2, "Tên thôn")]
    assert "chưa có tên" in drafts.rejected[0].reason


def test_without_a_code_the_row_keeps_its_reference_when_a_point_is_added(tmp_path: Path) -> None:
    (before,) = read(tmp_path, "Tên thôn;Mã xã;Vĩ độ;Kinh độ\nThôn 1;24133;;\n").accepted
    (after,) = read(tmp_path, "Tên thôn;Mã xã;Vĩ độ;Kinh độ\nThôn 1;24133;14,5;107,9\n").accepted

    assert before.ref == after.ref
    assert before.ref.startswith("auto-")


def test_the_same_hamlet_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    drafts = read(tmp_path, "Tên thôn;Mã xã\nThôn 1;24133\nthôn 01;24133\n")

    assert len(drafts.accepted) == 1
    assert "trùng với dòng 2" in drafts.rejected[0].reason
