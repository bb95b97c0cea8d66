"""Layers to files and streams that other tools read, one door for all formats.

A file appears whole or not at all. What a file means, metadata tell: inside it where the format
has room, beside it as `<file>.meta.json`, or in the same archive where `.zip` is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from geo.errors import CrsError, UnusableFileError
from geo.export_files import write_geoparquet, write_with_gdal
from geo.export_kml import kml_chunks
from geo.export_places import WGS84, system_of
from geo.export_tables import csv_chunks
from geo.export_workbook import write_workbook
from geo.geojson_stream import Tally, geojson_chunks
from geo.geopackage_parts import add_parts
from geo.layer_stream import LayerStream


@dataclass(frozen=True, slots=True)
class Format:
    """A file format of layers.

    `is_text`: it can be streamed as it is made. `fixed_crs`: the one system it is written in.
    """

    suffix: str
    mime: str
    title: str
    is_text: bool = False
    fixed_crs: int | None = None


FORMATS: Mapping[str, Format] = {
    "geojson": Format(".geojson", "application/geo+json", "GeoJSON", True, WGS84),
    "gpkg": Format(".gpkg", "application/geopackage+sqlite3", "GeoPackage (QGIS)"),
    "parquet": Format(".parquet", "application/vnd.apache.parquet", "GeoParquet"),
    "fgb": Format(".fgb", "application/flatgeobuf", "FlatGeobuf"),
    "csv": Format(".csv", "text/csv; charset=utf-8", "CSV", True),
    "xlsx": Format(
        ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"
    ),
    "kml": Format(
        ".kml", "application/vnd.google-earth.kml+xml", "KML (Google Earth)", False, WGS84
    ),
}
"""The formats that a layer can be written in, by their codes."""

_ZIP = ".zip"
_ZEROS = "0" * 64
_HEAD_BYTES = 1_000_000
_OF_SUFFIX = {each.suffix: code for code, each in FORMATS.items()} | {".json": "geojson"}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: features, their bbox in WGS 84, checksums of content and file."""

    n: int
    content_sha256: str
    file_sha256: str
    bbox: tuple[float, ...] | None


def full_metadata(metadata: Mapping[str, Any], written: Written) -> dict[str, Any]:
    """Metadata with what is known when the file is made."""
    return {
        **metadata,
        "features": written.n,
        "bbox": None if written.bbox is None else list(written.bbox),
        "content_sha256": written.content_sha256,
        "file_sha256": written.file_sha256,
    }


def text_chunks(
    stream: LayerStream, metadata: Mapping[str, Any], format: str, crs: int = WGS84
) -> Iterator[bytes]:
    """A layer as text, chunk by chunk, the head before the first batch is read.

    Raises
    ------
    UnusableFileError
        If the format is no text.
    CrsError
        If the format is not written in the coordinate system.
    """
    _require_system(format, crs)
    if format == "geojson":
        return geojson_chunks(stream, metadata)
    if format == "csv":
        return csv_chunks(stream, crs)
    raise UnusableFileError(f"Định dạng «{format}» không truyền dần được.")


def write_stream(
    stream: LayerStream,
    metadata: Mapping[str, Any],
    path: Path,
    crs: int = WGS84,
    style: str | None = None,
    *,
    sidecar: bool = False,
) -> Written:
    """Write a layer in the format its suffix names; whole or not at all.

    Parameters
    ----------
    path : Path
        `….gpkg` and so on, or `….gpkg.zip` for an archive of the file and `metadata.json`.
    crs : int
        EPSG code of one of `geo.vn2000.SYSTEMS`; x is east, y is north in every file.
    style : str, optional
        A style of QGIS, put into a GeoPackage.
    sidecar : bool
        Whether to leave `<file>.meta.json` beside the file.

    Raises
    ------
    UnusableFileError
        If the suffix names no format, there is no folder, or the format cannot hold the layer.
    CrsError
        If the format is not written in the system, or a place lies outside it.
    """
    inner = path.with_suffix("") if path.suffix.lower() == _ZIP else path
    format = _format_of(inner)
    _require_system(format, crs)
    if not path.parent.is_dir():
        raise UnusableFileError(f"Thư mục «{path.parent}» không tồn tại; hãy tạo trước.")
    tally = Tally()
    watched = stream if format == "geojson" else replace(stream, batches=tally.watch(stream))
    with TemporaryDirectory(prefix=".export-", dir=path.parent) as folder:
        task = _Task(watched, metadata, Path(folder) / inner.name, crs, style, tally)
        _WRITERS[format](task)
        return _moved(task, path, sidecar)


