"""Points of a file are clustered into a file; no database is asked.

Every row of the input keeps its row in the file of labels, also one that cannot
take part: its label is empty then. Both files take their names only when whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

import webapp
from geo.cluster_shapes import describe_clusters
from geo.clusters import DEFAULT_EPS_M, DEFAULT_MIN_SAMPLES, Labels
from geo.crs import MAX_UTM_LATITUDE, BoolArray, IntArray
from geo.errors import UnusableFileError
from geo.layer_stream import LayerStream
from geo.point_tables import PointTable, read_points
from webapp.services.file_clusters import clusters_layer
from webapp.services.label_files import label_columns, write_files
from webapp.services.run_method import Method

_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
"""Days that a record may have; beyond them a date is a slip of the pen."""


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
    """What was found; `unusable` are rows to mend, `outside` those beyond the window.

    `wrong_days` are dates that cannot be; where no day is needed such a row takes part.
    """

    rows: int
    taken: int
    clusters: int
    noise: int
    engine: str
    as_of: date | None
    outside: int
    wrong_days: int
    unusable: tuple[LeftOut, ...]
    headings: Mapping[str, str]
    ignored: tuple[str, ...]


def write_clusters(
    file: Path,
    request: ClusterRequest,
    out: Path,
    labels_out: Path | None = None,
    *,
    today: date = _LAST_DAY,
) -> ClusterReport:
    """Cluster the points of a file and write the clusters and, if asked, every label.

    A day before 1900 or after 2100 is no day; nor is one after `today` where the
    window ends with the last day of the file.

    Raises
    ------
    UnusableFileError
        If the file, its coordinates or the wanted names of the results cannot be used.
    ClusterError
        If a parameter makes no sense. Nothing is written in either case.
    """
    _require_places(file, out, labels_out)
    table = read_points(file, request.columns)
    wrong = _wrong_days(table, request, today)
    table = replace(table, days=np.where(wrong, np.datetime64("NaT", "D"), table.days))
    as_of = _last_day(table, request)
    faults = _faults(table, request, wrong)
    outside = _outside(table, request, as_of) & ~_any(faults.values(), len(table))
    taking = np.flatnonzero(~_any([*faults.values(), outside], len(table)))
    found = _labelled(table, taking, request)
    layer, metadata = _layer(table, taking, found, request, as_of)
    columns = label_columns(table, taking, found)
    write_files(layer, metadata, out, labels_out, columns)
    out_of = _Rows(table, taking, outside, wrong, faults)
    return _report(out_of, found, as_of)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which rows of a table took part, which did not."""

    table: PointTable
    taking: IntArray
    outside: BoolArray
    wrong: BoolArray
    faults: Mapping[str, BoolArray]


def _report(rows: _Rows, found: Labels, as_of: date | None) -> ClusterReport:
    return ClusterReport(
        rows=len(rows.table),
        taken=rows.taking.size,
        clusters=found.n_clusters,
        noise=int((found.labels < 0).sum()),
        engine=found.engine,
        as_of=as_of,
        outside=int(rows.outside.sum()),
        wrong_days=int(rows.wrong.sum()),
        unusable=tuple(_left_out(rows.faults, rows.table.first_line)),
        headings=rows.table.headings,
        ignored=rows.table.ignored,
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


def _wrong_days(table: PointTable, request: ClusterRequest, today: date) -> BoolArray:
    """Rows whose date cannot be that of a record; the last day must be one that was."""
    anchored = request.window_days is not None and request.as_of is None
    last = min(today, _LAST_DAY) if anchored else _LAST_DAY
    early = table.days < np.datetime64(_FIRST_DAY, "D")
    wrong: BoolArray = early | (table.days > np.datetime64(last, "D"))
    return wrong


def _faults(table: PointTable, request: ClusterRequest, wrong: BoolArray) -> dict[str, BoolArray]:
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
        faults["ngày trước năm 1900 hoặc ở tương lai"] = placed & wrong
        faults["không có ngày đọc được"] = placed & ~wrong & np.isnat(table.days)
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
    method = Method(request.eps_m, request.min_samples, request.eps_days, request.engine)
    return method.label(table.lons[taking], table.lats[taking], table.days[taking])


def _layer(
    table: PointTable, taking: IntArray, found: Labels, request: ClusterRequest, as_of: date | None
) -> tuple[LayerStream, dict[str, Any]]:
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
    metadata = {
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
    }
    return clusters_layer(clusters, n_core), metadata
