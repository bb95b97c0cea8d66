"""The map in force as a campaign sees it, and the communes and provinces that words name.

An area must be sure: a name that is doubtful, or that was divided between
communes of today, is refused with what it may mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from geo.campaign_areas import joined, touched_communes
from geo.campaign_rows import CampaignDraft
from geo.crosswalk import load_crosswalk
from geo.errors import GeoError
from geo.geocode import MERGER, Geocoder
from geo.old_units import OldUnit
from geo.persons import plain_words
from geo.records import Placement, PlaceQuery
from geo.text import name_key, strip_kind
from models import communes
from models.communes import Commune
from models.session import Database, unit_of_work
from models.viewers import Viewer

CONFIDENT = 0.9
_SHOWN = 4

UNKNOWN = "«{}»: không nhận ra xã, tỉnh nào; ghi mã xã, hoặc tên xã kèm tỉnh (tên cũ kèm huyện)"
DOUBTFUL = "«{}»: chưa chắc là xã nào ({}); ghi mã xã, hoặc thêm huyện, tỉnh"
DIVIDED = "«{}»: nay chia vào nhiều xã ({}); ghi rõ những xã nào"
MANY = "«{}»: nêu nhiều xã trong một mục; ngăn các xã bằng dấu chấm phẩy"
SMALLER = "«{}»: nhỏ hơn xã; ghi tọa độ và bán kính, hoặc cả xã (ví dụ «Xã Đắk Tô, tỉnh …»)"
OLD_PROVINCE = (
    "«{}»: tên tỉnh trước 01/7/2025, nay là một phần của {}; ghi các xã, hoặc cả tỉnh hiện nay"
)


class PlaceRefusedError(GeoError):
    """A part of an area is not sure; the message names it and what it may mean."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """The map in force as a campaign sees it; `shapes` go with `units`, WGS 84.

    What is named by words needs the geocoder and the units of the maps before.
    """

    units: Sequence[Commune]
    shapes: Sequence[BaseGeometry]
    geocoder: Geocoder | None = None
    old_units: Sequence[OldUnit] = ()

    @property
    def codes(self) -> list[str]:
        """Codes of the communes, in their order."""
        return [unit.code for unit in self.units]

    def communes_of(self, codes: Iterable[str]) -> list[str]:
        """Communes of an area given by codes of communes and of whole provinces."""
        wanted = frozenset(codes)
        return [u.code for u in self.units if u.code in wanted or u.province_code in wanted]

    def outline(self, codes: Iterable[str]) -> BaseGeometry:
        """The area of communes put together, WGS 84."""
        wanted = frozenset(codes)
        pairs = zip(self.units, self.shapes, strict=True)
        return joined([shape for unit, shape in pairs if unit.code in wanted])

    def touched(self, area: BaseGeometry) -> list[str]:
        """Communes that hold a part of an area."""
        return touched_communes(area, self.codes, self.shapes)

    def provinces(self, codes: Iterable[str]) -> list[str]:
        """Provinces of communes, by code."""
        wanted = frozenset(codes)
        return sorted({unit.province_code for unit in self.units if unit.code in wanted})

    def told(self, code: str) -> str:
        """A commune or province by its full name, a commune with its province."""
        for unit in self.units:
            if unit.code == code:
                return f"{unit.full_name}, {unit.province_name}"
            if unit.province_code == code:
                return unit.province_name
        return code


def load_atlas(database: Database, viewer: Viewer, geocoder: Geocoder | None = None) -> Atlas:
    """The map in force; with a geocoder also the units of the maps before.

    Raises
    ------
    NotFoundError
        If no boundaries are installed.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        version_id = communes.current_version(session, viewer).id
        units = communes.commune_units(session, viewer, version_id)
        shapes = dict(communes.coverage_rows(session, viewer, version_id))
    old_units = () if geocoder is None else load_crosswalk()
    return Atlas(units, [shapes[unit.code] for unit in units], geocoder, old_units)


def place(atlas: Atlas, query: PlaceQuery) -> Placement:
    """What the geocoder makes of written words."""
    if atlas.geocoder is None:
        raise ValueError("an atlas without a geocoder places no words")
    return atlas.geocoder.place(query)


