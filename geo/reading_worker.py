"""A process of its own that turns the bytes of one file into rows, and then ends.

It is started with everything loaded and waits on its input for one job, a line of JSON. Before
it looks at the file it takes the limits of the job and gives up all rights but to read that file
and to write into a passing folder. What it found goes out as lines of JSON (`geo.table_wire`),
what was wrong with the file as one `refused`; anything else that goes wrong is told by kind and
place only, for the words of an error may hold what stands in the file.
"""

from __future__ import annotations

import json
import select
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import geo
from geo.confinement import Means, give_up_rights, limit_means
from geo.errors import UnusableFileError
from geo.line_files import line_lines, read_lines
from geo.readers import read_table
from geo.sheets import Limits
from geo.table_wire import table_lines
from geo.terms import Layer

IDLE_S = 600
"""So long it waits for a job before it ends by itself."""

MODULE = "geo.reading_worker"


@dataclass(frozen=True, slots=True)
class Job:
    """What to read, into which passing folder parts are unpacked, within which limits.

    Without a layer it is the lines of a map file that are wanted.
    """

    path: Path
    scratch: Path
    layer: Layer | None
    limits: Limits
    means: Means

    def line(self) -> bytes:
        """The job as the process takes it."""
        return json.dumps(asdict(self), default=str).encode() + b"\n"


def main() -> None:
    """Wait for a job, do it, end."""
    out = sys.stdout.buffer
    _ready(out)
    if sys.platform != "win32" and not select.select([sys.stdin], [], [], IDLE_S)[0]:
        return
    line = sys.stdin.buffer.readline()
    if line:
        _work(_job(json.loads(line)), out)


def _ready(out: BinaryIO) -> None:
    out.write(b'{"ready":true}\n')
    out.flush()


def _job(said: dict[str, Any]) -> Job:
    return Job(
        path=Path(said["path"]),
        scratch=Path(said["scratch"]),
        layer=None if said["layer"] is None else Layer(said["layer"]),
        limits=Limits(**said["limits"]),
        means=Means(**said["means"]),
    )


def _work(job: Job, out: BinaryIO) -> None:
    tempfile.tempdir = str(job.scratch)
    limit_means(job.means)
    threads = _threads()
    held = give_up_rights([job.path, *_own_files()], [job.scratch])
    _say(out, {"held": held, "threads": threads})
    try:
        for line in _found(job):
            out.write(line)
    except UnusableFileError as error:
        _say(out, {"refused": str(error)})
    except MemoryError:
        _say(out, {"failed": "memory"})
    except BaseException as error:  # also the panic of a library, which is no Exception
        _say(out, {"failed": _kind_and_place(error)})
    out.flush()


def _found(job: Job) -> Iterator[bytes]:
    if job.layer is None:
        return line_lines(read_lines(job.path, job.limits))
    return table_lines(read_table(job.path, job.layer, limits=job.limits))


def _say(out: BinaryIO, said: dict[str, Any]) -> None:
    out.write(json.dumps(said).encode() + b"\n")
    out.flush()


def _kind_and_place(error: BaseException) -> str:
    """The kind of an error and where in the program it arose, without its words."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f"{Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last else "?"
    return f"{type(error).__name__} {place}"


def _threads() -> int:
    """How many threads run, also those of libraries: rights are given up by one alone."""
    if sys.platform != "linux":
        return 1
    return len(list(Path("/proc/self/task").iterdir()))


def _own_files() -> list[Path]:
    """Where programs and their tables stand: what is loaded late must still be found."""
    ways = sysconfig.get_paths()
    named = {ways[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    system = {"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/usr/share/proj"}
    own = {str(Path(geo.__file__).parent), sysconfig.get_config_var("LIBDIR")}
    alike = {"/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom"}
    every = {*named, *system, *own, *alike, *site.getsitepackages()}
    return [Path(path) for path in sorted(filter(None, every))]


if __name__ == "__main__":
    main()
