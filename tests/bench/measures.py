"""What a measurement is, and the table it is written to."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NoReturn

START, END = "<!-- bench:start -->", "<!-- bench:end -->"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number, its unit, and the number it should not pass (None: no promise).

    With `at_least` the limit is the least it should be.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    def row(self) -> str:
        """A line of the table, in Vietnamese figures."""
        sign = "≥" if self.at_least else "≤"
        limit = "–" if self.limit is None else f"{sign} {_figure(self.limit)} {self.unit}"
        kept = {None: "–", True: "đạt", False: "**chưa đạt**"}[self.kept]
        return f"| {self.what} | {_figure(self.value)} {self.unit} | {limit} | {kept} |"

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def write_table(measures: Sequence[Measure], page: Path, day: date) -> None:
    """Put the measures between the markers of a page, with machine, day and command."""
    lines = [
        START,
        "",
        f"Đo ngày {day:%d/%m/%Y} bằng `make bench` trên {machine()}.",
        "",
        "| Việc | Đo được | Yêu cầu | |",
        "|---|---|---|---|",
        *(measure.row() for measure in measures),
        "",
        END,
    ]
    text = page.read_text("utf-8")
    between = re.compile(re.escape(START) + ".*" + re.escape(END), re.S)
    page.write_text(between.sub(lambda _match: "\n".join(lines), text), "utf-8")


def write_section(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put lines between the markers `name` of a page."""
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    before, _, rest = page.read_text("utf-8").partition(start)
    after = rest.partition(end)[2]
    page.write_text(f"{before}{start}\n\n" + "\n".join(lines) + f"\n\n{end}{after}", "utf-8")


def conclude(page: Path, name: str, measures: Sequence[Measure], day: date) -> NoReturn:
    """Print, write the section `name` of a page, end with 1 when a promise is not kept."""
    rows = [measure.row() for measure in measures]
    print("\n".join(rows))
    head = [f"Đo ngày {day:%d/%m/%Y} trên {machine()}.", "", "| Việc | Đo được | Yêu cầu | |"]
    write_section(page, name, [*head, "|---|---|---|---|", *rows])
    sys.exit(any(measure.kept is False for measure in measures))


def machine() -> str:
    """Processor, cores, memory and Python of this machine."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("utf-8"))
    kib = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text("utf-8"))
    name = cpu.group(1) if cpu else platform.machine()
    memory = f", {int(kib.group(1)) / 2**20:.0f} GiB bộ nhớ" if kib else ""
    return f"{name}, {os.cpu_count()} nhân{memory}, Python {platform.python_version()}"


def _figure(value: float) -> str:
    text = f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"
    return text.translate(str.maketrans(",.", ".,"))