def _moved(task: _Task, path: Path, sidecar: bool) -> Written:
    """Give what was written its name, with its metadata inside an archive or beside it."""
    tally, data = task.tally, task.path
    written = Written(tally.n, tally.content_sha256, _file_sum(data), tally.box)
    told = _json(full_metadata(task.metadata, written), orjson.OPT_INDENT_2)
    if path.suffix.lower() == _ZIP:
        data = _archive(data, told)
        written = replace(written, file_sha256=_file_sum(data))
    elif sidecar:
        path.with_name(path.name + ".meta.json").write_bytes(told)
    data.replace(path)
    return written


def _format_of(path: Path) -> str:
    if path.suffix.lower() in _OF_SUFFIX:
        return _OF_SUFFIX[path.suffix.lower()]
    raise UnusableFileError(
        f"Không ghi được định dạng «{path.suffix}» của «{path.name}»; "
        f"hãy chọn một trong: {', '.join(_OF_SUFFIX)}."
    )


def _require_system(format: str, crs: int) -> None:
    system = system_of(crs)
    fixed = FORMATS[format].fixed_crs
    if fixed not in (None, crs):
        raise CrsError(
            f"{FORMATS[format].title} chỉ ghi theo EPSG:{fixed}, không theo EPSG:{crs}"
            f" ({system.name}). Hãy chọn định dạng khác, ví dụ GeoPackage, hoặc bỏ hệ tọa độ."
        )


# --- the formats -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Task:
    """A layer to be written to a path; its batches are counted as they pass."""

    stream: LayerStream
    metadata: Mapping[str, Any]
    path: Path
    crs: int
    style: str | None
    tally: Tally

    def told(self) -> dict[str, Any]:
        """The metadata once everything has passed."""
        return {**self.metadata, **self.tally.told()}

    def promised(self) -> dict[str, Any]:
        """The metadata before: the checksum's room is kept by zeros, filled by `_fill`."""
        return {**self.metadata, "content_sha256": _ZEROS}


def _geojson(task: _Task) -> None:
    _save(geojson_chunks(task.stream, task.metadata, task.tally), task.path)


def _csv(task: _Task) -> None:
    _save(csv_chunks(task.stream, task.crs), task.path)


def _kml(task: _Task) -> None:
    _save(kml_chunks(task.stream, task.promised()), task.path)
    _fill(task)


def _flatgeobuf(task: _Task) -> None:
    # An index would order features anew and has no room for those without a place.
    told = _json(task.promised()).decode()
    title = str(task.metadata.get("title", task.stream.name))
    options = {"SPATIAL_INDEX": "NO", "TITLE": title, "DESCRIPTION": told}
    write_with_gdal(task.stream, task.path, task.crs, "FlatGeobuf", options)
    _fill(task)


def _geopackage(task: _Task) -> None:
    title = str(task.metadata.get("title", task.stream.name))
    options = {"IDENTIFIER": title, "DESCRIPTION": str(task.metadata.get("what", ""))}
    write_with_gdal(task.stream, task.path, task.crs, "GPKG", options)
    add_parts(task.path, task.stream.name, task.stream.fields, task.told(), task.style)


_WRITERS: Mapping[str, Callable[[_Task], None]] = {
    "geojson": _geojson,
    "gpkg": _geopackage,
    "parquet": lambda task: write_geoparquet(task.stream, task.path, task.crs, task.told),
    "fgb": _flatgeobuf,
    "csv": _csv,
    "xlsx": lambda task: write_workbook(task.stream, task.path, task.crs, task.told),
    "kml": _kml,
}


def _save(chunks: Iterator[bytes], path: Path) -> None:
    with path.open("wb") as out:
        out.writelines(chunks)


def _fill(task: _Task) -> None:
    """Put the checksum into the room that was kept for it in the head of the file."""
    with task.path.open("r+b") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(head.index(_ZEROS.encode()))
        file.write(task.tally.content_sha256.encode())


def _archive(data: Path, told: bytes) -> Path:
    """A zip of a file and its metadata, beside the file."""
    whole = data.with_name(data.name + ".zip")
    with ZipFile(whole, "w", ZIP_DEFLATED) as out:
        out.write(data, data.name)
        out.writestr("metadata.json", told)
    return whole


def _json(told: Mapping[str, Any], option: int = 0) -> bytes:
    return orjson.dumps(dict(told), option=option | orjson.OPT_APPEND_NEWLINE)


def _file_sum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
