"""`python -m tests.bench.fuzz_uploads [CASES]`: files as nobody would make them, 10,000 of them.

Each is read as an upload is, by a process that has given up its rights, forked from one that has
everything loaded. What it tells is read back as the site does, and of the tables rows are drafted.
A case fails when anything but words about the file or a table comes back, or when it takes longer
than its time; the processes that the limits had to end are counted. The memory of this process
must not grow with the cases. Exit code 1 when a case fails.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, seed, settings

from geo.campaign_rows import read_campaigns
from geo.confinement import Means
from geo.corridor_rows import read_corridors
from geo.errors import GeoError
from geo.facility_rows import read_facilities
from geo.line_files import lines_from
from geo.readers import read_hotspots, read_incidents, read_indicators
from geo.reading_worker import Job, _work
from geo.records import Period
from geo.sheets import DEFAULT_LIMITS
from geo.sub_unit_rows import read_sub_units
from geo.table_wire import WireError, table_from
from geo.tables import Table
from geo.terms import Layer
from tests.geo.strange_files import Strange, shown, strange_files

CASES = 10_000
MEANS = Means(2 * 2**30, 20, 2**29)
LONGEST_S = 30.0
TODAY = date(2026, 6, 14)
YEAR = Period(date(2025, 12, 15), date(2026, 12, 14))
GROWTH_BYTES = 200 * 2**20


@dataclass
class Tally:
    """What came of the cases, the longest time, the failures."""

    came_to: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0
    failures: list[str] = field(default_factory=list)


def drafted(table: Table) -> None:
    """Draft the rows of a table as an import does."""
    match table.layer:
        case Layer.INCIDENTS:
            read_incidents(table, today=TODAY)
        case Layer.HOTSPOTS:
            read_hotspots(table, today=TODAY)
        case Layer.INDICATORS:
            read_indicators(table, period=YEAR)
        case Layer.SUB_UNITS:
            read_sub_units(table)
        case Layer.CAMPAIGNS:
            read_campaigns(table)
        case Layer.CORRIDORS:
            read_corridors(table)
        case Layer.FACILITIES:
            read_facilities(table)


def read_apart(job: Job) -> tuple[list[bytes], int]:
    """What a forked process says of a file, and how it ended."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 2)
        with os.fdopen(theirs, "wb") as out:
            _work(job, out)
        os._exit(0)
    os.close(theirs)
    signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    try:
        with os.fdopen(ours, "rb") as answer:
            lines = answer.readlines()
    except TimeoutError:
        os.kill(child, signal.SIGKILL)
        lines = []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return lines, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def judged(lines: list[bytes], ended: int, layer: Layer | None) -> str:
    """What a case comes to; raises what must not happen."""
    told = [line for line in lines if not line.startswith(b'{"held"')]
    if ended < 0:
        return f"ended by {signal.Signals(-ended).name}"
    if told and told[-1].startswith(b'{"refused"'):
        return "refused in words"
    if told and told[-1].startswith(b'{"failed"'):
        if told[-1].startswith(b'{"failed": "memory"'):
            return "out of memory"
        raise WireError(told[-1].decode())
    if layer is None:
        lines_from(told)
        return "lines"
    try:
        drafted(table_from(told, layer, DEFAULT_LIMITS.max_rows))
    except WireError:
        raise
    except GeoError:
        return "refused in words"
    return "read"


def run(cases: int, tally: Tally, folder: Path) -> None:
    """Make the files, read them, tally."""
    first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @seed(20260614)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strange_files)
    def each(file: Strange) -> None:
        layer = file[2]
        path = folder / f"a{file[0]}"
        path.write_bytes(file[1])
        scratch = folder / "scratch"
        scratch.mkdir(exist_ok=True)
        begun = time.monotonic()
        job = Job(path, scratch, layer, replace(DEFAULT_LIMITS), MEANS)
        try:
            tally.came_to[judged(*read_apart(job), layer)] += 1
        except Exception as error:
            told = f"{type(error).__name__}: {error} [{layer}, {file[0]}, {shown(file[1])}]"
            tally.failures.append(told)
            (folder.parent / f"failed-{len(tally.failures)}{file[0]}").write_bytes(file[1])
        took_s = time.monotonic() - begun
        tally.longest_s = max(tally.longest_s, took_s)
        if took_s > LONGEST_S:
            tally.failures.append(f"{took_s:.0f} s [{layer}, {file[0]}, {shown(file[1])}]")

    each()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first) * 1024
    if grown > GROWTH_BYTES:
        tally.failures.append(f"memory grew by {grown // 2**20} MB")


def main() -> None:
    """Run the cases, print the tally."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    signal.signal(signal.SIGALRM, _late)
    tally, begun = Tally(), time.monotonic()
    with TemporaryDirectory(prefix="diaban-fuzz-") as folder:
        inner = Path(folder) / "a"
        inner.mkdir()
        with suppress(KeyboardInterrupt):  # what was read so far is told
            run(cases, tally, inner)
        if tally.failures:
            print(f"kept in {folder}", file=sys.stderr)
    print(f"{sum(tally.came_to.values())} cases in {time.monotonic() - begun:.0f} s:", end=" ")
    print(", ".join(f"{n} {what}" for what, n in tally.came_to.most_common()), end="; ")
    print(f"longest {tally.longest_s:.1f} s")
    for failure in tally.failures[:20]:
        print("FAILED", failure)
    sys.exit(1 if tally.failures else 0)


def _late(_signal: int, _frame: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main()
