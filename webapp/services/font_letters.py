"""Whether a TrueType font has letters: a reading of its table `cmap` (OpenType, formats 4 and 12).

Version 1 of Liberation Serif lacks ơ and ư and bears the same name as version 2, which
has them: a name alone does not tell.
"""

from __future__ import annotations

import struct
from pathlib import Path


def has_letters(path: Path, letters: str) -> bool:
    """Whether the first font of a file has all the letters; False for a file it cannot read."""
    try:
        data = path.read_bytes()
        table = _cmap(data)
        return all(_has(table, ord(letter)) for letter in letters)
    except (OSError, struct.error, StopIteration):
        return False


def _cmap(data: bytes) -> bytes:
    """The Unicode part of the table: formats 12 (all of Unicode) or 4."""
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", data, start + 4)
    entries = (struct.unpack_from(">4sIII", data, start + 12 + 16 * i) for i in range(count))
    offset = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    (parts,) = struct.unpack_from(">H", data, offset + 2)
    places = [struct.unpack_from(">HHI", data, offset + 4 + 8 * i)[2] for i in range(parts)]
    tables = [data[offset + place :] for place in places]
    readable = (t for t in tables if struct.unpack_from(">H", t)[0] in (4, 12))
    return max(readable, key=lambda t: struct.unpack_from(">H", t)[0])


def _has(table: bytes, point: int) -> bool:
    if struct.unpack_from(">H", table)[0] == 12:
        (groups,) = struct.unpack_from(">I", table, 12)
        ranges = (struct.unpack_from(">II", table, 16 + 12 * i) for i in range(groups))
        return any(first <= point <= last for first, last in ranges)
    (twice,) = struct.unpack_from(">H", table, 6)
    n = twice // 2
    ends = struct.unpack_from(f">{n}H", table, 14)
    firsts = struct.unpack_from(f">{n}H", table, 16 + twice)
    return any(
        first <= point <= end and _glyph(table, i, point, firsts[i])
        for i, (first, end) in enumerate(zip(firsts, ends, strict=True))
    )


def _glyph(table: bytes, segment: int, point: int, first: int) -> int:
    """The glyph of a letter of a segment of format 4; 0 where there is none."""
    (twice,) = struct.unpack_from(">H", table, 6)
    deltas, ranges = 16 + 2 * twice, 16 + 3 * twice
    (delta,) = struct.unpack_from(">H", table, deltas + 2 * segment)
    place = ranges + 2 * segment
    (skip,) = struct.unpack_from(">H", table, place)
    if skip == 0:
        return int(point + delta) & 0xFFFF
    (glyph,) = struct.unpack_from(">H", table, place + skip + 2 * (point - first))
    return int(glyph)
