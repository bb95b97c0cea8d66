"""How well and how fast addresses are read, beside an existing library on the same rows.

`python -m tests.bench.addresses` measures this alone; `make bench` with the rest.
"""

from __future__ import annotations

import gc
import os
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from geo.crosswalk import load_crosswalk
from geo.gazetteer import CommuneUnit, Gazetteer
from geo.geocode import Geocoder
from geo.place_rows import read_places
from geo.records import Placement, PlaceQuery
from geo.sources import load_source
from tests.bench.measures import Measure, machine, write_section
from tests.written_addresses import WAYS, WrittenPlace, places_before, places_in_force
from webapp.services import geocode_file, shipped

ROOT = Path(__file__).resolve().parents[2]
ACCURACY_PAGE, CALIBRATION_PAGE = ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "geocoding.md"
SEED, PER_WAY, PER_WAY_OTHER, DISTINCT = 7, 1_200, 15, 20_000
CONFIDENT = 0.9
BANDS = (0.0, 0.5, 0.7, 0.9, 0.95, 1.01)
SLIP = "gõ sai tên xã"
FULL, MIXED = "thêm số nhà, đường, thôn", "hỗn hợp"
POINTS = 200_000
UNDECIDABLE = "không ghi huyện"
_NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class _Read:
    """One address with its truth and its placement."""

    place: WrittenPlace
    text: str
    found: Placement

    @property
    def is_right(self) -> bool:
        return self.found.commune_code_now in self.place.codes

    @property
    def is_sure(self) -> bool:
        return self.found.confidence >= CONFIDENT

    @property
    def is_flagged(self) -> bool:
        """Whether every heir of a divided commune is kept, and a person is asked."""
        kept = {candidate.commune_code for candidate in self.found.candidates}
        return set(self.place.codes) <= kept and not self.is_sure


def measure_addresses() -> list[Measure]:
    """Read every way of writing, write both tables, return what was promised."""
    gazetteer = Gazetteer.build(_communes(), load_crosswalk())
    codes = {unit.code: unit.codes_now for unit in gazetteer.by_old_code.values()}
    places = [*places_in_force(_communes()), *places_before(load_crosswalk(), codes)]
    read = {way: _read(gazetteer, places, way) for way in WAYS}
    theirs = {way: _read_otherwise(read[way]) for way in WAYS}
    write_section(ACCURACY_PAGE, "addresses", _accuracy_table(read, theirs))
    write_section(
        CALIBRATION_PAGE, "calibration", _calibration_table(r for w in read.values() for r in w)
    )
    return [*_promises(read), *_speed(gazetteer, places, theirs)]


def _communes() -> list[CommuneUnit]:
    """The communes as the crosswalk names them: its codes, provinces numbered."""
    heirs = {heir.code: heir for unit in load_crosswalk() for heir in unit.successors}
    provinces = sorted({heir.province for heir in heirs.values()})
    return [
        CommuneUnit(
            code,
            heir.full_name.partition(" ")[2],
            heir.full_name,
            heir.full_name.partition(" ")[0],
            f"{provinces.index(heir.province):02d}",
            heir.province,
        )
        for code, heir in sorted(heirs.items())
    ]


def _read(gazetteer: Gazetteer, places: Sequence[WrittenPlace], way: str) -> list[_Read]:
    rng = Random(f"{SEED} {way}")
    chosen = rng.sample(places, PER_WAY)
    texts = [WAYS[way](rng, place) for place in chosen]
    found = Geocoder(gazetteer, None).place_many([PlaceQuery(address=text) for text in texts])
    return [_Read(*row) for row in zip(chosen, texts, found, strict=True)]


def _read_otherwise(read: Sequence[_Read]) -> tuple[int, int, int, float]:
    """Rows, answers, right answers and seconds of `vietnamadminunits.convert_address`.

    For a divided commune it asks a server of another company where the address
    is: such rows are left out, and what it asks all the same goes nowhere.
    """
    os.environ["HTTPS_PROXY"] = _NOWHERE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from geopy.exc import GeopyError
        from vietnamadminunits import convert_address  # loads its whole parser
    rows = [r for r in read if r.place.is_old and len(r.place.codes) == 1][:PER_WAY_OTHER]
    answers = right = 0
    begun = time.process_time()
    for row in rows:
        try:
            code = convert_address(row.text).ward_code
        except (GeopyError, ValueError, KeyError, AttributeError, TypeError, IndexError):
            code = None
        answers += code is not None
        right += code in row.place.codes
    return len(rows), answers, right, time.process_time() - begun


def _accuracy_table(
    read: dict[str, list[_Read]], theirs: dict[str, tuple[int, int, int, float]]
) -> list[str]:
    lines = [
        f"{PER_WAY} địa chỉ mỗi cách viết, {PER_WAY_OTHER} dòng đầu theo địa giới cũ trong số đó "
        f"cho thư viện so sánh; đo trên {machine()}.",
        "",
        "| Cách viết | Đúng xã | Chắc chắn | Chắc mà sai | Xã bị chia: đủ xã mới, có đánh dấu "
        "| `vietnamadminunits`: đúng xã |",
        "|---|---|---|---|---|---|",
    ]
    for way, rows in read.items():
        whole = [r for r in rows if len(r.place.codes) == 1]
        divided = [r for r in rows if len(r.place.codes) > 1]
        n, _answers, right, _seconds = theirs[way]
        figures = [
            _percent(sum(r.is_right for r in whole), len(whole)),
            _percent(sum(r.is_sure for r in whole), len(whole)),
            _percent(sum(r.is_sure and not r.is_right for r in whole), len(whole)),
            _percent(sum(r.is_flagged for r in divided), len(divided)),
            _percent(right, n),
        ]
        lines.append(f"| {way} | {' | '.join(figures)} |")
    return lines


