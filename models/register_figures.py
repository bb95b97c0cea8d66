"""Declared figures held against the register: the worse one counts.

Decision 28/2025 speaks of points, not of what was declared; a commune that
declares none while the register holds an open one must not look free of them.
A register without a record of the kind is absent, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from geo.records import Indicators
from models.criteria import Assessment
from models.evidence import Origin


def worse_of(declared: Indicators, open_dens: Sequence[str]) -> Indicators:
    """The indicators with the worse number of points organising or harbouring use.

    `open_dens` are the refs of `use_den` hotspots of the commune that were open
    on any day of the period.
    """
    if not open_dens or (declared.use_dens or 0) >= len(open_dens):
        return declared
    return replace(declared, use_dens=len(open_dens))


def marked(result: Assessment, declared: Indicators, open_dens: Sequence[str]) -> Assessment:
    """An assessment that says which criteria rest on the register, and why."""
    evidence = tuple(
        replace(row, origin=Origin.COMPUTED)
        if any(name == "use_dens" for name, _value in row.inputs)
        else row
        for row in result.evidence
    )
    said = "chưa khai báo" if declared.use_dens is None else f"khai báo {declared.use_dens}"
    note = (
        f"Điểm tổ chức, chứa chấp: {said}, hồ sơ có {len(open_dens)} điểm trong kỳ "
        f"({', '.join(open_dens)}); dùng số của hồ sơ, cần kiểm tra."
    )
    return replace(result, evidence=evidence, notes=(note, *result.notes))
