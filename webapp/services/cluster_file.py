"""Points of a file are clustered into a file; no database is asked.

Every row of the input keeps its row in the file of labels, also one that cannot
take part: its label is empty then. Both files take their names only when whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from shapely.geometry.base import BaseGeometry

import webapp
from geo.cluster_shapes import describe_clusters
from geo.clusters import DEFAULT_EPS_M, DEFAULT_MIN_SAMPLES, Labels
from geo.crs import MAX_UTM_LATITUDE, BoolArray, IntArray, to_metres, utm_epsg, utm_zones
from geo.errors import ClusterError, UnusableFileError
from geo.export import ExportLayer, write_layer
from geo.point_tables import PointTable, read_points
from geo.records import Cluster
from webapp.services.run_method import Method

COLUMNS = (
    *("cluster_id", "n", "n_core", "first_date", "last_date"),
    *("area_km2", "lon", "lat"),
)
_HEAD = "ref,label,core\n"
_CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class ClusterRequest:
    """How a file is clustered; `columns` names its headings where they are not known.

    `as_of` is the last day that counts, by default the last one in the file where a
    window is asked for; `window_days` so many days up to it, itself included.
    """

    eps_m: float = DEFAULT_EPS_M
    min_samples: int = DEFAULT_MIN_SAMPLES
    window_days: int | None = None
    as_of: date | None = None
    eps_days: int | None = None
    engine: str = "auto"
    columns: Mapping[str, str] | None = None

    @property
    def needs_days(self) -> bool:
        """Whether a row without a date cannot take part."""
        return any(each is not None for each in (self.window_days, self.as_of, self.eps_days))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that took no part: why, how many, and the line of the first."""

    reason: str
    n: int
    first_line: int


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """What was found; `unusable` are rows to mend, `outside` those beyond the window."""

    rows: int
    taken: int
    clusters: int
    noise: int
    engine: str
    as_of: date | None
    outside: int
    unusable: tuple[LeftOut, ...]
    headings: Mapping[str, str]
    ignored: tuple[str, ...]


def write_clusters(
    file: Path, request: ClusterRequest, out: Path, labels_out: Path | None = None
) -> ClusterReport:
    """Cluster the points of a file and write the clusters and, if asked, every label.

    Raises
    ------
    UnusableFileError
        If the file, its coordinates or the wanted names of the results cannot be used.
    ClusterError
        If a parameter makes no sense. Nothing is written in either case.
    """
    _require_places(file, out, labels_out)
    table = read_points(file, request.columns)
    as_of = _last_day(table, request)
    faults = _faults(table, request)
    outside = _outside(table, request, as_of) & ~_any(faults.values(), len(table))
    taking = np.flatnonzero(~_any([*faults.values(), outside], len(table)))
    found = _labelled(table, taking, request)
    layer = _layer(table, taking, found, request, as_of)
    _write(layer, out, labels_out, _label_columns(table, taking, found))
    return ClusterReport(
        rows=len(table),
        taken=taking.size,
        clusters=found.n_clusters,
        noise=int((found.labels < 0).sum()),
        engine=found.engine,
        as_of=as_of,
        outside=int(outside.sum()),
        unusable=tuple(_left_out(faults, table.first_line)),
        headings=table.headings,
        ignored=table.ignored,
    )


def _require_places(file: Path, out: Path, labels_out: Path | None) -> None:
    """Refuse before the work what could not be written after it."""
    wanted = [out] if labels_out is None else [out, labels_out]
    for path in wanted:
        if not path.absolute().parent.is_dir():
            raise UnusableFileError(
                f"Thư mục của «{path}» không tồn tại; hãy tạo trước rồi chạy lại."
            )
        if path.exists() and file.exists() and path.samefile(file):
            raise UnusableFileError(f"«{path}» trùng với tệp đầu vào; hãy đặt tên khác.")
    if labels_out is not None and out.absolute() == labels_out.absolute():
        raise UnusableFileError("--out và --labels trùng nhau; hãy đặt hai tên khác nhau.")


# --- which rows take part ---------------------------------------------------


def _faults(table: PointTable, request: ClusterRequest) -> dict[str, BoolArray]:
    """Rows that cannot be used, by reason; a row has one reason at most."""
    missing = ~(np.isfinite(table.lons) & np.isfinite(table.lats))
    lon, lat = np.nan_to_num(table.lons), np.nan_to_num(table.lats)
    beyond = ~missing & ((np.abs(lon) > 180) | (np.abs(lat) > MAX_UTM_LATITUDE))
    nowhere = ~missing & (lon == 0) & (lat == 0)
    faults = {
        "thiếu tọa độ hoặc tọa độ không phải số": missing,
        "tọa độ ngoài khoảng ±180° kinh độ, ±80° vĩ độ": beyond,
        "tọa độ 0, 0 (bỏ trống)": nowhere,
    }
    if request.needs_days:
        placed = ~(missing | beyond | nowhere)
        faults["không có ngày đọc được"] = placed & np.isnat(table.days)
    return faults


def _last_day(table: PointTable, request: ClusterRequest) -> date | None:
    if request.as_of is not None or request.window_days is None:
        return request.as_of
    known = table.days[~np.isnat(table.days)]
    if len(table) and not known.size:
        raise UnusableFileError(
            "Tệp không có cột ngày hoặc không ngày nào đọc được nên không lọc theo thời gian được: "
            "chỉ cột bằng --date, hoặc bỏ --window-days."
        )
    return known.max().item() if known.size else None


