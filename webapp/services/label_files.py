"""The label of every row as a table, written beside the clusters of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.clusters import Labels
from geo.crs import IntArray
from geo.export import write_stream
from geo.layer_stream import LayerStream
from geo.point_tables import PointTable

_HEAD = "ref,label,core\n"
_CHUNK = 100_000


def label_columns(table: PointTable, taking: IntArray, found: Labels) -> Sequence[Any]:
    """Reference, label and core mark of every row as Arrow texts; empty where it took no part."""
    labels, core = np.zeros(len(table), dtype=np.int64), np.zeros(len(table), dtype=np.int8)
    absent = np.ones(len(table), dtype=bool)
    labels[taking], core[taking], absent[taking] = found.labels, found.core, False
    texts = [pc.cast(pa.array(column, mask=absent), pa.string()) for column in (labels, core)]
    return [_cells(table.refs), *(pc.fill_null(text, "") for text in texts)]


def _cells(refs: Any) -> Any:
    """References as cells of a CSV that no spreadsheet runs as a formula."""
    formula = pc.match_substring_regex(refs, r"^([=@\t\r]|[+-](\D|$|[\d.]*[^\d.]))")
    inert = pc.if_else(formula, pc.binary_join_element_wise("'", refs, ""), refs)
    doubled = pc.replace_substring(inert, '"', '""')
    quoted = pc.binary_join_element_wise('"', doubled, '"', "")
    return pc.if_else(pc.match_substring_regex(inert, '[",\r\n]'), quoted, inert)


def write_files(
    layer: LayerStream,
    metadata: Mapping[str, Any],
    out: Path,
    labels_out: Path | None,
    columns: Sequence[Any],
) -> None:
    """Write both files aside, then give them their names."""
    if labels_out is None:
        write_stream(layer, metadata, out, sidecar=True)
        return
    draft = labels_out.with_name(f".{labels_out.name}.{uuid4().hex[:8]}.part")
    try:
        with draft.open("x", encoding="utf-8", newline="") as file:
            file.write(_HEAD)
            for start in range(0, len(columns[0]), _CHUNK):
                parts = [column.slice(start, _CHUNK) for column in columns]
                lines = pc.binary_join_element_wise(*parts, ",").to_pylist()
                file.write("\n".join(lines) + "\n")
        write_stream(layer, metadata, out, sidecar=True)
        draft.replace(labels_out)
    finally:
        draft.unlink(missing_ok=True)
