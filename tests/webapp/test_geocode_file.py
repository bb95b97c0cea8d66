"""A file placed into another file, without a database."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from geo.errors import UnusableFileError
from geo.geocode import Geocoder
from geo.place_rows import read_places
from geo.records import Candidate, Placement, PlaceQuery
from geo.terms import Precision
from tests.webapp.small_world import commune_frame
from webapp.cli.geocoding import geocode
from webapp.services.geocode_file import FIELDS, places_in_force, write_geocoded

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve communes of two provinces, drawn as squares."""
    path = tmp_path_factory.mktemp("source") / "communes.gpkg"
    commune_frame().to_file(path, driver="GPKG")
    return path


@pytest.fixture(scope="module")
def geocoder(official: Path) -> Geocoder:
    known = places_in_force(official)
    assert 0 < known.approximate_count < known.commune_count
    return known.geocoder


def read_out(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def placed(folder: Path, text: str, geocoder: Geocoder) -> list[dict[str, str]]:
    source, out = folder / "in.csv", folder / "out.csv"
    source.write_text(text, "utf-8")
    write_geocoded(read_places(source), geocoder, out)
    return read_out(out)


def test_every_row_has_one_line_in_order_with_the_agreed_fields(
    tmp_path: Path, geocoder: Geocoder
) -> None:
    text = (
        "ref,address,lat,lon\n"
        'A,"Xã Đắk Tô, Tỉnh Quảng Ngãi",14.65,107.85\n'
        "B,không rõ,,\n"
        'A,"Xã Cư San, Tỉnh Đắk Lắk",,\n'
    )
    first, second, third = placed(tmp_path, text, geocoder)
    assert tuple(first) == FIELDS
    assert [row["ref"] for row in (first, second, third)] == ["A", "B", "A"]
    assert (first["commune_code"], first["precision"]) == ("23401", "exact")
    assert (float(first["lon"]), float(first["lat"])) == (107.85, 14.65)
    assert float(first["confidence"]) >= 0.9
    assert (second["commune_code"], second["precision"]) == ("", "unlocated")
    assert (third["precision"], third["lon"], third["lat"]) == ("commune", "", "")
    assert third["candidates"].split("|")[0].startswith("24444:")


def test_the_whole_country_is_known_where_the_source_has_a_part(
    tmp_path: Path, geocoder: Geocoder
) -> None:
    text = 'ref,address\n1,"Phường Ba Đình, Thành phố Hà Nội"\n'
    (row,) = placed(tmp_path, text, geocoder)
    assert row["commune_code"].startswith("00")


class _Anywhere(Geocoder):
    """Answers every row with the same placement."""

    def __init__(self, placement: Placement) -> None:
        self._answer = placement

    def place_many(self, queries: object) -> list[Placement]:
        return [self._answer for _ in queries]  # type: ignore[attr-defined]


def test_codes_keep_their_zeros_and_nothing_can_run_as_a_formula(tmp_path: Path) -> None:
    answer = Placement(
        Precision.COMMUNE,
        commune_code="00001",
        commune_code_now="00103",
        confidence=0.41239,
        candidates=(Candidate("00103", 0.5), Candidate("00107", 0.25)),
        warnings=("Một.", "Hai."),
    )
    text = "ref,address\n=1+1,Đắk Tô\n"
    (row,) = placed(tmp_path, text, _Anywhere(answer))
    assert (row["ref"], row["commune_code"]) == ("'=1+1", "00103")
    assert (row["candidates"], row["confidence"]) == ("00103:0.5|00107:0.25", "0.412")
    assert row["warnings"] == "Một.; Hai."


class _Broken(Geocoder):
    def __init__(self) -> None:
        pass

    def place_many(self, queries: object) -> list[Placement]:
        raise KeyboardInterrupt


def test_an_interrupted_run_leaves_no_file_and_keeps_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("cũ", "utf-8")
    with pytest.raises(KeyboardInterrupt):
        placed(tmp_path, "address\nĐắk Tô\n", _Broken())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    assert (tmp_path / "out.csv").read_text("utf-8") == "cũ"


def test_a_file_without_rows_leaves_no_result(tmp_path: Path, geocoder: Geocoder) -> None:
    with pytest.raises(UnusableFileError, match="không có dòng dữ liệu"):
        placed(tmp_path, "ref,address\n", geocoder)
    assert not (tmp_path / "out.csv").exists()


def test_the_shipped_communes_serve_where_there_is_no_source() -> None:
    known = places_in_force()
    assert known.approximate_count == known.commune_count > 3_000
    query = PlaceQuery(address="Xã Đắk Tô, tỉnh Quảng Ngãi")
    assert known.geocoder.place(query).commune_code_now == "23401"


def run(*words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "webapp", "geocode", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "DIABAN_DATA_DIR": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_the_command_needs_no_database_and_says_that_limits_are_approximate(
    tmp_path: Path,
) -> None:
    source, out = tmp_path / "danh_sach.csv", tmp_path / "ket_qua.csv"
    source.write_text('nơi chốn\n"Xã Đắk Tô, Quảng Ngãi"\n', "utf-8")
    done = run(source, "--out", out, "--column", "nơi chốn")
    assert "gần đúng" in done.stderr
    assert "1 dòng" in done.stderr
    assert done.stdout == ""
    assert read_out(out)[0]["commune_code"] == "23401"


def test_an_unusable_file_gives_exit_code_2_and_no_result(tmp_path: Path) -> None:
    source, out = tmp_path / "a.csv", tmp_path / "out.csv"
    source.write_bytes(b"\x00\x01\x02\x03" * 99)
    done = run(source, "--out", out, code=2)
    assert done.stderr.startswith("Lỗi: ")
    assert not out.exists()


def test_the_result_never_replaces_the_file_that_is_read(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("address\nĐắk Tô\n", "utf-8")
    done = CliRunner().invoke(geocode, [str(source), "--out", str(source)])
    assert "trùng" in str(done.exception)


def test_simulated_incidents_come_back_with_their_true_communes(
    shared_dir: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    known = places_in_force(shared_dir / "boundaries/official_2025/communes.parquet")
    seed = shared_dir / "samples/seed1"
    report = write_geocoded(read_places(seed / "vu_viec.xlsx"), known.geocoder, out)
    found = {row["ref"]: row for row in read_out(out)}
    with (seed / "vu_viec.truth.csv").open(encoding="utf-8", newline="") as file:
        truth = [row for row in csv.DictReader(file) if row["bad"] != "no_place"]
    right = sum(found[row["ref"]]["commune_code"] == row["commune"] for row in truth)
    assert right >= 0.995 * len(truth)
    assert report.rows == 3_021


def test_rows_of_points_alone_come_out_as_rows_with_words_do(
    tmp_path: Path, geocoder: Geocoder
) -> None:
    rows = [
        *(f"A{i},{14.61 + i / 1000:.3f},{107.81 + i / 1000:.3f}" for i in range(50)),
        "B/1,107.85,14.65",
        'C,"14,65","107,85"',
        "=D,14°39'00\",107°51'00\"",
        "E,0,0",
        "F,,",
        ",14.65,107.85",
        "đường 5,14.65,107.85",
        "G,nan,inf",
        "H,9.0,110.5",
        "I,1e1,107.85",
        "K,14.65",
    ]
    bare = "ref,lat,lon\n" + "\n".join(rows) + "\n"
    worded = "ref,lat,lon,address\n" + "\n".join(f"{row}," for row in rows[:-1]) + "\nK,14.65,,\n"
    (tmp_path / "bare.csv").write_text(bare, "utf-8")
    assert read_places(tmp_path / "bare.csv").bare is not None
    found = placed(tmp_path, bare, geocoder)
    assert found == placed(tmp_path, worded, geocoder)
    assert len(found) == len(rows)
    assert {row["precision"] for row in found[:50]} == {"exact"}


def test_batches_of_points_keep_the_order_of_the_file(tmp_path: Path, geocoder: Geocoder) -> None:
    path = tmp_path / "points.csv"
    lines = (f"R{i},{14.65 if i % 3 else 0},{107.85 if i % 3 else 0}" for i in range(45_000))
    path.write_text("ref,lat,lon\n" + "\n".join(lines), "utf-8")
    out = tmp_path / "out.csv"
    report = write_geocoded(read_places(path), geocoder, out)
    rows = read_out(out)
    assert [row["ref"] for row in rows] == [f"R{i}" for i in range(45_000)]
    assert [bool(row["commune_code"]) for row in rows[:4]] == [False, True, True, False]
    assert (report.rows, report.placed) == (45_000, {"exact": 30_000, "unlocated": 15_000})