_WHOLE = re.compile(r"^(?:toàn bộ|toàn|cả|khắp)\s+(?:địa bàn\s+)?", re.IGNORECASE)
_PROVINCE = re.compile(r"^(tinh|thanh pho|tp|t p) (.+)$")
_COMMUNE = re.compile(r"^(?:xa|phuong|dac khu|thi tran|tt|x|p) ")
_SMALLER = re.compile(
    r"^(?:thon|to|ap|khu pho|kp|buon|lang|ban|xom|khu|duong|pho|so|ngo|hem|ngach|kiet|cho|truong"
    r"|quoc lo|tinh lo|ql|tl|doan|quan nuoc|ben) "
)


def find_part(atlas: Atlas, part: str, draft: CampaignDraft) -> str:
    """The code of the commune or whole province that a part of an area names.

    Raises
    ------
    PlaceRefusedError
        If it is none, doubtful, divided since, or smaller than a commune.
    """
    if part.isdigit() and len(part) <= 5:
        return _commune(atlas, part, PlaceQuery(commune_code=part.zfill(5), on=draft.starts_on))
    pieces = [plain_words(piece) for piece in part.split(",")]
    if len(pieces) == 1 and (province := _province(atlas, part, draft)):
        return province
    if sum(bool(_COMMUNE.match(piece)) for piece in pieces) > 1:
        raise PlaceRefusedError(MANY.format(part))
    if _SMALLER.match(pieces[0]) or pieces[0][:1].isdigit():
        raise PlaceRefusedError(SMALLER.format(part))
    province_name = draft.province_name if draft.province_name != part else ""
    query = PlaceQuery(
        commune_name=_WHOLE.sub("", part), province_name=province_name or None, on=draft.starts_on
    )
    return _commune(atlas, part, query)


def _commune(atlas: Atlas, part: str, query: PlaceQuery) -> str:
    placed = place(atlas, query)
    code = placed.commune_code_now
    if code is not None and placed.confidence >= CONFIDENT:
        return code
    codes = [candidate.commune_code for candidate in placed.candidates]
    if not codes:
        raise PlaceRefusedError(UNKNOWN.format(part))
    shown = "; ".join(map(atlas.told, codes[:_SHOWN])) + ("; …" if len(codes) > _SHOWN else "")
    divided = len(codes) > 1 and placed.commune_code_now is None and _was_divided(atlas, codes)
    raise PlaceRefusedError((DIVIDED if divided else DOUBTFUL).format(part, shown))


def _was_divided(atlas: Atlas, codes: Sequence[str]) -> bool:
    """Whether one old commune lies in all of these."""
    wanted = frozenset(codes)
    return any(wanted <= {heir.code for heir in old.successors} for old in atlas.old_units)


def _province(atlas: Atlas, part: str, draft: CampaignDraft) -> str | None:
    """The province in force that a part names as a whole, None where it names none.

    A name that before the merger stood for less than today is refused for days
    before it, and an old name always, unless the province stayed as it was.
    """
    words = plain_words(_WHOLE.sub("", part))
    said = _PROVINCE.match(words)
    kind, key = (said[1], said[2]) if said else ("", words)
    key = name_key(key)
    for code, name in {unit.province_code: unit.province_name for unit in atlas.units}.items():
        is_city = plain_words(name).startswith("thanh pho ")
        if name_key(_bare(name)) == key and (not kind or is_city == (kind != "tinh")):
            if draft.starts_on < MERGER and len(_old_provinces(atlas, code)) > 1:
                raise PlaceRefusedError(OLD_PROVINCE.format(part, name))
            return code
    if kind in ("", "tinh"):
        for code in sorted({unit.province_code for unit in atlas.units}):
            if key in _old_provinces(atlas, code):
                raise PlaceRefusedError(OLD_PROVINCE.format(part, atlas.told(code)))
    return None


def _old_provinces(atlas: Atlas, province_code: str) -> set[str]:
    """Keys of the provinces before the merger that a province of today was made of."""
    mine = {unit.code for unit in atlas.units if unit.province_code == province_code}
    return {
        name_key(_bare(old.province))
        for old in atlas.old_units
        if any(heir.code in mine for heir in old.successors)
    }


def _bare(province_name: str) -> str:
    return strip_kind(re.sub(r"^(Tỉnh|Thành phố)\s+", "", province_name))[1]
