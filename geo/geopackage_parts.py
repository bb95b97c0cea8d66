"""What a GeoPackage holds beside its features: metadata, codes of fields, its style for QGIS."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from geo.layer_stream import Field

_METADATA = """
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
INSERT INTO gpkg_extensions
SELECT name, NULL, 'gpkg_metadata',
  'http://www.geopackage.org/spec121/#extension_metadata', 'read-write'
FROM sqlite_master WHERE name IN ('gpkg_metadata', 'gpkg_metadata_reference')
"""
_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
"""
GEOMETRY_COLUMN = "geom"
"""What GDAL calls the geometry of a GeoPackage."""
_METADATA_STANDARD = "https://docs.ogc.org/is/17-069r4/17-069r4.html"


def add_parts(
    path: Path,
    layer: str,
    fields: Sequence[Field],
    metadata: Mapping[str, Any],
    style: str | None,
) -> None:
    """Add to a GeoPackage that GDAL wrote what GDAL has no words for.

    Parameters
    ----------
    style : str, optional
        A style of QGIS (QML); QGIS takes it as the default of the layer.
    """
    with closing(sqlite3.connect(path)) as store, store:
        _add_metadata(store, layer, metadata)
        _add_codes(store, layer, fields)
        if style is not None:
            _add_style(store, layer, style)


def _add_metadata(store: sqlite3.Connection, layer: str, metadata: Mapping[str, Any]) -> None:
    store.executescript(_METADATA)
    text = orjson.dumps(dict(metadata)).decode()
    store.execute(
        "INSERT INTO gpkg_metadata VALUES (1, 'dataset', ?, 'application/json', ?)",
        (_METADATA_STANDARD, text),
    )
    store.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id)"
        " VALUES ('table', ?, 1)",
        (layer,),
    )


def _add_codes(store: sqlite3.Connection, layer: str, fields: Sequence[Field]) -> None:
    """The words of codes as enumerations, which GDAL and QGIS show as values of a domain."""
    for field in fields:
        rows = [(f"{layer}_{field.name}", "enum", *pair) for pair in field.codes.items()]
        store.executemany(
            "INSERT INTO gpkg_data_column_constraints"
            " (constraint_name, constraint_type, value, description) VALUES (?, ?, ?, ?)",
            rows,
        )
        if rows:
            store.execute(
                "UPDATE gpkg_data_columns SET constraint_name = ?"
                " WHERE table_name = ? AND column_name = ?",
                (rows[0][0], layer, field.name),
            )


def _add_style(store: sqlite3.Connection, layer: str, style: str) -> None:
    store.execute(_STYLES)
    store.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description)"
        " VALUES ('', '', ?, ?, ?, ?, '', 1, '')",
        (layer, GEOMETRY_COLUMN, layer, style),
    )
