"""A file of points clustered into another file, without a database."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from geo.clusters import label_places
from geo.errors import ClusterError, UnusableFileError
from webapp.cli.clustering import cluster
from webapp.services.cluster_file import ClusterReport, ClusterRequest, write_clusters

ROOT = Path(__file__).parents[2]


def table(folder: Path, rows: list[str], heading: str = "ref,lon,lat,date") -> Path:
    path = folder / "points.csv"
    path.write_text("\n".join([heading, *rows]) + "\n", "utf-8")
    return path


def gathered(n: int = 10, lon: float = 105.85, day: str = "2026-06-01") -> list[str]:
    """`n` points within some 100 m."""
    return [f"V{i},{lon + i * 1e-4:.5f},21.02000,{day}" for i in range(n)]


def clustered(
    folder: Path, source: Path, **options: Any
) -> tuple[ClusterReport, list[dict[str, str]], dict[str, Any]]:
    out, labels = folder / "out.geojson", folder / "labels.csv"
    report = write_clusters(source, ClusterRequest(**options), out, labels)
    with labels.open(encoding="utf-8", newline="") as file:
        return report, list(csv.DictReader(file)), json.loads(out.read_text("utf-8"))


def test_every_row_has_its_label_in_the_order_of_the_file(tmp_path: Path) -> None:
    source = table(tmp_path, [*gathered(), "FAR,106.5,21.5,2026-06-02"])
    report, labels, layer = clustered(tmp_path, source, eps_m=25, min_samples=4)
    assert [row["ref"] for row in labels] == [*(f"V{i}" for i in range(10)), "FAR"]
    assert [row["label"] for row in labels] == ["0"] * 10 + ["-1"]
    assert {row["core"] for row in labels[:10]} == {"0", "1"}
    assert labels[10]["core"] == "0"
    assert (report.clusters, report.noise, report.unusable) == (1, 1, ())
    (feature,) = layer["features"]
    properties = feature["properties"]
    assert (properties["cluster_id"], properties["n"]) == (0, 10)
    assert properties["n_core"] == sum(row["core"] == "1" for row in labels)
    assert (properties["first_date"], properties["last_date"]) == ("2026-06-01", "2026-06-01")
    assert 0 < properties["area_km2"] < 0.1


def test_the_hull_is_a_right_hand_polygon_around_the_points(tmp_path: Path) -> None:
    _, _, layer = clustered(tmp_path, table(tmp_path, gathered()))
    hull = shapely.from_geojson(json.dumps(layer["features"][0]["geometry"]))
    assert hull.is_valid
    assert shapely.is_ccw(hull.exterior)
    assert hull.covers(shapely.points(105.8505, 21.02))
    assert layer["bbox"] == [round(v, 7) for v in hull.bounds]
    assert layer["metadata"]["eps_m"] == 300
    assert layer["metadata"]["n_rows"] == 10


def test_rows_that_cannot_be_used_stay_and_are_explained(tmp_path: Path) -> None:
    rows = ["A,,21,", "B,nan,21,", "C,inf,21,", "D,0,0,", "E,105.8,88,", "F,400,21,"]
    report, labels, layer = clustered(tmp_path, table(tmp_path, [*rows, *gathered()]))
    assert [(row["label"], row["core"]) for row in labels[:6]] == [("", "")] * 6
    assert [row["label"] for row in labels[6:]] == ["0"] * 10
    told = [(fault.n, fault.first_line) for fault in report.unusable]
    assert told == [(3, 2), (2, 6), (1, 5)]
    assert layer["metadata"]["n_clustered"] == 10


def test_a_window_ends_with_the_last_day_of_the_file(tmp_path: Path) -> None:
    rows = [*gathered(9), "OLD,105.8501,21.02,2026-03-01", "LAST,105.8502,21.02,2026-06-29"]
    report, labels, _ = clustered(tmp_path, table(tmp_path, rows), window_days=29)
    assert report.as_of == date(2026, 6, 29)
    assert report.outside == 1
    assert [row["label"] for row in labels] == ["0"] * 9 + ["", "0"]
    report, labels, _ = clustered(tmp_path, table(tmp_path, rows), window_days=28)
    assert (report.outside, report.unusable) == (10, ())


def test_as_of_leaves_out_what_came_later(tmp_path: Path) -> None:
    rows = [*gathered(9), "LATER,105.8501,21.02,2026-06-02"]
    report, labels, _ = clustered(tmp_path, table(tmp_path, rows), as_of=date(2026, 6, 1))
    assert labels[9]["label"] == ""
    assert report.outside == 1


def test_without_a_date_a_row_lies_in_no_window(tmp_path: Path) -> None:
    rows = [*gathered(9), "NONE,105.8501,21.02,"]
    report, labels, _ = clustered(tmp_path, table(tmp_path, rows), window_days=90)
    assert labels[9]["label"] == ""
    assert [(fault.reason, fault.n) for fault in report.unusable] == [("không có ngày đọc được", 1)]
    report, labels, _ = clustered(tmp_path, table(tmp_path, rows))
    assert labels[9]["label"] == "0"
    assert report.unusable == ()


def test_days_apart_are_clusters_apart_when_time_counts(tmp_path: Path) -> None:
    rows = [*gathered(9, day="2026-01-01"), *gathered(9, day="2026-06-01")]
    source = table(tmp_path, rows)
    assert clustered(tmp_path, source)[0].clusters == 1
    assert clustered(tmp_path, source, eps_days=30)[0].clusters == 2


@pytest.mark.parametrize("text", ["lon,lat\n", "\ufeffref;lon;lat\r\n"])
def test_a_file_without_rows_gives_an_empty_answer(tmp_path: Path, text: str) -> None:
    source = tmp_path / "empty.csv"
    source.write_text(text, "utf-8")
    report, labels, layer = clustered(tmp_path, source, window_days=90)
    assert (report.rows, report.clusters, labels) == (0, 0, [])
    assert layer["features"] == []
    assert (tmp_path / "labels.csv").read_text("utf-8") == "ref,label,core\n"


def test_nothing_usable_is_no_crash(tmp_path: Path) -> None:
    report, labels, layer = clustered(tmp_path, table(tmp_path, ["A,,,", "B,x,y,"]))
    assert (report.taken, report.clusters, len(labels)) == (0, 0, 2)
    assert layer["features"] == []


def test_references_cannot_run_in_a_spreadsheet(tmp_path: Path) -> None:
    rows = ['"=1+1",105.85,21,', "-5,105.85,21,", '"a,""b""",105.85,21,', "+84x,105.85,21,"]
    _, labels, _ = clustered(tmp_path, table(tmp_path, rows), min_samples=4)
    assert [row["ref"] for row in labels] == ["'=1+1", "-5", 'a,"b"', "'+84x"]