def _calibration_table(read: Iterable[_Read]) -> list[str]:
    rows = [r for r in read if len(r.place.codes) == 1 and r.found.commune_code_now]
    lines = ["| Độ tin cậy | Số địa chỉ | Đúng xã |", "|---|---|---|"]
    for low, high in pairwise(BANDS):
        band = [r for r in rows if low <= r.found.confidence < high]
        figures = f"{len(band)} | {_percent(sum(r.is_right for r in band), len(band))}"
        lines.append(f"| {_decimal(low)}–{_decimal(min(high, 1.0))} | {figures} |")
    return lines


def _promises(read: dict[str, list[_Read]]) -> list[Measure]:
    slips = [r for way, rows in read.items() if way.startswith(SLIP) for r in rows]
    plain = [r for w, rows in read.items() if not w.startswith((SLIP, UNDECIDABLE)) for r in rows]
    sure = [r for rows in read.values() for r in rows if r.is_sure and len(r.place.codes) == 1]
    divided = [r for r in plain if len(r.place.codes) > 1]
    return [
        Measure("Địa chỉ các cách viết: sai xã", _wrong(plain), "%", 1),
        Measure("Địa chỉ gõ sai một ký tự ở tên xã: sai xã", _wrong(slips), "%", 5),
        Measure("Địa chỉ gõ sai: chắc chắn mà sai", _wrong(slips, only_sure=True), "%", 1),
        Measure("Trả lời chắc chắn mà sai", _wrong(sure), "%", 0.5),
        Measure(
            "Xã bị chia mà không được đánh dấu",
            100 * sum(not r.is_flagged for r in divided) / len(divided),
            "%",
            1,
        ),
    ]


def _speed(
    gazetteer: Gazetteer,
    places: Sequence[WrittenPlace],
    theirs: dict[str, tuple[int, int, int, float]],
) -> list[Measure]:
    """Distinct addresses on one core: no row helps another."""
    gc.set_threshold(50_000, 50, 100)  # as the commands do
    written = {way: _seconds_a_row(gazetteer, places, way) for way in (FULL, MIXED)}
    other = sum(t[3] for t in theirs.values()) / max(1, sum(t[0] for t in theirs.values()))
    return [
        Measure("1.000 địa chỉ khác nhau có số nhà, đường", 1_000 * written[FULL], "s", 0.2),
        Measure("1.000 địa chỉ khác nhau, mọi cách viết trộn lẫn", 1_000 * written[MIXED], "s"),
        Measure(
            "vietnamadminunits chậm hơn (mọi cách viết trộn lẫn)", other / written[MIXED], "lần"
        ),
        *_speed_of_points(),
    ]


def _seconds_a_row(gazetteer: Gazetteer, places: Sequence[WrittenPlace], way: str) -> float:
    rng = Random(SEED)
    texts = {WAYS[way](rng, place) for place in rng.choices(places, k=DISTINCT)}
    queries = [PlaceQuery(address=text) for text in sorted(texts)]
    rng.shuffle(queries)
    geocoder = Geocoder(gazetteer, None)
    begun = time.process_time()
    geocoder.place_many(queries)
    return (time.process_time() - begun) / len(queries)


def _speed_of_points() -> list[Measure]:
    """Points over the shipped communes: in hand, and from file to file."""
    geocoder, rng = geocode_file.places_in_force().geocoder, Random(SEED)
    inside = [shape.representative_point() for shape in load_source(shipped.COMMUNES).geometry]
    chosen = rng.choices(inside, k=POINTS)
    points = [(rng.gauss(at.y, 0.01), rng.gauss(at.x, 0.01)) for at in chosen]
    queries = [PlaceQuery(lat_cell=lat, lon_cell=lon) for lat, lon in points]
    begun = time.process_time()
    geocoder.place_many(queries)
    in_hand = time.process_time() - begun
    with TemporaryDirectory() as folder:
        source = Path(folder, "points.csv")
        rows = (f"P{i},{lat:.6f},{lon:.6f}\n" for i, (lat, lon) in enumerate(points))
        source.write_text("ref,lat,lon\n" + "".join(rows), "utf-8")
        begun = time.process_time()
        geocode_file.write_geocoded(read_places(source), geocoder, Path(folder, "out.csv"))
        in_file = time.process_time() - begun
    return [
        Measure("100.000 tọa độ trong bộ nhớ, một nhân", in_hand / POINTS * 100_000, "s", 1),
        Measure("100.000 tọa độ từ tệp sang tệp, một nhân", in_file / POINTS * 100_000, "s", 1),
    ]


def _wrong(rows: Sequence[_Read], *, only_sure: bool = False) -> float:
    """Per cent of the rows that are wrong, or sure and wrong."""
    wrong = [r for r in rows if not r.is_right and (r.is_sure or not only_sure)]
    return 100 * len(wrong) / len(rows)


def _percent(part: int, whole: int) -> str:
    return f"{_decimal(round(100 * part / whole, 2))} %" if whole else "–"


def _decimal(value: float) -> str:
    return f"{value:g}".replace(".", ",")


if __name__ == "__main__":
    for measure in measure_addresses():
        print(measure.row())
