"""GDAL reads the whole demo page by page, the same by file and live."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pyogrio
import pytest

from tests.interop.programs import ran
from tests.webapp.served_site import Asked
from webapp.services.layer_catalogue import LAYERS


@pytest.mark.parametrize("layer", LAYERS)
def test_files_and_collections_hold_the_same(
    demo: Path, asked: Asked, tmp_path: Path, layer: str
) -> None:
    file = tmp_path / f"{layer}.gpkg"
    own = {**os.environ, "DIABAN_DATA_DIR": str(demo)}
    ran([sys.executable, "-m", "webapp", "export", layer, "--out", file], env=own)
    kept, live = pyogrio.read_dataframe(file, layer=layer), asked.live(layer, PAGE_SIZE=500)
    key = LAYERS[layer].id_field

    assert list(live[key].astype(str)) == list(kept[key].astype(str))
    assert live.geometry.isna().tolist() == kept.geometry.isna().tolist()
    apart = live.to_crs(3405).distance(kept.to_crs(3405))
    assert apart.dropna().max() < 0.1


def test_debians_own_gdal_reads_too(asked: Asked) -> None:
    printed = ran(
        [
            *("ogrinfo", "-ro", "-so", "-where", "class = 'type_2'"),
            *("-oo", f"USERPWD=token:{asked.token}", f"OAPIF:{asked.ogc}", "communes"),
        ]
    )
    wanted = (asked.live("communes")["class"] == "type_2").sum()

    assert f"Feature Count: {wanted}\n" in printed
