"""The package of a run: what it takes to repeat an analysis elsewhere, and to check that.

Points, parameters, labels and clusters are those that the viewer may know. Whoever sees the
nation with its homes gets the points as the run read them, and the script in the package comes to
the same labels; for anybody else it checks that the files are unchanged.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

import webapp
from geo.geojson_stream import geojson_chunks
from geo.layer_stream import LayerStream
from models import audit, communes, run_points, runs, site
from models.boundary_versions import BoundaryVersion
from models.run_points import RunPoints, SeenPoints
from models.runs import Run
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.layer_catalogue import LAYERS
from webapp.services.layer_metadata import INVENTED, OFFICIAL, scope_told
from webapp.services.layer_records import rows_of_run
from webapp.services.layer_rows import batches
from webapp.services.run_script import SCRIPT

README = """\
LẦN PHÂN TÍCH {id}, tính đến {as_of}

points.csv       vụ việc đã đọc: id, kinh độ, vĩ độ (WGS 84), ngày, có nằm giữa ô 250 m không
labels.csv       số cụm của từng vụ (-1: không thuộc cụm nào), có phải điểm lõi không
parameters.json  tham số, ngày, phạm vi, mã kiểm tra của bộ ranh giới và của nhãn
clusters.geojson các cụm của lần này trong phạm vi của tài khoản
checksums.txt    SHA-256 của từng tệp
verify.py        kiểm tra các tệp; {vi}

{licence}

RUN {id}, as of {as_of}

points.csv       records that were read: id, longitude, latitude (WGS 84), day, whether the point
                 stands in the middle of its square of 250 m because it may be a home
labels.csv       cluster of each record (-1: none), whether it is a core
parameters.json  parameters, days, scope, checksums of the boundaries and of the labels
clusters.geojson the clusters of this run inside the scope of the account
checksums.txt    SHA-256 of each file
verify.py        checks the files; {en}

    python -m pip install numpy pandas pyproj scikit-learn
    python verify.py

DBSCAN in metres on the UTM zone of each point (with eps_days also in days). Neighbouring zones
are joined through the cores they share; clusters are numbered by their lowest core: zone from
west to east, then x, then y; a border point goes to its nearest core, of equals to the lowest
cluster.
"""
_REPEATS = (
    "lập lại phân tích bằng scikit-learn và so từng nhãn",
    "repeats the run with scikit-learn and compares every label",
)
_CHECKS = (
    "không lập lại được phân tích, vì tài khoản không được biết mọi vị trí chính xác",
    "the run cannot be repeated, as the account may not know all places exactly",
)


@dataclass(frozen=True, slots=True)
class Package:
    """An archive: its bytes and the name to save it under."""

    content: bytes
    name: str


def make_package(
    database: Database, viewer: Viewer, run_id: int, at: datetime, address: str
) -> Package:
    """The archive of a run for a viewer; the export is written down.

    Raises
    ------
    NotFoundError
        If there is no such run, or it keeps no points.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        run = runs.run_by_id(session, viewer, run_id)
        seen = run_points.points_seen(session, viewer, run_id)
        told = _parameters(session, viewer, run, seen) | {
            "exported_at": at.isoformat(timespec="seconds"),
            "address": address,
        }
        files = dict(_files(session, viewer, run, seen, told))
    rows = int(seen.points.ids.size)
    with unit_of_work(database, viewer) as session:
        audit.record(session, viewer, "export", f"run:{run_id}", {"rows": rows}, at=at)
    return Package(_archive(files), f"diaban-lan-phan-tich-{run_id}.zip")


def _files(
    session: Session, viewer: Viewer, run: Run, seen: SeenPoints, told: Mapping[str, Any]
) -> Iterator[tuple[str, bytes]]:
    vi, en = _REPEATS if seen.is_whole else _CHECKS
    words = {"id": run.id, "as_of": run.as_of, "licence": told["licence"], "vi": vi, "en": en}
    yield "README.txt", README.format(**words).encode()
    yield "points.csv", _csv("id,lon,lat,day,in_square", _point_rows(seen))
    yield "labels.csv", _csv("id,label,core", _label_rows(seen.points))
    yield "parameters.json", json.dumps(told, ensure_ascii=False, indent=2).encode()
    yield "clusters.geojson", b"".join(geojson_chunks(_clusters(session, viewer, run), told))
    yield "verify.py", SCRIPT.encode()


def _parameters(session: Session, viewer: Viewer, run: Run, seen: SeenPoints) -> dict[str, Any]:
    versions = communes.list_versions(session, viewer)
    version = next(each for each in versions if each.id == run.boundary_version_id)
    simulated = bool(site.get(session, viewer, "simulated"))
    return {
        "run_id": run.id,
        "as_of": run.as_of.isoformat(),
        "since": run.since and run.since.isoformat(),
        "at": run.at.isoformat(timespec="seconds"),
        "trial": run.is_trial,
        **{name: run.parameters.get(name) for name in ("eps_m", "min_samples", "eps_days")},
        "engine": run.engine,
        "software": f"Địa Bàn {run.software_version}",
        "packed_by": f"Địa Bàn {webapp.__version__}",
        "data_stamp": run.data_stamp,
        "labels_sha256": run.labels_sha256,
        "n_records": run.n_records,
        "n_points": int(seen.points.ids.size),
        "repeatable": seen.is_whole,
        "boundaries": _told(version),
        "scope": scope_told(viewer),
        "licence": INVENTED if simulated else OFFICIAL,
        "marks": ["dữ liệu mô phỏng"] if simulated else [],
    }


def _told(version: BoundaryVersion) -> dict[str, Any]:
    return {
        "source": version.source,
        "vintage": version.vintage,
        "valid_from": version.valid_from.isoformat(),
        "licence": version.licence,
        "sha256": version.sha256,
        "approximate": version.approximate,
    }


def _clusters(session: Session, viewer: Viewer, run: Run) -> LayerStream:
    info = LAYERS["clusters"]
    rows = rows_of_run(session, viewer, run)
    found = batches(rows, range(len(rows.rows)), info.id_field, info.names)
    return LayerStream(info.name, info.shape, info.fields, found)


def _point_rows(seen: SeenPoints) -> Iterator[tuple[Any, ...]]:
    points = seen.points
    days = np.where(np.isnat(points.days), "", points.days.astype(str))
    squares = seen.in_square.astype(int)
    columns = (points.ids, points.lons, points.lats, days, squares)
    # A float is written so that it is read back bit for bit.
    return zip(*(each.tolist() for each in columns), strict=True)


def _label_rows(points: RunPoints) -> Iterator[tuple[int, ...]]:
    columns = (points.ids, points.labels, points.core.astype(int))
    return zip(*(each.tolist() for each in columns), strict=True)


def _csv(head: str, rows: Iterable[tuple[Any, ...]]) -> bytes:
    text = io.StringIO(newline="")
    text.write(head + "\n")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _archive(files: Mapping[str, bytes]) -> bytes:
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in {**files, "checksums.txt": sums.encode()}.items():
            archive.writestr(name, content)
    return packed.getvalue()