def test_what_looks_like_a_formula_is_inert_and_all_else_comes_back(tmp_path: Path) -> None:
    odd = ["=cmd|1", "-1.5+cmd|' /C calc'!A0", "@SUM(1)", "<script>alert(1)</script>", "-1.5", "'x"]
    rows = [f'"{ref}",105.85,21,' for ref in odd]
    _, labels, _ = clustered(tmp_path, table(tmp_path, rows), min_samples=4)
    assert [row["ref"] for row in labels] == [*(f"'{ref}" for ref in odd[:3]), *odd[3:]]


def test_a_day_that_cannot_be_is_told_and_never_ends_the_window(tmp_path: Path) -> None:
    rows = ["BAD,105.85,21.02,2999-01-01", "OLD,105.85,21.02,1800-01-01"]
    source = table(tmp_path, [*gathered(9), *rows])
    report, _, _ = clustered(tmp_path, source, window_days=30)
    assert (report.as_of, report.taken, report.wrong_days) == (date(2026, 6, 1), 9, 2)
    assert [(f.n, f.first_line) for f in report.unusable] == [(2, 11)]
    report, _, layer = clustered(tmp_path, source)
    assert (report.taken, report.wrong_days, report.unusable) == (11, 2, ())
    assert layer["features"][0]["properties"]["last_date"] == "2026-06-01"


def test_a_day_after_today_never_ends_the_window(tmp_path: Path) -> None:
    source = table(tmp_path, [*gathered(9), "SOON,105.85,21.02,2026-07-01"])
    out, request = tmp_path / "o.geojson", ClusterRequest(window_days=30)
    report = write_clusters(source, request, out, today=date(2026, 6, 14))
    assert (report.as_of, report.wrong_days) == (date(2026, 6, 1), 1)
    later = ClusterRequest(window_days=60, as_of=date(2026, 7, 2))
    assert write_clusters(source, later, out, today=date(2026, 6, 14)).taken == 10


