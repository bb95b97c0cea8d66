"""Debian's QGIS opens files coloured, and reads /ogc and works on it with a token in the header."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pyogrio
import pytest

from tests.interop.programs import inside_qgis, ran
from tests.webapp.served_site import Asked
from webapp.services.layer_catalogue import LAYERS

QGIS_PROCESS = "/usr/bin/qgis_process.bin"
"""Debian's wrapper of that name adds an option that it does not know."""

CLASSED = {
    "incidents": "side",
    "hotspots": "status",
    "clusters": "flag",
    "communes": "class",
    "corridors": "mode",
    "facilities": "kind",
}


@pytest.fixture(scope="session")
def token_number(asked: Asked, qgis_env: dict[str, str]) -> str:
    """The number under which QGIS keeps the token."""
    return inside_qgis(qgis_env, "keep", asked.token)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_geopackage_opens_coloured(
    demo: Path, qgis_env: dict[str, str], tmp_path: Path, layer: str
) -> None:
    file, picture = tmp_path / f"{layer}.gpkg", tmp_path / f"{layer}.png"
    own = {**os.environ, "DIABAN_DATA_DIR": str(demo)}
    ran([sys.executable, "-m", "webapp", "export", layer, "--out", file], env=own)
    told = json.loads(inside_qgis(qgis_env, "draw", file, layer, picture))

    assert told["renderer"] == "categorizedSymbol"
    assert told["n"] == pyogrio.read_info(file, layer=layer)["features"] > 0
    assert told["undrawn"] == 0
    assert told["colours"] > 5
    if layer in CLASSED:
        assert told["attribute"] == CLASSED[layer]
        assert told["table"] == "ValueMap"


def test_qgis_reads_a_collection_with_a_token_in_the_header(
    asked: Asked, qgis_env: dict[str, str], token_number: str
) -> None:
    told = json.loads(inside_qgis(qgis_env, "read", asked.ogc, "incidents"))

    assert token_number
    assert told["refs"] == sorted(asked.live("incidents")["ref"])
    assert told["crs"] in ("OGC:CRS84", "EPSG:4326")


def test_qgis_process_counts_incidents_by_commune(
    asked: Asked, qgis_env: dict[str, str], token_number: str, tmp_path: Path
) -> None:
    out = tmp_path / "cases.gpkg"
    source = f"OAPIF://url='{asked.ogc}' typename='{{}}' authcfg={token_number} pageSize='1000'"
    ran(
        [
            *(QGIS_PROCESS, "run", "native:countpointsinpolygon"),
            f"--POLYGONS={source.format('communes')}",
            f"--POINTS={source.format('incidents')}",
            *("--FIELD=cases", f"--OUTPUT={out}"),
        ],
        env=qgis_env,
    )
    counted = pyogrio.read_dataframe(out)
    points, areas = asked.live("incidents"), asked.live("communes")
    inside = points.dropna(subset="geometry").sjoin(areas[["geometry"]], predicate="within")

    assert len(counted) == len(areas)
    assert counted["cases"].sum() == len(inside) > 1_000