def _outside(table: PointTable, request: ClusterRequest, as_of: date | None) -> BoolArray:
    outside: BoolArray = np.zeros(len(table), dtype=bool)
    if as_of is None:
        return outside
    until = np.datetime64(as_of, "D")
    outside |= table.days > until
    if request.window_days is not None:
        outside |= table.days <= until - np.timedelta64(request.window_days, "D")
    return outside


def _any(masks: Any, n: int) -> BoolArray:
    found: BoolArray = np.zeros(n, dtype=bool)
    for mask in masks:
        found |= mask
    return found


def _left_out(faults: Mapping[str, BoolArray], first_line: int) -> list[LeftOut]:
    return [
        LeftOut(reason, int(mask.sum()), first_line + int(np.argmax(mask)))
        for reason, mask in faults.items()
        if mask.any()
    ]


# --- clusters ---------------------------------------------------------------


def _labelled(table: PointTable, taking: IntArray, request: ClusterRequest) -> Labels:
    if request.eps_days is not None and request.engine != "auto":
        raise ClusterError("--eps-days có cách tính riêng; hãy bỏ --engine.")
    method = Method(request.eps_m, request.min_samples, request.eps_days, request.engine)
    return method.label(table.lons[taking], table.lats[taking], table.days[taking])


def _layer(
    table: PointTable, taking: IntArray, found: Labels, request: ClusterRequest, as_of: date | None
) -> ExportLayer:
    clusters = describe_clusters(
        table.lons[taking],
        table.lats[taking],
        days=table.days[taking],
        ids=taking,
        labels=found.labels,
        core=found.core,
        margin_m=request.eps_m / 4,
    )
    n_core = np.bincount(found.labels[found.core], minlength=found.n_clusters).tolist()
    hulls: list[BaseGeometry | None] = [shapely.from_wkb(c.hull_wkb) for c in clusters]
    return ExportLayer(
        name="clusters",
        id_field="cluster_id",
        columns=COLUMNS,
        rows=[_row(*each) for each in zip(clusters, n_core, strict=True)],
        geometries=hulls,
        metadata={
            "eps_m": request.eps_m,
            "min_samples": request.min_samples,
            "eps_days": request.eps_days,
            "window_days": request.window_days,
            "as_of": None if as_of is None else as_of.isoformat(),
            "engine": found.engine,
            "n_rows": len(table),
            "n_clustered": int(taking.size),
            "n_noise": int((found.labels < 0).sum()),
            "software": f"dia-ban {webapp.__version__}",
        },
    )


def _row(cluster: Cluster, n_core: int) -> dict[str, Any]:
    return {
        "cluster_id": cluster.cluster_id,
        "n": cluster.n,
        "n_core": n_core,
        "first_date": cluster.first_date,
        "last_date": cluster.last_date,
        "area_km2": round(_area_km2(cluster), 4),
        "lon": round(cluster.lon, 7),
        "lat": round(cluster.lat, 7),
    }


def _area_km2(cluster: Cluster) -> float:
    """Area of the hull on the UTM plane of the cluster's middle."""
    lonlat = shapely.get_coordinates(shapely.from_wkb(cluster.hull_wkb))
    zone = int(utm_zones([cluster.lon])[0])
    x_m, y_m = to_metres(lonlat[:, 0], lonlat[:, 1], utm_epsg(zone))
    return float(shapely.Polygon(np.column_stack((x_m, y_m))).area) / 1e6


# --- files ------------------------------------------------------------------


def _label_columns(table: PointTable, taking: IntArray, found: Labels) -> Sequence[Any]:
    """Reference, label and core mark of every row as Arrow texts; empty where it took no part."""
    labels, core = np.zeros(len(table), dtype=np.int64), np.zeros(len(table), dtype=np.int8)
    absent = np.ones(len(table), dtype=bool)
    labels[taking], core[taking], absent[taking] = found.labels, found.core, False
    texts = [pc.cast(pa.array(column, mask=absent), pa.string()) for column in (labels, core)]
    return [_cells(table.refs), *(pc.fill_null(text, "") for text in texts)]


def _cells(refs: Any) -> Any:
    """References as cells of a CSV that no spreadsheet runs as a formula."""
    formula = pc.match_substring_regex(refs, r"^([=@\t\r]|[+-](\D|$|\d*[^\d.]))")
    inert = pc.if_else(formula, pc.binary_join_element_wise("'", refs, ""), refs)
    doubled = pc.replace_substring(inert, '"', '""')
    quoted = pc.binary_join_element_wise('"', doubled, '"', "")
    return pc.if_else(pc.match_substring_regex(inert, '[",\r\n]'), quoted, inert)


def _write(layer: ExportLayer, out: Path, labels_out: Path | None, columns: Sequence[Any]) -> None:
    """Write both files aside, then give them their names."""
    if labels_out is None:
        write_layer(layer, out)
        return
    draft = labels_out.with_name(f".{labels_out.name}.{uuid4().hex[:8]}.part")
    try:
        with draft.open("x", encoding="utf-8", newline="") as file:
            file.write(_HEAD)
            for start in range(0, len(columns[0]), _CHUNK):
                parts = [column.slice(start, _CHUNK) for column in columns]
                lines = pc.binary_join_element_wise(*parts, ",").to_pylist()
                file.write("\n".join(lines) + "\n")
        write_layer(layer, out)
        draft.replace(labels_out)
    finally:
        draft.unlink(missing_ok=True)