def test_labels_are_those_of_the_library_at_any_engine(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    lons, lats = 105.9 + random.normal(0, 0.02, 3000), 21 + random.normal(0, 0.02, 3000)
    rows = [
        f"{i},{x:.6f},{y:.6f},2026-01-01" for i, (x, y) in enumerate(zip(lons, lats, strict=True))
    ]
    source = table(tmp_path, rows)
    expected = label_places(np.round(lons, 6), np.round(lats, 6), eps_m=200, min_samples=8)
    for engine in ("auto", "sklearn", "dbscan"):
        report, labels, layer = clustered(tmp_path, source, eps_m=200, min_samples=8, engine=engine)
        assert [int(row["label"]) for row in labels] == expected.labels.tolist()
        assert [row["core"] == "1" for row in labels] == expected.core.tolist()
        assert len(layer["features"]) == report.clusters == expected.n_clusters
        assert engine in ("auto", report.engine)


def test_results_never_overwrite_the_input_or_each_other(tmp_path: Path) -> None:
    source = table(tmp_path, gathered())
    before = source.read_bytes()
    out = tmp_path / "o.geojson"
    with pytest.raises(UnusableFileError, match="trùng với tệp đầu vào"):
        write_clusters(source, ClusterRequest(), out, source)
    with pytest.raises(UnusableFileError, match="trùng nhau"):
        write_clusters(source, ClusterRequest(), out, out)
    with pytest.raises(UnusableFileError, match="không tồn tại"):
        write_clusters(source, ClusterRequest(), tmp_path / "nowhere" / "o.geojson")
    with pytest.raises(ClusterError):
        write_clusters(source, ClusterRequest(eps_m=-1), out, tmp_path / "l.csv")
    with pytest.raises(UnusableFileError, match="định dạng"):
        write_clusters(source, ClusterRequest(), tmp_path / "o.xyz", tmp_path / "l.csv")
    assert source.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["points.csv"]


def command(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "webapp", "cluster", *map(str, words)],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )


def test_rows_outside_a_window_are_told_and_no_error(tmp_path: Path) -> None:
    source = table(tmp_path, [*gathered(), "OLD,105.85,21.02,2020-01-01"])
    words = [str(source), "--out", str(tmp_path / "o.geojson"), "--window-days", "90"]
    done = CliRunner().invoke(cluster, words)
    assert done.exit_code == 0, done.output
    assert "1 cụm từ 10 trong 11 dòng" in done.stderr
    assert "1 dòng ngoài khoảng thời gian" in done.stderr


def test_a_window_that_holds_no_row_is_said(tmp_path: Path) -> None:
    words = [str(table(tmp_path, gathered())), "--out", str(tmp_path / "o.geojson")]
    done = CliRunner().invoke(cluster, [*words, "--as-of", "2020-01-01", "--window-days", "30"])
    assert done.exit_code == 0, done.output
    assert "0 trong 10 dòng nên không có cụm" in done.stderr


def test_a_heading_alone_is_an_answer_and_nothing_at_all_is_none(tmp_path: Path) -> None:
    source, out = table(tmp_path, []), tmp_path / "o.geojson"
    done = CliRunner().invoke(cluster, [str(source), "--out", str(out)])
    assert (done.exit_code, "không có dòng dữ liệu nào" in done.stderr) == (0, True)
    out.unlink()
    source.write_bytes(b"")
    nothing = command(source, "--out", out)
    assert (nothing.returncode, out.exists()) == (2, False)
    assert "trống" in nothing.stderr


def test_the_command_exits_by_what_could_be_used(tmp_path: Path) -> None:
    out, labels = tmp_path / "o.geojson", tmp_path / "l.csv"
    some = command(table(tmp_path, [*gathered(), "X,,,"]), "--out", out, "--labels", labels)
    assert some.returncode == 3, some.stderr
    assert "Không dùng được 1 dòng: thiếu tọa độ" in some.stderr
    assert "dòng 12" in some.stderr
    out.unlink()
    metres = table(tmp_path, ["A,585000,2325000,"])
    none = command(metres, "--out", out, "--labels", tmp_path / "none.csv")
    assert none.returncode == 2
    assert none.stderr.startswith("Lỗi: ")
    assert not out.exists()
    assert not (tmp_path / "none.csv").exists()
