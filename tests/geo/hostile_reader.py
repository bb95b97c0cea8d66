"""Reads the files of a folder one after the other within the limits of the reading process.

Run as a program; a line of JSON for each file says what came of it. It ends when a file ends it:
who started it goes on with the next.
"""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path

from geo.confinement import Means, limit_means
from geo.errors import UnusableFileError
from geo.reading_worker import Job, _found, _kind_and_place
from geo.sheets import DEFAULT_LIMITS
from geo.terms import Layer

MEANS = Means(2 * 2**30, 120, 2**30)


def main(scratch: Path, paths: list[Path]) -> None:
    limit_means(MEANS)
    for path in paths:
        layer = (
            Layer.CORRIDORS if path.suffix in (".gpkg", ".kml", ".kmz", ".zip") else Layer.INCIDENTS
        )
        begun = time.monotonic()
        out = io.BytesIO()
        try:
            for line in _found(Job(path, scratch, layer, DEFAULT_LIMITS, MEANS)):
                out.write(line)
            said = "read"
        except UnusableFileError as error:
            said = str(error)
        except BaseException as error:
            said = f"failed: {_kind_and_place(error)}"
        took = round(time.monotonic() - begun, 2)
        print(json.dumps([path.name, said, took, out.getvalue().decode()[:5_000]]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
